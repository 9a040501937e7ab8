"""Receive: one inbound message, one transaction: claimed, understood, answered into the outbox, committed.

When that fails for a fault of ours, a second and tiny transaction keeps the message for a later try, queues the safe text,
and honours close, stop, delete and danger by itself (design.md, section 4).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.engine import events
from bot.engine.match import Intent, understand
from bot.engine.model import Channel, Gate, Reply, Text
from bot.engine.state import Cover, Owner, State
from bot.engine.step import fresh, step
from bot.engine.turn import GAP, close_state
from bot.ports import (
    Address,
    Author,
    Conversation,
    Delivery,
    HandoffPhase,
    Inbound,
    InboundKind,
    Outgoing,
    OutKind,
    Payload,
    Unit,
)
from bot.service import trial
from bot.service.context import SESSION, Context
from bot.service.waiting import NOT_SENT, release_waiting
from bot.settings import Stage

REQUEST_LIFE = timedelta(days=7)
"""A request that nobody answered expires (DATA-3)."""
STOP_LIFE = timedelta(days=395)
"""13 months (SEND-8)."""
HITS_A_MINUTE = 30
"""More messages of one person in a minute are answered once, kindly; the safety words always work (ABUSE-5)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Handled:
    """What a turn came to, for whoever shows it (talk, tests): nothing that is kept."""

    turn: events.Turn
    texts: tuple[tuple[Reply, tuple[str, ...]], ...]


class Receiver:
    """The door of the service. `heard` is told of each turn in this process; talk and the demo use it."""

    def __init__(self, context: Context, heard: Callable[[Inbound, Handled], None] | None = None) -> None:
        self._context, self._heard = context, heard

    def take(self, inbound: Inbound) -> bool:
        """True when the message was handled, is known, or is kept for later; False when nothing could be kept."""
        try:
            handled = self._context.store.transact(lambda unit: self._handle(unit, inbound))
        except Exception as error:  # noqa: BLE001 - a request ends here; the message is parked below
            log.error("a message could not be handled: %s", type(error).__name__)
            return self._park(inbound)
        if handled is not None and self._heard is not None:
            self._heard(inbound, handled)
        return True

    def retry(self, parked_id: int, inbound: Inbound) -> None:
        """Handle what was parked; it changes nothing when newer input was handled since."""

        def work(unit: Unit) -> None:
            unit.unpark(parked_id)
            conversation = unit.find(inbound.address)
            seen = conversation.state.last_seen if conversation else None
            if seen is None or seen <= inbound.received_at.replace(second=0, microsecond=0):
                self._turn(unit, inbound)

        self._context.store.transact(work)

    def _handle(self, unit: Unit, inbound: Inbound) -> Handled | None:
        now = self._context.clock()
        if not unit.claim(inbound.provider_id, now):
            return None
        if not self._admitted(unit, inbound, now):
            return None
        return self._turn(unit, inbound)

    def _admitted(self, unit: Unit, inbound: Inbound, now: datetime) -> bool:
        """At the trial stage only accounts of the list are answered or stored (OPS-3)."""
        if self._context.stage is not Stage.TRIAL or trial.is_listed(self._context, unit, inbound.address):
            return True
        if trial.join(self._context, unit, inbound, now):
            return True
        unit.count("dropped", "not-on-trial-list")
        return False

    def _turn(self, unit: Unit, inbound: Inbound) -> Handled | None:
        now = self._context.clock()
        conversation = self._conversation(unit, inbound.address, now)
        if inbound.message_id is not None:
            unit.remember(conversation.id, inbound.message_id, inbound=True, now=now)
        if inbound.kind in (InboundKind.BLOCKED, InboundKind.UNBLOCKED):
            self._blocked(unit, conversation, inbound.kind)
            return None
        received = self._input(unit, conversation, inbound, now)
        turn = step(self._context.pack.bundle, conversation.state, received, now)
        if self._too_many(unit, conversation, turn, now):
            return None
        return _Apply(self._context, unit, conversation, inbound, now).turn(turn)

    def _conversation(self, unit: Unit, address: Address, now: datetime) -> Conversation:
        """The conversation as it stands now: a fresh state after the time-out, stopped where the flag says so."""
        bundle = self._context.pack.bundle
        state = fresh(address.channel, self._context.seed(), bundle.version)
        found = unit.find(address)
        if found is None:
            if unit.stopped(address, now):
                state = replace(state, cover=Cover.STOPPED)
            return unit.open(address, state, now)
        seen = found.state.last_seen
        if seen is None or now - seen <= SESSION:
            return found
        kept = replace(
            state,
            owner=found.state.owner,
            alias=found.state.alias,
            knock_agreed=found.state.knock_agreed,
            cover=Cover.STOPPED if unit.stopped(address, now) else Cover.OPEN,
        )
        return unit.reset_expired(found, kept if found.handoff_id is not None else state, now)

    def _input(self, unit: Unit, conversation: Conversation, inbound: Inbound, now: datetime) -> events.Input:
        word = conversation.state.return_word
        return events.Input(
            kind=events.InputKind(inbound.kind.value),
            text=inbound.text,
            late=now - inbound.sent_at > GAP,
            return_word=word is not None and self._context.keyed_hash("return-word", inbound.text) == word,
            desk=self._context.desk(unit, now),
            hint=inbound.hint,
        )

    def _blocked(self, unit: Unit, conversation: Conversation, kind: InboundKind) -> None:
        """The person blocked the bot: nothing can reach them, so nothing waits to."""
        if kind is InboundKind.BLOCKED:
            unit.clear_queue(conversation.id, keep_officer=True)
            if conversation.handoff_id is not None:
                unit.add_message(conversation.handoff_id, Author.EVENT, "blocked", self._context.clock())
                unit.bump(conversation.handoff_id)

    def _too_many(self, unit: Unit, conversation: Conversation, turn: events.Turn, now: datetime) -> bool:
        """Slows a flood; what closes, stops, deletes or is danger is never slowed."""
        hits = unit.hit(conversation.id, now)
        if hits <= HITS_A_MINUTE:
            return False
        vital = any(reply.gate in (Gate.EMERGENCY, Gate.COVER) for reply in turn.replies)
        if vital or any(isinstance(one, events.Forget | events.SetStop | events.ClearQueue) for one in turn.effects):
            return False
        unit.count("slowed", conversation.address.channel.value)
        if hits == HITS_A_MINUTE + 1:
            _say_plainly(self._context, unit, conversation, "too-many", Gate.NEUTRAL, now)
        return True

    # --- when the first transaction failed

    def _park(self, inbound: Inbound) -> bool:
        try:
            self._context.store.transact(lambda unit: self._keep(unit, inbound))
        except Exception as error:  # noqa: BLE001 - nothing could be kept: the provider sends it again
            log.error("a message could not be kept: %s", type(error).__name__)
            return False
        return True

    def _keep(self, unit: Unit, inbound: Inbound) -> None:
        now = self._context.clock()
        if not unit.claim(inbound.provider_id, now) or not self._admitted(unit, inbound, now):
            return
        conversation = self._conversation(unit, inbound.address, now)
        meaning = understand(self._context.pack.bundle.lexicon, inbound.text, conversation.state.lang)
        if meaning.number == 9 or meaning.intent is Intent.HIDE:
            self._hide_plainly(unit, conversation, now)
        elif meaning.intent is Intent.STOP or inbound.kind is InboundKind.OPT_OUT:
            self._stop_plainly(unit, conversation, inbound, now)
        elif meaning.intent in (Intent.EMERGENCY, Intent.SUICIDE):
            _say_plainly(self._context, unit, conversation, "emergency-line", Gate.EMERGENCY, now)
            unit.park(inbound.address, inbound, now)
        else:
            unit.park(inbound.address, inbound, now)
            if conversation.state.cover is Cover.OPEN:
                _say_plainly(self._context, unit, conversation, "not-available", Gate.NEUTRAL, now)

    def _hide_plainly(self, unit: Unit, conversation: Conversation, now: datetime) -> None:
        unit.clear_queue(conversation.id, keep_officer=True)
        unit.wipe_parked(conversation.address, now)
        state = close_state(conversation.state, now)
        unit.save(conversation.id, replace(state, last_seen=now.replace(second=0, microsecond=0)), now)
        _say_plainly(self._context, unit, conversation, "closed", Gate.COVER, now)

    def _stop_plainly(self, unit: Unit, conversation: Conversation, inbound: Inbound, now: datetime) -> None:
        unit.clear_queue(conversation.id, keep_officer=True)
        unit.wipe_parked(conversation.address, now)
        unit.set_stop(conversation.address, now + STOP_LIFE)
        unit.save(conversation.id, replace(close_state(conversation.state, now), cover=Cover.STOPPED), now)
        if inbound.kind is not InboundKind.OPT_OUT:
            _say_plainly(self._context, unit, conversation, "stopped", Gate.COVER, now)


def _say_plainly(context: Context, unit: Unit, conversation: Conversation, key: str, gate: Gate, now: datetime) -> None:
    """One system text without a question, in the conversation's language."""
    text = context.say(Text(f"system/{key}"), conversation.state.lang, now)
    row = Outgoing(OutKind.MESSAGE, gate, Payload(text), made_at=now, drop_after=now + GAP)
    unit.enqueue(conversation.id, row, now)


class _Apply:
    """Carries out one turn in the open transaction: effects first, then the replies, then the state."""

    def __init__(
        self, context: Context, unit: Unit, conversation: Conversation, inbound: Inbound, now: datetime
    ) -> None:
        self._context, self._unit, self._inbound, self._now = context, unit, inbound, now
        self._conversation, self._handoff_id = conversation, conversation.handoff_id

    def turn(self, turn: events.Turn) -> Handled:
        state = turn.state
        self._tidy_buttons()
        for effect in turn.effects:
            state = self._effect(effect, state)
        self._unit.count("turns", self._inbound.address.channel.value)
        if any(isinstance(one, events.Forget) for one in turn.effects):
            return self._forget(turn)
        texts = []
        for reply in turn.replies:
            laid = self._context.lay(reply, state.channel, self._now)
            state = replace(state, more=laid.more) if reply is turn.replies[-1] else state
            self._enqueue(reply, laid.messages)
            texts.append((reply, tuple(payload.text for payload in laid.messages)))
        self._unit.save(self._conversation.id, state, self._now, inbound_at=self._now)
        if any(isinstance(one, events.ReleaseWaiting) for one in turn.effects):
            self._release()
        return Handled(replace(turn, state=state), tuple(texts))

    def _enqueue(self, reply: Reply, messages: tuple[Payload, ...]) -> None:
        for payload in messages:
            row = Outgoing(OutKind.MESSAGE, reply.gate, payload, made_at=self._now, drop_after=self._now + GAP)
            self._unit.enqueue(self._conversation.id, row, self._now)

    def _tidy_buttons(self) -> None:
        """A press is answered without words and its buttons are taken away; a Twilio copy is asked to be deleted."""
        if self._inbound.callback_id is not None:
            self._chore(OutKind.ANSWER_TAP, self._inbound.callback_id)
        if self._inbound.button_message_id is not None:
            self._chore(OutKind.CLEAR_BUTTONS, self._inbound.button_message_id)
        twilio = self._inbound.address.channel is not Channel.TELEGRAM
        if twilio and self._inbound.message_id is not None and self._context.redaction == "delete":
            self._chore(OutKind.REMOVE, self._inbound.message_id)

    def _chore(self, kind: OutKind, *refs: str) -> None:
        row = Outgoing(kind, Gate.COVER, refs=refs, made_at=self._now)
        self._unit.enqueue(self._conversation.id, row, self._now)

    def _effect(self, effect: events.Effect, state: State) -> State:
        address = self._inbound.address
        match effect:
            case events.RequestHandoff():
                self._request(effect)
            case events.WithdrawHandoff():
                self._withdraw()
            case events.RelayToOfficer(text=text, danger=danger):
                self._tell_officer(Author.PERSON, text, danger=danger)
            case events.FlagToOfficer(what=what):
                self._tell_officer(Author.EVENT, what)
            case events.ClearQueue():
                self._unit.clear_queue(self._conversation.id, keep_officer=True)
                self._unit.wipe_parked(address, self._now)
            case events.RemoveSitting():
                if state.channel is Channel.TELEGRAM and not state.keep_messages:
                    self._chore(OutKind.REMOVE)
            case events.SetStop():
                self._unit.set_stop(address, self._now + STOP_LIFE)
            case events.ClearStop():
                self._unit.clear_stop(address)
            case events.SetReturnWord(text=word):
                return replace(state, return_word=self._context.keyed_hash("return-word", word))
            case events.ReleaseWaiting() | events.Forget():
                pass  # both need what comes after: the reply in the queue, the report
        return state

    def _request(self, agreed: events.RequestHandoff) -> None:
        handoff = self._unit.request_handoff(self._conversation.id, agreed, self._now, self._now + REQUEST_LIFE)
        self._handoff_id = handoff.id
        if agreed.message:
            self._tell_officer(Author.PERSON, agreed.message)
        self._unit.bump(handoff.id)

    def _withdraw(self) -> None:
        """Before an officer opened it the request is erased; a talk ends and the officer is told (HAND-4).

        At once: what the officer wrote and is not on the phone yet does not go out after it, and is shown as not sent.
        """
        if self._handoff_id is None:
            return
        if self._conversation.state.owner is Owner.OFFICER:
            self._unit.clear_queue(self._conversation.id, keep_officer=True, only_officer=True)
            for message in self._unit.waiting_texts(self._handoff_id):
                self._unit.mark_message(message.id, Delivery.FAILED, NOT_SENT)
            self._tell_officer(Author.EVENT, "ended-by-person")
        self._unit.move_handoff(self._handoff_id, HandoffPhase.WITHDRAWN, self._now)
        self._unit.bump(self._handoff_id)

    def _tell_officer(self, author: Author, text: str, *, danger: bool = False) -> None:
        if self._handoff_id is not None:
            self._unit.add_message(self._handoff_id, author, text, self._now, danger=danger)
            self._unit.bump(self._handoff_id)

    def _release(self) -> None:
        conversation = self._unit.load(self._conversation.id)
        if conversation is not None:
            release_waiting(self._context, self._unit, conversation, self._now)

    def _forget(self, turn: events.Turn) -> Handled:
        """Delete (HIDE-7): all goes; a sealed job removes what the providers hold and reports once."""
        reply = turn.replies[0]
        laid = self._context.lay(reply, turn.state.channel, self._now)
        report = Outgoing(OutKind.MESSAGE, Gate.COVER, laid.messages[0], made_at=self._now, drop_after=self._now + GAP)
        self._unit.forget(self._conversation.id, self._now, report=report)
        return Handled(turn, ((reply, tuple(payload.text for payload in laid.messages)),))
