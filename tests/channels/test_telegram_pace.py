"""How fast messages may go to Telegram, with a clock that the test moves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.pace import BURST, MAX_CHATS, OVERALL, Pace
from tests.channels.telegram_kit import NOON


def test_three_go_at_once_then_one_a_second() -> None:
    """A reply of three messages goes out together; the fourth waits a second."""
    pace = Pace()
    assert [pace.delay("a", NOON) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert pace.delay("a", NOON) == pytest.approx(1.0)
    assert pace.delay("a", NOON + timedelta(seconds=0.4)) == pytest.approx(0.6)
    assert pace.delay("a", NOON + timedelta(seconds=1)) == 0.0
    assert pace.delay("a", NOON + timedelta(seconds=1)) == pytest.approx(1.0)


def test_one_chat_does_not_hold_another_back() -> None:
    """A chat that has to wait leaves the others as they are."""
    pace = Pace()
    for _ in range(BURST):
        pace.delay("a", NOON)
    assert pace.delay("a", NOON) > 0
    assert pace.delay("b", NOON) == 0.0


def test_thirty_a_second_over_all() -> None:
    """The 31st within a second waits for the rest of that second."""
    pace = Pace()
    assert all(pace.delay(str(chat), NOON) == 0.0 for chat in range(OVERALL))
    assert pace.delay("x", NOON + timedelta(seconds=0.25)) == pytest.approx(0.75)
    assert pace.delay("x", NOON + timedelta(seconds=1)) == 0.0


def test_a_clock_set_back_stops_nothing() -> None:
    """After the clock went back an hour a message still goes within a second."""
    pace = Pace()
    for chat in range(OVERALL):
        pace.delay(str(chat), NOON + timedelta(hours=1))
    assert pace.delay("x", NOON) == 0.0
    assert pace.delay("0", NOON) == 0.0


def test_memory_is_bounded() -> None:
    """However many chats write, only so many buckets are kept."""
    pace = Pace()
    for chat in range(MAX_CHATS + 500):
        pace.delay(str(chat), NOON + timedelta(seconds=chat))
    assert len(pace._chats) == MAX_CHATS


ASKS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.floats(0, 0.4)), max_size=200)


@given(ASKS)
def test_no_second_ever_holds_more_than_allowed(asks: list[tuple[str, float]]) -> None:
    """Whatever is asked when: 30 over all in any second, and burst + seconds for a chat in any span."""
    pace, at, gone = Pace(), NOON, []
    for chat, gap in asks:
        at += timedelta(seconds=gap)
        if pace.delay(chat, at) == 0.0:
            gone.append((chat, at))
    for index, (chat, first) in enumerate(gone):
        later = gone[index:]
        assert sum(at < first + timedelta(seconds=1) for _, at in later) <= OVERALL
        spans = [(at - first).total_seconds() for name, at in later if name == chat]
        assert all(count <= BURST + span + 1e-6 for count, span in enumerate(spans, 1))
