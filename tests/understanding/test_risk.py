"""Risk words: whole words, in every language, with or without accents."""

from __future__ import annotations

import pytest

from bot.checks.risk import risk_words
from bot.trees import places

CODES = sorted(path.parent.name for path in places.locales().glob("*/risk.yaml"))


@pytest.mark.rule("OPEN-1", "OPEN-2")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Home Office and the POLICE.", ["home office", "police"]),
        ("human trafficking", ["trafficking"]),
        ("this is policed well", []),
        ("An automatic information line", []),
        ("关于人口贩卖的信息", ["人 口 贩 卖", "贩 卖"]),
        ("nan nhan", ["nan nhan"]),
        ("open an account", []),
    ],
)
def test_risk_words(text: str, found: list[str]) -> None:
    """Whole words and phrases are found, parts of words are not."""
    assert risk_words(text) == found


def test_only_the_languages_asked_for() -> None:
    """A word of another language is not looked for."""
    assert risk_words("esclavage", ["en"]) == []
    assert risk_words("esclavage", ["en", "fr"]) == ["esclavage"]


@pytest.mark.parametrize("code", CODES)
def test_each_language_has_its_list(code: str) -> None:
    """Each served language lists at least twenty risk words, the police among them or beside them."""
    lines = (places.locales() / code / "risk.yaml").read_text(encoding="utf-8")
    assert len(CODES) == 17
    assert lines.count(",") >= 19


def test_long_texts_are_read_to_the_end() -> None:
    """A risk word behind ten thousand characters is found."""
    assert risk_words("word " * 2_500 + "police") == ["police"]
