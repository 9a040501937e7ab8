"""Bad bodies for both edges, and a look at every table of the database file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

from bot.demo.twilio_forms import sign
from bot.engine.model import Channel
from tests.kit import MONDAY, PUBLIC, SECRET, TOKEN, House, form, update

TELEGRAM, MESSAGE, STATUS = "/webhooks/telegram", "/webhooks/twilio/message", "/webhooks/twilio/status"
FORM = "application/x-www-form-urlencoded"
WITHOUT_A_PERSON = frozenset({"claimed", "counter", "alembic_version"})
"""Tables that bad input may touch: duplicate guards and counts."""

Rows = Mapping[str, Sequence[Any]]


def tables(folder: Path) -> Rows:
    """Every row of every table but the two kinds that hold no person."""
    with sqlite3.connect(f"file:{folder}/house.db?mode=ro", uri=True) as raw:
        names = [name for (name,) in raw.execute("select name from sqlite_master where type = 'table'")]
        kept = [name for name in names if name not in WITHOUT_A_PERSON and not name.startswith("sqlite_")]
        return {name: raw.execute(f'select * from "{name}"').fetchall() for name in kept}


def deep(levels: int) -> bytes:
    return b'{"update_id": 1, "message": ' + b'{"a": [' * levels + b"]}" * levels + b"}"


def of(**fields: object) -> bytes:
    """A good message but for these fields of it."""
    good = update(77, "hello", MONDAY)
    return json.dumps({**good, "message": {**good["message"], **fields}}).encode()


def whole(**fields: object) -> bytes:
    return json.dumps({**update(77, "hello", MONDAY), **fields}).encode()


WRONG = [None, True, 0, -1, 1.5, 10**400, "", "x", "\0", "\ud800", [], [[]], {}, {"id": {}}]
"""Values of every type where another was expected."""
FIELDS = ("message_id", "date", "chat", "from")

TELEGRAM_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"\x00\x01\x02",
    "invalid UTF-8": b'{"update_id": 1, "message": {"text": "\xed\xa0\x80"}}',
    "1000 deep": deep(1000),
    "100000 deep": deep(100_000),
    "300 kB of text": of(text="a" * 300_000),
    "300 kB of spaces": b" " * 300_000,
    "300 kB of keys": json.dumps({f"k{n}": n for n in range(20_000)}).encode(),
    "NUL in text": of(text="a\0b"),
    "lone surrogate": of(text="a\ud800b"),
    "number of 5000 digits": b'{"update_id": ' + b"9" * 5000 + b"}",
    "id of 4000 digits": of(message_id=1).replace(b'"message_id": 1', b'"message_id": ' + b"9" * 4000),
    "exponent": b'{"update_id": 1e999999}',
    "NaN": b'{"update_id": NaN}',
    "unknown kind": json.dumps({"update_id": 3, "purchased_paid_media": {"from": {"id": 1}}}).encode(),
    "no kind": b'{"update_id": 4}',
    "no update id": whole(update_id=None),
    "a list": b"[1, 2]",
    "a group": of(chat={"id": -5, "type": "supergroup", "title": "A group"}),
    "somebody else's chat": of(**{"from": {"id": 5, "is_bot": False, "first_name": "x"}}),
    "a bot": of(**{"from": {"id": 700900123, "is_bot": True, "first_name": "x"}}),
    **{f"update_id {value!r:.12}": whole(update_id=value) for value in WRONG if value not in (0,)},
    **{f"message {value!r:.12}": whole(message=value) for value in WRONG},
    **{f"{name} {value!r:.12}": of(**{name: value}) for name in FIELDS for value in WRONG},
    **{f"text {value!r:.12}": of(text=value) for value in (*WRONG[:5], 10**400, "", "\0", "\ud800", [], {})},
}

GOOD = form(Channel.SMS, 77, "hello")
FORMS: dict[str, dict[str, str]] = {
    "nothing but the account": {"AccountSid": GOOD["AccountSid"]},
    "NUL": {**GOOD, "Body": "a\0b"},
    "300 kB": {**GOOD, "Body": "a" * 300_000},
    "no sender": {name: value for name, value in GOOD.items() if name != "From"},
    "no id": {name: value for name, value in GOOD.items() if name not in ("MessageSid", "SmsMessageSid")},
    "sender of 3000 digits": {**GOOD, "From": "+" + "4" * 3000},
    "sender in words": {**GOOD, "From": "BANK"},
    "sender with a script": {**GOOD, "From": "+44<script>"},
    "other digits": {**GOOD, "From": "+٤٤٧٧٠٠٩٠٠١٢٣"},
    "id with a path": {**GOOD, "MessageSid": "../../etc"},
    "999 more fields": {**GOOD, "From": "", **{f"Field{n}": "x" for n in range(900)}},
    "unknown channel": {**GOOD, "From": "messenger:123", "To": "messenger:9"},
}
STATUSES: dict[str, dict[str, str]] = {
    "unknown message": {"AccountSid": GOOD["AccountSid"], "MessageSid": "SM" + "9" * 32, "MessageStatus": "queued"},
    "unknown status": {"AccountSid": GOOD["AccountSid"], "MessageSid": "SM" + "9" * 32, "MessageStatus": "exploded"},
    "no id": {"AccountSid": GOOD["AccountSid"], "MessageStatus": "delivered"},
    "code of 5000 digits": {
        "AccountSid": GOOD["AccountSid"],
        "MessageSid": "SM" + "9" * 32,
        "MessageStatus": "sending",
        "ErrorCode": "9" * 5000,
    },
}


def signed(path: str, fields: Mapping[str, str | Sequence[str]]) -> tuple[bytes, str]:
    """The body and its right signature; repeated fields as lists."""
    return urlencode(fields, doseq=True, quote_via=quote_plus).encode(), sign(PUBLIC + path, fields, TOKEN)


def post_json(house: House, body: bytes, secret: str | None = SECRET) -> int:
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    return house.client.post(TELEGRAM, data=body, headers=headers, content_type="application/json").status_code


def post_fields(house: House, path: str, body: bytes, signature: str | None) -> int:
    headers = {} if signature is None else {"X-Twilio-Signature": signature}
    return house.client.post(path, data=body, headers=headers, content_type=FORM).status_code


def answers(house: House, channel: Channel) -> bool:
    """Whether the next good message is answered."""
    return bool(house.send(channel, "hello"))
