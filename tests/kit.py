"""What many tests share: the shipped pack, a person who talks to the engine, and a person who talks to the whole service."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from bot.channels.layout import lay_out
from bot.engine.events import Desk, Input, InputKind, Turn
from bot.engine.model import Channel, Reply
from bot.engine.state import State
from bot.engine.step import fresh, step
from bot.ports import Address, Outgoing, OutKind, Receipt, SendError
from bot.service.context import is_risky
from bot.settings import Settings, Stage, TelegramSettings, TwilioSettings
from bot.store.vault import Keyring
from bot.trees.load import Pack
from bot.wiring import Product, build, pack_of
from webhooks.app import create_app

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""A Monday in office hours, UK time."""
PHONE = "+447700900123"
CHAT = "700900123"
SID = "AC" + "0" * 32
TOKEN = "12345"
SECRET = "a-secret"
PUBLIC = "https://help.example.org"


@cache
def shipped(stage: Stage = Stage.DEMO) -> Pack:
    """The UK pack as this stage runs it, loaded once for all tests."""
    return pack_of(Settings(stage, "sqlite:///unused.db", "uk"), lambda: MONDAY)


@dataclass
class Person:
    """Somebody who talks to the engine alone; the clock is moved by hand."""

    channel: Channel = Channel.SMS
    lang: str | None = "en"
    seed: int = 1
    pack: Pack = field(default_factory=shipped)
    now: datetime = MONDAY
    desk: Desk = field(default_factory=lambda: Desk(open=True))
    state: State = field(init=False)
    turn: Turn = field(init=False)

    def __post_init__(self) -> None:
        state = fresh(self.channel, self.seed, self.pack.bundle.version)
        self.state = replace(state, lang=self.lang, lang_chosen=self.lang is not None)

    def send(self, text: str, kind: InputKind = InputKind.TEXT, **more: Any) -> list[str]:
        """One input; the messages that it is answered with."""
        self.turn = step(self.pack.bundle, self.state, Input(kind, text, desk=self.desk, **more), self.now)
        self.state = self.turn.state
        return [message for reply in self.turn.replies for message in self.lay(reply)]

    def says(self, *texts: str) -> list[str]:
        """Several inputs; the answer to the last."""
        messages: list[str] = []
        for text in texts:
            messages = self.send(text)
        return messages

    def tap(self, key: str, serial: int | None = None) -> list[str]:
        return self.send(f"{self.state.serial if serial is None else serial}:{key}", InputKind.TAP)

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def lay(self, reply: Reply) -> list[str]:
        texts, lang = self.pack.texts, reply.lang or self.pack.bundle.default_language
        laid = lay_out(reply, lambda text: texts.say(text, lang, self.now), self.channel, self.now, risk=is_risky)
        if reply is self.turn.replies[-1]:
            self.state = replace(self.state, more=laid.more)
        return [payload.text for payload in laid.messages]

    @property
    def node(self) -> str:
        return self.turn.replies[-1].node if self.turn.replies else ""

    @property
    def keys(self) -> list[str]:
        return [one.key for one in self.turn.replies[-1].options] if self.turn.replies else []


@dataclass
class Phone:
    """The sender that keeps what the channels were asked to send; `fails` are raised first, one a send."""

    sent: list[tuple[Address, Outgoing]] = field(default_factory=list)
    fails: list[SendError] = field(default_factory=list)
    ids: int = 0

    def send(self, address: Address, outgoing: Outgoing) -> Receipt:
        if self.fails:
            raise self.fails.pop(0)
        self.ids += 1
        self.sent.append((address, outgoing))
        return Receipt(f"SM{self.ids:032d}", "sent")

    @property
    def texts(self) -> list[str]:
        return [one.payload.text for _, one in self.sent if one.kind is OutKind.MESSAGE]

    def take(self) -> list[str]:
        """The texts since the last look."""
        texts = self.texts
        self.sent.clear()
        return texts


class House:
    """The whole service on a real database, a SQLite file unless told; entered by its webhooks, only the providers are ours."""

    def __init__(
        self, folder: Path, database: str | None = None, *, stage: Stage = Stage.DEMO, **settings: Any
    ) -> None:
        self.now = MONDAY
        self.phone = Phone()
        self.folder = folder
        self.settings = Settings(
            stage,
            database or f"sqlite:///{folder}/house.db",
            "uk",
            keyring=Keyring.fresh(),
            public_url=PUBLIC,
            telegram=TelegramSettings("1:aaaaaaaaaa", SECRET, "webhook", "http://127.0.0.1:9"),
            twilio=TwilioSettings(SID, TOKEN, "+447700900000", "+447700900001", "http://127.0.0.1:9", "none", None),
            **settings,
        )
        self.product: Product = build(
            self.settings,
            clock=lambda: self.now,
            senders=dict.fromkeys(Channel, self.phone),
            seed=lambda: 1,
            pack=shipped(stage),
            upgrade=True,
        )
        self.app: Flask = create_app(self.product.door, self.product.edge, clock=lambda: self.now)
        self.client: FlaskClient = self.app.test_client()
        self.count = 0

    def close(self) -> None:
        self.product.dispatcher.close()
        self.product.store.close()

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def send(self, channel: Channel, text: str, **more: Any) -> list[str]:
        """A message through the webhook; what went out once the outbox was empty."""
        assert self.post(channel, text, **more) == 200
        self.product.dispatcher.drain()
        return self.phone.take()

    def says(self, channel: Channel, *texts: str) -> list[str]:
        said: list[str] = []
        for text in texts:
            said = self.send(channel, text)
        return said

    def post(self, channel: Channel, text: str, **more: Any) -> int:
        """The status that the provider's request got."""
        self.count += 1
        if channel is Channel.TELEGRAM:
            return self.post_update(update(self.count, text, self.now, **more))
        return self.post_form(form(channel, self.count, text, **more))

    def post_update(self, body: object, secret: str = SECRET) -> int:
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "Content-Type": "application/json"}
        return self.client.post("/webhooks/telegram", data=json.dumps(body), headers=headers).status_code

    def post_form(self, fields: dict[str, str], path: str = "/webhooks/twilio/message") -> int:
        headers = {"X-Twilio-Signature": signature(path, fields)}
        return self.client.post(path, data=fields, headers=headers).status_code

    def tap(self, key: str) -> list[str]:
        """Tap the Telegram button whose token ends with this key, on the newest message that has it."""
        state = self.state(Channel.TELEGRAM)
        assert state is not None
        self.count += 1
        assert self.post_update(press(self.count, f"{state.serial}:{key}", self.now)) == 200
        self.product.dispatcher.drain()
        return self.phone.take()

    def state(self, channel: Channel) -> State | None:
        address = Address(channel, CHAT if channel is Channel.TELEGRAM else PHONE)
        found = self.product.store.transact(lambda unit: unit.find(address))
        return found.state if found else None


def update(number: int, text: str, at: datetime, **more: Any) -> dict[str, Any]:
    """A private message as Telegram sends it, with the person's names, which we must drop."""
    message = {
        "message_id": number,
        "date": int(at.timestamp()),
        "chat": {"id": int(CHAT), "type": "private", "first_name": "Mar", "username": "mar"},
        "from": {"id": int(CHAT), "is_bot": False, "first_name": "Mar", "language_code": "en"},
        "text": text,
        **more,
    }
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return {"update_id": 1000 + number, "message": message}


def press(number: int, data: str, at: datetime) -> dict[str, Any]:
    person = {"id": int(CHAT), "is_bot": False, "first_name": "Mar", "language_code": "en"}
    chat = {"id": int(CHAT), "type": "private"}
    message = {"message_id": 5000 + number, "date": int(at.timestamp()), "chat": chat, "text": "x"}
    query = {"id": str(number), "from": person, "chat_instance": "1", "message": message, "data": data}
    return {"update_id": 1000 + number, "callback_query": query}


def form(channel: Channel, number: int, text: str, **more: str) -> dict[str, str]:
    """A message as Twilio posts it, with the fields that we must drop."""
    prefix = "whatsapp:" if channel is Channel.WHATSAPP else ""
    to = "+447700900001" if prefix else "+447700900000"
    sid = f"SM{number:032d}"
    fields = {
        "MessageSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": SID,
        "From": prefix + PHONE,
        "To": prefix + to,
        "Body": text,
        "NumMedia": "0",
        "NumSegments": "1",
        "FromCity": "LEEDS",
        "ApiVersion": "2010-04-01",
    }
    if prefix:
        fields |= {"ProfileName": "Mar", "WaId": PHONE[1:], "MessageType": "text"}
    return fields | more


def signature(path: str, fields: dict[str, str]) -> str:
    """As Twilio documents it: the address, then names and values in order, HMAC-SHA1 under the token."""
    signed = PUBLIC + path + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return b64encode(hmac.digest(TOKEN.encode(), signed.encode(), hashlib.sha1)).decode()
