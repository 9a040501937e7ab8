"""Ends of lives (DATA-2, DATA-3), gauges, and the change of the master key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Delete, Row, bindparam, delete, exists, func, or_, select, union_all, update

from bot.ports import HandoffPhase
from bot.store import vault
from bot.store.conversations import DROP_DAMAGED, Held
from bot.store.erasing import PARKED_LIFE, UNPARK, Erasing, released
from bot.store.ledger import LIFE as LEDGER_LIFE
from bot.store.people import OFFICERS, SET_SECRET, SET_TRIAL, TRIAL, totp_place, trial_place
from bot.store.tables import (
    OPEN_PHASES,
    UNSENT,
    claimed,
    conversation,
    data_key,
    desk_session,
    destroyed_key,
    early_status,
    erasure_job,
    handoff,
    ledger,
    outbox,
    parked,
    stop_flag,
)
from bot.store.times import micros, minutes

SESSION_LIFE = timedelta(hours=24)
METER_LIFE = timedelta(hours=1)
GUARD_LIFE = timedelta(hours=48)
ENDED_LIFE = timedelta(days=30)
EMPTIED_LIFE = timedelta(hours=48)
BACKUP_LIFE = timedelta(days=40)
"""Backups live at most 30 days (DATA-3), so the list of destroyed keys is needed a little longer."""

LATELY = timedelta(minutes=3)
"""`purge` also counts the keys that others destroyed since about its last run, so that its caller compacts the files."""

_open_handoff = exists().where(handoff.c.conversation_id == conversation.c.id, OPEN_PHASES)
_still_speaking = exists().where(outbox.c.conversation_id == conversation.c.id, outbox.c.speaks, UNSENT)
OVER = select(conversation.c.id, _open_handoff.label("kept")).where(
    or_(
        conversation.c.seen_minute <= bindparam("b_minute"),
        conversation.c.seen_minute.is_(None) & ~_open_handoff & ~_still_speaking,
    )
)
OLD_METERS = (
    update(conversation)
    .where(
        conversation.c.meter.is_not(None),
        func.coalesce(conversation.c.seen_minute, 0) <= bindparam("b_minute"),
    )
    .values(meter=None)
)
LATE_PARKED = select(parked).where(parked.c.at <= bindparam("b_at"))
LATE_ROWS = select(outbox).where(outbox.c.drop_after <= bindparam("b_at"), outbox.c.state == "ready")
FAILED_ROWS = delete(outbox).where(outbox.c.state == "failed", outbox.c.due <= bindparam("b_at"))
LATE_REQUESTS = (
    select(handoff)
    .where(OPEN_PHASES, handoff.c.phase == HandoffPhase.REQUESTED.value)
    .where(handoff.c.expires_at <= bindparam("b_at"))
)
ENDED = select(handoff).where(
    or_(
        handoff.c.ended_at <= bindparam("b_at"),
        handoff.c.key_id.is_(None) & (handoff.c.ended_at <= bindparam("b_emptied")),
    )
)
OLD_JOBS = select(erasure_job.c.id).where(erasure_job.c.until <= bindparam("b_at"))
_in_use = union_all(
    *(select(table.c.key_id) for table in (conversation, erasure_job, ledger, parked)),
    select(handoff.c.key_id).where(handoff.c.key_id.is_not(None)),
)
ORPHANS = select(data_key.c.id).where(data_key.c.id.not_in(_in_use))

LATELY_DESTROYED = (
    select(func.count()).select_from(destroyed_key).where(destroyed_key.c.at_minute >= bindparam("b_minute"))
)

BY_MINUTE: dict[str, tuple[Delete, timedelta]] = {
    "duplicate_guards": (delete(claimed).where(claimed.c.at_minute <= bindparam("b_minute")), GUARD_LIFE),
    "ledger": (delete(ledger).where(ledger.c.at_minute <= bindparam("b_minute")), LEDGER_LIFE),
    "early_statuses": (delete(early_status).where(early_status.c.at_minute <= bindparam("b_minute")), LEDGER_LIFE),
    "destroyed_keys": (delete(destroyed_key).where(destroyed_key.c.at_minute <= bindparam("b_minute")), BACKUP_LIFE),
}
BY_END: dict[str, Delete] = {
    "stop_flags": delete(stop_flag).where(stop_flag.c.until <= bindparam("b_at")),
    "desk_sessions": delete(desk_session).where(desk_session.c.until <= bindparam("b_at")),
}

WAITING = select(func.count()).where(OPEN_PHASES, handoff.c.phase == HandoffPhase.REQUESTED.value)
OLDEST_DUE = select(func.min(outbox.c.due)).where(UNSENT)
OLDEST_PARKED = select(func.min(parked.c.at))
PARKED_COUNT = select(func.count()).select_from(parked)

OLD_WRAPPED = select(data_key).where(data_key.c.master != bindparam("b_master"))
WRAP = (
    update(data_key)
    .where(data_key.c.id == bindparam("b_id"))
    .values(master=bindparam("b_master"), wrapped=bindparam("b_wrapped"))
)


class SqlUnit(Erasing):
    """`ports.Unit` on one open connection; see there. Besides it: `drop_message`, `drop_trial_address`, `seal_job`, `rewrap`."""

    def purge(self, now: datetime) -> dict[str, int]:
        counts = {name: job(now) for name, job in self._purges()}
        counts |= {name: self._write(one, b_at=micros(now)) for name, one in BY_END.items()}
        counts |= {name: self._write(one, b_minute=minutes(now - life)) for name, (one, life) in BY_MINUTE.items()}
        self._destroy_orphans(now)
        counts["keys"] = self._first(LATELY_DESTROYED, b_minute=minutes(now - LATELY))
        self._quiet(OLD_METERS, b_minute=minutes(now - METER_LIFE))
        return counts

    def gauges(self, now: datetime) -> dict[str, float]:
        """Ages in seconds, 0 when there is nothing; unanswered is the oldest inbound that is parked."""
        return {
            "handoffs_waiting": float(self._first(WAITING)),
            "outbox_oldest_seconds": _age(self._first(OLDEST_DUE), now),
            "unanswered_oldest_seconds": _age(self._first(OLDEST_PARKED), now),
            "parked": float(self._first(PARKED_COUNT)),
        }

    def rewrap(self) -> int:
        """Puts everything under the current master key; how many values it moved. After it the older key can be removed."""
        rows = self._all(OLD_WRAPPED, b_master=self._keyring.current)
        for row in rows:
            master, wrapped = vault.wrap(self._keyring, vault.unwrap(self._keyring, row.id, row.master, row.wrapped))
            self._quiet(WRAP, b_id=row.id, b_master=master, b_wrapped=wrapped)
        return len(rows) + self._rewrap_secrets() + self._rewrap_trial()

    # --- one life each

    def _purges(self) -> tuple[tuple[str, Callable[[datetime], int]], ...]:
        # Requests before sessions: one that expires now keeps its session no longer.
        return (
            ("requests", self._expire_requests),
            ("outbox", self._drop_late),
            ("failed_rows", lambda now: self._write(FAILED_ROWS, b_at=micros(now - GUARD_LIFE))),
            ("sessions", self._end_sessions),
            ("parked", self._drop_parked),
            ("handoffs", self._erase_ended),
            ("erasure_jobs", self._end_old_jobs),
        )

    def _expire_requests(self, now: datetime) -> int:
        rows = self._all(LATE_REQUESTS, b_at=micros(now))
        for row in rows:
            held = None if row.conversation_id is None else self._readable(row.conversation_id)
            self.move_handoff(row.id, HandoffPhase.EXPIRED, now)
            if held is not None:
                kept = replace(held.kept, state=released(held.kept.state))
                self._put(replace(held, kept=kept, handoff_id=None))
        return len(rows)

    def _drop_late(self, now: datetime) -> int:
        rows = self._all(LATE_ROWS, b_at=micros(now))
        for row in rows:
            self._drop(row)
            self.count("withheld", "SEND-5")
            if row.job_id is not None:
                self._end_job_if_done(row.job_id, now)
        return len(rows)

    def _end_sessions(self, now: datetime) -> int:
        rows = self._all(OVER, b_minute=minutes(now - SESSION_LIFE))
        for row in rows:
            held = self._readable(row.id)
            if held is None and row.kept:
                continue  # damaged, with an open request: it ends with that
            if held is None:
                self._write(DROP_DAMAGED, b_id=row.id)  # one damaged row must not keep everybody's life from ending
            elif row.kept:
                self._strip_session(held, now)
            else:
                self._end_session(held, now)
        return len(rows)

    def _readable(self, conversation_id: int) -> Held | None:
        try:
            return self._held(conversation_id)
        except vault.Unreadable:
            return None

    def _drop_parked(self, now: datetime) -> int:
        rows = self._all(LATE_PARKED, b_at=micros(now - PARKED_LIFE))
        for row in rows:
            self._write(UNPARK, b_id=row.id)
            self._destroy(row.key_id, now)
            self.count("dropped", "parked")
        return len(rows)

    def _erase_ended(self, now: datetime) -> int:
        rows = self._all(ENDED, b_at=micros(now - ENDED_LIFE), b_emptied=micros(now - EMPTIED_LIFE))
        for row in rows:
            self._erase_handoff(row, now)
        return len(rows)

    def _end_old_jobs(self, now: datetime) -> int:
        rows = self._all(OLD_JOBS, b_at=micros(now))
        for row in rows:
            self._end_job(row.id, now)
        return len(rows)

    def _destroy_orphans(self, now: datetime) -> None:
        for row in self._all(ORPHANS):
            self._destroy(row.id, now)

    def _rewrap_secrets(self) -> int:
        rows = [row for row in self._all(OFFICERS) if self._is_old(row.totp_secret)]
        for row in rows:
            where = totp_place(row.name_folded)
            secret = vault.unseal_master(self._keyring, row.totp_secret, where)
            self._quiet(SET_SECRET, b_id=row.id, b_secret=vault.seal_master(self._keyring, secret, where))
        return len(rows)

    def _rewrap_trial(self) -> int:
        rows: list[Row[Any]] = [row for row in self._all(TRIAL) if self._is_old(row.body)]
        for row in rows:
            where = trial_place(row.address_hash)
            plain = vault.unseal_master(self._keyring, row.body, where)
            body = vault.seal_master(self._keyring, plain, where)
            self._quiet(SET_TRIAL, b_hash=row.address_hash, b_body=body)
        return len(rows)

    def _is_old(self, sealed: bytes) -> bool:
        return vault.sealed_by(sealed) != self._keyring.current


def _age(since: int | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (micros(now) - since) / 1e6)
