"""Polling over real HTTP: the stand-in holds the updates, a poller hands them to a list."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.channels.telegram import poll
from bot.channels.telegram.client import Client
from bot.channels.telegram.poll import TelegramPoller
from bot.demo.telegram_queue import Failure
from bot.demo.telegram_standin import TelegramStandIn
from tests.channels.telegram_kit import CHAT, Clock, ListDoor
from webhooks.telegram import accept

SOON_S = 10.0
PAUSE = threading.Event()
Taken = queue.Queue[dict[str, Any]]


@pytest.fixture
def stand_in() -> Iterator[TelegramStandIn]:
    stand_in = TelegramStandIn(clock=Clock()).start()
    yield stand_in
    stand_in.stop()
    assert not list(stand_in.problems)


@pytest.fixture
def client(stand_in: TelegramStandIn) -> Iterator[Client]:
    client = Client(stand_in.token, stand_in.origin, timeout_s=5)
    yield client
    client.close()


Start = Callable[..., TelegramPoller]


@pytest.fixture
def start(client: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a poller that is stopped at the end; its pauses are short."""
    monkeypatch.setattr(poll, "FIRST_BACKOFF_S", 0.01)
    pollers: list[TelegramPoller] = []

    def begin(take: Callable[[dict[str, Any]], bool], keep: Callable[[int], None], **options: Any) -> TelegramPoller:
        pollers.append(TelegramPoller(client, take, keep, **{"wait_s": 20} | options))
        pollers[-1].start()
        return pollers[-1]

    yield begin
    for poller in pollers:
        poller.stop()


def into(taken: Taken) -> Callable[[dict[str, Any]], bool]:
    def take(update: dict[str, Any]) -> bool:
        taken.put(update)
        return True

    return take


def test_updates_come_in_order_and_once(stand_in: TelegramStandIn, start: Start) -> None:
    """What was said before and during the poll is taken in order; the offset to store follows each one."""
    taken, offsets = Taken(), queue.Queue[int]()
    said = [stand_in.person_says(CHAT, "one"), stand_in.person_says(CHAT, "two")]
    start(into(taken), offsets.put)
    assert [taken.get(timeout=SOON_S) for _ in said] == said
    said.append(stand_in.person_says(CHAT, "three"))
    assert taken.get(timeout=SOON_S) == said[2]
    assert [offsets.get(timeout=SOON_S) for _ in said] == [one["update_id"] + 1 for one in said]
    assert taken.empty()


def test_only_four_kinds_are_asked_for(stand_in: TelegramStandIn, start: Start) -> None:
    """Telegram is asked for messages, edits, presses and blocking, and for nothing else."""
    taken = Taken()
    stand_in.deliver({"update_id": 1, "message_reaction": {}})
    stand_in.person_says(CHAT, "one")
    start(into(taken), lambda offset: None)
    assert "message" in taken.get(timeout=SOON_S)
    asked = stand_in.requests[0].params["allowed_updates"]
    assert asked == ["message", "edited_message", "callback_query", "my_chat_member"]


@pytest.mark.parametrize("refuse", [lambda: False, lambda: 1 / 0], ids=["says-no", "raises"])
def test_offset_waits_for_the_taking(stand_in: TelegramStandIn, start: Start, refuse: Callable[[], Any]) -> None:
    """An update that could not be taken comes again, before the next one, and its offset is not stored till then."""
    tries, offsets = Taken(), queue.Queue[int]()

    def take(update: dict[str, Any]) -> bool:
        tries.put(update)
        return refuse() if tries.qsize() < 3 else True

    first, second = stand_in.person_says(CHAT, "one"), stand_in.person_says(CHAT, "two")
    start(take, offsets.put)
    assert offsets.get(timeout=SOON_S) == first["update_id"] + 1
    assert offsets.get(timeout=SOON_S) == second["update_id"] + 1
    assert [tries.get(timeout=SOON_S) for _ in range(4)] == [first, first, first, second]


def test_a_restart_begins_at_the_stored_offset(stand_in: TelegramStandIn, start: Start) -> None:
    """What was taken before a restart is not handed over again; what was not, is."""
    taken, first = Taken(), stand_in.person_says(CHAT, "one")
    second = stand_in.person_says(CHAT, "two")
    start(into(taken), lambda offset: None, offset=first["update_id"] + 1)
    assert taken.get(timeout=SOON_S) == second
    assert taken.empty()


@pytest.mark.rule("ABUSE-4")
def test_an_update_that_nobody_can_read_blocks_nothing(stand_in: TelegramStandIn, start: Start) -> None:
    """An update with wrong types is dropped and counted, and the next good one is taken."""
    door, offsets = ListDoor(), queue.Queue[int]()
    broken = stand_in.deliver({"update_id": stand_in.updates.next_id(), "message": {"chat": 7, "date": "x"}})
    good = stand_in.person_says(CHAT, "hello")
    start(lambda update: accept(door, update, stand_in.clock()), offsets.put)
    assert offsets.get(timeout=SOON_S) == broken["update_id"] + 1
    assert offsets.get(timeout=SOON_S) == good["update_id"] + 1
    assert (door.dropped, [one.text for one in door.taken]) == (["malformed"], ["hello"])


@pytest.mark.parametrize("status", [429, 502, 401])
def test_polling_goes_on_after_errors(stand_in: TelegramStandIn, start: Start, status: int) -> None:
    """After refusals it pauses, tells the code for /readyz, and goes on by itself."""
    taken = Taken()
    stand_in.fail(Failure(status, "getUpdates", times=1))
    said = stand_in.person_says(CHAT, "one")
    poller = start(into(taken), lambda offset: None)
    assert taken.get(timeout=SOON_S) == said
    assert stand_in.requests[0].method == "getUpdates"
    until(lambda: poller.last_error is None)


def test_nobody_listening_is_waited_out(client: Client, start: Start, stand_in: TelegramStandIn) -> None:
    """Polling starts without Telegram and tells that it can't reach it."""
    stand_in.stop()
    poller = start(into(Taken()), lambda offset: None)
    until(lambda: poller.last_error == "network")


def test_stops_within_two_seconds_in_a_long_poll(stand_in: TelegramStandIn, start: Start) -> None:
    """A stop does not wait for the long poll to end."""
    poller = start(into(Taken()), lambda offset: None, wait_s=50)
    until(lambda: bool(stand_in.requests))
    begun = time.monotonic()
    poller.stop()
    assert time.monotonic() - begun < 2
    assert not poller._thread.is_alive()


def test_webhook_is_deleted_only_when_told(stand_in: TelegramStandIn, start: Start) -> None:
    """Beside a webhook polling says 409 and leaves it alone; told to, it deletes the webhook first."""
    stand_in.deliver_to("https://example.org/webhooks/telegram", "s")
    poller = start(into(Taken()), lambda offset: None)
    until(lambda: poller.last_error == "409")
    poller.stop()
    assert stand_in.webhook["url"]
    other = start(into(Taken()), lambda offset: None, delete_webhook=True)
    until(lambda: not stand_in.webhook["url"])
    until(lambda: other.last_error is None)


def until(holds: Callable[[], bool]) -> None:
    """Waits for another thread, at most SOON_S."""
    end = time.monotonic() + SOON_S
    while not holds():
        assert time.monotonic() < end, "did not come true in time"
        PAUSE.wait(0.01)
