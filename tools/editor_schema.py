#!/usr/bin/env python3
"""Makes docs/schema/*.json from the models of the content format, for editors that help while YAML is written. `make schema`.

An editor takes what the models say and no more: `ownsteps check` sees further (targets, sources, neutrality).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pydantic import TypeAdapter  # noqa: E402
from pydantic.json_schema import models_json_schema  # noqa: E402

from bot.trees import schema  # noqa: E402

FOLDER = ROOT / "docs" / "schema"
FILES: Mapping[str, type[schema.Model]] = {
    "pack": schema.PackFile,
    "sources": schema.SourcesFile,
    "services": schema.ServicesFile,
    "glossary": schema.GlossaryFile,
    "hours": schema.HoursFile,
    "directive-read": schema.DirectiveReadFile,
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SPAN = {"type": "string", "pattern": r"^\d\d:\d\d-\d\d:\d\d$", "description": 'Hours, such as "09:00-17:00".'}


def made() -> dict[str, str]:
    """The text of each file by its name."""
    files = {name: TypeAdapter(model).json_schema() for name, model in FILES.items()} | {"tree": _tree()}
    return {f"{name}.json": _written(name, found) for name, found in sorted(files.items())}


def _tree() -> dict[str, Any]:
    """A tree's nodes are read one by one, each by the key that tells its kind; here they are one of all kinds."""
    kinds: list[Any] = [(model, "validation") for model in schema.KINDS.values()]
    refs, shared = models_json_schema([*kinds, (schema.Tree, "validation")])
    found = shared["$defs"]
    tree = found.pop("Tree")
    tree["properties"]["nodes"]["additionalProperties"] = {"oneOf": [refs[one] for one in kinds]}
    return {**tree, "$defs": found}


def _written(name: str, found: Mapping[str, Any]) -> str:
    return (
        json.dumps({"$schema": DIALECT, **_as_authors_write(found), "title": name}, indent=1, ensure_ascii=False) + "\n"
    )


def _as_authors_write(part: Any, name: str = "") -> Any:
    """Hours are text, and a link may be its target alone: the models turn both into values while they read."""
    match part:
        case {"prefixItems": _}:
            return SPAN
        case dict():
            inside = {key: _as_authors_write(value, key) for key, value in part.items() if not _is_noise(key, value)}
            return {"anyOf": [inside["properties"]["to"], inside]} if name == "_Link" else inside
        case list():
            return [_as_authors_write(one) for one in part]
    return part


def _is_noise(key: str, value: Any) -> bool:
    return key == "title" and isinstance(value, str)


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for name, text in made().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"{FOLDER.relative_to(ROOT)}/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
