"""What was looked at and how it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    GOOD = "good"
    NOTE = "note"
    """It works, and somebody should know."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Point:
    """`says` holds no secret, no address of a person and nothing that a person wrote."""

    name: str
    state: State
    says: str
    remedy: str = ""


def good(name: str, says: str) -> Point:
    return Point(name, State.GOOD, says)


def note(name: str, says: str, remedy: str) -> Point:
    return Point(name, State.NOTE, says, remedy)


def wrong(name: str, says: str, remedy: str) -> Point:
    return Point(name, State.WRONG, says, remedy)
