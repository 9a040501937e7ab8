"""The outbox: in order, once, to one dispatcher, and never after a closing."""

import threading
from datetime import datetime

import pytest

from bot.engine.model import Channel, Gate
from bot.ports import Author, Delivery, Leased, Outgoing, OutKind, Payload, Receipt, Unit
from bot.store import SqlStore
from tests.store.kit import (
    MINUTE,
    NOW,
    OTHER,
    SMS,
    TELEGRAM,
    enqueue,
    lease,
    message,
    opened,
    requested,
    send_all,
    state_of,
)


def test_a_row_comes_out_as_it_went_in(store: SqlStore) -> None:
    """Buttons, gate, kind, refs and times arrive unchanged, with the address."""
    conversation = opened(store)
    outgoing = Outgoing(
        OutKind.MESSAGE,
        Gate.KNOCK,
        Payload("Mirë", ((("Po", "3:1"), ("Jo", "3:2")),), silent=False),
        made_at=NOW,
        drop_after=NOW + 15 * MINUTE,
    )
    row_id = store.transact(lambda unit: unit.enqueue(conversation, outgoing, NOW))
    assert lease(store) == [Leased(row_id, conversation, TELEGRAM, outgoing, 1)]


def test_order_within_a_conversation(store: SqlStore) -> None:
    """Only the oldest unsent row of a conversation is given out; conversations don't wait for each other."""
    one, two = opened(store, TELEGRAM), opened(store, SMS)
    enqueue(store, one, "a1", "a2", "a3")
    enqueue(store, two, "b1", "b2", due=NOW - MINUTE)
    assert [row.outgoing.payload.text for row in lease(store)] == ["b1", "a1"]
    assert lease(store) == []


def test_everything_goes_out_in_order(store: SqlStore) -> None:
    """Sending row after row gives each conversation's messages in the order in which they were written."""
    one, two = opened(store, TELEGRAM), opened(store, SMS)
    enqueue(store, one, "a1", "a2", "a3")
    enqueue(store, two, "b1", "b2")
    texts = send_all(store)
    assert [text for text in texts if text[0] == "a"] == ["a1", "a2", "a3"]
    assert [text for text in texts if text[0] == "b"] == ["b1", "b2"]


def test_a_retry_holds_up_what_follows(store: SqlStore) -> None:
    """Nothing overtakes a message that is to be tried again; the next due time is that of the head."""
    conversation = opened(store)
    enqueue(store, conversation, "first", "second")
    (row,) = lease(store)
    store.transact(lambda unit: unit.retry(row, NOW + MINUTE, "503"))
    assert lease(store) == []
    assert store.transact(lambda unit: unit.next_due()) == NOW + MINUTE
    (again,) = lease(store, NOW + MINUTE)
    assert (again.outgoing.payload.text, again.attempts) == ("first", 2)


def test_postponing_is_no_attempt(store: SqlStore) -> None:
    """A row held back for pace keeps its count of attempts, however often."""
    enqueue(store, opened(store), "paced")
    for second in range(20):
        (row,) = lease(store, NOW + second * MINUTE)
        assert row.attempts == 1
        later = NOW + (second + 1) * MINUTE
        store.transact(lambda unit, row=row, later=later: unit.postpone(row, later))  # type: ignore[misc]


def test_lease_runs_out(store: SqlStore) -> None:
    """A lease that ran out is given to the next, and its old holder may not send any more."""
    enqueue(store, opened(store), "one")
    (old,) = lease(store)
    assert store.transact(lambda unit: unit.still_leased(old, NOW + MINUTE - MINUTE / 60))
    assert not store.transact(lambda unit: unit.still_leased(old, NOW + MINUTE))
    (new,) = lease(store, NOW + MINUTE)
    assert (new.id, new.attempts) == (old.id, 2)
    assert not store.transact(lambda unit: unit.still_leased(old, NOW + MINUTE))
    store.transact(lambda unit: unit.retry(old, NOW, "late word of the old holder"))
    assert store.transact(lambda unit: unit.still_leased(new, NOW + MINUTE))


def test_next_due(store: SqlStore) -> None:
    """Nothing, a due row, the end of a lease: whichever comes first."""
    assert store.transact(lambda unit: unit.next_due()) is None
    enqueue(store, opened(store), "one", due=NOW + MINUTE)
    assert store.transact(lambda unit: unit.next_due()) == NOW + MINUTE
    lease(store, NOW + MINUTE)
    assert store.transact(lambda unit: unit.next_due()) == NOW + 2 * MINUTE


def test_two_dispatchers_never_share_a_row(store: SqlStore) -> None:
    """Four threads lease from one queue: every row goes to exactly one of them."""
    from bot.ports import Address

    for number in range(30):
        conversation = opened(store, Address(Channel.TELEGRAM, f"88{number:03}"))
        enqueue(store, conversation, f"to {number}")
    taken: list[int] = []

    def work() -> None:
        while rows := lease(store, limit=3):
            taken.extend(row.id for row in rows)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 30


@pytest.mark.rule("HIDE-2", "SEND-8")
def test_clear_queue(store: SqlStore) -> None:
    """Messages are dropped, removals stay, other conversations are left alone."""
    one, two = opened(store, TELEGRAM), opened(store, SMS)
    enqueue(store, one, "a1", "a2")
    store.transact(lambda unit: unit.enqueue(one, Outgoing(OutKind.REMOVE, Gate.NEUTRAL, refs=("7",)), NOW))
    enqueue(store, two, "b1")
    assert store.transact(lambda unit: unit.clear_queue(one, keep_officer=True)) == 2
    left = lease(store)
    assert {(row.address, row.outgoing.kind, row.outgoing.refs) for row in left} == {
        (TELEGRAM, OutKind.REMOVE, ("7",)),
        (SMS, OutKind.MESSAGE, ()),
    }


@pytest.mark.rule("HIDE-2")
def test_cover_waits_for_what_is_on_its_way(store: SqlStore) -> None:
    """A leased message that is cleared must not be sent, and the cover never goes out before it is settled."""
    conversation = opened(store)
    enqueue(store, conversation, "content")
    (row,) = lease(store)
    store.transact(lambda unit: unit.clear_queue(conversation, keep_officer=True))
    enqueue(store, conversation, "cover")
    assert not store.transact(lambda unit: unit.still_leased(row, NOW))
    assert lease(store) == []
    store.transact(lambda unit: unit.retry(row, NOW, "never went out"))
    assert [one.outgoing.payload.text for one in lease(store)] == ["cover"]


@pytest.mark.rule("HIDE-2", "HIDE-5")
def test_what_went_out_after_closing_is_removed(store: SqlStore) -> None:
    """A content message that Telegram took in the moment of closing is removed behind the cover."""
    conversation = opened(store)
    enqueue(store, conversation, "content")
    (row,) = lease(store)
    store.transact(lambda unit: unit.clear_queue(conversation, keep_officer=True))
    enqueue(store, conversation, "cover")
    store.transact(lambda unit: unit.sent(row, Receipt("77", "sent"), NOW))
    kinds = []
    for _ in range(2):
        (one,) = lease(store)
        kinds.append((one.outgoing.kind, one.outgoing.refs))
        store.transact(lambda unit, one=one: unit.sent(one, Receipt("78", "sent"), NOW))  # type: ignore[misc]
    assert kinds == [(OutKind.MESSAGE, ()), (OutKind.REMOVE, ("77",))]
    assert store.transact(lambda unit: unit.remembered(conversation, NOW)) == ["78"]


def test_a_cleared_lease_that_runs_out_frees_the_lane(store: SqlStore) -> None:
    """The dispatcher died with it: after the lease the cover goes out."""
    conversation = opened(store)
    enqueue(store, conversation, "content")
    lease(store)
    store.transact(lambda unit: unit.clear_queue(conversation, keep_officer=True))
    enqueue(store, conversation, "cover")
    assert [row.outgoing.payload.text for row in lease(store, NOW + MINUTE)] == ["cover"]


def test_give_up_parks_and_frees_the_lane(store: SqlStore) -> None:
    """What can never be sent is not given out again; what follows is."""
    enqueue(store, opened(store), "bad", "good")
    (row,) = lease(store)
    store.transact(lambda unit: unit.give_up(row, "21211", NOW))
    assert [one.outgoing.payload.text for one in lease(store)] == ["good"]


@pytest.mark.rule("SEND-5")
def test_withhold_counts_its_rule(store: SqlStore) -> None:
    """A withheld message is gone and counted once by its rule."""
    enqueue(store, opened(store), "late")
    (row,) = lease(store)
    store.transact(lambda unit: unit.withhold(row, "SEND-5", NOW))
    assert lease(store, NOW + 5 * MINUTE) == []
    assert store.transact(lambda unit: unit.counts()) == [("withheld", "SEND-5", 1)]


def officer_text(store: SqlStore, conversation: int, text: str = "Good morning") -> tuple[int, int]:
    """A text of an officer on its way: handoff id and message id."""
    handoff = requested(store, conversation)

    def work(unit: Unit) -> int:
        message_id = unit.add_message(handoff.id, Author.OFFICER, text, NOW, delivery=Delivery.WAITING)
        unit.enqueue(conversation, message(text, officer_message_id=message_id), NOW)
        return message_id

    return handoff.id, store.transact(work)


def delivery(store: SqlStore, handoff_id: int) -> tuple[Delivery | None, str | None]:
    (one,) = store.transact(lambda unit: unit.messages(handoff_id))
    return one.delivery, one.code


@pytest.mark.rule("SEND-1")
@pytest.mark.parametrize("how", ["withhold", "clear", "clear while leased"])
def test_officer_text_goes_back_to_waiting(store: SqlStore, how: str) -> None:
    """An officer's text is never dropped: it waits again, and can be queued again."""
    conversation = opened(store)
    handoff_id, message_id = officer_text(store, conversation)
    assert delivery(store, handoff_id) == (Delivery.QUEUED, None)
    if how == "clear":
        store.transact(lambda unit: unit.clear_queue(conversation, keep_officer=True))
    else:
        (row,) = lease(store)
        if how == "withhold":
            store.transact(lambda unit: unit.withhold(row, "OPEN-4", NOW))
        else:
            store.transact(lambda unit: unit.clear_queue(conversation, keep_officer=True))
            store.transact(lambda unit: unit.retry(row, NOW, "x"))
    assert delivery(store, handoff_id) == (Delivery.WAITING, None)
    assert [one.id for one in store.transact(lambda unit: unit.waiting_texts(handoff_id))] == [message_id]
    assert lease(store, NOW + 5 * MINUTE) == []


def test_officer_text_failed(store: SqlStore) -> None:
    """The desk learns that a text can't be delivered, with the code."""
    handoff_id, _ = officer_text(store, opened(store))
    (row,) = lease(store)
    store.transact(lambda unit: unit.give_up(row, "63016", NOW))
    assert delivery(store, handoff_id) == (Delivery.FAILED, "63016")


@pytest.mark.parametrize(
    ("told", "moved", "shown"),
    [
        pytest.param(["sent", "delivered", "read"], [True, True, True], Delivery.READ, id="in order"),
        pytest.param(["delivered", "sent"], [True, False], Delivery.DELIVERED, id="late sent"),
        pytest.param(["read", "delivered"], [True, False], Delivery.READ, id="late delivered"),
        pytest.param(["delivered", "delivered"], [True, False], Delivery.DELIVERED, id="repeated"),
        pytest.param(["sent", "undelivered", "delivered"], [True, True, False], Delivery.FAILED, id="failed is final"),
        pytest.param(["delivered", "failed"], [True, False], Delivery.DELIVERED, id="delivered cannot fail"),
        pytest.param(["nonsense", ""], [False, False], Delivery.QUEUED, id="unknown words"),
    ],
)
def test_status_only_moves_forward(store: SqlStore, told: list[str], moved: list[bool], shown: Delivery) -> None:
    """Callbacks in any order: the state of a message and what the officer sees never go back."""
    handoff_id, _ = officer_text(store, opened(store, SMS))
    (row,) = lease(store)
    store.transact(lambda unit: unit.sent(row, Receipt("SM1", "queued"), NOW))
    found = [
        store.transact(lambda unit, one=one: unit.status("SM1", one, None, NOW))  # type: ignore[misc]
        for one in told
    ]
    assert (found, delivery(store, handoff_id)[0]) == (moved, shown)


def test_status_faster_than_our_commit(store: SqlStore) -> None:
    """A callback that comes before we wrote down what was sent is not lost."""
    conversation = opened(store, SMS)
    handoff_id, _ = officer_text(store, conversation)
    (row,) = lease(store)
    assert not store.transact(lambda unit: unit.status("SM1", "undelivered", "30003", NOW))
    store.transact(lambda unit: unit.sent(row, Receipt("SM1", "queued"), NOW))
    assert delivery(store, handoff_id) == (Delivery.FAILED, "30003")
    assert store.transact(lambda unit: unit.trace("SM1")) == (conversation, "undelivered")
    assert store.transact(lambda unit: unit.trace("SM2")) is None


def ages(*minutes_ago: int) -> list[tuple[str, datetime]]:
    return [(f"id{number}", NOW - number * MINUTE) for number in minutes_ago]


@pytest.mark.rule("HIDE-5", "DATA-2")
def test_ledger_gives_both_directions_of_48_hours_newest_first(store: SqlStore) -> None:
    """Ids of both sides, only those under 48 hours, newest first, for this person only."""
    one, two = opened(store, TELEGRAM), opened(store, OTHER)

    def note(unit: Unit) -> None:
        for message_id, at in [("11", NOW - 48 * 60 * MINUTE), *ages(2879, 1, 60)]:
            unit.remember(one, message_id, inbound=True, now=at)
        unit.remember(two, "other", inbound=True, now=NOW)

    store.transact(note)
    enqueue(store, one, "an answer")
    send_all(store, first_id=98)
    assert store.transact(lambda unit: unit.remembered(one, NOW)) == ["99", "id1", "id60", "id2879"]
    store.transact(lambda unit: unit.drop_remembered(one))
    assert store.transact(lambda unit: unit.remembered(one, NOW)) == []
    assert store.transact(lambda unit: unit.remembered(two, NOW)) == ["other"]


def test_telegram_counts_messages_in_each_chat(store: SqlStore) -> None:
    """The same number in two chats is two messages."""
    from bot.ports import Address

    chats = [opened(store, Address(Channel.TELEGRAM, chat)) for chat in ("1", "2")]
    for chat in chats:
        store.transact(lambda unit, chat=chat: unit.remember(chat, "5", inbound=True, now=NOW))  # type: ignore[misc]
    assert [store.transact(lambda unit, chat=chat: unit.remembered(chat, NOW)) for chat in chats] == [["5"], ["5"]]  # type: ignore[misc]


def test_removal_done_leaves_the_ledger(store: SqlStore) -> None:
    """Ids whose removal the provider accepted are dropped; later ones stay."""
    conversation = opened(store, SMS)

    def work(unit: Unit) -> None:
        for one in ("SM1", "SM2"):
            unit.remember(conversation, one, inbound=True, now=NOW)
        unit.enqueue(conversation, Outgoing(OutKind.REMOVE, Gate.NEUTRAL, refs=("SM1",)), NOW)

    store.transact(work)
    send_all(store)
    assert store.transact(lambda unit: unit.remembered(conversation, NOW)) == ["SM2"]


def test_state_after_reset_is_another_key(store: SqlStore) -> None:
    """What waits in the queue still opens after the session's key was changed."""
    conversation = opened(store)
    enqueue(store, conversation, "answer of before")
    store.transact(lambda unit: unit.enqueue(conversation, Outgoing(OutKind.REMOVE, Gate.NEUTRAL, refs=("7",)), NOW))

    def reset(unit: Unit) -> None:
        found = unit.find(TELEGRAM)
        assert found is not None
        fresh = state_of(TELEGRAM, trail=(), last_seen=None)
        assert unit.reset_expired(found, fresh, NOW).state == fresh

    store.transact(reset)
    assert [(row.outgoing.kind, row.outgoing.refs) for row in lease(store)] == [(OutKind.REMOVE, ("7",))]
