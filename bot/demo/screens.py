"""What stands on the three phones, read from the stand-ins: plain values for the templates."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.demo.clock import LONDON
from bot.demo.identities import Person
from bot.demo.standins import StandIns
from bot.demo.telegram_chats import Buttons, ChatMessage
from bot.demo.twilio_standin import WINDOW, PhoneMessage
from bot.demo.twilio_standin import Request as TwilioRequest

MAX_BUBBLES = 200
"""On one screen, the newest."""
MAX_WIRE = 12
"""Requests shown for one phone."""
MAX_INBOUND = 60
UNITS_A_PART = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
"""In one part alone, in each of several (GSM 03.40)."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """`day` is set where the date changes; `note` stands below it; `buttons` are rows of (label, what a tap sends)."""

    key: str
    mine: bool
    text: str = field(repr=False)
    at: datetime
    picture: bool = False
    note: str = ""
    buttons: Buttons = ()
    day: str = ""

    @property
    def time(self) -> str:
        return f"{self.at.astimezone(LONDON):%H:%M}"


@dataclass(frozen=True, slots=True)
class Wire:
    """One request between provider and service. `inbound` is the provider's webhook."""

    at: datetime
    inbound: bool
    what: str
    status: str = ""

    @property
    def time(self) -> str:
        return f"{self.at.astimezone(LONDON):%H:%M:%S}"


@dataclass(frozen=True, slots=True)
class Screen:
    bubbles: tuple[Bubble, ...]
    wires: tuple[Wire, ...]
    """Newest first."""
    window: str = ""
    """WhatsApp: how long free text may still be sent, in words."""
    window_open: bool = False


class Screens:
    """Reads the stand-ins; keeps of its own only how the last webhooks were answered."""

    def __init__(self, standins: StandIns) -> None:
        self._standins = standins
        self._inbound: dict[str, deque[Wire]] = {}

    def note_inbound(self, channel: str, path: str, status: int, at: datetime) -> None:
        answer = str(status) if status else "no answer"
        self._inbound.setdefault(channel, deque(maxlen=MAX_INBOUND)).append(Wire(at, True, f"POST {path}", answer))

    def clear(self) -> None:
        self._inbound.clear()

    def telegram(self, person: Person) -> Screen:
        bubbles = [_telegram_bubble(one) for one in self._standins.telegram.chat(person.chat_id)[-MAX_BUBBLES:]]
        return Screen(_with_days(bubbles), self._wires("telegram", self._telegram_calls(person)))

    def sms(self, person: Person) -> Screen:
        messages = self._standins.twilio.phone(person.sms)[-MAX_BUBBLES:]
        bubbles = [_twilio_bubble(one, note=_parts(one)) for one in messages]
        return Screen(_with_days(bubbles), self._wires("sms", self._twilio_calls(person.sms, messages)))

    def whatsapp(self, person: Person, now: datetime) -> Screen:
        messages = self._standins.twilio.phone(person.whatsapp)[-MAX_BUBBLES:]
        words, is_open = _window(messages, now)
        wires = self._wires("whatsapp", self._twilio_calls(person.whatsapp, messages))
        return Screen(_with_days([_twilio_bubble(one) for one in messages]), wires, words, is_open)

    def _wires(self, channel: str, outbound: Sequence[Wire]) -> tuple[Wire, ...]:
        both = [*self._inbound.get(channel, ()), *outbound]
        return tuple(sorted(both, key=lambda one: one.at, reverse=True)[:MAX_WIRE])

    def _telegram_calls(self, person: Person) -> list[Wire]:
        with self._standins.telegram.lock:
            calls = list(self._standins.telegram.requests)
        mine = [one for one in calls if one.params.get("chat_id") == person.chat_id]
        return [Wire(one.at, False, one.method) for one in mine[-MAX_WIRE:]]

    def _twilio_calls(self, address: str, messages: Sequence[PhoneMessage]) -> list[Wire]:
        with self._standins.twilio.lock:
            calls = list(self._standins.twilio.requests)
        sids = {one.sid for one in messages}
        mine = [one for one in calls if one.form.get("To") == [address] or _sid(one) in sids]
        return [Wire(one.at, False, _told(one)) for one in mine[-MAX_WIRE:]]


def _telegram_bubble(message: ChatMessage) -> Bubble:
    return Bubble(
        key=str(message.id),
        mine=not message.from_bot,
        text=message.text,
        at=message.at,
        picture=message.media is not None,
        buttons=tuple(
            tuple((label, f"{message.id}:{data}") for label, data in row) for row in message.buttons
        ),
    )  # fmt: skip


def _twilio_bubble(message: PhoneMessage, note: str = "") -> Bubble:
    picture = message.from_person and not message.text
    return Bubble(message.sid, message.from_person, message.text, message.at, picture, "" if picture else note)


def _with_days(bubbles: Sequence[Bubble]) -> tuple[Bubble, ...]:
    return tuple(_days(bubbles))


def _days(bubbles: Sequence[Bubble]) -> Iterator[Bubble]:
    last = None
    for one in bubbles:
        local = one.at.astimezone(LONDON)
        yield one if local.date() == last else replace(one, day=f"{local:%a} {local.day} {local:%B}")
        last = local.date()


def _parts(message: PhoneMessage) -> str:
    """As it is billed: "2 parts, GSM-7, 201 of 306"."""
    alone, each = UNITS_A_PART[message.encoding]
    room = alone if message.parts <= 1 else each * message.parts
    parts = "1 part" if message.parts <= 1 else f"{message.parts} parts"
    return f"{parts} · {message.encoding} · {message.units} of {room}"


def _window(messages: Sequence[PhoneMessage], now: datetime) -> tuple[str, bool]:
    last = max((one.at for one in messages if one.from_person), default=None)
    if last is None:
        return "The 24-hour window opens with your first message.", False
    left = WINDOW - (now - last)
    if left <= timedelta(0):
        return "The 24-hour window is closed. Only an approved template may be sent.", False
    minutes = min(int(left.total_seconds()) // 60, 24 * 60)
    return f"24-hour window open: {minutes // 60} h {minutes % 60:02d} min left", True


def _sid(request: TwilioRequest) -> str:
    return request.path.rpartition("/")[2].removesuffix(".json")


def _told(request: TwilioRequest) -> str:
    if request.method == "DELETE":
        return "DELETE the provider's copy"
    if "ContentSid" in request.form:
        return "POST an approved template"
    return "POST a message" if _sid(request) == "Messages" else f"{request.method} the provider's copy"
