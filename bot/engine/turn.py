"""One turn in the making: what is known while it is decided, and the small moves that every screen uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.engine.events import Effect, FlagToOfficer, Input, Turn
from bot.engine.match import Intent, Meaning
from bot.engine.model import Bundle, Gate, Reply, Shown, Text
from bot.engine.state import Consent, Cover, Owner, Screen, State

GAP = timedelta(minutes=15)
"""A longer silence ends a sitting (safety.md, words)."""
COVER_LIFE = timedelta(hours=24)
"""How long a closed chat shows cover (HIDE-3)."""
OPTIONS_A_SCREEN = 7
UTILITIES = ("person", "close", "back", "menu", "languages")


@dataclass(frozen=True, slots=True)
class Now:
    """Everything a turn is decided from. `state` is the state as far as it has been decided."""

    bundle: Bundle
    state: State
    input: Input
    meaning: Meaning
    at: datetime

    @property
    def confirmed(self) -> bool:
        return self.state.confirmed(self.at)

    def having(self, **changes: object) -> Now:
        return replace(self, state=replace(self.state, **changes))  # type: ignore[arg-type]


def text(key: str, **values: object) -> Text:
    """A system text."""
    return Text.of(f"system/{key}", **values)


def shown(*labels: Text) -> tuple[Shown, ...]:
    """Options with the keys 1, 2, 3 and on, in this order; the id is the key of the label."""
    return tuple(Shown(str(i), label.key, label) for i, label in enumerate(labels, 1))


def say(now: Now, reply: Reply, *effects: Effect, screen: Screen | None = None) -> Turn:
    """The turn that ends with `reply`; a reply with options begins a new question with a serial of its own."""
    asks = bool(reply.options or reply.services or reply.more_options)
    state = replace(
        now.state,
        screen=now.state.screen if screen is None else screen,
        serial=now.state.serial + 1 if asks else now.state.serial,
        more=False,
        unread=False,
    )
    reply = replace(reply, lang=state.lang, serial=state.serial)
    return Turn(state, (reply,), effects)


def line(now: Now, name: str, *blocks: Text, gate: Gate = Gate.NEUTRAL, utilities: tuple[str, ...] = ()) -> Reply:
    """A reply without a question."""
    return Reply(node=name, blocks=blocks, gate=gate, utilities=utilities)


def quiet(now: Now, *effects: Effect) -> Turn:
    """Nothing is said."""
    return Turn(now.state, (), effects)


def utilities_of(state: State) -> tuple[str, ...]:
    return UTILITIES if len(state.trail) > 1 else tuple(one for one in UTILITIES if one != "back")


def flag(now: Now, what: str) -> tuple[Effect, ...]:
    """What an officer is told of the chat, when there is one."""
    return (FlagToOfficer(what),) if now.state.owner is Owner.OFFICER else ()


def close_state(state: State, at: datetime) -> State:
    """Hidden from now on. The place, the trail and what a screen held go: 99 is a published word, and whoever uses it
    next begins at the menu."""
    return replace(
        state,
        cover=Cover.HIDDEN,
        covered_until=at + COVER_LIFE,
        confirmed_until=None,
        screen=Screen.NONE,
        trail=(),
        pending=None,
        more=False,
        unread=False,
        consent=Consent(),
        reopening=False,
        misses=0,
    )


def is_number(now: Now, number: int) -> bool:
    return now.meaning.number == number


def means(now: Now, intent: Intent) -> bool:
    return now.meaning.intent is intent
