"""Texts as the check reads them: one spelling of quotes and letters, sentences, clauses, and no quoted words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

QUOTED = '"..."'
"""Stands for quoted words: they are named, not said ("Should I tell them?" is a heading, and tells nobody)."""

_ONE_SPELLING = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00ab": '"', "\u00bb": '"', "\u2013": "-", "\u2014": "-",
    "\u00a0": " ", "\u061f": "?", "\u060c": ",", "\u061b": ";", "\u0640": None,
    "\u0623": "\u0627", "\u0625": "\u0627", "\u0622": "\u0627", "\u0649": "\u064a",
    **{chr(code): None for code in range(0x064B, 0x0653)},
})  # fmt: skip
"""Curly and angled quotes, dashes, no-break space; Arabic marks, the stretching line, vowel signs, and the forms of alef."""
_QUOTE = re.compile(r'"[^"]*"')
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')]*\s+|\n+|\s*[\u2022*]\s+")
_CLAUSE_END = re.compile(r"(?<=[:;])\s+| - ")


def plain(text: str) -> str:
    """Lower case, one spelling, quoted words taken out."""
    return _QUOTE.sub(QUOTED, one_spelling(text)).lower()


def one_spelling(text: str) -> str:
    """Letters and marks that are written in several ways, in one."""
    return unicodedata.normalize("NFC", text).translate(_ONE_SPELLING)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a `plain` text, words one space apart."""
    for sentence in _SENTENCE_END.split(text):
        if words := " ".join(sentence.split()):
            yield words


def clauses(sentence: str) -> list[str]:
    """A sentence cut at colons, semicolons and dashes."""
    return [clause for clause in _CLAUSE_END.split(sentence) if clause]
