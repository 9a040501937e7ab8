"""Updates as Telegram makes them, with all that it pushes along unasked: names, a username, a language, a picture's id.

The people in them are invented (DATA-9).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.demo.telegram_chats import Buttons, ChatMessage

Json = dict[str, Any]

PERSON = {"first_name": "Ines", "last_name": "Example", "username": "ines_example", "language_code": "en"}
BOT = {"id": 1000001, "is_bot": True, "first_name": "Info Line", "username": "example_info_bot"}
CAPTION = "An invented caption"

_FILE = {"file_id": "AgACAgQAAxkBAAIB", "file_unique_id": "AQADexample", "file_size": 1024}
_CLIP = {**_FILE, "duration": 3, "mime_type": "audio/ogg"}
MEDIA: dict[str, Any] = {
    "photo": [{**_FILE, "width": 90, "height": 67}],
    "voice": _CLIP,
    "audio": {**_CLIP, "title": "Invented song", "file_name": "song.ogg"},
    "video": {**_CLIP, "width": 640, "height": 480},
    "video_note": {**_FILE, "length": 240, "duration": 3},
    "document": {**_FILE, "file_name": "paper.pdf", "mime_type": "application/pdf"},
    "sticker": {
        **_FILE, "width": 512, "height": 512, "type": "regular", "is_animated": False, "is_video": False, "emoji": "x",
    },
    "location": {"latitude": 51.5, "longitude": -0.12},
    "venue": {"location": {"latitude": 51.5, "longitude": -0.12}, "title": "Invented hall", "address": "1 Example St"},
    "contact": {"phone_number": "+447700900123", "first_name": "Noor", "user_id": 77},
    "dice": {"emoji": "x", "value": 4},
    "poll": {"id": "1", "question": "Invented?", "options": [], "total_voter_count": 0, "type": "regular"},
}  # fmt: skip
"""A sample of each kind that a person can send."""


def person(chat_id: int, profile: Json) -> Json:
    return {"id": chat_id, "is_bot": False, **profile}


def private_chat(chat_id: int, profile: Json) -> Json:
    shown = {key: value for key, value in profile.items() if key != "language_code"}
    return {"id": chat_id, "type": "private", **shown}


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def message_of_person(chat_id: int, message: ChatMessage, profile: Json) -> Json:
    """A message object as an update carries it: text with its command marked, or a medium with a caption."""
    body: Json = {
        "message_id": message.id,
        "from": person(chat_id, profile),
        "chat": private_chat(chat_id, profile),
        "date": seconds(message.at),
    }
    if message.media is not None:
        return body | {message.media: MEDIA[message.media], "caption": CAPTION}
    body["text"] = message.text
    if message.text.startswith("/"):
        length = len(message.text.split()[0])
        body["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
    return body


def message_of_bot(chat_id: int, message: ChatMessage, profile: Json) -> Json:
    """A message object as the Bot API answers with it."""
    body: Json = {
        "message_id": message.id,
        "from": BOT,
        "chat": private_chat(chat_id, profile),
        "date": seconds(message.at),
        "text": message.text,
    }
    return body | ({"reply_markup": keyboard(message.buttons)} if message.buttons else {})


def keyboard(buttons: Buttons) -> Json:
    rows = [[{"text": label, "callback_data": data} for label, data in row] for row in buttons]
    return {"inline_keyboard": rows}


def forwarded(at: datetime) -> Json:
    sender = {"id": 5, "is_bot": False, "first_name": "Another", "username": "another_example"}
    return {"forward_origin": {"type": "user", "sender_user": sender, "date": seconds(at)}}


def membership(chat_id: int, at: datetime, profile: Json, *, blocked: bool) -> Json:
    def member(status: str) -> Json:
        return {"user": BOT, "status": status} | ({"until_date": 0} if status == "kicked" else {})

    before, after = ("member", "kicked") if blocked else ("kicked", "member")
    return {
        "chat": private_chat(chat_id, profile),
        "from": person(chat_id, profile),
        "date": seconds(at),
        "old_chat_member": member(before),
        "new_chat_member": member(after),
    }
