"""What of a pack waits for somebody: signatures, facts due, services that are not shown, translations, exemptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.engine.model import Service, Source
from bot.trees.load import Pack
from bot.trees.signoff import Held, State, gone, states, units

SOON = timedelta(days=30)
"""How long before its `check_by` a source is named (NEUT-9)."""


@dataclass(frozen=True)
class Exemption:
    """A check that the authors set aside, with their reason."""

    node: str
    check: str
    option: str
    reason: str


@dataclass(frozen=True)
class Waiting:
    """`fuzzy`: by language, texts translated from an older English. `states`: what is not signed. `units`: all texts."""

    units: tuple[str, ...]
    states: tuple[State, ...]
    gone: tuple[str, ...]
    expired: tuple[Source, ...]
    due: tuple[Source, ...]
    unshown: tuple[Service, ...]
    fuzzy: Mapping[str, tuple[str, ...]]
    exemptions: tuple[Exemption, ...]
    read: tuple[tuple[str, str], ...]
    """Sentences that the weighed directive check finds and that were read again as plain, each with its reason."""


def waiting(pack: Pack) -> Waiting:
    """As of the day on which the pack was loaded. Raises ContentErrors when the signatures cannot be read."""
    by_date = sorted(pack.bundle.sources.values(), key=lambda one: (one.check_by, one.id))
    return Waiting(
        units=tuple(units(pack)),
        states=tuple(one for one in states(pack) if one.held is not Held.SIGNED),
        gone=tuple(gone(pack)),
        expired=tuple(one for one in by_date if one.check_by < pack.at),
        due=tuple(one for one in by_date if pack.at <= one.check_by <= pack.at + SOON),
        unshown=tuple(one for _, one in sorted(pack.bundle.services.items()) if not one.shown),
        fuzzy={code: tuple(sorted(one.fuzzy)) for code, one in sorted(pack.catalogues.items()) if one.fuzzy},
        exemptions=tuple(exemptions(pack)),
        read=tuple((one.says, one.because) for one in pack.raw.directive_read.sentences),
    )


def exemptions(pack: Pack) -> Iterator[Exemption]:
    for name, node in sorted(pack.raw.nodes.items()):
        for one in node.entry.exempt:
            yield Exemption(name, one.check, one.option or "", one.reason)


def as_text(found: Waiting) -> Iterator[str]:
    """Lines for a terminal: what waits for whom, then the rest, each with its number."""
    yield from _signatures(found)
    yield from _group("Sources past their date", [_source(one) for one in found.expired])
    yield from _group(f"Sources due within {SOON.days} days", [_source(one) for one in found.due])
    yield from _group("Services that are not shown", [_service(one) for one in found.unshown])
    old = [
        f"{code}: {len(keys)} ({', '.join(keys[:3])}{' ...' if len(keys) > 3 else ''})"
        for code, keys in found.fuzzy.items()
    ]
    yield from _group("Translations of an older English", old)
    yield from _group("Exemptions", [f"{_place(one)} {one.check}: {one.reason}" for one in found.exemptions])
    read = [f"{says!r}: {because}" for says, because in found.read]
    yield from _group("Sentences found to lean, and read again as plain", read)
    yield from _group("Signed and no longer there", list(found.gone))


def _signatures(found: Waiting) -> Iterator[str]:
    waits: dict[tuple[str, str], dict[Held, dict[str, list[str]]]] = {}
    for one in found.states:
        groups = waits.setdefault((one.lang, one.role), {}).setdefault(one.held, {})
        groups.setdefault(one.unit.partition("/")[0], []).append(one.unit.partition("/")[2])
    if not waits:
        yield "All texts are signed."
    whole = Counter(name.partition("/")[0] for name in found.units)
    for (lang, role), by_held in waits.items():
        number = sum(len(names) for groups in by_held.values() for names in groups.values())
        yield f"Waiting for {role} ({lang}): {number} texts"
        for held, groups in by_held.items():
            for group, names in groups.items():
                named = "all" if len(names) == whole[group] else ", ".join(names)
                yield f"  {held.value}: {group} ({len(names)}): {named}"


def _group(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"\n{title}: {len(lines)}"
        yield from (f"  {line}" for line in lines)


def _source(one: Source) -> str:
    return f"{one.id}: check by {one.check_by}, seen {one.seen}. {one.publisher}, {one.title}"


def _service(one: Service) -> str:
    return f"{one.id}: confidence {one.confidence}{'' if one.phone else ', no confirmed number'}. {one.name}"


def _place(one: Exemption) -> str:
    return f"{one.node}.{one.option}" if one.option else one.node
