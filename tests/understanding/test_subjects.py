"""Narrower than a topic: the page that a message is about, where the pack has one."""

from __future__ import annotations

import pytest

from bot.engine.step import UNSURE_OF_AGE
from tests.engine.test_conversation import inside
from tests.kit import Person, shipped

ROWS = [
    ("I owe money to the agent, what about my debt", "debts/start"),
    ("can i open a bank account", "bank/start"),
    ("I want english classes", "learning/start"),
    ("i am a domestic worker", "domestic/start"),
    ("my visa expired", "stay/start"),
    ("do I have to go to court", "courts/start"),
    ("can i get compensation", "compensation/start"),
    ("they make me sell drugs", "police/made-to"),
    ("domestic violence", "home-harm/start"),
    ("i was raped last year", "assault/start"),
    ("my family force me to marry", "marriage/start"),
    ("is there a church here", "community/start"),
    ("he reads my messages", "devices/start"),
    ("I am a social worker", "for-workers/start"),
    ("I am worried about my neighbour", "for-workers/start"),
    ("I am worried", "feelings/start"),
    ("my family wants me to marry somebody", "marriage/start"),
    ("my husband hits me", "home-harm/start"),
    ("I was raped", "assault/start"),
    ("I owe money to an agent", "debts/start"),
    ("fuck you, you are useless", "care/words"),
    ("money", "money/start"),
    ("police", "police/start"),
]


@pytest.mark.parametrize(("text", "node"), ROWS, ids=[text for text, _ in ROWS])
def test_the_page_about_it_is_shown(text: str, node: str) -> None:
    """The narrower page wins over the topic's first; without one the topic shows."""
    person = inside()
    person.says(text)
    assert person.node == node


def test_a_subject_asked_before_the_yes_comes_after_it() -> None:
    """What was asked first is kept, as topics are."""
    person = Person()
    person.says("i am in debt", "1")
    assert person.node == "debts/start"


def test_every_subject_leads_somewhere() -> None:
    """No subject is listened to for nothing."""
    root, subjects = shipped().bundle.lexicon.root, set()
    stack = [root]
    while stack:
        node = stack.pop()
        subjects |= {mark.value.partition("/")[2] for mark in node.marks if mark.role == "subject"}
        stack += node.after.values()
    assert subjects
    assert subjects <= {*shipped().bundle.intents, UNSURE_OF_AGE}
