"""The Twilio stand-in plays the provider: records, windows, opt-outs, callbacks, and the public description."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from flask import Flask, request
from werkzeug.serving import make_server

from bot.channels.sms.send import SmsSender
from bot.channels.twilio import MESSAGE_PATH
from bot.channels.twilio_send import TwilioSender
from bot.channels.whatsapp.send import WhatsappSender
from bot.demo.specs import specs_folder
from bot.demo.twilio_specs import check_twilio
from bot.demo.twilio_standin import ACCOUNT_SID, TwilioStandIn
from bot.engine.model import Channel, Gate
from bot.ports import SendError
from tests.channels.twilio_kit import ADDRESSES, KNOCK_SID, NUMBER, ListDoor, account, outgoing
from webhooks.app import create_app
from webhooks.door import EdgeSettings

SMS, WHATSAPP = ADDRESSES[Channel.SMS], ADDRESSES[Channel.WHATSAPP]
W_NUMBER = f"whatsapp:{NUMBER}"
CREATE = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"


class Clock:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(clock: Clock) -> Iterator[TwilioStandIn]:
    standin = TwilioStandIn(clock=clock, templates={KNOCK_SID: "There is a reply for you."}).start()
    yield standin
    standin.stop()


@pytest.fixture
def door(provider: TwilioStandIn) -> Iterator[ListDoor]:
    """The product's edge on a real socket, as the provider reaches it."""
    door = ListDoor()
    edge = EdgeSettings(twilio=account(provider.origin), public_url=account().public_url)
    server = make_server("127.0.0.1", 0, create_app(door, edge), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    provider.deliver_to(f"http://127.0.0.1:{server.server_port}", signed_as=account().public_url)
    yield door
    server.shutdown()
    thread.join(5)
    server.server_close()


def sender(provider: TwilioStandIn, channel: Channel = Channel.SMS) -> TwilioSender:
    return (SmsSender if channel is Channel.SMS else WhatsappSender)(account(provider.origin))


def test_phone_shows_parts_and_encoding(provider: TwilioStandIn) -> None:
    """What arrived, as it would be billed."""
    sender(provider).send(SMS, outgoing("ë" * 71))
    (message,) = provider.phone(NUMBER)
    assert (message.encoding, message.units, message.parts, message.from_person) == ("UCS-2", 71, 2, False)


def test_callbacks_come_back_signed_and_in_order(provider: TwilioStandIn, door: ListDoor) -> None:
    """sent, then delivered, through the real edge."""
    sid = sender(provider).send(SMS, outgoing()).message_id
    provider.posts.settle()
    assert door.changes == [(Channel.SMS, sid, "sent", None), (Channel.SMS, sid, "delivered", None)]


@pytest.mark.rule("SEND-8")
def test_stop_binds_the_provider_until_start(provider: TwilioStandIn, door: ListDoor) -> None:
    """After STOP every SMS is refused as opted out; START lifts it."""
    provider.deliver(NUMBER, "stop")
    with pytest.raises(SendError) as caught:
        sender(provider).send(SMS, outgoing())
    assert (caught.value.code, caught.value.gone) == ("21610", True)
    provider.deliver(NUMBER, "START")
    assert sender(provider).send(SMS, outgoing()).status == "queued"


def test_whatsapp_window(provider: TwilioStandIn, door: ListDoor, clock: Clock) -> None:
    """After 24 hours of silence text fails by callback with 63016, and the approved template passes."""
    provider.deliver(W_NUMBER, "Hello")
    clock.now += timedelta(hours=24, seconds=1)
    whatsapp = sender(provider, Channel.WHATSAPP)
    sid = whatsapp.send(WHATSAPP, outgoing("text")).message_id
    whatsapp.send(WHATSAPP, outgoing("knock", Gate.KNOCK))
    provider.posts.settle()
    assert (Channel.WHATSAPP, sid, "failed", "63016") in door.changes
    assert [one.text for one in provider.phone(W_NUMBER)] == ["Hello", "There is a reply for you."]


def test_failure_told_later(provider: TwilioStandIn, door: ListDoor) -> None:
    """Some failures come after a 201, by callback."""
    provider.fail(NUMBER, 201, 30005, later=True)
    sid = sender(provider).send(SMS, outgoing()).message_id
    provider.posts.settle()
    assert door.changes == [(Channel.SMS, sid, "undelivered", "30005")]
    assert provider.phone(NUMBER) == ()


def test_many_at_once(provider: TwilioStandIn) -> None:
    """Threads send at the same time; every message is there once."""
    one = sender(provider)
    threads = [
        threading.Thread(target=lambda n=n: [one.send(SMS, outgoing(f"{n}-{m}")) for m in range(5)]) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(m.text for m in provider.phone(NUMBER)) == sorted(f"{n}-{m}" for n in range(8) for m in range(5))
    assert len({m.sid for m in provider.phone(NUMBER)}) == 40


@pytest.mark.rule("DATA-4")
def test_webhooks_carry_what_must_be_dropped(provider: TwilioStandIn) -> None:
    """The stand-in pushes profile names and places unasked, as the provider does."""
    seen: list[set[str]] = []
    app = Flask("target")

    @app.post(MESSAGE_PATH)
    def target() -> str:
        seen.append(set(parse_qs(request.get_data(as_text=True))))
        return ""

    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    provider.deliver_to(f"http://127.0.0.1:{server.server_port}")
    provider.deliver(NUMBER, "Hello")
    provider.deliver(W_NUMBER, "Hello")
    server.shutdown()
    thread.join(5)
    server.server_close()
    assert {"FromCity", "FromZip"} <= seen[0]
    assert {"ProfileName", "ChannelMetadata", "WaId"} <= seen[1]


# --- the public description


@pytest.fixture
def described() -> None:
    if specs_folder() is None:
        assert os.environ.get("OWNSTEPS_STRICT") != "1", "OWNSTEPS_STRICT=1 and OWNSTEPS_SPECS is not set"
        pytest.skip("OWNSTEPS_SPECS is not set: requests are not checked against the public API descriptions")


WRONG = [
    ("unknown field", {"To": ["+44"], "Subject": ["x"]}, "Subject: no such field"),
    ("missing", {"Body": ["x"]}, "To: missing"),
    ("too long", {"To": ["+44"], "Body": ["x" * 1601]}, "Body: more than 1,600 characters"),
    ("out of range", {"To": ["+44"], "ValidityPeriod": ["36001"]}, "ValidityPeriod: not from 1 to 36000"),
    ("not a value", {"To": ["+44"], "ContentRetention": ["forget"]}, "ContentRetention: not one of the values"),
    ("twice", {"To": ["+44", "+45"]}, "To: given 2 times"),
    ("not a boolean", {"To": ["+44"], "SmartEncoded": ["maybe"]}, "SmartEncoded: not a boolean"),
]


@pytest.mark.usefixtures("described")
@pytest.mark.parametrize(("form", "problem"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_description_refuses(form: dict[str, list[str]], problem: str) -> None:
    """A request that the description does not allow is said by field and never by value."""
    assert check_twilio("POST", CREATE, form) == [problem]


@pytest.mark.usefixtures("described")
def test_description_allows_what_we_send(provider: TwilioStandIn) -> None:
    """Every kind of request that our senders make is allowed."""
    for channel in ADDRESSES:
        for gate in (Gate.NEUTRAL, Gate.KNOCK):
            sent = sender(provider, channel).send(ADDRESSES[channel], outgoing(gate=gate))
            assert sent.message_id
    assert list(provider.problems) == []
    assert check_twilio("PUT", CREATE, {}) == ["PUT: no such path"]
