"""Sends SMS."""

from __future__ import annotations

from bot.channels.twilio_send import TwilioSender
from bot.engine.model import Channel, Gate
from bot.ports import Outgoing

VALIDITY_S = 900
"""How long a message may wait at the provider: the gap limit, since late text may reach other hands (SEND-5)."""


class SmsSender(TwilioSender):
    channel = Channel.SMS

    def fields(self, number: str, outgoing: Outgoing) -> dict[str, object]:
        found: dict[str, object] = {"to": number, "from_": self.account.sms_from, "body": outgoing.payload.text}
        if outgoing.gate is not Gate.KNOCK:  # a knock says nothing, so it may come late
            found["validity_period"] = VALIDITY_S
        return found
