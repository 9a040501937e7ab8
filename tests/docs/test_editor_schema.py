"""docs/schema/ says what the models of the content format say, so that an editor helps while YAML is written."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.trees.source import content_files
from bot.trees.yaml import read_yaml
from tests.content.tiny import BAD, TINY

ROOT = Path(__file__).resolve().parent.parent.parent


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("editor_schema", ROOT / "tools" / "editor_schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


tool = _tool()
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int}


def fits(value: Any, part: Any, whole: Any) -> bool:
    """What JSON Schema says, as far as our files use it."""
    if "$ref" in part:
        return fits(value, whole["$defs"][part["$ref"].rpartition("/")[2]], whole)
    if "anyOf" in part:
        return any(fits(value, one, whole) for one in part["anyOf"])
    if "oneOf" in part:
        return sum(fits(value, one, whole) for one in part["oneOf"]) == 1
    if value not in part.get("enum", [value]) or not isinstance(value, TYPES[part["type"]]):
        return False
    if isinstance(value, str):
        return re.search(part.get("pattern", ""), value) is not None
    if isinstance(value, list):
        return all(fits(one, part["items"], whole) for one in value)
    return not isinstance(value, dict) or map_fits(value, part, whole)


def map_fits(value: dict[str, Any], part: Any, whole: Any) -> bool:
    if not set(part.get("required", ())) <= value.keys():
        return False
    return all(one is not False and fits(value[key], one, whole) for key, one in parts_of(value, part))


def parts_of(value: dict[str, Any], part: Any) -> list[tuple[str, Any]]:
    """Each key with what it is held against; False where it may not stand."""
    by_pattern = part.get("patternProperties", {})
    other = part.get("additionalProperties", False)
    named = {key: next((one for pattern, one in by_pattern.items() if re.search(pattern, key)), other) for key in value}
    return [(key, part.get("properties", {}).get(key, named[key])) for key in value]


def schema_of(name: str) -> Any:
    return json.loads(
        (tool.FOLDER / f"{'tree' if name.startswith('trees/') else name}.json").read_text(encoding="utf-8")
    )


def data_of(path: Path) -> Any:
    data, findings = read_yaml(path.read_bytes(), path.name)
    assert not findings
    return data


WRITTEN = [
    pytest.param(name, path, id=f"{path.parts[-3] if '/' in name else path.parts[-2]}/{name}")
    for pack in (ROOT / "content" / "uk", TINY)
    for name, path in content_files(pack).items()
    if name.startswith("trees/") or name in tool.FILES
]


def test_the_files_are_current() -> None:
    """What stands in the repository is what the models say now."""
    there = {path.name: path.read_text(encoding="utf-8") for path in tool.FOLDER.glob("*.json")}
    assert there == tool.made(), "run `make schema` and commit docs/schema"


@pytest.mark.parametrize(("name", "path"), WRITTEN)
def test_an_editor_takes_what_is_written(name: str, path: Path) -> None:
    """No content that loads is underlined."""
    whole = schema_of(name)
    assert fits(data_of(path), whole, whole)


@pytest.mark.parametrize("name", ["unknown-field", "missing-field", "no-kind", "minutes-for-hours"])
def test_an_editor_sees_what_the_format_forbids(name: str, tmp_path: Path) -> None:
    """An unknown or a missing field, a node without a kind, a time that is none."""
    bad = data_of(BAD / f"{name}.yaml")
    assert bad
    wholes = [schema_of(one) for one in ("trees/x", *tool.FILES)]
    assert not any(fits(bad, whole, whole) for whole in wholes)


def test_the_checker_of_this_test_can_say_no() -> None:
    """A field that the models do not have is refused."""
    whole = schema_of("trees/x")
    data = {"topic": "a", "title": "A", "nodes": {"b": {"page": "C.", "options": ["d", {"to": "e", "label": "F"}]}}}
    assert fits(data, whole, whole)
    assert not fits(data | {"nodes": {"b": {"page": "C.", "pages": "D."}}}, whole, whole)
    assert not fits(data | {"nodes": {"b": {"page": "C.", "options": [{"label": "F"}]}}}, whole, whole)
