"""What a conversation is made of: the frozen bundle, and the channel-neutral reply.

Everything here is a value. Words live in the catalogues: the engine handles only `Text`, a key with named values, and
never a sentence. Whoever renders a reply looks the words up in the person's language (`bot/trees/texts.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from bot.engine.match import Lexicon

NodeId = NewType("NodeId", str)
"""`topic/place`, and `topic/place.option` for the page of one option of a choice."""


class Channel(StrEnum):
    TELEGRAM = "telegram"
    SMS = "sms"
    WHATSAPP = "whatsapp"


class Kind(StrEnum):
    PAGE = "page"
    CHOICE = "choice"
    ASK = "ask"
    DIRECTORY = "directory"
    DOOR = "door"


class Door(StrEnum):
    """Where a door node leads: out of the trees and into one of the engine's own processes."""

    PERSON = "person"
    CLOSE = "close"
    DELETE = "delete"
    STOP = "stop"
    LANGUAGES = "languages"
    MENU = "menu"
    RETURN_WORD = "return-word"


@dataclass(frozen=True, slots=True)
class Text:
    """A text by its catalogue key (msgctxt) with what is placed in it; equal keys and values are the same text."""

    key: str
    values: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, key: str, **values: object) -> Text:
        return cls(key, tuple(sorted(values.items())))


@dataclass(frozen=True, slots=True)
class Option:
    """An answer that a node offers. `target` is a node id; a node of kind door may be one."""

    id: str
    label: Text
    target: NodeId
    tells: tuple[str, str] | None = None
    """(told name, value) when picking it tells something, such as ("nation", "scotland")."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When the named predicate holds, the turn goes to `target` in place of the node that carries the rule."""

    predicate: str
    argument: str
    target: NodeId


@dataclass(frozen=True, slots=True)
class Directory:
    """Which services a directory node lists: those with any of `needs` (all when empty), of the told nation."""

    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    id: str
    publisher: str
    title: str
    url: str
    seen: date
    check_by: date


@dataclass(frozen=True, slots=True)
class Service:
    """One entry of the directory. `opens` maps mon..sun to ("HH:MM", "HH:MM"); None means that hours are not known.

    `ways` are names of texts `system/way-...`. `bank_holidays`: "open", "closed", or "unknown", which counts as closed.
    """

    id: str
    name: str
    phone: str | None
    whom: Text
    about: Text | None
    needs: tuple[str, ...]
    nations: tuple[str, ...]
    ways: tuple[str, ...]
    always: bool
    bank_holidays: str
    opens: Mapping[str, tuple[str, str]] | None
    hours: Text | None
    cost: Text | None
    languages: Text | None
    run_by: str
    seen: date
    check_by: date
    confidence: str
    zone: str = "UTC"
    """Where its hours count: the time zone of the pack."""
    holidays: tuple[str, ...] = ()
    """Whose bank holidays it may keep: those of its nations, as in `Hours`."""
    everywhere: bool = False
    """It is for all nations of the pack."""

    @property
    def shown(self) -> bool:
        return self.confidence in ("high", "medium")


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the glossary. `checked` and `check_by` as in a node."""

    id: str
    text: Text
    checked: date
    check_by: date


@dataclass(frozen=True, slots=True)
class Notice:
    """A short text in front of some nodes while a lead has it switched on; `link` is then one of their options."""

    id: str
    text: Text
    nodes: tuple[NodeId, ...]
    link: Option | None
    langs: frozenset[str]
    """The languages in which it is there; in others it is not shown."""


@dataclass(frozen=True, slots=True)
class Node:
    id: NodeId
    kind: Kind
    title: Text
    """How officers and the consent card name it; never sent before an agreement."""
    blocks: tuple[Text, ...]
    """What it says, in order. A block may be broken over messages between its paragraphs, a field never inside."""
    options: tuple[Option, ...] = ()
    rules: tuple[Rule, ...] = ()
    rotates: bool = False
    """Options of a choice, and a menu marked so, are rotated between people (NEUT-6)."""
    door: Door | None = None
    directory: Directory | None = None
    tells: str | None = None
    """The told name that an ask node asks for."""
    sources: tuple[str, ...] = ()
    checked: date | None = None
    """The oldest of its sources' seen dates; None where it states no fact."""
    check_by: date | None = None
    neutral: bool = False
    """True when nothing in it is a risk word, so that it may be sent before the good-time check."""
    topic: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    own_name: str
    reviewed: bool
    rtl: bool
    offered: bool = True


@dataclass(frozen=True)
class Bundle:
    """All of a pack, compiled and checked. Never changed after it is made; a new version is a new object."""

    version: str
    pack: str
    nodes: Mapping[NodeId, Node]
    menu: NodeId
    intents: Mapping[str, NodeId]
    """Where an intent of `match.Intent` leads, by its name: {"nrm": "nrm/what", ...}."""
    languages: tuple[Language, ...]
    missing: Mapping[str, frozenset[NodeId]]
    """By language: nodes of which some text is not translated (LANG-4). Never holds a safety node."""
    lexicon: Lexicon
    services: Mapping[str, Service] = field(default_factory=lambda: MappingProxyType({}))
    sources: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    default_language: str = "en"
    terms: Mapping[str, Mapping[tuple[str, ...], Term]] = field(default_factory=lambda: MappingProxyType({}))
    """The glossary by language, then by the words of each way to write a term, without accents."""
    notices: tuple[Notice, ...] = ()
    nations: tuple[str, ...] = ()
    """Parts of the country where rules differ, as the pack names them."""
    covers: int = 3
    """How many cover lines there are: texts `system/cover-1` and on."""
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    """By language: text key of an option's label -> the words on it, so that a label can be typed."""
    test_line: bool = False
    """Trial stage: the check carries the word "test" (OPS-3)."""
    label_unreviewed: bool = False
    """Demo and trial: an unreviewed language is said to be so, once a sitting and language (OPS-3)."""

    def node(self, node_id: str) -> Node | None:
        return self.nodes.get(NodeId(node_id))

    def language(self, code: str | None) -> Language | None:
        return next((one for one in self.languages if one.code == code), None)


class Gate(StrEnum):
    """What must still hold when a message leaves (checked again at send time).

    neutral: not stopped, and not hidden unless it was made after the closing.
    content: also a confirmed sitting.
    cover: sent while hidden. emergency: sent whatever the cover. knock: SEND-1. officer: as content, else it waits.
    """

    NEUTRAL = "neutral"
    CONTENT = "content"
    COVER = "cover"
    EMERGENCY = "emergency"
    KNOCK = "knock"
    OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class Shown:
    """An option as it stands on the screen: `key` is what is typed ("1".."7"), `id` what a button carries back."""

    key: str
    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, neutral to channel and language. `lay_out` (bot/channels/layout.py) makes messages of it."""

    node: str
    """A node id, or the name of one of the engine's own screens: "check", "cover", "languages", "consent", ..."""
    blocks: tuple[Text, ...]
    options: tuple[Shown, ...] = ()
    utilities: tuple[str, ...] = ()
    """Of "person", "close", "back", "menu", "languages", in this order; shown as one short line or as buttons."""
    gate: Gate = Gate.NEUTRAL
    lang: str | None = None
    page: int = 0
    """Which page of a text that is too long for one reply; `lay_out` says whether there is a further one."""
    more_options: bool = False
    """True when 7 shows further options of this very screen."""
    serial: int = 0
    """The turn that this question belongs to; a button of another serial is stale."""
    checked: date | None = None
    expired: bool = False
    services: tuple[Service, ...] = ()
    """For a directory: the entries of this screen, in order; the renderer knows how to say one."""
    silent: bool = False
