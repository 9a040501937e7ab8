"""Choices: order, marks and parts (NEUT-4 to NEUT-7)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.checks import balance
from bot.checks.balance import chi_square_p, marks, order_p, turned
from bot.engine.model import Option
from tests.content.tiny import TINY, copy_tiny, found, load, no_locales, replace_in


@pytest.mark.parametrize(
    ("statistic", "freedom"),
    [(3.841, 1), (5.991, 2), (7.815, 3), (9.488, 4), (11.070, 5), (12.592, 6)],
    ids=lambda one: str(one),
)
def test_chi_square_agrees_with_printed_tables(statistic: float, freedom: int) -> None:
    """The critical values that every table prints for 5 in 100."""
    assert chi_square_p(statistic, freedom) == pytest.approx(0.05, abs=1e-4)


@pytest.mark.rule("NEUT-6")
def test_every_option_is_first_equally_often(tmp_path: Path) -> None:
    """Over 10,000 people the engine's rotation is even wherever it turns options."""
    pack = load(TINY, no_locales(tmp_path))
    assert all(order_p(node) > balance.UNFAIR for node in turned(pack))


@pytest.mark.rule("NEUT-6")
def test_an_order_that_does_not_turn_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rotation that leaves all in their place, or favours one, has no chance to pass."""

    def fixed(options: tuple[Option, ...], seed: int, place: str) -> tuple[Option, ...]:
        return options

    monkeypatch.setattr(balance, "rotated", fixed)
    assert {one.code for one in found(TINY, no_locales(tmp_path))} == {"S125"}


@pytest.mark.rule("NEUT-5")
@pytest.mark.parametrize("name", ["Asking!", "*Asking*", "ASKING", "Asking (recommended)", "Asking 👍"])
def test_a_name_that_stands_out_is_marked(name: str) -> None:
    """Bold, exclamation marks, capitals, emoji and "recommended" single an option out."""
    assert marks(name)
    assert not marks("Ask to go into the NRM")


@pytest.mark.rule("NEUT-7")
def test_as_many_gains_as_hards(tmp_path: Path) -> None:
    """Two points more on one side are an error."""
    pack = copy_tiny(tmp_path)
    gains = '["A room.", "A key.", "A lamp.", "A bed."]'
    replace_in(pack / "trees" / "rooms.yaml", "[A room for some weeks., A key of one's own.]", gains)
    assert "S123" in {one.code for one in found(pack, no_locales(tmp_path))}
