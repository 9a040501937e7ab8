"""How the trees hang together: reachable, with a way on, choices of equal shape, labels and questions within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.checks.common import EXEMPTIONS, at_node, at_text, bare, exempt, is_label, rendered, shown_messages
from bot.checks.finding import Finding
from bot.engine.model import Channel, Kind, Node, NodeId
from bot.trees.load import Pack
from bot.trees.messages import LABEL_LIMIT, Message
from bot.trees.schema import Choice, Way

NOT_NOW = "not-now"
RATIO = 1.5
"""NEUT-5: the longest of parallel texts over the shortest."""
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
    yield from _choices(pack)
    yield from _equal_messages(pack)
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


# --- choices


def _choices(pack: Pack) -> Iterator[Finding]:
    for node_id, source in pack.raw.nodes.items():
        if isinstance(source.entry, Choice):
            if NOT_NOW not in source.entry.options:
                message = "The choice has no option to take time."
                remedy = f"Add {NOT_NOW}, written and weighted like the others (NEUT-4)."
                yield at_node(pack, "S112", node_id, message, remedy)
            for name, way in source.entry.options.items():
                yield from _balanced(pack, f"{node_id}.{name}", way)
            yield from _parallel(pack, node_id, source.entry)


def _balanced(pack: Pack, way_id: str, way: Way) -> Iterator[Finding]:
    if exempt(pack, "balance", way_id):
        return
    for name, points in (("gives", way.gives), ("hard", way.hard)):
        if not points:
            remedy = "Write one, or exempt it with a reason (check: balance)."
            yield at_node(pack, "S113", way_id, f"{name} is empty: one side is missing.", remedy)
    gains, costs = sum(map(len, way.gives)), sum(map(len, way.hard))
    if gains and costs and max(gains, costs) > RATIO * min(gains, costs):
        message = f"gives has {gains} characters and hard {costs}: more than {RATIO} times apart."
        yield at_node(pack, "S116", way_id, message, "Bring the two sides nearer to each other.", "warning")


def _parallel(pack: Pack, node_id: str, choice: Choice) -> Iterator[Finding]:
    if exempt(pack, "lengths", node_id):
        return
    totals = {name: _length(way) for name, way in choice.options.items()}
    shortest, longest = min(totals, key=totals.__getitem__), max(totals, key=totals.__getitem__)
    if totals[longest] > RATIO * totals[shortest]:
        message = f"{longest} has {totals[longest]} characters and {shortest} {totals[shortest]}: more than {RATIO} times apart."
        yield at_node(pack, "S116", node_id, message, "Bring the options nearer to each other (NEUT-5).", "warning")


def _length(way: Way) -> int:
    texts = (way.is_, way.first, way.who_knows, way.asks, *way.gives, *way.hard, way.undo, way.duration)
    return sum(map(len, texts))


def _equal_messages(pack: Pack) -> Iterator[Finding]:
    for node in pack.bundle.nodes.values():
        if node.kind is Kind.CHOICE and not exempt(pack, "messages", node.id):
            for channel in Channel:
                yield from _equal_on(pack, node, channel)


def _equal_on(pack: Pack, node: Node, channel: Channel) -> Iterator[Finding]:
    for lang in (one.code for one in pack.bundle.languages if one.offered):
        ways = [option.target for option in node.options]
        if any(way in pack.bundle.missing[lang] for way in ways):
            continue
        counts = {way: len(rendered(pack, pack.bundle.nodes[way], lang, channel)) for way in ways}
        if len(set(counts.values())) > 1:
            told = ", ".join(f"{way.partition('.')[2]} {number}" for way, number in counts.items())
            message = f"The options take different numbers of messages on {channel} in {lang}: {told}."
            yield at_node(pack, "S114", node.id, message, "Shorten or lengthen, so that all take the same (NEUT-5).")


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
