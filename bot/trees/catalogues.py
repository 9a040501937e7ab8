"""Translations as they are kept: gettext catalogues read through Babel, each entry held against today's English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po

from bot.checks.finding import Finding
from bot.trees.languages import LANGUAGES, babel_locale
from bot.trees.messages import Message, placed_in
from bot.trees.places import shown

DOMAIN = "ownsteps"


@dataclass(frozen=True)
class Catalogue:
    """`texts`: what may be shown. `fuzzy`: translated from an older English. `wrong`: its placeholders differ."""

    code: str
    texts: Mapping[str, str]
    fuzzy: frozenset[str]
    wrong: Mapping[str, int]
    file: str
    raw: bytes


def po_path(locales: Path, code: str) -> Path:
    return locales / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(path: Path, code: str) -> Catalog:
    """Raises PoFileError or ValueError for what is no catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=babel_locale(code), domain=DOMAIN, charset="utf-8", abort_invalid=True)


def load_catalogues(locales: Path, english: Mapping[str, Message]) -> tuple[dict[str, Catalogue], list[Finding]]:
    """Every known language that has a catalogue; one that cannot be read is a finding."""
    found: dict[str, Catalogue] = {}
    findings: list[Finding] = []
    for code in LANGUAGES:
        path = po_path(locales, code)
        if code == "en" or not path.is_file():
            continue
        try:
            found[code] = _held(path, code, english)
        except (PoFileError, ValueError) as error:
            remedy = "Open it in a translation editor, or take the last good version back."
            reason = type(error).__name__
            findings.append(Finding("T501", shown(path), 0, "", f"The catalogue cannot be read ({reason}).", remedy))
    return found, findings


def _held(path: Path, code: str, english: Mapping[str, Message]) -> Catalogue:
    texts: dict[str, str] = {}
    fuzzy: set[str] = set()
    wrong: dict[str, int] = {}
    for entry in read_catalogue(path, code):
        now = english.get(entry.context or "")
        if now is None or not isinstance(entry.string, str) or not entry.string.strip():
            continue
        if entry.fuzzy or entry.id != now.text:
            fuzzy.add(now.key)
        elif placed_in(entry.string) != placed_in(now.text):
            wrong[now.key] = entry.lineno or 0
        else:
            texts[now.key] = entry.string.strip()
    return Catalogue(code, texts, frozenset(fuzzy), wrong, shown(path), path.read_bytes())
