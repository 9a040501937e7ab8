"""The authors' format (docs/content-format.md) as pydantic models: strict, and with every mistake at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from bot.checks.finding import Finding
from bot.trees.yaml import Map, Seq

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIELDS = ("is", "first", "who_knows", "asks", "gives", "hard", "undo", "duration")
"""The parts of an option's page, in the order in which they are shown (NEUT-7)."""

_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"


def _as_date(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError("should be a date such as 2026-05-10")


def _as_span(value: object) -> object:
    found = re.fullmatch(rf"({_CLOCK})-({_CLOCK}|24:00)", value) if isinstance(value, str) else None
    if not found:
        raise ValueError('should be hours such as "09:00-17:00"')
    return found[1], found[2]


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", max_length=60)]
Target = Annotated[str, StringConstraints(pattern=r"^(?:[a-z0-9-]+/)?[a-z0-9-]+(?:\.[a-z0-9-]+)?$", max_length=120)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Label = Prose
Date = Annotated[date, BeforeValidator(_as_date)]
Span = Annotated[tuple[str, str], BeforeValidator(_as_span)]
HolidayCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(?:-[A-Za-z0-9-]+)?$", max_length=40)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WayOfContact = Literal["voice", "text", "chat", "email", "form", "app", "textphone", "video"]


def is_id(text: str) -> bool:
    return re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", text) is not None


class Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=True)


def _as_link(value: object) -> object:
    return {"to": value} if isinstance(value, str) else value


class _Link(Model):
    to: Target
    label: Label | None = None


Link = Annotated[_Link, BeforeValidator(_as_link)]
"""`consent`, `legal/find`, or `{to: time, label: How long it takes}`."""


class When(Model):
    if_: Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z_0-9]+(?: == [a-z0-9_-]+)?$"), Field(alias="if")]
    go: Target


class Exempt(Model):
    check: Id
    option: Id | None = None
    reason: Prose


class AnyNode(Model):
    title: Prose | None = None
    ask_as: Label | None = None
    sources: list[Id] = []
    explains: list[Id] = []
    """Terms of the glossary that this text explains in plain words."""
    when: list[When] = []
    neutral: bool = False
    exempt: list[Exempt] = []


class Page(AnyNode):
    page: Prose
    options: list[Link] = []
    rotates: bool = False


class Choice(AnyNode):
    choice: Prose
    options: Annotated[dict[Id, Way], Field(min_length=2)]


class Way(Model):
    """One option of a choice: the same questions are answered for each (NEUT-7)."""

    name: Label
    is_: Annotated[Prose, Field(alias="is")]
    first: Prose
    who_knows: Prose
    asks: Prose
    gives: list[Prose]
    hard: list[Prose]
    undo: Prose
    duration: Prose
    more: Annotated[list[Link], Field(min_length=1)]
    sources: list[Id] | None = None


class Ask(AnyNode):
    ask: Prose
    why: Prose
    tells: Id
    options: Annotated[dict[Id, Label], Field(min_length=2)]
    go: Target


class Needs(Model):
    needs: list[Id] = []


class Listing(AnyNode):
    directory: Needs
    page: Prose | None = None
    options: list[Link] = []


class DoorNode(AnyNode):
    door: Literal["person", "close", "delete", "stop", "languages", "menu", "return-word"]


KINDS: Mapping[str, type[AnyNode]] = {
    "directory": Listing,
    "choice": Choice,
    "ask": Ask,
    "door": DoorNode,
    "page": Page,
}
"""The key that tells a node's kind; the first that stands in it decides."""


class Tree(Model):
    topic: Id
    title: Prose
    safety: bool = False
    nodes: Annotated[dict[str, Any], Field(min_length=1)]


class PackFile(Model):
    id: Id
    name: Prose
    org: Prose
    default_language: str = "en"
    menu: Target
    nations: list[Id] = []
    """Parts of the country where rules differ: what `told.nation` may be, and where a service may be."""
    numbers: list[Annotated[str, StringConstraints(pattern=r"^\d{2,6}$")]] = []
    """Numbers that are names, and may stand in a sentence: emergency lines, an age that changes rules."""
    intents: dict[str, Target] = {}
    reception: Id | None = None
    """The notice that `ownsteps reception` switches."""
    languages: Annotated[list[str], Field(min_length=1)] = ["en"]


class SourceEntry(Model):
    publisher: Prose
    title: Prose
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None
    seen: Date
    check_by: Date | None = None


class ValueEntry(Model):
    value: Prose
    source: Id


class SourcesFile(Model):
    sources: dict[Id, SourceEntry] = {}
    values: dict[Id, ValueEntry] = {}


class ServiceEntry(Model):
    name: Prose
    phone: Annotated[str, StringConstraints(pattern=r"^[+\d][\d ]{1,19}$")] | None = None
    for_: Annotated[Prose, Field(alias="for")]
    about: Prose | None = None
    ways: list[WayOfContact] = []
    needs: list[Id]
    nations: list[Id]
    always: bool = False
    opens: dict[Day, Span] | None = None
    bank_holidays: Literal["open", "closed", "unknown"] = "unknown"
    hours: Prose | None = None
    cost: Prose | None = None
    languages: Prose | None = None
    run_by: Prose
    source: Id
    confidence: Literal["high", "medium", "low", "none"]


class ServicesFile(Model):
    services: dict[Id, ServiceEntry] = {}


class TermEntry(Model):
    """A term that is not an everyday word. `says`: how it is written, in texts and by people who ask what it means."""

    says: Annotated[list[Prose], Field(min_length=1)]
    text: Prose
    sources: Annotated[list[Id], Field(min_length=1)]


class GlossaryFile(Model):
    terms: dict[Id, TermEntry] = {}


class NoticeEntry(Model):
    """`nodes`: in front of which it stands while it is on. `link`: a node that is then one of their options."""

    text: Prose
    nodes: Annotated[list[Target], Field(min_length=1)]
    link: Target | None = None


class NoticesFile(Model):
    notices: dict[Id, NoticeEntry] = {}


class ReadSentence(Model):
    """`says`: the sentence, in small letters or not. `because`: why it only says what is."""

    says: Prose
    because: Prose


class DirectiveReadFile(Model):
    """Sentences that the weighed directive check finds, and that people read as plain."""

    sentences: list[ReadSentence] = []


class HoursFile(Model):
    timezone: str
    days: dict[Day, Span]
    bank_holidays: dict[Id, HolidayCode] = {}
    """Of each nation, whose: "AT" for a whole country, "AT-9" for a part of it."""
    holidays: list[Id] = []
    """The nations whose bank holidays shut the desk."""
    closed: list[Date] = []


Choice.model_rebuild()
M = TypeVar("M", bound=Model)


def read_model(
    model: type[M], data: object, file: str, node: str = "", line: int = 1
) -> tuple[M | None, list[Finding]]:
    """The model, or a finding for every mistake, each with the line that it is on."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return None, [_finding(one["type"], one["loc"], one["msg"], data, file, node, line) for one in found]


def _finding(
    kind: str, loc: Iterable[int | str], message: str, data: object, file: str, node: str, line: int
) -> Finding:
    path = [part for part in loc if isinstance(part, int) or part not in _NOISE]
    name = ".".join(map(str, path)) or "the file"
    at = line_of(data, path) or line
    match kind:
        case "missing":
            return Finding("Y202", file, at, node, f"{name} is missing.", "Write it; 'Not known' is allowed.")
        case "extra_forbidden":
            return Finding("Y201", file, at, node, f"{name} is not known here.", "See docs/content-format.md.")
        case "string_type":
            remedy = "Put it in quotes." + (" A colon made a map of it." if isinstance(_value(data, path), Map) else "")
            return Finding("Y203", file, at, node, f"{name} should be text.", remedy)
    return Finding("Y203", file, at, node, f"{name}: {message}.", "See docs/content-format.md.")


_NOISE = frozenset(("[key]",))


def line_of(data: object, path: Iterable[int | str]) -> int | None:
    """The line of the deepest part of `path` that the data has."""
    line: int | None = getattr(data, "line", None)
    for part in path:
        found = _child(data, part)
        if found is None:
            return line
        line, data = found
    return line


def _value(data: object, path: Iterable[int | str]) -> object:
    for part in path:
        found = _child(data, part)
        data = found[1] if found is not None else data
    return data


def _child(data: object, part: int | str) -> tuple[int, object] | None:
    """(line, value) of one part of a map or a list."""
    match data, part:
        case Map(), str() if part in data.lines:
            return data.lines[part], data[part]
        case Seq(), int() if part < len(data):
            return data.lines[part], data[part]
    return None
