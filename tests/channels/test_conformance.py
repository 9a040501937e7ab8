"""Each channel with its stand-in and the real edge, through the checks that all of them pass."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from werkzeug.serving import make_server

from bot.channels.sms.send import SmsSender
from bot.channels.telegram.send import TelegramSender
from bot.channels.whatsapp.send import WhatsappSender
from bot.demo.telegram_queue import Failure
from bot.demo.telegram_standin import TelegramStandIn
from bot.demo.twilio_standin import TwilioStandIn
from bot.engine.model import Channel
from bot.ports import Address, Inbound
from tests.channels.conformance import CHECKS, Rig
from tests.channels.twilio_kit import NUMBER, PUBLIC, ListDoor, account
from webhooks.app import create_app
from webhooks.door import EdgeSettings

SECRET = "rig-secret"
CHAT = 4_400_500_600


@contextmanager
def edge(door: ListDoor) -> Iterator[str]:
    """The origin of the product's web edge on a real socket."""
    app = create_app(door, EdgeSettings(account(), SECRET, None, PUBLIC))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


class TwilioRig:
    def __init__(self, channel: Channel, provider: TwilioStandIn, door: ListDoor) -> None:
        self.channel, self._provider = channel, provider
        self.address = Address(channel, NUMBER)
        self.taken, self.dropped = door.taken, door.dropped
        kind = SmsSender if channel is Channel.SMS else WhatsappSender
        self.sender = kind(account(provider.origin))
        self._wire = NUMBER if channel is Channel.SMS else f"whatsapp:{NUMBER}"
        if channel is Channel.WHATSAPP:  # the window is open only after the person has written
            provider.deliver(self._wire, "opens the window")
            door.taken.clear()

    def shown(self) -> list[str]:
        return [one.text for one in self._provider.phone(self._wire) if not one.from_person]

    def says(self, text: str) -> None:
        assert self._provider.deliver(self._wire, text) == 200

    def sends_media(self) -> None:
        assert self._provider.deliver(self._wire, "", media="image/jpeg") == 200

    def redelivers(self) -> None:
        last = self.taken[-1]
        assert self._provider.deliver(self._wire, last.text, sid=last.provider_id) == 200

    def refuses(self, how: str) -> None:
        status, code = {"gone": (400, 21211), "busy": (429, 20429), "no-answer": (0, 0)}[how]
        self._provider.fail(self._wire, status, code)


class TelegramRig:
    channel = Channel.TELEGRAM
    address = Address(Channel.TELEGRAM, str(CHAT))

    def __init__(self, provider: TelegramStandIn, sender: TelegramSender, door: ListDoor) -> None:
        self._provider, self.sender = provider, sender
        self.taken, self.dropped = door.taken, door.dropped

    def shown(self) -> list[str]:
        return [one.text for one in self._provider.chat(CHAT) if one.from_bot]

    def says(self, text: str) -> None:
        self._last = self._provider.person_says(CHAT, text)

    def sends_media(self) -> None:
        self._provider.person_sends_media(CHAT)

    def redelivers(self) -> None:
        self._provider.deliver(self._last)

    def refuses(self, how: str) -> None:
        status = {"gone": 403, "busy": 429, "no-answer": 0}[how]
        self._provider.fail(Failure(status, method="sendMessage"))


@contextmanager
def twilio_rig(channel: Channel) -> Iterator[Rig]:
    door, provider = ListDoor(), TwilioStandIn(auto_status=False).start()
    try:
        with edge(door) as origin:
            provider.deliver_to(origin, signed_as=PUBLIC)
            yield TwilioRig(channel, provider, door)
    finally:
        provider.stop()


@contextmanager
def telegram_rig() -> Iterator[Rig]:
    door, provider = ListDoor(), TelegramStandIn().start()
    sender = TelegramSender(provider.token, provider.origin, timeout_s=1.0)
    try:
        with edge(door) as origin:
            provider.deliver_to(f"{origin}/webhooks/telegram", SECRET)
            provider.person_says(CHAT, "opens the chat")
            door.taken.clear()
            yield TelegramRig(provider, sender, door)
    finally:
        sender.close()
        provider.stop()


@pytest.fixture(params=list(Channel))
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    channel = Channel(request.param)
    with telegram_rig() if channel is Channel.TELEGRAM else twilio_rig(channel) as made:
        yield made


@pytest.mark.rule("DATA-4", "SEND-5", "LOG-1")
@pytest.mark.parametrize("check", CHECKS, ids=[check.__name__ for check in CHECKS])
def test_conforms(rig: Rig, check: Callable[[Rig], None]) -> None:
    """The channel keeps what every channel owes."""
    check(rig)


def test_rigs_take_inbounds() -> None:
    """The rigs' doors hold records, so that an empty list above means that nothing came."""
    with twilio_rig(Channel.SMS) as rig:
        rig.says("Hello")
        assert all(isinstance(one, Inbound) for one in rig.taken)
        assert rig.taken
