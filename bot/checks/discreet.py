"""Nothing that a lock screen or a glance shows gives the subject away (OPEN-1, OPEN-2, OPEN-4)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.channels.press import SEEN, SEEN_WIDE
from bot.channels.segments import is_gsm
from bot.checks.common import at_node, at_text, noon, rendered
from bot.checks.finding import Finding
from bot.checks.risk import risk_words, service_names
from bot.engine.model import Channel, Kind, Node
from bot.trees.load import Pack
from bot.trees.messages import Message

NEUTRAL_FILES = ("check", "cover", "delete", "errors", "keys", "profile")
"""Files of content/system whose texts may be sent before a yes, or under cover."""


def discreet(pack: Pack) -> Iterator[Finding]:
    yield from _system(pack)
    for node in pack.bundle.nodes.values():
        yield from _neutral(pack, node)
        if node.kind is not Kind.DOOR:
            yield from _first_lines(pack, node)


def _system(pack: Pack) -> Iterator[Finding]:
    names = {pack.raw.names.get(f"system/{name}") for name in NEUTRAL_FILES}
    for key, message in pack.raw.messages.items():
        if not key.startswith("system/") or pack.raw.files[key] not in names:
            continue
        for lang in _languages(pack):
            words = risk_words(pack.texts.get(lang, key) or "")
            if words:
                yield _told(pack, message, lang, words)


def _told(pack: Pack, message: Message, lang: str, words: list[str]) -> Finding:
    problem = f"The {lang} text may stand on a lock screen and holds: {', '.join(words)}."
    return at_text(pack, "D201", message, problem, "Say it with ordinary words.")


def _neutral(pack: Pack, node: Node) -> Iterator[Finding]:
    if not node.neutral:
        return
    emergency = pack.bundle.intents.get("emergency", "").partition("/")[0]
    now = noon(pack)
    for lang in _languages(pack):
        # EMER-6: the three names may follow in the emergency topic, after what a lock screen shows.
        allowed = service_names(lang) if node.topic == emergency else frozenset()
        if node.id in pack.bundle.missing[lang]:
            continue
        said = [pack.texts.say(text, lang, now) for text in (*node.blocks, *(one.label for one in node.options))]
        words = [word for text in said for word in risk_words(text) if word not in allowed]
        if words:
            problem = f"The node is marked neutral, and in {lang} it holds: {', '.join(dict.fromkeys(words))}."
            yield at_node(pack, "D202", node.id, problem, "Say it with ordinary words, or take neutral out.")


def _first_lines(pack: Pack, node: Node) -> Iterator[Finding]:
    for lang in _languages(pack):
        if node.id in pack.bundle.missing[lang]:
            continue
        for channel in Channel:
            words = [
                word for text in rendered(pack, node, lang, channel, risk_words) for word in risk_words(_window(text))
            ]
            if words:
                problem = (
                    f"The first line of a message on {channel} in {lang} holds: {', '.join(dict.fromkeys(words))}."
                )
                yield at_node(pack, "D203", node.id, problem, "Let the text begin with ordinary words.")


def _window(text: str) -> str:
    return text[: SEEN_WIDE if _wide(text) else SEEN]


def _languages(pack: Pack) -> list[str]:
    return [one.code for one in pack.bundle.languages if one.offered]


def _wide(text: str) -> bool:
    return any(char.isalpha() and not is_gsm(char) for char in text)
