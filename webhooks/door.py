"""What the edges need from the service, and the settings that they check requests with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from bot.engine.model import Channel
from bot.ports import Inbound

if TYPE_CHECKING:
    from bot.channels.twilio import TwilioAccount


class Door(Protocol):
    """Where an edge hands over what it parsed."""

    def take(self, inbound: Inbound) -> bool:
        """True when it was kept or is already known; False when the provider must send it again."""
        ...

    def status(self, channel: Channel, message_id: str, status: str, code: str | None) -> None: ...

    def drop(self, reason: str) -> None:
        """Counts what can't be used, by one of a few fixed words."""
        ...

    def gauges(self) -> Mapping[str, float]: ...

    def counts(self) -> Sequence[tuple[str, str, int]]: ...

    def ready(self) -> Mapping[str, object]: ...


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    twilio: TwilioAccount | None = None
    telegram_secret: str | None = field(default=None, repr=False)
    metrics_token: str | None = field(default=None, repr=False)
    public_url: str | None = None
