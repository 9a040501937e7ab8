"""The shipped lexicon, read once, and the labelled sets beside these tests (all invented, DATA-9)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.engine.lexicon import Lexicon
from bot.engine.match import Meaning, understand
from bot.trees import places
from bot.trees.words import load_lexicon

HERE = Path(__file__).parent


def labelled(name: str) -> list[list[str]]:
    """The rows of a labelled set, without its comments."""
    lines = (HERE / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return load_lexicon(places.locales())


@pytest.fixture(scope="session")
def hear(lexicon: Lexicon) -> Callable[..., Meaning]:
    def hear(text: str, language: str | None = "en") -> Meaning:
        return understand(lexicon, text, language)

    return hear
