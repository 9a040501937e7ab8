"""What comes into the engine and what it wants done outside: inputs (present), effects (imperative), the turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.engine.model import Reply
from bot.engine.state import State


class InputKind(StrEnum):
    TEXT = "text"
    TAP = "tap"
    """A button: `text` is the token that `lay_out` put on it."""
    COMMAND = "command"
    """A Telegram command without its slash; `/start` with any payload is the command start."""
    MEDIA = "media"
    """A photo, voice, sticker, location or contact: never opened."""
    EDIT = "edit"
    """An edited or forwarded message, or a reply to an old one: changes nothing silently (ABUSE-6)."""
    OPT_OUT = "opt-out"
    """The provider has already acted on STOP."""
    OPT_IN = "opt-in"
    OPT_HELP = "opt-help"
    """The provider has already answered HELP."""


@dataclass(frozen=True, slots=True)
class Desk:
    """When officers are there, worked out outside. `opens_at` is aware, in UK time; None when not known.

    `notices`: ids of the service notices that a lead has switched on and that are not over.
    """

    open: bool
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    notices: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Input:
    kind: InputKind
    text: str = ""
    late: bool = False
    """Written longer ago than the gap limit by the provider's own time (SEND-10)."""
    return_word: bool = False
    """The text is the person's own return word; compared outside because the hash needs a key."""
    desk: Desk = Desk(open=False)
    hint: str | None = None
    """Telegram's language_code: orders the language list, decides nothing."""


@dataclass(frozen=True, slots=True)
class RequestHandoff:
    """Ask for a person with exactly these items agreed; a None or False item was left out."""

    language: str | None
    topic: str | None
    """node id"""
    wish: str | None
    interpreter: str | None
    message: str | None
    knock: bool
    under_18: bool
    """Only routes to an officer trained for children; set when the person said so and was told the limits."""


@dataclass(frozen=True, slots=True)
class WithdrawHandoff:
    """Before an officer opened it, or while one holds: the person ends it (88)."""


@dataclass(frozen=True, slots=True)
class RelayToOfficer:
    text: str
    danger: bool = False


@dataclass(frozen=True, slots=True)
class FlagToOfficer:
    """Tells the officer what happened to the chat: closed, stopped, deleted, danger, unconfirmed, media, late."""

    what: str


@dataclass(frozen=True, slots=True)
class ReleaseWaiting:
    """The sitting is confirmed: the officer's waiting texts may go now."""


@dataclass(frozen=True, slots=True)
class ClearQueue:
    """Drop everything queued before this turn (HIDE-2, SEND-8)."""


@dataclass(frozen=True, slots=True)
class RemoveSitting:
    """Telegram: remove the sitting's messages, both sides (HIDE-5)."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Delete (HIDE-7): erase all, then report once what was asked for."""


@dataclass(frozen=True, slots=True)
class SetStop:
    pass


@dataclass(frozen=True, slots=True)
class ClearStop:
    pass


@dataclass(frozen=True, slots=True)
class SetReturnWord:
    text: str


Effect = (
    RequestHandoff
    | WithdrawHandoff
    | RelayToOfficer
    | FlagToOfficer
    | ReleaseWaiting
    | ClearQueue
    | RemoveSitting
    | Forget
    | SetStop
    | ClearStop
    | SetReturnWord
)


@dataclass(frozen=True, slots=True)
class Turn:
    state: State
    replies: tuple[Reply, ...] = ()
    """Mostly one; two when a fact comes before a question (the emergency text, then the check)."""
    effects: tuple[Effect, ...] = ()
