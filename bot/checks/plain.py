"""Plain reading: sentence lengths in every language on offer, and a readability score of each English node (LANG-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.checks.common import at_node, at_text, is_label, shown_messages
from bot.checks.finding import Finding
from bot.trees.load import Pack
from bot.trees.messages import PLACED, Message

MOST_WORDS = 20
"""LANG-1: of one sentence."""
MEAN_WORDS = 12
"""LANG-1: of all sentences of a text, or of a node's texts together."""
WORDS_FOR_ONE: Mapping[str, float] = {"vi": 1.5, "zh-Hans": 1.6}
"""What is counted for one English word: Vietnamese parts words with spaces, Chinese writes them as one or two characters."""
HARDEST = 6.5
"""Flesch-Kincaid grade of a node, a school year of the United States. LANG-1 asks for a reading age of 9 to 11; a grade is
the age less five, so 9 to 11 is grades 4 to 6, and 6.5 is the last that rounds to 6. Names that cannot be said otherwise
("immigration", "National Referral Mechanism") count in full, so that the words around them have to be easier."""
FEWEST_WORDS = 30
"""The formula says nothing on shorter texts."""

_SENTENCE = re.compile(r"(?:[^.?!:\n]|(?<=\d)[.:](?=\d))+")
_WORD = re.compile(r"\w+(?:['’:.,-]\w+)*")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LIST_MARK = re.compile(r"(?m)^- ")


@dataclass(frozen=True, slots=True)
class Reading:
    """`grade`: Flesch-Kincaid, or None where the text is too short for it."""

    sentences: int
    words: int
    longest: int
    grade: float | None

    @property
    def mean(self) -> float:
        return self.words / self.sentences if self.sentences else 0.0


def plain(pack: Pack) -> Iterator[Finding]:
    for message in shown_messages(pack):
        yield from _long(pack, message)
    for node_id, read in readings(pack).items():
        yield from _node(pack, node_id, read)
    for lang in (one.code for one in pack.bundle.languages if one.offered and one.code != "en"):
        yield from _translated(pack, lang)


def _long(pack: Pack, message: Message) -> Iterator[Finding]:
    longest = max(counts(pack, message.text), default=0)
    if longest > MOST_WORDS:
        problem = f"A sentence has {longest} words; at most {MOST_WORDS} are easy to read."
        yield at_text(pack, "B403", message, problem, "Cut it in two.")


def _node(pack: Pack, node_id: str, read: Reading) -> Iterator[Finding]:
    if read.sentences > 1 and read.mean > MEAN_WORDS:
        problem = f"Sentences have {read.mean:.1f} words on average; at most {MEAN_WORDS} are easy to read."
        yield at_node(pack, "B403", node_id, problem, "Cut the longer ones.")
    if read.grade is not None and read.grade > HARDEST:
        problem = f"The readability score is {read.grade:.1f} (Flesch-Kincaid); at most {HARDEST}."
        yield at_node(pack, "B407", node_id, problem, "Take shorter words and shorter sentences.")


def _translated(pack: Pack, lang: str) -> Iterator[Finding]:
    catalogue = pack.catalogues[lang]
    for key in pack.texts.english:
        text = pack.texts.get(lang, key)
        longest = max(counts(pack, text, lang), default=0) if text else 0
        if longest > MOST_WORDS:
            problem = f"A sentence of the {lang} text has about {longest} words; at most {MOST_WORDS} are easy to read."
            yield Finding("B403", catalogue.file, 0, key, problem, "Cut it in two.", "warning")


# --- figures


def readings(pack: Pack) -> Mapping[str, Reading]:
    """Every node with texts of its own, by id; the page of an option is a node of its own."""
    texts: dict[str, list[str]] = {}
    for message in pack.raw.messages.values():
        title = message.key.endswith(":title")
        if message.node in pack.bundle.nodes and not title and not is_label(message):
            texts.setdefault(message.node, []).append(message.text)
    return {node_id: read_all(pack, parts) for node_id, parts in texts.items()}


def read_all(pack: Pack, texts: list[str]) -> Reading:
    lengths = [length for text in texts for length in counts(pack, text)]
    total = sum(lengths)
    if not lengths or total < FEWEST_WORDS:
        return Reading(len(lengths), total, max(lengths, default=0), None)
    parts = sum(syllables(word) for text in texts for word in _WORD.findall(filled(pack, text)))
    grade = 0.39 * total / len(lengths) + 11.8 * parts / total - 15.59
    return Reading(len(lengths), total, max(lengths), grade)


def counts(pack: Pack, text: str, lang: str = "en") -> list[int]:
    """Words of each sentence, as English words."""
    found = [_words(part, lang) for part in _SENTENCE.findall(_LIST_MARK.sub("", filled(pack, text)))]
    return [length for length in found if length]


def _words(sentence: str, lang: str) -> int:
    han = len(_HAN.findall(sentence))
    return round((han + len(_WORD.findall(_HAN.sub(" ", sentence)))) / WORDS_FOR_ONE.get(lang, 1.0))


def filled(pack: Pack, text: str) -> str:
    """The text with a word for each placed value: a phone number, an amount or a date is read at one glance."""
    return PLACED.sub(lambda found: _value(pack, found[1], found[2]), text)


def _value(pack: Pack, kind: str, ident: str | None) -> str:
    if kind == "name" and ident is not None and ident in pack.bundle.services:
        return pack.bundle.services[ident].name
    written = pack.texts.values.get(ident or "", "")
    return written if kind == "number" and written else "9"


@lru_cache(maxsize=8_192)
def syllables(word: str) -> int:
    """Of an English word; a figure counts as one. The library is imported here: only checks need its word list."""
    import syllapy

    return max(1, int(syllapy.count(word.replace("’", "'"))))
