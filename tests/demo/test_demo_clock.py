"""The demo's clock: a file with seconds, and the Sundays that it jumps to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.clock import FARTHEST, LONDON, DemoClock, next_sunday

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SUNDAYS = {
    "from a Monday": (NOON, datetime(2026, 11, 29, 3, tzinfo=LONDON)),
    "just before": (datetime(2026, 11, 29, 2, 59, tzinfo=UTC), datetime(2026, 11, 29, 3, tzinfo=LONDON)),
    "at it": (datetime(2026, 11, 29, 3, tzinfo=UTC), datetime(2026, 12, 6, 3, tzinfo=LONDON)),
    "over the clock change": (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 3, tzinfo=LONDON)),
}


@pytest.mark.parametrize(("now", "expected"), SUNDAYS.values(), ids=SUNDAYS)
def test_the_next_sunday(now: datetime, expected: datetime) -> None:
    """03:00 on the wall of the first Sunday still to come."""
    assert next_sunday(now) == expected


@pytest.mark.parametrize("content", ["", "x", "nan", "1e999", "\n"])
def test_a_broken_file_moves_nothing(tmp_path: Path, content: str) -> None:
    """What is no number of seconds counts as none."""
    (tmp_path / "clock").write_text(content)
    assert DemoClock(tmp_path / "clock", lambda: NOON)() == NOON


def test_moves_add_up_and_go_back(tmp_path: Path) -> None:
    """Moves add up, stop at the farthest, and are undone by going back."""
    clock = DemoClock(tmp_path / "clock", lambda: NOON)
    clock.move(timedelta(minutes=16))
    clock.move(timedelta(hours=24))
    assert clock() == NOON + timedelta(hours=24, minutes=16)
    clock.move(FARTHEST)
    assert clock.offset == FARTHEST
    clock.back()
    assert clock() == NOON
