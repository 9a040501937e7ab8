"""Whose phones the page shows: one invented person at a time, a new one for fresh phones."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field

FIRST, LAST = 100, 999
"""Of +44 7700 900000 to 900999, which Ofcom keeps for drama; the service's own numbers are below FIRST."""


@dataclass(frozen=True, slots=True)
class Person:
    chat_id: int = field(repr=False)
    number: str = field(repr=False)

    @property
    def sms(self) -> str:
        return self.number

    @property
    def whatsapp(self) -> str:
        return f"whatsapp:{self.number}"


class Identities:
    """`person` is the current one. Numbers come round again after 900 fresh phones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = FIRST + secrets.randbelow(LAST - FIRST + 1)
        self.person = self.fresh()

    def fresh(self) -> Person:
        with self._lock:
            number = self._next
            self._next = FIRST if number == LAST else number + 1
            self.person = Person(700_000_000 + secrets.randbelow(99_999_999), f"+447700900{number:03d}")
            return self.person
