"""docs/principles.md says truly which nodes and tests carry each of the ten core principles."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("principles", ROOT / "tools" / "principles.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


tool = _tool()


def test_the_page_is_current() -> None:
    """What stands in the repository is what the pack and the marks say now."""
    assert tool.PAGE.read_text(encoding="utf-8") == tool.made(), "run `make rules` and commit docs/principles.md"


def test_all_ten_are_there() -> None:
    """Ten names, each once, each with a heading of its own."""
    headings = [line for line in tool.made().splitlines() if line.startswith("## ")]
    assert [line.split(" ")[1] for line in headings] == [f"{number}." for number in range(1, 11)]
    assert len({line.partition(". ")[2] for line in headings}) == 10


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"nodes": ["nrm/nowhere"]}, "no node 'nrm/nowhere'", id="a node that is gone"),
        pytest.param({"topics": ["ships"]}, "no topic 'ships'", id="a topic that is gone"),
        pytest.param({"rules": ["NEUT-99"]}, "no rule 'NEUT-99'", id="no such rule"),
        pytest.param({"topics": [], "nodes": []}, "no node carries it", id="no node"),
        pytest.param({"rules": ["DATA-1"]}, "no test carries it", id="no test"),
    ],
)
def test_what_carries_nothing_is_told(change: dict[str, Any], told: str) -> None:
    """A principle that only stands on paper is an error."""
    one = {"name": "Freedom", "here": "", "topics": ["nrm"], "rules": ["HIDE-1"]} | change
    nodes, rules = {"nrm": ("what",)}, tool.read_rules()
    marks = [tool.Mark("tests/test_some.py", 1, "test_x", "HIDE-1")]
    with pytest.raises(tool.RuleError, match=told):
        tool.check({"principles": [one]}, nodes, rules, marks)
