"""What people really type: digits of every script, spellings, marks, and hostile input."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.match import Intent, Meaning, normalise, same, understand
from bot.trees import places
from bot.trees.words import load_lexicon

Hear = Callable[..., Meaning]
LEXICON = load_lexicon(places.locales())


@pytest.mark.rule("LANG-5")
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("1.", 1),
        ("(1)", 1),
        ("1)", 1),
        (" 1 ", 1),
        ("[1]", 1),
        ("1!", 1),
        ("１", 1),
        ("١", 1),
        ("۱", 1),
        ("১", 1),
        ("१", 1),
        ("፩", 1),
        ("፱", 9),
        ("1️⃣", 1),
        ("9️⃣", 9),
        ("①", 1),
        ("¹", 1),
        ("一", 1),
        ("九", 9),
        ("\u200f٣\u200f", 3),
        ("\u200b4\u200d", 4),
        ("「2」", 2),
        ("0", 0),
        ("8", 8),
        ("9", 9),
        ("88", 88),
        ("99", 99),
        ("٩٩", 99),
        ("🔟", 10),
        ("7\n", 7),
    ],
)
def test_one_number(hear: Hear, text: str, number: int) -> None:
    """A number of any script, with what people put around it, is that number."""
    assert hear(text).number == number


@pytest.mark.rule("LANG-5")
@pytest.mark.parametrize(
    ("text", "numbers"),
    [("1 3", (1, 3)), ("1,3", (1, 3)), ("1, 3.", (1, 3)), ("١ ٣", (1, 3)), ("2/4/5", (2, 4, 5)), ("1\n2", (1, 2))],
)
def test_several_numbers(hear: Hear, text: str, numbers: tuple[int, ...]) -> None:
    """Several numbers of one message come as several (the consent card)."""
    meaning = hear(text)
    assert (meaning.number, meaning.numbers) == (None, numbers)


@pytest.mark.parametrize("text", ["100", "9" * 3_000, "1a", "-", "1.5 kg", "07700900123", "½", "option 1"])
def test_no_number(hear: Hear, text: str) -> None:
    """What is longer than two digits, or has words, is not a number."""
    meaning = hear(text)
    assert (meaning.number, meaning.numbers) == (None, ())


@pytest.mark.parametrize(
    ("text", "intent"), [("00", Intent.MENU), ("٠٠", Intent.MENU), ("#", Intent.LANGUAGE), (" # ", Intent.LANGUAGE)]
)
def test_keys_that_are_words(hear: Hear, text: str, intent: Intent) -> None:
    """00 is the menu and # the languages."""
    assert hear(text).intent is intent


@pytest.mark.rule("LANG-5")
@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        ("ÇA VA?", "ca va"),
        ("Tiếng Việt", "tieng viet"),
        ("  Yes,  please! ", "yes please"),
        ("don’t", "don't"),
        ("l’argent", "l'argent"),
        ("ﻣﺮﺣﺒﺎ", "مرحبا"),
        ("إغلاق", "اغلاق"),
        ("مـرحبا", "مرحبا"),
        ("كمك", "کمک"),
        ("می\u200cخواهم", "میخواهم"),
        ("ｃｌｏｓｅ", "close"),
        ("ştergе"[:5], "șterg"),
    ],
)
def test_the_same_words(typed: str, listed: str) -> None:
    """Accents, width, letter variants, hidden marks, quotes and punctuation do not make another word."""
    assert same(typed, listed)


def test_nothing_is_the_same_as_no_words() -> None:
    """Two messages without words are not the same label."""
    assert not same("...", "!!")
    assert not same("", "")


@pytest.mark.rule("LANG-5")
@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("pls hlp me find housing", Intent.HOUSING),
        ("asylm", Intent.ASYLUM),
        ("soliciter", Intent.LEGAL),
        ("hospitl", Intent.HEALTH),
        ("yesss", Intent.YES),
        ("nooo", Intent.NO),
        ("👍🏽", Intent.YES),
        ("👎", Intent.NO),
        ("🆘", Intent.EMERGENCY),
        ("toi muon noi chuyen voi nguoi that", Intent.HUMAN),
        ("والشرطة", Intent.POLICE),
        ("hellllp he is heeere", Intent.EMERGENCY),
        ("hes gona kil me", Intent.EMERGENCY),
    ],
)
def test_spellings(hear: Hear, text: str, intent: Intent) -> None:
    """Text-message spelling, one wrong letter in a long word, missing accents and pictures are understood."""
    assert hear(text).intent is intent


HOSTILE = {
    "300 kB": "a" * 300_000,
    "many words": "help he is here " * 20_000,
    "digits": "7" * 300_000,
    "marks": "e" + "\u0301" * 10_000,
    "marks of two classes": "a" + "\u0301\u0323" * 5_000,
    "surrogates": "\ud800" * 5_000,
    "nul": "\x00" * 5_000,
    "ligatures": "\ufdfa" * 5_000,
    "one letter words": "a " * 3_000,
    "pictures": "👍" * 5_000,
    "apostrophes": "'" * 5_000,
    "long words": ("abcdefgh" * 6 + " ") * 100,
    "near words": "strangxling " * 400,
    "zero width": "\u200b" * 5_000,
    "han": "他" * 4_000,
    "spelled": "theyre " * 700,
}


@pytest.mark.rule("ABUSE-4")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_is_bounded(hear: Hear, text: str) -> None:
    """No input takes long, whatever its length."""
    hear(text)
    began = time.process_time()
    hear(text)
    assert time.process_time() - began < 0.5


@pytest.mark.rule("ABUSE-4")
@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=80), st.sampled_from(["en", "ar", "zh-Hans", None, "xx"]))
def test_any_string_has_a_meaning(text: str, language: str | None) -> None:
    """Nothing raises, also with lone surrogates and unknown languages; normalising twice changes nothing."""
    meaning = understand(LEXICON, text, language)
    assert meaning.number is None or 0 <= meaning.number <= 99
    assert normalise(normalise(text)) == normalise(text)
