"""The Telegram stand-in itself, over real HTTP with a client that is not the library's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from flask import Flask
from werkzeug.serving import make_server

from bot.demo.specs import check_telegram, specs_folder
from bot.demo.telegram_chats import MAX_CHATS, MAX_MESSAGES, Chats
from bot.demo.telegram_queue import Failure
from bot.demo.telegram_standin import TelegramStandIn
from bot.demo.telegram_updates import CAPTION
from tests.channels.telegram_kit import CHAT, NOON, Clock, ListDoor
from webhooks.door import EdgeSettings
from webhooks.telegram import telegram_blueprint

described = pytest.mark.skipif(specs_folder() is None, reason="OWNSTEPS_SPECS names no folder of API descriptions")

PAUSE = threading.Event()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stand_in(clock: Clock) -> Iterator[TelegramStandIn]:
    stand_in = TelegramStandIn(clock=clock).start()
    yield stand_in
    stand_in.stop()


def ask(stand_in: TelegramStandIn, method: str, *, wait_s: float = 10, **params: Any) -> tuple[int, Any]:
    url = f"{stand_in.origin}/bot{stand_in.token}/{method}"
    answer = requests.post(url, json=params, timeout=wait_s)
    body = answer.json()
    return answer.status_code, body.get("result", body.get("description"))


@pytest.fixture
def door(stand_in: TelegramStandIn) -> Iterator[ListDoor]:
    """A real web server with our own edge behind it, set as the stand-in's webhook."""
    door, app = ListDoor(), Flask(__name__)
    app.register_blueprint(telegram_blueprint(door, EdgeSettings(None, "s", None, None), lambda: NOON))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    stand_in.deliver_to(f"http://127.0.0.1:{server.server_port}/webhooks/telegram", "s")
    yield door
    server.shutdown()
    thread.join(5)
    server.server_close()


def test_a_person_reaches_our_edge(stand_in: TelegramStandIn, door: ListDoor) -> None:
    """What is typed on the phone comes as a webhook request with the secret, and is taken."""
    stand_in.person_says(CHAT, "Hello")
    stand_in.person_sends_media(CHAT, "voice")
    stand_in.person_says(CHAT, "9", reply_to=1)
    stand_in.person_says(CHAT, "passed on", forwarded=True)
    assert [(one.kind.value, one.text) for one in door.taken] == [
        ("text", "Hello"),
        ("media", CAPTION),
        ("text", "9"),
        ("edit", ""),
    ]
    assert [status for _, status in stand_in.deliveries] == [200] * 4


def test_what_was_not_taken_comes_again(stand_in: TelegramStandIn, door: ListDoor) -> None:
    """After a 503 the same update comes before the next one."""
    door.keeps = False
    first = stand_in.person_says(CHAT, "one")
    door.keeps = True
    second = stand_in.person_says(CHAT, "two")
    assert [one.provider_id for one in door.taken] == [str(first["update_id"]), str(second["update_id"])]
    assert stand_in.redeliver()


def test_updates_wait_until_confirmed(stand_in: TelegramStandIn) -> None:
    """An update is given again until a later offset confirms it."""
    update = stand_in.person_says(CHAT, "Hello")
    assert ask(stand_in, "getUpdates")[1] == ask(stand_in, "getUpdates")[1] == [update]
    assert ask(stand_in, "getUpdates", offset=update["update_id"] + 1)[1] == []
    assert ask(stand_in, "getUpdates")[1] == []


def test_long_poll_ends_with_the_first_update(stand_in: TelegramStandIn) -> None:
    """A poll that waits is answered as soon as the person writes."""
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(ask, stand_in, "getUpdates", timeout=40)
        while not stand_in.requests:
            PAUSE.wait(0.01)
        update = stand_in.person_says(CHAT, "now")
        assert poll.result(10) == (200, [update])


def test_webhook_excludes_polling(stand_in: TelegramStandIn) -> None:
    """As at Telegram: while a webhook is set, getUpdates is a conflict."""
    assert ask(stand_in, "setWebhook", url="https://example.org/x", secret_token="s") == (200, True)
    assert ask(stand_in, "getUpdates")[0] == 409
    assert ask(stand_in, "getWebhookInfo")[1]["url"] == "https://example.org/x"
    assert ask(stand_in, "deleteWebhook") == (200, True)
    assert ask(stand_in, "getUpdates") == (200, [])


REFUSED = [
    ("sendMessage", {"chat_id": 999, "text": "x"}, 400),
    ("sendMessage", {"chat_id": CHAT, "text": " "}, 400),
    ("editMessageReplyMarkup", {"chat_id": CHAT, "message_id": 1}, 400),
    ("editMessageReplyMarkup", {"chat_id": CHAT, "message_id": 99}, 400),
    ("answerCallbackQuery", {"callback_query_id": "1"}, 400),
    ("deleteMessage", {"chat_id": CHAT, "message_id": 99}, 400),
    ("sendChatAction", {"chat_id": CHAT, "action": "typing"}, 404),
]


@pytest.mark.parametrize(("method", "params", "status"), REFUSED)
def test_refuses_as_telegram_does(stand_in: TelegramStandIn, method: str, params: Any, status: int) -> None:
    """A bot can't write first, send nothing, edit what is not its own, or use a method that is not played."""
    stand_in.person_says(CHAT, "Hello")
    assert ask(stand_in, method, **params)[0] == status


def test_wrong_token_is_unauthorized(stand_in: TelegramStandIn) -> None:
    """Another token gets 401."""
    assert requests.post(f"{stand_in.origin}/bot1:x/getMe", timeout=5).status_code == 401


@pytest.mark.rule("HIDE-5")
def test_old_messages_stay(stand_in: TelegramStandIn, clock: Clock) -> None:
    """deleteMessages skips what is 48 hours old and says nothing of it; deleteMessage refuses it."""
    stand_in.person_says(CHAT, "old")
    clock.move(hours=48)
    stand_in.person_says(CHAT, "new")
    assert ask(stand_in, "deleteMessage", chat_id=CHAT, message_id=1)[0] == 400
    assert ask(stand_in, "deleteMessages", chat_id=CHAT, message_ids=[2, 1]) == (200, True)
    assert [one.text for one in stand_in.chat(CHAT)] == ["old"]


def test_hang_does_what_was_asked(stand_in: TelegramStandIn) -> None:
    """A hanging call is taken and not answered."""
    stand_in.person_says(CHAT, "Hello")
    stand_in.fail(Failure(0))
    with pytest.raises(requests.RequestException):
        ask(stand_in, "sendMessage", wait_s=0.2, chat_id=CHAT, text="taken")
    assert stand_in.chat(CHAT)[-1].text == "taken"


@described
@pytest.mark.parametrize(
    ("method", "params", "problem"),
    [
        ("sendMessage", {"chat_id": "1", "text": "x" * 5000}, "5000 characters, allowed 1-4096"),
        ("sendMessage", {"chat_id": "1", "text": "x", "typing": "true"}, "unknown field typing"),
        ("sendMessage", {"chat_id": "1"}, "text is missing"),
        ("deleteMessages", {"chat_id": "1", "message_ids": "[1, true]"}, "expected Integer"),
        ("deleteMessages", {"chat_id": "1", "message_ids": "7"}, "expected an array"),
        ("sendTyping", {}, "no such method"),
        (
            "sendMessage",
            {
                "chat_id": "1",
                "text": "x",
                "reply_markup": '{"inline_keyboard": [[{"text": "a", "callback_data": "' + "x" * 65 + '"}]]}',
            },
            "65 bytes, allowed 1-64",
        ),
    ],
)
def test_requests_are_checked_against_the_description(method: str, params: dict[str, str], problem: str) -> None:
    """A request that the public description does not allow is named by field, without its value."""
    found = check_telegram(method, params)
    assert any(problem in one for one in found)


@described
def test_a_good_request_has_no_problem() -> None:
    """What we send passes."""
    params = {"chat_id": "1", "text": "x", "disable_notification": "true", "reply_markup": '{"inline_keyboard": []}'}
    assert check_telegram("sendMessage", params) == []


def test_memory_is_bounded() -> None:
    """Chats and their messages are forgotten, oldest first."""
    chats = Chats(Clock())
    for _ in range(MAX_MESSAGES + 5):
        chats.open(1).add("x", from_bot=True)
    assert [len(chats.open(1).messages), chats.open(1).messages[0].id] == [MAX_MESSAGES, 6]
    for chat in range(2, MAX_CHATS + 3):
        chats.open(chat)
    assert chats.find(1) is None


def test_many_threads_at_once(stand_in: TelegramStandIn) -> None:
    """Sends from several threads get each its own message id."""
    stand_in.person_says(CHAT, "Hello")

    def send_ten() -> None:
        for _ in range(10):
            ask(stand_in, "sendMessage", chat_id=CHAT, text="x")

    threads = [threading.Thread(target=send_ten) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [one.id for one in stand_in.chat(CHAT)] == list(range(1, 52))
