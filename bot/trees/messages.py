"""Every text of a content file with its key: the same list for the loader, the extractor and the checks.

Works on the YAML as it was read and passes over what is malformed, so that extraction and diagnosis do not depend on
each other. A paragraph may be wrapped in YAML; here it is one line, so that wrapping it anew changes no translation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.trees.schema import FIELDS
from bot.trees.yaml import Map, Seq

_LETTER = re.compile(r"[^\W\d_]")
PLACED = re.compile(r"\{([a-z_]+)(?::([a-z0-9_-]+))?\}")
"""`{name}` or `{kind:id}`."""
LABEL_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Message:
    key: str
    text: str
    line: int
    note: str
    """For translators: what kind of text it is and what limits it."""
    node: str = ""


def messages_of(name: str, data: Any) -> Iterator[Message]:
    """`name`: system/keys, trees/nrm, services, sources, snippets or notices (the file without its ending)."""
    if not isinstance(data, Map):
        return
    folder, _, stem = name.rpartition("/")
    if folder in ("system", "own"):
        yield from _flat(data, "system", f"shared text ({stem})")
    elif folder == "trees":
        yield from _tree(data, str(data.get("topic", stem)))
    elif stem == "services":
        yield from _services(data)
    elif stem == "sources":
        yield from _values(data)
    elif stem == "glossary":
        yield from _glossary(data)
    elif stem in ("snippets", "notices"):
        yield from _collection(data, stem)


def reflow(text: str) -> str:
    """Paragraphs on one line each, list lines kept, a blank line between paragraphs."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(_joined(paragraph) for paragraph in paragraphs)


def _joined(paragraph: str) -> str:
    lines: list[str] = []
    for line in map(str.strip, paragraph.splitlines()):
        if lines and not line.startswith("- "):
            lines[-1] = f"{lines[-1]} {line}"
        else:
            lines.append(line)
    return "\n".join(lines)


def slug(target: str) -> str:
    """A link's target as the last part of a key: `legal/find` becomes `legal-find`."""
    return target.replace("/", "-")


def placed_in(text: str) -> frozenset[str]:
    """The placeholders of a text, braces and all."""
    return frozenset(found[0] for found in PLACED.finditer(text))


def _text(data: Mapping[str, Any], field: str, key: str, note: str, node: str = "") -> Iterator[Message]:
    value = data.get(field)
    if isinstance(value, str) and value.strip():
        line = data.lines[field] if isinstance(data, Map) else 0
        yield Message(key, reflow(value), line, note, node)


def _flat(data: Map, prefix: str, note: str) -> Iterator[Message]:
    for key in data:
        yield from _text(data, key, f"{prefix}/{key}", note)


def _tree(data: Map, topic: str) -> Iterator[Message]:
    yield from _text(data, "title", f"{topic}:title", "title of a topic; for officers")
    nodes = data.get("nodes")
    for place, node in nodes.items() if isinstance(nodes, Map) else ():
        if isinstance(node, Map):
            yield from _node(node, f"{topic}/{place}")


_LABEL = f"label of an option; at most {LABEL_LIMIT} characters"
_OF_NODE = (
    ("title", "title; for officers and the consent card"),
    ("ask_as", _LABEL),
    ("page", "page; about 480 characters a message"),
    ("choice", "introduces a choice; each way is allowed"),
    ("ask", "a question that can be skipped"),
    ("why", "why it is asked"),
)


def _node(node: Map, node_id: str) -> Iterator[Message]:
    for field, note in _OF_NODE:
        yield from _text(node, field, f"{node_id}:{field}", note, node_id)
    options = node.get("options")
    if isinstance(options, Seq):
        yield from _links(options, node_id)
    elif isinstance(options, Map) and "choice" in node:
        for way, fields in options.items():
            if isinstance(fields, Map):
                yield from _way(fields, f"{node_id}.{way}")
    elif isinstance(options, Map):
        for value in options:
            yield from _text(options, value, f"{node_id}:option.{value}", _LABEL, node_id)


def _links(options: Seq, node_id: str) -> Iterator[Message]:
    for link in options:
        if isinstance(link, Map) and isinstance(link.get("to"), str):
            yield from _text(link, "label", f"{node_id}:option.{slug(link['to'])}", _LABEL, node_id)


def _way(fields: Map, way_id: str) -> Iterator[Message]:
    yield from _text(fields, "name", f"{way_id}:name", f"{_LABEL}; the same grammar in all options", way_id)
    for field in FIELDS:
        value = fields.get(field)
        if not isinstance(value, Seq):
            yield from _text(fields, field, f"{way_id}:{field}", f"option page, {field}; short", way_id)
            continue
        for number, item in enumerate(value):
            if isinstance(item, str) and item.strip():
                note = f"option page, one point of {field}; short"
                yield Message(f"{way_id}:{field}.{number}", reflow(item), value.lines[number], note, way_id)
    if isinstance(more := fields.get("more"), Seq):
        yield from _links(more, way_id)


def _services(data: Map) -> Iterator[Message]:
    services = data.get("services")
    for service, entry in services.items() if isinstance(services, Map) else ():
        for field in ("for", "about", "hours", "cost", "languages"):
            if isinstance(entry, Map):
                yield from _text(entry, field, f"service/{service}:{field}", f"directory, {field}", service)


def _values(data: Map) -> Iterator[Message]:
    """A value without a letter, such as £49.18, is the same in every language."""
    values = data.get("values")
    for value, entry in values.items() if isinstance(values, Map) else ():
        if isinstance(entry, Map) and _LETTER.search(str(entry.get("value") or "")):
            yield from _text(entry, "value", f"value/{value}", "a figure that is placed in sentences")


def _glossary(data: Map) -> Iterator[Message]:
    """A term's forms are one message, one a line: a language may have more of them, or fewer."""
    terms = data.get("terms")
    for term, entry in terms.items() if isinstance(terms, Map) else ():
        if not isinstance(entry, Map):
            continue
        yield from _text(entry, "text", f"term/{term}:text", "glossary; what the term means, in everyday words")
        if isinstance(says := entry.get("says"), Seq) and all(isinstance(one, str) for one in says):
            note = "glossary; how people write the term, one way a line"
            yield Message(f"term/{term}:says", "\n".join(says), entry.lines["says"], note)


def _collection(data: Map, stem: str) -> Iterator[Message]:
    """`snippets: {id: {title: ..., text: ...}}`, or texts alone."""
    entries = data.get(stem)
    if not isinstance(entries, Map):
        return
    for name, entry in entries.items():
        if isinstance(entry, Map):
            yield from _text(entry, "title", f"{stem[:-1]}/{name}:title", "title; for officers")
            yield from _text(entry, "text", f"{stem[:-1]}/{name}:text", f"{stem[:-1]}; short")
        else:
            yield from _text(entries, name, f"{stem[:-1]}/{name}:text", f"{stem[:-1]}; short")
