"""What a word means, asked anywhere ("what is X?"): its short text, and the place where the person is stays as it was."""

from __future__ import annotations

from bot.engine.events import InputKind
from bot.engine.model import Term
from bot.engine.normal import bare, words_of
from bot.engine.state import Screen
from bot.engine.turn import Now

OWN_WORDS = frozenset({Screen.OWN_MESSAGE, Screen.RETURN_WORD})
"""Screens that wait for words of the person's own, whatever these are."""
LONGEST_QUESTION = 12
QUESTION_MARKS = "?؟？"


def asked_term(now: Now) -> Term | None:
    """The term that the message asks about, in the person's language or in English; None when it asks no such thing."""
    if now.input.kind is not InputKind.TEXT or now.state.screen in OWN_WORDS:
        return None
    lang = now.state.lang or now.bundle.default_language
    terms = now.bundle.terms.get(lang, {})
    words = tuple(map(bare, words_of(now.input.text[:200]).words))
    if not terms or not 0 < len(words) <= LONGEST_QUESTION:
        return None
    if any(mark in now.input.text for mark in QUESTION_MARKS) and words in terms:
        return terms[words]
    return next((terms[rest] for rest in _asked(now, words, lang) if rest in terms), None)


def _asked(now: Now, words: tuple[str, ...], lang: str) -> list[tuple[str, ...]]:
    """What is left of the message without each way of asking that it can be."""
    ways = [one for one in now.bundle.lexicon.asks if one.lang in (lang, "en")]
    return [
        words[len(one.before) : len(words) - len(one.after)]
        for one in ways
        if len(words) > len(one.before) + len(one.after)
        and words[: len(one.before)] == one.before
        and words[len(words) - len(one.after) :] == one.after
    ]
