"""Markers in every field and through every failure: none in a log, on the terminal, in a metric or in a status page."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from bot import wiring
from bot.channels.telegram import send as telegram_send
from bot.channels.telegram.send import TelegramSender
from bot.channels.twilio_send import TwilioSender
from bot.demo import telegram_updates as made
from bot.demo.telegram_queue import Failure
from bot.demo.telegram_standin import SECRET_HEADER, TelegramStandIn
from bot.demo.twilio_forms import message, sign, status
from bot.demo.twilio_standin import ACCOUNT_SID, AUTH_TOKEN, SMS_FROM, WHATSAPP_FROM, TwilioStandIn
from bot.engine.model import Channel
from bot.ports import Address
from bot.service import receive
from bot.serving import app_of
from bot.settings import Settings, Stage, TelegramSettings, TwilioSettings
from bot.store.vault import Keyring
from tests.hostile.kit import FORM, MESSAGE, STATUS, TELEGRAM
from tests.kit import MONDAY, PUBLIC, shipped

MARK = "zebra"
"""In every text that this test makes; numbers stand for themselves."""
TOKEN, SECRET = "1000001:zebra-token", "zebra-secret"
CHAT, PHONE = 700_987_654, "+447700900987"
SID = "SM" + "5eb4a" * 6 + "00"
MARKERS = (MARK, str(CHAT), PHONE[1:], PHONE[3:], AUTH_TOKEN, SMS_FROM, WHATSAPP_FROM, SID[2:30], "987650", "988001")


class LoudTwilio(TwilioStandIn):
    """Answers as it is told to, with markers in every field of the error."""

    broken = 0

    def call(self, method: str, path: str, form: Any, user: str, password: str) -> tuple[int, Any]:
        if self.broken:
            return self.broken, {"code": f"{MARK} {PHONE}", "message": f"{MARK} {PHONE}", "status": self.broken}
        return super().call(method, path, form, user, password)


class Everything:
    """The real product with real senders, against stand-ins over real HTTP."""

    def __init__(self, folder: Path) -> None:
        self.now, self.count = MONDAY, 0
        self.telegram = TelegramStandIn(TOKEN, clock=lambda: self.now).start()
        self.twilio = LoudTwilio(clock=lambda: self.now, auto_status=False).start()
        phones = TwilioSettings(
            ACCOUNT_SID, AUTH_TOKEN, SMS_FROM, WHATSAPP_FROM, self.twilio.origin, "delete", f"HX{MARK}"
        )
        settings = Settings(
            Stage.DEMO,
            f"sqlite:///{folder}/house.db",
            "uk",
            keyring=Keyring.fresh(),
            public_url=PUBLIC,
            telegram=TelegramSettings(TOKEN, SECRET, "webhook", self.telegram.origin),
            twilio=phones,
        )
        self.product = wiring.build(settings, clock=lambda: self.now, pack=shipped(), upgrade=True)
        self.app = app_of(self.product)
        self.web: FlaskClient = self.app.test_client()
        self.telegram.chats.open(CHAT)

    def close(self) -> None:
        self.product.dispatcher.close()
        if self.product.telegram is not None:
            self.product.telegram.close()
        self.product.store.close()
        self.telegram.stop()
        self.twilio.stop()

    def update(self, **fields: Any) -> None:
        """A message whose every other field holds a marker."""
        self.count += 1
        person = {"id": CHAT, "is_bot": False, "first_name": f"{MARK}1", "last_name": MARK, "username": f"{MARK}_user"}
        body = {
            "message_id": 987_650 + self.count,
            "date": int(self.now.timestamp()),
            "from": {**person, "language_code": MARK},
            "chat": {**person, "type": "private"},
            "text": f"{MARK} words",
            **fields,
        }
        self.post_update({"update_id": 988_001 + self.count, "message": body})

    def post_update(self, update: object, secret: str = SECRET) -> None:
        agent = {SECRET_HEADER: secret, "User-Agent": f"{MARK} agent", "X-Forwarded-For": f"{MARK}.1"}
        self.web.post(f"{TELEGRAM}?q={MARK}", json=update, headers=agent)

    def form(self, channel: Channel, text: str, **more: str) -> None:
        self.count += 1
        prefix = "whatsapp:" if channel is Channel.WHATSAPP else ""
        ours = prefix + (WHATSAPP_FROM if prefix else SMS_FROM)
        fields = message(ACCOUNT_SID, f"{SID}{self.count:02d}", prefix + PHONE, ours, text)
        loud = {name: f"{MARK} {name}" for name in fields if name in LOUD_FIELDS}
        self.post_form(MESSAGE, {**fields, **loud, "Unknown": MARK, **more})

    def post_form(self, path: str, fields: dict[str, str], signature: str | None = None) -> None:
        headers = {"X-Twilio-Signature": signature or sign(PUBLIC + path, fields, AUTH_TOKEN), "User-Agent": MARK}
        self.web.post(f"{path}?q={MARK}", data=fields, headers=headers, content_type=FORM)

    def send(self, *texts: str) -> None:
        """The same words on every channel, and all that comes of it."""
        for text in texts:
            self.update(text=text)
            self.form(Channel.SMS, text)
            self.form(Channel.WHATSAPP, text)
        self.product.dispatcher.drain()
        self.product.upkeep.tick()

    def later(self, seconds: float) -> None:
        self.now = self.now + timedelta(seconds=seconds)
        self.product.upkeep.tick()
        self.product.dispatcher.drain()


LOUD_FIELDS = (
    "ProfileName", "WaId", "ChannelMetadata", "ExternalUserId", "FromCity", "FromState", "FromZip", "FromCountry",
    "ToCity", "ToState", "ApiVersion", "SmsStatus",
)  # fmt: skip


@pytest.fixture
def all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Everything]:
    monkeypatch.setattr(telegram_send, "TelegramSender", partial(TelegramSender, timeout_s=0.3))
    built = Everything(tmp_path)
    loggers = [logging.getLogger(name) for name in list(logging.root.manager.loggerDict)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield built
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    built.close()


def chosen(house: Everything) -> None:
    """A conversation as far as a request for a person with a message of one's own, and on to desk words."""
    house.send("hello", "1", f"my {MARK} story", "8", "1", "1 2 3 4 5 6", "7", "0", f"{MARK} own message", "1", "88")


def media(house: Everything) -> None:
    for kind, sample in made.MEDIA.items():
        house.update(**{kind: sample, "caption": MARK, "file_id": MARK, "text": None})
    house.update(document={"file_id": MARK, "file_name": f"{MARK}.pdf"}, caption=f"{MARK} caption")
    house.update(contact={"phone_number": PHONE, "first_name": MARK}, location={"latitude": 51.987654})
    house.form(Channel.SMS, MARK, NumMedia="1", MediaUrl0=f"https://{MARK}.example.org", MediaContentType0=MARK)
    house.product.dispatcher.drain()


def strange(house: Everything) -> None:
    house.update(text=[MARK])
    house.update(text=MARK, forward_origin={"type": "user", "sender_user": {"first_name": MARK}})
    house.update(chat={"id": -CHAT, "type": "group", "title": MARK})
    house.post_update({"update_id": 988_001, MARK: {"id": CHAT}})
    house.post_update({MARK: MARK}, secret=f"{MARK}-wrong")
    house.web.post(TELEGRAM, data=f"{MARK}\xff".encode("latin-1"), headers={SECRET_HEADER: SECRET})
    house.web.open(f"/{MARK}/{CHAT}", method=MARK.upper())
    house.form(Channel.SMS, MARK, From=f"{MARK} bank")
    house.form(Channel.SMS, f"{MARK}\0")
    house.post_form(MESSAGE, {"Body": MARK}, signature=f"{MARK}-signature")
    house.post_form(STATUS, status(ACCOUNT_SID, SID, SMS_FROM, PHONE, "failed", f"{MARK}{PHONE}"))
    house.post_form(STATUS, status(ACCOUNT_SID, SID, SMS_FROM, PHONE, MARK, "30003"))


def desk(house: Everything) -> None:
    page = house.web.get("/desk/sign-in", base_url=PUBLIC).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    given = {"name": f"{MARK} name", "password": f"{MARK} password", "code": MARK, "csrf_token": token[1]}
    assert house.web.post("/desk/sign-in", data=given, base_url=PUBLIC).status_code == 401
    house.web.get(f"/desk/demo/{MARK}-link", base_url=PUBLIC)
    house.web.get(f"/desk/handoffs/{CHAT}?q={MARK}", base_url=PUBLIC)


def engine_fails(house: Everything, patch: pytest.MonkeyPatch) -> None:
    def fail(bundle: object, state: object, received: Any, now: object) -> None:
        raise RuntimeError(f"{MARK} {received.text} {PHONE}")

    with patch.context() as patched:
        patched.setattr(receive, "step", fail)
        house.send(f"{MARK} words", "9")
        house.later(30)
    house.later(30)


def database_fails(house: Everything, patch: pytest.MonkeyPatch) -> None:
    for error in (
        OperationalError(f"insert {MARK}", {"text": PHONE}, sqlite3.OperationalError(f"{MARK} is locked")),
        sqlite3.OperationalError(f"database is locked: {MARK}"),
        OSError(f"/{MARK}/ownsteps.db"),
    ):
        with patch.context() as patched:
            patched.setattr(house.product.store, "transact", partial(fail_with, error))
            house.update(text=MARK)
            house.form(Channel.SMS, MARK)
            house.post_form(STATUS, status(ACCOUNT_SID, SID, SMS_FROM, PHONE, "delivered", None))
            for path in ("/readyz", "/metrics", "/desk/sign-in"):
                house.web.get(path)
    house.send(MARK)


def fail_with(error: Exception, work: object) -> None:
    raise error


def senders_fail(house: Everything, patch: pytest.MonkeyPatch) -> None:
    for error in (RuntimeError(f"{MARK} {PHONE} {TOKEN}"), ValueError(MARK)):
        with patch.context() as patched:
            for sender in (TelegramSender, TwilioSender):
                patched.setattr(sender, "send", lambda *_, error=error: fail_with(error, None))
            house.send("hello", "1")
        house.later(61)


def providers_fail(house: Everything, patch: pytest.MonkeyPatch) -> None:
    for code in (400, 403, 429, 502, 0):
        house.telegram.fail(Failure(code, "sendMessage", description=f"{MARK} {CHAT}"))
        house.update(text="hello")
        house.later(5)
    for code in (400, 401, 404, 429, 500, 503):
        house.twilio.broken = code
        house.send("hello")
        house.twilio.broken = 0
        house.later(600)
    house.twilio.fail(PHONE, 0, 0)
    house.send("hello", "1")
    house.later(61)


@pytest.mark.rule("LOG-1")
def test_no_marker_anywhere(
    all_of_it: Everything,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Texts, names, numbers, ids, tokens, signatures, sign-in fields and the words of errors stay out of everything."""
    caplog.set_level(logging.DEBUG)
    for act in (chosen, media, strange, desk):
        act(all_of_it)
    for fault in (engine_fails, database_fails, senders_fail, providers_fail):
        fault(all_of_it, monkeypatch)
    pages = [all_of_it.web.get(path).text for path in ("/metrics", "/readyz", "/healthz")]
    printed = capfd.readouterr()
    for marker in MARKERS:
        for where in (caplog.text, printed.out, printed.err, *pages):
            assert marker not in where.lower(), marker
    assert "ownsteps_provider_errors_total" in pages[0]
    for fault_seen in ("could not be handled", "could not be kept", "could not be dispatched"):
        assert fault_seen in caplog.text


@pytest.mark.rule("LOG-2")
def test_two_messages_share_no_value(all_of_it: Everything, caplog: pytest.LogCaptureFixture) -> None:
    """What is logged of one message holds nothing by which the next of the same person could be known."""
    caplog.set_level(logging.DEBUG)
    logged: list[str] = []
    for text in ("hello", "1"):
        caplog.clear()
        all_of_it.send(text)
        logged.append(caplog.text)
    again, other = Address(Channel.SMS, PHONE), Address(Channel.SMS, "+447700900111")
    assert str(again) == str(other)
    first, second = (set(re.findall(r"[0-9A-Za-z_-]*[0-9][0-9A-Za-z_-]*", text)) for text in logged)
    shared = {one for one in first & second if not CONSTANT.fullmatch(one)}
    assert shared == set()


CONSTANT = re.compile(r"200|[0-9]{1,3}|py-?[0-9]+")
"""An HTTP status or the line of the source: the same for everybody."""
