"""The service notices of a pack: texts that a lead switches on for some days, in front of the nodes that they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.checks.finding import Finding
from bot.engine.model import Node, NodeId, Notice, Option, Text
from bot.trees.schema import NoticeEntry
from bot.trees.source import Written
from bot.trees.texts import Texts, needed_keys


def unknown_places(written: Written) -> Iterator[Finding]:
    """Findings for notices that name a node which is not there, or a link without a label."""
    for name, entry in written.notices.notices.items():
        for target in (*entry.nodes, *((entry.link,) if entry.link else ())):
            if target not in written.nodes and target not in written.unread:
                yield _wrong(written, name, f"There is no node {target!r}.", "Write it, or name another.")
        if entry.link in written.nodes and f"{entry.link}:ask_as" not in written.messages:
            yield _wrong(written, name, f"{entry.link} has no ask_as to be its label.", "Write ask_as there.")


def _wrong(written: Written, name: str, message: str, remedy: str) -> Finding:
    line = written.line_of("notices", "notices", name)
    return Finding("S101", written.names["notices"], line, f"notice/{name}", message, remedy)


def compile_notices(
    written: Written, nodes: Mapping[NodeId, Node], texts: Texts, languages: Iterable[str]
) -> tuple[Notice, ...]:
    spoken = tuple(languages)
    return tuple(
        _notice(name, entry, nodes, texts, spoken)
        for name, entry in written.notices.notices.items()
        if all(NodeId(one) in nodes for one in entry.nodes)
    )


def _notice(
    name: str, entry: NoticeEntry, nodes: Mapping[NodeId, Node], texts: Texts, spoken: tuple[str, ...]
) -> Notice:
    text = Text(f"notice/{name}:text")
    link = Option(f"notice-{name}", Text(f"{entry.link}:ask_as"), NodeId(entry.link)) if entry.link else None
    needed = [*needed_keys(text, texts.english, texts.services), *((link.label.key,) if link else ())]
    langs = frozenset(lang for lang in spoken if all(texts.get(lang, key) is not None for key in needed))
    return Notice(name, text, tuple(NodeId(one) for one in entry.nodes), link, langs)
