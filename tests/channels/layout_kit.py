"""What the layout tests share: a `say` over a plain table, and replies made of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import yaml

from bot.channels.layout import Laid, count_pages, lay_out
from bot.engine.model import Channel, Reply, Shown, Text

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
SYSTEM = Path(__file__).parents[2] / "content" / "system"
UTILITIES = ("person", "close", "back", "menu", "languages")
RISKY = re.compile(r"police|asylum|xrisk", re.IGNORECASE)


def system_texts() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(SYSTEM.glob("*.yaml")):
        texts = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        found |= {f"system/{key}": text for key, text in texts.items()}
    return found


TEXTS = system_texts()


def sayer(**more: str) -> Callable[[Text], str]:
    """Keys of the system texts, else of `more`, else the key itself is the text; values are placed."""

    def say(text: Text) -> str:
        said = more.get(text.key) or TEXTS.get(text.key, text.key)
        for name, value in text.values:
            said = said.replace("{" + name + "}", say(value) if isinstance(value, Text) else str(value))
        return said

    return say


SAY = sayer()


def risk(text: str) -> bool:
    return RISKY.search(text) is not None


def options(*labels: str) -> tuple[Shown, ...]:
    return tuple(Shown(str(number), f"o{number}", Text(label)) for number, label in enumerate(labels, 1))


def page_of(reply: Reply, channel: Channel, say: Callable[[Text], str] = SAY) -> Laid:
    return lay_out(reply, say, channel, NOW, risk=risk)


def pages(reply: Reply, channel: Channel, say: Callable[[Text], str] = SAY) -> list[Laid]:
    """All pages as the person gets them with 7."""
    total = count_pages(reply, say, channel, NOW, risk=risk)
    return [page_of(replace(reply, page=number), channel, say) for number in range(total)]


LEADS = (SAY(Text("system/lead-in-1")), SAY(Text("system/lead-in-2")))
