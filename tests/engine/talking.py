"""Conversations made of moves, and what must hold after every turn of any of them: shared by properties and walks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache

from bot.channels.press import MAX_CHARACTERS, MAX_PARTS, SEEN, SEEN_WIDE
from bot.channels.segments import count, is_gsm
from bot.checks.risk import risk_words, service_names
from bot.engine import events
from bot.engine.events import Desk, Input, InputKind, Turn
from bot.engine.model import Bundle, Channel, Gate, Node, Reply
from bot.engine.state import Consent, Cover, Owner, Screen, State
from bot.engine.step import fresh, step
from bot.engine.walk import TRAIL_MAX
from tests.kit import Person, shipped

OPEN_DESK = Desk(open=True, closes_at=datetime(2026, 11, 23, 17, 0, tzinfo=UTC))
SHUT_DESK = Desk(open=False, opens_at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
SESSION = timedelta(hours=24)
DANGER = "he has a knife and he is coming in now"
NONSENSE = "xyzzy qwrt"
UNDER_COVER = {"cover", "closed", "check", "declined", "emergency-line", "stopped", "deleted"}
PERSON_SCREENS = {"limits", "requested", "waiting"}

Move = tuple[str, str | int]


@cache
def smaller() -> Bundle:
    """The shipped bundle after an edit: two topics are gone, and what led to them."""
    bundle = shipped().bundle
    gone = {node.id for node in bundle.nodes.values() if node.topic in ("nrm", "housing")}
    return replace(
        bundle,
        version="edited",
        nodes={ident: _without(node, gone) for ident, node in bundle.nodes.items() if ident not in gone},
        intents={name: target for name, target in bundle.intents.items() if target not in gone},
    )


def _without(node: Node, gone: set[str]) -> Node:
    return replace(
        node,
        options=tuple(one for one in node.options if one.target not in gone),
        rules=tuple(one for one in node.rules if one.target not in gone),
    )


@dataclass
class Talk(Person):
    """A person who makes moves; every turn is held against the rules."""

    changed: bool = False
    asked: bool = False
    """Whether the last move was an input, so that what is showing is what the state says."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.desk = OPEN_DESK
        self.turn = Turn(self.state)

    @property
    def bundle(self) -> Bundle:
        return smaller() if self.changed else self.pack.bundle

    def would(self, text: str, kind: InputKind = InputKind.TEXT, **more: bool) -> Turn:
        """What the engine would answer; nothing is changed by asking."""
        return step(self.bundle, self.state, Input(kind, text, desk=self.desk, **more), self.now)

    def send(self, text: str, kind: InputKind = InputKind.TEXT, **more: bool) -> list[str]:  # type: ignore[override]
        before = self.state
        self.turn = self.would(text, kind, **more)
        assert self.turn == self.would(text, kind, **more), "the same input gives the same turn"
        self.state, self.asked = self.turn.state, True
        messages = [self.lay(reply) for reply in self.turn.replies]
        self._hold(before, messages)
        return [one for some in messages for one in some]

    def move(self, move: Move) -> None:
        """One move of the person, of an officer, of the clock or of an editor."""
        verb, what = move
        self.asked = False
        match verb:
            case "say" | "late" | "return-word":
                self.send(str(what), late=verb == "late", return_word=verb == "return-word")
            case "tap":
                self.tap(str(what))
            case "old":
                self.tap(str(what), serial=self.state.serial - 1)
            case "media" | "edit" | "opt-out" | "opt-in" | "opt-help" | "command":
                self.send(str(what), InputKind(verb))
            case "wait":
                self._wait(int(what))
            case _:
                self._by_others(verb)

    def _wait(self, seconds: int) -> None:
        """As the service does it: after a day of silence nothing is known but who holds the conversation."""
        self.wait(seconds=seconds)
        seen = self.state.last_seen
        if seen is not None and self.now - seen > SESSION:
            new = fresh(self.channel, self.seed, self.bundle.version)
            kept = self.state if self.state.owner is not Owner.BOT else new
            self.state = replace(new, owner=kept.owner, alias=kept.alias, knock_agreed=kept.knock_agreed)

    def _by_others(self, verb: str) -> None:
        state, owner = self.state, self.state.owner
        if verb == "accept" and owner is Owner.QUEUE:
            screen = Screen.NONE if state.screen is Screen.WAITING else state.screen
            self.state = replace(state, owner=Owner.OFFICER, alias="Sam", screen=screen)
        elif verb == "hand back" and owner is Owner.OFFICER:
            self.state = replace(state, owner=Owner.BOT, alias=None, knock_agreed=False)
        elif verb == "expire" and owner is Owner.QUEUE:
            self.state = replace(state, owner=Owner.BOT, knock_agreed=False)
        elif verb == "edit content":
            self.changed = not self.changed
        elif verb == "desk":
            self.desk = SHUT_DESK if self.desk.open else OPEN_DESK

    # --- what must hold

    def _hold(self, before: State, laid: list[list[str]]) -> None:
        self._neutral_unless_confirmed(laid)
        self._within_limits(laid)
        self._under_cover(before)
        self._owner(before)
        assert len(self.state.trail) <= TRAIL_MAX
        assert self.state.screen is not Screen.CHECK or not self.state.confirmed(self.now)
        assert len(self.turn.replies) <= 2
        assert _gates_can_leave(self.turn, self.now), "what is made must be fit to leave"

    def _neutral_unless_confirmed(self, laid: list[list[str]]) -> None:
        """OPEN-2 on every message; OPEN-4 and EMER-6 on all of it while the sitting is not confirmed."""
        for reply, messages in zip(self.turn.replies, laid, strict=True):
            for message in messages:
                assert not risks(seen(message)), (reply.node, "the first line gives it away")
                if not self.turn.state.confirmed(self.now):
                    emergency = reply.node.partition("/")[0] in ("emergency", "suicide")
                    allowed = services() if emergency else frozenset()
                    assert set(risks(message)) <= allowed, (reply.node, "said before a yes")

    def _within_limits(self, laid: list[list[str]]) -> None:
        """SEND-3; the one line on 999 may stand before a reply as a message of its own (EMER-7)."""
        for reply, messages in zip(self.turn.replies, laid, strict=True):
            assert 1 <= len(messages) <= (1 if reply.node == "emergency-line" else 3), reply.node
            for message in messages:
                assert len(message) <= MAX_CHARACTERS, reply.node
                assert self.channel is not Channel.SMS or count(message).segments <= MAX_PARTS, reply.node

    def _under_cover(self, before: State) -> None:
        if self.state.cover is not Cover.OPEN:
            assert {reply.node for reply in self.turn.replies} <= UNDER_COVER, "HIDE-3"
        if before.cover is Cover.HIDDEN and self.state.cover is Cover.OPEN:
            over = before.covered_until is not None and self.now > before.covered_until
            assert over or before.reopening, "HIDE-3: only the return word and then a yes lift the cover"

    def _owner(self, before: State) -> None:
        """HAND-3, HAND-8: only these two effects change who answers, and never to an officer."""
        kinds = {type(one) for one in self.turn.effects}
        erased = events.Forget in kinds
        if self.state.owner is not before.owner and not erased:
            wanted = events.RequestHandoff if self.state.owner is Owner.QUEUE else events.WithdrawHandoff
            assert wanted in kinds
            assert self.state.owner is not Owner.OFFICER
        if events.RequestHandoff in kinds:
            assert before.screen is Screen.PREVIEW
        if before.owner is Owner.OFFICER and not erased and self.state.owner is Owner.OFFICER:
            own = {"check", "closed", "emergency-line", "stopped", "delete", "declined", "officer", "media", "cover"}
            assert {reply.node for reply in self.turn.replies} <= own, "HAND-8: the bot does not speak"

    def hold_ways_out(self) -> None:
        """From here: closing, the menu, a person and 999 are one message away, and the numbers shown are the ones that work."""
        self._can_close()
        self._can_hear_danger()
        if self.state.owner is not Owner.OFFICER and self.state.cover is Cover.OPEN:
            self._can_reach_menu_and_person()
            self._numbers_are_true()

    def _can_close(self) -> None:
        turn = self.would("9")
        if self.state.cover is Cover.STOPPED:
            assert turn.replies == ()
        elif self.state.cover is Cover.HIDDEN and turn.state.cover is Cover.HIDDEN:
            assert nodes(turn) == ["cover"]
        elif turn.state.cover is Cover.OPEN:
            assert nodes(turn) == ["closed"]
            assert turn.state.confirmed_until is None
        else:
            assert turn.state.cover is Cover.HIDDEN
            assert nodes(turn) == ["closed"]
            assert turn.state.consent == Consent()

    def _can_hear_danger(self) -> None:
        turn = self.would(DANGER)
        assert turn.replies
        first = turn.replies[0]
        assert first.gate is Gate.EMERGENCY, "EMER-1"
        assert "999" in self._render(first)[0][: SEEN * 2]
        if turn.state.cover is Cover.HIDDEN or self.state.owner is Owner.OFFICER:
            assert nodes(turn) == ["emergency-line"]
        else:
            assert first.node == self.bundle.intents["emergency"]

    def _can_reach_menu_and_person(self) -> None:
        menu, person = self.would("00"), self.would("8")
        if menu.state.confirmed(self.now):
            assert nodes(menu)[-1] in (self.bundle.menu, "missing")
            assert set(nodes(person)) <= PERSON_SCREENS, "HAND-1"
        else:
            assert nodes(menu) == ["check"]
            assert nodes(person) == ["check"]
            assert person.state.pending == "door:person"

    def _numbers_are_true(self) -> None:
        """A number that is shown is taken; one that is not shown is not (7 when there is more)."""
        if not self.asked or not self.turn.replies or self.state.screen in (Screen.OWN_MESSAGE, Screen.RETURN_WORD):
            return
        reply = self.turn.replies[-1]
        shown = set() if self.state.more else {one.key for one in reply.options}
        shown |= {"7"} if self.state.more or reply.more_options else set()
        nothing = self.would(NONSENSE)
        working = {key for key in "1234567" if not _alike(self.would(key), nothing)}
        if self.state.screen is Screen.LANGUAGES:  # choosing the language there is changes nothing
            working |= {one.key for one in reply.options if one.id == self.state.lang}
        if self.state.more and reply.node in (
            "limits",
            "preview",
        ):  # its numbers lead on, to the end of what must be seen
            working &= shown
        assert working == shown, (reply.node, self.state.screen, sorted(working ^ shown))

    def _render(self, reply: Reply) -> list[str]:
        before, turn = self.state, self.turn
        self.turn = Turn(before, (reply,))
        texts = self.lay(reply)
        self.state, self.turn = before, turn
        return texts


def _alike(turn: Turn, other: Turn) -> bool:
    return (turn.replies, turn.state, turn.effects) == (other.replies, other.state, other.effects)


def nodes(turn: Turn) -> list[str]:
    return [reply.node for reply in turn.replies]


def _gates_can_leave(turn: Turn, at: datetime) -> bool:
    """Content is made only in a confirmed sitting; else the dispatcher would drop it and the person hear nothing."""
    content = any(reply.gate in (Gate.CONTENT, Gate.OFFICER) for reply in turn.replies)
    return not content or turn.state.confirmed(at)


@lru_cache(maxsize=50_000)
def risks(text: str) -> tuple[str, ...]:
    return tuple(risk_words(text))


@cache
def services() -> frozenset[str]:
    """The three names that the emergency and suicide texts may hold after what a lock screen shows (EMER-6)."""
    return frozenset().union(*(service_names(one.code) for one in shipped().bundle.languages if one.offered))


def seen(message: str) -> str:
    """What a lock screen shows of it: 80 characters, 60 in scripts of the wide SMS alphabet (OPEN-2)."""
    wide = any(char.isalpha() and not is_gsm(char) for char in message)
    return message[: SEEN_WIDE if wide else SEEN]


def walked(talk: Talk, moves: list[Move]) -> Iterator[Talk]:
    """The talk after each move."""
    for move in moves:
        talk.move(move)
        yield talk
