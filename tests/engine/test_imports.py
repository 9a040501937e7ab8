"""Imports point inward, and the engine is pure."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import bot

ROOT = Path(bot.__file__).parent
IMPURE = {
    "logging",
    "gettext",
    "random",
    "time",
    "socket",
    "sqlite3",
    "secrets",
    "threading",
    "os",
    "subprocess",
    "uuid",
}
RANK = {
    "engine": 0,
    "ports": 1,
    "redact": 1,
    "trees": 2,
    "handoff": 2,
    "checks": 3,
    "channels": 3,
    "store": 3,
    "review": 4,
    "settings": 4,
    "service": 5,
    "desk": 6,
    "wiring": 7,
    "serving": 8,
    "demo": 9,
    "cli": 10,
}
"""A room may import rooms of a lower or the same number; `service` sees of `store` only what `ports` promises."""
NOT_YET_INWARD = {("trees", "checks"), ("settings", "store")}
"""trees raises checks' Finding; settings reads keys with the vault's own parser."""


def imports(path: Path) -> list[str]:
    """Every module that a file imports at run time (not under TYPE_CHECKING)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            node.body = []
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


def room(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "bot" and len(parts) > 1 else None


@pytest.mark.parametrize("path", sorted((ROOT / "engine").glob("*.py")), ids=lambda path: path.name)
def test_the_engine_uses_the_standard_library_only(path: Path) -> None:
    """No clock, random number, log, catalogue, database or network can reach a turn."""
    for module in imports(path):
        top = module.split(".")[0]
        assert module.startswith("bot.engine") or top in sys.stdlib_module_names or top == "__future__", module
        assert top not in IMPURE, module


def test_the_engine_never_asks_what_time_it_is() -> None:
    """Times come in as values."""
    for path in (ROOT / "engine").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert ".now(" not in source.replace("self.now(", ""), path.name
        assert "utcnow" not in source
        assert "today(" not in source


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_inward(path: Path) -> None:
    """A room knows only rooms further in."""
    here = path.relative_to(ROOT).parts[0].removesuffix(".py")
    for module in imports(path):
        there = room(module)
        if here in RANK and there in RANK and (here, there) not in NOT_YET_INWARD:
            assert RANK[there] <= RANK[here], f"{here} imports {module}"
            assert not (here == "service" and there == "store"), f"{here} imports {module}"
