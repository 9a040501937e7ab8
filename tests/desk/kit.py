"""A desk on a real SQLite file, with people who write and officers who answer. All of it is invented."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.desk.pages import desk_blueprint
from bot.desk.stream import Streams
from bot.engine.events import RequestHandoff
from bot.engine.model import Channel, Gate
from bot.engine.state import Owner, State
from bot.ports import Address, Handoff, HandoffMessage, Inbound, InboundKind, Leased, Officer, Unit
from bot.service.context import Context
from bot.service.dispatch import Dispatcher
from bot.service.receive import Receiver
from bot.service.sign_in import Brake, hash_password
from bot.settings import Stage
from bot.store import SqlStore
from tests.kit import Phone, shipped

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PASSWORD = "correct horse staple"
HASHED = hash_password(PASSWORD)
SECRETS = {name: pyotp.random_base32() for name in ("Sam", "Kim", "Vic")}
NOTHING = RequestHandoff(None, None, None, None, None, knock=False, under_18=False)
ALL = RequestHandoff("ar", "menu/main", "woman", "other", "I have a question", knock=True, under_18=False)
HTTPS = "https://desk.example.org"


@dataclass
class Where:
    public_url: str | None = HTTPS


@dataclass
class House:
    store: SqlStore
    stage: Stage = Stage.DEMO
    settings: Where = field(default_factory=Where)
    secret_key: bytes = b"k" * 32
    now: datetime = NOW
    people: int = 0
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context = Context(
            shipped(), self.store, lambda: self.now, self.stage, b"s" * 32, lambda: 1, redaction="none"
        )
        self.phone = Phone()
        self.receiver = Receiver(self.context)
        self.dispatcher = Dispatcher(self.context, dict.fromkeys(Channel, self.phone), lambda: 0.5)
        self.streams = Streams(limit=2)

    def app(self) -> Flask:
        app = Flask(__name__, static_folder=None)
        brake = Brake(pause=self.pauses.append)
        app.register_blueprint(desk_blueprint(self, streams=self.streams, brake=brake))
        return app

    def officer(self, name: str = "Sam", role: str = "officer") -> Officer:
        made = Officer(0, name, name, role, ("en",), HASHED, SECRETS[name])
        return self.store.transact(lambda unit: unit.officer(name=name) or unit.put_officer(made))

    def code(self, name: str = "Sam") -> str:
        return pyotp.TOTP(SECRETS[name]).at(self.now)

    def request(
        self,
        agreed: RequestHandoff = NOTHING,
        *,
        channel: Channel = Channel.SMS,
        confirmed: bool = False,
        **more: object,
    ) -> Handoff:
        """Somebody who asked for a person; as they stand after the turn that asked."""
        self.people += 1
        number = f"+4477009{self.people:05d}" if channel is not Channel.TELEGRAM else f"77009{self.people:05d}"
        until = self.now + timedelta(minutes=15) if confirmed else None
        values = {"owner": Owner.QUEUE, "lang": "en", "confirmed_until": until, "last_seen": self.now, **more}
        state = State(channel, 7, **values)  # type: ignore[arg-type]

        def work(unit: Unit) -> Handoff:
            talk = unit.open(Address(channel, number), state, self.now)
            unit.save(talk.id, state, self.now, inbound_at=self.now)
            return unit.request_handoff(talk.id, agreed, self.now, self.now + timedelta(days=7))

        return self.store.transact(work)

    def writes(self, handoff: Handoff, *texts: str) -> list[str]:
        """The person writes; what went out in answer, once the outbox was empty."""
        for text in texts:
            self.people += 1
            address = self.store.transact(lambda unit: unit.load(handoff.conversation_id or 0)).address  # type: ignore[union-attr]
            inbound = Inbound(address, f"in{self.people}", InboundKind.TEXT, text, self.now, self.now)
            assert self.receiver.take(inbound)
        return self.sent()

    def sent(self) -> list[str]:
        self.dispatcher.drain()
        return self.phone.take()

    def outbox(self) -> list[Leased]:
        """What is in the outbox now, as a dispatcher would be given it; leases it for no time at all."""
        found: list[Leased] = []
        while rows := self.store.transact(lambda unit: unit.lease(self.now, 600, 50)):
            for row in rows:
                found.append(row)
                self.store.transact(lambda unit, row=row: unit.give_up(row, "seen", self.now))  # type: ignore[misc]
        return found

    def gates(self) -> list[Gate]:
        return [row.outgoing.gate for row in self.outbox()]

    def messages(self, handoff: Handoff) -> list[HandoffMessage]:
        return list(self.store.transact(lambda unit: unit.messages(handoff.id)))

    def state(self, handoff: Handoff) -> State:
        found = self.store.transact(lambda unit: unit.load(handoff.conversation_id or 0))
        assert found is not None
        return found.state

    def audited(self) -> list[str]:
        rows = self.store.transact(lambda unit: unit.audit_rows(50))
        return [act for _, _, act, _ in reversed(rows)]


class Browser:
    """An officer's browser over https."""

    def __init__(self, house: House, app: Flask | None = None) -> None:
        self.house = house
        self.client: FlaskClient = (app or house.app()).test_client()

    def get(self, path: str, **more: object) -> TestResponse:
        return self.client.get(path, base_url=self.house.settings.public_url or "http://127.0.0.1", **more)  # type: ignore[arg-type]

    def post(self, path: str, **fields: str) -> TestResponse:
        token = {"csrf_token": self.token()}
        base = self.house.settings.public_url or "http://127.0.0.1"
        return self.client.post(path, data={**token, **fields}, base_url=base)

    def token(self) -> str:
        for page in ("/desk/", "/desk/sign-in"):
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
            if found:
                return found[1]
        raise AssertionError("no form on the page")

    def sign_in(self, name: str = "Sam", **fields: str) -> TestResponse:
        given = {"name": name, "password": PASSWORD, "code": self.house.code(name) if name in SECRETS else "000000"}
        return self.post("/desk/sign-in", **{**given, **fields})


def signed_in(house: House, name: str = "Sam", role: str = "officer", app: Flask | None = None) -> Browser:
    house.officer(name, role)
    browser = Browser(house, app)
    assert browser.sign_in(name).status_code == 303
    return browser


def paths(handoff: Handoff) -> dict[str, str]:
    base = f"/desk/handoffs/{handoff.id}"
    acts = ("claim", "reply", "note", "draft", "hand-back", "close", "messages")
    return {"page": base, **{act: f"{base}/{act}" for act in acts}}


__all__ = ["ALL", "NOTHING", "NOW", "Browser", "House", "Where", "paths", "signed_in"]
