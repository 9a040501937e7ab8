"""News from other processes on the same PostgreSQL: who commits what others wait for says so with NOTIFY.

A notification carries no content: only which process it came from, so that nobody is woken by itself. Whoever waits also looks
after a short time (bot/serving.py), so news that is lost while the database is away costs a second and no message.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

CHANNEL = "ownsteps"
LOOK_S = 5.0
AGAIN_S = 1.0


class News:
    """Listens from the first `listen` on, in a thread of its own, on a connection of its own."""

    def __init__(self, engine: Engine, heard: Callable[[], None]) -> None:
        self._engine, self._heard = engine, heard
        self._me = secrets.token_hex(8)
        self.tell = select(func.pg_notify(CHANNEL, self._me))
        """Run inside a transaction; others hear it once that is committed, and never otherwise."""
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def listen(self) -> None:
        with self._starting:
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._work, daemon=True, name="database-news")
                self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        with self._starting:
            if self._thread is None:
                return
        with contextlib.suppress(DBAPIError), self._engine.begin() as connection:  # its own message ends its wait
            connection.execute(self.tell)
        self._thread.join(LOOK_S + AGAIN_S)

    def _work(self) -> None:
        import psycopg  # only where PostgreSQL is used

        while not self._stopping.is_set():
            try:
                with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    self._hear(connection)
            except (DBAPIError, psycopg.Error):
                self._heard()  # what came while nobody listened
                self._stopping.wait(AGAIN_S)

    def _hear(self, connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute(f"listen {CHANNEL}")
        try:
            while not self._stopping.is_set():
                for one in driver.notifies(timeout=LOOK_S):
                    if self._stopping.is_set():
                        break
                    if one.payload != self._me:
                        self._heard()
        finally:
            connection.invalidate()  # it listens, so nobody else gets it from the pool
