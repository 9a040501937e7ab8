"""Parked messages, forgetting, and the end of a session (safety.md HIDE-7, DATA-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from bot.engine.state import Owner, State
from bot.ports import Address, Conversation, HandoffPhase, Inbound, Outgoing
from bot.store import codec, vault
from bot.store.conversations import Held, Kept, seal_address
from bot.store.outbox import removals
from bot.store.people import People
from bot.store.tables import conversation, parked
from bot.store.times import micros
from bot.store.vault import Unreadable, place, seal, unseal

PARKED_LIFE = timedelta(minutes=15)
"""The gap limit: what was written longer ago is not answered any more (SEND-10)."""

PARK = insert(parked)
PARKED = (
    select(parked)
    .where(parked.c.at > bindparam("b_since"))
    .order_by(parked.c.at, parked.c.id)
    .limit(bindparam("b_limit"))
)
PARKED_OF = select(parked).where(parked.c.owner_hash == bindparam("b_owner"))
UNPARK = delete(parked).where(parked.c.id == bindparam("b_id"))
DELETE_CONVERSATION = delete(conversation).where(conversation.c.id == bindparam("b_id"))
REKEY = (
    update(conversation)
    .where(conversation.c.id == bindparam("b_id"))
    .values(
        key_id=bindparam("b_key"),
        address=bindparam("b_address"),
        state=bindparam("b_state"),
        seen_minute=bindparam("b_seen"),
        meter=None,
    )
)


class Erasing(People):
    def park(self, address: Address, inbound: Inbound, now: datetime) -> None:
        """Under a key of its own, so that it can be kept before there is a conversation, and destroyed by itself."""
        key, parked_id = self._new_key(), vault.random_id()
        self._write(
            PARK,
            id=parked_id,
            owner_hash=self._keyring.hash("parked", address.key),
            key_id=key.id,
            at=micros(now),
            body=seal(key.raw, codec.dumps(inbound), place("parked", parked_id, "body", parked_id)),
        )

    def parked(self, now: datetime, limit: int) -> Sequence[tuple[int, Inbound]]:
        """Oldest first; those past the gap limit, and what was damaged, are left to `purge`."""
        rows = self._all(PARKED, b_since=micros(now - PARKED_LIFE), b_limit=limit)
        opened = ((row.id, self._parked(row)) for row in rows)
        return [(parked_id, inbound) for parked_id, inbound in opened if inbound is not None]

    def unpark(self, parked_id: int) -> None:
        """`purge` destroys its key within the minute."""
        self._write(UNPARK, b_id=parked_id)

    def wipe_parked(self, address: Address, now: datetime) -> int:
        """For close and delete: what was parked of this person is not handled any more. How many there were."""
        owners = self._keyring.hashes("parked", address.key)
        rows = [row for owner in owners for row in self._all(PARKED_OF, b_owner=owner)]
        for row in rows:
            self._write(UNPARK, b_id=row.id)
            self._destroy(row.key_id, now)
        return len(rows)

    def forget(self, conversation_id: int, now: datetime, *, report: Outgoing | None = None, hours: int = 48) -> None:
        held = self._needed(conversation_id)
        self._seal_erasure(held, now, report, hours)
        self.wipe_parked(held.address, now)
        self.clear_stop(held.address)
        self._erase_handoffs(held.address, now)
        for key_id in self._drop_ledger(held.address):
            self._destroy(key_id, now)
        self._delete_conversation(held, now)

    def reset_expired(self, conversation: Conversation, fresh: State, now: datetime) -> Conversation:
        """A new key, so that the old session can't be read in a backup either; ledger and open handoff stay."""
        self.clear_queue(conversation.id, keep_officer=True)
        return self._rekey(self._needed(conversation.id), Kept(fresh), now).conversation()

    # --- for the other parts

    def _parked(self, row: Row[Any]) -> Inbound | None:
        try:
            return codec.loads(Inbound, self._parked_body(row.id, row.key_id, row.body))
        except Unreadable:
            return None

    def _parked_body(self, parked_id: int, key_id: str, body: bytes) -> bytes:
        return unseal(self._key(key_id).raw, body, place("parked", parked_id, "body", parked_id))

    def _seal_erasure(self, held: Held, now: datetime, report: Outgoing | None, hours: int) -> None:
        known = [*self.remembered(held.id, now), *self._pending_removals(held.id, held.key)]
        last = () if report is None else (report,)
        self.seal_job(held.address, [*removals(held.address, known), *last], now, life=timedelta(hours=hours))

    def _erase_handoffs(self, address: Address, now: datetime) -> None:
        for row in self._handoffs_of(address):
            self._erase_handoff(row, now)
            if row.phase in (HandoffPhase.REQUESTED.value, HandoffPhase.ACCEPTED.value):
                self.audit(None, "erased by the person", row.id, now)

    def _delete_conversation(self, held: Held, now: datetime) -> None:
        self._write(DELETE_CONVERSATION, b_id=held.id)  # its outbox rows go with it
        self._destroy(held.key.id, now)
        self._rows.pop(held.id, None)

    def _end_session(self, held: Held, now: datetime) -> None:
        """The session is over and no handoff is open: removals that are not done yet go on by themselves."""
        pending = self._pending_removals(held.id, held.key)
        self.seal_job(held.address, removals(held.address, pending), now)
        self._delete_conversation(held, now)

    def _strip_session(self, held: Held, now: datetime) -> None:
        """An open handoff keeps address, language, cover and what was agreed; everything else of the session goes."""
        self._rekey(held, Kept(stripped(held.kept.state)), now)

    def _rekey(self, held: Held, kept: Kept, now: datetime) -> Held:
        key = self._new_key()
        self._reseal_queue(held.id, held.key, key)
        fresh = replace(held, key=key, kept=kept, seen=None, meter=None)
        address = seal_address(key, held.address, place("conversation", held.id, "address", held.id))
        state = self._sealed_state(fresh)
        self._write(REKEY, b_id=held.id, b_key=key.id, b_address=address, b_state=state, b_seen=None)
        self._destroy(held.key.id, now)
        self._rows[held.id] = fresh
        return fresh


def stripped(state: State) -> State:
    """What is left of a state while a handoff outlives its session."""
    return State(
        state.channel,
        vault.random_id(),
        lang=state.lang,
        lang_chosen=state.lang_chosen,
        cover=state.cover,
        covered_until=state.covered_until,
        owner=state.owner,
        knock_agreed=state.knock_agreed,
        alias=state.alias,
    )


def released(state: State) -> State:
    """The state when the request that it waited for is over."""
    return replace(state, owner=Owner.BOT, knock_agreed=False) if state.owner is Owner.QUEUE else state
