"""`ownsteps graph`: a picture that a caseworker can read: every node once, every way said, nothing over anything else."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.engine.model import Kind
from bot.trees.graph import Edge, draw, outline
from bot.trees.svg import FILL, WIDTH, Box, Line, place
from tests.content.tiny import TINY, load, no_locales
from tests.kit import shipped

SVG = "{http://www.w3.org/2000/svg}"


def texts(drawn: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(drawn).iter(f"{SVG}text")]


def topics() -> list[str]:
    return sorted(shipped().raw.trees)


@pytest.mark.parametrize("topic", topics())
def test_every_node_stands_once(topic: str) -> None:
    """Each node of the topic, the pages of its options too, is one box."""
    said = texts(draw(shipped(), topic))
    for name, node in shipped().bundle.nodes.items():
        assert said.count(name) == (node.topic == topic), name


def test_the_whole_has_every_topic() -> None:
    """Each topic once, with how many nodes it has."""
    small = [one for one in texts(draw(shipped(), None)) if one.endswith(" nodes")]
    assert sorted(one.partition(",")[0] for one in small) == topics()


def test_every_way_is_drawn_or_written(tmp_path: Path) -> None:
    """A way is a line, or stands in the box; one to another topic says which; a rule says when."""
    said = texts(draw(load(TINY, no_locales(tmp_path)), "rooms"))
    assert "nation = scotland" in said
    assert said.count("\u2192 What a room costs") == 4
    assert "\u2192 Lines about rooms" in said
    assert any(
        one.startswith("\u2197") and one.endswith("(menu)")
        for one in texts(draw(load(TINY, tmp_path / "locales"), "danger"))
    )


def test_kinds_differ_by_shape_and_not_by_colour_alone(tmp_path: Path) -> None:
    """A choice has its corners cut, a question round ends, a list a double frame, a door a dashed one."""
    drawn = draw(load(TINY, no_locales(tmp_path)), "rooms")
    shapes = {}
    for box in ElementTree.fromstring(drawn).iter(f"{SVG}g"):
        name = next(text.text for text in box.iter(f"{SVG}text") if "/" in (text.text or ""))
        shapes[name] = [part.tag for part in box if "text" not in part.tag]
    assert shapes["rooms/decide"] == [f"{SVG}polygon"]
    assert shapes["rooms/find"] == [f"{SVG}rect"] * 2
    assert shapes["rooms/what"] == [f"{SVG}rect"]
    assert {*FILL} == {*Kind}


def test_boxes_do_not_overlap() -> None:
    """Whatever leads where, and however much a box says."""
    lines = tuple(Line("a long way to somewhere in another topic, twice", "away") for _ in range(7))
    boxes = [
        Box(str(n), f"Title {n} " * 9, str(n), Kind.PAGE, lines[: n % 8], str((n - 1) // 3) if n else None)
        for n in range(40)
    ]
    boxes.append(Box("alone", "Alone", "alone", Kind.DOOR))
    for one, other in combinations(place(boxes).values(), 2):
        apart = one.y + one.height < other.y or other.y + other.height < one.y
        assert apart or abs(one.x - other.x) > WIDTH


def test_a_circle_is_drawn_once() -> None:
    """Nodes that lead to one another, and one that nothing leads to, all have their place."""
    first = outline(["a", "b", "c"], [Edge("a", "b"), Edge("b", "a"), Edge("c", "a"), Edge("a", "elsewhere")])
    assert first == {"b": Edge("a", "b")}
