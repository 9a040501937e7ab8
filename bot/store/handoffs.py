"""Handoffs with their messages and drafts, each under a key of its own that outlives the session (DATA-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot.engine.events import RequestHandoff
from bot.engine.model import Channel
from bot.ports import Address, Author, Delivery, Handoff, HandoffMessage, HandoffPhase
from bot.store import codec, vault
from bot.store.base import StaleConversation
from bot.store.conversations import Conversations
from bot.store.handoffs_sql import (
    ACCEPT,
    ADD,
    AFTER,
    BUMP,
    BUMP_OF_MESSAGE,
    DELETE,
    DELETE_DRAFT,
    DELETE_DRAFTS,
    DELETE_MESSAGES,
    EMPTY,
    END,
    FILL,
    GET,
    GET_DRAFT,
    HELD,
    MARK,
    MARKS,
    OF_OWNER,
    PUT_DRAFT,
    QUEUE,
    REQUEST,
    SET_KNOCKED,
    WAITING,
    WHOSE,
)
from bot.store.times import maybe_moment, micros, moment
from bot.store.vault import DataKey, place, seal, unseal

NOTHING = RequestHandoff(None, None, None, None, None, False, False)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the sealed body of a handoff holds."""

    channel: Channel
    agreed: RequestHandoff


@dataclass(frozen=True, slots=True)
class Said:
    """What the sealed body of a message holds."""

    author: Author
    text: str
    at: datetime
    danger: bool = False


class Handoffs(Conversations):
    def request_handoff(
        self, conversation_id: int, agreed: RequestHandoff, now: datetime, expires_at: datetime
    ) -> Handoff:
        """Raises ValueError when one is open already."""
        held = self._needed(conversation_id)
        if held.handoff_id is not None:
            raise ValueError("this conversation has an open handoff")
        key, handoff_id, channel = self._new_key(), vault.random_id(), held.address.channel
        body = codec.dumps(Agreed(channel, agreed))
        self._write(
            REQUEST,
            id=handoff_id,
            conversation_id=conversation_id,
            owner_hash=self._keyring.hash("handoff", held.address.key),
            key_id=key.id,
            phase=HandoffPhase.REQUESTED.value,
            requested_at=micros(now),
            expires_at=micros(expires_at),
            knocked=False,
            mark=1,
            body=seal(key.raw, body, _place(handoff_id)),
        )
        self._rows[conversation_id] = replace(held, handoff_id=handoff_id)
        phase = HandoffPhase.REQUESTED
        return Handoff(handoff_id, conversation_id, channel, phase, agreed, now, expires_at=expires_at)

    def handoff(self, handoff_id: int) -> Handoff | None:
        conversation_id = self._first(WHOSE, b_id=handoff_id)
        if conversation_id is not None:
            self._held(conversation_id)  # before the handoff's row, in the order in which a turn locks them
        row = self._one(GET, b_id=handoff_id)
        return None if row is None else self._handoff(row)

    def queue(self, now: datetime) -> Sequence[Handoff]:
        found = [self._handoff(row) for row in self._all(QUEUE)]
        return [one for one in found if one.expires_at is None or now < one.expires_at]

    def held(self, officer_id: int) -> Sequence[Handoff]:
        return [self._handoff(row) for row in self._all(HELD, b_officer=officer_id)]

    def move_handoff(self, handoff_id: int, phase: HandoffPhase, now: datetime, officer_id: int | None = None) -> None:
        """What ends before an officer opened it is emptied at once (HAND-4); the row stays two days, with no content."""
        row = self._row(handoff_id)
        if phase is HandoffPhase.ACCEPTED:
            self._write(ACCEPT, b_id=handoff_id, b_officer=officer_id, b_now=micros(now))
        elif phase is HandoffPhase.REQUESTED:
            raise ValueError("a handoff does not go back to the queue")
        else:
            self._end(row, phase, now)

    def add_message(
        self,
        handoff_id: int,
        author: Author,
        text: str,
        now: datetime,
        *,
        danger: bool = False,
        delivery: Delivery | None = None,
    ) -> int:
        key = self._handoff_key(self._row(handoff_id))
        state = None if delivery is None else delivery.value
        message_id = int(self._first(ADD, handoff_id=handoff_id, delivery=state, body=b""))
        body = seal(key.raw, codec.dumps(Said(author, text, now, danger)), _message_place(handoff_id, message_id))
        self._write(FILL, b_id=message_id, b_body=body)
        self.bump(handoff_id)
        return message_id

    def messages(self, handoff_id: int, *, after: int = 0) -> Sequence[HandoffMessage]:
        return self._said(handoff_id, self._all(AFTER, b_handoff=handoff_id, b_after=after))

    def waiting_texts(self, handoff_id: int) -> Sequence[HandoffMessage]:
        return self._said(handoff_id, self._all(WAITING, b_handoff=handoff_id, b_after=0))

    def mark_message(self, message_id: int, delivery: Delivery, code: str | None = None) -> None:
        self._write(MARK, b_id=message_id, b_delivery=delivery.value, b_code=code)
        self._write(BUMP_OF_MESSAGE, b_id=message_id)

    def set_knocked(self, handoff_id: int, knocked: bool) -> None:
        self._write(SET_KNOCKED, b_id=handoff_id, b_knocked=knocked)

    def set_draft(self, handoff_id: int, officer_id: int, text: str) -> None:
        if not text:
            self._quiet(DELETE_DRAFT, b_handoff=handoff_id, b_officer=officer_id)
            return
        key = self._handoff_key(self._row(handoff_id))
        body = seal(key.raw, text.encode("utf-8", "surrogatepass"), _draft_place(handoff_id, officer_id))
        self._quiet(PUT_DRAFT, handoff_id=handoff_id, officer_id=officer_id, body=body)

    def draft(self, handoff_id: int, officer_id: int) -> str:
        sealed = self._first(GET_DRAFT, b_handoff=handoff_id, b_officer=officer_id)
        if sealed is None:
            return ""
        key = self._handoff_key(self._row(handoff_id))
        return unseal(key.raw, sealed, _draft_place(handoff_id, officer_id)).decode("utf-8", "surrogatepass")

    def bump(self, handoff_id: int) -> None:
        self._write(BUMP, b_id=handoff_id)

    def marks(self) -> dict[int, int]:
        return {row.id: row.mark for row in self._all(MARKS)}

    # --- for the other parts

    def _row(self, handoff_id: int) -> Row[Any]:
        row = self._one(GET, b_id=handoff_id)
        if row is None:
            raise StaleConversation("this handoff is gone")
        return row

    def _handoff_key(self, row: Row[Any]) -> DataKey:
        if row.key_id is None:
            raise StaleConversation("this handoff was erased")
        return self._key(row.key_id)

    def _handoff(self, row: Row[Any]) -> Handoff:
        kept = Agreed(Channel.SMS, NOTHING)  # an emptied one has no channel any more, and nobody to write to
        if row.key_id is not None:
            kept = codec.loads(Agreed, unseal(self._key(row.key_id).raw, row.body, _place(row.id)))
        return Handoff(
            row.id,
            row.conversation_id,
            kept.channel,
            HandoffPhase(row.phase),
            kept.agreed,
            moment(row.requested_at),
            row.officer_id,
            maybe_moment(row.accepted_at),
            maybe_moment(row.ended_at),
            maybe_moment(row.expires_at),
            bool(row.knocked),
        )

    def _said(self, handoff_id: int, rows: Sequence[Row[Any]]) -> list[HandoffMessage]:
        if not rows:
            return []
        key = self._handoff_key(self._row(handoff_id))
        return [_message(key, row) for row in rows]

    def _end(self, row: Row[Any], phase: HandoffPhase, now: datetime) -> None:
        self._write(END, b_id=row.id, b_phase=phase.value, b_now=micros(now))
        if row.officer_id is None:
            self._empty(row, now)
        held = self._rows.get(row.conversation_id)
        if held is not None:
            self._rows[held.id] = replace(held, handoff_id=None)

    def _empty(self, row: Row[Any], now: datetime) -> None:
        for statement in (DELETE_MESSAGES, DELETE_DRAFTS, EMPTY):
            self._write(statement, b_id=row.id)
        if row.key_id is not None:
            self._destroy(row.key_id, now)

    def _erase_handoff(self, row: Row[Any], now: datetime) -> None:
        self._write(DELETE, b_id=row.id)
        if row.key_id is not None:
            self._destroy(row.key_id, now)

    def _handoffs_of(self, address: Address) -> list[Row[Any]]:
        owners = self._keyring.hashes("handoff", address.key)
        return [row for owner in owners for row in self._all(OF_OWNER, b_owner=owner)]


def _message(key: DataKey, row: Row[Any]) -> HandoffMessage:
    said = codec.loads(Said, unseal(key.raw, row.body, _message_place(row.handoff_id, row.id)))
    delivery = None if row.delivery is None else Delivery(row.delivery)
    return HandoffMessage(row.id, row.handoff_id, said.author, said.text, said.at, delivery, said.danger, row.code)


def _place(handoff_id: int) -> bytes:
    return place("handoff", handoff_id, "body", handoff_id)


def _message_place(handoff_id: int, message_id: int) -> bytes:
    return place("handoff_message", handoff_id, "body", message_id)


def _draft_place(handoff_id: int, officer_id: int) -> bytes:
    return place("draft", handoff_id, "body", officer_id)
