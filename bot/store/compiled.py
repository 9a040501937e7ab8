"""Constant statements run straight on SQLite's driver, each compiled once (measured: a tenth of the time of Core's path).

SQLAlchemy still writes the SQL, knows the types and holds the transaction; PostgreSQL keeps Core's path. A statement is known
by what it is and by the names of its values, as Core's own cache does it.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from sqlalchemy import BindParameter, Connection, Dialect, Executable
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


def runner(connection: Connection) -> Run:
    """How the statements of one unit of work are run on this connection, inside the transaction that it has open."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        return connection.execute
    dialect = connection.dialect
    return lambda statement, values: _run(driver, dialect, statement, values)


def _run(driver: sqlite3.Connection, dialect: Dialect, statement: Executable, values: Mapping[str, Any]) -> Rows:
    key = (statement, tuple(values))
    prepared = _known.get(key)
    if prepared is None:
        prepared = _known[key] = prepare(dialect, statement, values)
    sql, binds, row = prepared
    plain = ((values[name] if name is not None else always, to) for name, always, to in binds)
    given = [value if to is None else to(value) for value, to in plain]
    try:
        cursor = driver.execute(sql, given)
        rows = cursor.fetchall()
    except sqlite3.Error as error:
        failure = error
    else:
        return Rows([row(one) for one in rows] if rows else rows, cursor.rowcount)
    # Core's own classes, which tell a busy database from a broken statement; never with the values in their words.
    raise DBAPIError.instance(sql, None, failure, sqlite3.Error, hide_parameters=True, dialect=dialect) from failure


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
