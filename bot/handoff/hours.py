"""When officers are there, by the pack's clock: its hours, bank holidays and single closed days (HAND-2).

Times on the wall become moments first and are compared as moments, so that the two Sundays on which the
clocks change need no case of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from bot.engine.events import Desk
from bot.trees.hours import Hours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD_DAYS = 370  # a year and the longest run of closed days around it


def desk_at(hours: Hours, now: datetime) -> Desk:
    """Open from the first minute up to, and without, the closing minute. `opens_at` only while shut."""
    for opens, closes in _spans(hours, now, days=1):
        if opens <= now < closes:
            return Desk(open=True, closes_at=closes)
    return Desk(open=False, opens_at=next_opening(hours, now))


def next_opening(hours: Hours, now: datetime) -> datetime | None:
    """The next moment at which the desk opens, after `now`, by the pack's clock; None when none is within a year."""
    return next((opens for opens, _ in _spans(hours, now, LOOK_AHEAD_DAYS) if opens > now), None)


def _spans(hours: Hours, now: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
    """Openings in order, from yesterday's (it may last past midnight) to the one `days` ahead."""
    today = now.astimezone(ZoneInfo(hours.timezone)).date()
    for ahead in range(-1, days + 1):
        day = today + timedelta(days=ahead)
        wall = open_on(hours, day)
        if wall is not None:
            yield _span(hours, day, wall)


def open_on(hours: Hours, day: date) -> tuple[str, str] | None:
    """The hours of one day on the wall; None when the desk is shut on it."""
    if day in hours.special:
        return hours.special[day]
    if day in hours.closed or any(day in _bank_holidays(code, day.year) for code in hours.holidays):
        return None
    return hours.days.get(WEEKDAYS[day.weekday()])


def _span(hours: Hours, day: date, wall: tuple[str, str]) -> tuple[datetime, datetime]:
    opens_at, closes_at = wall
    next_day = 0 if closes_at > opens_at else 1
    return _moment(hours, day, opens_at), _moment(hours, day + timedelta(days=next_day), closes_at)


def _moment(hours: Hours, day: date, wall: str) -> datetime:
    """A time on the wall as a moment. "24:00" is the midnight that ends the day.

    The way over UTC turns a time that the clock skips (01:30 on the last Sunday of March) into a real one.
    """
    zone = ZoneInfo(hours.timezone)
    hour, minute = (int(part) for part in wall.split(":"))
    at = datetime(day.year, day.month, day.day, hour % 24, minute, tzinfo=zone) + timedelta(days=hour // 24)
    return at.astimezone(UTC).astimezone(zone)


@lru_cache(maxsize=64)
def _bank_holidays(code: str, year: int) -> frozenset[date]:
    """Of a country ("AT") or a part of it ("AT-9"). The library raises NotImplementedError for one it does not know."""
    country, _, part = code.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=[year]))
