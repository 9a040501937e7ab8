"""Texts on authorities state both help and risk, and stand on a source (NEUT-8, NEUT-9).

What can be tested without understanding: an option of a choice that names an authority has both its sides, may not be exempt from
them, and has a source. A page that tells of going to an authority says on itself, or one step on, what may help and
what may be hard or who may learn of it.
"""

# ruff: noqa: E501  (a pattern stays on one line, so that it can be read and searched as one)
from __future__ import annotations

import re
from collections.abc import Iterator

from bot.checks.common import at_node, bare, exempt
from bot.checks.finding import Finding
from bot.engine.model import Kind, Node
from bot.trees.load import Pack
from bot.trees.schema import Choice, Way

AUTHORITY = re.compile(
    r"\b(?:police|home office|immigration (?:services|officers?|enforcement)|councils?|social services|social workers?|border force|"
    r"job ?centre|courts?|prosecutors?)\b",
    re.IGNORECASE,
)
_APPROACH = re.compile(
    r"\b(?:report(?:s|ed|ing)?|tell(?:s|ing)?|told|ask(?:s|ed|ing)?|appl(?:y|ies|ying)|claim(?:s|ing)?|refer(?:s|red|ring)?|contact(?:s|ed|ing)?|"
    r"call(?:s|ed|ing)?|goes to|going to|speak(?:s|ing)? (?:to|with))\b[^.?!\n]{0,40}\b(?:the )?(?:police|home office|immigration|councils?|social services|social workers?)\b",
    re.IGNORECASE,
)
_HELP = re.compile(
    r"\b(?:help\w*|support\w*|protect\w*|free|pay(?:s|ment)?|room|housing|money|can (?:give|offer|ask|get|look|stop|find|lead|bring|make)|may (?:give|offer|get|find|stop|lead|bring)|"
    r"right|duty|has to|have to|must|no charge|care|advice|interpreter|safer|investigat\w*)\b",
    re.IGNORECASE,
)
_RISK = re.compile(
    r"\b(?:pass(?:es|ed)?|shar(?:e|es|ed|ing)|learn(?:s)? of|(?:will |may |can |might )(?:also )?know|knows?|tells?|refus\w*|detain\w*|detention|arrest\w*|remov\w*|cannot|can not|not|no|never|"
    r"wait\w*|long|slow\w*|hard|risk\w*|lose|losing|stop(?:s|ped)?|end(?:s)?|charge[ds]?|limits?|without|unless|only|far|recorded?)\b",
    re.IGNORECASE,
)
FACT = re.compile(
    r"\b(?:home office|police|courts?|councils?|the law|laws?|by law|the rules|tribunals?|NHS|visas?|the NRM|National Referral Mechanism|"
    r"asylum|legal aid|minimum wage|social services|government)\b",
    re.IGNORECASE,
)


def authorities(pack: Pack) -> Iterator[Finding]:
    for node in pack.bundle.nodes.values():
        if node.kind in (Kind.DOOR, Kind.ASK):
            continue
        text = said(pack, node)
        yield from _sourced(pack, node, text)
        if "." not in node.id and _APPROACH.search(text) and not exempt(pack, "authorities", node.id):
            yield from _both(pack, node, text)
    for node_id, source in pack.raw.nodes.items():
        if isinstance(source.entry, Choice):
            for name, way in source.entry.options.items():
                yield from _way(pack, f"{node_id}.{name}", way)


def _sourced(pack: Pack, node: Node, text: str) -> Iterator[Finding]:
    found = FACT.search(text)
    if found and not node.sources and node.kind is not Kind.DIRECTORY and not exempt(pack, "claims", node.id):
        remedy = "Add sources:, or exempt it with a reason (check: claims)."
        message = f"This speaks of {found[0]!r} and names no source."
        yield at_node(pack, "F307", node.id, message, remedy, "warning")


def _both(pack: Pack, node: Node, text: str) -> Iterator[Finding]:
    near = " ".join((text, *(said(pack, pack.bundle.nodes[one.target]) for one in node.options)))
    for side, pattern in (("what may help", _HELP), ("what may be hard or who may know", _RISK)):
        if not pattern.search(near):
            message = f"The page tells of going to an authority, and neither it nor the next page says {side}."
            yield at_node(
                pack, "C605", node.id, message, "Say both (NEUT-8), or exempt it with a reason (check: authorities)."
            )


def _way(pack: Pack, way_id: str, way: Way) -> Iterator[Finding]:
    named = AUTHORITY.search(" ".join((way.name, way.is_, way.first, way.who_knows)))
    if named and not (way.gives and way.hard):
        message = f"The option is about an authority ({named[0]}) and has one side only."
        yield at_node(pack, "C605", way_id, message, "Write both gives and hard: no exemption holds here (NEUT-8).")


def said(pack: Pack, node: Node) -> str:
    """The English of a node as it stands, without placed values; of an option's page, all its fields."""
    parts = []
    for block in node.blocks:
        parts.append(pack.texts.english.get(block.key, ""))
        for _, value in block.values:
            for one in value if isinstance(value, tuple) else (value,):
                key = getattr(one, "key", "")
                parts.append("" if key.startswith("system/") else pack.texts.english.get(key, ""))
    return bare("\n".join(parts))
