"""What an officer does, one function a verb, each in one transaction.

Ownership changes in the transaction that causes it: who claims holds the conversation, who hands back or closes gives it
to the bot. Officers see requests that they may take and conversations that they hold, and of those only what was agreed.
Every act is audited without content (LOG-3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.engine.model import Channel, Gate
from bot.engine.state import Cover, Owner, Screen
from bot.handoff.card import OfficerView, officer_view
from bot.handoff.life import Act, is_open, may, may_follow, may_take
from bot.ports import (
    Author,
    Conversation,
    Delivery,
    Handoff,
    HandoffMessage,
    HandoffPhase,
    Officer,
    Outgoing,
    OutKind,
    Payload,
    Unit,
)
from bot.service.context import WINDOW, Context
from bot.service.waiting import JOINED, NOT_SENT, announcement, as_sent, deliver_or_knock, fits

DeskContext = Context
MAX_DRAFT = 4000
"""Characters; a reply is far shorter, a note may be this long."""


class DeskProblem(Exception):
    """An act that was refused; nothing was changed. The message is for the officer and holds no content."""


class NotYours(DeskProblem):
    def __init__(self) -> None:
        super().__init__("This conversation is not there. It was erased, or somebody else holds it.")


class Taken(DeskProblem):
    def __init__(self, alias: str) -> None:
        super().__init__(f"{alias} has taken this request.")
        self.alias = alias


class Over(DeskProblem):
    def __init__(self) -> None:
        super().__init__("This request is over. Nothing more can be sent in it.")


class BadText(DeskProblem):
    pass


@dataclass(frozen=True, slots=True)
class Queue:
    """`waiting` oldest first; `mine` in the order in which they were taken."""

    waiting: tuple[OfficerView, ...]
    mine: tuple[OfficerView, ...]


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation as its officer sees it. Minutes are whole and rounded up; None: does not apply.

    `confirmed_min`: how long the sitting still lasts; None while the person has not said that it is a good time.
    `window_min`: how long WhatsApp still takes a text; 0 when no more.
    """

    view: OfficerView
    phase: HandoffPhase
    messages: tuple[HandoffMessage, ...]
    draft: str
    cover: Cover
    confirmed_min: int | None
    window_min: int | None

    @property
    def is_open(self) -> bool:
        return is_open(self.phase)

    @property
    def waiting(self) -> int:
        """Texts of the officer that wait for the person's check."""
        return sum(one.author is Author.OFFICER and one.delivery is Delivery.WAITING for one in self.messages)


def queue(desk: DeskContext, officer: Officer) -> Queue:
    def work(unit: Unit) -> Queue:
        waiting = tuple(officer_view(one) for one in _takeable(unit, officer, desk.clock()))
        mine = tuple(officer_view(one) for one in unit.held(officer.id)) if may(officer.role, Act.HOLD) else ()
        return Queue(waiting, mine)

    return desk.store.transact(work)


def marks(desk: DeskContext, officer: Officer) -> tuple[int, Mapping[int, int]]:
    """How many wait that this officer may take, and the counters of what they hold. For the stream: no content."""

    def work(unit: Unit) -> tuple[int, Mapping[int, int]]:
        counters = unit.marks()
        held = unit.held(officer.id) if may(officer.role, Act.HOLD) else ()
        return len(_takeable(unit, officer, desk.clock())), {one.id: counters.get(one.id, 0) for one in held}

    return desk.store.transact(work)


def claim(desk: DeskContext, officer: Officer, handoff_id: int) -> None:
    """One winner. Raises Taken with the winner's alias, Over, or NotYours for a role that may not."""

    def work(unit: Unit) -> None:
        now = desk.clock()
        handoff, conversation = _claimable(unit, officer, handoff_id, now)
        unit.move_handoff(handoff.id, HandoffPhase.ACCEPTED, now, officer.id)
        state = replace(conversation.state, owner=Owner.OFFICER, alias=officer.alias)
        state = replace(state, screen=Screen.NONE if state.screen is Screen.WAITING else state.screen)
        unit.save(conversation.id, state, now)
        unit.add_message(handoff.id, Author.EVENT, JOINED, now, delivery=Delivery.WAITING)
        taken = replace(handoff, phase=HandoffPhase.ACCEPTED, officer_id=officer.id)
        deliver_or_knock(desk, unit, replace(conversation, state=state), taken, now)
        _done(unit, officer, "claim", handoff.id, now)

    desk.store.transact(work)


def conversation(desk: DeskContext, officer: Officer, handoff_id: int, *, opened: bool = True) -> Chat:
    """Raises NotYours. An ended one can still be read by the officer who held it, until it is erased.

    `opened` is False when a page that was opened, and audited, brings itself up to date.
    """

    def work(unit: Unit) -> Chat:
        now = desk.clock()
        handoff = _held(unit, officer, handoff_id)
        if opened:
            unit.audit(officer.id, "read", handoff.id, now)
        return _chat(unit, officer, handoff, now)

    return desk.store.transact(work)


def reply(desk: DeskContext, officer: Officer, handoff_id: int, text: str) -> None:
    """Sent at once in a confirmed sitting, else it waits. Raises BadText, Over, NotYours; the draft is then kept."""

    def work(unit: Unit) -> None:
        now = desk.clock()
        handoff, talk = _talk(unit, officer, handoff_id)
        sent = as_sent(desk, talk.state, text, now)
        if not sent.strip():
            raise BadText("There is no text to send.")
        if not fits(talk.state.channel, sent):
            raise BadText(_too_long(talk.state.channel))
        unit.add_message(handoff.id, Author.OFFICER, text.strip(), now, delivery=Delivery.WAITING)
        deliver_or_knock(desk, unit, talk, handoff, now)
        unit.set_draft(handoff.id, officer.id, "")
        _done(unit, officer, "reply", handoff.id, now)

    desk.store.transact(work)


def note(desk: DeskContext, officer: Officer, handoff_id: int, text: str) -> None:
    """A private note. It has no delivery, and no function gives its author kind to a sender."""

    def work(unit: Unit) -> None:
        now = desk.clock()
        handoff = _held(unit, officer, handoff_id)
        if handoff.phase is not HandoffPhase.ACCEPTED:
            raise Over
        if not text.strip():
            raise BadText("There is no text to keep.")
        unit.add_message(handoff.id, Author.NOTE, text.strip()[:MAX_DRAFT], now)
        _done(unit, officer, "note", handoff.id, now)

    desk.store.transact(work)


def hand_back(desk: DeskContext, officer: Officer, handoff_id: int) -> None:
    """The bot answers again; the person can ask again."""
    _end(desk, officer, handoff_id, HandoffPhase.HANDED_BACK, "left", "hand-back")


def close(desk: DeskContext, officer: Officer, handoff_id: int) -> None:
    _end(desk, officer, handoff_id, HandoffPhase.CLOSED, "ended", "close")


def save_draft(desk: DeskContext, officer: Officer, handoff_id: int, text: str) -> None:
    """Kept on the server under the handoff's key, so that nothing stands in the browser."""

    def work(unit: Unit) -> None:
        handoff = _held(unit, officer, handoff_id)
        if handoff.phase is HandoffPhase.ACCEPTED:
            unit.set_draft(handoff.id, officer.id, text[:MAX_DRAFT])

    desk.store.transact(work)


# --- inside the transaction


def _takeable(unit: Unit, officer: Officer, now: datetime) -> list[Handoff]:
    if not may(officer.role, Act.SEE_QUEUE):
        return []
    trained = _trained_here(unit)
    return [
        one for one in unit.queue(now) if may_take(officer.role, under_18=one.agreed.under_18, trained_here=trained)
    ]


def _trained_here(unit: Unit) -> bool:
    return any(may(one.role, Act.CLAIM_UNDER_18) for one in unit.officers() if not one.disabled)


def _claimable(unit: Unit, officer: Officer, handoff_id: int, now: datetime) -> tuple[Handoff, Conversation]:
    handoff = unit.handoff(handoff_id)
    if handoff is None or not may(officer.role, Act.CLAIM):
        raise NotYours
    if not may_follow(handoff.phase, HandoffPhase.ACCEPTED):
        _raise_lost(unit, officer, handoff)
    if not may_take(officer.role, under_18=handoff.agreed.under_18, trained_here=_trained_here(unit)):
        raise NotYours
    talk = None if handoff.conversation_id is None else unit.load(handoff.conversation_id)
    if talk is None or (handoff.expires_at is not None and now >= handoff.expires_at):
        raise Over
    return handoff, talk


def _raise_lost(unit: Unit, officer: Officer, handoff: Handoff) -> None:
    winner = None if handoff.officer_id is None else unit.officer(officer_id=handoff.officer_id)
    if handoff.phase is HandoffPhase.ACCEPTED and winner is not None:
        raise Taken("You" if winner.id == officer.id else winner.alias)
    raise Over


def _held(unit: Unit, officer: Officer, handoff_id: int) -> Handoff:
    """The handoff of this very officer: what others hold does not exist for them (STAFF-3)."""
    handoff = unit.handoff(handoff_id)
    if handoff is None or handoff.officer_id != officer.id or not may(officer.role, Act.HOLD):
        raise NotYours
    return handoff


def _talk(unit: Unit, officer: Officer, handoff_id: int) -> tuple[Handoff, Conversation]:
    """One that is going on, with its conversation."""
    handoff = _held(unit, officer, handoff_id)
    talk = None if handoff.conversation_id is None else unit.load(handoff.conversation_id)
    if handoff.phase is not HandoffPhase.ACCEPTED or talk is None or talk.state.owner is not Owner.OFFICER:
        raise Over
    return handoff, talk


def _end(desk: DeskContext, officer: Officer, handoff_id: int, phase: HandoffPhase, said: str, act: str) -> None:
    def work(unit: Unit) -> None:
        now = desk.clock()
        handoff, talk = _talk(unit, officer, handoff_id)
        _announce(desk, unit, talk, said, now)
        for message in unit.waiting_texts(handoff.id):
            unit.mark_message(message.id, Delivery.FAILED, NOT_SENT)
        state = replace(talk.state, owner=Owner.BOT, alias=None, knock_agreed=False)
        unit.save(talk.id, state, now)
        unit.add_message(handoff.id, Author.EVENT, said, now)
        unit.set_draft(handoff.id, officer.id, "")
        unit.move_handoff(handoff.id, phase, now)
        _done(unit, officer, act, handoff.id, now)

    desk.store.transact(work)


def _announce(desk: DeskContext, unit: Unit, talk: Conversation, said: str, now: datetime) -> None:
    """That the officer left is told in a confirmed sitting only; later, the next screen is the automatic line's again."""
    if not talk.state.confirmed(now):
        return
    text = announcement(desk, said, talk.state, now)
    row = Outgoing(OutKind.MESSAGE, Gate.OFFICER, Payload(text), made_at=now, drop_after=talk.state.confirmed_until)
    unit.enqueue(talk.id, row, now)


def _done(unit: Unit, officer: Officer, act: str, handoff_id: int, now: datetime) -> None:
    unit.audit(officer.id, act, handoff_id, now)
    unit.bump(handoff_id)


def _chat(unit: Unit, officer: Officer, handoff: Handoff, now: datetime) -> Chat:
    talk = None if handoff.conversation_id is None else unit.load(handoff.conversation_id)
    mine = talk is not None and handoff.phase is HandoffPhase.ACCEPTED
    return Chat(
        view=officer_view(handoff),
        phase=handoff.phase,
        messages=tuple(unit.messages(handoff.id)),
        draft=unit.draft(handoff.id, officer.id) if mine else "",
        cover=talk.state.cover if mine and talk else Cover.OPEN,
        confirmed_min=_confirmed_min(talk, now) if mine and talk else None,
        window_min=_window_min(talk, now) if mine and talk else None,
    )


def _confirmed_min(talk: Conversation, now: datetime) -> int | None:
    until = talk.state.confirmed_until
    return _minutes(until - now) if until is not None and talk.state.confirmed(now) else None


def _window_min(talk: Conversation, now: datetime) -> int | None:
    if talk.address.channel is not Channel.WHATSAPP:
        return None
    if talk.inbound_at is None:
        return 0
    return max(0, _minutes(talk.inbound_at + WINDOW - now))


def _minutes(length: timedelta) -> int:
    return -int(-length.total_seconds() // 60)


def _too_long(channel: Channel) -> str:
    if channel is Channel.SMS:
        return "This is more than three SMS parts. Send it in two texts. It was kept as your draft."
    return "This is more than 480 characters. Send it in two texts. It was kept as your draft."
