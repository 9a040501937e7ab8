"""The outbox: messages committed and not yet accepted by a provider, leased in order, and sealed erasure jobs.

A row is `ready`, `sending` (leased), `cleared` (leased, and dropped meanwhile: it still holds up what comes after it, so that
nothing overtakes a message that may be on its way) or `failed`. A row that was accepted or withheld is deleted. Within a lane
(a conversation, or a part of an erasure job) only the oldest unsent row is ever leased. The number of attempts is the lease's
token: it grows with each lease, so an older holder is known by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, Row

from bot.engine.model import Channel, Gate
from bot.ports import Address, Delivery, HandoffPhase, Leased, Outgoing, OutKind, Receipt
from bot.store import codec, vault
from bot.store.conversations import seal_address, unseal_address
from bot.store.handoffs_sql import PHASE_OF_MESSAGE
from bot.store.ledger import Entry, Ledger
from bot.store.outbox_sql import (
    AGAIN,
    CLEAR,
    DELETE,
    DELETE_JOB,
    ENQUEUE,
    FAIL,
    FIRST_DUE,
    FIRST_LEASE,
    GET_MINE,
    JOB,
    LEASE,
    LEASE_OVER,
    LEASED,
    OPEN_JOB,
    POSTPONE,
    REBODY,
    REST_OF_JOB,
    SPEAKING,
    STILL,
    TAKE,
    UNSENT_OF,
)
from bot.store.times import maybe_micros, micros, moment
from bot.store.vault import DataKey, Unreadable, place, seal, unseal

JOB_LIFE = timedelta(hours=48)
ENDED = "ended"
"""The code of officer text that was not sent before its talk ended."""
OPEN = (HandoffPhase.REQUESTED.value, HandoffPhase.ACCEPTED.value)
TELEGRAM_BATCH = 100
"""deleteMessages takes at most 100 ids (Bot API 10.1)."""


class Outbox(Ledger):
    def enqueue(self, conversation_id: int, outgoing: Outgoing, due: datetime) -> int:
        held = self._needed(conversation_id)
        if outgoing.officer_message_id is not None:
            self.mark_message(outgoing.officer_message_id, Delivery.QUEUED)
        return self._insert(held.key, outgoing, due, lane=held.id, conversation_id=held.id)

    def clear_queue(self, conversation_id: int, *, keep_officer: bool, only_officer: bool = False) -> int:
        """Removals stay: closing must not call back the removal of what is on the phone."""
        speaking = self._all(SPEAKING, b_conversation=conversation_id)
        rows = [row for row in speaking if row.officer_message_id is not None or not only_officer]
        for row in rows:
            if row.state == "sending":
                self._write(CLEAR, b_id=row.id)
            else:
                self._write(DELETE, b_id=row.id)
                self._officer_waits(row, keep_officer)
        return len(rows)

    def lease(self, now: datetime, lease_s: float, limit: int) -> Sequence[Leased]:
        self._end_leases(now)
        until = micros(now + timedelta(seconds=lease_s))
        taken = self._all(LEASE, b_now=micros(now), b_until=until, b_limit=limit)
        self.changed += len(taken)
        ordered = sorted(taken, key=lambda row: (row.due, row.seq))
        leased = (self._leased(row.id, now) for row in ordered)
        return [one for one in leased if one is not None]

    def still_leased(self, row: Leased, now: datetime) -> bool:
        return self._one(STILL, b_id=row.id, b_attempts=row.attempts, b_now=micros(now)) is not None

    def sent(self, row: Leased, receipt: Receipt, now: datetime) -> None:
        stored = self._one(TAKE, b_id=row.id)
        self.changed += stored is not None
        for ref in row.outgoing.refs if row.outgoing.kind is OutKind.REMOVE else ():
            self.drop_message(row.address, ref)
        if row.conversation_id is None:
            self._after_job_row(stored, row, receipt, now)
        elif row.outgoing.kind is OutKind.MESSAGE:
            self._after_message(
                row, row.conversation_id, receipt, now, late=stored is None or stored.state == "cleared"
            )

    def retry(self, row: Leased, due: datetime, code: str) -> None:
        self._again(row, AGAIN, b_due=micros(due), b_code=code[:64])

    def postpone(self, row: Leased, due: datetime) -> None:
        self._again(row, POSTPONE, b_due=micros(due))

    def give_up(self, row: Leased, code: str, now: datetime) -> None:
        stored = self._one(GET_MINE, b_id=row.id, b_attempts=row.attempts)
        if stored is None:
            return
        if stored.conversation_id is None:
            self._drop(stored)
            self._end_job_if_done(stored.job_id, now)
            return
        self._write(FAIL, b_id=row.id, b_now=micros(now), b_code=code[:64])
        if stored.officer_message_id is not None:
            self.mark_message(stored.officer_message_id, Delivery.FAILED, code[:64])

    def withhold(self, row: Leased, rule: str, now: datetime) -> None:
        stored = self._one(GET_MINE, b_id=row.id, b_attempts=row.attempts)
        if stored is None:
            return
        self._drop(stored)
        self.count("withheld", rule)
        if stored.job_id is not None:
            self._end_job_if_done(stored.job_id, now)

    def next_due(self) -> datetime | None:
        """When there is something to do next: a head is due, or a lease ends."""
        times = [one for one in (self._first(FIRST_DUE), self._first(FIRST_LEASE)) if one is not None]
        return moment(min(times)) if times else None

    def seal_job(
        self, address: Address, outgoings: Sequence[Outgoing], now: datetime, *, life: timedelta = JOB_LIFE
    ) -> None:
        """Work that outlives a conversation, under a key of its own and linked to nothing; gone when done or after `life`.

        On Telegram it is done in order, so that a report comes after the removals; a Twilio id is erased whenever Twilio lets
        us, each by itself.
        """
        if not outgoings:
            return
        key, job_id = self._new_key(), vault.random_id()
        where = place("erasure_job", job_id, "address", job_id)
        sealed = seal_address(key, address, where)
        self._quiet(OPEN_JOB, id=job_id, key_id=key.id, until=micros(now + life), address=sealed)
        for one in outgoings:
            lane = job_id if address.channel is Channel.TELEGRAM else vault.random_id()
            self._insert(key, one, now, lane=lane, job_id=job_id)

    def count(self, name: str, label: str, by: int = 1) -> None:
        raise NotImplementedError

    # --- for the other parts

    def _insert(
        self,
        key: DataKey,
        outgoing: Outgoing,
        due: datetime,
        *,
        lane: int,
        conversation_id: int | None = None,
        job_id: int | None = None,
    ) -> int:
        row_id = vault.random_id()
        self._write(
            ENQUEUE,
            id=row_id,
            conversation_id=conversation_id,
            job_id=job_id,
            lane=lane,
            b_lane=lane,
            state="ready",
            speaks=outgoing.kind is OutKind.MESSAGE,
            due=micros(due),
            lease_until=None,
            attempts=0,
            drop_after=maybe_micros(outgoing.drop_after),
            officer_message_id=outgoing.officer_message_id,
            body=seal(key.raw, codec.dumps(outgoing), _place(conversation_id or job_id, row_id)),
            code=None,
        )
        return row_id

    def _leased(self, row_id: int, now: datetime) -> Leased | None:
        row = self._one(LEASED, b_id=row_id)
        try:
            return None if row is None else self._opened(row)
        except Unreadable:
            # One row that does not open must not stop everybody's messages.
            self._write(FAIL, b_id=row_id, b_now=micros(now), b_code="unreadable")
            return None

    def _opened(self, row: Row[Any]) -> Leased:
        key = vault.unwrap(self._keyring, row.key_id, row.master, row.wrapped)
        table, owner = ("conversation", row.conversation_id) if row.job_id is None else ("erasure_job", row.job_id)
        address = unseal_address(key, row.address, place(table, owner, "address", owner))
        return Leased(row.id, row.conversation_id, address, _outgoing(key, row), row.attempts)

    def _again(self, row: Leased, statement: Executable, **values: Any) -> None:
        stored = self._one(GET_MINE, b_id=row.id, b_attempts=row.attempts)
        if stored is None:
            return
        if stored.state == "cleared":
            self._drop(stored)
        else:
            self._write(statement, b_id=row.id, **values)

    def _end_leases(self, now: datetime) -> None:
        for row in self._all(LEASE_OVER, b_now=micros(now)):
            if row.state == "cleared":
                self._drop(row)
            else:
                self._write(AGAIN, b_id=row.id, b_due=row.due, b_code=row.code)

    def _drop(self, row: Row[Any]) -> None:
        self._write(DELETE, b_id=row.id)
        self._officer_waits(row, True)

    def _officer_waits(self, row: Row[Any], keep: bool) -> None:
        """Back to waiting, but not in a talk that ended meanwhile: nothing would ever release it there."""
        message_id = row.officer_message_id
        if message_id is None:
            return
        if self._first(PHASE_OF_MESSAGE, b_id=message_id) not in OPEN:
            self.mark_message(message_id, Delivery.FAILED, ENDED)
        else:
            self.mark_message(message_id, Delivery.WAITING if keep else Delivery.FAILED)

    def _after_message(self, row: Leased, conversation_id: int, receipt: Receipt, now: datetime, *, late: bool) -> None:
        """`late`: it went out although the person had closed or deleted meanwhile, so it is taken back where that works."""
        message_id = receipt.message_id
        if message_id is None:
            self._tell_officer(row.outgoing.officer_message_id, receipt.status, None)
            return
        if not self._alive(conversation_id):
            self.seal_job(row.address, removals(row.address, [message_id]), now)
            return
        entry = Entry(message_id, now, False, conversation_id, row.outgoing.officer_message_id)
        self._note_sent(row.address, entry, receipt.status, now)
        if late and row.address.channel is Channel.TELEGRAM:
            self.enqueue(conversation_id, removals(row.address, [message_id])[0], now)

    def _after_job_row(self, stored: Row[Any] | None, row: Leased, receipt: Receipt, now: datetime) -> None:
        if stored is None:
            return
        reported = row.outgoing.kind is OutKind.MESSAGE and receipt.message_id is not None
        if reported and row.address.channel is not Channel.TELEGRAM:
            job = self._one(JOB, b_id=stored.job_id)
            if job is not None:
                last = removals(row.address, [str(receipt.message_id)])[0]
                self._insert(self._key(job.key_id), last, now, lane=vault.random_id(), job_id=job.id)
        self._end_job_if_done(stored.job_id, now)

    def _end_job_if_done(self, job_id: int, now: datetime) -> None:
        if self._one(REST_OF_JOB, b_id=job_id) is None:
            self._end_job(job_id, now)

    def _end_job(self, job_id: int, now: datetime) -> None:
        job = self._one(JOB, b_id=job_id)
        if job is not None:
            self._write(DELETE_JOB, b_id=job_id)
            self._destroy(job.key_id, now)

    def _pending_removals(self, conversation_id: int, key: DataKey) -> list[str]:
        """Message ids of removals that were queued and not done."""
        rows = self._all(UNSENT_OF, b_conversation=conversation_id)
        queued = [_outgoing(key, row) for row in rows if not row.speaks]
        return [ref for one in queued if one.kind is OutKind.REMOVE for ref in one.refs]

    def _reseal_queue(self, conversation_id: int, old: DataKey, new: DataKey) -> None:
        for row in self._all(UNSENT_OF, b_conversation=conversation_id):
            where = _place(conversation_id, row.id)
            self._write(REBODY, b_id=row.id, b_body=seal(new.raw, unseal(old.raw, row.body, where), where))


def removals(address: Address, message_ids: Sequence[str]) -> list[Outgoing]:
    """What asks the provider to remove these messages: on Telegram in batches, newest first; at Twilio one by one."""
    size = TELEGRAM_BATCH if address.channel is Channel.TELEGRAM else 1
    unique = list(dict.fromkeys(message_ids))
    batches = [tuple(unique[start : start + size]) for start in range(0, len(unique), size)]
    return [Outgoing(OutKind.REMOVE, Gate.NEUTRAL, refs=batch) for batch in batches]


def _outgoing(key: DataKey, row: Row[Any]) -> Outgoing:
    return codec.loads(Outgoing, unseal(key.raw, row.body, _place(row.conversation_id or row.job_id, row.id)))


def _place(owner: int | None, row_id: int) -> bytes:
    return place("outbox", owner, "body", row_id)
