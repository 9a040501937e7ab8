"""Twilio's form fields in, records out. Fields as documented and captured; people and numbers are invented."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.sms.parse import parse as parse_sms
from bot.channels.twilio_forms import Dropped, StatusChange, parse_status
from bot.channels.whatsapp.parse import parse as parse_whatsapp
from bot.demo import twilio_forms as made
from bot.engine.model import Channel
from bot.ports import Address, Inbound, InboundKind

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACCOUNT = "AC" + "1" * 32
SID = "SM" + "a" * 32
NUMBER = "+447700900123"
PARSERS = {"sms": parse_sms, "whatsapp": parse_whatsapp}


def sms(text: str = "Hello", **extra: str) -> dict[str, str]:
    return made.message(ACCOUNT, SID, NUMBER, "+447700900001", text) | extra


def whatsapp(text: str = "Hello", **extra: str) -> dict[str, str]:
    return made.message(ACCOUNT, SID, f"whatsapp:{NUMBER}", "whatsapp:+447700900002", text) | extra


def inbound(channel: Channel, kind: InboundKind, text: str) -> Inbound:
    return Inbound(Address(channel, NUMBER), SID, kind, text, NOW, NOW, message_id=SID)


SMS_ROWS = [
    ("words", {}, "Hello", InboundKind.TEXT),
    ("no words", {}, "", InboundKind.TEXT),
    ("words around", {}, "please stop him", InboundKind.TEXT),
    ("help is ours without a mark", {}, "HELP", InboundKind.TEXT),
    ("picture", {"NumMedia": "1"}, "", InboundKind.MEDIA),
    ("picture count of nonsense", {"NumMedia": "9" * 5000}, "", InboundKind.MEDIA),
    ("marked stop", {"OptOutType": "STOP"}, "Arret", InboundKind.OPT_OUT),
    ("marked start", {"OptOutType": "START"}, "x", InboundKind.OPT_IN),
    ("marked help", {"OptOutType": "HELP"}, "x", InboundKind.OPT_HELP),
    ("unknown mark", {"OptOutType": "MAYBE"}, "x", InboundKind.TEXT),
    *[
        (f"reserved {word}", {}, f" {word.title()}\n", InboundKind.OPT_OUT)
        for word in ("STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL")
    ],
    *[(f"reserved {word}", {}, word.lower(), InboundKind.OPT_IN) for word in ("START", "UNSTOP")],
    ("yes is no subscription", {}, "YES", InboundKind.TEXT),
]


@pytest.mark.rule("SEND-8", "SEND-9", "DATA-4")
@pytest.mark.parametrize(("extra", "text", "kind"), [r[1:] for r in SMS_ROWS], ids=[r[0] for r in SMS_ROWS])
def test_sms(extra: dict[str, str], text: str, kind: InboundKind) -> None:
    """An SMS becomes the record with the number, the id and the words, and nothing that was pushed."""
    assert parse_sms(sms(text, **extra), NOW) == inbound(Channel.SMS, kind, text)


WHATSAPP_ROWS = [
    ("words", {}, "Hello", InboundKind.TEXT, "Hello"),
    ("reserved words are ours here", {}, "STOP", InboundKind.TEXT, "STOP"),
    ("marked stop", {"OptOutType": "STOP"}, "STOP", InboundKind.OPT_OUT, "STOP"),
    ("button", {"MessageType": "button", "ButtonPayload": "3:1", "ButtonText": "Yes"}, "Yes", InboundKind.TAP, "3:1"),
    ("list", {"MessageType": "interactive", "ListId": "3:2", "ListTitle": "x"}, "", InboundKind.TAP, "3:2"),
    ("button without payload", {"MessageType": "button", "ButtonText": "Yes"}, "", InboundKind.TEXT, "Yes"),
    ("picture", {"MessageType": "image", "NumMedia": "1"}, "", InboundKind.MEDIA, ""),
    ("picture with words", {"MessageType": "image", "NumMedia": "1"}, "999", InboundKind.MEDIA, "999"),
    ("place", {"MessageType": "location", "Latitude": "51.5", "Longitude": "0"}, "", InboundKind.MEDIA, ""),
    ("contact card", {"MessageType": "contacts"}, "", InboundKind.MEDIA, ""),
    ("type of tomorrow", {"MessageType": "hologram"}, "", InboundKind.MEDIA, ""),
    ("forwarded", {"Forwarded": "true"}, "9", InboundKind.EDIT, ""),
    ("quoting the question", {"OriginalRepliedMessageSid": "SM1"}, "1", InboundKind.TEXT, "1"),
]


@pytest.mark.rule("SEND-8", "DATA-4", "ABUSE-6")
@pytest.mark.parametrize(
    ("extra", "text", "kind", "said"), [r[1:] for r in WHATSAPP_ROWS], ids=[r[0] for r in WHATSAPP_ROWS]
)
def test_whatsapp(extra: dict[str, str], text: str, kind: InboundKind, said: str) -> None:
    """A WhatsApp message becomes the record with the number, the id and the words or the button."""
    assert parse_whatsapp(whatsapp(text, **extra), NOW) == inbound(Channel.WHATSAPP, kind, said)


@pytest.mark.rule("DATA-4")
@pytest.mark.parametrize("channel", PARSERS)
def test_nothing_else_passes(channel: str) -> None:
    """A marker in every field but sender, id, words and signs shows up nowhere in the record."""
    fields = {"sms": sms, "whatsapp": whatsapp}[channel]()
    kept = ("From", "To", "MessageSid", "Body", "NumMedia", "MessageType")
    marked = {name: value if name in kept else f"MARK-{name}" for name, value in fields.items()}
    found = PARSERS[channel](marked | {"NewField": "MARK-new", "Address": "MARK-place"}, NOW)
    assert isinstance(found, Inbound)
    assert "MARK" not in str(dataclasses.asdict(found))


@pytest.mark.rule("LOG-1")
def test_the_address_prints_masked() -> None:
    """The number does not show when somebody prints the record's address."""
    found = parse_sms(sms(), NOW)
    assert isinstance(found, Inbound)
    assert "7700" not in repr(found.address)


BAD = [
    ("short code", {"From": "60777"}),
    ("name", {"From": "EXAMPLE"}),
    ("no sender", {"From": ""}),
    ("too short", {"From": "+12345"}),
    ("too long", {"From": "+1234567890123456"}),
    ("thousands of digits", {"From": "+" + "1" * 5000}),
    ("arabic digits", {"From": "+٤٤٧٧٠٠٩٠٠١٢٣"}),
    ("newline", {"From": NUMBER + "\n"}),
    ("no id", {"MessageSid": "", "SmsMessageSid": ""}),
    ("id with a slash", {"MessageSid": "SM/../x"}),
    ("id without end", {"MessageSid": "S" * 5000}),
    ("nul", {"Body": "a\0b"}),
    ("lone surrogate", {"Body": "a\ud800"}),
    ("book", {"Body": "a" * 300_000}),
]


@pytest.mark.rule("ABUSE-4")
@pytest.mark.parametrize("extra", [row[1] for row in BAD], ids=[row[0] for row in BAD])
@pytest.mark.parametrize("channel", PARSERS)
def test_what_cannot_be_used_is_dropped(channel: str, extra: dict[str, str]) -> None:
    """A bad sender, id or text is dropped with a fixed word as its reason."""
    prefix = "whatsapp:" if channel == "whatsapp" else ""
    extra = {name: prefix + value if name == "From" else value for name, value in extra.items()}
    found = PARSERS[channel]({"sms": sms, "whatsapp": whatsapp}[channel]() | extra, NOW)
    assert isinstance(found, Dropped)
    assert found.reason in {"no-sender", "no-id", "malformed"}


@pytest.mark.rule("ABUSE-4")
@given(st.dictionaries(st.sampled_from([*sms(), *whatsapp(), "ListId", "ButtonPayload"]), st.text(max_size=40)))
def test_no_form_makes_the_parsers_raise(form: dict[str, str]) -> None:
    """Whatever stands in the fields, there is a record or a reason."""
    for parse in PARSERS.values():
        assert isinstance(parse(form, NOW), Inbound | Dropped)
    assert isinstance(parse_status(form), StatusChange | Dropped)


STATUS_ROWS = [
    ("delivered", "+44", "delivered", None, StatusChange(Channel.SMS, SID, "delivered", None)),
    ("undelivered", "+44", "undelivered", "30005", StatusChange(Channel.SMS, SID, "undelivered", "30005")),
    ("read", "whatsapp:+44", "read", None, StatusChange(Channel.WHATSAPP, SID, "read", None)),
    ("zero is no error", "+44", "sent", "0", StatusChange(Channel.SMS, SID, "sent", None)),
    ("code of thousands of digits", "+44", "failed", "9" * 5000, StatusChange(Channel.SMS, SID, "failed", None)),
    ("status of tomorrow", "+44", "teleported", None, Dropped("malformed")),
]


@pytest.mark.parametrize(
    ("to", "state", "code", "expected"), [r[1:] for r in STATUS_ROWS], ids=[r[0] for r in STATUS_ROWS]
)
def test_status(to: str, state: str, code: str | None, expected: object) -> None:
    """A status callback becomes channel, id, status and error code."""
    assert parse_status(made.status(ACCOUNT, SID, "+447700900001", to, state, code)) == expected
