"""Facts: each with a source and a date (NEUT-9), figures placed and never written into a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.checks.common import at_node, at_text, bare, exempt, shown_messages
from bot.checks.finding import Finding
from bot.engine.model import Node
from bot.trees.load import Pack
from bot.trees.messages import PLACED, Message
from bot.trees.texts import needed_keys

KEYS = frozenset(("00", "88", "99", *"0123456789"))
_NUMBER = re.compile(r"(?<![\w.,])£?\d[\d.,]*\d|(?<![\w.,])£?\d(?!\w)")
LONG_NUMBER = 5
"""Digits: from here on it is a phone number or an amount and no limit of the chat."""
SOON = timedelta(days=30)
"""NEUT-9: how long before its date a release warns of a source."""
_SPELLED = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|eighteen|twenty|thirty|forty|"
    r"forty-five|sixty|ninety|a hundred|a thousand)(?: (?:working|calendar|full|quiet))? "
    r"(?:days?|weeks?|months?|years?|hours?|minutes?|pounds?|pence|per cent)\b",
    re.IGNORECASE,
)
_MONTH = re.compile(
    r"\b(?:January|February|April|June|July|August|September|October|November|December)\b"
    r"|\b(?:[Ii]n|[Ss]ince|[Ff]rom|[Uu]ntil|[Bb]y) (?:March|May)\b"
)
_PHONE = re.compile(r"(?<![\w{:-])\+?\d[\d ]{1,16}\d(?!\w)")
_KEY_BEFORE = re.compile(r"\b(?:send|sends|sending|key|press|with|number)\s+[\"']?$", re.IGNORECASE)
_KEY_AFTER = re.compile(
    r"^[\"']?\s+(?:also |then |again )*(?:closes?|opens?|asks?|goes|ends?|takes?|removes?|shows?|means?|brings?|leads?|works?|"
    r"lists?|repeats?)\b",
    re.IGNORECASE,
)


def sources(pack: Pack, at: date, *, release: bool = False) -> Iterator[Finding]:
    yield from _complete(pack)
    yield from _expired(pack, at, release=release)
    phones = _known_phones(pack)
    for message in shown_messages(pack):
        yield from _numbers(pack, message)
        yield from _phones(pack, message, phones)
    for node in pack.bundle.nodes.values():
        yield from _named(pack, node)


def _complete(pack: Pack) -> Iterator[Finding]:
    for name, one in pack.raw.sources.sources.items():
        file, line = pack.raw.names["sources"], pack.raw.line_of("sources", "sources", name)
        if not one.url:
            message = f"The source {name!r} has no address."
            yield Finding("F304", file, line, "", message, "Write url, where a reader can check it.", "warning")
        if one.seen > pack.at:
            message = f"The source {name!r} was seen on {one.seen}, which is still to come."
            yield Finding("F304", file, line, "", message, "Write the newest date that the source itself gives.")


def _expired(pack: Pack, at: date, *, release: bool) -> Iterator[Finding]:
    for name, one in pack.bundle.sources.items():
        file, line = pack.raw.names["sources"], pack.raw.line_of("sources", "sources", name)
        remedy = "Look at it again and renew seen and check_by."
        if one.check_by < at:
            message = f"The source {name!r} was to be checked by {one.check_by}."
            yield Finding("F305", file, line, "", message, remedy, "error" if release else "warning")
        elif release and one.check_by - at <= SOON:
            message = f"The source {name!r} is to be checked by {one.check_by}, in {(one.check_by - at).days} days."
            yield Finding("F308", file, line, "", message, remedy, "warning")


def _numbers(pack: Pack, message: Message) -> Iterator[Finding]:
    if exempt(pack, "numbers", message.node) or exempt(pack, "claims", message.node):
        return
    for number in _out_of_place(message, named_numbers(pack)):
        remedy = "Place it from sources.yaml or services.yaml, or exempt the node with a reason (check: numbers)."
        yield at_text(pack, "F306", message, f"The number {number} stands in the sentence itself.", remedy)


def named_numbers(pack: Pack) -> frozenset[str]:
    """Numbers that are names, by the pack: emergency and health lines, the age that changes rules."""
    return frozenset(pack.raw.pack.numbers if pack.raw.pack else ())


def _out_of_place(message: Message, named: frozenset[str]) -> list[str]:
    """A service's own entry is the one place of its hours, ages and years; shared texts name the keys and limits of this line."""
    if message.key.startswith("service/"):
        return []
    if message.key.startswith("system/"):
        return [one for one in loose_numbers(message.text, named) if "£" in one or len(one) >= LONG_NUMBER]
    return [*loose_numbers(message.text, named), *spelled_numbers(message.text)]


def _known_phones(pack: Pack) -> dict[str, str]:
    phones = {"".join(filter(str.isdigit, one.phone)): name for name, one in pack.bundle.services.items() if one.phone}
    return {digits: name for digits, name in phones.items() if digits not in named_numbers(pack)}


def _phones(pack: Pack, message: Message, phones: dict[str, str]) -> Iterator[Finding]:
    """A phone number stands in `phone:` of its service and nowhere else, also not in another field of that service."""
    for hit in _PHONE.finditer(message.text):
        digits = "".join(filter(str.isdigit, hit[0]))
        if digits in phones:
            problem = f"The phone number {hit[0]} stands in the sentence itself."
            yield at_text(pack, "F309", message, problem, f"Place it: {{phone:{phones[digits]}}}.")


def loose_numbers(text: str, named: frozenset[str]) -> list[str]:
    """Figures in a sentence that are neither placed, nor names by the pack, nor keys of the chat."""
    found = []
    for hit in _NUMBER.finditer(bare(text)):
        if hit[0] in named or _is_key(hit):
            continue
        if not hit.string[hit.end() :].startswith(("-hour", " hours a day")):
            found.append(hit[0])
    return found


def spelled_numbers(text: str) -> list[str]:
    """Spans of time and amounts in words, and names of months: figures all the same."""
    return [hit[0] for pattern in (_SPELLED, _MONTH) for hit in pattern.finditer(bare(text))]


def _is_key(hit: re.Match[str]) -> bool:
    before, after = hit.string[: hit.start()], hit.string[hit.end() :]
    return hit[0] in KEYS and bool(_KEY_BEFORE.search(before) or _KEY_AFTER.match(after))


def _named(pack: Pack, node: Node) -> Iterator[Finding]:
    """The source of every figure that a node places is among its own, so that its "Checked" date covers it."""
    if exempt(pack, "claims", node.id):
        return
    values = pack.raw.sources.values
    used = {
        ident
        for block in node.blocks
        for key in needed_keys(block, pack.texts.english, pack.bundle.services)
        for kind, ident in PLACED.findall(pack.texts.english.get(key, ""))
        if ident in values and kind in ("amount", "number", "date")
    }
    for ident in sorted(used):
        if values[ident].source not in node.sources:
            message = f"{ident} rests on {values[ident].source}, which is not among the node's sources."
            yield at_node(pack, "F301", node.id, message, "Add it to sources: of this node.")
