"""Risk words: what would give away the subject to somebody else who sees the phone (OPEN-1, OPEN-2, OPEN-4).

They are data, one list a language in `locales/<code>/risk.yaml`; whole words, with or without accents, phrases too.
`services` names those of them that mean police, ambulance and fire.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import yaml

from bot.engine.normal import DANGER_CHARACTERS, bare, words_of
from bot.trees import places

LONGEST = 6
"""Words of the longest phrase that is listed, Chinese characters counting as words."""
SHORT = 4
"""A listed word that is no longer counts only with its accents: "ẩn" is a risk word, "an" is not."""

Phrase = tuple[str, ...]


def risk_words(text: str, langs: Iterable[str] | None = None) -> list[str]:
    """The risk words in a text, as they stand there, in order, each once. `langs`: whose lists; all of them when None."""
    listed = _listed(places.locales(), tuple(sorted(set(langs))) if langs is not None else None)
    found: dict[str, None] = {}
    for start in range(0, max(len(text), 1), DANGER_CHARACTERS - 200):
        words = words_of(text[start : start + DANGER_CHARACTERS]).words
        found.update(dict.fromkeys(_found(words, listed)))
    return list(found)


@lru_cache(maxsize=64)
def service_names(lang: str) -> frozenset[str]:
    """The names of police, ambulance and fire, as `risk_words` gives them: the emergency topic may say them (EMER-6)."""
    file = places.locales() / lang / "risk.yaml"
    named = _read(file, "services") if file.is_file() else []
    return frozenset(" ".join(words_of(word).words) for word in named)


def _found(words: Phrase, listed: frozenset[Phrase]) -> Iterable[str]:
    for start in range(len(words)):
        for end in range(start + 1, min(start + LONGEST, len(words)) + 1):
            if words[start:end] in listed:
                yield " ".join(words[start:end])


@lru_cache(maxsize=64)
def _listed(locales: Path, langs: tuple[str, ...] | None) -> frozenset[Phrase]:
    files = locales.glob("*/risk.yaml") if langs is None else (locales / lang / "risk.yaml" for lang in langs)
    return frozenset(phrase for file in files if file.is_file() for word in _read(file) for phrase in _forms(word))


def _read(file: Path, name: str = "words") -> list[str]:
    data = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  (BaseLoader makes text only)
    words = data.get(name, [] if name != "words" else None) if isinstance(data, dict) else None
    if not isinstance(words, list) or not all(isinstance(word, str) and words_of(word).words for word in words):
        raise ValueError(f"{places.shown(file)}: `{name}` is not a list of words. Write `{name}: [word, a phrase]`.")
    return words


def _forms(word: str) -> Iterable[Phrase]:
    words = words_of(word).words
    yield words
    plain = tuple(map(bare, words))
    if len(" ".join(plain)) > SHORT:
        yield plain
