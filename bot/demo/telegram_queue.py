"""What the Telegram stand-in holds back: updates that wait to be polled for, and failures that it was told to make."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from bot.demo.standin_http import Hang

Json = dict[str, Any]

MAX_WAITING = 5000
FIRST_UPDATE = 700_000_000
HANG_S = 60.0


@dataclass(slots=True)
class Failure:
    """The next `times` calls of `method` (any when None) fail.

    `status` 429, 502, 403 or 400 answers so and does nothing. Status 0 does what was asked, then never answers.
    """

    status: int
    method: str | None = None
    times: int = 1
    retry_after: int = 1
    description: str | None = None

    @property
    def hangs(self) -> bool:
        return self.status == 0

    def take(self, method: str) -> bool:
        """True, and one time less, when it is meant for this call."""
        if self.times <= 0 or self.method not in (None, method):
            return False
        self.times -= 1
        return True

    def answer(self) -> tuple[int, Json]:
        text = self.description or DESCRIPTIONS.get(self.status, "Error")
        body: Json = {"ok": False, "error_code": self.status, "description": text}
        if self.status == 429:
            body["description"] = f"{text}: retry after {self.retry_after}"
            body["parameters"] = {"retry_after": self.retry_after}
        return self.status, body

    def hang(self, stopping: threading.Event) -> None:
        stopping.wait(HANG_S)
        raise Hang


DESCRIPTIONS = {
    400: "Bad Request: message can't be deleted",
    403: "Forbidden: bot was blocked by the user",
    429: "Too Many Requests",
    502: "Bad Gateway",
}


class Updates:
    """Updates for getUpdates, oldest first, at most MAX_WAITING."""

    def __init__(self, lock: threading.RLock) -> None:
        self._changed = threading.Condition(lock)
        self._waiting: deque[Json] = deque(maxlen=MAX_WAITING)
        self._last_id = FIRST_UPDATE
        self._ended = False

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def put(self, update: Json) -> None:
        with self._changed:
            self._waiting.append(update)
            self._changed.notify_all()

    def wake(self) -> None:
        """Ends all long polls, for good."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def get(self, offset: int | None, limit: int, timeout_s: float, allowed: list[str] | None) -> list[Json]:
        """Those from `offset` on; the ones before are confirmed and gone. Waits up to `timeout_s` for the first."""
        with self._changed:
            self._confirm(offset)
            self._changed.wait_for(lambda: self._ended or bool(self._fitting(allowed)), timeout_s)
            return self._fitting(allowed)[:limit]

    def __len__(self) -> int:
        return len(self._waiting)

    def _confirm(self, offset: int | None) -> None:
        while offset is not None and self._waiting and self._waiting[0]["update_id"] < offset:
            self._waiting.popleft()

    def _fitting(self, allowed: list[str] | None) -> list[Json]:
        return [one for one in self._waiting if not allowed or any(kind in one for kind in allowed)]
