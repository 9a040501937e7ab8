"""The whole demo in this process, on real sockets: stand-ins, loops, webhooks and the phones page."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from werkzeug.serving import make_server

from bot.demo.identities import Person
from bot.demo.prepare import Prepared, prepare
from bot.demo.serving import Demo, open_demo

WAIT_S = 10.0


@dataclass
class Page:
    """A browser without a script: posts the page's forms and reads its state."""

    demo: Demo
    prepared: Prepared
    session: requests.Session = field(default_factory=requests.Session)

    def post(self, path: str, **form: str) -> requests.Response:
        headers = {"Origin": self.prepared.origin}
        return self.session.post(self.prepared.origin + path, data=form, headers=headers, allow_redirects=False)

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.session.get(self.prepared.origin + path, headers=headers, allow_redirects=False)

    def person(self) -> Person:
        """Whose phones they are just now."""
        return self.demo.identities.person

    def parts(self) -> dict[str, str]:
        found: dict[str, str] = self.get("/phones/state").json()["parts"]
        return found

    def say(self, channel: str, text: str) -> None:
        assert self.post(f"/phones/{channel}/say", text=text).status_code == 303

    def until(self, part: str, words: str, *, gone: bool = False) -> str:
        """The part once it holds the words, or once it no longer does."""
        end = time.monotonic() + WAIT_S
        while (words in (html := self.parts()[part])) is gone:
            assert time.monotonic() < end, f"{part} never {'lost' if gone else 'had'} {words!r}: {html[-600:]}"
            self.demo.product.store.wait(0.05)
        return html


@contextmanager
def served(folder: Path) -> Iterator[Page]:
    """The demo on a free port until the block ends."""
    slot: list[Any] = [None]

    def app(environ: Any, start: Any) -> Any:
        return slot[0](environ, start)

    server = make_server("127.0.0.1", 0, app, threaded=True)
    prepared = prepare(folder / "demo", server.server_port, {})
    demo = open_demo(prepared.environ)
    slot[0] = demo.app
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Page(demo, prepared)
    finally:
        server.shutdown()
        server.server_close()
        demo.stop()
