"""From the menu of the shipped pack: every topic is near, and no screen is full."""

from __future__ import annotations

from collections import deque
from datetime import date
from pathlib import Path

import pytest

from bot.engine.model import Bundle, Node, NodeId
from bot.trees.load import load_pack

ROOT = Path(__file__).parents[2]
PRESSES = 3
OPTIONS = 7


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_pack(ROOT / "content" / "uk", ROOT / "locales", date(2026, 11, 23)).bundle


def presses(bundle: Bundle) -> dict[str, int]:
    """Node id -> how many presses it is away from the menu, with no rule in the way."""
    away = {str(bundle.menu): 0}
    waiting = deque([bundle.nodes[bundle.menu]])
    while waiting:
        node = waiting.popleft()
        for option in node.options:
            if option.target not in away:
                away[option.target] = away[node.id] + 1
                waiting.append(bundle.nodes[option.target])
    return away


def nearest(bundle: Bundle) -> dict[str, int]:
    """Topic -> the fewest presses to any place of it; a topic that is never reached is absent."""
    found: dict[str, int] = {}
    for name, count in presses(bundle).items():
        topic = bundle.nodes[NodeId(name)].topic
        found[topic] = min(count, found.get(topic, count))
    return found


@pytest.mark.rule("CARE-6")
def test_every_topic_is_at_most_three_presses_from_the_menu(bundle: Bundle) -> None:
    """Nobody has to search for a subject."""
    near = nearest(bundle)
    far = {node.topic for node in bundle.nodes.values() if near.get(node.topic, PRESSES + 1) > PRESSES}
    assert not far


def test_the_menus_fit_one_screen(bundle: Bundle) -> None:
    """No menu needs a second page of options."""
    menus: list[Node] = [node for node in bundle.nodes.values() if node.topic == "menu"]
    assert menus
    assert {node.id: len(node.options) for node in menus if len(node.options) > OPTIONS} == {}
