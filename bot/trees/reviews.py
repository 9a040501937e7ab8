"""Whether a language has been reviewed by a second native speaker: `locales/<code>/reviews.yaml` (LANG-3)."""

from __future__ import annotations

from pathlib import Path

from bot.trees.yaml import Map, read_yaml


def is_reviewed(locales: Path, code: str) -> bool:
    """True only when the file says exactly `reviewed: true`; absent or unreadable counts as not reviewed."""
    path = locales / code / "reviews.yaml"
    if not path.is_file():
        return False
    data, findings = read_yaml(path.read_bytes(), path.name)
    return not findings and isinstance(data, Map) and data.get("reviewed") is True
