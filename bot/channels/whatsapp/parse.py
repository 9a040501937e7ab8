"""An incoming WhatsApp message, from Twilio's form fields, as an `Inbound`.

Only the sender's number, the id, the words or the button and the opt-out mark are read. Profile names,
`ChannelMetadata` (which repeats them), places, contacts and media addresses are never touched (DATA-4).
"""

from __future__ import annotations

from datetime import datetime

from bot.channels.twilio_forms import (
    MALFORMED,
    MAX_PAYLOAD,
    MAX_TEXT,
    NO_ID,
    NO_SENDER,
    OPT_MARKS,
    WHATSAPP,
    Dropped,
    Form,
    clean,
    has_media,
    message_sid,
    number,
)
from bot.engine.model import Channel
from bot.ports import Address, Inbound, InboundKind

WORDS = frozenset({"", "text", "button", "interactive"})
"""MessageType of what carries words or a button; any other type is something that is never opened."""
FORWARDED = ("Forwarded", "FrequentlyForwarded")


def parse(form: Form, received_at: datetime) -> Inbound | Dropped:
    """Never raises. The provider gives no time of writing, so `sent_at` is when it reached us."""
    sender, sid = number(form.get("From", ""), WHATSAPP), message_sid(form)
    if sender is None:
        return NO_SENDER
    if sid is None:
        return NO_ID
    kind, given, limit = _content(form)
    text = clean(given, limit)
    if text is None:
        return MALFORMED
    address = Address(Channel.WHATSAPP, sender)
    return Inbound(address, sid, kind, text, received_at, received_at, message_id=sid)


def _content(form: Form) -> tuple[InboundKind, str, int]:
    """What it is, the words or the button's payload, and how long that may be."""
    body = form.get("Body", "")
    mark = OPT_MARKS.get(form.get("OptOutType", "").upper())
    if mark is not None:
        return mark, body, MAX_TEXT
    if any(form.get(name, "").lower() == "true" for name in FORWARDED):
        return InboundKind.EDIT, "", MAX_TEXT
    if payload := form.get("ButtonPayload") or form.get("ListId"):
        return InboundKind.TAP, payload, MAX_PAYLOAD
    if has_media(form) or form.get("MessageType", "").lower() not in WORDS or "Latitude" in form:
        return InboundKind.MEDIA, body, MAX_TEXT
    return InboundKind.TEXT, body or form.get("ButtonText", ""), MAX_TEXT
