"""True hours: minutes at the edges, bank holidays of four nations, both clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.handoff.hours import desk_at, next_opening
from bot.trees.hours import Hours

LONDON = ZoneInfo("Europe/London")
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("09:00", "17:00"))
OFFICE = Hours("Europe/London", WEEK, ("GB-ENG", "GB-WLS", "GB-SCT", "GB-NIR"))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def uk(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.rule("HAND-2")
@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        pytest.param("2026-11-23 08:59", False, id="a minute before opening"),
        pytest.param("2026-11-23 09:00", True, id="the opening minute"),
        pytest.param("2026-11-23 16:59", True, id="the last minute"),
        pytest.param("2026-11-23 17:00", False, id="the closing minute"),
        pytest.param("2026-11-22 12:00", False, id="a Sunday"),
        pytest.param("2026-12-25 12:00", False, id="Christmas Day"),
        pytest.param("2026-12-28 12:00", False, id="Boxing Day observed"),
        pytest.param("2026-11-30 12:00", False, id="Scotland only: Saint Andrew's Day"),
        pytest.param("2026-07-13 12:00", False, id="Northern Ireland only: the Boyne observed"),
        pytest.param("2026-08-31 12:00", False, id="not in Scotland: late summer"),
        pytest.param("2026-12-29 12:00", True, id="the first working day after Christmas"),
    ],
)
def test_open_and_shut(now: str, is_open: bool) -> None:
    """The desk is open exactly in its minutes of UK time on days that are no bank holiday."""
    assert desk_at(OFFICE, uk(now)).open is is_open


@pytest.mark.rule("HAND-2")
@pytest.mark.parametrize(
    ("now", "opens"),
    [
        pytest.param("2026-11-23 08:00", "2026-11-23 09:00", id="later the same day"),
        pytest.param("2026-11-23 17:00", "2026-11-24 09:00", id="the next day"),
        pytest.param("2026-11-27 17:30", "2026-12-01 09:00", id="over a weekend and a Scottish holiday"),
        pytest.param("2026-12-24 17:00", "2026-12-29 09:00", id="over Christmas"),
        pytest.param("2026-03-28 12:00", "2026-03-30 09:00", id="over the change to summer time"),
        pytest.param("2026-10-24 12:00", "2026-10-26 09:00", id="over the change to winter time"),
    ],
)
def test_next_opening_by_day_and_hour(now: str, opens: str) -> None:
    """The next opening is told as UK time, whatever lies between."""
    found = desk_at(OFFICE, uk(now)).opens_at
    assert found == uk(opens)
    assert found is not None
    assert found.strftime("%H:%M") == "09:00"


@pytest.mark.rule("HAND-2")
@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        pytest.param("2026-03-27 08:59", False, id="winter time: 08:59 UTC is 08:59"),
        pytest.param("2026-03-27 09:00", True, id="winter time: 09:00 UTC is 09:00"),
        pytest.param("2026-03-30 07:59", False, id="summer time: 07:59 UTC is 08:59"),
        pytest.param("2026-03-30 08:00", True, id="summer time: 08:00 UTC is 09:00"),
        pytest.param("2026-03-30 16:00", False, id="summer time: 16:00 UTC is 17:00"),
        pytest.param("2026-10-26 08:59", False, id="winter again: 08:59 UTC is 08:59"),
        pytest.param("2026-10-26 16:59", True, id="winter again: 16:59 UTC is 16:59"),
    ],
)
def test_hours_follow_the_clock_on_the_wall(now: str, is_open: bool) -> None:
    """The days around both clock changes keep UK time."""
    assert desk_at(OFFICE, utc(now)).open is is_open


SUNDAYS = Hours("Europe/London", {"sun": ("00:30", "04:00")})


@pytest.mark.rule("HAND-2")
@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        pytest.param("2026-03-29 02:59", True, id="spring: 03:59, the last minute"),
        pytest.param("2026-03-29 03:00", False, id="spring: 04:00 comes an hour early"),
        pytest.param("2026-10-24 23:30", True, id="autumn: 00:30 in summer time"),
        pytest.param("2026-10-25 01:30", True, id="autumn: the second 01:30"),
        pytest.param("2026-10-25 03:59", True, id="autumn: 03:59 in winter time"),
        pytest.param("2026-10-25 04:00", False, id="autumn: 04:00, closing"),
    ],
)
def test_a_desk_open_over_the_change(now: str, is_open: bool) -> None:
    """A desk that is open while the clock changes closes when the wall says so."""
    assert desk_at(SUNDAYS, utc(now)).open is is_open


@pytest.mark.rule("HAND-2")
def test_an_opening_that_the_clock_skips() -> None:
    """01:30 does not exist on the last Sunday of March: the desk opens at 02:30, and that is what is told."""
    hours = Hours("Europe/London", {"sun": ("01:30", "04:00")})
    opens = next_opening(hours, utc("2026-03-29 00:00"))
    assert opens is not None
    assert opens.strftime("%H:%M") == "02:30"
    assert desk_at(hours, opens).open


def test_past_midnight_and_to_midnight() -> None:
    """Hours may run over midnight, and 24:00 is the end of the day."""
    night = Hours("Europe/London", {"fri": ("22:00", "02:00"), "sun": ("00:00", "24:00")})
    assert desk_at(night, uk("2026-11-28 01:59")).open
    assert not desk_at(night, uk("2026-11-28 02:00")).open
    assert desk_at(night, uk("2026-11-29 23:59")).open
    assert not desk_at(night, uk("2026-11-30 00:00")).open


def test_closed_days_and_no_days_at_all() -> None:
    """A single closed day is skipped; a desk without days has no next opening."""
    away = Hours("Europe/London", WEEK, closed=(date(2026, 11, 24),))
    assert next_opening(away, uk("2026-11-23 17:00")) == uk("2026-11-25 09:00")
    never = desk_at(Hours("Europe/London", {}), uk("2026-11-23 12:00"))
    assert not never.open
    assert never.opens_at is None


def test_while_open_the_closing_is_told() -> None:
    """An open desk knows when it closes."""
    desk = desk_at(OFFICE, uk("2026-11-23 12:00"))
    assert desk.closes_at == uk("2026-11-23 17:00")
    assert desk.opens_at is None
