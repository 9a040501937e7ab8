"""Constant statements run straight on SQLite's driver, each compiled once (measured: a tenth of the time of Core's path).

SQLAlchemy still writes the SQL, knows the types and opens the connections; PostgreSQL keeps Core's path. A statement is known
by what it is and by the names of its values, as Core's own cache does it.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple, Protocol

from sqlalchemy import BindParameter, Dialect, Engine, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Convert = Callable[[Any], Any]


class Found(Protocol):
    """What a statement gave: rows whose columns are attributes, or how many rows it changed."""

    @property
    def rowcount(self) -> int: ...

    def all(self) -> Sequence[Any]: ...


Run = Callable[[Executable, Mapping[str, Any]], Found]


class Rows(NamedTuple):
    rows: Sequence[Any]
    rowcount: int

    def all(self) -> Sequence[Any]:
        return self.rows


class Prepared(NamedTuple):
    """For each `?` in `binds`: the name of its value or None, what it always is where it has no name, and its conversion."""

    sql: str
    binds: tuple[tuple[str | None, Any, Convert | None], ...]
    row: Convert


_known: dict[tuple[Executable, tuple[str, ...]], Prepared] = {}
"""Grows to the number of statements in bot/store, which are constants."""


class Session(Protocol):
    """A connection that does one transaction at a time."""

    def run(self, statement: Executable, values: Mapping[str, Any]) -> Found: ...

    def whole(self) -> AbstractContextManager[None]:
        """A transaction: committed, or rolled back when an exception leaves it."""
        ...

    def part(self) -> AbstractContextManager[None]:
        """A savepoint: kept, or rolled back when an exception leaves it."""
        ...

    def close(self) -> None: ...


class CoreSession:
    """SQLAlchemy's own way, for PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        # Without it an insert says -1 and not how many rows it made.
        self._connection = engine.connect().execution_options(preserve_rowcount=True)

    def run(self, statement: Executable, values: Mapping[str, Any]) -> Found:
        return self._connection.execute(statement, values)

    @contextmanager
    def whole(self) -> Iterator[None]:
        with self._connection.begin():
            yield

    @contextmanager
    def part(self) -> Iterator[None]:
        with self._connection.begin_nested():
            yield

    def close(self) -> None:
        self._connection.close()


class DriverSession:
    """SQLite's driver. What it raises arrives as Core's own classes, and never with the values in its words."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect()  # opened by SQLAlchemy, which begins nothing before its own first statement
        self._dialect = engine.dialect
        driver = self._connection.connection.driver_connection
        if not isinstance(driver, sqlite3.Connection):
            raise TypeError("not SQLite's driver")
        self._driver = driver

    def run(self, statement: Executable, values: Mapping[str, Any]) -> Rows:
        key = (statement, tuple(values))
        prepared = _known.get(key)
        if prepared is None:
            prepared = _known[key] = prepare(self._dialect, statement, values)
        sql, binds, row = prepared
        plain = ((values[name] if name is not None else always, to) for name, always, to in binds)
        cursor, rows = self._do(sql, [value if to is None else to(value) for value, to in plain])
        return Rows([row(one) for one in rows] if rows else rows, cursor.rowcount)

    @contextmanager
    def whole(self) -> Iterator[None]:
        # Immediate: one that reads first and then writes would otherwise fail at once when another one committed.
        self._do("BEGIN IMMEDIATE")
        try:
            yield
            self._do("COMMIT")
        except BaseException:
            if self._driver.in_transaction:  # on a full disk SQLite has rolled back by itself
                self._do("ROLLBACK")
            raise

    @contextmanager
    def part(self) -> Iterator[None]:
        self._do("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._do("ROLLBACK TO part")
            raise
        finally:
            self._do("RELEASE part")

    def close(self) -> None:
        self._connection.close()

    def _do(self, sql: str, given: Sequence[Any] = ()) -> tuple[sqlite3.Cursor, list[Any]]:
        try:
            cursor = self._driver.execute(sql, given)
            return cursor, cursor.fetchall()
        except sqlite3.Error as error:
            failure = error
        raise DBAPIError.instance(
            sql, None, failure, sqlite3.Error, hide_parameters=True, dialect=self._dialect
        ) from failure


def prepare(dialect: Dialect, statement: Executable, values: Mapping[str, Any]) -> Prepared:
    compiled = statement.compile(dialect=dialect, column_keys=list(values))  # type: ignore[attr-defined]
    if not isinstance(compiled, SQLCompiler) or compiled.post_compile_params or compiled.prefetch:
        raise TypeError("a statement of the store needs more than one text and its values: it can't be compiled once")
    places = tuple(_bind(dialect, compiled.binds[name], values) for name in compiled.positiontup or ())
    return Prepared(str(compiled), places, _record(dialect, statement))


def _bind(
    dialect: Dialect, bind: BindParameter[Any], values: Mapping[str, Any]
) -> tuple[str | None, Any, Convert | None]:
    if bind.required and bind.key not in values:
        raise TypeError(f"a statement of the store was not given {bind.key}")
    convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
    return (bind.key, None, convert) if bind.key in values else (None, bind.effective_value, convert)


def _record(dialect: Dialect, statement: Executable) -> Convert:
    columns = statement.exported_columns  # type: ignore[attr-defined]
    record = namedtuple("record", [str(name) for name in columns.keys()], rename=True)  # type: ignore[misc] # noqa: SIM118
    readers = [one.type.dialect_impl(dialect).result_processor(dialect, None) for one in columns]
    if not any(readers):
        return record._make
    return lambda values: record._make(
        value if reader is None else reader(value) for value, reader in zip(values, readers, strict=True)
    )
