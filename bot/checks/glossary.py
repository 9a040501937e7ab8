"""Words of the glossary: explained on the first page of a topic in which one stands (LANG-1: no jargon without a meaning)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.checks.common import at_node, bare
from bot.checks.finding import Finding
from bot.trees.load import Pack
from bot.trees.messages import PLACED
from bot.trees.source import SourceNode

STEM = 5
"""Letters: a word of a term from here on names it."""
ENTRIES = ("start", "what", "main")
"""Where a topic begins when no intent says so; else its first node."""


def glossary(pack: Pack) -> Iterator[Finding]:
    patterns = {name: spoken(entry.says) for name, entry in pack.raw.glossary.terms.items()}
    texts = _texts(pack)
    yield from _untrue(pack, patterns, texts)
    for topic in pack.raw.trees:
        yield from _unexplained(pack, topic, patterns, texts)


def spoken(says: list[str]) -> re.Pattern[str]:
    """Any way to write the term, whole words, also with a plural s."""
    forms = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in sorted(says, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{forms})s?(?!\w)", re.IGNORECASE)


def _texts(pack: Pack) -> Mapping[str, str]:
    """What each written node says by itself: without labels, titles and placed values; a choice with all its options."""
    found: dict[str, list[str]] = {}
    for node in pack.bundle.nodes.values():
        for block in node.blocks:
            keys = (block.key, *_placed_keys(block.values))
            found.setdefault(node.id.partition(".")[0], []).extend(pack.texts.english.get(key, "") for key in keys)
    return {node_id: "\n".join(map(bare, parts)) for node_id, parts in found.items()}


def _placed_keys(values: tuple[tuple[str, object], ...]) -> Iterator[str]:
    for _, value in values:
        for one in value if isinstance(value, tuple) else (value,):
            key = getattr(one, "key", "")
            if key and not key.startswith("system/"):
                yield key


def _untrue(pack: Pack, patterns: Mapping[str, re.Pattern[str]], texts: Mapping[str, str]) -> Iterator[Finding]:
    for node_id, source in pack.raw.nodes.items():
        for number, term in enumerate(source.entry.explains):
            if term in patterns and not _named(pack, term, texts.get(node_id, "")):
                file, line = source.file, source.line_of("explains", number)
                message = f"The node is said to explain {term!r}, and the term does not stand in it."
                yield Finding(
                    "B406", file, line, node_id, message, "Use the term where it is explained, or take it out."
                )


def _named(pack: Pack, term: str, text: str) -> bool:
    """Whether any longer word of the term stands in the text, in whatever form: "appealed" names an appeal."""
    words = (word for form in pack.raw.glossary.terms[term].says for word in form.lower().split() if len(word) >= STEM)
    return any(word[:-1] in text.lower() for word in words) or bool(
        spoken(pack.raw.glossary.terms[term].says).search(text)
    )


def _unexplained(
    pack: Pack, topic: str, patterns: Mapping[str, re.Pattern[str]], texts: Mapping[str, str]
) -> Iterator[Finding]:
    order = reading_order(pack, topic)
    for term, pattern in patterns.items():
        first = next((node.id for node in order if pattern.search(texts.get(node.id, ""))), None)
        if first is None or _explains(pack, first, term):
            continue
        message = f"The term {term!r} stands here first in this topic, and nothing says that it is explained."
        remedy = f"Say what it is in plain words, and write explains: [{term}]; or use everyday words."
        yield at_node(pack, "B405", first, message, remedy, "warning")


def _explains(pack: Pack, node_id: str, term: str) -> bool:
    """The node says so, or holds the glossary's own words."""
    said = PLACED.sub("", pack.raw.messages[f"term/{term}:text"].text)
    return term in pack.raw.nodes[node_id].entry.explains or said in _texts_of(pack, node_id)


def _texts_of(pack: Pack, node_id: str) -> str:
    return "\n".join(PLACED.sub("", one.text) for one in pack.raw.messages.values() if one.node == node_id)


def reading_order(pack: Pack, topic: str) -> list[SourceNode]:
    """The topic's nodes as a reader meets them: breadth first from its entry; what is not reached so, in the file's order."""
    own = {node_id: node for node_id, node in pack.raw.nodes.items() if node.topic == topic}
    ahead, seen = [_entry(pack, topic, own)], dict[str, SourceNode]()
    while ahead:
        node_id = ahead.pop(0).partition(".")[0]
        if node_id in own and node_id not in seen:
            seen[node_id] = own[node_id]
            ahead += [target for target in _onward(pack, node_id) if target.startswith(f"{topic}/")]
    return list((seen | own).values())


def _entry(pack: Pack, topic: str, own: Mapping[str, SourceNode]) -> str:
    meant = [target for target in pack.bundle.intents.values() if target in own]
    named = [f"{topic}/{place}" for place in ENTRIES if f"{topic}/{place}" in own]
    return next(iter((*named, *meant, *own)))


def _onward(pack: Pack, node_id: str) -> Iterator[str]:
    for one in pack.bundle.nodes.values():
        if one.id == node_id or one.id.startswith(f"{node_id}."):
            yield from (option.target for option in one.options)
            yield from (rule.target for rule in one.rules)
