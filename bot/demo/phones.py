"""The page /phones: three phones that write to the service as Telegram, SMS and WhatsApp do.

What is typed becomes the provider's own webhook request to this server; what appears came out of the adapters' requests
to the stand-ins. The page works by plain forms; its script only saves the reloading.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from bot.channels.telegram.setup import WEBHOOK_PATH
from bot.channels.twilio import MESSAGE_PATH
from bot.demo.clock import LONDON, DemoClock
from bot.demo.identities import Identities
from bot.demo.loopback import only_this_machine
from bot.demo.screens import Screens
from bot.demo.standins import StandIns
from bot.demo.twilio_standin import SMS_FROM, WHATSAPP_FROM
from bot.engine.events import Desk
from bot.ports import Officer, Unit
from bot.service.context import DESK_OPEN
from bot.service.sign_in import add_demo_link
from bot.wiring import Product

Answer = BaseResponse | str
PARTS = (
    "telegram-list", "telegram-start", "telegram-wires", "sms-list", "sms-wires", "whatsapp-list", "whatsapp-window",
    "whatsapp-wires", "time", "clock", "hours", "person", "waiting", "code",
)  # fmt: skip
"""What changes: each is the inside of the elements with that data-part, by phones/_part.html."""
MAX_TEXT = {"telegram": 4096, "sms": 1600, "whatsapp": 4096}
"""Letters; what the apps take."""
PICTURE = "image/jpeg"
MOVES = {"16m": timedelta(minutes=16), "24h": timedelta(hours=24)}


@dataclass(frozen=True, slots=True)
class Service:
    """How the service stands, as the page says it."""

    now: datetime
    moved: timedelta
    held_open: bool
    desk: Desk
    waiting: int
    code: str


def phones_blueprint(product: Product, standins: StandIns, clock: DemoClock, identities: Identities) -> Blueprint:
    blueprint = Blueprint("phones", __name__, template_folder="templates", static_folder="static")
    blueprint.static_url_path = "/phones/static"
    only_this_machine(blueprint)
    page = _Page(product, standins, clock, identities)
    _add_views(blueprint, page)
    _add_phones(blueprint, page)
    _add_controls(blueprint, page)
    return blueprint


class _Page:
    def __init__(self, product: Product, standins: StandIns, clock: DemoClock, identities: Identities) -> None:
        self.product, self.standins, self.clock = product, standins, clock
        self.identities, self.screens = identities, Screens(standins)

    def context(self) -> dict[str, object]:
        person, service = self.identities.person, self.service()
        return {
            "telegram": self.screens.telegram(person),
            "sms": self.screens.sms(person),
            "whatsapp": self.screens.whatsapp(person, service.now),
            "service": service,
            "person": person,
            "zone": LONDON,
            "bot": self._bot(),
            "org": self.product.pack.org,
            "numbers": {"sms": _spaced(SMS_FROM), "whatsapp": _spaced(WHATSAPP_FROM)},
            "max_text": MAX_TEXT,
        }

    def service(self) -> Service:
        now = self.clock()

        def work(unit: Unit) -> Service:
            officer = next(iter(unit.officers()), None)
            return Service(
                now=now,
                moved=self.clock.offset,
                held_open=unit.setting(DESK_OPEN) == "yes",
                desk=self.product.context.desk(unit, now),
                waiting=int(unit.gauges(now)["handoffs_waiting"]),
                code=pyotp.TOTP(officer.totp_secret).at(now) if officer else "",
            )

        return self.product.store.transact(work)

    def parts(self) -> dict[str, str]:
        context = self.context()
        return {name: render_template("phones/_part.html", part=name, **context) for name in PARTS}

    def say(self, channel: str, text: str) -> None:
        if not text.strip():
            return
        person = self.identities.person
        if channel == "telegram":
            self._telegram(self.standins.telegram.person_says(person.chat_id, text))
        else:
            self._twilio(channel, text)

    def picture(self, channel: str) -> None:
        if channel == "telegram":
            self._telegram(self.standins.telegram.person_sends_media(self.identities.person.chat_id))
        else:
            self._twilio(channel, "", PICTURE)

    def tap(self, message_id: int, data: str) -> None:
        self._telegram(self.standins.telegram.person_taps(self.identities.person.chat_id, message_id, data))

    def fresh(self) -> None:
        self.identities.fresh()
        self.screens.clear()

    def sign_in_link(self) -> str:
        def work(unit: Unit) -> str:
            officer: Officer | None = next(iter(unit.officers()), None)
            return add_demo_link(unit, officer.id) if officer else url_for("desk.sign_in")

        return self.product.store.transact(work)

    def _telegram(self, update: dict[str, object]) -> None:
        told = dict(self.standins.telegram.deliveries)
        status = told.get(int(str(update["update_id"])), 0)
        self.screens.note_inbound("telegram", WEBHOOK_PATH, status, self.clock())

    def _twilio(self, channel: str, text: str, media: str | None = None) -> None:
        person = self.identities.person
        sender = person.sms if channel == "sms" else person.whatsapp
        status = self.standins.twilio.deliver(sender, text, media=media)
        self.screens.note_inbound(channel, MESSAGE_PATH, status, self.clock())

    def _bot(self) -> dict[str, object]:
        """What the product told the stand-in about itself."""
        told = self.standins.telegram.profile
        return {
            "name": told.get("setMyName:", {}).get("name", ""),
            "description": told.get("setMyDescription:", {}).get("description", ""),
            "commands": told.get("setMyCommands:", {}).get("commands", []),
        }


def _add_views(blueprint: Blueprint, page: _Page) -> None:
    @blueprint.get("/")
    def root() -> Answer:
        return redirect(url_for("phones.show"))

    @blueprint.get("/phones")
    def show() -> Answer:
        return render_template("phones/page.html", version=_version(page.parts()), **page.context())

    @blueprint.get("/phones/state")
    def state() -> Answer:
        """204 while nothing has changed since the version that the page has."""
        parts = page.parts()
        version = _version(parts)
        if request.args.get("since") == version:
            return Response(status=204)
        return Response(json.dumps({"version": version, "parts": parts}), mimetype="application/json")


def _add_phones(blueprint: Blueprint, page: _Page) -> None:
    @blueprint.post("/phones/<any(telegram, sms, whatsapp):channel>/say")
    def say(channel: str) -> Answer:
        page.say(channel, request.form.get("text", "")[: MAX_TEXT[channel]])
        return _done(channel)

    @blueprint.post("/phones/<any(telegram, sms, whatsapp):channel>/picture")
    def picture(channel: str) -> Answer:
        page.picture(channel)
        return _done(channel)

    @blueprint.post("/phones/telegram/tap")
    def tap() -> Answer:
        message_id, _colon, data = request.form.get("button", "").partition(":")
        if not (message_id.isascii() and message_id.isdigit() and len(message_id) < 10 and 0 < len(data) <= 64):
            abort(400)
        page.tap(int(message_id), data)
        return _done("telegram")


def _add_controls(blueprint: Blueprint, page: _Page) -> None:
    @blueprint.post("/phones/clock")
    def clock() -> Answer:
        move = request.form.get("to", "")
        if move in MOVES:
            page.clock.move(MOVES[move])
        elif move == "sunday":
            page.clock.to_sunday()
        elif move == "now":
            page.clock.back()
            page.fresh()  # a conversation cannot run backwards
        else:
            abort(400)
        return _done("top")

    @blueprint.post("/phones/hours")
    def hours() -> Answer:
        value = "yes" if request.form.get("open") == "yes" else None
        page.product.store.transact(lambda unit: unit.put_setting(DESK_OPEN, value))
        return _done("top")

    @blueprint.post("/phones/fresh")
    def fresh() -> Answer:
        page.fresh()
        return _done("top")

    @blueprint.post("/phones/desk")
    def desk() -> Answer:
        return redirect(page.sign_in_link(), 303)


def _done(anchor: str) -> Answer:
    """Nothing for the page's script, which looks at the state; for a form without it, the page again."""
    if request.headers.get("X-Requested-By") == "phones":
        return Response(status=204)
    return redirect(url_for("phones.show", _anchor=anchor), 303)


def _version(parts: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _spaced(number: str) -> str:
    """+447700900001 as a phone shows it."""
    return f"{number[:3]} {number[3:7]} {number[7:]}"
