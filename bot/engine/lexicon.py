"""The words that are listened to, compiled: one trie of word sequences for all languages, and what each stands for.

A mark says what a sequence is in its language. Roles: `topic` (value: an intent), `subject` (value: intent/subject),
`beside` (no topic here), `set` (a named set that a rule uses), `danger`, `harm`, `calling`, `suicide`, `urgent`, `figure`, `near`
(value: which kind of cue), `closing`, `apart`, `nation`, `name`, `language`, `sure`, `sign`. `bot/trees/words.py` builds it from
`locales/*/words.yaml`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from bot.engine.normal import bare

FUZZY_LETTERS = 6
"""Only words of so many letters are recognised with one letter wrong; short words are too near to one another."""
FUZZY_WORDS = 120
"""Only so many unknown words of a message are looked at for a wrong letter."""
HITS = 4_000
"""What is found in one message; a longer list can only come from somebody repeating himself."""
ARABIC_BEFORE = ("وال", "بال", "لل", "ال", "و", "ف", "ب", "ل")
"""What Arabic writes in front of a word, longest first: and-the, with-the, to-the, the, and, so, with, to."""


class Intent(StrEnum):
    """What a message can mean; the names of `ownsteps listen`, and help and more, which mean something in a chat only."""

    EMERGENCY = "emergency"
    SUICIDE = "suicide"
    HUMAN = "human"
    STOP = "stop"
    HIDE = "hide"
    MENU = "menu"
    BACK = "back"
    LANGUAGE = "language"
    DELETE = "delete"
    PRIVACY = "privacy"
    ROBOT = "robot"
    COST = "cost"
    UNDER18 = "under18"
    NATION = "nation"
    NRM = "nrm"
    ASYLUM = "asylum"
    POLICE = "police"
    HOUSING = "housing"
    HEALTH = "health"
    MONEY = "money"
    WORK = "work"
    LEGAL = "legal"
    FAMILY = "family"
    GO_HOME = "go_home"
    DOCUMENTS = "documents"
    CHILD = "child"
    FEELINGS = "feelings"
    GREETING = "greeting"
    THANKS = "thanks"
    YES = "yes"
    NO = "no"
    OTHER = "other"
    HELP = "help"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Mark:
    lang: str
    role: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """A phrase that has to be the whole message. `words` as listed, with accents."""

    lang: str
    intent: Intent | None
    """None: an ordinary word of that language, which means nothing here (LANG-6)."""
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """A rule: one member of each set, in this order, with at most `gap` words between neighbours, in one sentence."""

    lang: str
    role: str
    value: str
    sets: tuple[str, ...]
    gap: int


@dataclass(frozen=True, slots=True)
class Node:
    after: Mapping[str, Node]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A listed sequence in a message: words `start` to `end`. `begin` and `inner` place it inside words that stand for two
    ("theyre" for they are): how many were left out before, and how many were used of the last word (0: all)."""

    start: int
    end: int
    mark: Mark
    begin: int = 0
    inner: int = 0


@dataclass(frozen=True, slots=True)
class Asking:
    """How a language asks what a word means: what stands in front of the word and what stands behind it, without accents."""

    lang: str
    before: tuple[str, ...]
    after: tuple[str, ...]


Spelling = tuple[str, tuple[str, ...]]
"""(language or "" for all, the words that a typed word stands for)"""


@dataclass(frozen=True)
class Lexicon:
    """Everything that is listened to, in all languages. Made by `bot.trees.words.load_lexicon`; never changed."""

    languages: tuple[str, ...] = ()
    whole: Mapping[str, tuple[Whole, ...]] = field(default_factory=dict)
    """By the phrase without accents."""
    root: Node = field(default_factory=lambda: Node(MappingProxyType({})))
    rules: tuple[Together, ...] = ()
    spelling: Mapping[str, tuple[Spelling, ...]] = field(default_factory=dict)
    vocabulary: frozenset[str] = frozenset()
    """Each word of the trie: what is not in here can only be a wrong spelling."""
    known: frozenset[str] = frozenset()
    """Ordinary words that a wrong spelling would be taken for (heating is not beating)."""
    near: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Long words by themselves with one letter left out."""
    asks: tuple[Asking, ...] = ()


def shortened(word: str) -> Iterator[str]:
    """The word, and the word with one letter left out, for each letter."""
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def one_apart(a: str, b: str) -> bool:
    """Whether one letter was changed, added, left out, or swapped with its neighbour."""
    if a == b:
        return True
    if abs(len(a) - len(b)) > 1:
        return False
    first = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[first:], b[first:]
    swapped = rest_a[:2] == rest_b[:2][::-1] and rest_a[2:] == rest_b[2:]
    return rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:] or swapped


def squeezed(word: str, length: int) -> str:
    """Letters repeated three times or more cut to `length`: with 1, helllp is help."""
    if not any(a == b == c for a, b, c in zip(word, word[1:], word[2:], strict=False)):
        return word
    return "".join("".join(list(run)[:length] if len(run) > 2 else run) for run in map(list, _runs(word)))


def _runs(word: str) -> Iterator[list[str]]:
    for _, run in itertools.groupby(word):
        yield list(run)


def readings(lexicon: Lexicon, word: str) -> list[Spelling]:
    """The listed words that a typed word may stand for, without guessing at wrong letters."""
    forms = [word, bare(word)]
    forms += [squeezed(forms[1], 2), squeezed(forms[1], 1)]
    if "\u0600" <= word[:1] <= "\u06ff":
        forms += [
            word[len(start) :] for start in ARABIC_BEFORE if word.startswith(start) and len(word) > len(start) + 1
        ]
    found: list[Spelling] = [("", (form,)) for form in dict.fromkeys(forms) if form in lexicon.vocabulary]
    for form in dict.fromkeys(forms):
        found += lexicon.spelling.get(form, ())
    return found


def guesses(lexicon: Lexicon, word: str) -> list[Spelling]:
    """Long listed words that differ from an unknown one by a letter."""
    word = bare(word)
    if len(word) < FUZZY_LETTERS or word in lexicon.known or not word.isalpha():
        return []
    near = {found for form in shortened(word) for found in lexicon.near.get(form, ())}
    return [("", (found,)) for found in sorted(near) if one_apart(word, found)]


def all_readings(lexicon: Lexicon, words: tuple[str, ...]) -> list[list[Spelling]]:
    read: list[list[Spelling]] = []
    unknown = 0
    for word in words:
        found = readings(lexicon, word)
        if not found and unknown < FUZZY_WORDS:
            unknown += 1
            found = guesses(lexicon, word)
        read.append(found)
    return read


def find(lexicon: Lexicon, words: tuple[str, ...]) -> list[Hit]:
    """Every listed sequence in the message, by the places of its words; a spelled-out word may begin or end one."""
    read = all_readings(lexicon, words)
    found: dict[Hit, None] = {}
    for start, spellings in enumerate(read):
        for lang, sequence in spellings:
            for offset in range(len(sequence)):
                _walk(lexicon.root, sequence[offset:], lang, (start, start + 1, offset), read, found)
        if len(found) > HITS:
            break
    return list(found)


def _walk(
    node: Node,
    sequence: tuple[str, ...],
    lang: str,
    place: tuple[int, int, int],
    read: list[list[Spelling]],
    found: dict[Hit, None],
) -> None:
    start, end, offset = place
    for used, word in enumerate(sequence, 1):
        after = node.after.get(word)
        if after is None:
            return
        node = after
        inner = 0 if used == len(sequence) else used + (offset if end == start + 1 else 0)
        for mark in node.marks:
            if lang in ("", mark.lang):
                found[Hit(start, end, mark, offset, inner)] = None
    if node.after and end < len(read):
        for other, following in read[end]:
            if not (lang and other and lang != other):
                _walk(node, following, lang or other, (start, end + 1, offset), read, found)
