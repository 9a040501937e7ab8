"""The demo's clock: the system's, moved by the seconds in a file that the service reads at each turn."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
FARTHEST = timedelta(days=3650)
"""The clock goes no farther ahead than this, however often it is pushed."""
SUNDAY = 6
SUNDAY_AT = time(3, 0)


class DemoClock:
    """Callable as `ports.Clock`. A missing or broken file counts as no offset, as the service itself takes it."""

    def __init__(self, path: Path, system: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path, self._system = path, system

    def __call__(self) -> datetime:
        return self._system() + self.offset

    @property
    def offset(self) -> timedelta:
        try:
            return timedelta(seconds=float(self._path.read_text().strip() or 0))
        except (FileNotFoundError, ValueError, OverflowError):
            return timedelta(0)

    def move(self, by: timedelta) -> None:
        self._write(min(self.offset + by, FARTHEST))

    def to_sunday(self) -> None:
        """The next Sunday at 03:00 in the UK, when nobody is at a desk."""
        self.move(next_sunday(self()) - self())

    def back(self) -> None:
        self._write(timedelta(0))

    def _write(self, offset: timedelta) -> None:
        """Whole at once: the service may be reading."""
        new = self._path.with_suffix(".new")
        new.write_text(f"{math.ceil(offset.total_seconds())}\n")  # up: a clock set to 03:00 never says 02:59
        os.replace(new, self._path)


def next_sunday(now: datetime) -> datetime:
    """03:00 on the first Sunday that is after `now`, aware, in UK time."""
    local = now.astimezone(LONDON)
    day = local.date() + timedelta(days=(SUNDAY - local.weekday()) % 7)
    found = datetime.combine(day, SUNDAY_AT, LONDON)
    if found <= now:
        found = datetime.combine(day + timedelta(days=7), SUNDAY_AT, LONDON)
    return found
