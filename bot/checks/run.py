"""All checks of a pack's content, in one list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from bot.checks.authorities import authorities
from bot.checks.balance import balance
from bot.checks.care import care
from bot.checks.discreet import discreet
from bot.checks.emergency import emergency
from bot.checks.finding import ContentErrors, Finding, in_order
from bot.checks.glossary import glossary
from bot.checks.plain import plain
from bot.checks.signed import signed
from bot.checks.snippets import snippets
from bot.checks.sources import sources
from bot.checks.structure import structure
from bot.checks.translated import translated
from bot.checks.words import words
from bot.trees.load import Pack, load_pack

CLASSES: Mapping[str, tuple[Callable[[Pack], Iterable[Finding]], ...]] = {
    "directive": (words,),
    "balance": (balance,),
    "plain": (plain, glossary),
    "discreet": (discreet, snippets),
    "true": (authorities,),
    "structure": (structure, care, emergency, translated, signed),
}
"""What is checked, by what it protects. `sources` is of the class true as well; it alone looks at the day."""


def run_checks(pack: Pack, at: date, *, release: bool = False, only: str | None = None) -> list[Finding]:
    """Every finding, by file and line. `release`: facts past their date are errors, not warnings. `only`: of one class."""
    found: list[Finding] = []
    for name, checks in CLASSES.items():
        if only in (None, name):
            found += [finding for check in checks for finding in check(pack)]
    if only in (None, "true"):
        found += sources(pack, at, release=release)
    return in_order(found)


def check_pack(path: Path, locales: Path, at: date, *, release: bool = False, only: str | None = None) -> list[Finding]:
    """Loads and checks; what keeps a pack from loading comes back as findings too."""
    try:
        return run_checks(load_pack(path, locales, at), at, release=release, only=only)
    except ContentErrors as error:
        return list(error.findings)
