"""The service as the web edges see it: takes messages and status callbacks, tells how it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from bot.engine.model import Channel, Gate
from bot.ports import Inbound, Outgoing, OutKind, Unit
from bot.service.context import OFF, Context
from bot.service.dispatch import FINAL
from bot.service.receive import Receiver

UNSENT_ALARM_S = 300
"""An outbox older than this is not ready: something stands in the way of sending."""

log = logging.getLogger(__name__)


class ServiceDoor:
    """Implements `webhooks.door.Door`."""

    def __init__(self, context: Context, receiver: Receiver) -> None:
        self._context, self._receiver = context, receiver
        self._trouble: str | None = None
        self._watched: dict[str, Callable[[], str]] = {}

    def watch(self, name: str, state: Callable[[], str]) -> None:
        """Show something beside the database in `/readyz`: how a provider answered last."""
        self._watched[name] = state

    def take(self, inbound: Inbound) -> bool:
        return self._receiver.take(inbound)

    def status(self, channel: Channel, message_id: str, status: str, code: str | None) -> None:
        """Moves a message's state forward; a final one lets the provider's copy be deleted (DATA-5)."""
        self._context.store.transact(lambda unit: self._status(unit, channel, message_id, status, code))

    def _status(self, unit: Unit, channel: Channel, message_id: str, status: str, code: str | None) -> None:
        now = self._context.clock()
        moved = unit.status(message_id, status, code, now)
        if code is not None:
            unit.count("provider_errors", f"{channel.value}:{code}"[:64])
        if not moved or status not in FINAL or self._context.redaction != "delete":
            return
        known = unit.trace(message_id)
        if known is not None and known[0] is not None:
            unit.enqueue(known[0], Outgoing(OutKind.REMOVE, Gate.COVER, refs=(message_id,), made_at=now), now)

    def drop(self, reason: str) -> None:
        self._context.store.transact(lambda unit: unit.count("dropped", reason))

    def gauges(self) -> Mapping[str, float]:
        now = self._context.clock()
        return self._context.store.transact(lambda unit: unit.gauges(now))

    def counts(self) -> Sequence[tuple[str, str, int]]:
        return self._context.store.transact(lambda unit: unit.counts())

    def ready(self) -> Mapping[str, object]:
        gauges = self.gauges()
        off = self._context.store.transact(lambda unit: unit.setting(OFF) is not None)
        oldest = gauges.get("outbox_oldest_seconds", 0.0)
        return {
            "ready": oldest < UNSENT_ALARM_S,
            "database": "ok",
            "outbox_oldest_seconds": round(oldest),
            "sending": "off" if off else "on",
            "trouble": self._trouble,
            "providers": {name: state() for name, state in sorted(self._watched.items())},
        }

    def trouble(self, what: str) -> None:
        """A loop failed; the name of the error and nothing else."""
        log.error("a loop turn failed: %s", what)
        self._trouble = what
