"""A topic, or all topics, as a picture that reads like an outline.

Each node stands once, beside the first node that leads to it, and only that way is drawn as a line. Where else it leads
is written in its box: with every way as a line, forty nodes of seven options each are a thicket that nobody can follow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.engine.model import Kind, Node, NodeId
from bot.trees.load import Pack
from bot.trees.svg import Box, Line, svg


class Way(StrEnum):
    OPTION = "option"
    AWAY = "away"
    """An option that leads to another topic."""
    RULE = "rule"


@dataclass(frozen=True)
class Edge:
    """`rule`: when the way is taken in place of `start`; empty for an option."""

    start: str
    end: str
    rule: str = ""


def draw(pack: Pack, topic: str | None) -> str:
    """SVG of one topic; without a topic, of how the topics lead to one another, from the menu on."""
    return _topics(pack) if topic is None else _topic(pack, topic)


def _topic(pack: Pack, topic: str) -> str:
    nodes = [node for node in pack.bundle.nodes.values() if node.topic == topic]
    edges = [edge for node in nodes for edge in _edges(node)]
    first = outline([node.id for node in nodes], edges)
    boxes = [_box(pack, node, edges, first) for node in nodes]
    return svg(_said(pack, f"{topic}:title", topic), boxes)


def _box(pack: Pack, node: Node, edges: Sequence[Edge], first: Mapping[str, Edge]) -> Box:
    came = first.get(node.id)
    others = [edge for edge in edges if edge.start == node.id and first.get(edge.end) != edge]
    lines = tuple(_line(pack, node.topic, edge) for edge in others if edge.end != node.id)
    parent, rule = (came.start, came.rule) if came else (None, "")
    return Box(node.id, _title(pack, node), node.id, node.kind, lines, parent, rule)


def _line(pack: Pack, topic: str, edge: Edge) -> Line:
    target = pack.bundle.nodes[NodeId(edge.end)]
    if edge.rule:
        return Line(f"{edge.rule}: {_title(pack, target)}", Way.RULE)
    if target.topic == topic:
        return Line(_title(pack, target), Way.OPTION)
    return Line(f"{_title(pack, target)} ({target.topic})", Way.AWAY)


def _edges(node: Node) -> Iterator[Edge]:
    """Options first, in their order; rules to one target together."""
    for target in dict.fromkeys(option.target for option in node.options):
        yield Edge(node.id, target)
    rules: dict[str, list[str]] = {}
    for rule in node.rules:
        name = rule.predicate.removeprefix("told.").replace("_", " ")
        rules.setdefault(rule.target, []).append(f"{name} = {rule.argument}" if rule.argument else name)
    yield from (Edge(node.id, target, " or ".join(names)) for target, names in rules.items())


def outline(names: Sequence[str], edges: Sequence[Edge]) -> dict[str, Edge]:
    """The way by which each name is reached first, breadth first from the first name; none for where one begins anew."""
    own, seen = set(names), set[str]()
    first: dict[str, Edge] = {}
    leading: dict[str, list[Edge]] = {}
    for edge in edges:
        leading.setdefault(edge.start, []).append(edge)
    for root in names:
        ahead = [] if root in seen else [root]
        seen.add(root)
        for name in ahead:
            for edge in leading.get(name, ()):
                if edge.end in own and edge.end not in seen:
                    seen.add(edge.end)
                    first[edge.end] = edge
                    ahead.append(edge.end)
    return first


def _topics(pack: Pack) -> str:
    nodes = pack.bundle.nodes
    menu = nodes[pack.bundle.menu].topic
    number = Counter(node.topic for node in nodes.values())
    ways = Counter(
        (node.topic, nodes[NodeId(edge.end)].topic) for node in nodes.values() for edge in _edges(node)
    )  # fmt: skip
    edges = [Edge(start, end) for (start, end), _ in ways.most_common() if start != end]
    names = [menu, *(name for name in number if name != menu)]
    first = outline(names, edges)
    boxes = []
    for name in names:
        others = sorted(edge.end for edge in edges if edge.start == name and first.get(edge.end) != edge)
        lines = (Line(", ".join(others), Way.OPTION),) if others else ()
        parent = first[name].start if name in first else None
        title = _said(pack, f"{name}:title", name)
        boxes.append(Box(name, title, f"{name}, {number[name]} nodes", Kind.PAGE, lines, parent))
    return svg("All topics", boxes)


def _title(pack: Pack, node: Node) -> str:
    return _said(pack, node.title.key, node.id)


def _said(pack: Pack, key: str, otherwise: str) -> str:
    return pack.texts.english.get(key, otherwise)
