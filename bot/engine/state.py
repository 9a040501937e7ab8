"""What is remembered of one conversation between turns: the table of DATA-2 and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.engine.model import Channel


class Cover(StrEnum):
    OPEN = "open"
    HIDDEN = "hidden"
    STOPPED = "stopped"


class Owner(StrEnum):
    BOT = "bot"
    QUEUE = "queue"
    OFFICER = "officer"


class Screen(StrEnum):
    """What the open question is, so what a number means."""

    NONE = "none"
    CHECK = "check"
    LANGUAGES = "languages"
    NODE = "node"
    LIMITS = "limits"
    CONSENT = "consent"
    OFFICER_WISH = "officer-wish"
    INTERPRETER = "interpreter"
    OWN_MESSAGE = "own-message"
    PREVIEW = "preview"
    WAITING = "waiting"
    DELETE = "delete"
    MISSING = "missing"
    RETURN_WORD = "return-word"


@dataclass(frozen=True, slots=True)
class Step:
    """One place of the trail: a node with the page and the screen of options that were showing."""

    node: str
    page: int = 0
    first: int = 0
    before: tuple[str, ...] = ()
    """Keys of what was said in front of its text: every page is cut from the same words, or some would be lost."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the person chose to tell, in this sitting only. `nation`: england, wales, scotland, ni or unsure."""

    nation: str | None = None
    under_18: bool = False
    unsure_of_age: bool = False
    """Text for adults is then shown with a line that it may be different under 18 (CHILD-2)."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The consent card while it is filled in. Nothing is ticked to begin with; what is not ticked is not passed on."""

    ticked: frozenset[str] = frozenset()
    """Of language, topic, wish, interpreter, message, knock."""
    wish: str | None = None
    """woman or man"""
    interpreter: str | None = None
    """yes, no or other (somebody from another community)"""
    message: str = ""
    """The person's own message. Held here, encrypted with the state, only until it is sent or the card is left."""


@dataclass(frozen=True, slots=True)
class State:
    channel: Channel
    seed: int
    """Decides the rotation; random, made when the conversation begins."""
    lang: str | None = None
    lang_chosen: bool = False
    cover: Cover = Cover.OPEN
    covered_until: datetime | None = None
    owner: Owner = Owner.BOT
    confirmed_until: datetime | None = None
    last_seen: datetime | None = None
    screen: Screen = Screen.NONE
    trail: tuple[Step, ...] = ()
    """Oldest first; the last is where the person is. At most 30."""
    first: int = 0
    """Index of the first language shown on the language list; the page of the limits or the preview on those screens."""
    more: bool = False
    """Whether 7 means more on what is showing; set by whoever laid the reply out."""
    unread: bool = False
    """A line came between the pages of a text ("not understood"): 7 goes on with it."""
    serial: int = 0
    pending: str | None = None
    """What was asked before the check: a node id, or "door:person", "door:languages"."""
    told: Told = Told()
    misses: int = 0
    keep_messages: bool = False
    bundle_version: str = ""
    told_keys: bool = False
    """Whether "9 closes. 99 opens again." was said in this sitting."""
    told_trial: bool = False
    """Whether the sentence on unreviewed text was said in this sitting and language."""
    reopening: bool = False
    """True while the check is showing to somebody who used the return word under cover."""
    consent: Consent = Consent()
    knock_agreed: bool = False
    alias: str | None = None
    """The officer's alias while one holds the conversation."""
    return_word: str | None = None
    """The person's own return word as a keyed hash, made outside the engine."""

    @property
    def here(self) -> Step | None:
        return self.trail[-1] if self.trail else None

    def confirmed(self, now: datetime) -> bool:
        return self.cover is Cover.OPEN and self.confirmed_until is not None and now <= self.confirmed_until
