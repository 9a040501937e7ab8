"""Twenty kills under traffic: nothing lost, order kept, twice only where a provider's answer was lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drill.run import Drill

KILLS = 10
"""On each database; `make drill` has more."""


@pytest.mark.rule("SEND-5", "HIDE-2", "HIDE-3")
def test_kills_lose_nothing(tmp_path: Path, database: str) -> None:
    """Every accepted message is answered, in order; a repeat has its cause in the record; nothing follows a close."""
    outcome = Drill(tmp_path, KILLS, seed=2, database=database).run()
    print(f"\n{outcome}")
    assert outcome.problems == ()
    assert outcome.left == 0
    assert outcome.is_good, str(outcome)
    assert outcome.total.accepted > 5 * KILLS
