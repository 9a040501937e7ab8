"""Whatever is sent, in whatever order: what the person must always be able to rely on (properties of the engine)."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.plain import to_plain
from bot.engine import events
from bot.engine.model import Channel, Kind
from bot.engine.person import ITEMS
from bot.engine.state import Owner, Screen
from tests.engine.talking import DANGER, OPEN_DESK, Move, Talk, walked
from tests.kit import Person, shipped

LANGUAGES = (None, "en", "ar", "vi", "xx-long", "xx-rtl", "xx-nolatin")
SAID = (
    *(str(number) for number in range(10)),
    *("00", "#", "88", "99", "1 3 4", "7 7", "hello", "thanks", "yes", "no", "more", "back", "menu", "help"),
    *("close", "CLOSE!", "stop", "delete", "person", "I want to talk to a person about my language please"),
    *(DANGER, "I want to kill myself", "he is here with a knife. close", "he hit me. where can I sleep?"),
    *("what is the nrm?", "asylum", "police", "where can I sleep tonight", "money", "Polski", "English", "العربية"),
    *("I am 15", "I am in Glasgow", "england", "are you real?", "xyzzy qwrt", "", " ", "?", "\u200f", "١", "sunflower"),
    "they took my papers and made me work every day for no money and I slept on the floor and was hungry all the time",
)
KEYS = ("1", "2", "3", "7", "8", "9", "0", "00", "#", "99", "", "x:y", "-1")
WAITS = (1, 60, 899, 900, 901, 960, 1900, 3600, 80_000, 86_399, 86_401, 90_000)
LISTED = {
    "say": SAID,
    "late": ("1", "yes", "9", "stop", "what is the nrm?", "delete", DANGER, "sunflower"),
    "tap": KEYS,
    "old": KEYS,
    "edit": ("9", "delete", "1", DANGER),
    "command": ("start", "menu", "back", "language", "person", "help", "delete", "unknown"),
    "wait": WAITS,
    "media": ("",),
    "opt-out": ("STOP",),
    "opt-in": ("START",),
    "opt-help": ("HELP",),
    "return-word": ("sunflower",),
    "accept": ("",),
    "hand back": ("",),
    "expire": ("",),
    "edit content": ("",),
    "desk": ("",),
}
ODD = st.sampled_from([(verb, what) for verb, every in LISTED.items() for what in every])
PLAIN = st.sampled_from([("say", str(number)) for number in (1, 1, 1, 2, 3, 4, 5, 6, 7, 7, 8, 0, 99)])
TYPED = st.text(max_size=40).map(lambda text: ("say", text))
ASKED: list[list[Move]] = [
    [("say", "8"), ("say", "1"), ("say", "7"), ("say", "1")],
    [("say", "8"), ("say", "1"), ("say", "1 2 6"), ("say", "7"), ("say", "1"), ("accept", "")],
    [("say", "8"), ("say", "1"), ("say", "5")],
    [("say", "9"), ("say", "99")],
    [("say", "help"), ("say", "own word")],
    [("wait", 960), ("say", "hello"), ("say", "1")],
    [("say", "what is the nrm?"), ("say", "1"), ("say", "7")],
]
BEGUN: list[list[Move]] = [[], [("say", "hello")], [("say", "hello"), ("say", "1")], [("say", "hello"), ("say", "1")]]
MOVES = st.builds(
    lambda begun, parts: [*begun, *itertools.chain.from_iterable(parts)],
    st.sampled_from(BEGUN),
    st.lists(
        st.one_of(
            PLAIN.map(lambda one: [one]),
            ODD.map(lambda one: [one]),
            TYPED.map(lambda one: [one]),
            st.sampled_from(ASKED),
        ),
        max_size=14,
    ),
)
SLOW = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.rule(
    "OPEN-2", "OPEN-4", "HIDE-1", "HIDE-3", "EMER-1", "EMER-6", "HAND-1", "HAND-8", "SEND-3", "CARE-6", "NEUT-11"
)
@pytest.mark.parametrize("channel", list(Channel))
@SLOW
@given(lang=st.sampled_from(LANGUAGES), seed=st.integers(0, 2**48), moves=MOVES)
def test_whatever_is_sent_the_promises_hold(channel: Channel, lang: str | None, seed: int, moves: list[Move]) -> None:
    """No risk word before a yes, closing, the menu, a person and 999 from every state, and only numbers that are shown."""
    for talk in walked(Talk(channel, lang, seed), moves):
        talk.hold_ways_out()


# --- what an officer is told (HAND-3)

VALUES = {
    "wish": ("1", "woman"),
    "interpreter": ("2", "no"),
    "message": ("a room on Tuesday please", "a room on Tuesday please"),
}
"""How each item that needs a value is answered, and what it comes to."""


@pytest.mark.rule("HAND-3", "HAND-10")
@pytest.mark.parametrize("ticked", [c for n in range(7) for c in itertools.combinations(ITEMS, n)], ids="+".join)
def test_the_officer_gets_exactly_what_was_ticked(ticked: tuple[str, ...]) -> None:
    """Every combination of items: what is ticked is passed on, all else is left out."""
    person = Person(Channel.TELEGRAM, desk=OPEN_DESK)
    person.says("what is the nrm?", "1", "8", "1")
    for item in ticked:
        person.says(str(ITEMS.index(item) + 1), *([VALUES[item][0]] if item in VALUES else []))
    shown = " ".join(person.says("7"))
    assert "a room on Tuesday" not in shown, "CARE-4: a count of words stands for them"
    person.says("1")
    [wanted] = [one for one in person.turn.effects if isinstance(one, events.RequestHandoff)]
    given = {
        "language": "en",
        "topic": person.pack.bundle.intents["nrm"],
        **{key: value[1] for key, value in VALUES.items()},
    }
    expected = {item: given[item] if item in ticked else None for item in given}
    assert wanted == events.RequestHandoff(**expected, knock="knock" in ticked, under_18=False)
    assert person.state.knock_agreed is ("knock" in ticked)


@pytest.mark.rule("HAND-3")
@SLOW
@given(presses=st.lists(st.sampled_from(ITEMS), max_size=12))
def test_a_second_press_takes_an_item_back(presses: list[str]) -> None:
    """An item is agreed when it was pressed an odd number of times; the value goes with it."""
    person = Person(Channel.TELEGRAM, desk=OPEN_DESK)
    person.says("hello", "1", "8", "1")
    for item in presses:
        person.says(str(ITEMS.index(item) + 1))
        if person.node in ("officer-wish", "interpreter", "own-message"):
            person.says(VALUES[item][0])
    odd = {item for item in ITEMS if presses.count(item) % 2}
    assert person.state.consent.ticked == odd
    given = person.state.consent
    assert (bool(given.wish), bool(given.interpreter), bool(given.message)) == tuple(
        item in odd for item in ("wish", "interpreter", "message")
    )


# --- what random talks found, held one by one


def inside(channel: Channel = Channel.SMS, **more: object) -> Talk:
    talk = Talk(channel, "en", **more)  # type: ignore[arg-type]
    talk.says("hello", "1")
    return talk


@pytest.mark.rule("OPEN-4", "OPEN-6")
def test_a_yes_after_a_silence_answers_nothing() -> None:
    """The check was asked in a sitting that is over: it is asked again, without what was asked for before."""
    person = Person()
    person.says("what is the nrm?")
    person.wait(minutes=17)
    assert person.says("1") == Person().says("hello")
    person.says("1")
    assert person.node == person.pack.bundle.menu


@pytest.mark.rule("HIDE-3")
def test_a_yes_long_after_the_return_word_opens_nothing() -> None:
    """99 asks; a yes from another hand an hour later meets the cover."""
    talk = inside()
    talk.says("9", "99")
    talk.wait(hours=1)
    talk.says("1")
    assert talk.node == "cover"


@pytest.mark.rule("HIDE-3", "SEND-8")
@pytest.mark.parametrize("again", [("say", "hello"), ("opt-in", "START")], ids=["a message", "START"])
@pytest.mark.parametrize("stop", [("say", "stop"), ("opt-out", "STOP")], ids=["the word", "the provider"])
def test_stopping_lifts_no_cover(stop: Move, again: Move) -> None:
    """Closed, stopped and opened again: it is still closed."""
    talk = inside()
    talk.says("9")
    talk.move(stop)
    talk.move(again)
    assert talk.node == "cover"
    assert any(isinstance(one, events.ClearStop) for one in talk.turn.effects)
    talk.says("99", "1")
    assert talk.state.confirmed(talk.now)


@pytest.mark.rule("SEND-10")
def test_a_message_of_long_ago_changes_nothing_in_a_sitting() -> None:
    """It came late among newer ones: no check, no answer, and the question that is open stays."""
    talk = inside()
    before = talk.state
    assert talk.send("2", late=True) == []
    assert replace(talk.state, last_seen=before.last_seen) == before


@pytest.mark.rule("HAND-1")
def test_8_at_the_check_is_kept_until_the_yes() -> None:
    """Somebody who asks for a person first gets the way to one right after the yes."""
    person = Person()
    person.says("hello", "8", "1")
    assert person.node == "limits"


def held() -> Talk:
    talk = inside()
    talk.state = replace(talk.state, owner=Owner.OFFICER, alias="Sam")
    return talk


@pytest.mark.rule("LANG-6", "HIDE-7", "HAND-8")
def test_a_1_to_an_officer_removes_nothing() -> None:
    """The question about removing is forgotten with the next message to the officer."""
    talk = held()
    talk.says("delete", "no wait", "1")
    assert talk.turn.effects == (events.RelayToOfficer("1"),)
    talk.says("delete")
    assert talk.says("0") == []


@pytest.mark.rule("HAND-4", "OPEN-6")
def test_88_outside_a_sitting_ends_the_talk_and_shows_the_check() -> None:
    """It acts at once; whoever holds the phone sees only the check."""
    talk = held()
    talk.wait(minutes=20)
    talk.says("88")
    assert talk.state.owner is Owner.BOT
    assert talk.node == "check"


@pytest.mark.rule("HAND-3")
@pytest.mark.parametrize("words", ["I want to talk to a person about my language", "please show me the menu of help"])
def test_an_own_message_may_say_anything(words: str) -> None:
    """Words that would mean a key elsewhere are the message here; a lone key word is not."""
    person = Person(desk=OPEN_DESK)
    person.says("hello", "1", "8", "1", "5", words)
    assert person.state.consent.message == words
    person.says("5", "5", "menu")
    assert person.node == person.pack.bundle.menu


@pytest.mark.parametrize(("key", "node"), [("8", "limits"), ("00", "menu/main"), ("#", "languages")])
@pytest.mark.rule("CARE-6", "HAND-1")
def test_the_keys_work_where_a_return_word_is_asked_for(key: str, node: str) -> None:
    """They are no words."""
    talk = inside()
    talk.state = replace(talk.state, screen=Screen.RETURN_WORD)
    assert talk.says(key)
    assert talk.node == node


@pytest.mark.rule("ABUSE-6")
def test_a_button_of_a_forgotten_conversation_is_no_button_of_the_next() -> None:
    """The old yes, tapped a day later, does not answer the new check."""
    old, new = Person(Channel.TELEGRAM, seed=5**20), Person(Channel.TELEGRAM, seed=7**17)
    old.says("hello")
    new.says("hello")
    new.tap("1", serial=old.state.serial)
    assert new.node == "check"


@pytest.mark.rule("EMER-1", "EMER-6")
def test_danger_comes_before_what_is_said_once() -> None:
    """The very first screen of a sitting can be the emergency text, and it begins with 999."""
    person = Person(lang=None)
    person.says("hello", "1")
    assert "999" in person.says(DANGER)[0][:60]


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("lang", ["en", "xx-long", "xx-nolatin"])
@pytest.mark.rule("SEND-3")
def test_no_word_is_lost_between_two_pages(channel: Channel, lang: str) -> None:
    """What is said once stands in front of page one; the further pages are cut from the same words."""
    for node in shipped().bundle.nodes.values():
        if node.kind is not Kind.PAGE or len(node.blocks) > 1 or node.rules:
            continue
        talk = Talk(channel, lang)
        talk.state = replace(talk.state, pending=node.id)
        talk.says("hello")
        talk.state = replace(talk.state, pending=node.id)
        said = talk.says("1")
        while talk.state.more:
            talk.says("xyzzy qwrt")
            said += talk.says("7")
        whole = talk.pack.texts.say(node.blocks[0], lang, talk.now)
        wanted = [word for word in to_plain(whole).split() if word.isalnum()]
        heard = iter([word for word in to_plain(" ".join(said)).split() if word.isalnum()])
        assert all(word in heard for word in wanted), node.id
