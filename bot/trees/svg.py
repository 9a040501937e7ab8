"""Boxes in columns as SVG: what stands right of a box is reached from it. Kinds by shape, rules on dashed orange lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from bot.engine.model import Kind

WIDTH, GAP_X, GAP_Y = 270, 140, 18
"""Of a box, and between boxes, in SVG units. The gap holds the words of a rule."""
MARGIN, HEAD = 24, 96
"""Around everything; above the boxes, for title and legend."""
TITLE_ROW, LINE_ROW, SMALL_ROW, INSIDE = 16, 14, 15, 10
"""Heights of rows of text, and what is free above and below them."""
TITLE_CHARACTERS, LINE_CHARACTERS, RULE_CHARACTERS = 36, 40, 19
"""What fits the width of a box or a gap in the widest of the common system fonts."""
ENTRY, STEM = 22, 12
"""How far below the top of a box its line arrives; how far right of a box its ways part."""
FILL = {
    Kind.PAGE: "#ffffff", Kind.CHOICE: "#fdf1d8", Kind.ASK: "#e6f0fa", Kind.DIRECTORY: "#e9f5ea", Kind.DOOR: "#eeeeee",
}  # fmt: skip
NAMES = {
    Kind.PAGE: "page", Kind.CHOICE: "choice", Kind.ASK: "question", Kind.DIRECTORY: "list of services", Kind.DOOR: "door",
}  # fmt: skip
INK, SOFT, RULE, AWAY = "#1f2933", "#52606d", "#a3410b", "#205a96"
COLOUR = {"option": INK, "away": AWAY, "rule": RULE}
MARK = {"option": "\u2192 ", "away": "\u2197 ", "rule": "\u21e2 "}


@dataclass(frozen=True)
class Line:
    """Where else a box leads. `way`: option, away (another topic) or rule."""

    words: str
    way: str


@dataclass(frozen=True)
class Box:
    """`parent`: the box left of it that leads here, under `rule` if there is one; None begins anew."""

    name: str
    title: str
    small: str
    kind: Kind
    lines: tuple[Line, ...] = ()
    parent: str | None = None
    rule: str = ""


@dataclass(frozen=True)
class Place:
    x: float
    y: float
    height: float


def svg(title: str, boxes: Sequence[Box]) -> str:
    places = place(boxes)
    width = max(max(one.x for one in places.values()) + WIDTH + MARGIN, 900)
    height = max(one.y + one.height for one in places.values()) + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
        f'role="img" font-family="system-ui, sans-serif" font-size="13" fill="{INK}">',
        f"<title>{escape(title)}</title>",
        f"<defs>{_tip('tip', SOFT)}{_tip('rule-tip', RULE)}</defs>",
        f'<rect width="{width:g}" height="{height:g}" fill="#fbfbfa"/>',
        _text(MARGIN, 34, title, 'font-size="20" font-weight="600"'),
        *_legend(),
        *(_arrow(box, places) for box in boxes if box.parent is not None),
        *(_drawn(box, places[box.name]) for box in boxes),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def place(boxes: Sequence[Box]) -> Mapping[str, Place]:
    """Columns by distance from where a branch begins; a box stands beside the first that it leads to, and none overlap."""
    children: dict[str | None, list[Box]] = {}
    for box in boxes:
        children.setdefault(box.parent, []).append(box)
    places: dict[str, Place] = {}

    def put(box: Box, column: int, top: float) -> float:
        """Where the next one may begin."""
        height = _height(box)
        places[box.name] = Place(MARGIN + column * (WIDTH + GAP_X), top, height)
        below = top
        for child in children.get(box.name, ()):
            below = put(child, column + 1, below)
        return max(below, top + height + GAP_Y)

    top: float = HEAD
    for root in children.get(None, ()):
        top = put(root, 0, top)
    return places


def _height(box: Box) -> float:
    rows = sum(len(_rows(line)) for line in box.lines)
    return 2 * INSIDE + len(_title(box)) * TITLE_ROW + SMALL_ROW + rows * LINE_ROW + (6 if rows else 0)


def _title(box: Box) -> list[str]:
    return wrap(box.title, TITLE_CHARACTERS) or [""]


def _rows(line: Line) -> list[str]:
    return wrap(MARK[line.way] + line.words, LINE_CHARACTERS, subsequent_indent="\u2003 ", break_on_hyphens=False)


# --- drawn


def _tip(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{colour}"/></marker>'
    )


def _text(x: float, y: float, words: str, style: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" {style}>{escape(words)}</text>'


def _arrow(box: Box, places: Mapping[str, Place]) -> str:
    """From the right side of the parent, along one common stem, to the left side of the box."""
    start, end = places[str(box.parent)], places[box.name]
    x1, y1, x2, y2 = start.x + WIDTH, start.y + ENTRY, end.x, end.y + ENTRY
    stem = f'<path d="M{x1:g} {y1:g}H{x1 + STEM:g}V{y2:g}" fill="none" stroke="{SOFT}"/>'
    style = f'stroke="{RULE}" stroke-dasharray="6 4"' if box.rule else f'stroke="{SOFT}"'
    tip = "rule-tip" if box.rule else "tip"
    line = f'{stem}<path d="M{x1 + STEM:g} {y2:g}H{x2:g}" fill="none" {style} marker-end="url(#{tip})"/>'
    rows = wrap(box.rule, RULE_CHARACTERS)
    words = (
        _text(x1 + STEM + 5, y2 - 5 - 13 * (len(rows) - 1 - row), words, f'font-size="11" fill="{RULE}"')
        for row, words in enumerate(rows)
    )
    return line + "".join(words)


def _drawn(box: Box, at: Place) -> str:
    y = at.y + INSIDE + 12
    rows = []
    for words in _title(box):
        rows.append(_text(at.x + 14, y, words, 'font-weight="600"'))
        y += TITLE_ROW
    rows.append(_text(at.x + 14, y - 1, box.small, f'font-size="11" fill="{SOFT}"'))
    y += SMALL_ROW + 5
    for line in box.lines:
        for words in _rows(line):
            rows.append(_text(at.x + 14, y, words, f'font-size="12" fill="{COLOUR[line.way]}" xml:space="preserve"'))
            y += LINE_ROW
    return f"<g>{_shape(box.kind, at, WIDTH)}{''.join(rows)}</g>"


def _shape(kind: Kind, at: Place, width: float) -> str:
    """page: plain; choice: corners cut off; question: round ends; list: double frame; door: dashed frame."""
    x, y, right, foot = at.x, at.y, at.x + width, at.y + at.height
    box = f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{at.height:g}"'
    style = f'fill="{FILL[kind]}" stroke="{INK}"'
    match kind:
        case Kind.CHOICE:
            c = 11
            top = f"{x + c:g},{y:g} {right - c:g},{y:g} {right:g},{y + c:g} {right:g},{foot - c:g}"
            low = f"{right - c:g},{foot:g} {x + c:g},{foot:g} {x:g},{foot - c:g} {x:g},{y + c:g}"
            return f'<polygon points="{top} {low}" {style}/>'
        case Kind.ASK:
            return f'{box} rx="{min(at.height / 2, 22):g}" {style}/>'
        case Kind.DIRECTORY:
            inner = f'<rect x="{x + 3:g}" y="{y + 3:g}" width="{width - 6:g}" height="{at.height - 6:g}"'
            return f'{box} {style}/>{inner} fill="none" stroke="{INK}" stroke-width="0.7"/>'
        case Kind.DOOR:
            return f'{box} rx="6" stroke-dasharray="4 3" {style}/>'
        case Kind.PAGE:
            return f'{box} rx="3" {style}/>'


def _legend() -> Iterator[str]:
    x = float(MARGIN)
    for kind, name in NAMES.items():
        yield _shape(kind, Place(x, 52, 20), 34)
        yield _text(x + 41, 67, name, 'font-size="12"')
        x += 66 + 6.4 * len(name)
    for way, words in (
        ("option", "also leads to"),
        ("away", "in another topic"),
        ("rule", "in its place, when the rule holds"),
    ):
        yield _text(x, 67, MARK[way] + words, f'font-size="12" fill="{COLOUR[way]}"')
        x += 34 + 6.6 * len(words)
