"""What the Telegram tests share: a door that writes down what it was given, and times. All people are invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.engine.model import Channel, Gate
from bot.ports import Address, Inbound, Outgoing, OutKind, Payload

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CHAT = 4_400_500_600
ADDRESS = Address(Channel.TELEGRAM, str(CHAT))


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class ListDoor:
    """A door whose `keeps` says whether it can keep anything at all."""

    keeps: bool = True
    taken: list[Inbound] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    def take(self, inbound: Inbound) -> bool:
        if self.keeps:
            self.taken.append(inbound)
        return self.keeps

    def drop(self, reason: str) -> None:
        self.dropped.append(reason)

    def status(self, channel: Channel, message_id: str, status: str, code: str | None) -> None:
        raise AssertionError("Telegram has no status callbacks")

    def gauges(self) -> dict[str, float]:
        return {}

    def counts(self) -> list[tuple[str, str, int]]:
        return []

    def ready(self) -> dict[str, object]:
        return {}


def message(text: str = "Hello", **payload: object) -> Outgoing:
    return Outgoing(OutKind.MESSAGE, Gate.NEUTRAL, Payload(text, **payload))  # type: ignore[arg-type]


def act(kind: OutKind, *refs: object) -> Outgoing:
    return Outgoing(kind, Gate.NEUTRAL, refs=tuple(str(ref) for ref in refs))
