"""The live stream: counters of what changed and nothing else; the page fetches the rest with its own request."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator

from bot.limits import STREAMS
from bot.service.context import Context
from bot.service.desk import marks
from bot.service.sign_in import whoami

LIFE_S = 600.0
"""The browser comes back by itself; a thread is not held for ever."""
HEARTBEAT_S = 5.0
"""A comment so often finds out that a browser hung up and frees its thread (15 s at most)."""
LOOK_S = 0.7
"""What other processes commit wakes nobody here, so it is looked for so often."""
PACE_S = 0.1
"""Between two looks under heavy traffic."""


class Streams:
    """Counts open streams. `monotonic` and `pause` stand for the system's in tests."""

    def __init__(
        self,
        limit: int = STREAMS,
        monotonic: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limit, self._open, self._lock = limit, 0, threading.Lock()
        self._monotonic, self._pause = monotonic, pause

    def enter(self) -> bool:
        with self._lock:
            if self._open >= self._limit:
                return False
            self._open += 1
            return True

    def leave(self) -> None:
        with self._lock:
            self._open -= 1

    def follow(self, desk: Context, token: str) -> Iterator[str]:
        """Events until the session ends; the session is looked at before each."""
        begun = spoke = self._monotonic()
        last = ""
        yield "retry: 2000\n\n"
        while self._monotonic() - begun < LIFE_S:
            news = _news(desk, token)
            if news is None:
                yield "event: ended\ndata: {}\n\n"
                return
            if news != last:
                last, spoke = news, self._monotonic()
                yield f"event: change\ndata: {news}\n\n"
            elif self._monotonic() - spoke >= HEARTBEAT_S:
                spoke = self._monotonic()
                yield ": still here\n\n"
            if desk.store.wait(LOOK_S):
                self._pause(PACE_S)


def _news(desk: Context, token: str) -> str | None:
    """Ids and counters; ids as text, because they are longer than a browser's numbers."""
    officer = whoami(desk, token, touch=False)
    if officer is None:
        return None
    waiting, held = marks(desk, officer)
    return json.dumps({"waiting": waiting, "held": {str(one): mark for one, mark in held.items()}}, sort_keys=True)
