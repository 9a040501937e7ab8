#!/usr/bin/env python3
"""Makes docs/safety-rules.md: every safety rule beside the tests that hold it. `make rules` runs it.

The rules stand in docs/safety-rules.yaml; what holds them is read from `@pytest.mark.rule("ID", ...)` in tests/ without running
anything. A mark with an id that is no rule, or that is no plain text, is an error, and nothing is written.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "docs" / "safety-rules.yaml"
PAGE = ROOT / "docs" / "safety-rules.md"
TESTS = ROOT / "tests"
SHOWN = 4
"""Tests named for a rule; of the others the number is given."""
NOT_YET = "not yet"


class RuleError(Exception):
    """Sentences on what is wrong, one a line, each with its file and line."""


@dataclass(frozen=True)
class Rule:
    id: str
    title: str
    kind: str

    @property
    def group(self) -> str:
        return self.id.partition("-")[0]


@dataclass(frozen=True, order=True)
class Mark:
    """A rule id on a test: `file` is relative to the folder above the tests."""

    file: str
    line: int
    test: str
    rule: str


def read_rules(path: Path = RULES) -> tuple[Rule, ...]:
    """In the order of the file. Raises RuleError."""
    written = yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
    rules = tuple(Rule(one["id"], one["title"], one["kind"]) for one in written)
    twice = sorted({one.id for one in rules if sum(other.id == one.id for other in rules) > 1})
    odd = [one.id for one in rules if one.kind not in ("test", "manual")]
    if twice or odd:
        raise RuleError(f"{path.name}: these ids stand twice: {twice}; these are neither test nor manual: {odd}.")
    return rules


def read_marks(tests: Path = TESTS) -> list[Mark]:
    """Every mark of every test, in the order of files and lines. Raises RuleError."""
    found: list[Mark] = []
    for path in sorted(tests.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        found += _of_module(tree, path.relative_to(tests.parent).as_posix())
    return sorted(set(found))


def _of_module(tree: ast.Module, file: str) -> Iterator[Mark]:
    everywhere = [call for node in tree.body if _is_pytestmark(node) for call in _calls(node)]
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            shared = [*everywhere, *(call for one in node.decorator_list for call in _calls(one))]
            yield from _of_tests(node.body, shared, file)
    yield from _of_tests(tree.body, everywhere, file)


def _of_tests(body: list[ast.stmt], shared: list[ast.Call], file: str) -> Iterator[Mark]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            own = [call for one in node.decorator_list for call in _calls(one)]
            for call in (*shared, *own):
                yield from (Mark(file, node.lineno, node.name, rule) for rule in _ids(call, file))


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(one, ast.Name) and one.id == "pytestmark" for one in node.targets
    )


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """The marks in a decorator, those on single rows of a table too."""
    for one in ast.walk(node):
        if isinstance(one, ast.Call) and ast.unparse(one.func) == "pytest.mark.rule":
            yield one


def _ids(call: ast.Call, file: str) -> Iterator[str]:
    for one in call.args:
        if not isinstance(one, ast.Constant) or not isinstance(one.value, str):
            raise RuleError(f'{file}:{call.lineno}: a rule\'s id is written as plain text, such as "HIDE-1".')
        yield one.value


def check(rules: tuple[Rule, ...], marks: list[Mark]) -> None:
    """Raises RuleError with every mark that names no rule."""
    known = {one.id for one in rules}
    wrong = [
        f"{one.file}:{one.line}: {one.test} names {one.rule!r}, which is no rule."
        for one in marks
        if one.rule not in known
    ]
    if wrong:
        raise RuleError("\n".join(wrong))


# --- the page


def page(rules: tuple[Rule, ...], marks: list[Mark]) -> str:
    held = {one.rule for one in marks}
    tested = [one for one in rules if one.kind == "test"]
    lines = [
        "# The safety rules and what holds them",
        "",
        "Made by `make rules` from `docs/safety-rules.yaml` and the marks on the tests; changed by hand it is made again.",
        "",
        f"- rules: {len(rules)}, of them {len(tested)} for tests and {len(rules) - len(tested)} for people to look at",
        f"- held by tests: {sum(one.id in held for one in tested)} of {len(tested)}",
        f"- not yet: {sum(one.id not in held for one in tested)}",
        f"- tests that hold a rule: {len({(one.file, one.test) for one in marks})}",
        "",
        "A test that holds a rule turns red when the rule is broken in the way it tries; there may be other ways.",
        "",
        "| rule | in short | held by |",
        "| --- | --- | --- |",
    ]
    return "\n".join([*lines, *(_row(one, marks) for one in rules), ""])


def _row(rule: Rule, marks: list[Mark]) -> str:
    tests = sorted({(one.file, one.test) for one in marks if one.rule == rule.id})
    cells = [f"[{name.removeprefix('test_').replace('_', ' ')}](../{file})" for file, name in tests[:SHOWN]]
    if len(tests) > SHOWN:
        cells.append(f"and {len(tests) - SHOWN} more")
    nothing = NOT_YET if rule.kind == "test" else "people look, with a record"
    return f"| {rule.id} | {rule.title} | {'<br>'.join(cells) or nothing} |"


def made() -> str:
    """The page as it ought to stand. Raises RuleError."""
    rules, marks = read_rules(), read_marks()
    check(rules, marks)
    return page(rules, marks)


def main() -> int:
    try:
        text = made()
    except RuleError as error:
        print(error, file=sys.stderr)
        return 1
    PAGE.write_text(text, encoding="utf-8")
    print("\n".join(line for line in text.splitlines() if line.startswith("- ")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
