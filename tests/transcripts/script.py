"""The form of a transcript (see README.md in this folder), read line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
OFFICER = {"accept": "accept", "hands back": "handback", "ends": "end"}
HEADS = ("channels", "begin", "language")


class BadTranscript(Exception):
    """A line that cannot be read: file, line and what may stand there."""


@dataclass(frozen=True)
class Line:
    """`mark` is the first character, `text` what stands behind it."""

    number: int
    mark: str
    text: str


@dataclass
class Act:
    """Something that somebody does, and what must follow from it."""

    line: Line
    expected: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Script:
    name: str
    acts: tuple[Act, ...]
    channels: tuple[str, ...] = ("telegram", "sms", "whatsapp")
    begin: datetime = MONDAY
    languages: tuple[str | None, ...] = ()
    """Where it is held only in these; (None,) is a new person whose language is not known."""


def read_script(path: Path) -> Script:
    """Raises BadTranscript, naming the line."""
    heads: dict[str, str] = {}
    acts: list[Act] = []
    for number, written in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not written.strip() or written.startswith("#"):
            continue
        line = Line(number, written[0], written[1:].strip())
        name, _colon, value = line.text.partition(":")
        if line.mark == "@" and name in HEADS and not acts:
            heads[name] = value.strip()
        elif line.mark in ">@":
            acts.append(Act(line))
        elif line.mark in "<!=" and acts:
            acts[-1].expected.append(line)
        else:
            problem = "A line begins with > < ! = @ or #, and the first is something that is done."
            raise BadTranscript(f"{path.name}:{number}: {problem}")
    return _made(path, heads, tuple(acts))


def _made(path: Path, heads: dict[str, str], acts: tuple[Act, ...]) -> Script:
    script = Script(path.stem, acts)
    channels = tuple(heads["channels"].split()) if "channels" in heads else script.channels
    begin = datetime.fromisoformat(heads["begin"]).replace(tzinfo=UTC) if "begin" in heads else script.begin
    language = heads.get("language")
    languages = () if language is None else (None if language == "not chosen" else language,)
    return Script(path.stem, acts, channels, begin, languages)


def span(text: str) -> timedelta | None:
    """`16m`, `25h`, `2d`; None when it is no time."""
    found = re.fullmatch(r"(\d+)\s*([smhd])", text)
    return timedelta(**{UNITS[found[2]]: int(found[1])}) if found else None


def said(text: str) -> tuple[str | None, list[str]]:
    """What a line expects: the place, if one is named, and the words in quotation marks."""
    words = re.findall(r'"([^"]*)"', text)
    place = re.sub(r'"[^"]*"', "", text).strip()
    return place or None, words
