"""Sends WhatsApp messages. Whether the 24-hour window is open is the dispatcher's to know."""

from __future__ import annotations

from bot.channels.twilio_forms import WHATSAPP
from bot.channels.twilio_send import TwilioSender
from bot.engine.model import Channel, Gate
from bot.ports import Outgoing


class WhatsappSender(TwilioSender):
    channel = Channel.WHATSAPP

    def fields(self, number: str, outgoing: Outgoing) -> dict[str, object]:
        """A knock goes as the approved template where there is one: outside the window nothing else passes."""
        found: dict[str, object] = {
            "to": WHATSAPP + number,
            "from_": WHATSAPP + (self.account.whatsapp_from or ""),
        }
        if outgoing.gate is Gate.KNOCK and self.account.knock_sid:
            return found | {"content_sid": self.account.knock_sid}
        return found | {"body": outgoing.payload.text}
