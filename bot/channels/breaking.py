"""Where a text may be broken: paragraphs, lines, sentences, words, and inside a word only between graphemes.

A break never falls beside a figure ("0800 0121 700", "5 working days", "1 March 2026") nor inside a value that
was placed, so that a number or a name is never read in two halves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Fits = Callable[[str], bool]

_SENTENCE = re.compile(r"(?<=[.!?…؟।።])\s+|(?<=[。！？])\s*")
_WORD = re.compile(r"\s+")
_SHORT_NAME = re.compile(r"(?:^|\s)[A-Z][a-z]{0,2}\.$")
"""St. Dr. No. and the like: the stop belongs to the word and ends no sentence."""
_ZWJ = "\u200d"
_LONGEST_CLUSTER = 16
"""Code points: a stack of hundreds of marks is an attack on a limit, not a letter."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that is kept whole, and what joins it to the piece before it in the same message."""

    text: str
    glue: str


def break_up(text: str, fits: Fits, *, glue: str, paragraph: str, kept: tuple[str, ...] = ()) -> Iterator[Piece]:
    """The largest pieces that fit alone. `paragraph` joins paragraphs, `glue` the first to what is before."""
    for number, part in enumerate(re.split(r"\n\s*\n", text.strip())):
        yield from _lines(part.strip(), glue if number == 0 else paragraph, fits, kept)


def _lines(text: str, glue: str, fits: Fits, kept: tuple[str, ...]) -> Iterator[Piece]:
    if fits(text):
        yield Piece(text, glue)
        return
    for number, line in enumerate(filter(None, (line.strip() for line in text.split("\n")))):
        yield from _sentences(line, glue if number == 0 else "\n", fits, kept)


def _sentences(text: str, glue: str, fits: Fits, kept: tuple[str, ...]) -> Iterator[Piece]:
    if fits(text):
        yield Piece(text, glue)
        return
    for sentence, between in _cut(text, _SENTENCE, _ends_sentence, kept):
        yield from _words(sentence, glue if between is None else between, fits, kept)


def _words(text: str, glue: str, fits: Fits, kept: tuple[str, ...]) -> Iterator[Piece]:
    if fits(text):
        yield Piece(text, glue)
        return
    for word, between in _cut(text, _WORD, _between_words, kept):
        yield from _graphemes(word, glue if between is None else between, fits)


def _graphemes(text: str, glue: str, fits: Fits) -> Iterator[Piece]:
    if fits(text):
        yield Piece(text, glue)
        return
    chunk = ""
    for cluster in clusters(text):
        if chunk and not fits(chunk + cluster):
            yield Piece(chunk, glue)
            chunk, glue = "", ""
        chunk += cluster
    yield Piece(chunk, glue)


def _cut(
    text: str, at: re.Pattern[str], may: Callable[[str, str], bool], kept: tuple[str, ...]
) -> Iterator[tuple[str, str | None]]:
    """Parts of the text with what stood between; None before the first."""
    closed, begin, between = _spans(text, kept), 0, None
    for gap in at.finditer(text):
        begins, ends = gap.span()
        if begins == 0 or ends == len(text) or any(a < ends and begins < b for a, b in closed):
            continue
        if may(text[begin:begins], text[ends:]):
            yield text[begin:begins], between
            begin, between = ends, " " if gap.group() else ""
    yield text[begin:], between


def _spans(text: str, kept: Iterable[str]) -> list[tuple[int, int]]:
    return [(m.start(), m.end()) for value in kept if value for m in re.finditer(re.escape(value), text)]


def _ends_sentence(before: str, after: str) -> bool:
    return not after[:1].islower() and not _SHORT_NAME.search(before[-6:])


def _between_words(before: str, after: str) -> bool:
    left, right = before.rsplit(None, 1)[-1], after.split(None, 1)[0]
    return not any(char.isdigit() for char in left + right)


def clusters(text: str) -> Iterator[str]:
    """What a reader sees as one character, near enough to UAX 29: marks, joiners and flags stay."""
    cluster = ""
    for char in text:
        if cluster and not _joins(cluster, char):
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def _joins(cluster: str, char: str) -> bool:
    if len(cluster) >= _LONGEST_CLUSTER:
        return False
    if cluster[-1] == _ZWJ or char == _ZWJ or unicodedata.category(char).startswith("M"):
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff":  # skin tones
        return True
    if _is_flag(char) and _is_flag(cluster[-1]):
        return len(cluster) % 2 == 1
    return cluster[-1] == "\r" and char == "\n"


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
