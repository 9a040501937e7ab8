"""Defects planted in the shipped pack: the checks catch what they are for."""

from __future__ import annotations

import pytest

from bot.checks.mutate import mutate
from bot.checks.plants import makers
from bot.checks.run import CLASSES
from bot.trees.places import find_pack, locales
from tests.content.tiny import AT


@pytest.mark.rule("NEUT-1", "NEUT-4", "NEUT-5", "NEUT-9", "LANG-1", "OPEN-2", "CARE-1", "CARE-5", "HON-3")
@pytest.mark.parametrize("seed", [5])
def test_what_is_planted_is_caught(seed: int) -> None:
    """One defect of each class, put into the authors' own files. `ownsteps check --mutate` plants all of them."""
    outcomes = list(mutate(find_pack("uk"), locales(), AT, seed=seed, each=1))
    assert {one.plant.kind for one in outcomes} == set(CLASSES)
    assert [one for one in outcomes if not one.by] == []


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_has_ten_defects(kind: str) -> None:
    """At least ten for each."""
    assert len(makers(kind)) >= 10
