"""A word of the glossary is explained wherever it is asked about, and nobody loses their place."""

from __future__ import annotations

import pytest

from bot.engine.model import Channel
from bot.engine.state import Screen
from tests.engine.test_conversation import inside
from tests.kit import Person

EXPLAINED = "This is a system of the UK government."


@pytest.mark.rule("LANG-1")
@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize(
    "asked",
    ["what is the NRM", "What's NRM?", "nrm?", "what does national referral mechanism mean", "i dont know what nrm is"],
)
def test_the_word_is_explained_and_the_place_kept(channel: Channel, asked: str) -> None:
    """The short text comes with the same choices under the same numbers, and the trail is as it was."""
    person = inside(channel=channel)
    person.says("housing")
    before, trail = person.turn.replies[0], person.state.trail
    said = person.says(asked)
    after = person.turn.replies[0]
    assert EXPLAINED in " ".join(said)
    assert person.state.trail == trail
    assert [(one.key, one.id) for one in after.options] == [(one.key, one.id) for one in before.options]


@pytest.mark.rule("NEUT-9")
def test_the_explanation_is_dated() -> None:
    """It is a fact like others: the day on which it was checked stands with it."""
    person = inside()
    person.says("housing", "what is the nrm")
    assert person.turn.replies[0].checked is not None
    assert person.turn.replies[0].expired


def test_in_the_menu_the_topic_itself_explains() -> None:
    """No place can be lost there, and the topic has more to say."""
    person = inside()
    person.says("what is the nrm")
    assert person.node == "nrm/what"


def test_on_the_way_to_a_person_the_question_stays_open() -> None:
    """The card is there again after the explanation, as it was."""
    person = inside()
    person.says("8")
    screen = person.state.screen
    said = person.says("what is the NRM?")
    assert EXPLAINED in " ".join(said)
    assert person.state.screen is screen


@pytest.mark.rule("OPEN-4")
def test_before_the_yes_nothing_is_explained() -> None:
    """The check comes first."""
    assert EXPLAINED not in " ".join(Person().says("what is the NRM?"))


@pytest.mark.parametrize("text", ["what is my boss doing", "what is", "what is that", "what is 999?", "the", "?"])
def test_other_questions_are_no_questions_about_words(text: str) -> None:
    """Only the listed terms are explained."""
    person = inside()
    assert EXPLAINED not in " ".join(person.says("housing", text))


def test_an_own_message_is_never_taken_for_a_question() -> None:
    """What is written to an officer goes to the officer, whatever its words."""
    person = inside()
    person.says("8")
    for _ in range(8):
        if person.state.screen is Screen.CONSENT:
            break
        person.says("1")
    assert person.state.screen is Screen.CONSENT
    person.says("5")
    assert person.state.screen is Screen.OWN_MESSAGE
    assert EXPLAINED not in " ".join(person.says("what is the NRM"))
