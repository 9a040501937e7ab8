"""What a person meets, from the first message on: the check, the keys, closing, danger, and the way to a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.checks.risk import risk_words
from bot.engine import events
from bot.engine.events import Desk, InputKind
from bot.engine.model import Channel
from bot.engine.state import Cover, Owner, Screen
from bot.engine.step import fresh
from tests.kit import Person

CHANNELS = pytest.mark.parametrize("channel", list(Channel))


def inside(**more: object) -> Person:
    """Somebody who has said yes and sees the menu."""
    person = Person(**more)  # type: ignore[arg-type]
    person.says("hello", "1")
    return person


@CHANNELS
@pytest.mark.rule("OPEN-1", "OPEN-4", "HON-1")
def test_the_first_reply_is_the_neutral_check(channel: Channel) -> None:
    """It says that it is automatic, asks about the time, gives the closing key, and gives nothing away."""
    [message] = Person(channel, lang=None).says("hello")
    assert "automatic" in message
    assert "9" in message
    assert not risk_words(message)


@CHANNELS
@pytest.mark.rule("OPEN-5", "NEUT-10")
def test_not_now_gets_one_line_and_the_check_again(channel: Channel) -> None:
    """A no is one line; the next message gets the check."""
    person = Person(channel)
    assert len(person.says("hi", "2")) == 1
    assert not person.turn.replies[0].options
    person.says("what is the nrm")
    assert person.node == "check"


@pytest.mark.rule("OPEN-4")
@pytest.mark.parametrize("answer", ["maybe", "3", "7", "what?", "0", "00", "nrm"])
def test_anything_but_yes_is_no_yes(answer: str) -> None:
    """What is not understood does not confirm."""
    person = Person()
    person.says("hi", answer)
    assert not person.state.confirmed(person.now)
    assert person.node in ("check", "languages")


def test_what_was_asked_first_comes_after_the_yes() -> None:
    """The pending topic is shown right after the check."""
    person = Person()
    person.says("what is the nrm?", "1")
    assert person.node == person.pack.bundle.intents["nrm"]


@pytest.mark.rule("OPEN-6")
@pytest.mark.parametrize(("seconds", "due"), [(899, False), (900, False), (901, True)])
def test_the_check_comes_again_after_a_gap(seconds: int, due: bool) -> None:
    """Fifteen minutes are exact, and the check is the very one that a new sitting begins with."""
    person = inside()
    person.wait(seconds=seconds)
    again = person.says("00")
    assert (person.node == "check") is due
    if due:
        assert again == Person().says("hello")


@pytest.mark.rule("OPEN-7")
def test_after_the_time_out_the_reply_is_a_new_persons() -> None:
    """A fresh state answers byte for byte as to somebody who never wrote."""
    assert Person(lang=None, seed=7).says("hello") == Person(lang=None, seed=99).says("hello")


@CHANNELS
@pytest.mark.rule("HIDE-1", "HIDE-2", "HIDE-3")
@pytest.mark.parametrize("words", ["9", "close", "CLOSE!", " 9 "])
def test_closing_is_instant_and_everything_after_is_cover(channel: Channel, words: str) -> None:
    """One neutral line, then cover for whatever is typed, until 99 and a yes."""
    person = inside(channel=channel)
    assert len(person.says(words)) == 1
    assert person.state.cover is Cover.HIDDEN
    for typed in ("what is the nrm", "1", "police", "hello", "menu", "delete"):
        [line] = person.says(typed)
        assert not risk_words(line)
        assert person.node == "cover"
    person.says("99")
    assert person.node == "check"
    assert person.state.cover is Cover.HIDDEN
    person.says("1")
    assert person.state.cover is Cover.OPEN


@pytest.mark.rule("HIDE-3")
def test_a_no_after_99_stays_closed() -> None:
    """The return word alone opens nothing."""
    person = inside()
    person.says("9", "99", "2")
    assert person.state.cover is Cover.HIDDEN
    person.says("hello")
    assert person.node == "cover"


@pytest.mark.rule("HIDE-3")
def test_cover_ends_after_24_hours_and_typing_does_not_lengthen_it() -> None:
    """A day after closing the next message gets the check."""
    person = inside()
    person.says("9")
    person.wait(hours=23)
    person.says("hello")
    person.wait(hours=1, seconds=1)
    person.says("hello")
    assert person.node == "check"


def test_before_any_yes_closing_covers_nothing() -> None:
    """There is nothing to cover: one line, and the next message gets the check."""
    person = Person()
    person.says("hi", "9")
    assert person.state.cover is Cover.OPEN
    person.says("hello")
    assert person.node == "check"


@pytest.mark.rule("SEND-8")
def test_stop_ends_messages_until_the_person_writes_again() -> None:
    """One line; then only a new message reopens, to the check."""
    person = inside()
    person.says("stop")
    assert person.state.cover is Cover.STOPPED
    assert any(isinstance(one, events.SetStop) for one in person.turn.effects)
    person.says("hello")
    assert person.node == "check"


@pytest.mark.rule("SEND-8", "EMER-1")
def test_danger_after_stop_gets_the_emergency_text() -> None:
    """Danger words reopen to the emergency facts."""
    person = inside(channel=Channel.TELEGRAM)
    person.says("stop")
    assert any("999" in one for one in person.says("help he is going to kill me"))


@CHANNELS
@pytest.mark.rule("EMER-1", "EMER-4", "EMER-6")
def test_danger_comes_first_even_before_the_check(channel: Channel) -> None:
    """The facts about 999 with no word on the service, and what this line cannot do."""
    person = Person(channel)
    said = " ".join(person.says("he is hitting me now"))
    assert "999" in said
    assert "cannot call" in said


@pytest.mark.rule("EMER-6", "HIDE-3")
def test_under_cover_danger_gets_the_one_line() -> None:
    """Nothing but the UK fact."""
    person = inside()
    person.says("9")
    assert person.says("he has a knife help") == ["In an emergency in the UK, 999 is free."]
    assert person.state.cover is Cover.HIDDEN


@pytest.mark.rule("EMER-1")
def test_danger_and_close_in_one_message_closes_with_the_one_line() -> None:
    """Closing wins; the line is still said."""
    person = inside()
    assert person.says("he is here with a knife. close") == ["In an emergency in the UK, 999 is free."]
    assert person.state.cover is Cover.HIDDEN


def test_back_shows_the_same_thing_with_the_same_numbers() -> None:
    """The trail leads back to the first step."""
    person = inside()
    seen = [person.says("00")]
    for key in ("1", "1"):
        seen.append(person.says(key))
    for expected in reversed(seen[:-1]):
        assert person.says("0") == expected


@pytest.mark.rule("ABUSE-6")
def test_a_stale_button_shows_the_current_question() -> None:
    """An older question's button changes nothing."""
    person = inside(channel=Channel.TELEGRAM)
    old = person.state.serial
    person.tap("1")
    place = person.state.trail
    person.tap("1", serial=old)
    assert person.state.trail == place
    assert person.turn.replies


@pytest.mark.rule("HIDE-1")
def test_an_old_close_button_still_closes() -> None:
    """Closing is taken from any button."""
    person = inside(channel=Channel.TELEGRAM)
    person.tap("9", serial=0)
    assert person.state.cover is Cover.HIDDEN


@pytest.mark.rule("LANG-2")
def test_a_language_is_chosen_by_its_own_name_and_before_the_check() -> None:
    """The list is there in every state, and the check then comes in the chosen language."""
    person = Person(lang=None)
    person.says("hi", "#")
    assert person.node == "languages"
    person.says("English")
    assert person.state.lang == "en"
    assert person.node == "check"


def test_not_understood_repeats_and_the_second_time_offers_a_person() -> None:
    """The same choices again, then a person."""
    person = inside()
    first = " ".join(person.says("xyzzy qwrt"))
    second = " ".join(person.says("xyzzy qwrt"))
    assert "did not understand" in first
    assert "8 to ask for a person" in second


def test_labels_and_words_pick_options() -> None:
    """What stands on an option can be typed."""
    person = inside()
    option = person.turn.replies[-1].options[0]
    label = person.pack.texts.say(option.label, "en", person.now)
    by_words = Person(seed=person.seed)
    by_words.says("hello", "1")
    assert by_words.says(label.upper()) == person.says("1")


@pytest.mark.parametrize("one", ["1", "1.", "(1)", "١", "۱", "１", "፩", "1️⃣"])
@pytest.mark.rule("LANG-5")
def test_any_scripts_digits_pick_an_option(one: str) -> None:
    """Digits of every script are the same key."""
    person = inside()
    person.says(one)
    assert person.node != person.pack.bundle.menu


@pytest.mark.rule("CHILD-1")
def test_under_18_is_heard_and_never_asked() -> None:
    """A said age leads to the texts for children, after the check."""
    person = Person()
    person.says("i am 15", "1")
    assert person.state.told.under_18
    assert person.node == person.pack.bundle.intents["under18"]


@pytest.mark.rule("DATA-2")
def test_told_facts_end_with_the_sitting() -> None:
    """The next sitting knows neither nation nor age."""
    person = inside()
    person.says("i am in glasgow")
    assert person.state.told.nation == "scotland"
    person.wait(minutes=16)
    person.says("hello", "1")
    assert person.state.told.nation is None


@pytest.mark.rule("SEND-10")
def test_what_was_written_long_ago_gets_at_most_one_check() -> None:
    """A backlog is answered once and neutrally; close still takes effect."""
    person = inside()
    person.wait(hours=3)
    person.send("1", late=True)
    assert person.node == "check"
    assert person.send("what is the nrm", late=True) == []
    person.send("9", late=True)
    assert person.state.cover is Cover.HIDDEN


@pytest.mark.rule("CARE-3", "CARE-4")
def test_a_story_is_thanked_for_and_not_echoed() -> None:
    """Thanks, no question about it, choices; none of the words come back."""
    story = (
        "they brought me here in a van and took all my things and made me clean houses every day "
        "for no pay and I slept on the kitchen floor with two others and I was always hungry"
    )
    person = inside()
    said = " ".join(person.says(story)).lower()
    assert person.node == person.pack.bundle.intents["told"]
    words = story.lower().split()
    assert not any(" ".join(words[i : i + 4]) in said for i in range(len(words) - 3))


# --- to a person


def at_the_card(**more: object) -> Person:
    person = inside(**more)
    person.says("8", "1")
    return person


@CHANNELS
@pytest.mark.rule("HAND-1", "HAND-5", "HON-4")
def test_limits_come_before_anything_can_be_written(channel: Channel) -> None:
    """8 shows the limits of privacy and the hours first."""
    person = inside(channel=channel)
    said = " ".join(person.says("8"))
    assert "kept private" in said
    assert "child" in said
    assert person.state.screen is Screen.LIMITS


@pytest.mark.rule("HAND-3")
def test_nothing_is_ticked_and_nothing_ticked_passes_nothing() -> None:
    """Going straight on asks with no item at all."""
    person = at_the_card()
    assert person.state.consent.ticked == frozenset()
    person.says("7", "1")
    [wanted] = [one for one in person.turn.effects if isinstance(one, events.RequestHandoff)]
    assert wanted == events.RequestHandoff(None, None, None, None, None, knock=False, under_18=False)
    assert person.state.owner is Owner.QUEUE


@pytest.mark.rule("HAND-3", "HAND-6", "HAND-7", "CARE-4")
def test_the_card_ticks_asks_and_previews_exactly() -> None:
    """Numbers tick and untick, two at once too; values are asked, skippable; the own message shows as a word count."""
    person = at_the_card()
    person.says("1 3")
    assert person.state.screen is Screen.OFFICER_WISH
    person.says("1")
    assert person.state.consent.wish == "woman"
    person.says("1")
    assert person.state.consent.ticked == frozenset({"wish"})
    person.says("5", "please call me Tuesday about a room")
    assert "7 words" in " ".join(person.says("7"))
    person.says("1")
    [wanted] = [one for one in person.turn.effects if isinstance(one, events.RequestHandoff)]
    assert (wanted.language, wanted.wish, wanted.message) == (None, "woman", "please call me Tuesday about a room")


@pytest.mark.rule("HAND-3")
@pytest.mark.parametrize("answer", ["2", "hm", "no", "what", "3"])
def test_only_a_clear_yes_asks_for_a_person(answer: str) -> None:
    """Unclear input at the preview is no."""
    person = at_the_card()
    person.says("7", answer)
    assert person.state.owner is Owner.BOT


@pytest.mark.rule("HAND-4")
def test_88_takes_the_request_back() -> None:
    """One key, at once; told beforehand."""
    person = at_the_card()
    person.says("7")
    assert "88" in " ".join(person.says("1"))
    person.says("88")
    assert person.state.owner is Owner.BOT
    assert any(isinstance(one, events.WithdrawHandoff) for one in person.turn.effects)


@pytest.mark.rule("HAND-2", "HAND-9")
def test_a_shut_desk_names_the_next_opening_and_queues_nobody() -> None:
    """Day and hour, 999, other lines; only a choice goes on."""
    opens = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    person = inside(desk=Desk(open=False, opens_at=opens))
    said = " ".join(person.says("8"))
    assert "Tuesday" in said
    assert "09:00" in said
    assert "999" in said
    assert person.state.owner is Owner.BOT


def held(**more: object) -> Person:
    person = inside(**more)
    person.state = replace(person.state, owner=Owner.OFFICER, alias="Sam")
    return person


@pytest.mark.rule("HAND-8")
@pytest.mark.parametrize("words", ["1", "8", "00", "menu", "what is the nrm", "99", "0"])
def test_while_an_officer_holds_everything_else_is_relayed(words: str) -> None:
    """The bot does not speak."""
    person = held()
    assert person.says(words) == []
    assert person.turn.effects == (events.RelayToOfficer(words),)


@pytest.mark.rule("HAND-8", "EMER-1", "HIDE-1")
def test_the_safety_words_work_while_an_officer_holds() -> None:
    """Danger is answered and relayed flagged; close hides and is told to the officer."""
    person = held()
    assert person.says("he has a knife help me") == ["In an emergency in the UK, 999 is free."]
    assert person.turn.effects == (events.RelayToOfficer("he has a knife help me", danger=True),)
    person.says("9")
    assert person.state.cover is Cover.HIDDEN
    assert events.FlagToOfficer("closed") in person.turn.effects


@pytest.mark.rule("HAND-8", "OPEN-6")
def test_after_a_gap_the_check_stands_before_the_officer() -> None:
    """What was written before the yes is not passed on, and the person is told so."""
    person = held()
    person.wait(minutes=16)
    person.says("are you there")
    assert person.node == "check"
    assert not any(isinstance(one, events.RelayToOfficer) for one in person.turn.effects)
    assert "Sam" in " ".join(person.says("1"))
    assert any(isinstance(one, events.ReleaseWaiting) for one in person.turn.effects)


@pytest.mark.rule("HIDE-7", "LANG-6")
@CHANNELS
def test_delete_asks_once_and_only_1_removes(channel: Channel) -> None:
    """0, or anything else, removes nothing."""
    person = inside(channel=channel)
    person.says("delete", "0")
    assert not any(isinstance(one, events.Forget) for one in person.turn.effects)
    person.says("delete", "1")
    assert any(isinstance(one, events.Forget) for one in person.turn.effects)
    assert replace(person.state, lang=None, last_seen=None, lang_chosen=False) == fresh(
        channel, person.seed, person.pack.bundle.version
    )


@pytest.mark.rule("HIDE-3")
def test_the_own_return_word_takes_the_place_of_99() -> None:
    """With an own word 99 opens nothing."""
    person = inside()
    person.state = replace(person.state, return_word="a-hash")
    person.says("9", "99")
    assert person.node == "cover"
    person.send("sunflower", return_word=True)
    assert person.node == "check"


@pytest.mark.parametrize("kind", [InputKind.MEDIA, InputKind.EDIT])
@pytest.mark.rule("DATA-4", "ABUSE-6")
def test_what_is_no_text_is_answered_kindly_and_changes_nothing(kind: InputKind) -> None:
    """A picture or an edited message leaves the place as it was."""
    person = inside()
    place = person.state.trail
    assert person.send("", kind)
    assert person.state.trail == place


@pytest.mark.rule("EMER-1")
def test_danger_in_the_words_under_a_picture_is_heard() -> None:
    """The picture is not opened; the words beside it can still be a call for help."""
    person = inside()
    assert any("999" in one for one in person.send("he has a knife help me", InputKind.MEDIA))


@pytest.mark.rule("EMER-7")
def test_past_danger_gets_the_line_and_goes_on() -> None:
    """A near miss is answered with the one line and what the conversation was at."""
    person = inside()
    said = person.says("he tried to kill me last year")
    assert said[0] == "In an emergency in the UK, 999 is free."
    assert len(said) > 1
