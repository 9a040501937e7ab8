"""What a lead switches while the line runs: notices that end by themselves, and single days with other hours.

Kept as one setting of the deployment, JSON without any content of a conversation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from bot.ports import Unit

RUNNING = "running"
"""The setting's name."""
LONGEST_NOTICE = timedelta(days=31)
"""A notice that is needed for longer belongs into the content, where it is reviewed."""
Span = tuple[str, str]


@dataclass(frozen=True)
class Running:
    """`notices`: id to the aware moment of its end. `days`: day to (opens, closes) in local time, None for a shut day."""

    notices: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    days: Mapping[date, Span | None] = field(default_factory=lambda: MappingProxyType({}))

    def showing(self, now: datetime) -> frozenset[str]:
        return frozenset(name for name, until in self.notices.items() if now < until)


class NoticeTooLong(ValueError):
    """The end is not after now, or further ahead than LONGEST_NOTICE."""


def running(unit: Unit) -> Running:
    text = unit.setting(RUNNING)
    return Running() if text is None else parsed(text)


def parsed(text: str) -> Running:
    kept = json.loads(text)
    notices = {name: datetime.fromisoformat(until) for name, until in kept["notices"].items()}
    days = {date.fromisoformat(day): None if span is None else (span[0], span[1]) for day, span in kept["days"].items()}
    return Running(MappingProxyType(notices), MappingProxyType(days))


def notice_on(unit: Unit, name: str, until: datetime, now: datetime) -> None:
    """Shows the notice until then, whatever end it had. Raises NoticeTooLong."""
    if not now < until <= now + LONGEST_NOTICE:
        raise NoticeTooLong(f"a notice ends after now and within {LONGEST_NOTICE.days} days")
    was = running(unit)
    _keep(unit, replace(was, notices={**was.notices, name: until}), now)


def notice_off(unit: Unit, name: str, now: datetime) -> None:
    was = running(unit)
    _keep(unit, replace(was, notices={key: until for key, until in was.notices.items() if key != name}), now)


def change_day(unit: Unit, day: date, span: Span | None, now: datetime) -> None:
    was = running(unit)
    _keep(unit, replace(was, days={**was.days, day: span}), now)


def usual_day(unit: Unit, day: date, now: datetime) -> None:
    """The day is again as the pack says."""
    was = running(unit)
    _keep(unit, replace(was, days={key: span for key, span in was.days.items() if key != day}), now)


def _keep(unit: Unit, new: Running, now: datetime) -> None:
    """What is over goes with the next change."""
    notices = {name: until.isoformat() for name, until in sorted(new.notices.items()) if now < until}
    yesterday = now.date() - timedelta(days=1)
    days = {day.isoformat(): span for day, span in sorted(new.days.items()) if day >= yesterday}
    unit.put_setting(RUNNING, json.dumps({"notices": notices, "days": days}) if notices or days else None)
