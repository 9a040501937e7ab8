"""Which phase may follow which, and who may take what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.life import FOLLOWS, Act, Role, is_open, may, may_follow, may_take
from bot.ports import HandoffPhase

phases = st.sampled_from(list(HandoffPhase))


@given(st.lists(phases, max_size=8))
def test_any_walk_ends_for_good(wanted: list[HandoffPhase]) -> None:
    """However phases are asked for, an officer holds at most once and an end stays an end."""
    walk = [HandoffPhase.REQUESTED]
    for phase in wanted:
        if may_follow(walk[-1], phase):
            walk.append(phase)
    assert walk.count(HandoffPhase.ACCEPTED) <= 1
    assert all(is_open(phase) for phase in walk[:-1])
    assert len(walk) <= 3


@given(phases)
def test_every_phase_has_a_row(phase: HandoffPhase) -> None:
    """The table names every phase, and none follows itself or leads back to the request."""
    assert not may_follow(phase, phase)
    assert HandoffPhase.REQUESTED not in FOLLOWS[phase]


@pytest.mark.rule("HAND-4")
def test_the_person_can_end_it_at_each_open_stage() -> None:
    """A request and a held conversation can both be withdrawn."""
    assert all(may_follow(phase, HandoffPhase.WITHDRAWN) for phase in HandoffPhase if is_open(phase))


@pytest.mark.rule("STAFF-3")
def test_supervisors_see_no_case() -> None:
    """A supervisor, and a role that nobody defined, may do nothing with cases."""
    assert not any(may(role, act) for role in (Role.SUPERVISOR, "typist") for act in Act)


@pytest.mark.rule("CHILD-1", "STAFF-3")
@pytest.mark.parametrize(
    ("role", "under_18", "trained_here", "taken"),
    [
        pytest.param("officer", False, True, True, id="an adult, any officer"),
        pytest.param("officer", True, True, False, id="under 18, kept for the trained"),
        pytest.param("children", True, True, True, id="under 18, trained"),
        pytest.param("lead", True, True, True, id="under 18, the lead"),
        pytest.param("officer", True, False, True, id="under 18, nobody trained here"),
        pytest.param("supervisor", False, False, False, id="no case for a supervisor"),
    ],
)
def test_who_may_take_what(role: str, under_18: bool, trained_here: bool, taken: bool) -> None:
    """Requests from people under 18 go to trained officers first."""
    assert may_take(role, under_18=under_18, trained_here=trained_here) is taken
