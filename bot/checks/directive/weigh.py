"""A second opinion on the tone of a sentence: words and pairs of words with weights, added up.

The weights are learned from labelled sentences by `tools/directive_weights.py` and lie in
`locales/<code>/directive-weights.tsv`; a language without that file has no second opinion. Nothing but a sum is done here, so
the same sentence always gets the same answer, and the words that weighed most can be named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import sqrt
from pathlib import Path

from bot.checks.directive.text import QUOTED
from bot.trees import places

FILE = "directive-weights.tsv"
NAMED = 4
"""Words that a finding names."""
FEWEST = 4
"""Words that make a sentence: shorter ones are names of things."""
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[?!,;:]|" + re.escape(QUOTED))


@dataclass(frozen=True, slots=True)
class Weights:
    """`phrases`: weight of a word or pair where it stands. `tones`: of a word, shared out over the sentence's length.

    A sentence over `limit` is found.
    """

    start: float
    limit: float
    phrases: dict[str, float]
    tones: dict[str, float]


@dataclass(frozen=True, slots=True)
class Tone:
    """What a sentence over the limit is told with: the words that weighed most, one comma apart."""

    words: str


def weigh(sentence: str, language: str) -> Tone | None:
    """Nothing when the sentence is within the limit, is a name of a few words, or the language has no weights."""
    weights = _weights(language)
    parts = tokens(sentence)
    if weights is None or len(parts) < FEWEST:
        return None
    shared = shares(parts, weights)
    total = weights.start + sum(share for _, share in shared)
    return Tone(", ".join(_heaviest(shared))) if total > weights.limit else None


def score(sentence: str, weights: Weights) -> float:
    return weights.start + sum(one for _, one in shares(tokens(sentence), weights))


def tokens(sentence: str) -> list[str]:
    """Words of a `plain` sentence; every number is "#", quoted words are one token."""
    return ["#" if token.isdigit() else token for token in _TOKEN.findall(sentence)]


def phrases(parts: list[str]) -> list[str]:
    """The words and neighbouring pairs; "<" and ">" are the ends of the sentence."""
    whole = ["<", *parts, ">"]
    return [*parts, *(f"{one} {two}" for one, two in pairwise(whole))]


def shares(parts: list[str], weights: Weights) -> list[tuple[str, float]]:
    """What each word and pair adds."""
    met = [(one, weights.phrases[one]) for one in phrases(parts) if one in weights.phrases]
    length = sqrt(max(1, len(parts)))
    return met + [(one, weights.tones[one] / length) for one in parts if one in weights.tones]


def _heaviest(shared: list[tuple[str, float]]) -> list[str]:
    total: dict[str, float] = {}
    for words, share in shared:
        total[words] = total.get(words, 0.0) + share
    heavy = sorted((words for words in total if total[words] > 0), key=lambda words: -total[words])
    return [words for words in heavy if any(map(str.isalpha, words))][:NAMED]


@cache
def _weights(language: str) -> Weights | None:
    file = places.locales() / language / FILE
    return read_weights(file) if file.is_file() else None


def read_weights(file: Path) -> Weights:
    """Lines of kind, words, weight, apart by tabs; kinds are start, limit, phrase and tone. ValueError for any other."""
    single: dict[str, float] = {}
    many: dict[str, dict[str, float]] = {"phrase": {}, "tone": {}}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("# "):
            kind, words, number = line.split("\t")
            (many[kind] if words else single)[words or kind] = float(number)
    return Weights(single["start"], single["limit"], many["phrase"], many["tone"])
