"""The HTTP side of the Telegram stand-in: `/bot<token>/<method>`, form-encoded or JSON, on 127.0.0.1."""

from __future__ import annotations

import json
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from bot.demo.standin_http import MAX_BODY, Hang, Json, StandInHandler


class Api(Protocol):
    """What answers the calls."""

    token: str

    def call(self, method: str, raw: dict[str, str]) -> tuple[int, Json]:
        """Raises Hang."""
        ...


class TelegramHandler(StandInHandler):
    api: Api

    def do_GET(self) -> None:
        self._handle(urlsplit(self.path).query)

    def do_POST(self) -> None:
        if self.length() > MAX_BODY:
            self.answer(413, {"ok": False, "error_code": 413, "description": "Request Entity Too Large"})
        else:
            self._handle(self.body())

    def _handle(self, body: str | None) -> None:
        if body is None:
            self.hang()
            return
        token, _, method = urlsplit(self.path).path.removeprefix("/bot").rpartition("/")
        if token != self.api.token:
            self.answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
            return
        try:
            self.answer(*self.api.call(method, self._fields(body)))
        except Hang:
            self.hang()

    def _fields(self, body: str) -> dict[str, str]:
        """Form fields as text; a JSON body's values as the JSON that a form field would hold."""
        if "json" in (self.headers.get("Content-Type") or ""):
            values = json.loads(body or "{}")
            return {key: one if isinstance(one, str) else json.dumps(one) for key, one in values.items()}
        return dict(parse_qsl(body, keep_blank_values=True))
