"""An incoming SMS, from Twilio's form fields, as an `Inbound`.

Only the sender's number, the id, the words and the opt-out mark are read. Cities, postcodes, countries, media
addresses and whatever the provider adds next are never touched (DATA-4).
"""

from __future__ import annotations

from datetime import datetime

from bot.channels.twilio_forms import (
    MALFORMED,
    MAX_TEXT,
    NO_ID,
    NO_SENDER,
    OPT_MARKS,
    Dropped,
    Form,
    clean,
    has_media,
    message_sid,
    number,
)
from bot.engine.model import Channel
from bot.ports import Address, Inbound, InboundKind

OUT = frozenset({"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"})
"""On these the provider itself has stopped all messages to the number (safety.md SEND-8)."""
IN = frozenset({"START", "UNSTOP"})


def parse(form: Form, received_at: datetime) -> Inbound | Dropped:
    """Never raises. The provider gives no time of writing, so `sent_at` is when it reached us."""
    sender, sid = number(form.get("From", "")), message_sid(form)
    if sender is None:
        return NO_SENDER
    if sid is None:
        return NO_ID
    text = clean(form.get("Body", ""), MAX_TEXT)
    if text is None:
        return MALFORMED
    address = Address(Channel.SMS, sender)
    return Inbound(address, sid, _kind(form, text), text, received_at, received_at, message_id=sid)


def _kind(form: Form, text: str) -> InboundKind:
    mark = OPT_MARKS.get(form.get("OptOutType", "").upper())
    if mark is not None:
        return mark
    word = text.strip().upper()
    if word in OUT:
        return InboundKind.OPT_OUT
    if word in IN:
        return InboundKind.OPT_IN
    return InboundKind.MEDIA if has_media(form) else InboundKind.TEXT
