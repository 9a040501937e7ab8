"""The named predicates that content may use in `when:`. YAML names them; what they mean stands here and only here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.engine.events import Desk
from bot.engine.model import Node, NodeId
from bot.engine.state import State, Told

UNSURE = "unsure"
"""What somebody tells who does not know the nation; the nations themselves stand in the pack."""
TOLD_NAMES = ("nation",)

ANY = "*"
"""Stands for any argument; the loader holds it against what the pack has."""

Predicate = Callable[[Told, Desk, str], bool]

# name in YAML -> (predicate, the arguments it takes after `==`; empty when it stands alone)
PREDICATES: dict[str, tuple[Predicate, tuple[str, ...]]] = {
    "told.nation": (lambda told, _desk, nation: told.nation == nation, (ANY,)),
    "told.under_18": (lambda told, _desk, _arg: told.under_18, ()),
    "desk.open": (lambda _told, desk, _arg: desk.open, ()),
    "notice.on": (lambda _told, desk, name: name in desk.notices, (ANY,)),
    "desk.shut": (lambda _told, desk, _arg: not desk.open, ()),
}

MAX_HOPS = 8
"""Rules may lead to nodes with rules; a chain longer than this is an authors' mistake, and the last node is shown."""


def resolve(nodes: Mapping[NodeId, Node], start: Node, state: State, desk: Desk) -> Node:
    """The node that is shown when `start` is asked for: the first rule that holds decides, and again from there."""
    node = start
    for _ in range(MAX_HOPS):
        target = next((rule.target for rule in node.rules if _holds(rule.predicate, rule.argument, state, desk)), None)
        following = nodes.get(target) if target is not None else None
        if following is None or following is node:
            return node
        node = following
    return node


def _holds(name: str, argument: str, state: State, desk: Desk) -> bool:
    predicate, _arguments = PREDICATES[name]
    return predicate(state.told, desk, argument)
