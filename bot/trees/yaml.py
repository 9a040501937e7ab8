"""Reads authors' YAML: every value knows its line, nothing is guessed, and every mistake is a finding.

YAML 1.1 reads `no` as false, `012` as ten, `12:30` as 750 and `2026-05-10` as a date. Here only `true`, `false`, `null`
and plain whole numbers are anything but text. Tags, anchors and aliases are refused: one text stands in one place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from bot.checks.finding import Finding

MAX_BYTES = 2_000_000
MAX_LINE = 2_000
"""Characters. Keeps compact nesting such as `- - - -` within bounds."""
MAX_OPEN = 50
"""Flow brackets `[` and `{` that are open at one time."""
MAX_DEPTH = 20


class Map(dict[str, Any]):
    """A mapping; `lines[key]` is the line of a key, `line` its own."""

    def __init__(self) -> None:
        super().__init__()
        self.line = 1
        self.lines: dict[str, int] = {}


class Seq(list[Any]):
    """A list; `lines[i]` is the line of an item, `line` its own."""

    line: int
    lines: list[int]


class _Loader(yaml.CSafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  (PyYAML's own shape)


_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|)$"), ["n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^(?:0|-?[1-9]\d{0,8})$"), list("-0123456789"))

_SCALARS: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:null": lambda _text: None,
    "tag:yaml.org,2002:bool": lambda text: text == "true",
    "tag:yaml.org,2002:int": int,
}
_OWN_TAGS = frozenset((*_SCALARS, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"))


def read_yaml(raw: bytes, file: str) -> tuple[Any, list[Finding]]:
    """The data (None when it cannot be read at all) and what is wrong with it."""
    text, findings = _decode(raw, file)
    if text is None:
        return None, findings
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        return None, [_syntax(error, file)]
    except RecursionError:
        return None, [Finding("Y103", file, 0, "", "This is nested too deeply.", "Take levels out.")]
    builder = _Builder(file)
    data = builder.build(node, 0) if node is not None else None
    return data, builder.findings


def _decode(raw: bytes, file: str) -> tuple[str | None, list[Finding]]:
    if len(raw) > MAX_BYTES:
        return None, [
            Finding("Y104", file, 0, "", f"The file has more than {MAX_BYTES} bytes.", "Split it into topics.")
        ]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, [Finding("Y104", file, line, "", "This is not UTF-8 text.", "Save the file as UTF-8.")]
    return (None, found) if (found := _shape(text, file)) else (text, [])


def _shape(text: str, file: str) -> list[Finding]:
    opened = 0
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > MAX_LINE:
            message = f"The line has more than {MAX_LINE} characters."
            return [Finding("Y103", file, number, "", message, "Break it; `|` keeps paragraphs together.")]
        for char in line:
            opened = opened + 1 if char in "[{" else max(0, opened - 1) if char in "]}" else opened
            if opened > MAX_OPEN:
                message = f"More than {MAX_OPEN} brackets are open here."
                return [Finding("Y103", file, number, "", message, "Close them, or write the list on lines.")]
    return []


def _syntax(error: yaml.YAMLError, file: str) -> Finding:
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or "a character that cannot be read")
    remedy = "Look at the indentation, the quotes and a colon inside a text on this line and the one before."
    return Finding("Y101", file, mark.line + 1 if mark else 1, "", f"This is not YAML: {problem}.", remedy)


class _Builder:
    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.seen: set[int] = set()

    def wrong(self, code: str, node: yaml.Node, message: str, remedy: str) -> None:
        self.findings.append(Finding(code, self.file, _line(node), "", message, remedy))

    def build(self, node: yaml.Node, depth: int) -> Any:
        if id(node) in self.seen:
            self.wrong("Y103", node, "An alias (*) repeats another part.", "Write the text where it is used.")
            return None
        self.seen.add(id(node))
        if depth > MAX_DEPTH:
            self.wrong("Y103", node, f"This is nested more than {MAX_DEPTH} deep.", "Take levels out.")
            return None
        if node.tag not in _OWN_TAGS:
            self.wrong("Y103", node, f"The tag {node.tag!r} is not used here.", "Take the tag (!) out.")
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, depth)
        return self.sequence(node, depth) if isinstance(node, yaml.SequenceNode) else self.scalar(node)

    def mapping(self, node: yaml.MappingNode, depth: int) -> Map:
        found = Map()
        found.line = _line(node)
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.wrong("Y105", key, "A key has to be a word.", "Write `key: value`; quote {placeholders}.")
            elif key.value in found:
                first = found.lines[key.value]
                message = f"The key {key.value!r} stands twice; first on line {first}."
                self.wrong("Y102", key, message, "Keep one of them.")
            else:
                found.lines[key.value] = _line(key)
                found[key.value] = self.build(value, depth + 1)
        return found

    def sequence(self, node: yaml.SequenceNode, depth: int) -> Seq:
        found = Seq(self.build(item, depth + 1) for item in node.value)
        found.line, found.lines = _line(node), [_line(item) for item in node.value]
        return found

    def scalar(self, node: yaml.Node) -> Any:
        try:
            return _SCALARS.get(node.tag, str)(node.value)
        except ValueError:  # an explicit !!int that is none
            self.wrong("Y103", node, "A tag (!!) says what the text is not.", "Take the tag out.")
            return str(node.value)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
