"""docs/safety-rules.md says truly which test holds which rule."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("safety_rules", ROOT / "tools" / "safety_rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


tool = _tool()


def marks_of(folder: Path, text: str) -> list[tuple[str, str]]:
    tests = folder / "tests"
    tests.mkdir()
    (tests / "test_some.py").write_text(text, encoding="utf-8")
    return [(one.test, one.rule) for one in tool.read_marks(tests)]


def test_the_page_is_current() -> None:
    """What stands in the repository is what the marks say now."""
    assert tool.PAGE.read_text(encoding="utf-8") == tool.made(), "run `make rules` and commit docs/safety-rules.md"


def test_every_group_of_rules_is_there() -> None:
    """116 rules in 18 groups, each once."""
    rules = tool.read_rules()
    assert len(rules) == 116
    assert len({one.group for one in rules}) == 18


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('@pytest.mark.rule("A-1", "B-2")\ndef test_x(): pass', [("test_x", "A-1"), ("test_x", "B-2")]),
        ('pytestmark = pytest.mark.rule("A-1")\ndef test_x(): pass', [("test_x", "A-1")]),
        ('@pytest.mark.rule("A-1")\nclass TestIt:\n    def test_x(self): pass', [("test_x", "A-1")]),
        (
            '@pytest.mark.parametrize("a", [pytest.param(1, marks=pytest.mark.rule("A-1"))])\ndef test_x(a): pass',
            [("test_x", "A-1")],
        ),
        ('@pytest.mark.rule("A-1")\ndef helper(): pass\ndef test_y(): pass', []),
    ],
    ids=["several ids", "a module", "a class", "a row", "no test"],
)
def test_marks_are_found_where_they_stand(text: str, found: list[tuple[str, str]], tmp_path: Path) -> None:
    """On a test, its class, its module, or a row of its table."""
    assert marks_of(tmp_path, text) == found


def test_a_mark_that_names_no_rule_is_an_error(tmp_path: Path) -> None:
    """The file, the test and the id are named."""
    rules = tool.read_rules()
    with pytest.raises(tool.RuleError, match=r"test_some\.py:1: test_x names 'HIDE-99'"):
        tool.check(rules, [tool.Mark("tests/test_some.py", 1, "test_x", "HIDE-99")])
    with pytest.raises(tool.RuleError, match="plain text"):
        marks_of(tmp_path, "@pytest.mark.rule(ID)\ndef test_x(): pass")


def test_a_rule_without_a_test_is_not_yet() -> None:
    """And one for people says so."""
    rules = (tool.Rule("A-1", "One", "test"), tool.Rule("B-1", "Two", "manual"))
    text = tool.page(rules, [])
    assert "| A-1 | One | not yet |" in text
    assert "| B-1 | Two | people look, with a record |" in text
    assert "- held by tests: 0 of 1" in text
