"""Duplicates, races, busy databases, and waking who waits."""

import sqlite3
import threading
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.ports import Unit
from bot.store import SqlStore, sql
from tests.store.kit import MINUTE, NOW, TELEGRAM, enqueue, lease, message, opened, state_of


@pytest.mark.rule("SEND-5")
def test_claimed_once(store: SqlStore) -> None:
    """The second claim of a provider id fails; one that was rolled back does not count."""

    def fail(unit: Unit) -> None:
        assert unit.claim("update:1", NOW)
        raise LookupError

    with pytest.raises(LookupError):
        store.transact(fail)
    assert [store.transact(lambda unit: unit.claim("update:1", NOW)) for _ in range(3)] == [True, False, False]


@pytest.mark.rule("SEND-5")
def test_fifty_copies_one_effect(store: SqlStore) -> None:
    """Fifty copies of one message at once: one of them opens the conversation and answers."""
    start, wins = threading.Barrier(50), []

    def turn(unit: Unit) -> bool:
        if not unit.claim("SM-one", NOW):
            return False
        conversation = unit.find(TELEGRAM) or unit.open(TELEGRAM, state_of(TELEGRAM), NOW)
        unit.enqueue(conversation.id, message("answer"), NOW)
        return True

    def copy() -> None:
        start.wait()
        wins.append(store.transact(turn))

    threads = [threading.Thread(target=copy) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (wins.count(True), len(wins)) == (1, 50)
    assert [row.outgoing.payload.text for row in lease(store)] == ["answer"]


def test_all_or_nothing(store: SqlStore) -> None:
    """A turn that fails half way leaves nothing."""

    def fail(unit: Unit) -> None:
        conversation = unit.open(TELEGRAM, state_of(TELEGRAM), NOW)
        unit.enqueue(conversation.id, message(), NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.transact(fail)
    assert store.transact(lambda unit: unit.find(TELEGRAM)) is None
    assert lease(store) == []


def test_retried_when_busy(store: SqlStore, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process holds the database: the work is tried again and succeeds when it lets go."""
    impatient(store, monkeypatch)
    other = sqlite3.connect(folder / "kept.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            other.execute("COMMIT")

    monkeypatch.setattr(sql.time, "sleep", pause)
    assert store.transact(lambda unit: unit.claim("a", NOW))
    assert len(pauses) == 2
    other.close()


def test_busy_too_long(store: SqlStore, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tries are bounded, and then the error is the database's own."""
    impatient(store, monkeypatch)
    other = sqlite3.connect(folder / "kept.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    pauses: list[float] = []
    monkeypatch.setattr(sql.time, "sleep", pauses.append)
    with pytest.raises(OperationalError):
        store.transact(lambda unit: unit.claim("a", NOW))
    assert len(pauses) == sql.ATTEMPTS - 1
    other.close()


def impatient(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's own waiting is switched off, so that ours is what is seen."""
    monkeypatch.setattr(sql, "PRAGMAS", ("PRAGMA busy_timeout=0", *sql.PRAGMAS[1:]))
    store._engine.dispose()


def test_nested_transactions_are_refused(store: SqlStore) -> None:
    """They would wait for themselves for ever."""
    with pytest.raises(RuntimeError, match="pass the unit on"):
        store.transact(lambda unit: store.transact(lambda inner: inner.claim("a", NOW)))
    assert store.transact(lambda unit: unit.claim("a", NOW))


def test_wait_wakes_at_news(store: SqlStore) -> None:
    """Another thread's commit wakes; reading, one's own commits and silence do not."""
    conversation = opened(store)
    store.wait(0)
    enqueue(store, conversation, "mine")
    assert not store.wait(0)
    others = [lambda: enqueue(store, conversation, "theirs"), lambda: lease(store, NOW - MINUTE)]
    woken = []
    for other in others:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        woken.append(store.wait(0))
    assert woken == [True, False]


def test_wait_is_woken_while_waiting(store: SqlStore) -> None:
    """Who waits does not wait the whole time."""
    conversation = opened(store)
    store.wait(0)
    timer = threading.Timer(0.02, lambda: enqueue(store, conversation, "theirs"))
    timer.start()
    assert store.wait(30)
    timer.join()


def test_nobody_is_left_waiting(store: SqlStore) -> None:
    """Many callers at once, some that fail and some that want the files compacted: each gets its own answer."""
    start, answers = threading.Barrier(17), []

    def work(unit: Unit, number: int, count: int) -> int:
        unit.claim(f"{number}:{count}", NOW)
        return 1 // (count % 5)

    def caller(number: int) -> None:
        start.wait()
        for count in range(20):
            try:
                store.transact(partial(work, number=number, count=count))
                answers.append("kept")
            except ZeroDivisionError:
                answers.append("failed")

    def compacter() -> None:
        start.wait()
        for _ in range(5):
            store.compact()

    threads = [threading.Thread(target=caller, args=(number,), daemon=True) for number in range(16)]
    threads.append(threading.Thread(target=compacter, daemon=True))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert (answers.count("kept"), answers.count("failed")) == (16 * 16, 16 * 4)
