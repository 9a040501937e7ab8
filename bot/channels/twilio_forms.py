"""What SMS and WhatsApp webhooks have in common, read from form fields. Pure; unknown fields are never touched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.engine.model import Channel
from bot.ports import InboundKind

Form = Mapping[str, str]

WHATSAPP = "whatsapp:"
MAX_TEXT = 16_384
"""Code points. The provider's own limit is 1,600; the room above is for a day when that grows."""
MAX_PAYLOAD = 256
"""Code points of a button's payload or a list item's id (200, by the provider)."""
STATUSES = frozenset({
    "queued", "sending", "sent", "failed", "delivered", "undelivered", "receiving", "received", "accepted",
    "scheduled", "read", "partially_delivered", "canceled",
})  # fmt: skip
OPT_MARKS = {"STOP": InboundKind.OPT_OUT, "START": InboundKind.OPT_IN, "HELP": InboundKind.OPT_HELP}
"""OptOutType: the provider has acted, and answered, by itself."""

_NUMBER = re.compile(r"\+[0-9]{6,15}")
_SID = re.compile(r"[A-Za-z0-9]{2,64}")
"""A provider id as it may stand in an address of a request: nothing in it needs escaping."""
_CODE = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Dropped:
    """A webhook that is not ours to answer. `reason` is one of a few fixed words, fit for a metric."""

    reason: str


MALFORMED = Dropped("malformed")
NO_SENDER = Dropped("no-sender")
NO_ID = Dropped("no-id")


@dataclass(frozen=True, slots=True)
class StatusChange:
    """`code` is the provider's error number, None where there is no error."""

    channel: Channel
    message_id: str
    status: str
    code: str | None


def channel_of(form: Form) -> Channel:
    """By the prefix of the other side's address; both directions carry it."""
    marked = any(form.get(name, "").startswith(WHATSAPP) for name in ("From", "To"))
    return Channel.WHATSAPP if marked else Channel.SMS


def number(value: str, prefix: str = "") -> str | None:
    """+ and 6 to 15 digits (E.164 has at most 15); None for short codes, names and anything else."""
    bare = value[len(prefix) :] if value.startswith(prefix) else ""
    return bare if _NUMBER.fullmatch(bare) else None


def message_sid(form: Form) -> str | None:
    value = form.get("MessageSid") or form.get("SmsMessageSid") or ""
    return value if _SID.fullmatch(value) else None


def clean(value: str | None, limit: int) -> str | None:
    """A text that can be stored: no NUL, no lone surrogate, `limit` code points at most."""
    if value is None or len(value) > limit or "\0" in value:
        return None
    return None if any("\ud800" <= char <= "\udfff" for char in value) else value


def has_media(form: Form) -> bool:
    return form.get("NumMedia", "0").strip() not in ("", "0")


def parse_status(form: Form) -> StatusChange | Dropped:
    """A status callback; an unknown status is dropped, since nothing can be concluded from it."""
    sid = message_sid(form)
    if sid is None:
        return NO_ID
    status = form.get("MessageStatus") or form.get("SmsStatus") or ""
    if status not in STATUSES:
        return MALFORMED
    code = form.get("ErrorCode", "")
    known = bool(_CODE.fullmatch(code)) and int(code) != 0
    return StatusChange(channel_of(form), sid, status, code if known else None)
