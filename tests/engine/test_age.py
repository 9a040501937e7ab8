"""An age is heard and never asked; one that may be under 18 shows the text for adults, with a line (CHILD-2)."""

from __future__ import annotations

import pytest

from tests.engine.test_conversation import inside
from tests.kit import Person

LINE = "Under 18 some things are different."


@pytest.mark.rule("CHILD-2")
@pytest.mark.parametrize(
    "said",
    [
        "i am 17 or 18",
        "I don't know my age",
        "dont know how old i am",
        "maybe 17",
        "they wrote the wrong date of birth",
        "not sure if I am 18",
    ],
)
def test_an_unclear_age_shows_the_text_for_adults_with_a_line(said: str) -> None:
    """The line stands in front of each text that is different under 18, for the sitting."""
    person = inside()
    assert LINE in " ".join(person.says(said))
    shown = " ".join(person.says("nrm"))
    assert person.node == "nrm/what"
    assert LINE in shown
    assert LINE not in " ".join(person.says("housing"))


@pytest.mark.rule("CHILD-2")
def test_a_topic_in_the_same_message_is_answered() -> None:
    """What was asked is shown, with the line once."""
    person = inside()
    said = " ".join(person.says("what about asylum, i am 17 or 18"))
    assert person.node == "asylum/what"
    assert said.count(LINE) == 1


@pytest.mark.rule("CHILD-1", "CHILD-2")
def test_a_clear_age_wins_over_an_unclear_one() -> None:
    """Whoever said that they are 16 gets the text for children, whatever was said before or after."""
    person = inside()
    person.says("maybe 17", "i am 16")
    assert person.node == "care/under-18"
    person.says("i don't know my age", "nrm")
    assert person.node == "under18/agree"


@pytest.mark.rule("CHILD-2", "OPEN-6")
def test_it_goes_with_the_sitting() -> None:
    """After a gap nothing of it is left."""
    person = inside()
    person.says("i am 17 or 18")
    person.wait(minutes=20)
    person.says("hi", "1")
    assert LINE not in " ".join(person.says("nrm"))


@pytest.mark.rule("CHILD-2")
def test_before_the_yes_it_is_kept_for_after_it() -> None:
    """The first message may say it."""
    person = Person()
    person.says("i am 17 or 18, what is asylum", "1")
    assert LINE in " ".join(person.says("asylum"))
