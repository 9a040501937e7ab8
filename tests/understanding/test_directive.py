"""Wording that steers, and wording that looks alike and does not."""

from __future__ import annotations

import pytest

from bot.checks.directive import directive_findings
from tests.understanding.conftest import labelled

ROWS = [row for name in ("first", "own_1", "own_2", "writer_1", "writer_2") for row in labelled(f"directive_{name}_en")]


@pytest.mark.rule("NEUT-1", "NEUT-2")
def test_precision_and_recall() -> None:
    """At least 95 of 100 steering sentences are found, and 95 of 100 findings are right."""
    found = [(bool(directive_findings(text)), kind == "directive", text) for kind, text in ROWS]
    hits = sum(said and is_so for said, is_so, _ in found)
    precision = hits / sum(said for said, _, _ in found)
    recall = hits / sum(is_so for _, is_so, _ in found)
    print(f"directive, en: {len(ROWS)} sentences, precision {precision:.3f}, recall {recall:.3f}")
    print([text for said, is_so, text in found if said != is_so])
    assert precision >= 0.95
    assert recall >= 0.95


@pytest.mark.rule("NEUT-3")
@pytest.mark.parametrize(
    ("text", "steers"),
    [
        ("The Home Office must send a letter.", False),
        ("You must leave.", True),
        ("You need to be in the UK to apply.", False),
        ("You need to tell them.", True),
        ("Police have to ask first.", False),
        ("Survivors should report.", True),
        ("You do not have to decide.", False),
    ],
)
def test_obligation_is_for_institutions(text: str, steers: bool) -> None:
    """An obligation on the reader's choice is found; one of an authority or a process is not."""
    assert bool(directive_findings(text)) is steers


def test_findings_name_their_rule() -> None:
    """A finding says which rule it is and what was met."""
    found = directive_findings("We recommend the NRM. Hurry!")
    assert {one.rule for one in found} >= {"advice", "urgency"}
    assert "hurry" in [one.match for one in found]


def test_a_label_is_a_name() -> None:
    """A verb at the beginning of an option's name is no order; in a sentence it is."""
    assert directive_findings("Ask to go into the NRM", label=True) == []
    assert directive_findings("Ask to go into the NRM.")
