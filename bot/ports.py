"""What the use cases need from outside: the store's open transaction, the channels, the clock. Protocols and records only.

`service/` imports this and never a database, an HTTP client or a provider's library. All times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from bot.engine.events import RequestHandoff
from bot.engine.model import Channel, Gate
from bot.engine.state import State

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Address:
    """A channel and an identifier on it: a Telegram chat id, or a number such as +447700900123. Prints masked."""

    channel: Channel
    identifier: str

    def __repr__(self) -> str:
        return f"Address({self.channel.value}, ***)"

    __str__ = __repr__

    @property
    def key(self) -> str:
        """`telegram:123`, `sms:+44...`; never logged, never stored in the clear."""
        return f"{self.channel.value}:{self.identifier}"


class InboundKind(StrEnum):
    TEXT = "text"
    TAP = "tap"
    COMMAND = "command"
    MEDIA = "media"
    EDIT = "edit"
    OPT_OUT = "opt-out"
    OPT_IN = "opt-in"
    OPT_HELP = "opt-help"
    BLOCKED = "blocked"
    """The person blocked the bot (Telegram my_chat_member): stop sending, forget nothing yet."""
    UNBLOCKED = "unblocked"


@dataclass(frozen=True, slots=True)
class Inbound:
    """A parsed provider message. Everything about the person but the address and the words was dropped in parsing.

    `provider_id` is what the provider repeats on redelivery (update_id, MessageSid). `message_id` is what removal needs
    (Telegram's message_id, Twilio's MessageSid). `callback_id` answers a button press, `button_message_id` is the message
    whose buttons were used.
    """

    address: Address
    provider_id: str
    kind: InboundKind
    text: str
    sent_at: datetime
    received_at: datetime
    message_id: str | None = None
    callback_id: str | None = None
    button_message_id: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Payload:
    """One outgoing message as a channel will send it. `buttons` are rows of (label, token); only Telegram has them now."""

    text: str
    buttons: tuple[tuple[tuple[str, str], ...], ...] = ()
    silent: bool = True


class OutKind(StrEnum):
    MESSAGE = "message"
    ANSWER_TAP = "answer-tap"
    """answerCallbackQuery, no text. ref: the callback id"""
    CLEAR_BUTTONS = "clear-buttons"
    """ref: message id whose buttons were used"""
    REMOVE = "remove"
    """refs: message ids to delete at Telegram, newest first; or one Twilio SID whose copy is deleted"""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A row of the outbox before it has one. `sitting_until`: content made for this sitting is withheld after it."""

    kind: OutKind
    gate: Gate
    payload: Payload = Payload("")
    refs: tuple[str, ...] = ()
    made_at: datetime | None = None
    drop_after: datetime | None = None
    """Unsent text of the bot is dropped after this (SEND-5); None for what is never too old."""
    officer_message_id: int | None = None
    """The handoff message that this delivers, so that the desk can show what became of it."""


@dataclass(frozen=True, slots=True)
class Leased:
    """An outbox row that a dispatcher holds until `lease_until`. conversation_id is None for a sealed erasure job."""

    id: int
    conversation_id: int | None
    address: Address
    outgoing: Outgoing
    attempts: int


class SendError(Exception):
    """A send that did not go out. The dispatcher looks at these fields and nothing else.

    `code` is ours or the provider's number as text. `unknown`: the provider may have taken it (a time-out after sending).
    `retry_after_s` is the provider's word. `gone` means that this person can't be reached (blocked, opted out, no such number).
    """

    def __init__(
        self,
        code: str,
        *,
        retryable: bool,
        unknown: bool = False,
        retry_after_s: float | None = None,
        gone: bool = False,
    ) -> None:
        super().__init__(code)
        self.code, self.retryable, self.unknown = code, retryable, unknown
        self.retry_after_s, self.gone = retry_after_s, gone


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider's acceptance. `status` is sent for Telegram, queued or later for Twilio."""

    message_id: str | None
    status: str


class Sender(Protocol):
    """One channel's adapter. Blocking; called by the dispatcher with no transaction open."""

    def send(self, address: Address, outgoing: Outgoing) -> Receipt:
        """Raises SendError."""
        ...


@dataclass(frozen=True, slots=True)
class Conversation:
    """A loaded conversation. `handoff_id` is its open handoff; `inbound_at` the last inbound (WhatsApp's window)."""

    id: int
    address: Address
    state: State
    handoff_id: int | None
    inbound_at: datetime | None


class HandoffPhase(StrEnum):
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    HANDED_BACK = "handed-back"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Handoff:
    """One request for a person. `agreed` is exactly what was ticked; nothing else of the conversation is reachable."""

    id: int
    conversation_id: int | None
    channel: Channel
    phase: HandoffPhase
    agreed: RequestHandoff
    requested_at: datetime
    officer_id: int | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    knocked: bool = False


class Author(StrEnum):
    PERSON = "person"
    OFFICER = "officer"
    EVENT = "event"
    """Not words: `text` is a name such as closed, danger, joined, left, unconfirmed."""
    NOTE = "note"
    """A private note: another author kind, and no function gives it to a sender."""


class Delivery(StrEnum):
    WAITING = "waiting"
    """for the person's check"""
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """the provider took it or not: no answer came"""


@dataclass(frozen=True, slots=True)
class HandoffMessage:
    id: int
    handoff_id: int
    author: Author
    text: str
    at: datetime
    delivery: Delivery | None = None
    danger: bool = False
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Officer:
    id: int
    name: str
    alias: str
    role: str
    languages: tuple[str, ...]
    password_hash: str = field(repr=False, default="")
    totp_secret: str = field(repr=False, default="")
    totp_step: int = 0
    disabled: bool = False


class Unit(Protocol):
    """One open transaction. Everything done through it commits together or not at all.

    Rows of a conversation are encrypted under its own data key; `forget` destroys the key. Times are stored in UTC.
    """

    # --- duplicates: keyed hashes of provider ids, no person in them, 48 hours
    def claim(self, provider_id: str, now: datetime) -> bool:
        """False when this provider id was claimed before (its transaction committed)."""
        ...

    # --- conversations
    def find(self, address: Address) -> Conversation | None:
        """The conversation of this address, its row locked."""
        ...

    def load(self, conversation_id: int) -> Conversation | None: ...

    def open(self, address: Address, state: State, now: datetime) -> Conversation: ...

    def save(
        self, conversation_id: int, state: State, now: datetime, *, inbound_at: datetime | None = None
    ) -> None: ...

    def reset_expired(self, conversation: Conversation, fresh: State, now: datetime) -> Conversation:
        """After the state time-out: the session's state is replaced; an open handoff keeps its own record (DATA-3)."""
        ...

    def forget(self, conversation_id: int, now: datetime, *, report: Outgoing | None = None, hours: int = 48) -> None:
        """Erase all of it; the provider's copies and the report go to a sealed erasure job under a key of its own."""
        ...

    # --- stop flag, under the keyed hash of the address; outlives the session, 13 months
    def stopped(self, address: Address, now: datetime) -> bool: ...

    def set_stop(self, address: Address, until: datetime) -> None: ...

    def clear_stop(self, address: Address) -> None: ...

    # --- outbox
    def enqueue(self, conversation_id: int, outgoing: Outgoing, due: datetime) -> int: ...

    def clear_queue(self, conversation_id: int, *, keep_officer: bool, only_officer: bool = False) -> int:
        """Drop what is ready and unsent; an officer's texts go back to waiting when keep_officer. Count dropped.

        `only_officer`: the bot's own messages stay. Texts of a talk that is over do not wait: they are failed, code ended.
        """
        ...

    def lease(self, now: datetime, lease_s: float, limit: int) -> Sequence[Leased]:
        """Due heads of conversations, oldest first; only the oldest unsent row of a conversation is ever given out."""
        ...

    def still_leased(self, row: Leased, now: datetime) -> bool: ...

    def sent(self, row: Leased, receipt: Receipt, now: datetime) -> None:
        """Blanks the body; keeps the provider's message id in the 48-hour ledger."""
        ...

    def retry(self, row: Leased, due: datetime, code: str) -> None: ...

    def postpone(self, row: Leased, due: datetime) -> None:
        """Gives a row back unsent, for pacing: the lease does not count as an attempt."""
        ...

    def give_up(self, row: Leased, code: str, now: datetime) -> None:
        """Parks what can never be sent: body blanked, the code kept, the officer's message marked failed."""
        ...

    def withhold(self, row: Leased, rule: str, now: datetime) -> None:
        """Drops it and counts the rule; an officer's text goes back to waiting and stays."""
        ...

    def next_due(self) -> datetime | None: ...

    # --- ledger of provider message ids, both ways, 48 hours, under its own key
    def remember(self, conversation_id: int, message_id: str, *, inbound: bool, now: datetime) -> None: ...

    def remembered(self, conversation_id: int, now: datetime) -> Sequence[str]:
        """Message ids of the last 48 hours, newest first."""
        ...

    def drop_remembered(self, conversation_id: int) -> None: ...

    def status(self, message_id: str, status: str, code: str | None, now: datetime) -> bool:
        """A status callback; only moves forward. False when it moved nothing or the id is not known."""
        ...

    def trace(self, message_id: str) -> tuple[int | None, str] | None:
        """The conversation (None when it is over) and the last status of a Twilio message; None when not known."""
        ...

    # --- inbound that our own fault kept from being handled
    def park(self, address: Address, inbound: Inbound, now: datetime) -> None: ...

    def parked(self, now: datetime, limit: int) -> Sequence[tuple[int, Inbound]]: ...

    def unpark(self, parked_id: int) -> None: ...

    def wipe_parked(self, address: Address, now: datetime) -> int:
        """For close and stop: what was parked of this person is not handled any more (DATA-2). How many there were."""
        ...

    # --- handoffs
    def request_handoff(
        self, conversation_id: int, agreed: RequestHandoff, now: datetime, expires_at: datetime
    ) -> Handoff: ...

    def handoff(self, handoff_id: int) -> Handoff | None:
        """With its row and its conversation's row locked."""
        ...

    def queue(self, now: datetime) -> Sequence[Handoff]:
        """Requested ones, oldest first."""
        ...

    def held(self, officer_id: int) -> Sequence[Handoff]: ...

    def move_handoff(
        self, handoff_id: int, phase: HandoffPhase, now: datetime, officer_id: int | None = None
    ) -> None: ...

    def add_message(
        self,
        handoff_id: int,
        author: Author,
        text: str,
        now: datetime,
        *,
        danger: bool = False,
        delivery: Delivery | None = None,
    ) -> int: ...

    def messages(self, handoff_id: int, *, after: int = 0) -> Sequence[HandoffMessage]:
        """Oldest first."""
        ...

    def waiting_texts(self, handoff_id: int) -> Sequence[HandoffMessage]: ...

    def mark_message(self, message_id: int, delivery: Delivery, code: str | None = None) -> None: ...

    def set_knocked(self, handoff_id: int, knocked: bool) -> None: ...

    def set_draft(self, handoff_id: int, officer_id: int, text: str) -> None: ...

    def draft(self, handoff_id: int, officer_id: int) -> str: ...

    # --- events for the desk: a counter that grows with each change of a handoff, so that a stream knows to look
    def bump(self, handoff_id: int) -> None: ...

    def marks(self) -> dict[int, int]:
        """handoff id -> its counter, of open handoffs."""
        ...

    # --- officers, desk sessions, audit
    def officers(self) -> Sequence[Officer]: ...

    def officer(self, *, officer_id: int | None = None, name: str | None = None) -> Officer | None: ...

    def put_officer(self, officer: Officer) -> Officer:
        """Insert (id 0) or update; names are unique, without regard to case."""
        ...

    def use_totp_step(self, officer_id: int, step: int) -> bool:
        """False when this or a later step was used before: a replay."""
        ...

    def open_session(self, token_hash: bytes, officer_id: int, now: datetime, until: datetime) -> None: ...

    def session_officer(self, token_hash: bytes, now: datetime, idle_s: int, *, touch: bool = True) -> Officer | None:
        """The officer of a live session (not idle too long, not past its end, not disabled).

        `touch` counts this look as activity; what a page does by itself must not.
        """
        ...

    def close_session(self, token_hash: bytes) -> None: ...

    def close_sessions_of(self, officer_id: int) -> None: ...

    def audit(self, officer_id: int | None, act: str, handoff_id: int | None, now: datetime) -> None: ...

    def audit_rows(self, limit: int) -> Sequence[tuple[datetime, int | None, str, int | None]]: ...

    # --- small facts of the deployment: the off switch, the polling offset, the demo's desk switch, trial codes
    def setting(self, name: str) -> str | None: ...

    def put_setting(self, name: str, value: str | None) -> None: ...

    def trial_addresses(self) -> Sequence[Address]: ...

    def add_trial_address(self, address: Address, now: datetime) -> None: ...

    # --- counts and upkeep
    def hit(self, conversation_id: int, now: datetime) -> int:
        """Counts one message of this person; how many in the last minute, this one included. Kept at most an hour."""
        ...

    def count(self, name: str, label: str, by: int = 1) -> None:
        """A counter for /metrics such as ("withheld", "OPEN-4"); names and labels hold no person."""
        ...

    def counts(self) -> Sequence[tuple[str, str, int]]: ...

    def gauges(self, now: datetime) -> dict[str, float]:
        """handoffs_waiting, outbox_oldest_seconds, unanswered_oldest_seconds, parked."""
        ...

    def purge(self, now: datetime) -> dict[str, int]:
        """Everything whose life is over (DATA-2, DATA-3); counts by kind. Callers run `Store.compact` after it."""
        ...


class Store(Protocol):
    def transact(self, work: Callable[[Unit], T]) -> T:
        """Runs `work` in one transaction, commits, returns what it returned; rolls back on any exception.

        Retried a few times when the database says busy or could not serialise; so `work` has no effects outside.
        """
        ...

    def wait(self, timeout_s: float) -> bool:
        """Until some transaction of this process, or on PostgreSQL of any, committed, or the time is over; True when one did."""
        ...

    def lead(self, task: str) -> bool:
        """Whether this process is the one that does the task; at most one process is, and another when it dies."""
        ...

    def compact(self) -> None:
        """After erasures: nothing of what was deleted stays in the database's files (WAL truncated, pages zeroed)."""
        ...

    def is_current(self) -> bool: ...

    def upgrade(self) -> None: ...

    def close(self) -> None: ...


Clock = Callable[[], datetime]
Json = dict[str, Any]
