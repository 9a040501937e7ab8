"""A Twilio of our own on loopback: the Messages API over real HTTP, and the phones behind it.

Used by the demo's phones page and by the tests. It checks every request against the public description
(`bot.demo.twilio_specs`), keeps and deletes records as the provider does, fails on demand, and signs what it posts.
"""

from __future__ import annotations

import itertools
import secrets
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from bot.channels.segments import count
from bot.channels.twilio import MESSAGE_PATH
from bot.demo import twilio_forms as made
from bot.demo.standin_http import Hang, StandInServer
from bot.demo.twilio_http import Form, TwilioHandler
from bot.demo.twilio_posts import Posts
from bot.demo.twilio_specs import check_twilio

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "stand-in-token"  # noqa: S105 - opens nothing but this stand-in
SMS_FROM = "+447700900001"
WHATSAPP_FROM = "+447700900002"
WINDOW = timedelta(hours=24)
"""WhatsApp: outside it only approved templates pass."""
FINAL = frozenset({"delivered", "undelivered", "failed", "read", "received", "canceled"})
MAX_KEPT = 5000
MAX_PHONES = 500
OPT_OUT = frozenset({"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"})
OPT_IN = frozenset({"START", "UNSTOP"})

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One call that the product made."""

    method: str
    path: str
    form: Mapping[str, Sequence[str]] = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class PhoneMessage:
    """What stands on a phone. `encoding`, `units` and `parts` are as an SMS would be billed."""

    sid: str
    text: str = field(repr=False)
    from_person: bool
    at: datetime
    encoding: str
    units: int
    parts: int


@dataclass(frozen=True, slots=True)
class Record:
    """The provider's copy of a message; of an incoming one too, with the status received."""

    sid: str
    sender: str
    to: str
    body: str = field(repr=False)
    status: str
    callback: str | None
    at: datetime
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """`status` 0: taken, and the connection closed without an answer. `later`: told by callback after a 201."""

    status: int
    code: int
    later: bool = False


class TwilioStandIn:
    """start() serves on a free port of 127.0.0.1; `origin` is what OWNSTEPS_TWILIO_API takes.

    Addresses are as on the wire: +44..., whatsapp:+44.... `templates` are approved texts by content sid.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] | None = None,
        port: int = 0,
        templates: Mapping[str, str] | None = None,
        auto_status: bool = True,
    ) -> None:
        self.clock = clock or (lambda: datetime.now(UTC))
        self.templates = dict(templates or {})
        self.auto_status = auto_status
        self.account_status, self.number_leads_to = "active", ""
        self.lock = threading.RLock()
        self.requests: deque[Request] = deque(maxlen=MAX_KEPT)
        self.problems: deque[str] = deque(maxlen=MAX_KEPT)
        """What the public description says against requests; empty when all is well."""
        self.records: OrderedDict[str, Record] = OrderedDict()
        self.posts = Posts(AUTH_TOKEN)
        self._phones: OrderedDict[str, deque[PhoneMessage]] = OrderedDict()
        self._last_inbound: dict[str, datetime] = {}
        self._opted_out: set[str] = set()
        self._failures: dict[str, deque[Failure]] = {}
        self._numbers = itertools.count(1)
        self._run = secrets.token_hex(8)
        self._target: tuple[str, str] | None = None
        self._server = StandInServer(TwilioHandler, self, port, "twilio-stand-in")

    @property
    def origin(self) -> str:
        return self._server.origin

    def start(self) -> TwilioStandIn:
        self._server.start()
        self.posts.start()
        return self

    @property
    def connections(self) -> int:
        return self._server.connections

    def stop(self) -> None:
        self._server.stop()
        self.posts.stop()

    # --- phones

    def phone(self, address: str) -> tuple[PhoneMessage, ...]:
        """Both sides, oldest first. Nothing that the product does removes anything here."""
        with self.lock:
            return tuple(self._phones.get(address, ()))

    def deliver_to(self, url: str, *, signed_as: str | None = None) -> None:
        """Where webhooks are posted: an origin. `signed_as` is the public URL, where that is another."""
        with self.lock:
            self._target = (url.rstrip("/"), (signed_as or url).rstrip("/"))

    def deliver(
        self,
        sender: str,
        text: str,
        *,
        media: str | None = None,
        sid: str | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> int:
        """The person sends a message; the status that the webhook was answered with, 0 when it was not."""
        with self.lock:
            sid = sid or self._sid()
            self._arrive(sender, PhoneMessage(sid, text, True, self.clock(), *_size(text)))
            self._last_inbound[sender] = self.clock()
            self._opt(sender, text)
            self._keep(Record(sid, sender, _our_side(sender), text, "received", None, self.clock()))
            if self._target is None:
                raise RuntimeError("deliver_to was not called: nobody to deliver to")
            target, signed_as = self._target
        fields = made.message(ACCOUNT_SID, sid, sender, _our_side(sender), text, media=media) | dict(extra or {})
        return self.posts.post(target + MESSAGE_PATH, signed_as + MESSAGE_PATH, fields)

    # --- failures on demand

    def fail(self, address: str, status: int, code: int, *, times: int = 1, later: bool = False) -> None:
        """The next sends to this address fail; see Failure."""
        with self.lock:
            self._failures.setdefault(address, deque(maxlen=100)).extend([Failure(status, code, later)] * times)

    def report(self, sid: str, status: str, code: str | None = None) -> None:
        """Sets a record's status and posts it to its callback."""
        with self.lock:
            record = replace(self.records[sid], status=status, code=code)
            self.records[sid] = record
        if record.callback:
            fields = made.status(ACCOUNT_SID, sid, record.sender, record.to, status, code)
            self.posts.later(self._reachable(record.callback), record.callback, fields)

    # --- the API

    def call(self, method: str, path: str, form: Form, user: str, password: str) -> tuple[int, Json | None]:
        with self.lock:
            self.requests.append(Request(method, path, form, self.clock()))
            if (user, password) != (ACCOUNT_SID, AUTH_TOKEN):
                return _error(401, 20003, "Authenticate")
            if found := self._account(path):  # the public descriptions that we have do not tell of it
                return 200, found
            if problems := check_twilio(method, path, form):
                self.problems.extend(problems)
                return _error(400, 20001, "; ".join(problems))
            base = f"/{made.API_VERSION}/Accounts/{ACCOUNT_SID}/Messages"
            if path == f"{base}.json" and method == "POST":
                return self._create({name: values[0] for name, values in form.items()})
            sid = path.removeprefix(f"{base}/").removesuffix(".json")
            return self._one(method, sid, form)

    def _account(self, path: str) -> Json | None:
        """The account itself, and its one number with the address that its messages go to."""
        base = f"/{made.API_VERSION}/Accounts/{ACCOUNT_SID}"
        if path == f"{base}.json":
            return {"sid": ACCOUNT_SID, "status": self.account_status}
        if path == f"{base}/IncomingPhoneNumbers.json":
            number = {"sid": "PN" + "0" * 32, "phone_number": SMS_FROM, "sms_url": self.number_leads_to}
            return {"incoming_phone_numbers": [number], "page": 0, "page_size": 1, "next_page_uri": None}
        return None

    def _create(self, form: Mapping[str, str]) -> tuple[int, Json | None]:
        to, body = form["To"], form.get("Body", "")
        if template := form.get("ContentSid"):
            if template not in self.templates:
                return _error(400, 21656, "The ContentSid is not known")
            body = self.templates[template]
        if refused := self._refusal(to, form.get("From", ""), body):
            return refused
        failure = self._failure(to)
        if failure and failure.status >= 400:
            return _error(failure.status, failure.code, "As asked for")
        record = Record(self._sid(), form["From"], to, body, "queued", form.get("StatusCallback"), self.clock())
        self._keep(record)
        self._go_on(record, failure, templated=bool(template))
        if failure and failure.status == 0 and not failure.later:
            raise Hang
        return 201, self._json(record)

    def _refusal(self, to: str, sender: str, body: str) -> tuple[int, Json] | None:
        number = to.removeprefix(made.WHATSAPP)
        if not (number.startswith("+") and number[1:].isdigit() and 7 <= len(number) <= 16):
            return _error(400, 21211, "The To number is not a valid phone number")
        if sender != _our_side(to):
            return _error(400, 21606, "The From number is not one of this account for this channel")
        if not body:
            return _error(400, 21602, "Message body is required")
        if to in self._opted_out:
            return _error(400, 21610, "The recipient has opted out")
        return None

    def _go_on(self, record: Record, failure: Failure | None, *, templated: bool) -> None:
        """What becomes of a message that was taken: it reaches the phone, or a callback says why not."""
        if failure and failure.later:
            self.report(record.sid, "undelivered", str(failure.code))
        elif not templated and self._outside_window(record.to):
            self.report(record.sid, "failed", "63016")
        else:
            size = _size(record.body)
            self._arrive(record.to, PhoneMessage(record.sid, record.body, False, record.at, *size))
            for state in ("sent", "delivered") if self.auto_status else ():
                self.report(record.sid, state)

    def _one(self, method: str, sid: str, form: Form) -> tuple[int, Json | None]:
        record = self.records.get(sid)
        if record is None:
            return _error(404, 20404, "The requested resource was not found")
        if method == "DELETE":
            if record.status not in FINAL:
                return _error(409, 20009, "Cannot delete message because delivery is not complete")
            del self.records[sid]
            return 204, None
        if method == "POST":
            record = replace(record, body=form["Body"][0]) if "Body" in form else record
            self.records[sid] = record
        return 200, self._json(record)

    def _keep(self, record: Record) -> None:
        self.records[record.sid] = record
        while len(self.records) > MAX_KEPT:
            self.records.popitem(last=False)

    def _arrive(self, address: str, message: PhoneMessage) -> None:
        self._phones.setdefault(address, deque(maxlen=MAX_KEPT)).append(message)
        while len(self._phones) > MAX_PHONES:
            forgotten, _ = self._phones.popitem(last=False)
            self._last_inbound.pop(forgotten, None)
            self._opted_out.discard(forgotten)

    def _opt(self, sender: str, text: str) -> None:
        """SMS only: the provider itself acts on its reserved words."""
        word = text.strip().upper()
        if not sender.startswith(made.WHATSAPP) and word in OPT_OUT:
            self._opted_out.add(sender)
        elif word in OPT_IN:
            self._opted_out.discard(sender)

    def _failure(self, address: str) -> Failure | None:
        waiting = self._failures.get(address)
        return waiting.popleft() if waiting else None

    def _outside_window(self, address: str) -> bool:
        last = self._last_inbound.get(address)
        return address.startswith(made.WHATSAPP) and (last is None or self.clock() - last > WINDOW)

    def _reachable(self, url: str) -> str:
        """A callback names the public URL; it goes to where webhooks go."""
        if self._target and url.startswith(self._target[1]):
            return self._target[0] + url.removeprefix(self._target[1])
        return url

    def _sid(self) -> str:
        return f"SM{self._run}{next(self._numbers):016x}"

    def _json(self, record: Record) -> Json:
        base = f"/{made.API_VERSION}/Accounts/{ACCOUNT_SID}/Messages/{record.sid}"
        at = format_datetime(record.at)
        return {
            "account_sid": ACCOUNT_SID, "api_version": made.API_VERSION, "body": record.body,
            "date_created": at, "date_sent": None, "date_updated": at, "direction": "outbound-api",
            "error_code": int(record.code) if record.code else None, "error_message": None,
            "from": record.sender, "messaging_service_sid": None, "num_media": "0",
            "num_segments": str(max(1, count(record.body).segments)), "price": None, "price_unit": None,
            "sid": record.sid, "status": record.status, "to": record.to, "uri": f"{base}.json",
            "subresource_uris": {"media": f"{base}/Media.json"},
        }  # fmt: skip


def _our_side(address: str) -> str:
    return made.WHATSAPP + WHATSAPP_FROM if address.startswith(made.WHATSAPP) else SMS_FROM


def _size(text: str) -> tuple[str, int, int]:
    found = count(text)
    return found.encoding, found.units, found.segments


def _error(status: int, code: int, message: str) -> tuple[int, Json]:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return status, {"code": code, "message": message, "more_info": more, "status": status}
