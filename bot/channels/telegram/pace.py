"""When the next message may go to Telegram: 30 a second over all chats, 1 a second to a chat in bursts of 3.

Pure: `now` comes from the caller. The overall limit counts what went in the last second and is exact; a bucket
that fills by 30 a second would let 59 pass in one.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime

OVERALL = 30
"""Messages in any one second, by Telegram's FAQ for bots."""
BURST = 3
RATE = 1.0
"""Messages a second to one chat."""
MAX_CHATS = 10_000
"""Buckets kept. A bucket is full again after three seconds, so the oldest hold nothing by then."""
WINDOW_S = 1.0


class Pace:
    """Not safe for several threads at once: the one who sends asks."""

    def __init__(self) -> None:
        self._recent: deque[datetime] = deque(maxlen=OVERALL)
        self._chats: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def delay(self, chat: str, now: datetime) -> float:
        """Seconds until a message may go to `chat`. 0.0 means now, and counts it as gone."""
        left = self._left(chat, now)
        wait = max(self._overall_wait(now), (1.0 - left) / RATE)
        if wait > 0:
            return wait
        self._recent.append(now)
        self._keep(chat, left - 1.0, now)
        return 0.0

    def _left(self, chat: str, now: datetime) -> float:
        left, at = self._chats.get(chat, (float(BURST), now))
        return min(float(BURST), left + max(0.0, (now - at).total_seconds()) * RATE)

    def _overall_wait(self, now: datetime) -> float:
        if len(self._recent) < OVERALL or now < self._recent[0]:
            return 0.0  # the clock was set back: what went "later" says nothing about this second
        return WINDOW_S - (now - self._recent[0]).total_seconds()

    def _keep(self, chat: str, left: float, now: datetime) -> None:
        self._chats[chat] = (left, now)
        self._chats.move_to_end(chat)
        if len(self._chats) > MAX_CHATS:
            self._chats.popitem(last=False)
