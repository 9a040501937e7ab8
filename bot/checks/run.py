"""All checks of a pack's content, in one list."""

from __future__ import annotations

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
from bot.checks.snippets import snippets
from bot.checks.sources import sources
from bot.checks.structure import structure
from bot.checks.translated import translated
from bot.checks.words import words
from bot.trees.load import Pack, load_pack


def run_checks(pack: Pack, at: date, *, release: bool = False) -> list[Finding]:
    """Every finding, by file and line. `release`: facts past their date are errors, not warnings."""
    found = [
        *structure(pack),
        *balance(pack),
        *sources(pack, at, release=release),
        *discreet(pack),
        *words(pack),
        *plain(pack),
        *glossary(pack),
        *care(pack),
        *emergency(pack),
        *authorities(pack),
        *snippets(pack),
        *translated(pack),
    ]
    return in_order(found)


def check_pack(path: Path, locales: Path, at: date, *, release: bool = False) -> list[Finding]:
    """Loads and checks; what keeps a pack from loading comes back as findings too."""
    try:
        return run_checks(load_pack(path, locales, at), at, release=release)
    except ContentErrors as error:
        return list(error.findings)
