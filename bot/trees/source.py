"""A pack as its authors wrote it: every file read and held against its model, nothing compiled yet."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bot.checks.finding import Finding
from bot.trees import schema
from bot.trees.messages import Message, messages_of
from bot.trees.places import shown, system_of
from bot.trees.yaml import Map, read_yaml

M = TypeVar("M", bound=schema.Model)
DIRECTIVE_READ = "directive-read"
"""The file of sentences that people read as plain although the weighed check finds them."""
OWN = "own"
"""Shared texts that a pack says in its own way (`system/*.yaml` in its folder): another emergency number, its nations."""


@dataclass
class SourceNode:
    """A node with where it stands. `data` is the YAML, for the lines of its parts."""

    id: str
    topic: str
    entry: schema.AnyNode
    data: Map
    file: str
    line: int
    safety: bool

    def line_of(self, *path: int | str) -> int:
        return schema.line_of(self.data, path) or self.line


@dataclass
class Written:
    """Everything that was read. Parts that could not be read are left out and have findings."""

    path: Path
    pack: schema.PackFile | None = None
    trees: dict[str, schema.Tree] = field(default_factory=dict)
    nodes: dict[str, SourceNode] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    """Nodes, topics, `sources` and `services` that stand there and could not be read: their own findings say why."""
    sources: schema.SourcesFile = field(default_factory=schema.SourcesFile)
    services: schema.ServicesFile = field(default_factory=schema.ServicesFile)
    glossary: schema.GlossaryFile = field(default_factory=schema.GlossaryFile)
    notices: schema.NoticesFile = field(default_factory=schema.NoticesFile)
    directive_read: schema.DirectiveReadFile = field(default_factory=schema.DirectiveReadFile)
    hours: schema.HoursFile | None = None
    messages: dict[str, Message] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    """Message key to the file that it stands in."""
    data: dict[str, Any] = field(default_factory=dict)
    """The YAML of each file by its name without ending: pack, trees/nrm, system/keys."""
    names: dict[str, str] = field(default_factory=dict)
    """The same name to the path as authors know it."""
    findings: list[Finding] = field(default_factory=list)
    digest: Any = field(default_factory=hashlib.sha256)

    def line_of(self, name: str, *path: int | str) -> int:
        return schema.line_of(self.data.get(name), path) or 1


def content_files(pack: Path) -> Mapping[str, Path]:
    """Name (`trees/nrm`, `services`, `system/keys`) to path, in a fixed order; `pack.yaml` always stands first."""
    system = sorted(system_of(pack).glob("*.yaml"))
    own = [
        pack / f"{name}.yaml"
        for name in ("pack", "sources", "services", "glossary", "hours", "snippets", "notices", DIRECTIVE_READ)
    ]
    trees = sorted((pack / "trees").glob("*.yaml"))
    found = {path.stem: path for path in own if path.is_file() or path.stem == "pack"}
    found |= {f"system/{path.stem}": path for path in system}
    found |= {f"{OWN}/{path.stem}": path for path in sorted((pack / "system").glob("*.yaml"))}
    return found | {f"trees/{path.stem}": path for path in trees}


def read_pack(path: Path) -> Written:
    written = Written(path)
    for name, file in content_files(path).items():
        _read_file(written, name, file)
    return written


def _read_file(written: Written, name: str, path: Path) -> None:
    file = written.names[name] = shown(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        remedy = "A pack is a folder with pack.yaml and trees/*.yaml."
        message = f"The file cannot be read: {error.strerror}."
        written.findings.append(Finding("Y106", file, 0, "", message, remedy))
        return
    written.digest.update(f"{name}\0{len(raw)}\0".encode() + raw)
    data, findings = read_yaml(raw, file)
    written.findings += findings
    written.data[name] = data
    written.unread.add(name.removeprefix("trees/"))
    if data is not None and not isinstance(data, Map):
        message = "The file should be a map of keys."
        written.findings.append(Finding("Y203", file, 1, "", message, "See docs/content-format.md."))
    elif data is not None or not findings:
        _take(written, name, Map() if data is None else data, file)


def _take(written: Written, name: str, data: Map, file: str) -> None:
    match name.partition("/"):
        case ("pack", _, _):
            written.pack = _model(written, schema.PackFile, data, file)
        case ("sources", _, _):
            written.sources = _model(written, schema.SourcesFile, data, file, name) or written.sources
        case ("services", _, _):
            written.services = _model(written, schema.ServicesFile, data, file, name) or written.services
        case ("glossary", _, _):
            written.glossary = _model(written, schema.GlossaryFile, data, file, name) or written.glossary
        case ("notices", _, _):
            written.notices = _model(written, schema.NoticesFile, data, file, name) or written.notices
        case ("directive-read", _, _):
            written.directive_read = (
                _model(written, schema.DirectiveReadFile, data, file, name) or written.directive_read
            )
        case ("hours", _, _):
            written.hours = _model(written, schema.HoursFile, data, file)
        case ("system" | "own", _, _):
            _take_system(written, data, file)
        case ("trees", _, stem):
            _take_tree(written, stem, data, file)
    for message in messages_of(name, data):
        if name.startswith(f"{OWN}/"):
            written.messages.pop(message.key, None)
        _take_message(written, message, file)


def _take_message(written: Written, message: Message, file: str) -> None:
    if message.key in written.messages:
        other = f"{written.files[message.key]}:{written.messages[message.key].line}"
        text = f"The text {message.key} stands twice; also in {other}."
        written.findings.append(Finding("Y107", file, message.line, message.node, text, "Give one another name."))
        return
    written.messages[message.key] = message
    written.files[message.key] = file


def _model(written: Written, model: type[M], data: Map, file: str, name: str = "") -> M | None:
    found, findings = schema.read_model(model, data, file)
    written.findings += findings
    if not findings:
        written.unread.discard(name)
    return found


def _take_system(written: Written, data: Map, file: str) -> None:
    for key, value in data.items():
        if not isinstance(value, str) or not value.strip():
            message = f"{key} should be text."
            finding = Finding("Y203", file, data.lines[key], "", message, "Put it in quotes, or write the text.")
            written.findings.append(finding)


def _take_tree(written: Written, stem: str, data: Map, file: str) -> None:
    tree = _model(written, schema.Tree, data, file, stem)
    if tree is None:
        return
    if tree.topic != stem:
        message = f"The topic is {tree.topic!r}, the file is {stem!r}."
        line = data.lines["topic"]
        written.findings.append(Finding("Y204", file, line, "", message, "Give both the same name."))
    written.trees[tree.topic] = tree
    for place, node in tree.nodes.items():
        _take_node(written, tree, place, node, file, schema.line_of(data, ("nodes", place)) or 1)


def _take_node(written: Written, tree: schema.Tree, place: str, data: object, file: str, line: int) -> None:
    node_id = f"{tree.topic}/{place}"
    written.unread.add(node_id)
    if not schema.is_id(place):
        message = f"{place!r} cannot be the name of a node."
        written.findings.append(Finding("Y203", file, line, node_id, message, "Use a-z, 0-9 and -."))
        return
    kind = next((key for key in schema.KINDS if isinstance(data, Map) and key in data), None)
    if kind is None or not isinstance(data, Map):
        message = f"The node has no kind: one of {', '.join(sorted(schema.KINDS))}."
        written.findings.append(Finding("Y205", file, line, node_id, message, "Add the one that it is."))
        return
    entry, findings = schema.read_model(schema.KINDS[kind], data, file, node_id, line)
    written.findings += findings
    if entry is not None:
        written.unread.discard(node_id)
        written.nodes[node_id] = SourceNode(node_id, tree.topic, entry, data, file, line, tree.safety)
