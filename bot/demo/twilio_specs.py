"""Checks form requests against Twilio's OpenAPI descriptions in the folder `OWNSTEPS_SPECS`; none, nothing checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from bot.demo.specs import specs_folder

Json = Any
Form = Mapping[str, Sequence[str]]

FILES = ("twilio_messages_v2010.json", "twilio_content_v1.json")
FORM = "application/x-www-form-urlencoded"
UP_TO = re.compile(r"up to ([\d,]+) characters")
BETWEEN = re.compile(r"integers from `(\d+)` to `(\d+)`")
"""How the descriptions say a limit; the schemas themselves have none."""


def check_twilio(method: str, path: str, form: Form) -> list[str]:
    """What the description has against this request; `path` without a query. Names only, never a value."""
    folder = specs_folder()
    if folder is None:
        return []
    for spec in _specs(folder):
        for template, item in spec["paths"].items():
            placed = _placed(template, path)
            if placed is not None and method.lower() in item:
                return list(_operation(spec, item[method.lower()], placed, form))
    return [f"{method}: no such path"]


@cache
def _specs(folder: Path) -> tuple[Json, ...]:
    return tuple(json.loads((folder / name).read_text(encoding="utf-8")) for name in FILES)


def _placed(template: str, path: str) -> dict[str, str] | None:
    """The values in the path, when it is one of this template."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
    found = re.fullmatch(pattern, path)
    return found.groupdict() if found else None


def _operation(spec: Json, described: Json, placed: Mapping[str, str], form: Form) -> Iterator[str]:
    for one in described.get("parameters", []):
        if one["in"] == "path":
            yield from _value(spec, one["schema"], placed[one["name"]], one["name"])
    schema = described.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
    known = schema.get("properties", {})
    yield from (f"{name}: no such field" for name in form if name not in known)
    yield from (f"{name}: missing" for name in schema.get("required", []) if name not in form)
    for name in form.keys() & known.keys():
        yield from _field(spec, known[name], form[name], name)


def _field(spec: Json, described: Json, given: Sequence[str], name: str) -> Iterator[str]:
    if described.get("type") == "array":
        for value in given:
            yield from _value(spec, described["items"], value, name)
    elif len(given) != 1:
        yield f"{name}: given {len(given)} times"
    else:
        yield from _value(spec, described, given[0], name)


def _value(spec: Json, described: Json, value: str, name: str) -> Iterator[str]:
    if ref := described.get("$ref"):
        described = spec["components"]["schemas"][ref.rsplit("/", 1)[1]]
    if "enum" in described and value not in described["enum"]:
        yield f"{name}: not one of the values"
    if "pattern" in described and not re.search(described["pattern"], value):
        yield f"{name}: not of the form {described['pattern']}"
    yield from _typed(described.get("type"), value, name)
    yield from _limits(described.get("description", ""), value, name)


def _typed(kind: str | None, value: str, name: str) -> Iterator[str]:
    if kind == "boolean" and value.lower() not in ("true", "false"):
        yield f"{name}: not a boolean"
    if kind == "integer" and not re.fullmatch(r"-?\d{1,9}", value):
        yield f"{name}: not an integer"


def _limits(prose: str, value: str, name: str) -> Iterator[str]:
    if (found := UP_TO.search(prose)) and len(value) > int(found[1].replace(",", "")):
        yield f"{name}: more than {found[1]} characters"
    found = BETWEEN.search(prose)
    if found and value.isascii() and value.isdigit() and not int(found[1]) <= int(value) <= int(found[2]):
        yield f"{name}: not from {found[1]} to {found[2]}"
