"""The sender over real HTTP: python-telegram-bot against the stand-in, which checks each request it gets."""

from __future__ import annotations

import ast
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import telegram.error as lib

import bot.channels.telegram as adapter
from bot.channels.telegram.errors import send_error
from bot.channels.telegram.send import TelegramSender
from bot.demo.telegram_queue import Failure
from bot.demo.telegram_standin import TelegramStandIn
from bot.engine.model import Channel
from bot.ports import Address, Outgoing, OutKind, Receipt, SendError
from tests.channels.telegram_kit import ADDRESS, CHAT, Clock, act, message

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stand_in(clock: Clock) -> Iterator[TelegramStandIn]:
    stand_in = TelegramStandIn(clock=clock).start()
    stand_in.person_says(CHAT, "Hello")
    yield stand_in
    stand_in.stop()
    assert not list(stand_in.problems)


@pytest.fixture
def sender(stand_in: TelegramStandIn) -> Iterator[TelegramSender]:
    sender = TelegramSender(stand_in.token, stand_in.origin, timeout_s=5)
    yield sender
    sender.close()


def failed(sender: TelegramSender, outgoing: Outgoing, address: Address = ADDRESS) -> SendError:
    with pytest.raises(SendError) as caught:
        sender.send(address, outgoing)
    return caught.value


@pytest.mark.rule("OPEN-3")
def test_message_goes_out_plain(stand_in: TelegramStandIn, sender: TelegramSender) -> None:
    """A message shows its words and rows of buttons, without a sound, a link preview or markup of any kind."""
    rows = ((("One", "7:1"), ("Two", "7:2")), (("Close", "7:close"),))
    receipt = sender.send(ADDRESS, message("<b>https://example.org</b> *x*", buttons=rows))
    shown = stand_in.chat(CHAT)[-1]
    assert receipt == Receipt(str(shown.id), "sent")
    assert (shown.text, shown.buttons, shown.silent) == ("<b>https://example.org</b> *x*", rows, True)
    sent = stand_in.requests[-1].params
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert set(sent) == {"chat_id", "text", "disable_notification", "link_preview_options", "reply_markup"}


def test_a_message_may_sound(stand_in: TelegramStandIn, sender: TelegramSender) -> None:
    """Only a payload that is not silent makes a sound."""
    sender.send(ADDRESS, message("A", silent=False))
    assert not stand_in.chat(CHAT)[-1].silent


SCRIPTS = ["Ë ç 😀", "ሰላም", "یہ ۱ ہے", "‏مرحبا", "a\nb\n\nc", "1%2B+&=", "true", "123"]


@pytest.mark.parametrize("text", SCRIPTS)
def test_words_arrive_whole(stand_in: TelegramStandIn, sender: TelegramSender, text: str) -> None:
    """Any script, line break and sign arrives as it was written."""
    sender.send(ADDRESS, message(text))
    assert stand_in.chat(CHAT)[-1].text == text


def test_press_is_answered_without_words(stand_in: TelegramStandIn, sender: TelegramSender) -> None:
    """The press is answered once, silently; when Telegram no longer waits for it, that is as good."""
    update = stand_in.person_taps(CHAT, 1, "7:1")
    press = act(OutKind.ANSWER_TAP, update["callback_query"]["id"])
    assert sender.send(ADDRESS, press) == sender.send(ADDRESS, press) == Receipt(None, "sent")
    assert list(stand_in.answered) == [update["callback_query"]["id"]]
    assert set(stand_in.requests[-1].params) == {"callback_query_id"}


def test_used_buttons_go(stand_in: TelegramStandIn, sender: TelegramSender) -> None:
    """Buttons are taken off the message; off already, or the message gone, is success too."""
    sent = sender.send(ADDRESS, message(buttons=((("One", "7:1"),),)))
    for ref in (sent.message_id, sent.message_id, 999):
        assert sender.send(ADDRESS, act(OutKind.CLEAR_BUTTONS, ref)).status == "sent"
    assert stand_in.chat(CHAT)[-1].buttons == ()


@pytest.mark.rule("HIDE-5")
def test_removal_takes_both_sides_younger_than_two_days(
    stand_in: TelegramStandIn, sender: TelegramSender, clock: Clock
) -> None:
    """At 48 h 01 a message stays; at 47 h 59 and after, the person's and the bot's go."""
    sender.send(ADDRESS, message("too old"))
    clock.move(minutes=2)
    stand_in.person_says(CHAT, "young enough")
    clock.move(hours=47, minutes=58)
    sender.send(ADDRESS, message("new"))
    clock.move(minutes=1)
    ids = [one.id for one in reversed(stand_in.chat(CHAT))]
    sender.send(ADDRESS, act(OutKind.REMOVE, *ids))
    assert [one.text for one in stand_in.chat(CHAT)] == ["Hello", "too old"]


@pytest.mark.rule("HIDE-5")
def test_removal_is_in_batches_newest_first(stand_in: TelegramStandIn, sender: TelegramSender) -> None:
    """At most 100 ids a call, in the order given; nothing is left behind."""
    for number in range(249):
        stand_in.person_says(CHAT, str(number))
    ids = [one.id for one in reversed(stand_in.chat(CHAT))]
    sender.send(ADDRESS, act(OutKind.REMOVE, *ids))
    batches = [one.params["message_ids"] for one in stand_in.requests]
    assert batches == [ids[:100], ids[100:200], ids[200:]]
    assert stand_in.chat(CHAT) == ()


@pytest.mark.rule("HIDE-5")
@pytest.mark.parametrize(("status", "code"), [(429, "429"), (502, "network")])
def test_removal_goes_on_when_a_batch_fails(
    stand_in: TelegramStandIn, sender: TelegramSender, status: int, code: str
) -> None:
    """The other batches are removed all the same; then the failure is told, so that it is tried again."""
    for number in range(149):
        stand_in.person_says(CHAT, str(number))
    ids = [one.id for one in reversed(stand_in.chat(CHAT))]
    stand_in.fail(Failure(status, "deleteMessages"))
    assert failed(sender, act(OutKind.REMOVE, *ids)).code == code
    assert [one.id for one in reversed(stand_in.chat(CHAT))] == ids[:100]
    sender.send(ADDRESS, act(OutKind.REMOVE, *ids))
    assert stand_in.chat(CHAT) == ()


@pytest.mark.rule("HIDE-5")
def test_a_refused_batch_is_halved(stand_in: TelegramStandIn, sender: TelegramSender) -> None:
    """When Telegram refuses a batch for one id, the others still go, and nothing is left to try again."""
    stand_in.person_says(CHAT, "second")
    stand_in.fail(Failure(400, "deleteMessages", times=2))
    assert sender.send(ADDRESS, act(OutKind.REMOVE, 2, 1)).status == "sent"
    assert [one.text for one in stand_in.chat(CHAT)] == ["second"]


ERRORS = [
    pytest.param(403, "403", False, False, None, True, id="blocked-is-gone"),
    pytest.param(429, "429", True, False, 7.0, False, id="told-to-wait"),
    pytest.param(400, "400", False, False, None, False, id="bad-request"),
    pytest.param(401, "401", True, False, None, False, id="wrong-token-is-ours-to-mend"),
    pytest.param(502, "network", True, False, None, False, id="their-fault"),
]


@pytest.mark.parametrize(("status", "code", "retryable", "unknown", "retry_after", "gone"), ERRORS)
def test_refusals_become_send_errors(
    stand_in: TelegramStandIn,
    sender: TelegramSender,
    status: int,
    code: str,
    retryable: bool,
    unknown: bool,
    retry_after: float | None,
    gone: bool,
) -> None:
    """The dispatcher learns whether to try again, when, and whether the person can be reached at all."""
    stand_in.fail(Failure(status, retry_after=7))
    error = failed(sender, message())
    found = (error.code, error.retryable, error.unknown, error.retry_after_s, error.gone)
    assert found == (code, retryable, unknown, retry_after, gone)
    assert sender.send(ADDRESS, message()).status == "sent"


def test_no_answer_is_unknown(stand_in: TelegramStandIn) -> None:
    """Taken but never answered: it may have gone out, and the dispatcher is told so."""
    sender = TelegramSender(stand_in.token, stand_in.origin, timeout_s=0.3)
    stand_in.fail(Failure(0))
    error = failed(sender, message("once"))
    sender.close()
    assert (error.code, error.retryable, error.unknown) == ("timeout", True, True)
    assert stand_in.chat(CHAT)[-1].text == "once"


def test_cut_connection_is_unknown() -> None:
    """The connection breaks after the request was read: it may have gone out."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_read_and_hang_up, args=(listening,), daemon=True).start()
        sender = TelegramSender("1:x", f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_s=5)
        error = failed(sender, message())
        sender.close()
    assert (error.code, error.retryable, error.unknown) == ("network", True, True)


def _read_and_hang_up(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    connection.recv(65536)
    connection.close()


def test_nobody_listening_is_known_not_sent() -> None:
    """A sender can be made with no network; then nothing went out, it is sure, and it works when Telegram is back."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    sender = TelegramSender("1000001:stand-in", f"http://127.0.0.1:{port}", timeout_s=5)
    error = failed(sender, message())
    assert (error.code, error.retryable, error.unknown) == ("network", True, False)
    back = TelegramStandIn(port=port).start()
    back.person_says(CHAT, "Hello")
    assert sender.send(ADDRESS, message()).status == "sent"
    sender.close()
    back.stop()


def test_after_closing_nothing_is_sent(stand_in: TelegramStandIn, sender: TelegramSender) -> None:
    """A closed sender says that it is, and closing it twice does no harm."""
    sender.close()
    sender.close()
    assert failed(sender, message()).retryable


BLOCKED = [(OutKind.MESSAGE, ()), (OutKind.REMOVE, ("1",)), (OutKind.CLEAR_BUTTONS, ("1",))]


@pytest.mark.parametrize(("kind", "refs"), BLOCKED)
def test_blocking_is_gone(
    stand_in: TelegramStandIn, sender: TelegramSender, kind: OutKind, refs: tuple[str, ...]
) -> None:
    """Who blocked the bot is gone for every kind of call."""
    stand_in.blocks(CHAT)
    outgoing = message() if kind is OutKind.MESSAGE else act(kind, *refs)
    assert failed(sender, outgoing).gone


def test_unknown_chat_is_gone(sender: TelegramSender) -> None:
    """A chat that Telegram does not know can't be reached."""
    assert failed(sender, message(), Address(Channel.TELEGRAM, "999")).gone


@pytest.mark.parametrize("identifier", ["", "x", "+44"])
def test_id_that_is_no_number_is_refused(sender: TelegramSender, identifier: str) -> None:
    """A broken id is an error with a code, which does not hold the id."""
    assert failed(sender, message(), Address(Channel.TELEGRAM, identifier + "x")).code == "bad-id"


OF_THE_LIBRARY = [
    pytest.param(lib.ChatMigrated(-5), ("migrated", False, False, True), id="migrated"),
    pytest.param(lib.Conflict("x"), ("409", True, False, False), id="conflict"),
    pytest.param(lib.TimedOut("x"), ("timeout", True, True, False), id="timed-out"),
    pytest.param(lib.TelegramError("x"), ("unreadable", True, True, False), id="answer-not-readable"),
    pytest.param(ValueError("x"), ("refused", False, False, False), id="refused-by-the-library"),
]


@pytest.mark.parametrize(("error", "expected"), OF_THE_LIBRARY)
def test_library_errors_map(error: Exception, expected: tuple[object, ...]) -> None:
    """Each exception of the library has one meaning."""
    found = send_error(error)
    assert (found.code, found.retryable, found.unknown, found.gone) == expected


@pytest.mark.rule("LOG-1")
@pytest.mark.parametrize("status", [400, 401, 403, 429, 502])
def test_errors_hold_codes_only(stand_in: TelegramStandIn, sender: TelegramSender, status: int) -> None:
    """Neither the error nor what hangs on it tells the text, the chat, the token or Telegram's own words."""
    stand_in.fail(Failure(status, description="MARKERdescription"))
    error = failed(sender, message("MARKERtext"))
    told = repr(error) + repr(error.__cause__) + repr(error.__context__) + repr(sender) + repr(sender.client)
    assert "MARKER" not in told
    assert str(CHAT) not in told
    assert stand_in.token not in told


ALLOWED_CALLS = {
    "send_message", "answer_callback_query", "edit_message_reply_markup", "delete_messages", "raw_updates",
    "set_webhook", "delete_webhook", "set_my_commands", "set_my_name", "set_my_description", "set_my_short_description",
}  # fmt: skip


@pytest.mark.rule("SEND-6")
def test_only_listed_calls_exist() -> None:
    """No code of the adapter calls anything of the bot but this list: no typing signs, read marks or reactions."""
    calls = set()
    for file in Path(adapter.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value).split(".")[-1] == "bot":
                calls.add(node.attr)
    assert calls == ALLOWED_CALLS | (calls & {"channels", "ports", "engine"})


@pytest.mark.rule("SEND-6")
def test_a_whole_exchange_makes_only_the_listed_requests(stand_in: TelegramStandIn, sender: TelegramSender) -> None:
    """Every kind of outgoing row makes exactly one request of its own method."""
    press = stand_in.person_taps(CHAT, 1, "7:1")["callback_query"]["id"]
    sender.send(ADDRESS, message(buttons=((("One", "7:1"),),)))
    sender.send(ADDRESS, act(OutKind.ANSWER_TAP, press))
    sender.send(ADDRESS, act(OutKind.CLEAR_BUTTONS, 2))
    sender.send(ADDRESS, act(OutKind.REMOVE, 2, 1))
    methods = [one.method for one in stand_in.requests]
    assert methods == ["sendMessage", "answerCallbackQuery", "editMessageReplyMarkup", "deleteMessages"]
