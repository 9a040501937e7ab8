"""The file of sign-offs: readable, and of texts that are there. Which text is signed is for `ownsteps review` to say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.checks.finding import ContentErrors, Finding
from bot.trees.load import Pack
from bot.trees.places import shown
from bot.trees.signoff import FILE, gone, read_signed


def signed(pack: Pack) -> Iterator[Finding]:
    file = shown(pack.raw.path / FILE)
    try:
        read_signed(pack.raw.path)
    except ContentErrors as error:
        yield from (replace(one, file=file) for one in error.findings)
        return
    for unit in gone(pack):
        yield Finding(
            "S127", file, 0, unit, f"{unit} is signed and is not in the pack.", "Remove its lines.", "warning"
        )
