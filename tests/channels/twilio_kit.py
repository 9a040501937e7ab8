"""What the Twilio tests share: a door that writes down what it was given, an account, the app. All people are invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask.testing import FlaskClient

from bot.channels.twilio import MESSAGE_PATH, TwilioAccount
from bot.demo import twilio_forms as made
from bot.demo.twilio_standin import ACCOUNT_SID, AUTH_TOKEN, SMS_FROM, WHATSAPP_FROM
from bot.engine.model import Channel, Gate
from bot.ports import Address, Inbound, Outgoing, OutKind, Payload
from webhooks.app import create_app
from webhooks.door import EdgeSettings

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NUMBER = "+447700900123"
ADDRESSES = {channel: Address(channel, NUMBER) for channel in (Channel.SMS, Channel.WHATSAPP)}
PUBLIC = "https://ownsteps.example"
KNOCK_SID = "HX" + "c" * 32
FORM = "application/x-www-form-urlencoded"


@dataclass
class ListDoor:
    """A door whose `keeps` says whether it can keep anything; it breaks when told to."""

    keeps: bool = True
    breaks: bool = False
    taken: list[Inbound] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    changes: list[tuple[Channel, str, str, str | None]] = field(default_factory=list)

    def take(self, inbound: Inbound) -> bool:
        if self.breaks:
            raise RuntimeError(f"MARKERfault with {inbound.text}")
        if self.keeps:
            self.taken.append(inbound)
        return self.keeps

    def drop(self, reason: str) -> None:
        self.dropped.append(reason)

    def status(self, channel: Channel, message_id: str, status: str, code: str | None) -> None:
        self.changes.append((channel, message_id, status, code))

    def gauges(self) -> Mapping[str, float]:
        return {"parked": 0, "handoffs_waiting": 2}

    def counts(self) -> Sequence[tuple[str, str, int]]:
        return [("withheld", "OPEN-4", 3), ("provider_errors", "sms:21610", 1), ("turns", "sms", 7)]

    def ready(self) -> Mapping[str, object]:
        if self.breaks:
            raise RuntimeError("MARKERfault")
        return {"ready": self.keeps}


def account(api: str | None = None, **more: object) -> TwilioAccount:
    known = TwilioAccount(
        ACCOUNT_SID, AUTH_TOKEN, SMS_FROM, WHATSAPP_FROM, api=api, public_url=PUBLIC, knock_sid=KNOCK_SID
    )
    return replace(known, **more)  # type: ignore[arg-type]


def served(door: ListDoor, **more: object) -> FlaskClient:
    known: dict[str, object] = {"twilio": account(), "telegram_secret": "s", "public_url": PUBLIC}
    return create_app(door, EdgeSettings(**(known | more)), clock=lambda: NOON).test_client()  # type: ignore[arg-type]


def outgoing(text: str = "Hello", gate: Gate = Gate.NEUTRAL) -> Outgoing:
    return Outgoing(OutKind.MESSAGE, gate, Payload(text))


def remove(*sids: str) -> Outgoing:
    return Outgoing(OutKind.REMOVE, Gate.NEUTRAL, refs=sids)


def sms_fields(text: str = "Hello", sid: str = "SM" + "a" * 32, **extra: str) -> dict[str, str]:
    return made.message(ACCOUNT_SID, sid, NUMBER, SMS_FROM, text) | extra


def signed(
    fields: Mapping[str, str | Sequence[str]], path: str = MESSAGE_PATH, url: str = PUBLIC
) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a webhook as the provider makes it."""
    headers = {"X-Twilio-Signature": made.sign(url + path, fields, AUTH_TOKEN)}
    return urlencode(dict(fields), doseq=True).encode(), headers
