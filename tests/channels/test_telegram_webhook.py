"""The Telegram edge over Flask: the secret first, then a bounded body, then the door."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.channels.telegram.send import TelegramSender
from bot.demo.telegram_queue import Failure
from bot.demo.telegram_standin import TelegramStandIn
from bot.demo.telegram_updates import CAPTION, MEDIA
from bot.ports import InboundKind, OutKind, SendError
from tests.channels.telegram_kit import ADDRESS, CHAT, NOON, Clock, ListDoor, act, message
from webhooks.body import MAX_BODY
from webhooks.door import EdgeSettings
from webhooks.telegram import SECRET_HEADER, telegram_blueprint

SECRET = "MARKERsecret_1-2"
URL = "/webhooks/telegram"
Json = dict[str, Any]


@pytest.fixture
def door() -> ListDoor:
    return ListDoor()


@pytest.fixture
def web(door: ListDoor) -> FlaskClient:
    return served(door, EdgeSettings(None, SECRET, None, None))


def served(door: ListDoor, edge: EdgeSettings) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(telegram_blueprint(door, edge, lambda: NOON))
    return app.test_client()


def update(text: object = "Hello", **fields: Any) -> Json:
    person = {"id": CHAT, "is_bot": False, "first_name": "MARKERname"}
    body = {"message_id": 1, "from": person, "chat": {"id": CHAT, "type": "private"}, "date": int(NOON.timestamp())}
    return {"update_id": 5, "message": body | {"text": text} | fields}


def post(web: FlaskClient, body: object, secret: str | None = SECRET) -> tuple[int, bytes]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {} if secret is None else {SECRET_HEADER: secret}
    answer = web.post(URL, data=data, headers=headers, content_type="application/json")
    return answer.status_code, answer.data


def test_good_update_is_taken(web: FlaskClient, door: ListDoor) -> None:
    """A right secret and a usable update: taken, 200, nothing in the body."""
    assert post(web, update()) == (200, b"")
    assert [one.text for one in door.taken] == ["Hello"]


WRONG = [None, "", "x", SECRET[:-1], SECRET + "x", SECRET.lower(), "ÿ" * 8]


@pytest.mark.rule("ABUSE-3")
@pytest.mark.parametrize("secret", WRONG)
@pytest.mark.parametrize("body", [update(), b"\xff{", b"x" * (MAX_BODY + 1)], ids=["good", "broken", "large"])
def test_wrong_secret_is_refused_before_the_body(
    web: FlaskClient, door: ListDoor, secret: str | None, body: object
) -> None:
    """Whatever the body, a wrong or missing secret gets 403, with no detail, and nothing is kept or counted."""
    assert post(web, body, secret) == (403, b"")
    assert (door.taken, door.dropped) == ([], [])


@pytest.mark.rule("ABUSE-3")
@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_of_ours_nothing_is_right(door: ListDoor, secret: str | None) -> None:
    """An edge without a secret refuses everything, an empty header too."""
    web = served(door, EdgeSettings(None, secret, None, None))
    assert post(web, update(), "")[0] == post(web, update(), None)[0] == 403
    assert not door.taken


def deep(levels: int) -> bytes:
    return b'{"update_id": 1, "message": ' + b"[" * levels + b"]" * levels + b"}"


UNUSABLE = [
    pytest.param(b"", id="empty"),
    pytest.param(deep(1000), id="1000-deep"),
    pytest.param(deep(400_000), id="400000-deep"),
    pytest.param(b'{"update_id": 5, "message": {"text": "\xff\xfe"}}', id="invalid-utf-8"),
    pytest.param(json.dumps(update()).encode("utf-16"), id="utf-16"),
    pytest.param(b'{"update_id": NaN}', id="nan"),
    pytest.param(json.dumps(update(x=float("inf"))).encode(), id="infinity"),
    pytest.param(update("a\0b"), id="nul"),
    pytest.param(update("a\ud800b"), id="lone-surrogate"),
    pytest.param(b'{"update_id": ' + b"9" * 10_000 + b"}", id="number-of-10000-digits"),
    pytest.param(b'{"update_id": ' + b"9" * 3000 + b', "message": {}}', id="number-of-3000-digits"),
    pytest.param([update()], id="array"),
    pytest.param(b"null", id="null"),
    pytest.param(b'"text"', id="text"),
    pytest.param(b'{"update_id": 5', id="cut-off"),
    pytest.param({"update_id": 5, "unknown_kind": {}}, id="unknown-kind"),
    pytest.param(update(["a"]), id="wrong-type"),
    pytest.param(update("x" * 300_000), id="300-kB-text"),
    pytest.param(b"a=1&b=2", id="form"),
]


@pytest.mark.rule("ABUSE-4")
@pytest.mark.parametrize("body", UNUSABLE)
def test_unusable_body_is_dropped_quietly(web: FlaskClient, door: ListDoor, body: object) -> None:
    """After a right secret what can't be used gets 200 and one count; the next good message is taken."""
    assert post(web, body) == (200, b"")
    assert (len(door.dropped), door.taken) == (1, [])
    assert post(web, update())[0] == 200
    assert len(door.taken) == 1


@pytest.mark.rule("ABUSE-4")
def test_over_a_mebibyte_is_refused(web: FlaskClient, door: ListDoor) -> None:
    """A body of exactly the limit is read; one byte more is 413."""
    body = json.dumps(update()).encode()
    assert post(web, body.ljust(MAX_BODY))[0] == 200
    assert post(web, body.ljust(MAX_BODY + 1)) == (413, b"")
    assert len(door.taken) == 1


def test_what_could_not_be_kept_comes_again(web: FlaskClient, door: ListDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A door that can't keep it, or breaks, gives 503, so that Telegram sends it again."""
    door.keeps = False
    assert post(web, update()) == (503, b"")
    monkeypatch.setattr(door, "take", lambda inbound: 1 / 0)
    assert post(web, update()) == (503, b"")


@pytest.mark.rule("SEND-7")
@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
def test_groups_get_nothing(web: FlaskClient, door: ListDoor, kind: str) -> None:
    """A message in a group or channel is answered with silence and reaches nobody."""
    assert post(web, update(chat={"id": -100, "type": kind})) == (200, b"")
    assert (door.taken, door.dropped) == ([], ["not-private"])


def test_other_methods_are_not_served(web: FlaskClient) -> None:
    """Only POST is there."""
    assert web.get(URL).status_code == 405


# --- markers through everything


@pytest.fixture
def stand_in() -> Iterator[TelegramStandIn]:
    stand_in = TelegramStandIn("1000001:MARKERtoken", clock=Clock()).start()
    stand_in.person = {name: f"MARKER{name}" for name in ("first_name", "last_name", "username", "language_code")}
    yield stand_in
    stand_in.stop()


@pytest.mark.rule("DATA-4")
def test_nothing_of_the_person_but_their_words_passes_the_edge(stand_in: TelegramStandIn, door: ListDoor) -> None:
    """From updates full of names, files and places only allow-listed values remain."""
    stand_in.person_says(CHAT, "words")
    for kind in MEDIA:
        stand_in.person_sends_media(CHAT, kind)
    stand_in.person_edits(CHAT, 1, "other words")
    stand_in.person_taps(CHAT, 1, "7:1")
    stand_in.blocks(CHAT)
    web = served(door, EdgeSettings(None, SECRET, None, None))
    for one in stand_in.updates.get(None, 100, 0, None):
        assert post(web, one)[0] == 200
    kinds = [
        InboundKind.TEXT,
        *[InboundKind.MEDIA] * len(MEDIA),
        InboundKind.EDIT,
        InboundKind.TAP,
        InboundKind.BLOCKED,
    ]
    assert [one.kind for one in door.taken] == kinds
    kept = [replace(one, text="", received_at=NOON, sent_at=NOON) for one in door.taken]
    assert "MARKER" not in json.dumps([asdict(one) for one in kept], default=str)
    assert {one.text for one in door.taken} == {"words", "", "7:1", CAPTION}
    assert {one.hint for one in door.taken} == {None}


@pytest.mark.rule("LOG-1")
def test_no_marker_reaches_a_log(
    stand_in: TelegramStandIn, web: FlaskClient, door: ListDoor, caplog: pytest.LogCaptureFixture
) -> None:
    """Texts, ids, tokens and Telegram's own words stay out of every log, at DEBUG and through every failure."""
    caplog.set_level(logging.DEBUG)
    stand_in.person_says(CHAT, "MARKERtext")
    sender = TelegramSender(stand_in.token, stand_in.origin, timeout_s=0.3)
    for name in ("httpx", "httpcore.http11", "telegram", "telegram.ext.ExtBot", "telegram.request"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    for status in (None, 400, 403, 429, 502, 0):
        if status is not None:
            stand_in.fail(Failure(status, description="MARKERdescription"))
        try_to_send(sender)
    door.keeps = False
    post(web, update("MARKERtext"))
    door.take = lambda inbound: int(inbound.text)  # type: ignore[assignment, method-assign, return-value]
    for body in (update("MARKERtext"), update(["MARKER"]), b"MARKER\xff", {"MARKER": "MARKER"}):
        post(web, body)
    post(web, update("MARKERtext"), "MARKERwrong")
    sender.close()
    assert "MARKER" not in caplog.text
    assert str(CHAT) not in caplog.text
    assert "an update could not be kept: ValueError" in caplog.text


def try_to_send(sender: TelegramSender) -> None:
    for outgoing in (message("MARKERtext", buttons=((("MARKER", "MARKER"),),)), act(OutKind.REMOVE, 1)):
        try:
            sender.send(ADDRESS, outgoing)
        except SendError as error:
            logging.getLogger("test").warning("send failed: %s", error, exc_info=True)


def test_secrets_do_not_print() -> None:
    """Printing the edge's settings shows neither secret nor metrics token."""
    assert "MARKER" not in repr(EdgeSettings(None, SECRET, "MARKERmetrics", None))
