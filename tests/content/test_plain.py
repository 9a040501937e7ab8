"""Plain reading: how sentences, syllables and terms are counted (LANG-1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.checks.care import asks
from bot.checks.plain import counts, read_all, syllables
from bot.checks.sources import spelled_numbers
from bot.trees.load import Pack
from tests.content.tiny import TINY, load, no_locales


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return load(TINY, no_locales(tmp_path))


@pytest.mark.rule("LANG-1")
@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("A room. A key and a lamp.", [2, 5]),
        ("- a room\n- a key", [2, 2]),
        ("It costs {amount:rooms-weekly} a week.", [5]),
        ("It opens at 09:30 each day.", [6]),
        ("Is it so? It is.", [3, 2]),
    ],
    ids=["full stops", "list", "a placed value is a word", "a time is not two sentences", "question"],
)
def test_sentences_are_counted_in_words(pack: Pack, text: str, lengths: list[int]) -> None:
    """Words of each sentence, with placed values read at one glance."""
    assert counts(pack, text) == lengths


def test_vietnamese_words_are_counted_as_english_ones(pack: Pack) -> None:
    """Spaces part Vietnamese within words: three parts are two words."""
    assert counts(pack, "a b c", "vi") == [2]


@pytest.mark.parametrize(("word", "number"), [("room", 1), ("police", 2), ("immigration", 4), ("9", 1)])
def test_syllables(word: str, number: int) -> None:
    """The kept library's count; a figure is one."""
    assert syllables(word) == number


@pytest.mark.rule("LANG-1")
def test_hard_words_score_harder(pack: Pack) -> None:
    """The same sentences in long words are a harder read; a text of a few words has no score."""
    easy = read_all(pack, ["The cat sat on the mat. It was a warm day. " * 8]).grade
    hard = read_all(
        pack, ["Administrative authorities investigate eligibility. Documentation necessitates. " * 8]
    ).grade
    assert easy is not None
    assert hard is not None
    assert easy < 3 < hard
    assert read_all(pack, ["A room."]).grade is None


@pytest.mark.rule("CARE-1")
@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("What is your name?", True),
        ("Where are you living now?", True),
        ("Who hurt you there?", True),
        ("Please send your address.", True),
        ("Which nation are you in?", False),
        ("They may ask what happened and who did it.", False),
        ("Nobody here asks what is your name.", False),
        ("Is now a good time for messages?", False),
    ],
    ids=lambda one: str(one)[:30],
)
def test_asking_for_a_name_or_a_story_is_found(text: str, asked: bool) -> None:
    """What this line would ask is told apart from what others may ask."""
    assert bool(asks(text)) is asked


@pytest.mark.rule("NEUT-9")
@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("It takes three weeks.", ["three weeks"]),
        ("It changed in January.", ["January"]),
        ("Since May it is so.", ["Since May"]),
        ("It was so in May.", ["in May"]),
        ("It may take some days.", []),
        ("There are two ways.", []),
    ],
    ids=lambda one: str(one)[:30],
)
def test_figures_in_words_are_figures(text: str, figures: list[str]) -> None:
    """Spans of time and months in words are as loose as digits; ways and people may be counted."""
    assert spelled_numbers(text) == figures
