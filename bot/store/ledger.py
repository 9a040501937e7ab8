"""Provider message ids of both directions, 48 hours, under a key of their own; what became of what was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.engine.model import Channel
from bot.ports import Address, Delivery
from bot.store import codec
from bot.store.handoffs import Handoffs
from bot.store.tables import early_status, ledger
from bot.store.times import minutes
from bot.store.vault import DataKey, place, seal, unseal

LIFE = timedelta(hours=48)
KEY_DAY = 24 * 60
"""Minutes for which one ledger key takes new ids, so that keys die too while somebody goes on writing."""

FINAL = frozenset({"failed", "undelivered", "canceled"})
RANKS: Mapping[str, int] = MappingProxyType(
    {"accepted": 0, "scheduled": 0, "queued": 0, "sending": 0, "sent": 1, "delivered": 2, "read": 3}
)
DELIVERIES: Mapping[str, Delivery] = MappingProxyType(
    {
        "sent": Delivery.SENT,
        "delivered": Delivery.DELIVERED,
        "read": Delivery.READ,
        "failed": Delivery.FAILED,
        "undelivered": Delivery.FAILED,
        "canceled": Delivery.FAILED,
    }
)
RECEIVED = "received"

REMEMBER = insert(ledger).on_conflict_do_nothing()
KEY_OF_DAY = (
    select(ledger.c.key_id)
    .where(ledger.c.owner_hash == bindparam("b_owner"), ledger.c.at_minute >= bindparam("b_since"))
    .limit(1)
)
OF_OWNER = select(ledger).where(ledger.c.owner_hash == bindparam("b_owner"))
OF_MESSAGE = select(ledger).where(ledger.c.message_hash == bindparam("b_hash"))
SET_STATUS = update(ledger).where(ledger.c.message_hash == bindparam("b_hash")).values(status=bindparam("b_status"))
DROP_MESSAGE = delete(ledger).where(ledger.c.message_hash == bindparam("b_hash"))
DROP_OWNER = delete(ledger).where(ledger.c.owner_hash == bindparam("b_owner"))
EARLY = select(early_status).where(early_status.c.message_hash == bindparam("b_hash"))
PUT_EARLY = insert(early_status)
PUT_EARLY = PUT_EARLY.on_conflict_do_update(
    index_elements=[early_status.c.message_hash],
    set_={"status": PUT_EARLY.excluded.status, "code": PUT_EARLY.excluded.code},
)
DROP_EARLY = delete(early_status).where(early_status.c.message_hash == bindparam("b_hash"))


@dataclass(frozen=True, slots=True)
class Entry:
    """What the sealed body of a ledger row holds."""

    message_id: str
    at: datetime
    inbound: bool
    conversation_id: int
    officer_message_id: int | None = None


def moves(before: str, after: str) -> bool:
    """Whether a status may follow another: queued, sent, delivered, read; failed only from the first two."""
    if before in FINAL:
        return False
    rank = RANKS.get(before, -1)
    if after in FINAL:
        return rank <= RANKS["sent"]
    return RANKS.get(after, -1) > rank


class Ledger(Handoffs):
    def remember(self, conversation_id: int, message_id: str, *, inbound: bool, now: datetime) -> None:
        held = self._needed(conversation_id)
        self._note(held.address, Entry(message_id, now, inbound, conversation_id), RECEIVED, now)

    def remembered(self, conversation_id: int, now: datetime) -> Sequence[str]:
        entries = self._entries(self._needed(conversation_id).address)
        live = [one for one in entries if now - LIFE < one.at]
        return [one.message_id for one in sorted(live, key=_age, reverse=True)]

    def drop_remembered(self, conversation_id: int) -> None:
        self._drop_ledger(self._needed(conversation_id).address)

    def drop_message(self, address: Address, message_id: str) -> None:
        """The provider has erased this one."""
        for one in self._message_hashes(address, message_id):
            self._quiet(DROP_MESSAGE, b_hash=one)

    def status(self, message_id: str, status: str, code: str | None, now: datetime) -> bool:
        row = self._ledger_row(message_id)
        if row is None:
            self._keep_early(message_id, status, code, now)
            return False
        if not moves(row.status, status):
            return False
        self._write(SET_STATUS, b_hash=row.message_hash, b_status=status)
        self._tell_officer(self._entry(row).officer_message_id, status, code)
        return True

    def trace(self, message_id: str) -> tuple[int | None, str] | None:
        """The conversation (None when it is over) and the last status of a Twilio message; None when not known."""
        row = self._ledger_row(message_id)
        if row is None:
            return None
        conversation_id = self._entry(row).conversation_id
        return (conversation_id if self._alive(conversation_id) else None), row.status

    # --- for the other parts

    def _note(self, address: Address, entry: Entry, status: str, now: datetime) -> None:
        key = self._ledger_key(address, now)
        owner, message = self._owner(address), self._message_hashes(address, entry.message_id)[0]
        where = place("ledger", owner.hex(), "body", message.hex())
        self._write(
            REMEMBER,
            message_hash=message,
            owner_hash=owner,
            key_id=key.id,
            at_minute=minutes(now),
            status=status,
            body=seal(key.raw, codec.dumps(entry), where),
        )

    def _note_sent(self, address: Address, entry: Entry, status: str, now: datetime) -> None:
        """Also takes up a status that the provider told before we had written down that it was sent."""
        self._note(address, entry, status, now)
        self._tell_officer(entry.officer_message_id, status, None)
        message = self._message_hashes(address, entry.message_id)[0]
        early = self._one(EARLY, b_hash=message)
        if early is not None:
            self._quiet(DROP_EARLY, b_hash=message)
            self.status(entry.message_id, early.status, early.code, now)

    def _tell_officer(self, officer_message_id: int | None, status: str, code: str | None) -> None:
        if officer_message_id is not None and status in DELIVERIES:
            self.mark_message(officer_message_id, DELIVERIES[status], code)

    def _keep_early(self, message_id: str, status: str, code: str | None, now: datetime) -> None:
        """A callback can be faster than our own commit. Only a keyed hash of the id is kept of it."""
        if status not in DELIVERIES:
            return
        message = self._keyring.hash("ledger", message_id)
        before = self._one(EARLY, b_hash=message)
        if before is None or moves(before.status, status):
            self._quiet(PUT_EARLY, message_hash=message, status=status, code=code, at_minute=minutes(now))

    def _ledger_row(self, message_id: str) -> Row[Any] | None:
        for one in self._keyring.hashes("ledger", message_id):
            row = self._one(OF_MESSAGE, b_hash=one)
            if row is not None:
                return row
        return None

    def _ledger_key(self, address: Address, now: datetime) -> DataKey:
        since = minutes(now) // KEY_DAY * KEY_DAY
        key_id = self._first(KEY_OF_DAY, b_owner=self._owner(address), b_since=since)
        return self._new_key() if key_id is None else self._key(key_id)

    def _owner(self, address: Address) -> bytes:
        return self._keyring.hash("ledger owner", address.key)

    def _owners(self, address: Address) -> list[bytes]:
        return self._keyring.hashes("ledger owner", address.key)

    def _message_hashes(self, address: Address, message_id: str) -> list[bytes]:
        """Telegram counts messages within a chat, Twilio's ids are unique."""
        telegram = address.channel is Channel.TELEGRAM
        return self._keyring.hashes("ledger", f"{address.key}|{message_id}" if telegram else message_id)

    def _entries(self, address: Address) -> list[Entry]:
        rows = [row for owner in self._owners(address) for row in self._all(OF_OWNER, b_owner=owner)]
        return [self._entry(row) for row in rows]

    def _entry(self, row: Row[Any]) -> Entry:
        where = place("ledger", row.owner_hash.hex(), "body", row.message_hash.hex())
        return codec.loads(Entry, unseal(self._key(row.key_id).raw, row.body, where))

    def _drop_ledger(self, address: Address) -> set[str]:
        """The ids of the keys that now hold nothing; `purge` destroys what the caller does not."""
        keys = set()
        for owner in self._owners(address):
            keys |= {row.key_id for row in self._all(OF_OWNER, b_owner=owner)}
            self._write(DROP_OWNER, b_owner=owner)
        return keys


def _age(entry: Entry) -> tuple[datetime, int, str]:
    """Telegram's ids grow, so they order what has the same time."""
    number = int(entry.message_id) if entry.message_id.isdecimal() else 0
    return entry.at, number, entry.message_id
