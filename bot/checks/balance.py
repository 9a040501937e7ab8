"""Choices: a way to take time, options of equal shape, both sides of each, and no place at the front (NEUT-4 to NEUT-7)."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from math import erfc, exp, gamma, sqrt

from bot.checks.common import at_node, exempt, rendered
from bot.checks.finding import Finding
from bot.engine.model import Channel, Kind, Node, NodeId
from bot.engine.walk import rotated
from bot.trees.load import Pack
from bot.trees.schema import Choice, Way

NOT_NOW = "not-now"
RATIO = 1.5
"""NEUT-5: the longest of parallel texts over the shortest."""
PEOPLE = 10_000
"""NEUT-6: simulated, each with a seed of their own."""
SEED_BITS = 48
"""As many as a conversation's seed has."""
UNFAIR = 1e-4
"""A p-value below it: with some hundred places that rotate, chance alone comes so low once in a hundred packs."""
_PEOPLE_SEED = 20_261_123
_MARK = re.compile(r"[*_~`!]|\b[A-Z]{4,}\b|recommended|[\u2190-\u2bff\U0001f000-\U0001faff]", re.IGNORECASE)
_CAPITALS = re.compile(r"\b[A-Z]{4,}\b")


def balance(pack: Pack) -> Iterator[Finding]:
    for node_id, source in pack.raw.nodes.items():
        if isinstance(source.entry, Choice):
            yield from _choice(pack, node_id, source.entry)
    yield from _equal_messages(pack)
    yield from _order(pack)


def _choice(pack: Pack, node_id: str, choice: Choice) -> Iterator[Finding]:
    if NOT_NOW not in choice.options:
        message = "The choice has no option to take time."
        remedy = f"Add {NOT_NOW}, written and weighted like the others (NEUT-4)."
        yield at_node(pack, "S112", node_id, message, remedy)
    for name, way in choice.options.items():
        yield from _balanced(pack, f"{node_id}.{name}", way)
    yield from _parallel(pack, node_id, choice)
    yield from _marked(pack, node_id, choice)


def _balanced(pack: Pack, way_id: str, way: Way) -> Iterator[Finding]:
    if exempt(pack, "balance", way_id):
        return
    for name, points in (("gives", way.gives), ("hard", way.hard)):
        if not points:
            remedy = "Write one, or exempt it with a reason (check: balance)."
            yield at_node(pack, "S113", way_id, f"{name} is empty: one side is missing.", remedy)
    if way.gives and way.hard and abs(len(way.gives) - len(way.hard)) > 1:
        message = f"gives has {len(way.gives)} points and hard {len(way.hard)}: more than one apart."
        yield at_node(pack, "S123", way_id, message, "Write as many points on both sides, give or take one.")
    gains, costs = sum(map(len, way.gives)), sum(map(len, way.hard))
    if gains and costs and max(gains, costs) > RATIO * min(gains, costs):
        message = f"gives has {gains} characters and hard {costs}: more than {RATIO} times apart."
        yield at_node(pack, "S116", way_id, message, "Bring the two sides nearer to each other.", "warning")


def _parallel(pack: Pack, node_id: str, choice: Choice) -> Iterator[Finding]:
    if exempt(pack, "lengths", node_id):
        return
    totals = {name: _length(way) for name, way in choice.options.items()}
    shortest, longest = min(totals, key=totals.__getitem__), max(totals, key=totals.__getitem__)
    if totals[longest] > RATIO * totals[shortest]:
        message = f"{longest} has {totals[longest]} characters and {shortest} {totals[shortest]}: more than {RATIO} times apart."
        yield at_node(pack, "S116", node_id, message, "Bring the options nearer to each other (NEUT-5).")


def _length(way: Way) -> int:
    texts = (way.is_, way.first, way.who_knows, way.asks, *way.gives, *way.hard, way.undo, way.duration)
    return sum(map(len, texts))


def _marked(pack: Pack, node_id: str, choice: Choice) -> Iterator[Finding]:
    marked = [name for name, way in choice.options.items() if marks(way.name)]
    if marked and len(marked) < len(choice.options):
        message = f"Only some options stand out by a mark or capitals: {', '.join(marked)}."
        yield at_node(pack, "S124", node_id, message, "Write all names in the same plain way (NEUT-5).")


def marks(name: str) -> bool:
    """Whether a name carries bold, an exclamation mark, an emoji, a word in capitals, or "recommended"."""
    return any(hit[0].casefold() == "recommended" or not hit[0].isalpha() for hit in _MARK.finditer(name)) or bool(
        _CAPITALS.search(name)
    )


# --- messages


def _equal_messages(pack: Pack) -> Iterator[Finding]:
    for node in pack.bundle.nodes.values():
        if node.kind is Kind.CHOICE and not exempt(pack, "messages", node.id):
            for channel in Channel:
                yield from _equal_on(pack, node, channel)


def _equal_on(pack: Pack, node: Node, channel: Channel) -> Iterator[Finding]:
    """For fresh facts and for old ones alike, whatever the day: a build does not turn red by the calendar (NEUT-9)."""
    for lang in (one.code for one in pack.bundle.languages if one.offered):
        ways = [option.target for option in node.options]
        if any(way in pack.bundle.missing[lang] for way in ways):
            continue
        for expired in (False, True):
            counts = _counts(pack, ways, lang, channel, expired=expired)
            if len(set(counts.values())) > 1:
                told = ", ".join(f"{way.partition('.')[2]} {number}" for way, number in counts.items())
                when = " once their facts are old" if expired else ""
                message = f"The options take different numbers of messages on {channel} in {lang}{when}: {told}."
                remedy = "Shorten or lengthen, so that all take the same (NEUT-5)."
                yield at_node(pack, "S114", node.id, message, remedy, "warning" if expired else "error")
                break


def _counts(pack: Pack, ways: list[NodeId], lang: str, channel: Channel, *, expired: bool) -> dict[NodeId, int]:
    return {way: len(rendered(pack, pack.bundle.nodes[way], lang, channel, expired=expired)) for way in ways}


# --- order


def turned(pack: Pack) -> Iterator[Node]:
    """Every node whose options the engine turns between people."""
    return (one for one in pack.bundle.nodes.values() if one.rotates and len(one.options) > 1)


def _order(pack: Pack) -> Iterator[Finding]:
    for node in pack.bundle.nodes.values():
        if node.kind is Kind.CHOICE and not node.rotates:
            yield at_node(pack, "S125", node.id, "The options of this choice are not turned.", "See NEUT-6.")
    for node in turned(pack):
        if (p := order_p(node)) < UNFAIR:
            message = f"Over {PEOPLE} people the options do not come first equally often (p = {p:.1e})."
            yield at_node(pack, "S125", node.id, message, "The rotation of the engine is not even (NEUT-6).")


def order_p(node: Node) -> float:
    """How likely chance alone spreads first places as unevenly as the engine's rotation does over 10,000 people."""
    people = random.Random(_PEOPLE_SEED)  # noqa: S311  (a simulation that gives the same figures on each run)
    firsts = Counter(rotated(node.options, people.getrandbits(SEED_BITS), node.id)[0].id for _ in range(PEOPLE))
    even = PEOPLE / len(node.options)
    statistic = sum((firsts[option.id] - even) ** 2 / even for option in node.options)
    return chi_square_p(statistic, len(node.options) - 1)


def chi_square_p(statistic: float, freedom: int) -> float:
    """The upper tail of chi-square: the finite sums of Abramowitz and Stegun 26.4.4 and 26.4.5."""
    half = statistic / 2
    start = 0.5 if freedom % 2 else 0.0
    tail = erfc(sqrt(half)) if freedom % 2 else 0.0
    terms = (half ** (start + step) / gamma(start + step + 1) for step in range(freedom // 2))
    return float(min(1.0, tail + exp(-half) * sum(terms)))
