"""What several checks need: findings placed at a text or a node, and the authors' exemptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from functools import partial

from bot.channels.layout import lay_out
from bot.checks.finding import Finding, Severity
from bot.engine.model import Channel, Node, Reply, Shown
from bot.trees.load import Pack
from bot.trees.messages import PLACED, Message
from bot.trees.source import SourceNode

EXEMPTIONS = (
    "authorities", "balance", "claims", "directive", "labels", "lengths", "messages", "numbers", "promises", "questions",
    "reserved", "ways-out",
)  # fmt: skip
"""What `exempt: [{check: ...}]` may name."""


def source_of(pack: Pack, node_id: str) -> SourceNode | None:
    """The written node; for the page of an option, the choice that it belongs to."""
    return pack.raw.nodes.get(node_id.partition(".")[0])


def exempt(pack: Pack, check: str, node_id: str) -> bool:
    """Whether the authors exempted the node, or this option of it, with a reason."""
    node = source_of(pack, node_id)
    option = node_id.partition(".")[2]
    return node is not None and any(one.check == check and one.option in (None, option) for one in node.entry.exempt)


def at_text(
    pack: Pack, code: str, message: Message, problem: str, remedy: str, severity: Severity = "error"
) -> Finding:
    return Finding(code, pack.raw.files[message.key], message.line, message.node, problem, remedy, severity)


def at_node(pack: Pack, code: str, node_id: str, problem: str, remedy: str, severity: Severity = "error") -> Finding:
    node = pack.bundle.node(node_id)
    file, line = (node.file, node.line) if node else (pack.raw.names["pack"], 1)
    return Finding(code, file, line, node_id, problem, remedy, severity)


def shown_messages(pack: Pack) -> Iterator[Message]:
    """English texts that readers see: all but topics' and nodes' titles, and figures, which are facts of their own."""
    for message in pack.raw.messages.values():
        if not message.key.startswith("value/") and not message.key.endswith(":title"):
            yield message


def is_label(message: Message) -> bool:
    part = message.key.rpartition(":")[2]
    return part in ("ask_as", "name") or part.startswith("option.")


def bare(text: str) -> str:
    """The text without its placeholders."""
    return PLACED.sub(" ", text)


def noon(pack: Pack) -> datetime:
    """Noon of the day on which the pack was loaded: checks read no clock."""
    return datetime.combine(pack.at, time(12), tzinfo=UTC)


def rendered(
    pack: Pack, node: Node, lang: str, channel: Channel, risk: Callable[[str], object] | None = None, *,
    expired: bool | None = None,
) -> list[str]:  # fmt: skip
    """Every message that reading the whole node takes, as the channel shows them. `expired`: by the pack's day when None."""
    if expired is None:
        expired = node.check_by is not None and pack.at > node.check_by
    now = noon(pack)
    say = partial(pack.texts.say, lang=lang, now=now)
    texts: list[str] = []
    more, page = True, 0
    while more:
        laid = lay_out(_reply(node, lang, page, expired=expired), say, channel, now, risk=risk)
        texts += [payload.text for payload in laid.messages]
        more, page = laid.more, page + 1
    return texts


def _reply(node: Node, lang: str, page: int, *, expired: bool) -> Reply:
    return Reply(
        node=node.id,
        blocks=node.blocks,
        options=tuple(Shown(str(key), one.id, one.label) for key, one in enumerate(node.options[:7], 1)),
        utilities=("person", "close", "back", "menu", "languages"),
        lang=lang,
        page=page,
        checked=node.checked,
        expired=expired,
    )
