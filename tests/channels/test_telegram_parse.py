"""A Telegram update in, an `Inbound` or a reason out. The people in the samples are invented (DATA-9)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.parse import MEDIA, Dropped, parse
from bot.engine.model import Channel
from bot.ports import Address, Inbound, InboundKind
from tests.channels.telegram_kit import CHAT, NOON

Json = dict[str, Any]
STAMP = int((NOON - timedelta(seconds=2)).timestamp())
PERSON: Json = {
    "id": CHAT,
    "is_bot": False,
    "first_name": "MARKERfirst",
    "last_name": "MARKERlast",
    "username": "MARKERuser",
    "language_code": "sq-AL",
    "is_premium": True,
}
PRIVATE: Json = {"id": CHAT, "type": "private", "first_name": "MARKERfirst", "username": "MARKERuser"}
FILE: Json = {"file_id": "MARKERfile", "file_unique_id": "MARKERunique"}


def message(**fields: Any) -> Json:
    return {"message_id": 41, "from": PERSON, "chat": PRIVATE, "date": STAMP} | fields


def update(kind: str = "message", **fields: Any) -> Json:
    return {"update_id": 700, kind: message(**fields)}


def tap(**fields: Any) -> Json:
    shown = message(text="MARKERquestion", **{"from": {"id": 1, "is_bot": True}})
    query = {"id": "99001", "from": PERSON, "message": shown, "chat_instance": "1", "data": "7:2"}
    return {"update_id": 701, "callback_query": query | fields}


def membership(status: str, **fields: Any) -> Json:
    change = {"chat": PRIVATE, "from": PERSON, "date": STAMP, "new_chat_member": {"user": {"id": 1}, "status": status}}
    return {"update_id": 702, "my_chat_member": change | fields}


SAID = [
    pytest.param(update(text="Tungjatjeta"), InboundKind.TEXT, "Tungjatjeta", id="text"),
    pytest.param(update(text="a\nb  "), InboundKind.TEXT, "a\nb  ", id="text-keeps-its-form"),
    pytest.param(update(text="😀 ሰላም"), InboundKind.TEXT, "😀 ሰላም", id="any-script"),
    pytest.param(
        update(text="9", reply_to_message=message(text="MARKERold")), InboundKind.TEXT, "9", id="reply-is-text"
    ),
    pytest.param(update(text="/start"), InboundKind.COMMAND, "start", id="start"),
    pytest.param(update(text="/start MARKERlink_1"), InboundKind.COMMAND, "start", id="start-drops-its-payload"),
    pytest.param(update(text="/Close@Example_Bot"), InboundKind.COMMAND, "close", id="command-for-this-bot"),
    pytest.param(update(text="/close now please"), InboundKind.COMMAND, "close", id="close-with-words-closes"),
    pytest.param(update(text="/clear"), InboundKind.COMMAND, "delete", id="clear-is-delete"),
    pytest.param(
        update(text="/help he is at the door"), InboundKind.TEXT, "he is at the door", id="words-behind-command"
    ),
    pytest.param(
        update(text="/start he is at the door"), InboundKind.TEXT, "he is at the door", id="words-behind-start"
    ),
    pytest.param(update(text="/cerrar"), InboundKind.TEXT, "cerrar", id="word-with-a-slash"),
    pytest.param(update(text="/закрыть"), InboundKind.TEXT, "закрыть", id="word-with-a-slash-in-another-script"),
    pytest.param(update(text="/start AB2CD3EF"), InboundKind.TEXT, "AB2CD3EF", id="trial-code-behind-start"),
    pytest.param(update(text="/9"), InboundKind.TEXT, "9", id="key-with-a-slash"),
    pytest.param(update(text="/"), InboundKind.TEXT, "/", id="slash-alone"),
    pytest.param(update("edited_message", text="MARKER", edit_date=STAMP), InboundKind.EDIT, "", id="edited"),
    pytest.param(update(text="MARKER", forward_origin={"type": "user"}), InboundKind.EDIT, "", id="forwarded-text"),
    pytest.param(update(text="MARKER", forward_date=STAMP), InboundKind.EDIT, "", id="forwarded-by-an-older-server"),
    pytest.param(update(photo=[FILE], forward_origin={}), InboundKind.EDIT, "", id="forwarded-photo"),
    pytest.param(update(text="MARKER", via_bot={"id": 3}), InboundKind.EDIT, "", id="through-an-inline-bot"),
    pytest.param(tap(), InboundKind.TAP, "7:2", id="tap"),
    pytest.param(
        tap(message={"chat": PRIVATE, "message_id": 41, "date": 0}), InboundKind.TAP, "7:2", id="tap-on-a-lost-one"
    ),
    pytest.param(membership("kicked"), InboundKind.BLOCKED, "", id="blocked"),
    pytest.param(membership("member"), InboundKind.UNBLOCKED, "", id="unblocked"),
    *(
        pytest.param(update(**{kind: FILE, "caption": "words"}), InboundKind.MEDIA, "words", id=f"media-{kind}")
        for kind in MEDIA
    ),
]


@pytest.mark.rule("DATA-4", "ABUSE-6")
@pytest.mark.parametrize(("given_update", "kind", "text"), SAID)
def test_update_in_inbound_out(given_update: Json, kind: InboundKind, text: str) -> None:
    """What a person does in their private chat arrives with its kind and its own words, and nothing else of them."""
    inbound = parse(given_update, NOON)
    assert isinstance(inbound, Inbound)
    assert (inbound.kind, inbound.text) == (kind, text)
    assert inbound.address == Address(Channel.TELEGRAM, str(CHAT))
    assert inbound.provider_id == str(given_update["update_id"])
    assert inbound.received_at == NOON
    assert "MARKER" not in str(asdict(inbound))


def test_message_keeps_its_id_for_removal() -> None:
    """The person's own message can be removed later; a press has none, but names the message with the buttons."""
    said, pressed = parse(update(text="x"), NOON), parse(tap(), NOON)
    assert isinstance(said, Inbound)
    assert isinstance(pressed, Inbound)
    assert (said.message_id, said.callback_id, said.button_message_id) == ("41", None, None)
    assert (pressed.message_id, pressed.callback_id, pressed.button_message_id) == (None, "99001", "41")


TIMES = [
    pytest.param(STAMP, NOON - timedelta(seconds=2), id="as-told"),
    pytest.param(STAMP + 3600, NOON, id="never-after-it-came"),
    pytest.param(STAMP - 86_400, NOON - timedelta(days=1, seconds=2), id="a-backlog-shows"),
]


@pytest.mark.parametrize(("date", "sent_at"), TIMES)
def test_sent_at_is_telegrams_own_time(date: int, sent_at: object) -> None:
    """The time is the provider's, in aware UTC, and not later than the arrival."""
    inbound = parse(update(text="x", date=date), NOON)
    assert isinstance(inbound, Inbound)
    assert inbound.sent_at == sent_at


HINTS = [
    ("sq-AL", "sq"),
    ("zh-hans", "zh-Hans"),
    ("EN", "en"),
    ("xx", None),
    ("MARKER" * 9, None),
    (7, None),
    (None, None),
]


@pytest.mark.parametrize(("code", "hint"), HINTS)
def test_hint_is_a_served_language_or_nothing(code: object, hint: str | None) -> None:
    """A language that is served may order the list; any other code is dropped."""
    inbound = parse(update(text="x", **{"from": PERSON | {"language_code": code}}), NOON)
    assert isinstance(inbound, Inbound)
    assert inbound.hint == hint


GROUP: Json = {"id": -100_200, "type": "supergroup", "title": "MARKER"}
ELSEWHERE = [
    pytest.param(update(text="x", chat=GROUP), "not-private", id="supergroup"),
    pytest.param(update(text="x", chat=GROUP | {"type": "group"}), "not-private", id="group"),
    pytest.param(
        update(text="x", chat=GROUP | {"is_forum": True}, is_topic_message=True), "not-private", id="forum-topic"
    ),
    pytest.param(update(text="x", is_topic_message=True, message_thread_id=3), "not-private", id="topic-in-private"),
    pytest.param(update(text="x", chat=GROUP | {"type": "channel"}), "not-private", id="channel-as-message"),
    pytest.param(update("channel_post", text="x", chat=GROUP), "unknown-update", id="channel-post"),
    pytest.param(update("edited_channel_post", text="x", chat=GROUP), "unknown-update", id="edited-channel-post"),
    pytest.param(update("business_message", text="x", business_connection_id="b"), "unknown-update", id="business"),
    pytest.param(update(text="x", business_connection_id="b"), "not-private", id="business-as-message"),
    pytest.param(update(text="x", sender_chat=GROUP), "not-private", id="for-another-chat"),
    pytest.param(
        {"update_id": 1, "inline_query": {"id": "1", "from": PERSON, "query": "x"}}, "unknown-update", id="inline"
    ),
    pytest.param(tap(inline_message_id="MARKER"), "inline", id="tap-on-an-inline-message"),
    pytest.param(tap(message=message(chat=GROUP)), "not-private", id="tap-in-a-group"),
    pytest.param(tap(**{"from": PERSON | {"id": 5}}), "not-private", id="tap-by-somebody-else"),
    pytest.param(membership("member", chat=GROUP), "not-private", id="added-to-a-group"),
    pytest.param(update(text="x", **{"from": {"id": CHAT, "is_bot": True}}), "from-bot", id="another-bot"),
    pytest.param({"update_id": 1, "message_reaction": {}}, "unknown-update", id="reaction"),
    pytest.param({"update_id": 1, "kind_of_tomorrow": {}}, "unknown-update", id="unknown-kind"),
    pytest.param(update("edited_message", location=FILE), "live-location", id="live-location-moves"),
    pytest.param(update(pinned_message={}), "nothing-said", id="service-message"),
    pytest.param(update(text="  \n"), "nothing-said", id="blank"),
]


@pytest.mark.rule("SEND-7")
@pytest.mark.parametrize(("given_update", "reason"), ELSEWHERE)
def test_what_is_not_said_in_the_private_chat_is_dropped(given_update: Json, reason: str) -> None:
    """Groups, channels, topics, inline and business chats give nothing but a reason to count."""
    assert parse(given_update, NOON) == Dropped(reason)  # type: ignore[arg-type]


BROKEN = [
    *((value, f"not-an-object-{type(value).__name__}") for value in (None, True, 3, 1.5, "x", [], [update(text="x")])),
    ({}, "empty"),
    ({"message": message(text="x")}, "no-update-id"),
    (update(text="x") | {"update_id": True}, "update-id-true"),
    (update(text="x") | {"update_id": "7"}, "update-id-text"),
    (update(text="x") | {"update_id": 10**400}, "update-id-huge"),
    ({"update_id": 1, "message": []}, "message-a-list"),
    ({"update_id": 1, "callback_query": None}, "callback-null"),
    (update(text=5), "text-a-number"),
    (update(text="a\0b"), "text-with-nul"),
    (update(text="a\ud800b"), "text-with-lone-surrogate"),
    (update(text="x" * 300_000), "text-of-300-kB"),
    (update(text="x", chat=7), "chat-a-number"),
    (update(text="x", chat={"type": "private"}), "chat-without-id"),
    (update(text="x", chat={"type": "private", "id": 2**53}), "chat-over-53-bits"),
    (update(text="x", chat={"type": "private", "id": -5}), "chat-below-zero"),
    (update(text="x", chat={"type": ["private"], "id": CHAT}), "chat-type-a-list"),
    (update(text="x", **{"from": None}), "no-sender"),
    (update(text="x", message_id=1.0), "message-id-a-float"),
    (update(text="x", date="now"), "date-a-text"),
    (update(text="x", date=10**18), "date-past-all-years"),
    (update(text="x", date=0), "date-zero"),
    (tap(data=None), "data-null"),
    (tap(data="x" * 65), "data-over-64-bytes"),
    (tap(data="é" * 40), "data-over-64-bytes-wide"),
    (tap(id=7), "callback-id-a-number"),
    (tap(message=None), "tap-without-message"),
    (membership("left"), "status-of-groups"),
    (membership("kicked", new_chat_member="kicked"), "member-a-text"),
    (membership("kicked", date=None), "membership-without-date"),
]


@pytest.mark.rule("ABUSE-4")
@pytest.mark.parametrize("value", [pytest.param(value, id=name) for value, name in BROKEN])
def test_broken_updates_are_values(value: object) -> None:
    """Wrong types, missing fields and numbers out of range are dropped as malformed, without an exception."""
    assert parse(value, NOON) == Dropped("malformed")  # type: ignore[arg-type]


@pytest.mark.rule("ABUSE-4")
def test_depth_does_not_matter() -> None:
    """A value nested far deeper than Python can recurse is read like any other unknown field."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert isinstance(parse(update(text="x", entities=deep), NOON), Inbound)
    assert parse({"update_id": 1, "message": deep}, NOON) == Dropped("malformed")  # type: ignore[arg-type]
    while deep:
        deep = deep.pop()


LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["private", CHAT, STAMP])
ANY_JSON = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))
NAMES = st.sampled_from(
    [
        *PRIVATE,
        *message(text="", photo="", caption="", edit_date="", location="", forward_origin=""),
        *tap()["callback_query"],
        "is_bot",
        "status",
        "new_chat_member",
        "language_code",
        "reply_to_message",
    ]
)
KINDS = st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "channel_post"])


@st.composite
def damaged(draw: st.DrawFn) -> Json:
    """A good update with some of its values, at any of three depths, replaced by anything."""
    sample: Json = draw(st.sampled_from([update(text="x"), tap(), membership("kicked"), update(photo=[FILE])]))
    kind = next(key for key in sample if key != "update_id")
    body = dict(sample[kind])
    body.update(draw(st.dictionaries(NAMES, ANY_JSON, max_size=3)))
    for name in ("chat", "from", "message", "new_chat_member"):
        if isinstance(body.get(name), dict) and draw(st.booleans()):
            body[name] = body[name] | draw(st.dictionaries(NAMES, ANY_JSON, max_size=2))
    return {"update_id": draw(st.just(700) | ANY_JSON), draw(st.just(kind) | KINDS): body}


@pytest.mark.rule("ABUSE-4", "DATA-4")
@given(ANY_JSON | damaged())
def test_any_json_is_an_inbound_or_dropped(value: object) -> None:
    """Whatever JSON comes, parsing ends with one of two values, and what it keeps is short, typed and storable."""
    result = parse(value, NOON)
    if isinstance(result, Dropped):
        assert result.reason.replace("-", "").isalpha()
        return
    result.text.encode()
    assert "\0" not in result.text
    assert result.address.channel is Channel.TELEGRAM
    assert 0 < int(result.address.identifier) < 2**53
    assert result.sent_at <= result.received_at
    assert all(
        one is None or len(one) <= 64 for one in (result.message_id, result.callback_id, result.button_message_id)
    )


WORDS_ONLY = {InboundKind.TEXT, InboundKind.COMMAND, InboundKind.TAP}


@pytest.mark.rule("DATA-4")
@given(damaged())
def test_only_words_and_presses_carry_text(value: Json) -> None:
    """A medium, an edit, a forward or a membership never carries a text along."""
    result = parse(value, NOON)
    if isinstance(result, Inbound) and result.kind not in WORDS_ONLY:
        assert result.text == ""
