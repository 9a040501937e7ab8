"""The HTTP side of the Twilio stand-in, on 127.0.0.1."""

from __future__ import annotations

import base64
import binascii
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from bot.demo.standin_http import Hang, Json, StandInHandler

Form = dict[str, list[str]]


class Api(Protocol):
    """What answers the calls."""

    def call(self, method: str, path: str, form: Form, user: str, password: str) -> tuple[int, Json | None]:
        """Raises Hang."""
        ...


class TwilioHandler(StandInHandler):
    api: Api

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_DELETE(self) -> None:
        self._handle()

    def _handle(self) -> None:
        body = self.body()
        if body is None:
            self.hang()
            return
        form = parse_qs(body, keep_blank_values=True)
        user, password = _basic(self.headers.get("Authorization", ""))
        try:
            self.answer(*self.api.call(self.command, urlsplit(self.path).path, form, user, password))
        except Hang:
            self.hang()


def _basic(header: str) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
