"""Defects to plant in a pack, one at a time, to see that the checks catch them: edits of the authors' own files."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.checks.discreet import NEUTRAL_FILES
from bot.checks.risk import risk_words
from bot.trees.load import Pack
from bot.trees.messages import PLACED, Message
from bot.trees.schema import Choice, Page
from bot.trees.source import SourceNode


@dataclass(frozen=True, slots=True)
class Plant:
    """`file`: its name in the pack, as `trees/nrm`. `line`, from 1: `old` lines from there on become `new`."""

    kind: str
    what: str
    file: str
    line: int
    old: int
    new: tuple[str, ...]

    def put(self, lines: Sequence[str]) -> list[str]:
        return [*lines[: self.line - 1], *self.new, *lines[self.line - 1 + self.old :]]


Lines = Mapping[str, Sequence[str]]
"""Of each file by its name, as it stands."""
Maker = Callable[[Pack, Lines, random.Random], Plant | None]

DIRECTIVE = (
    "You should tell the police about this.", "You must leave that house.", "It would be best to ask for help today.",
    "Most people choose to go into the NRM.", "We recommend talking to a lawyer first.", "Do not wait any longer.",
    "You need to report what they did.", "Act now, before it is too late.", "Asking for asylum is the best option.",
    "You are very brave for reading this.", "Call the police as soon as you can.", "Don't worry, everything will be fine.",
    "Why not just ask for a person?", "You have to agree to the support.",
)  # fmt: skip
LONG = (
    "The office that answers these letters can take a very long time because many people in many towns write to it every day.",
    "A person who has been told to wait for an answer can still read the other pages here while the answer is on its way.",
)
HARD = (
    "Administrative authorities investigate eligibility. Representatives communicate determinations. "
    "Additional documentation necessitates consideration."
)
STEADY = " ".join(
    ("A letter from the office can come to the room after some weeks or after more time than that.",) * 12
)
SHORT_PAGE = 500
"""Characters."""
FIGURES = (
    "It costs £49.18 a week.", "The office answers after 21 days.", "It takes three weeks.", "This changed in January 2026.",
    "The line is 0808 000 0000.", "About 4,500 people asked last year.",
)  # fmt: skip
WRONG = {
    "asks for a name": "What is your name?",
    "asks for a status": "What is your immigration status?",
    "asks for the story": "What happened to you?",
    "asks who it was": "Who hurt you or kept you there?",
    "asks for an address": "Please send your address to this line.",
    "asks a hard question": "Did they ever force you to have sex for money?",
    "puts a label": "You are a victim of trafficking.",
    "promises": "Everything here is confidential.",
    "says that somebody comes": "Help is on its way.",
    "gives an address": "The house is at 12 Acacia Road in the town.",
    "gives a postcode": "The house is near SW1A 1AA.",
    "gives a link": "More stands at www.example.org.",
    "asks for a reserved word": "Reply YES to go on.",
    "mentions texting without limits": "It is possible to text 999.",
    "asks two questions": "Is it warm? Is it light?",
}


# --- where to plant


def _pages(pack: Pack, lines: Lines) -> list[SourceNode]:
    """Pages that are written as a block, so that a sentence can be put behind their first paragraph; without exemptions."""
    return [
        node
        for node in pack.raw.nodes.values()
        if isinstance(node.entry, Page)
        and not node.entry.exempt
        and lines[f"trees/{node.topic}"][node.line_of("page") - 1].rstrip().endswith("|")
    ]


def _choices(pack: Pack) -> list[tuple[SourceNode, Choice]]:
    return [
        (node, node.entry)
        for node in pack.raw.nodes.values()
        if isinstance(node.entry, Choice) and not node.entry.exempt
    ]


def _behind(pack: Pack, lines: Lines, node: SourceNode, sentence: str, kind: str, what: str) -> Plant:
    """`sentence` behind the first line of a page's text."""
    name, at = f"trees/{node.topic}", node.line_of("page") + 1
    return Plant(kind, what, name, at, 1, (f"{lines[name][at - 1].rstrip()} {sentence}",))


def _said(kind: str, what: str, sentence: str, pack: Pack, lines: Lines, rng: random.Random) -> Plant:
    return _behind(pack, lines, rng.choice(_pages(pack, lines)), sentence, kind, what)


def _span(node: SourceNode, lines: Sequence[str], *path: int | str) -> tuple[int, int]:
    """The first line of a key and how many it takes: up to the next line that is not indented more."""
    first = node.line_of(*path)
    indent = _indent(lines[first - 1])
    end = first
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > indent):
        end += 1
    return first, end - first + 1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _key(kind: str, what: str, node: SourceNode, lines: Lines, path: tuple[str, ...], new: str) -> Plant:
    """`new` in the place of a key and all that belongs to it."""
    name = f"trees/{node.topic}"
    first, count = _span(node, lines[name], *path)
    return Plant(kind, what, name, first, count, (" " * _indent(lines[name][first - 1]) + new,))


def _steady(pack: Pack, lines: Lines, rng: random.Random) -> Plant:
    """Long sentences all along a page, a short one: among many short sentences they would be no defect."""
    short = [node for node in _pages(pack, lines) if len(_page(pack, node).text) < SHORT_PAGE]
    return _behind(pack, lines, rng.choice(short), STEADY, "plain", "long sentences all along")


# --- balance


def _way(field: str, what: str, new: str, pack: Pack, lines: Lines, rng: random.Random) -> Plant:
    node, choice = rng.choice(_choices(pack))
    way = rng.choice(sorted(choice.options))
    return _key("balance", what, node, lines, ("options", way, field), f"{field}: {new}")


def _no_time(pack: Pack, lines: Lines, rng: random.Random) -> Plant:
    node, _ = rng.choice(_choices(pack))
    name, at = f"trees/{node.topic}", node.line_of("options", "not-now")
    return Plant("balance", "no way to take time", name, at, 1, (lines[name][at - 1].replace("not-now:", "later-on:"),))


def _shouts(pack: Pack, lines: Lines, rng: random.Random) -> Plant:
    node, choice = rng.choice(_choices(pack))
    way = rng.choice(sorted(choice.options))
    new = f'name: "{choice.options[way].name}!"'
    return _key("balance", "one option stands out", node, lines, ("options", way, "name"), new)


# --- discreet


def _shared(pack: Pack, lines: Lines, rng: random.Random) -> Plant | None:
    """A risk word in a shared text that may stand on a lock screen."""
    names = [f"system/{name}" for name in NEUTRAL_FILES if f"system/{name}" in pack.raw.names]
    keys = [(name, key, line) for name in names for key, line in pack.raw.data[name].lines.items()]
    name, key, line = rng.choice(keys)
    word = rng.choice(("Trafficking", "The police", "Asylum", "The Home Office", "Slavery", "A victim"))
    end = line
    while end < len(lines[name]) and lines[name][end].startswith((" ", "\t")):
        end += 1
    text = " ".join(str(pack.raw.data[name][key]).split()).replace('"', "'")
    return Plant("discreet", "a risk word in a shared text", name, line, end - line + 1, (f'{key}: "{text} {word}."',))


def _not_neutral(pack: Pack, lines: Lines, rng: random.Random) -> Plant:
    """A page that is marked neutral and names the subject."""
    telling = [one for one in _pages(pack, lines) if not one.entry.neutral and risk_words(_page(pack, one).text)]
    node = rng.choice(telling)
    name, at = f"trees/{node.topic}", node.line_of("page")
    return Plant("discreet", "marked neutral and not so", name, at, 0, ("    neutral: true",))


def _page(pack: Pack, node: SourceNode) -> Message:
    return pack.raw.messages[f"{node.id}:page"]


# --- true


def _no_source(pack: Pack, lines: Lines, rng: random.Random) -> Plant:
    """A page with figures that names no source any more."""
    placed = [
        node
        for node in _pages(pack, lines)
        if node.entry.sources
        and any(kind in ("amount", "number") for kind, _ in PLACED.findall(_page(pack, node).text))
    ]
    return _key("true", "figures without a source", rng.choice(placed), lines, ("sources",), "sources: []")


def _unknown_source(pack: Pack, lines: Lines, rng: random.Random) -> Plant:
    sourced = [node for node in _pages(pack, lines) if node.entry.sources]
    return _key(
        "true", "a source that is not there", rng.choice(sourced), lines, ("sources",), "sources: [no-such-paper]"
    )


def _typed_phone(pack: Pack, lines: Lines, rng: random.Random) -> Plant:
    phones = [one.phone for one in pack.bundle.services.values() if one.phone and len(one.phone) > len("111 ")]
    return _said("true", "a phone number typed", f"The line is {rng.choice(phones)}.", pack, lines, rng)


# --- structure


def _dangling(pack: Pack, lines: Lines, rng: random.Random) -> Plant:
    linked = [node for node in _pages(pack, lines) if node.entry.model_dump().get("options")]
    return _key("structure", "a link to nowhere", rng.choice(linked), lines, ("options",), "options: [no-such-place]")


def _dead_end(pack: Pack, lines: Lines, rng: random.Random) -> Plant:
    linked = [node for node in _pages(pack, lines) if node.entry.model_dump().get("options")]
    return _key("structure", "a dead end", rng.choice(linked), lines, ("options",), "options: []")


def _alone(pack: Pack, lines: Lines, rng: random.Random) -> Plant:
    topic = rng.choice(sorted(pack.raw.trees))
    name = f"trees/{topic}"
    new = ("  planted-alone:", "    page: Nothing leads here.", "    options: [menu/main]")
    return Plant("structure", "a page that nothing leads to", name, len(lines[name]) + 1, 0, new)


def _long_label(pack: Pack, lines: Lines, rng: random.Random) -> Plant:
    named = [node for node in _pages(pack, lines) if node.entry.ask_as]
    label = "ask_as: A label that goes on and on and on, and is longer than a phone can show"
    return _key("structure", "a label too long", rng.choice(named), lines, ("ask_as",), label)


def _reserved(pack: Pack, lines: Lines, rng: random.Random) -> Plant:
    named = [node for node in _pages(pack, lines) if node.entry.ask_as]
    return _key("structure", "a reserved word as a label", rng.choice(named), lines, ("ask_as",), "ask_as: Help")


def makers(kind: str) -> Sequence[Maker]:
    """At least ten for each class; those of a class differ in what they break or in the words they take."""
    return tuple(_MAKERS[kind])


def _wrong() -> Iterator[Maker]:
    for what, sentence in WRONG.items():
        yield partial(_said, "structure", what, sentence)


_TOO_MANY = '["A gain.", "A second gain.", "A third gain.", "A fourth gain.", "A fifth gain.", "A sixth gain."]'
_MUCH = " ".join(("The office then reads it and writes a letter about it.",) * 24)
_MAKERS: Mapping[str, list[Maker]] = {
    "directive": [partial(_said, "directive", "a leaning sentence", sentence) for sentence in DIRECTIVE],
    "balance": [
        *(_no_time,) * 2, *(_shouts,) * 2,
        *(partial(_way, "hard", "one side only", "[]"),) * 2, *(partial(_way, "gives", "one side only", "[]"),) * 2,
        *(partial(_way, "gives", "more gains than hards", _TOO_MANY),) * 2,
        *(partial(_way, "first", "one option much longer", _MUCH),) * 2,
    ],
    "plain": [
        *(partial(_said, "plain", "a long sentence", sentence) for sentence in LONG * 3),
        *(partial(_said, "plain", "hard words", f"{HARD} {HARD} {HARD}"),) * 3,
        *(_steady,) * 3,
    ],
    "discreet": [*(_shared,) * 8, *(_not_neutral,) * 4],
    "true": [
        *(partial(_said, "true", "a figure typed", sentence) for sentence in FIGURES),
        *(_no_source,) * 3, *(_unknown_source,) * 2, *(_typed_phone,) * 3,
    ],
    "structure": [*_wrong(), _dangling, _dead_end, _alone, _long_label, _reserved],
}  # fmt: skip
