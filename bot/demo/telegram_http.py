"""The HTTP side of the Telegram stand-in: `/bot<token>/<method>`, form-encoded or JSON, on 127.0.0.1."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from bot.demo.telegram_queue import Hang

MAX_BODY = 4 * 1024 * 1024
Json = dict[str, Any]


class Api(Protocol):
    """What answers the calls."""

    token: str

    def call(self, method: str, raw: dict[str, str]) -> tuple[int, Json]:
        """Raises Hang."""
        ...


class StandInServer:
    """A threaded server on a free port (port 0) until `stop`."""

    def __init__(self, api: Api, port: int) -> None:
        handler = type("Handler", (_Handler,), {"api": api})
        self._server = _Server(("127.0.0.1", port), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True, name="telegram-stand-in"
        )
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(5)
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error here; anything else is said by the missing answer."""


class _Handler(BaseHTTPRequestHandler):
    api: Api
    protocol_version = "HTTP/1.1"
    timeout = 120
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._handle(urlsplit(self.path).query)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            return self._answer(413, {"ok": False, "error_code": 413, "description": "Request Entity Too Large"})
        return self._handle(self.rfile.read(length).decode("utf-8", "replace"))

    def _handle(self, body: str) -> None:
        token, _, method = urlsplit(self.path).path.removeprefix("/bot").rpartition("/")
        if token != self.api.token:
            return self._answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        try:
            status, answer = self.api.call(method, self._fields(body))
        except Hang:
            self.close_connection = True
            return None
        return self._answer(status, answer)

    def _fields(self, body: str) -> dict[str, str]:
        """Form fields as text; a JSON body's values as the JSON that a form field would hold."""
        if "json" in (self.headers.get("Content-Type") or ""):
            values = json.loads(body or "{}")
            return {key: one if isinstance(one, str) else json.dumps(one) for key, one in values.items()}
        return dict(parse_qsl(body, keep_blank_values=True))

    def _answer(self, status: int, body: Json) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Nothing: the path holds a token."""
