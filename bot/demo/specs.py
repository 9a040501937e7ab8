"""Checks requests against the public API descriptions in the folder `OWNSTEPS_SPECS`; without it nothing is checked.

The stand-ins ask here about each request, so that a parameter the real provider would refuse fails a test.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

Json = Any
TELEGRAM_FILE = "telegram-bot-api.json"
LENGTH = re.compile(r"(\d+)-(\d+) (characters|bytes)")
"""How the Bot API's descriptions say a length: "1-4096 characters after entities parsing"."""


def specs_folder() -> Path | None:
    """The folder named by OWNSTEPS_SPECS, None when it is not set."""
    named = os.environ.get("OWNSTEPS_SPECS")
    return Path(named) if named else None


def check_telegram(method: str, raw: Mapping[str, str]) -> list[str]:
    """What the Bot API has against these form fields (JSON text inside); names and types only, never a value."""
    folder = specs_folder()
    if folder is None:
        return []
    described = _telegram(folder)
    if method not in described["methods"]:
        return [f"{method}: no such method"]
    return _Telegram(described).fields(described["methods"][method], raw, method, form=True)


@cache
def _telegram(folder: Path) -> Json:
    return json.loads((folder / TELEGRAM_FILE).read_text(encoding="utf-8"))


class _Telegram:
    """Walks a request along the description; `where` is the path of names so far."""

    def __init__(self, described: Json) -> None:
        self._types = described["types"]

    def fields(self, owner: Json, given: Mapping[str, Json], where: str, *, form: bool = False) -> list[str]:
        known = {field["name"]: field for field in owner.get("fields", [])}
        found = [f"{where}: unknown field {name}" for name in given if name not in known]
        found += [f"{where}: {n} is missing" for n, field in known.items() if field["required"] and n not in given]
        for name in known.keys() & given.keys():
            value = _read(given[name], known[name]["types"]) if form else given[name]
            found += self._field(known[name], value, f"{where}.{name}")
        return found

    def _field(self, field: Json, value: Json, where: str) -> list[str]:
        tries = [self._value(kind, value, where) for kind in field["types"]]
        found = min(tries, key=len)
        return found or _length(field["description"], value, where)

    def _value(self, kind: str, value: Json, where: str) -> list[str]:
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                return [f"{where}: expected an array"]
            inner = kind.removeprefix("Array of ")
            return [one for item in value for one in self._value(inner, item, where)]
        if kind in PLAIN_TYPES:
            return [] if PLAIN_TYPES[kind](value) else [f"{where}: expected {kind}"]
        return self._object(kind, value, where)

    def _object(self, kind: str, value: Json, where: str) -> list[str]:
        described = self._types.get(kind)
        if described is None or not isinstance(value, dict):
            return [f"{where}: expected {kind}"]
        if subtypes := described.get("subtypes"):
            return min((self._object(one, value, where) for one in subtypes), key=len)
        return self.fields(described, value, where)


PLAIN_TYPES = {
    "String": lambda value: isinstance(value, str),
    "Integer": lambda value: type(value) is int,
    "Float": lambda value: type(value) in (int, float),
    "Boolean": lambda value: isinstance(value, bool),
    "True": lambda value: value is True,
    "InputFile": lambda value: isinstance(value, (str, dict)),
}


def _read(text: str, kinds: list[str]) -> Json:
    """A form field's value: text where text is allowed and nothing else is, else the JSON in it."""
    if kinds == ["String"]:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _length(description: str, value: Json, where: str) -> list[str]:
    limit = LENGTH.search(description)
    if limit is None or not isinstance(value, str):
        return []
    least, most, unit = int(limit[1]), int(limit[2]), limit[3]
    size = len(value.encode()) if unit == "bytes" else len(value.encode("utf-16-le")) // 2
    return [] if least <= size <= most else [f"{where}: {size} {unit}, allowed {least}-{most}"]
