"""Duplicate guards, conversations, rate counters and stop flags."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Row, and_, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.engine.model import Channel
from bot.engine.state import State
from bot.ports import Address, Conversation
from bot.store import codec, vault
from bot.store.base import Part, StaleConversation
from bot.store.compiled import Run
from bot.store.tables import OPEN_PHASES, claimed, conversation, data_key, handoff, stop_flag
from bot.store.times import micros, minutes
from bot.store.vault import DataKey, Keyring, place, seal, unseal

RATE_WINDOW = timedelta(minutes=1)

CLAIM = insert(claimed).on_conflict_do_nothing()
CLAIMED = select(claimed.c.hash).where(claimed.c.hash == bindparam("b_hash"))

_KNOWN = (
    select(
        conversation.c.id,
        conversation.c.key_id,
        conversation.c.address_hash,
        conversation.c.seen_minute,
        conversation.c.address,
        conversation.c.state,
        conversation.c.meter,
        data_key.c.master,
        data_key.c.wrapped,
        handoff.c.id.label("handoff_id"),
    )
    .select_from(
        conversation.join(data_key, data_key.c.id == conversation.c.key_id).outerjoin(
            handoff, and_(handoff.c.conversation_id == conversation.c.id, OPEN_PHASES)
        )
    )
    .with_for_update(of=conversation)
)
FIND = _KNOWN.where(conversation.c.address_hash == bindparam("b_hash"))
LOAD = _KNOWN.where(conversation.c.id == bindparam("b_id"))
ALIVE = select(conversation.c.id).where(conversation.c.id == bindparam("b_id")).with_for_update()
OPEN = insert(conversation)
SAVE = (
    update(conversation)
    .where(conversation.c.id == bindparam("b_id"))
    .values(state=bindparam("b_state"), seen_minute=bindparam("b_seen"))
)
REHASH = update(conversation).where(conversation.c.id == bindparam("b_id")).values(address_hash=bindparam("b_hash"))
SET_METER = update(conversation).where(conversation.c.id == bindparam("b_id")).values(meter=bindparam("b_meter"))
DROP_DAMAGED = delete(conversation).where(conversation.c.id == bindparam("b_id"))
STOPPED = select(stop_flag.c.until).where(stop_flag.c.address_hash == bindparam("b_hash"))
SET_STOP = insert(stop_flag)
SET_STOP = SET_STOP.on_conflict_do_update(
    index_elements=[stop_flag.c.address_hash], set_={"until": SET_STOP.excluded.until}
)
CLEAR_STOP = delete(stop_flag).where(stop_flag.c.address_hash == bindparam("b_hash"))


@dataclass(frozen=True, slots=True)
class Kept:
    """What the sealed state column holds."""

    state: State
    inbound_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Meter:
    hits: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation whose row this transaction holds."""

    id: int
    key: DataKey
    address: Address
    kept: Kept
    seen: int | None
    handoff_id: int | None
    meter: bytes | None = None

    def conversation(self) -> Conversation:
        return Conversation(self.id, self.address, self.kept.state, self.handoff_id, self.kept.inbound_at)


def seal_address(key: DataKey, address: Address, where: bytes) -> bytes:
    return seal(key.raw, address.key.encode("utf-8", "surrogatepass"), where)


def unseal_address(key: DataKey, sealed: bytes, where: bytes) -> Address:
    channel, _, identifier = unseal(key.raw, sealed, where).decode("utf-8", "surrogatepass").partition(":")
    return Address(Channel(channel), identifier)


class Conversations(Part):
    def __init__(self, run: Run, keyring: Keyring) -> None:
        super().__init__(run, keyring)
        self._rows: dict[int, Held] = {}

    def claim(self, provider_id: str, now: datetime) -> bool:
        current, *older = self._keyring.hashes("claimed", provider_id)
        if any(self._one(CLAIMED, b_hash=one) for one in older):
            return False
        return self._quiet(CLAIM, hash=current, at_minute=minutes(now)) == 1

    def find(self, address: Address) -> Conversation | None:
        hashes = self._keyring.hashes("conversation", address.key)
        for one in hashes:
            row = self._one(FIND, b_hash=one)
            if row is not None:
                if one != hashes[0]:
                    self._quiet(REHASH, b_id=row.id, b_hash=hashes[0])
                return self._found(row)
        return None

    def load(self, conversation_id: int) -> Conversation | None:
        held = self._held(conversation_id)
        return None if held is None else held.conversation()

    def open(self, address: Address, state: State, now: datetime) -> Conversation:
        key, conversation_id = self._new_key(), vault.random_id()
        kept = Kept(state)
        held = Held(conversation_id, key, address, kept, _seen(kept, minutes(now)), None)
        self._write(
            OPEN,
            id=held.id,
            key_id=key.id,
            address_hash=self._keyring.hash("conversation", address.key),
            seen_minute=held.seen,
            address=seal_address(key, address, place("conversation", held.id, "address", held.id)),
            state=self._sealed_state(held),
            meter=None,
        )
        self._rows[held.id] = held
        return held.conversation()

    def save(self, conversation_id: int, state: State, now: datetime, *, inbound_at: datetime | None = None) -> None:
        """`now` is not needed: life is counted from the last inbound message (DATA-3), which the state knows."""
        held = self._needed(conversation_id)
        kept = Kept(state, inbound_at or held.kept.inbound_at)
        fresh = Kept(state, inbound_at)
        self._put(replace(held, kept=kept, seen=_seen(fresh, held.seen)))

    def hit(self, conversation_id: int, now: datetime) -> int:
        """Counts one inbound message; how many came in the last minute, this one included (ABUSE-5)."""
        held = self._needed(conversation_id)
        where = place("conversation", held.id, "meter", held.id)
        before = Meter() if held.meter is None else codec.loads(Meter, unseal(held.key.raw, held.meter, where))
        recent = (*(hit for hit in before.hits if now - RATE_WINDOW < hit <= now), now)
        meter = seal(held.key.raw, codec.dumps(Meter(recent)), where)
        self._quiet(SET_METER, b_id=held.id, b_meter=meter)
        self._rows[held.id] = replace(held, meter=meter)
        return len(recent)

    def stopped(self, address: Address, now: datetime) -> bool:
        untils = (self._first(STOPPED, b_hash=one) for one in self._keyring.hashes("stop_flag", address.key))
        return any(until is not None and micros(now) < until for until in untils)

    def set_stop(self, address: Address, until: datetime) -> None:
        self._write(SET_STOP, address_hash=self._keyring.hash("stop_flag", address.key), until=micros(until))

    def clear_stop(self, address: Address) -> None:
        for one in self._keyring.hashes("stop_flag", address.key):
            self._write(CLEAR_STOP, b_hash=one)

    # --- for the other parts

    def _alive(self, conversation_id: int) -> bool:
        """Whether there is such a conversation, its row locked; nothing is opened."""
        return conversation_id in self._rows or self._one(ALIVE, b_id=conversation_id) is not None

    def _held(self, conversation_id: int) -> Held | None:
        if conversation_id in self._rows:
            return self._rows[conversation_id]
        row = self._one(LOAD, b_id=conversation_id)
        return None if row is None else self._hold(row)

    def _needed(self, conversation_id: int) -> Held:
        held = self._held(conversation_id)
        if held is None:
            raise StaleConversation("this conversation is over")
        return held

    def _put(self, held: Held) -> None:
        self._write(SAVE, b_id=held.id, b_state=self._sealed_state(held), b_seen=held.seen)
        self._rows[held.id] = held

    def _sealed_state(self, held: Held) -> bytes:
        return seal(held.key.raw, codec.dumps(held.kept), place("conversation", held.id, "state", held.id))

    def _found(self, row: Row[tuple[object, ...]]) -> Conversation | None:
        """None, and the row gone, when its bytes were damaged: the person is answered as somebody new, not never again.

        When its very key does not open, it is raised: then it is rather the operator's key that is not the right one.
        """
        try:
            return self._hold(row).conversation()
        except vault.Unreadable:
            vault.unwrap(self._keyring, row.key_id, row.master, row.wrapped)
        self._write(DROP_DAMAGED, b_id=row.id)  # the next purge destroys its key
        return None

    def _hold(self, row: Row[tuple[object, ...]]) -> Held:
        key = vault.unwrap(self._keyring, row.key_id, row.master, row.wrapped)
        address = unseal_address(key, row.address, place("conversation", row.id, "address", row.id))
        plain = unseal(key.raw, row.state, place("conversation", row.id, "state", row.id))
        held = Held(row.id, key, address, codec.loads(Kept, plain), row.seen_minute, row.handoff_id, row.meter)
        self._rows[held.id] = held
        return held


def _seen(kept: Kept, otherwise: int | None) -> int | None:
    """The minute of the last message from the person."""
    known = [one for one in (kept.inbound_at, kept.state.last_seen) if one is not None]
    return minutes(max(known)) if known else otherwise
