"""A picture of a topic as SVG: layers from the nodes that others lead to first, kinds by shape, rules on dashed arrows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from bot.engine.model import Kind, Node
from bot.trees.load import Pack

WIDTH, HEIGHT = 190, 64
"""Of a node, in SVG units."""
GAP_X, GAP_Y = 36, 76
MARGIN, TITLE = 30, 34
IN_A_ROW = 6
FILL = {
    Kind.PAGE: "#ffffff", Kind.CHOICE: "#fdf1d8", Kind.ASK: "#e6f0fa", Kind.DIRECTORY: "#e9f5ea", Kind.DOOR: "#eeeeee",
}  # fmt: skip
AWAY = "#f7f7f7"
"""Fill of nodes of other topics."""
INK = "#1f2933"


@dataclass(frozen=True)
class Edge:
    start: str
    end: str
    rule: str = ""


@dataclass(frozen=True)
class Place:
    x: float
    y: float


def draw(pack: Pack, topic: str | None) -> str:
    """One topic with the nodes of other topics that it leads to; without a topic, a map of the topics."""
    nodes = pack.bundle.nodes
    if topic is None:
        names = {name: name for name in dict.fromkeys(node.topic for node in nodes.values())}
        edges = sorted(_between_topics(pack), key=lambda one: (one.start, one.end))
        return _svg("All topics", names, dict.fromkeys(names, Kind.PAGE), set(names), edges)
    own = {name: node for name, node in nodes.items() if node.topic == topic}
    edges = [edge for node in own.values() for edge in _edges(node)]
    shown = dict.fromkeys([*own, *(edge.end for edge in edges)])
    titles = {name: pack.texts.english.get(nodes[name].title.key, name) for name in shown}  # type: ignore[index]
    kinds = {name: nodes[name].kind for name in shown}  # type: ignore[index]
    return _svg(topic, titles, kinds, set(own), edges)


def _between_topics(pack: Pack) -> set[Edge]:
    nodes = pack.bundle.nodes
    pairs = {(node.topic, nodes[edge.end].topic) for node in nodes.values() for edge in _edges(node)}  # type: ignore[index]
    return {Edge(start, end) for start, end in pairs if start != end}


def _edges(node: Node) -> Iterator[Edge]:
    for target in dict.fromkeys(option.target for option in node.options):
        yield Edge(node.id, target)
    rules: dict[str, list[str]] = {}
    for rule in node.rules:
        name = f"{rule.predicate} = {rule.argument}" if rule.argument else rule.predicate
        rules.setdefault(rule.target, []).append(name)
    yield from (Edge(node.id, target, " or ".join(names)) for target, names in rules.items())


def _layers(names: list[str], edges: list[Edge], own: set[str]) -> list[list[str]]:
    """Breadth first from the first node; what is not reached begins anew; other topics stand at the foot."""
    depth: dict[str, int] = {}
    for root in (name for name in names if name in own):
        depth.setdefault(root, 0)
        ahead = [root]
        for name in ahead:
            for edge in edges:
                if edge.start == name and edge.end in own and edge.end not in depth:
                    depth[edge.end] = depth[name] + 1
                    ahead.append(edge.end)
    rows = [[name for name in names if depth.get(name) == level] for level in range(max(depth.values(), default=0) + 1)]
    rows.append([name for name in names if name not in own])
    return [row[at : at + IN_A_ROW] for row in rows for at in range(0, len(row), IN_A_ROW)]


def _places(rows: list[list[str]]) -> dict[str, Place]:
    widest = max(map(len, rows), default=1)
    places = {}
    for level, row in enumerate(rows):
        left = MARGIN + (widest - len(row)) * (WIDTH + GAP_X) / 2
        for column, name in enumerate(row):
            places[name] = Place(left + column * (WIDTH + GAP_X), MARGIN + TITLE + level * (HEIGHT + GAP_Y))
    return places


def _svg(title: str, titles: dict[str, str], kinds: dict[str, Kind], own: set[str], edges: list[Edge]) -> str:
    rows = _layers(list(titles), edges, own)
    places = _places(rows)
    width = 2 * MARGIN + max(map(len, rows), default=1) * (WIDTH + GAP_X) - GAP_X
    height = 2 * MARGIN + TITLE + len(rows) * (HEIGHT + GAP_Y) - GAP_Y
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="{INK}">',
        f"<title>{escape(title)}</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#7b8794"/></marker></defs>',
        f'<rect width="{width:g}" height="{height:g}" fill="#fbfbfa"/>',
        f'<text x="{MARGIN}" y="{MARGIN}" font-size="18" font-weight="600">{escape(title)}</text>',
        *(_arrow(edge, places) for edge in edges if edge.start != edge.end),
        *(_box(name, titles[name], kinds[name], places[name], own=name in own) for name in titles),
        *(_rule(edge, places) for edge in edges if edge.rule),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _ends(edge: Edge, places: dict[str, Place]) -> tuple[float, float, float, float]:
    """From the side of one box to the facing side of the other."""
    start, end = places[edge.start], places[edge.end]
    middle = WIDTH / 2
    if start.y < end.y:
        return start.x + middle, start.y + HEIGHT, end.x + middle, end.y
    if start.y > end.y:
        return start.x + middle, start.y, end.x + middle, end.y + HEIGHT
    return start.x + middle, start.y + HEIGHT, end.x + middle, end.y + HEIGHT


def _arrow(edge: Edge, places: dict[str, Place]) -> str:
    x1, y1, x2, y2 = _ends(edge, places)
    bend = GAP_Y * 0.6
    c1, c2 = (y1 + bend, y2 + bend) if y1 == y2 else (y1 + bend, y2 - bend) if y1 < y2 else (y1 - bend, y2 + bend)
    dash = ' stroke-dasharray="5 4"' if edge.rule else ""
    stroke = "#b44d12" if edge.rule else "#9aa5b1" if y1 < y2 else "#d3d9df"
    path = f"M{x1:g} {y1:g} C{x1:g} {c1:g} {x2:g} {c2:g} {x2:g} {y2:g}"
    return f'<path d="{path}" fill="none" stroke="{stroke}"{dash} marker-end="url(#tip)"/>'


def _rule(edge: Edge, places: dict[str, Place]) -> str:
    x1, y1, x2, y2 = _ends(edge, places)
    x, y = x1 + (x2 - x1) * 0.7, y1 + (y2 - y1) * 0.7
    halo = 'stroke="#fbfbfa" stroke-width="3" paint-order="stroke"'
    return f'<text x="{x:g}" y="{y:g}" font-size="10" text-anchor="middle" fill="#b44d12" {halo}>{escape(edge.rule)}</text>'


def _box(name: str, title: str, kind: Kind, place: Place, *, own: bool) -> str:
    fill = FILL[kind] if own else AWAY
    style = f'fill="{fill}" stroke="{INK if own else "#b8c1cc"}"'
    lines = wrap(title, 27)[:2]
    middle = place.x + WIDTH / 2
    text = "".join(
        f'<text x="{middle:g}" y="{place.y + 20 + 14 * row:g}" text-anchor="middle">{escape(line)}</text>'
        for row, line in enumerate(lines)
    )
    small = f'<text x="{middle:g}" y="{place.y + HEIGHT - 8:g}" text-anchor="middle" font-size="10" fill="#616e7c">'
    return f"<g>{_shape(kind, place, style)}{text}{small}{escape(name)}</text></g>"


def _shape(kind: Kind, place: Place, style: str) -> str:
    """page: plain corners; choice: six sides; ask: round ends; directory: double frame; door: dashed frame."""
    x, y, right, foot = place.x, place.y, place.x + WIDTH, place.y + HEIGHT
    box = f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}"'
    match kind:
        case Kind.CHOICE:
            middle = y + HEIGHT / 2
            sides = (
                f"{x:g},{middle:g} {x + 14:g},{y:g} {right - 14:g},{y:g} {right:g},{middle:g} {right - 14:g},{foot:g}"
            )
            return f'<polygon points="{sides} {x + 14:g},{foot:g}" {style}/>'
        case Kind.ASK:
            return f'{box} rx="{HEIGHT / 2:g}" {style}/>'
        case Kind.DIRECTORY:
            inner = f'<rect x="{x + 3:g}" y="{y + 3:g}" width="{WIDTH - 6}" height="{HEIGHT - 6}" fill="none" stroke="#9aa5b1"/>'
            return f"{box} {style}/>{inner}"
        case Kind.DOOR:
            return f'{box} rx="6" stroke-dasharray="4 3" {style}/>'
    return f'{box} rx="4" {style}/>'
