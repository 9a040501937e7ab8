"""Upkeep: what a clock does. Parked messages are tried again, lives end, and what was erased leaves the files too."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from bot.service.context import Context
from bot.service.receive import Receiver

PURGE_EVERY = timedelta(minutes=1)
RETRY_EVERY = timedelta(seconds=5)
PARKED_AT_ONCE = 20

log = logging.getLogger(__name__)


class Upkeep:
    def __init__(self, context: Context, receiver: Receiver) -> None:
        self._context, self._receiver = context, receiver
        self._purged_at: datetime | None = None
        self._retried_at: datetime | None = None

    def tick(self) -> None:
        """Called often; does what is due."""
        now = self._context.clock()
        if _due(self._retried_at, now, RETRY_EVERY):
            self._retried_at = now
            self.retry_parked()
        if _due(self._purged_at, now, PURGE_EVERY):
            self._purged_at = now
            purge(self._context)

    def retry_parked(self) -> int:
        now = self._context.clock()
        rows = self._context.store.transact(lambda unit: unit.parked(now, PARKED_AT_ONCE))
        for parked_id, inbound in rows:
            try:
                self._receiver.retry(parked_id, inbound)
            except Exception as error:  # noqa: BLE001 - a loop turn ends here; the message stays parked for its time
                log.error("a parked message failed again: %s", type(error).__name__)
        return len(rows)


def purge(context: Context) -> dict[str, int]:
    """Everything whose life is over goes, from the rows and from the files; counts by kind."""
    now = context.clock()
    counts = context.store.transact(lambda unit: unit.purge(now))
    if any(counts.values()):
        context.store.compact()
    return counts


def _due(last: datetime | None, now: datetime, every: timedelta) -> bool:
    return last is None or not last <= now < last + every
