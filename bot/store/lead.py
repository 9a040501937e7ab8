"""At most one process leads in a task: polling Telegram, upkeep. The lead is given up by the death of the process.

PostgreSQL: an advisory lock of a connection that is kept open. SQLite: a lock on a file beside the database.
"""

from __future__ import annotations

import fcntl
import os
import threading
import zlib
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, bindparam, func, select
from sqlalchemy.exc import DBAPIError

NAMESPACE = zlib.crc32(b"ownsteps") - 2**31
"""The first of the lock's two numbers: other programs on the same server have their own."""
TRY = select(func.pg_try_advisory_lock(NAMESPACE, bindparam("task")))


class Leads(Protocol):
    def lead(self, task: str) -> bool:
        """Whether this process leads now; tries to when it does not."""
        ...

    def close(self) -> None: ...


class PostgresLeads:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held: dict[str, Connection] = {}
        self._lock = threading.Lock()

    def lead(self, task: str) -> bool:
        with self._lock:
            connection = self._held.get(task)
            if connection is not None:
                if self._answers(connection):
                    return True
                del self._held[task]
                connection.invalidate()
                connection.close()
            return self._try(task)

    def close(self) -> None:
        with self._lock:
            for connection in self._held.values():
                connection.invalidate()  # the lock ends with the connection, so it goes back to no pool
                connection.close()
            self._held.clear()

    @staticmethod
    def _answers(connection: Connection) -> bool:
        try:
            connection.scalar(select(1))
        except DBAPIError:
            return False
        return True

    def _try(self, task: str) -> bool:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        leads = False
        try:
            leads = bool(connection.scalar(TRY, {"task": zlib.crc32(task.encode()) - 2**31}))
        finally:
            if leads:
                self._held[task] = connection
            else:
                connection.close()
        return leads


class FileLeads:
    def __init__(self, database: Path) -> None:
        self._database = database
        self._held: dict[str, int] = {}
        self._lock = threading.Lock()

    def lead(self, task: str) -> bool:
        with self._lock:
            if task in self._held:
                return True
            handle = os.open(
                self._database.with_name(f"{self._database.name}.{task}.lead"), os.O_CREAT | os.O_RDWR, 0o600
            )
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                return False
            self._held[task] = handle
            return True

    def close(self) -> None:
        with self._lock:
            for handle in self._held.values():
                os.close(handle)
            self._held.clear()
