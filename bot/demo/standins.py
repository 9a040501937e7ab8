"""Both providers' stand-ins together, and the settings that point the product at them."""

from __future__ import annotations

import secrets

from bot.channels.telegram.setup import apply_profile, load_profile, set_webhook
from bot.demo.telegram_standin import TelegramStandIn
from bot.demo.twilio_standin import ACCOUNT_SID, AUTH_TOKEN, SMS_FROM, WHATSAPP_FROM, TwilioStandIn
from bot.engine.model import Text
from bot.ports import Clock
from bot.trees.places import find_pack, system_of
from bot.wiring import Product

KNOCK_SID = "HX" + "0123456789abcdef" * 2


class StandIns:
    """Telegram and Twilio on free ports of 127.0.0.1, from `start` to `stop`."""

    def __init__(self, clock: Clock) -> None:
        self.telegram = TelegramStandIn(f"1000001:{secrets.token_urlsafe(24)}", clock=clock)
        self.twilio = TwilioStandIn(clock=clock)
        self._secret = secrets.token_urlsafe(24)

    def start(self) -> StandIns:
        self.telegram.start()
        self.twilio.start()
        return self

    def stop(self) -> None:
        self.telegram.stop()
        self.twilio.stop()

    def settings(self) -> dict[str, str]:
        """What a deployment would be given by the real providers."""
        return {
            "OWNSTEPS_TELEGRAM_TOKEN": self.telegram.token,
            "OWNSTEPS_TELEGRAM_SECRET": self._secret,
            "OWNSTEPS_TELEGRAM_MODE": "webhook",
            "OWNSTEPS_TELEGRAM_API": self.telegram.origin,
            "OWNSTEPS_TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "OWNSTEPS_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "OWNSTEPS_TWILIO_SMS_FROM": SMS_FROM,
            "OWNSTEPS_TWILIO_WHATSAPP_FROM": WHATSAPP_FROM,
            "OWNSTEPS_TWILIO_API": self.twilio.origin,
            "OWNSTEPS_WHATSAPP_KNOCK": KNOCK_SID,
        }

    def introduce(self, product: Product) -> None:
        """What `ownsteps setup` and a console do: webhook addresses, the bot's profile, the approved template."""
        assert product.telegram is not None
        assert product.settings.public_url is not None
        client = product.telegram.client
        apply_profile(client, load_profile(system_of(find_pack(product.settings.pack)) / "profile.yaml"))
        set_webhook(client, product.settings.public_url, self._secret)
        self.twilio.deliver_to(product.settings.public_url)
        self.twilio.templates[KNOCK_SID] = product.context.say(Text("system/knock"), None, product.clock())
