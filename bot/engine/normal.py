"""Typed words brought to one form, so that what is listed can be compared with what people really type (LANG-5).

`words_of` reads at most `DANGER_CHARACTERS`; nothing here raises on any string, and the time is bounded by that limit.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

TOPIC_CHARACTERS = 2_000
"""Topics are looked for in so many characters."""
DANGER_CHARACTERS = 4_000
"""Danger is listened for in so many characters; the rest of a longer message is not read."""
MARKS_IN_A_ROW = 4
"""Combining marks kept on one letter; sorting thousands of them would cost seconds."""
WORD_CHARACTERS = 48
"""A longer word is cut here: no listed word is as long."""

BREAKS = frozenset(".!?;:\n\r…。！？；؟۔؛।።፡፧፤")
"""What ends a sentence, in every served script (Bengali danda, Ethiopic full stop and word space, Arabic question mark)."""
APOSTROPHES = frozenset("'\u2018\u2019\u201b\u02bc\u02b9\u0060\u00b4\uff07")
ELISIONS = frozenset(["l", "d", "j", "m", "n", "t", "s", "c", "qu", "jusqu", "lorsqu", "puisqu"])
"""French and Catalan short forms that are words of their own before an apostrophe; elsewhere the apostrophe just goes."""
LETTERS = {
    ord("أ"): "ا", ord("إ"): "ا", ord("آ"): "ا", ord("ٱ"): "ا",  # alef with hamza, madda, wasla
    ord("ى"): "ي", ord("ی"): "ي", ord("ے"): "ي", ord("ئ"): "ي",  # alef maksura, Persian yeh, Urdu bari ye, yeh hamza
    ord("ک"): "ك", ord("ؤ"): "و",  # Persian kaf, waw with hamza
    ord("ة"): "ه", ord("ۀ"): "ه", ord("ہ"): "ه", ord("ھ"): "ه", ord("ۃ"): "ه", ord("ە"): "ه",  # heh in its forms
    ord("ـ"): None, ord("ٰ"): None,  # tatweel, superscript alef
    **dict.fromkeys(range(1611, 1632)),  # Arabic vowel signs
    ord("ñ"): "ñ",
    ord("ş"): "ș", ord("ţ"): "ț",  # Romanian letters typed with the older cedilla
    0x2019: "'",
    0x20E3: None,  # the box of a keycap
}  # fmt: skip
PLAIN = {ord("đ"): "d", ord("ł"): "l", ord("ø"): "o", ord("æ"): "ae", ord("œ"): "oe", ord("ı"): "i"}
"""Letters that do not come apart into a letter and a mark, with what people type in their place."""
TEN = "\U0001f51f"
SKIN_TONES = frozenset(map(chr, range(0x1F3FB, 0x1F400)))


@dataclass(frozen=True, slots=True)
class Words:
    """A message as words. `sentences` numbers each word's sentence; `within` counts the words of the topic part."""

    words: tuple[str, ...]
    sentences: tuple[int, ...]
    within: int


def _few_marks(text: str) -> str:
    kept, run = [], 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)


def clean(text: str) -> str:
    """The text in one Unicode form: NFKC, lower case, ASCII digits, one letter for each variant, no hidden marks."""
    text = text[:DANGER_CHARACTERS]
    if text.isascii():
        return text.lower()
    # Folding may bring composed letters apart again (İ), so the form is made twice.
    text = unicodedata.normalize("NFKC", _few_marks(text).replace(TEN, "10")).casefold()
    text = unicodedata.normalize("NFKC", text.translate(LETTERS))[: 2 * DANGER_CHARACTERS]
    return "".join(map(_plain_character, text))


@lru_cache(maxsize=8_192)
def _plain_character(character: str) -> str:
    """The character, its ASCII digit, or nothing for zero-width and direction marks and variation selectors."""
    if character.isascii():
        return character
    category = unicodedata.category(character)
    if category == "Cf" or "\ufe00" <= character <= "\ufe0f":
        return ""
    digit = unicodedata.digit(character, None)
    return character if digit is None else str(digit)


@lru_cache(maxsize=8_192)
def _part(character: str) -> str:
    """What a character is in a sentence: w letter, digit or mark; h Han, a word by itself; a apostrophe; b break; s else."""
    if character in APOSTROPHES:
        return "a"
    if character in BREAKS:
        return "b"
    if "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff":
        return "h"
    return "w" if unicodedata.category(character)[0] in "LMN" else "s"


def _split(text: str) -> tuple[list[str], list[int]]:
    words: list[str] = []
    sentences: list[int] = []
    word, sentence = "", 0
    for character in text + " ":
        part = _part(character)
        if part == "w" or (part == "a" and word and word not in ELISIONS):
            word += character if part == "w" else ""
            continue
        if word:
            words.append(word[:WORD_CHARACTERS])
            sentences.append(sentence)
            word = ""
        if part == "h":
            words.append(character)
            sentences.append(sentence)
        sentence += part == "b"
    return words, sentences


def _pictures(text: str) -> tuple[str, ...]:
    """The pictures of a message without any word, each once: "👍👍🏽" is one thumb."""
    seen = (c for c in text if unicodedata.category(c) == "So" and c not in SKIN_TONES)
    return tuple(dict.fromkeys(seen))[:5]


def words_of(text: str) -> Words:
    """The words of the first 4,000 characters, and how many of them stand in the first 2,000."""
    words, sentences = _split(clean(text))
    if not words:
        words = list(_pictures(clean(text)))
        sentences = [0] * len(words)
    within = len(words) if len(text) <= TOPIC_CHARACTERS else len(_split(clean(text[:TOPIC_CHARACTERS]))[0])
    return Words(tuple(words), tuple(sentences), within)


def normalise(text: str) -> str:
    """The words of a text, one space between them: "  Ça va?! " is "ça va"."""
    return " ".join(words_of(text).words)


@lru_cache(maxsize=16_384)
def bare(word: str) -> str:
    """The word without accents, as many people type it; marks of Bengali, Ethiopic and the like stay, they are letters."""
    if word.isascii():
        return word
    kept: list[str] = []
    for character in unicodedata.normalize("NFD", word):
        if unicodedata.combining(character) and kept and kept[-1].isascii():
            continue
        kept.append(PLAIN.get(ord(character), character))
    return unicodedata.normalize("NFC", "".join(kept))


def plain(text: str) -> str:
    """`normalise` without accents."""
    return " ".join(bare(word) for word in words_of(text).words)


def same(a: str, b: str) -> bool:
    """Whether a typed label is an option's label: equal words, with or without accents. Nothing equals no words."""
    left = plain(a)
    return bool(left) and left == plain(b)
