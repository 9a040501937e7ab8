"""Dispatch: lease what is due, check again that it may be said, send it with no transaction open, keep the receipt.

What safety.md says must not be sent any more is withheld and counted by its rule. A provider's call that ended without an
answer is unknown: the bot's own text is tried once more (a second copy beats none), an officer's is shown as unknown.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from bot.engine.model import Channel, Gate
from bot.engine.state import Cover, Owner
from bot.ports import (
    Conversation,
    Delivery,
    Leased,
    Outgoing,
    OutKind,
    Receipt,
    Sender,
    SendError,
    Unit,
)
from bot.service.context import OFF, WINDOW, Context
from bot.service.waiting import knock_once

FINAL = frozenset({"delivered", "read", "failed", "undelivered", "canceled"})
"""Statuses after which Twilio lets a message be deleted."""
LEASE_S = 60.0
"""Longer than any provider's call may take (their time-outs are under 30 s)."""
BATCH = 20
WORKERS = 8
FIRST_RETRY_S, MAX_RETRY_S = 2.0, 300.0
MAX_ATTEMPTS = 12
UNKNOWN_ATTEMPTS = 2

Delay = Callable[[str, datetime], float]
"""Seconds until a message may go to a chat; 0.0 means now and counts it."""
log = logging.getLogger(__name__)


class Dispatcher:
    """Sends the outbox. `jitter` gives a number from 0 to 1; `paces` holds a channel's own limits."""

    def __init__(
        self,
        context: Context,
        senders: Mapping[Channel, Sender],
        jitter: Callable[[], float],
        paces: Mapping[Channel, Delay] | None = None,
    ) -> None:
        self._context, self._senders, self._jitter = context, senders, jitter
        self._paces = paces or {}
        self.last: dict[Channel, str] = {}
        """How each channel's provider answered the last send: ok, or a code."""
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="dispatch")

    @property
    def channels(self) -> tuple[Channel, ...]:
        return tuple(self._senders)

    def answered(self, channel: Channel) -> str:
        return self.last.get(channel, "not yet")

    def close(self) -> None:
        self._pool.shutdown(wait=True)

    def run_once(self) -> int:
        """Send one batch of what is due; the number of rows that were looked at."""
        rows = self._lease()
        may_go = [row for row in rows if self._paced(row)]
        if len(may_go) == 1:
            self._one(may_go[0])
        elif may_go:
            list(self._pool.map(self._one, may_go))
        return len(rows)

    def drain(self) -> None:
        """Send until nothing is due any more; for talk and tests, where the clock stands still."""
        while self.run_once():
            pass

    def _lease(self) -> Sequence[Leased]:
        now = self._context.clock()
        return self._context.store.transact(lambda unit: unit.lease(now, LEASE_S, BATCH))

    def _paced(self, row: Leased) -> bool:
        pace = self._paces.get(row.address.channel)
        if pace is None or row.outgoing.kind is not OutKind.MESSAGE:
            return True
        now = self._context.clock()
        wait_s = pace(row.address.identifier, now)
        if wait_s <= 0:
            return True
        self._context.store.transact(lambda unit: unit.postpone(row, now + timedelta(seconds=wait_s)))
        return False

    def _one(self, row: Leased) -> None:
        try:
            self._deliver(row)
        except Exception as error:  # noqa: BLE001 - a loop turn ends here; the lease runs out and it is tried again
            log.error("a row could not be dispatched: %s", type(error).__name__)

    def _deliver(self, row: Leased) -> None:
        ready = self._context.store.transact(lambda unit: self._ready(unit, row))
        if ready is None:
            return
        try:
            receipt = self._sender(row).send(ready.address, ready.outgoing)
        except SendError as error:
            failure = error
            self.last[row.address.channel] = error.code
            self._context.store.transact(lambda unit: self._failed(unit, ready, failure))
            return
        self.last[row.address.channel] = "ok"
        self._context.store.transact(lambda unit: self._sent(unit, ready, receipt))

    def _sender(self, row: Leased) -> Sender:
        sender = self._senders.get(row.address.channel)
        if sender is None:
            raise SendError("no-channel", retryable=False)
        return sender

    def _ready(self, unit: Unit, row: Leased) -> Leased | None:
        """The row as it is to be sent now; None when it was withheld or somebody else has it."""
        now = self._context.clock()
        if not unit.still_leased(row, now):
            # Closed since it was leased: it goes now, else the closing line would wait behind it for a whole lease.
            unit.postpone(row, now)
            return None
        conversation = unit.load(row.conversation_id) if row.conversation_id is not None else None
        rule = forbids(row, conversation, now, off=unit.setting(OFF) is not None)
        if rule is not None:
            unit.withhold(row, rule, now)
            self._knock(unit, row, conversation, rule, now)
            return None
        if row.outgoing.kind is OutKind.REMOVE and not row.outgoing.refs and row.conversation_id is not None:
            refs = tuple(unit.remembered(row.conversation_id, now))
            if not refs:
                unit.sent(row, Receipt(None, "sent"), now)
                return None
            return replace(row, outgoing=replace(row.outgoing, refs=refs))
        return row

    def _knock(self, unit: Unit, row: Leased, conversation: Conversation | None, rule: str, now: datetime) -> None:
        """Officer text begins to wait again because the sitting or the window ended: one knock may say so (SEND-1)."""
        if row.outgoing.gate is not Gate.OFFICER or rule not in WAITS_AGAIN or conversation is None:
            return
        handoff = unit.handoff(conversation.handoff_id) if conversation.handoff_id is not None else None
        if handoff is not None:
            knock_once(self._context, unit, conversation, handoff, now)

    def _sent(self, unit: Unit, row: Leased, receipt: Receipt) -> None:
        now = self._context.clock()
        unit.sent(row, receipt, now)
        if row.address.channel is not Channel.TELEGRAM and row.conversation_id is not None:
            self._delete_if_final(unit, receipt.message_id, now)
        self._bump(unit, row)

    def _delete_if_final(self, unit: Unit, message_id: str | None, now: datetime) -> None:
        """A callback can be faster than our own commit: then nobody else asks for the provider's copy to go."""
        known = unit.trace(message_id) if message_id is not None and self._context.redaction == "delete" else None
        if known is None or known[0] is None or known[1] not in FINAL:
            return
        row = Outgoing(OutKind.REMOVE, Gate.COVER, refs=(str(message_id),), made_at=now)
        unit.enqueue(known[0], row, now)

    def _failed(self, unit: Unit, row: Leased, error: SendError) -> None:
        now = self._context.clock()
        unit.count("provider_errors", f"{row.address.channel.value}:{error.code}"[:64])
        officer = row.outgoing.officer_message_id
        if error.gone and row.conversation_id is not None:
            unit.give_up(row, error.code, now)
            unit.clear_queue(row.conversation_id, keep_officer=True)
        elif error.unknown and officer is not None:
            unit.give_up(row, "unknown", now)
            unit.mark_message(officer, Delivery.UNKNOWN, error.code)
        elif (
            not error.retryable or row.attempts >= MAX_ATTEMPTS or (error.unknown and row.attempts >= UNKNOWN_ATTEMPTS)
        ):
            unit.give_up(row, error.code, now)
        else:
            unit.retry(row, now + timedelta(seconds=self._wait_s(row.attempts, error)), error.code)
        self._bump(unit, row)

    def _wait_s(self, attempts: int, error: SendError) -> float:
        """Backoff with jitter, and never before the provider's own word."""
        backoff = min(MAX_RETRY_S, FIRST_RETRY_S * 2.0 ** min(attempts, 16)) * (0.5 + self._jitter() / 2)
        return max(backoff, error.retry_after_s or 0.0)

    def _bump(self, unit: Unit, row: Leased) -> None:
        """The desk sees what became of an officer's text."""
        if row.outgoing.officer_message_id is None or row.conversation_id is None:
            return
        conversation = unit.load(row.conversation_id)
        if conversation is not None and conversation.handoff_id is not None:
            unit.bump(conversation.handoff_id)


WAITS_AGAIN = ("OPEN-4", "SEND-2")
CHORES = (OutKind.ANSWER_TAP, OutKind.CLEAR_BUTTONS, OutKind.REMOVE)
"""They take away or say nothing, so no cover forbids them."""


def forbids(row: Leased, conversation: Conversation | None, now: datetime, *, off: bool) -> str | None:
    """The rule by which this row must not go out now, or None. Checked in the moment of sending (design.md, section 4)."""
    outgoing = row.outgoing
    if outgoing.kind in CHORES:
        return None
    if off and outgoing.gate is not Gate.EMERGENCY:
        return "OPS-2"
    if outgoing.drop_after is not None and now > outgoing.drop_after:
        return "SEND-5"
    if conversation is None:
        return None if row.conversation_id is None else "HIDE-7"
    if _outside_window(conversation, outgoing.gate, now):
        return "SEND-2"
    return _by_cover(outgoing.gate, conversation, now)


def _outside_window(conversation: Conversation, gate: Gate, now: datetime) -> bool:
    """WhatsApp: only a knock's template may go after 24 hours of silence."""
    if conversation.address.channel is not Channel.WHATSAPP or gate is Gate.KNOCK:
        return False
    return conversation.inbound_at is None or now - conversation.inbound_at >= WINDOW


def _by_cover(gate: Gate, conversation: Conversation, now: datetime) -> str | None:
    state = conversation.state
    if state.cover is Cover.STOPPED:
        return None if gate in (Gate.COVER, Gate.EMERGENCY) else "SEND-8"
    if state.cover is Cover.HIDDEN:
        return None if gate in (Gate.COVER, Gate.EMERGENCY) else "HIDE-3"
    if gate is Gate.KNOCK:
        waits = state.owner in (Owner.QUEUE, Owner.OFFICER) and not state.confirmed(now)
        return None if waits else "SEND-1"
    if gate is Gate.CONTENT and state.owner is Owner.OFFICER:
        return "HAND-8"
    if gate in (Gate.CONTENT, Gate.OFFICER) and not state.confirmed(now):
        return "OPEN-4"
    return None
