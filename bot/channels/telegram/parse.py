"""A Telegram update as an `Inbound`, or the reason why it is dropped. Pure; reads what `json.loads` gives.

Only fixed places of the update are looked at, so its depth and size do not matter. Whatever is not named here
(names, usernames, pictures, places, contacts) is never touched and so never passed on (DATA-4). Words under a picture are
the person's own words: they are passed on to be listened to for danger (EMER-1) and dropped as any words are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NewType

from bot.engine.model import Channel
from bot.ports import Address, Inbound, InboundKind

MAX_ID = 2**53 - 1
"""Telegram ids fit in 52 bits, update ids in 32: https://core.telegram.org/bots/api#chat."""
MAX_TEXT = 16_384
"""Code points. Telegram's own limit is 4,096 UTF-16 units; the room above is for a day when that grows."""
MAX_DATA = 64
"""Bytes of callback data, by the Bot API."""
MAX_CALLBACK_ID = 64
MIN_DATE = 1_435_000_000
"""Seconds; June 2015, when bots began. An older date is not a message's own."""
MAX_DATE = 253_402_300_799
"""Seconds; the last that a datetime holds."""

MEDIA = (
    "animation", "audio", "chat_shared", "checklist", "contact", "dice", "document", "game", "gift",
    "giveaway", "invoice", "live_photo", "location", "paid_media", "passport_data", "photo", "poll",
    "rich_message", "sticker", "story", "unique_gift", "users_shared", "venue", "video", "video_note",
    "voice", "web_app_data",
)  # fmt: skip
FORWARDED = ("forward_origin", "forward_date", "forward_from", "forward_sender_name", "via_bot")
"""Words that were not written here and now: the first is today's field, the next three older servers'."""
FOREIGN = (
    "business_connection_id", "direct_messages_topic", "guest_query_id", "is_automatic_forward",
    "is_topic_message", "sender_business_bot", "sender_chat",
)  # fmt: skip
"""What marks a message as written through something else than the private chat itself (SEND-7)."""
SERVED = ("en", "sq", "vi", "ar", "ro", "fa", "am", "ti", "pl", "ur", "es", "fr", "uk", "bn", "pt", "cy")
HINTS = {"zh": "zh-Hans"} | {code: code for code in SERVED}
"""First part of Telegram's language_code -> our code. Any other value describes the person and is dropped."""

COMMAND = re.compile(r"/([^\s/@]{1,32})(?:@[A-Za-z0-9_]{1,64})?(?:\s+(.*))?", re.DOTALL)
DEEP_LINK = re.compile(r"[A-Za-z0-9_-]{0,64}")
"""What a t.me link can carry behind /start."""
TRIAL_CODE = re.compile(r"[A-HJ-NP-Z2-9]{8}")
"""The one payload that is passed on, as if it had been typed: a code of `ownsteps trial code`."""
KEYS = frozenset({"menu", "back", "language", "languages", "person", "help", "start"})
"""Commands that the engine knows. Any other is a word with a slash: /cerrar is understood as "cerrar" is (HIDE-1)."""
LEAVING = {"close": "close", "hide": "close", "stop": "stop", "delete": "delete", "clear": "delete"}
"""Commands that act whatever is typed behind them, and their names inside. The menu shows /clear."""

Reason = NewType("Reason", str)
Object = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Dropped:
    """An update that is not ours to answer. `reason` is one of a few fixed words, fit for a metric."""

    reason: Reason


MALFORMED = Dropped(Reason("malformed"))
UNKNOWN_UPDATE = Dropped(Reason("unknown-update"))
NOT_PRIVATE = Dropped(Reason("not-private"))
INLINE = Dropped(Reason("inline"))
FROM_BOT = Dropped(Reason("from-bot"))
NOTHING_SAID = Dropped(Reason("nothing-said"))
LIVE_LOCATION = Dropped(Reason("live-location"))


def parse(update: object, received_at: datetime) -> Inbound | Dropped:
    """What the update says. Never raises, whatever JSON value it gets. `received_at` is aware UTC."""
    body = _object(update)
    if body is None or _id(body.get("update_id")) is None:
        return MALFORMED
    for name, read in READERS.items():
        if name in body:
            part = _object(body[name])
            return MALFORMED if part is None else read(str(body["update_id"]), part, received_at)
    return UNKNOWN_UPDATE


def _message(update_id: str, message: Object, received_at: datetime) -> Inbound | Dropped:
    base = _base(update_id, message, received_at)
    if isinstance(base, Dropped):
        return base
    if any(name in message for name in FORWARDED):
        return base.of(InboundKind.EDIT)
    if "text" in message:
        text = _text(message["text"], MAX_TEXT)
        return MALFORMED if text is None else _words(base, text)
    return base.of(InboundKind.MEDIA, _caption(message)) if any(name in message for name in MEDIA) else NOTHING_SAID


def _caption(message: Object) -> str:
    return _text(message.get("caption"), MAX_TEXT) or ""


def _edited(update_id: str, message: Object, received_at: datetime) -> Inbound | Dropped:
    base = _base(update_id, message, received_at)
    if isinstance(base, Dropped):
        return base
    # A live location arrives as an edit every few seconds: nobody wrote, so nothing is answered.
    return LIVE_LOCATION if "location" in message else base.of(InboundKind.EDIT)


def _tap(update_id: str, query: Object, received_at: datetime) -> Inbound | Dropped:
    if "inline_message_id" in query:
        return INLINE
    message, sender = _object(query.get("message")), _object(query.get("from"))
    if message is None or sender is None:
        return MALFORMED
    chat = _private_chat(message)
    if isinstance(chat, Dropped):
        return chat
    data, callback_id = _text(query.get("data"), MAX_DATA), _text(query.get("id"), MAX_CALLBACK_ID)
    message_id = _id(message.get("message_id"))
    if not data or not callback_id or message_id is None or len(data.encode()) > MAX_DATA:
        return MALFORMED
    if _id(sender.get("id")) != chat:
        return NOT_PRIVATE
    # A press has no time of its own: the message's date is when the buttons were sent.
    return Inbound(
        _address(chat), update_id, InboundKind.TAP, data, received_at, received_at,
        callback_id=callback_id, button_message_id=str(message_id), hint=_hint(sender),
    )  # fmt: skip


def _membership(update_id: str, change: Object, received_at: datetime) -> Inbound | Dropped:
    chat, sent_at = _private_chat(change), _when(change.get("date"), received_at)
    if isinstance(chat, Dropped):
        return chat
    status = (_object(change.get("new_chat_member")) or {}).get("status")
    kind = {"kicked": InboundKind.BLOCKED, "member": InboundKind.UNBLOCKED}.get(
        status if isinstance(status, str) else ""
    )
    if kind is None or sent_at is None:
        return MALFORMED
    return Inbound(_address(chat), update_id, kind, "", sent_at, received_at)


READERS: Mapping[str, Callable[[str, Object, datetime], Inbound | Dropped]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _tap,
    "my_chat_member": _membership,
}
"""By the field of the update that carries it; an update has one. No other kind is read."""


@dataclass(frozen=True, slots=True)
class _Base:
    """What each message of a private chat has, read and found good."""

    address: Address
    update_id: str
    message_id: int
    sent_at: datetime
    received_at: datetime
    hint: str | None

    def of(self, kind: InboundKind, text: str = "") -> Inbound:
        return Inbound(
            self.address,
            self.update_id,
            kind,
            text,
            self.sent_at,
            self.received_at,
            str(self.message_id),
            hint=self.hint,
        )


def _base(update_id: str, message: Object, received_at: datetime) -> _Base | Dropped:
    chat = _private_chat(message)
    if isinstance(chat, Dropped):
        return chat
    if any(message.get(name) not in (None, False) for name in FOREIGN):
        return NOT_PRIVATE
    sender = _object(message.get("from"))
    message_id = _id(message.get("message_id"))
    sent_at = _when(message.get("edit_date", message.get("date")), received_at)
    if sender is None or message_id is None or sent_at is None:
        return MALFORMED
    if sender.get("is_bot") is True:
        return FROM_BOT
    if _id(sender.get("id")) != chat:
        return NOT_PRIVATE
    return _Base(_address(chat), update_id, message_id, sent_at, received_at, _hint(sender))


def _words(base: _Base, text: str) -> Inbound | Dropped:
    """Typed words, or a command. Words behind one are words: "/help he is here" may be danger (EMER-1)."""
    match = COMMAND.fullmatch(text.strip())
    if match is None:
        return base.of(InboundKind.TEXT, text) if text.strip() else NOTHING_SAID
    name, rest = match[1].lower(), (match[2] or "").strip()
    if name in LEAVING:
        return base.of(InboundKind.COMMAND, LEAVING[name])
    if name not in KEYS:
        return base.of(InboundKind.TEXT, f"{match[1]} {rest}".strip())
    if name == "start" and DEEP_LINK.fullmatch(rest) and not TRIAL_CODE.fullmatch(rest):
        return base.of(InboundKind.COMMAND, name)
    return base.of(InboundKind.TEXT, rest) if rest else base.of(InboundKind.COMMAND, name)


def _private_chat(holder: Object) -> int | Dropped:
    """The id of the private chat that `holder` stands in: the person's own id, above 0."""
    chat = _object(holder.get("chat"))
    if chat is None or not isinstance(chat.get("type"), str):
        return MALFORMED
    if chat["type"] != "private" or chat.get("is_forum") is True:
        return NOT_PRIVATE
    return _id(chat.get("id")) or MALFORMED


def _address(chat: int) -> Address:
    return Address(Channel.TELEGRAM, str(chat))


def _object(value: object) -> Object | None:
    return value if isinstance(value, dict) else None


def _id(value: object) -> int | None:
    """A whole number from 1 to MAX_ID; True and 1.0 are none."""
    return value if type(value) is int and 0 < value <= MAX_ID else None


def _when(value: object, received_at: datetime) -> datetime | None:
    """Unix seconds as aware UTC, never later than `received_at`: two clocks apart make no negative time."""
    if type(value) is not int or not MIN_DATE <= value <= MAX_DATE:
        return None
    return min(datetime.fromtimestamp(value, UTC), received_at)


def _text(value: object, limit: int) -> str | None:
    """A text that can be stored: no NUL, no lone surrogate, at most `limit` code points."""
    if not isinstance(value, str) or len(value) > limit or "\0" in value:
        return None
    return None if any("\ud800" <= letter <= "\udfff" for letter in value) else value


def _hint(sender: Object) -> str | None:
    code = sender.get("language_code")
    if not isinstance(code, str) or len(code) > 16:
        return None
    return HINTS.get(code.lower().replace("_", "-").split("-")[0])
