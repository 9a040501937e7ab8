"""Words that give away what the chat is about, one list per language: `locales/<code>/risk.yaml` (safety.md, "risk words").

A list holds words and phrases. `traffick*` is every word that begins so. Words are compared as the chat hears them:
without case and accents, in any script.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.checks.finding import ContentErrors, Finding
from bot.engine.normal import bare, words_of
from bot.trees.languages import LANGUAGES
from bot.trees.places import locales as shipped_locales
from bot.trees.places import shown
from bot.trees.yaml import Map, Seq, read_yaml


@dataclass(frozen=True, slots=True)
class RiskList:
    phrases: frozenset[tuple[str, ...]]
    beginnings: tuple[str, ...]
    longest: int
    """Words of the longest phrase."""


def risk_words(text: str, langs: Iterable[str] | None = None, locales: Path | None = None) -> list[str]:
    """Risk words of the languages (all when None) that the text holds, in the order in which they stand."""
    folder = locales or shipped_locales()
    chosen = tuple(LANGUAGES) if langs is None else tuple(langs)
    words = tuple(map(bare, words_of(text).words))
    found: dict[str, None] = {}
    for lang in chosen:
        if (listed := risk_list(folder, lang)) is not None:
            found |= dict.fromkeys(_hits(words, listed))
    return list(found)


def _hits(words: tuple[str, ...], listed: RiskList) -> Iterable[str]:
    for start, word in enumerate(words):
        if listed.beginnings and word.startswith(listed.beginnings):
            yield word
        for size in range(1, listed.longest + 1):
            if words[start : start + size] in listed.phrases and start + size <= len(words):
                yield " ".join(words[start : start + size])


@lru_cache(maxsize=64)
def risk_list(locales: Path, lang: str) -> RiskList | None:
    """The list of one language; None when it has none. Raises ContentErrors for what is no list."""
    path = locales / lang / "risk.yaml"
    if not path.is_file():
        return None
    data, findings = read_yaml(path.read_bytes(), shown(path))
    words = data.get("words") if isinstance(data, Map) else None
    if not isinstance(words, Seq) or not all(isinstance(one, str) for one in words):
        wrong = Finding("Y203", shown(path), 1, "", "The risk words are no list of texts.", "Write words: [..].")
        raise ContentErrors([*findings, wrong])
    return _compiled([str(one) for one in words])


def _compiled(words: list[str]) -> RiskList:
    beginnings = tuple(bare("".join(words_of(one.rstrip("*")).words)) for one in words if one.endswith("*"))
    split = (tuple(map(bare, words_of(one).words)) for one in words if not one.endswith("*"))
    phrases = frozenset(one for one in split if one)
    return RiskList(phrases, tuple(filter(None, beginnings)), max(map(len, phrases), default=0))
