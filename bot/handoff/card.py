"""What an officer sees of a request: what was agreed and nothing else (HAND-3, HAND-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.engine.model import Channel
from bot.ports import Handoff


@dataclass(frozen=True, slots=True)
class OfficerView:
    """The lines of the consent card's preview as data. None, or False for `knock`: not agreed, not known here.

    The channel is in every preview, so it is always here. Whether somebody is under 18 was no item of the card:
    it decides who may take the request (`life.may_take`) and is not shown.
    """

    handoff_id: int
    requested_at: datetime
    channel: Channel
    language: str | None
    topic: str | None
    wish: str | None
    interpreter: str | None
    message: str | None
    knock: bool


def officer_view(handoff: Handoff) -> OfficerView:
    agreed = handoff.agreed
    return OfficerView(
        handoff_id=handoff.id,
        requested_at=handoff.requested_at,
        channel=handoff.channel,
        language=agreed.language,
        topic=agreed.topic,
        wish=agreed.wish,
        interpreter=agreed.interpreter,
        message=agreed.message,
        knock=agreed.knock,
    )
