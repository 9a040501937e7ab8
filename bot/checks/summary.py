"""What was checked, in figures: one line a class, printed at the end of `ownsteps check`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import mean

from bot.checks.balance import PEOPLE, order_p, turned
from bot.checks.finding import Finding
from bot.checks.plain import HARDEST, readings
from bot.engine.model import Channel, Kind
from bot.trees.load import Pack
from bot.trees.schema import Choice


def summary(pack: Pack, findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """Class and figures, in the order in which they are printed."""
    yield "directive", _directive(pack, findings)
    yield "balance", _balance(pack)
    yield "plain", _plain(pack)
    langs = [one.code for one in pack.bundle.languages if one.offered]
    yield "discreet", f"first lines in {', '.join(langs)} on {len(Channel)} channels; " + _count(findings, "D")
    yield "true", _true(pack, findings)
    yield "structure", _structure(pack, findings)


def _directive(pack: Pack, findings: Sequence[Finding]) -> str:
    number = sum(one.code in ("B401", "B404") for one in findings)
    read = len(pack.raw.directive_read.sentences)
    found = f"{number} finding{'' if number == 1 else 's'}"
    return f"{found}; {len(pack.raw.messages)} texts; {read} sentences read again, each with its reason"


def _count(findings: Sequence[Finding], prefix: str) -> str:
    number = sum(one.code.startswith(prefix) for one in findings)
    return f"{number} finding{'' if number == 1 else 's'}"


def _balance(pack: Pack) -> str:
    choices = [one.entry for one in pack.raw.nodes.values() if isinstance(one.entry, Choice)]
    worst: dict[int, float] = defaultdict(lambda: 1.0)
    for node in turned(pack):
        worst[len(node.options)] = min(worst[len(node.options)], order_p(node))
    order = ", ".join(f"{size} options p >= {worst[size]:.2f}" for size in sorted(worst))
    ways = sum(len(one.options) for one in choices)
    return f"{len(choices)} choices with {ways} options; first places of {PEOPLE} people, chi-square: {order or 'none'}"


def _plain(pack: Pack) -> str:
    read = readings(pack).values()
    sentences, words = sum(one.sentences for one in read), sum(one.words for one in read)
    grades = [one.grade for one in read if one.grade is not None]
    if not sentences or not grades:
        return f"{sentences} sentences"
    return (
        f"{sentences} sentences of {words / sentences:.1f} words, longest {max(one.longest for one in read)}; "
        f"Flesch-Kincaid {mean(grades):.1f}, worst {max(grades):.1f} of {HARDEST}; {len(pack.raw.glossary.terms)} terms explained"
    )


def _true(pack: Pack, findings: Sequence[Finding]) -> str:
    nodes = [one for one in pack.bundle.nodes.values() if one.kind is not Kind.DOOR]
    sourced = sum(bool(one.sources) for one in nodes)
    old = sum(one.code == "F305" for one in findings)
    return (
        f"{sourced} of {len(nodes)} places on {len(pack.bundle.sources)} sources, {old} of them past their date on {pack.at}; "
        f"{len(pack.texts.values)} figures in one place"
    )


def _structure(pack: Pack, findings: Sequence[Finding]) -> str:
    kinds = [one.kind for one in pack.bundle.nodes.values() if "." not in one.id]
    told = ", ".join(f"{kinds.count(kind)} {kind}" for kind in Kind if kind in kinds)
    return f"{len(kinds)} nodes ({told}), " + _count(findings, "S")
