"""The HTTP side of the Twilio stand-in, on 127.0.0.1."""

from __future__ import annotations

import base64
import binascii
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

MAX_BODY = 4 * 1024 * 1024
Json = dict[str, Any]
Form = dict[str, list[str]]


class Hang(Exception):
    """The request was taken and gets no answer."""


class Api(Protocol):
    def call(self, method: str, path: str, form: Form, user: str, password: str) -> tuple[int, Json | None]:
        """Raises Hang."""
        ...


class StandInServer:
    """A threaded server on a free port (port 0) until `stop`."""

    def __init__(self, api: Api, port: int) -> None:
        handler = type("Handler", (_Handler,), {"api": api})
        self._server = _Server(("127.0.0.1", port), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True, name="twilio-stand-in"
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
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_DELETE(self) -> None:
        self._handle()

    def _handle(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MAX_BODY))
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        user, password = _basic(self.headers.get("Authorization", ""))
        try:
            status, answer = self.api.call(self.command, urlsplit(self.path).path, form, user, password)
        except Hang:
            self.close_connection = True
            return
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Nothing: the path holds the account and message ids."""


def _basic(header: str) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
