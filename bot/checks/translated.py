"""Languages: what a pack offers is complete in its safety set (LANG-3, LANG-4), and translations keep their values."""

from __future__ import annotations

from collections.abc import Iterator

from bot.checks.finding import Finding
from bot.trees.catalogues import Catalogue
from bot.trees.languages import LANGUAGES, canonical
from bot.trees.load import Pack, safety_keys

SHOWN = 5


def translated(pack: Pack) -> Iterator[Finding]:
    listed = pack.raw.pack.languages if pack.raw.pack else []
    needed = safety_keys(pack.raw, pack.bundle.nodes, pack.texts)
    for number, name in enumerate(listed):
        file, line = pack.raw.names["pack"], pack.raw.line_of("pack", "languages", number)
        yield from _listed(pack, name, needed, file, line)
    for catalogue in pack.catalogues.values():
        yield from _wrong(catalogue)


def _listed(pack: Pack, name: str, needed: frozenset[str], file: str, line: int) -> Iterator[Finding]:
    code = canonical(name)
    if code is None or LANGUAGES[code].pseudo:
        known = ", ".join(code for code, one in LANGUAGES.items() if not one.pseudo)
        yield Finding("T504", file, line, "", f"The language {name!r} is not known.", f"Use one of: {known}.")
    elif code != "en":
        there = pack.catalogues[code].texts.keys() if code in pack.catalogues else frozenset[str]()
        if absent := sorted(needed - there):
            some = ", ".join(absent[:SHOWN]) + (", ..." if len(absent) > SHOWN else "")
            message = f"{code} is listed, and {len(absent)} safety texts are missing or outdated in it: {some}."
            remedy = "It is not offered until they are there: translate them, or take it off the list."
            yield Finding("T502", file, line, "", message, remedy)


def _wrong(catalogue: Catalogue) -> Iterator[Finding]:
    for key, line in catalogue.wrong.items():
        message = f"The placeholders of {key} are not those of the English text."
        yield Finding("T503", catalogue.file, line, key, message, "Keep every {placeholder} as it is.")
