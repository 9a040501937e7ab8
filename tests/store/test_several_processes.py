"""Several processes on one PostgreSQL: each is a store of its own here, with its own connections."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from bot.ports import Receipt
from bot.store import SqlStore, open_store
from tests.databases import KEYS, Postgres
from tests.store.kit import NOW, enqueue, lease, opened

LONG_S = 60.0


@pytest.fixture
def two(postgres: Postgres) -> Iterator[tuple[SqlStore, SqlStore]]:
    url = postgres.new()
    stores = open_store(url, KEYS), open_store(url, KEYS)
    yield stores
    for one in stores:
        one.close()
    postgres.drop(url)


def listening(store: SqlStore) -> int:
    with store._engine.connect() as connection:
        found = connection.exec_driver_sql(
            "select count(*) from pg_stat_activity where datname = current_database() and left(query, 6) = 'listen'"
        )
        return int(found.scalar_one())


def test_what_one_process_writes_wakes_another(two: tuple[SqlStore, SqlStore]) -> None:
    """A dispatcher that waits hears of a message that a web process took, and does not wait its time out."""
    web, dispatch = two
    conversation = opened(web)
    dispatch.wait(0)
    while not listening(web):
        dispatch.wait(0.01)
    dispatch.wait(0)
    writing = threading.Timer(0.02, lambda: enqueue(web, conversation, "hello"))
    writing.start()
    assert dispatch.wait(LONG_S)
    writing.join()
    assert [one.outgoing.payload.text for one in lease(dispatch)] == ["hello"]


def test_news_comes_back_after_the_database_did(two: tuple[SqlStore, SqlStore]) -> None:
    """The connection that listens is cut: it is made anew, and whoever waits is told to look."""
    web, dispatch = two
    opened(web)
    dispatch.wait(0)
    while not listening(web):
        dispatch.wait(0.01)
    with web._engine.begin() as connection:
        connection.exec_driver_sql(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and left(query, 6) = 'listen'"
        )
    assert dispatch.wait(LONG_S)
    while not listening(web):
        dispatch.wait(0.01)


def test_each_message_is_leased_by_one_process(two: tuple[SqlStore, SqlStore]) -> None:
    """Two that lease at once, many times: every head goes to one of them, and none is missed."""
    conversation, got = opened(two[0]), list[str]()
    enqueue(two[0], conversation, *(f"m{number}" for number in range(40)))
    start = threading.Barrier(2)

    def work(store: SqlStore) -> None:
        start.wait()
        misses = 0
        while misses < 50:
            rows = lease(store, limit=1)
            misses = 0 if rows else misses + 1
            for row in rows:
                got.append(row.outgoing.payload.text)
                store.transact(lambda unit, row=row: unit.sent(row, Receipt(row.outgoing.payload.text, "sent"), NOW))  # type: ignore[misc]

    threads = [threading.Thread(target=work, args=(one,)) for one in two]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert got == [f"m{number}" for number in range(40)]
