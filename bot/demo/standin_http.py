"""What both providers' stand-ins serve HTTP with: a threaded server on a free loopback port, quiet and bounded."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MAX_BODY = 4 * 1024 * 1024
Json = dict[str, Any]


class Hang(Exception):
    """The request was taken and gets no answer: what a time-out after acceptance looks like."""


class StandInServer:
    """Runs from `start` to `stop`; the port is chosen where 0 is asked for."""

    def __init__(self, handler: type[StandInHandler], api: object, port: int, name: str) -> None:
        bound = type("Handler", (handler,), {"api": api})
        self._server = _Server(("127.0.0.1", port), bound)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name=name)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    @property
    def connections(self) -> int:
        """How many callers are connected, or were and are not yet read to the end."""
        return self._server.connections

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(5)
        self._server.server_close()


class StandInHandler(BaseHTTPRequestHandler):
    """`api` answers the calls; each provider's own handler says how a request is read."""

    api: Any
    protocol_version = "HTTP/1.1"
    timeout = 120
    disable_nagle_algorithm = True

    def length(self) -> int:
        return int(self.headers.get("Content-Length") or 0)

    def body(self) -> str | None:
        """The whole body as text; None when the caller died while sending it, which no real server would act on."""
        wanted = min(self.length(), MAX_BODY)
        got = self.rfile.read(wanted)
        return got.decode("utf-8", "replace") if len(got) == wanted else None

    def answer(self, status: int, body: Json | None) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def hang(self) -> None:
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Nothing: paths hold tokens, accounts and message ids."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, *told: Any) -> None:
        super().__init__(*told)
        self.connections = 0
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self.connections += 1
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self.connections -= 1

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error here; anything else is said by the missing answer."""
