"""Close, stop and delete are exact; short words that languages share are settled by the chosen one or not at all."""

from __future__ import annotations

import string
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.lexicon import Lexicon
from bot.engine.match import DESTRUCTIVE, Intent, Meaning, plain, understand
from bot.trees import places
from bot.trees.words import load_lexicon

Hear = Callable[..., Meaning]
LEXICON = load_lexicon(places.locales())
LISTED = sorted(
    {" ".join(one.words) for entries in LEXICON.whole.values() for one in entries if one.intent in DESTRUCTIVE}
)
ENTRIES = [(one.lang, one.intent, " ".join(one.words)) for found in LEXICON.whole.values() for one in found]


@pytest.mark.rule("HIDE-1")
@pytest.mark.parametrize("style", [str, str.upper, lambda text: f"  {text}!! ", lambda text: f"“{text}”."])
def test_every_close_phrase_closes_in_its_language(lexicon: Lexicon, style: Callable[[str], str]) -> None:
    """Each listed close phrase of each language closes, in capitals and with punctuation too."""
    failed = [
        (lang, text)
        for lang, intent, text in ENTRIES
        if intent is Intent.HIDE and understand(lexicon, style(text), lang).intent is not Intent.HIDE
    ]
    assert failed == []


@pytest.mark.rule("HIDE-1", "LANG-5")
def test_close_phrases_work_without_accents(lexicon: Lexicon) -> None:
    """Close phrases typed without accents close, where that spelling has no second meaning in the language."""
    failed = []
    for lang, intent, text in ENTRIES:
        meanings = {one.intent for one in LEXICON.whole[plain(text)] if one.lang == lang}
        if intent is Intent.HIDE and len(meanings) == 1:
            failed += [] if understand(lexicon, plain(text), lang).intent is Intent.HIDE else [(lang, text)]
    assert failed == []


@pytest.mark.rule("LANG-6", "HIDE-1")
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_an_edit_that_is_not_listed_is_never_destructive(data: st.DataObject) -> None:
    """One letter added, changed, doubled or left out of a destructive phrase, or a word beside it, does nothing of the kind."""
    text = data.draw(st.sampled_from(LISTED))
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from(string.ascii_lowercase))
    edited = data.draw(
        st.sampled_from(
            [
                text[:place] + letter + text[place:],
                text[:place] + letter + text[place + 1 :],
                text[:place] + text[place] + text[place:],
                text[:place] + text[place + 1 :],
                f"{text} {letter}",
                f"please do not {text}",
            ]
        )
    )
    if plain(edited) not in LEXICON.whole:
        assert understand(LEXICON, edited, "en").intent not in DESTRUCTIVE


@pytest.mark.rule("LANG-6")
@pytest.mark.parametrize(
    "text",
    [
        "don't stop",
        "stop him",
        "close the door",
        "can you close my account",
        "delete my number from his phone",
        "closed shop",
        "he told me to stop",
        "i want to end this job",
        "cancel my visa",
        "closee",
        "sto",
        "delette",
        "stp it",
        "hide and seek",
    ],
)
def test_destructive_words_inside_a_message_do_nothing(hear: Hear, text: str) -> None:
    """A destructive word counts only as the whole message."""
    assert hear(text).intent not in DESTRUCTIVE


CLASHES = [
    # word, chosen language, meaning
    ("po", "sq", Intent.YES),
    ("po", "pl", Intent.OTHER),
    ("po", "en", Intent.OTHER),
    ("po", None, Intent.OTHER),
    ("da", "ro", Intent.YES),
    ("da", "vi", Intent.YES),
    ("da", "pt", Intent.OTHER),
    ("da", "en", Intent.OTHER),
    ("na", "ur", Intent.NO),
    ("na", "bn", Intent.NO),
    ("na", "cy", Intent.NO),
    ("na", "pt", Intent.OTHER),
    ("na", None, Intent.OTHER),
    ("si", "es", Intent.YES),
    ("si", "sq", Intent.OTHER),
    ("si", "ro", Intent.OTHER),
    ("si", "en", Intent.OTHER),
    ("no", "en", Intent.NO),
    ("no", "es", Intent.NO),
    ("no", "pl", Intent.YES),
    ("no", "pt", Intent.OTHER),
    ("no", None, Intent.OTHER),
    ("ha", "ur", Intent.YES),
    ("ha", "bn", Intent.YES),
    ("ha", "en", Intent.OTHER),
    ("ha", "vi", Intent.OTHER),
    ("ni", "uk", Intent.NO),
    ("ni", "en", Intent.OTHER),
    ("tak", "pl", Intent.YES),
    ("tak", "en", Intent.YES),
    ("para", "es", Intent.STOP),
    ("para", "sq", Intent.MONEY),
    ("dung", "vi", Intent.OTHER),
    ("dừng", "vi", Intent.STOP),
    ("đúng", "vi", Intent.YES),
    ("go back", "en", Intent.BACK),
    ("go back home", "en", Intent.GO_HOME),
    ("go back to my country", "en", Intent.GO_HOME),
    ("mbyll", "en", Intent.HIDE),
    ("fshi", "sq", Intent.DELETE),
    ("fshih", "sq", Intent.HIDE),
]


@pytest.mark.rule("LANG-6")
@pytest.mark.parametrize(("word", "language", "intent"), CLASHES, ids=[f"{one[0]}-{one[1]}" for one in CLASHES])
def test_clashes(hear: Hear, word: str, language: str | None, intent: Intent) -> None:
    """A word that languages use differently means what it means in the chosen language, else nothing."""
    assert hear(word, language).intent is intent
