"""Several hands at once: a close in the middle of sending, officers and the person racing on one real database."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.engine.model import Channel
from bot.service.dispatch import Dispatcher
from tests.kit import House


@pytest.mark.rule("HIDE-2")
def test_a_close_between_lease_and_send_is_answered_at_once(house: House) -> None:
    """A row that was leased and is then cleared does not hold up the closing line, and is not sent."""
    house.says(Channel.SMS, "hello", "1")
    house.post(Channel.SMS, "housing")
    posted: list[int] = []

    def close_once(chat: str, now: datetime) -> float:
        """Called after the lease and before the send."""
        if not posted:
            posted.append(house.post(Channel.SMS, "9"))
        return 0.0

    Dispatcher(
        house.product.context, dict.fromkeys(Channel, house.phone), lambda: 0.5, {Channel.SMS: close_once}
    ).drain()
    assert posted == [200]
    assert house.phone.take() == ["OK. This line is closed now."]
