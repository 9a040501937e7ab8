"""The officer's card holds what was ticked and nothing else."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.events import RequestHandoff
from bot.engine.model import Channel
from bot.handoff.card import officer_view
from bot.ports import Handoff, HandoffPhase

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ITEMS = {
    "language": st.none() | st.sampled_from(["en", "ar", "vi"]),
    "topic": st.none() | st.just("nrm/what"),
    "wish": st.none() | st.sampled_from(["woman", "man"]),
    "interpreter": st.none() | st.sampled_from(["yes", "no", "other"]),
    "message": st.none() | st.text(min_size=1, max_size=80),
    "knock": st.booleans(),
    "under_18": st.booleans(),
}


@pytest.mark.rule("HAND-3", "HAND-10")
@given(st.builds(RequestHandoff, **ITEMS), st.sampled_from(list(Channel)))
def test_the_card_is_the_set_of_ticked_items(agreed: RequestHandoff, channel: Channel) -> None:
    """Over all combinations: every ticked item is there, every other is absent, no further field is."""
    handoff = Handoff(7, 4242, channel, HandoffPhase.REQUESTED, agreed, NOW)
    card = asdict(officer_view(handoff))
    assert {name: card.pop(name) for name in ("handoff_id", "requested_at", "channel")} == {
        "handoff_id": 7,
        "requested_at": NOW,
        "channel": channel,
    }
    shown = asdict(agreed)
    shown.pop("under_18")
    assert card == shown


@pytest.mark.rule("HAND-3")
def test_nothing_ticked_is_an_empty_card() -> None:
    """Who ticked nothing is somebody on a channel."""
    nothing = RequestHandoff(None, None, None, None, None, knock=False, under_18=False)
    card = officer_view(Handoff(7, 1, Channel.SMS, HandoffPhase.REQUESTED, nothing, NOW))
    assert (card.language, card.topic, card.wish, card.interpreter, card.message) == (None,) * 5
    assert card.knock is False
