"""Mistakes in words.yaml: all at once, each with file, line, sentence and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.checks.finding import ContentErrors
from bot.trees import places
from bot.trees.words import load_lexicon

BAD = {
    "words-clash": "whole:\n  hide: [bye]\n  delete: [bye]\n",
    "words-section": "hole:\n  hide: [bye]\n",
    "words-intent": "whole:\n  vanish: [bye]\n",
    "words-shape": "whole:\n  hide: bye\n",
    "words-empty": "whole:\n  hide: ['!!']\n",
    "words-rule": "sets:\n  he: [he]\nrules:\n  - danger: [he, hitting]\n",
    "words-name": "nations:\n  france: [paris]\n",
    "words-yaml": "whole: [a\n",
    "words-reviewed": "reviewed: perhaps\n",
}


@pytest.mark.parametrize(("code", "text"), BAD.items(), ids=BAD.keys())
def test_each_mistake_is_named(tmp_path: Path, code: str, text: str) -> None:
    """Each kind of mistake has its code, the file and the line."""
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "words.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentErrors) as caught:
        load_lexicon(tmp_path)
    assert code in {one.code for one in caught.value.findings}
    assert all(one.file == "locales/en/words.yaml" and one.line >= 1 and one.remedy for one in caught.value.findings)


@pytest.mark.rule("LANG-3")
def test_every_file_says_whether_it_was_reviewed() -> None:
    """Each words.yaml carries its review state; nothing is taken for reviewed silently."""
    files = list(places.locales().glob("*/words.yaml"))
    lines = ["\n" + path.read_text(encoding="utf-8") for path in files]
    assert all("\nreviewed: true\n" in one or "\nreviewed: false\n" in one for one in lines)
    assert len(files) == 17
