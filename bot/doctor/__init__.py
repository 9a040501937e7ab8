"""`ownsteps doctor`: a deployment looked at from end to end, each point in a sentence, and a remedy where one is needed."""

from __future__ import annotations

from collections.abc import Iterator

from bot.doctor.inside import content, database, keys
from bot.doctor.outside import clock, public_address, telegram, twilio
from bot.doctor.point import Point, State
from bot.settings import Settings

__all__ = ["Point", "State", "examine"]


def examine(settings: Settings) -> Iterator[Point]:
    """One point after the other; a part that is not used has none. Nothing is sent to a person, and nothing is changed."""
    yield from keys(settings)
    yield from database(settings)
    yield from content(settings)
    yield from telegram(settings)
    yield from twilio(settings)
    yield from public_address(settings)
    yield from clock(settings)
