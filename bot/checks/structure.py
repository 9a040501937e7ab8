"""How the trees hang together: reachable, with a way on, labels and questions within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.checks.common import EXEMPTIONS, at_node, at_text, bare, exempt, is_label, shown_messages
from bot.checks.finding import Finding
from bot.engine.model import Kind, Node, NodeId
from bot.trees.load import Pack
from bot.trees.messages import LABEL_LIMIT, Message

RESERVED = frozenset(("stop", "end", "quit", "cancel", "help", "info", "start", "yes"))
"""SEND-9: words that carriers and providers catch on SMS."""
_TYPED = re.compile(
    r"\b(?i:send|type|text|write|reply|answer)(?: with)? [\"']?(STOP|END|QUIT|CANCEL|HELP|INFO|START|YES)\b"
)
_LABELLED = re.compile(
    r"\byou (?:are|were|have been|may be|might be|could be) (?:not )?(?:an? )?"
    r"(?:victim|slave|survivor|trafficked|exploited|eligible|illegal)\w*",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:safe|safely|secure|securely|secret|anonymous|anonymously|confidential|untraceable|guaranteed?)\b"
    r"|100 ?%|nobody will know",
    re.IGNORECASE,
)
_NAMES = re.compile(r"\b(?:place of safety|safe[ -]houses?|secret ballot)\b", re.IGNORECASE)
_LIMITED = re.compile(
    r"\b(?:not|no|never|cannot|except|limits?|unless|normally|whether|if|may|safer)\b|n't\b", re.IGNORECASE
)
_SENTENCE = re.compile(r"[^.?!\n]+[.?!]?")


def structure(pack: Pack) -> Iterator[Finding]:
    yield from _reachable(pack)
    yield from _ways_on(pack)
    yield from _exemptions(pack)
    for message in shown_messages(pack):
        yield from _labels(pack, message)
        yield from _words(pack, message)
    yield from _questions(pack)


# --- the graph


def links(node: Node) -> Iterator[NodeId]:
    yield from (option.target for option in node.options)
    yield from (rule.target for rule in node.rules)


def _reachable(pack: Pack) -> Iterator[Finding]:
    nodes = pack.bundle.nodes
    seen: set[NodeId] = set()
    ahead = [pack.bundle.menu, *pack.bundle.intents.values()]
    while ahead:
        node_id = ahead.pop()
        if node_id not in seen:
            seen.add(node_id)
            ahead += links(nodes[node_id])
    for node_id in nodes:
        if node_id not in seen and "." not in node_id:
            remedy = "Lead to it with an option, a rule or an intent of pack.yaml, or take it out."
            yield at_node(pack, "S110", node_id, "Nothing leads to this node.", remedy)


def _ways_on(pack: Pack) -> Iterator[Finding]:
    for node in pack.bundle.nodes.values():
        if node.kind is not Kind.DOOR and not node.options and not exempt(pack, "ways-out", node.id):
            remedy = "Add options: what can be read next, or a person."
            yield at_node(pack, "S111", node.id, "This is a dead end: nothing can be read next.", remedy)


# --- exemptions


def _exemptions(pack: Pack) -> Iterator[Finding]:
    for node_id, source in pack.raw.nodes.items():
        for one in source.entry.exempt:
            if one.check not in EXEMPTIONS:
                message = f"There is no check named {one.check!r} to be exempt from."
                yield at_node(pack, "S117", node_id, message, f"Use one of: {', '.join(EXEMPTIONS)}.")


# --- texts


def _labels(pack: Pack, message: Message) -> Iterator[Finding]:
    if not is_label(message):
        return
    if len(message.text) > LABEL_LIMIT:
        problem = f"The label has {len(message.text)} characters; at most {LABEL_LIMIT}."
        yield at_text(pack, "S118", message, problem, "Say it shorter.")
    if message.text.strip(" .!").casefold() in RESERVED:
        problem = f"{message.text!r} is caught by carriers on SMS."
        yield at_text(pack, "S119", message, problem, "Use another word (SEND-9).")


def _words(pack: Pack, message: Message) -> Iterator[Finding]:
    if (found := _TYPED.search(message.text)) and not exempt(pack, "reserved", message.node):
        remedy = "Ask for a number instead: carriers catch this word on SMS (SEND-9)."
        yield at_text(pack, "S119", message, f"This asks to type {found[1]}.", remedy)
    if (found := _LABELLED.search(message.text)) and not exempt(pack, "labels", message.node):
        remedy = "Say what a process decides, not what the reader is (CARE-5)."
        yield at_text(pack, "S121", message, f"This puts a label on the reader: {found[0]!r}.", remedy)
    if not exempt(pack, "promises", message.node):
        for promise in promises(message.text):
            remedy = "Say what is done and its limit (HON-3), or exempt it with a reason (check: promises)."
            yield at_text(pack, "S122", message, f"{promise!r} reads as a promise without a limit.", remedy)


def promises(text: str) -> list[str]:
    """Absolute words of HON-3 in sentences that state no limit; names such as "safe house" are no promise."""
    found = []
    for sentence in _SENTENCE.findall(_NAMES.sub(" ", bare(text))):
        hit = _PROMISE.search(sentence)
        if hit and (hit[0].casefold() == "nobody will know" or not _LIMITED.search(sentence)):
            found.append(hit[0])
    return found


def _questions(pack: Pack) -> Iterator[Finding]:
    for node in pack.bundle.nodes.values():
        marks = sum(_marks(pack, key) for key in _keys(node))
        if marks > 1 and not exempt(pack, "questions", node.id):
            message = f"{marks} question marks stand in what this says."
            yield at_node(pack, "S120", node.id, message, "One question a message at most (CARE-2).")


def _keys(node: Node) -> Iterable[str]:
    return (block.key for block in node.blocks)


def _marks(pack: Pack, key: str) -> int:
    return (pack.texts.english.get(key) or "").count("?")
