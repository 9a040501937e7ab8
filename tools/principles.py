#!/usr/bin/env python3
"""Makes docs/principles.md: each core principle with the nodes and the tests that carry it. `make rules` runs it.

docs/principles.yaml says which topics, nodes and safety rules carry a principle; nodes are read from the UK pack and tests from
their marks. A topic, node or rule that is not there, or a principle without a node or a test, is an error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from safety_rules import Mark, Rule, RuleError, read_marks, read_rules  # noqa: E402  - a tool beside this one

FILE = ROOT / "docs" / "principles.yaml"
PAGE = ROOT / "docs" / "principles.md"
TREES = ROOT / "content" / "uk" / "trees"
SHOWN = 3
"""Tests named for a rule; of the others the number is given."""

Nodes = Mapping[str, tuple[str, ...]]
"""By topic, its nodes in the order of the file."""


def read_nodes(trees: Path = TREES) -> Nodes:
    return {path.stem: tuple(_tree(path)["nodes"]) for path in sorted(trees.glob("*.yaml"))}


def _tree(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def check(written: Any, nodes: Nodes, rules: tuple[Rule, ...], marks: list[Mark]) -> None:
    """Raises RuleError with everything that is not there."""
    wrong = [sentence for one in written["principles"] for sentence in _wrong(one, nodes, rules, marks)]
    if wrong:
        raise RuleError("\n".join(wrong))


def _wrong(one: Any, nodes: Nodes, rules: tuple[Rule, ...], marks: list[Mark]) -> Iterator[str]:
    known = {f"{topic}/{place}" for topic, places in nodes.items() for place in places}
    ids, held = {rule.id for rule in rules}, {mark.rule for mark in marks}
    yield from (f"{one['name']}: there is no topic {name!r}." for name in one.get("topics", ()) if name not in nodes)
    yield from (f"{one['name']}: there is no node {name!r}." for name in one.get("nodes", ()) if name not in known)
    yield from (f"{one['name']}: there is no rule {name!r}." for name in one["rules"] if name not in ids)
    if not (one.get("topics") or one.get("nodes")):
        yield f"{one['name']}: no node carries it."
    if not held & set(one["rules"]):
        yield f"{one['name']}: no test carries it."


# --- the page


def page(written: Any, nodes: Nodes, rules: tuple[Rule, ...], marks: list[Mark]) -> str:
    source = written["source"]
    lines = [
        "# The ten core principles, and what carries them",
        "",
        "Made by `make rules` from `docs/principles.yaml`, the UK pack and the marks on the tests; changed by hand it is made",
        "again.",
        "",
        f"The names are those of [{source['title']}]({source['url']}) ({source['publisher']}, {source['seen']}),",
        "agreed in 2018 by four organisations for places of safety. Own Steps is a chat and no place of safety. The sentences",
        "below a name are ours: how we understand it for a chat. The guide itself was not read, and nobody who wrote it has",
        "looked at this.",
    ]
    for number, one in enumerate(written["principles"], 1):
        lines += [
            "",
            f"## {number}. {one['name']}",
            "",
            one["here"],
            "",
            *_nodes(one, nodes),
            "",
            *_rules(one, rules, marks),
        ]
    return "\n".join([*lines, ""])


def _nodes(one: Any, nodes: Nodes) -> Iterator[str]:
    for topic in one.get("topics", ()):
        places = ", ".join(f"`{place}`" for place in nodes[topic])
        yield f"- [{topic}](../content/uk/trees/{topic}.yaml): {places}"
    single = [f"[{name}](../content/uk/trees/{name.partition('/')[0]}.yaml)" for name in one.get("nodes", ())]
    if single:
        yield f"- {', '.join(single)}"


def _rules(one: Any, rules: tuple[Rule, ...], marks: list[Mark]) -> Iterator[str]:
    titles = {rule.id: rule.title for rule in rules}
    yield from ("| rule | in short | tests |", "| --- | --- | --- |")
    for name in one["rules"]:
        tests = sorted({(mark.file, mark.test) for mark in marks if mark.rule == name})
        cells = [f"[{test.removeprefix('test_').replace('_', ' ')}](../{file})" for file, test in tests[:SHOWN]]
        if len(tests) > SHOWN:
            cells.append(f"and {len(tests) - SHOWN} more")
        yield f"| {name} | {titles[name]} | {'<br>'.join(cells) or 'not yet'} |"


def made() -> str:
    """The page as it ought to stand. Raises RuleError."""
    written, nodes = _tree(FILE), read_nodes()
    rules, marks = read_rules(), read_marks()
    check(written, nodes, rules, marks)
    return page(written, nodes, rules, marks)


def main() -> int:
    try:
        text = made()
    except RuleError as error:
        print(error, file=sys.stderr)
        return 1
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: ten principles")
    return 0


if __name__ == "__main__":
    sys.exit(main())
