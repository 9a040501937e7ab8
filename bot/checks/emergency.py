"""Emergency facts are whole wherever they stand: the limits of texting 999, what this line cannot do (EMER-2 to EMER-10)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.checks.common import at_node
from bot.checks.finding import Finding
from bot.engine.model import Door, Node
from bot.trees.load import Pack

_MENTIONS = re.compile(r"\btext(?:s|ed|ing)?\b[^.?!\n]{0,40}\b999\b|\bemergency ?SMS\b", re.IGNORECASE)
LIMITS: dict[str, str] = {
    "it works only from a phone that was registered before": r"\bregister",
    "it is slower than a call": r"\bslower\b",
    "it has arrived only when a reply comes": r"\brepl(?:y|ies)\b[^.]*\bcomes?\b|\bcomes?\b[^.]*\breply\b",
    "the texts stay on the phone": r"\b(?:stays?|left|remains?) on the phone\b",
}
"""EMER-3: each stands wherever texting 999 is mentioned."""
FACTS: dict[str, str] = {
    "this is an automatic service": r"\bautomatic\b",
    "this line cannot call for anybody": r"\bcannot call for you\b",
    "nobody may be reading": r"\bnobody may be reading\b",
}
"""EMER-4: in the emergency text of any pack."""
FACTS_OF_999: dict[str, str] = {
    "999 is free": r"\b999 is free\b",
    "it works without credit": r"\bwithout credit\b",
    "112 also works": r"\b112\b",
    "it is about the UK": r"\bin the UK\b",
    "pressing 55 when asked": r"\b55\b[^.]*\bwhen asked\b",
    "a silent call alone does not bring help": r"\bsilent call alone does not\b",
    "55 does not give the place": r"\b55 does not\b",
}
"""EMER-2 and EMER-10: where the emergency text names 999."""
DOORS = frozenset((Door.PERSON, Door.CLOSE, Door.STOP))
"""EMER-5: what the emergency text offers beside reading on."""


def emergency(pack: Pack) -> Iterator[Finding]:
    for node in pack.bundle.nodes.values():
        text = _said(pack, node)
        if _MENTIONS.search(text):
            for limit in _absent(text, LIMITS):
                remedy = f"Say that {limit} (EMER-3), or lead to the page that does without naming it."
                yield at_node(pack, "C603", node.id, "Texting 999 is mentioned without one of its limits.", remedy)
    main = pack.bundle.node(pack.bundle.intents.get("emergency", ""))
    if main is not None:
        yield from _facts(pack, main)


def _facts(pack: Pack, main: Node) -> Iterator[Finding]:
    text = _said(pack, main)
    for fact in _absent(text, FACTS | FACTS_OF_999 if "999" in text else FACTS):
        yield at_node(
            pack, "C604", main.id, f"The emergency text does not say: {fact}.", "Say it (EMER-2, EMER-4, EMER-10)."
        )
    offered = {pack.bundle.nodes[one.target].door for one in main.options}
    for door in sorted(DOORS - offered):
        yield at_node(pack, "C604", main.id, f"The emergency text does not offer: {door}.", "Add the option (EMER-5).")


def _said(pack: Pack, node: Node) -> str:
    return "\n".join(pack.texts.english.get(block.key, "") for block in node.blocks)


def _absent(text: str, wanted: dict[str, str]) -> list[str]:
    return [name for name, pattern in wanted.items() if not re.search(pattern, text, re.IGNORECASE)]
