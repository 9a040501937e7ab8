"""What all parts of the unit of work share: running constant statements, and data keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import MultipleResultsFound

from bot.store import vault
from bot.store.compiled import Run
from bot.store.tables import data_key, destroyed_key
from bot.store.times import minutes
from bot.store.vault import DataKey, Keyring

# SQLAlchemy's PostgreSQL `insert` has ON CONFLICT and compiles for SQLite too; SQLite's own does not compile for PostgreSQL.

INSERT_KEY = insert(data_key)
SELECT_KEY = select(data_key.c.master, data_key.c.wrapped).where(data_key.c.id == bindparam("b_id"))
DELETE_KEY = delete(data_key).where(data_key.c.id == bindparam("b_id"))
NOTE_DESTROYED = insert(destroyed_key).on_conflict_do_nothing()


class StaleConversation(LookupError):
    """The conversation or handoff is gone: erased or over. Nothing was changed."""


class Part:
    """A part of the unit of work on one open connection. `changed` counts rows that others may be waiting for."""

    def __init__(self, run: Run, keyring: Keyring) -> None:
        self._run = run
        self._keyring = keyring
        self._keys: dict[str, DataKey] = {}
        self.changed = 0

    def _one(self, statement: Executable, **values: Any) -> Row[Any] | None:
        rows = self._run(statement, values).all()
        if len(rows) > 1:
            raise MultipleResultsFound("more rows than one where one is looked for")
        return rows[0] if rows else None

    def _first(self, statement: Executable, **values: Any) -> Any:
        rows = self._run(statement, values).all()
        return rows[0][0] if rows else None

    def _all(self, statement: Executable, **values: Any) -> Sequence[Row[Any]]:
        return self._run(statement, values).all()

    def _quiet(self, statement: Executable, **values: Any) -> int:
        """Writes what nobody waits for; how many rows it changed."""
        return self._run(statement, values).rowcount

    def _write(self, statement: Executable, **values: Any) -> int:
        count = self._quiet(statement, **values)
        self.changed += max(count, 0)
        return count

    def _new_key(self) -> DataKey:
        key = vault.new_data_key()
        master, wrapped = vault.wrap(self._keyring, key)
        self._quiet(INSERT_KEY, id=key.id, master=master, wrapped=wrapped)
        self._keys[key.id] = key
        return key

    def _key(self, key_id: str) -> DataKey:
        """Looked up and unwrapped once in a unit of work."""
        if key_id in self._keys:
            return self._keys[key_id]
        found = self._one(SELECT_KEY, b_id=key_id)
        if found is None:
            raise vault.Unreadable("the data key was destroyed")
        self._keys[key_id] = vault.unwrap(self._keyring, key_id, found.master, found.wrapped)
        return self._keys[key_id]

    def _destroy(self, key_id: str, now: datetime) -> None:
        """From here on nothing sealed under this key can be read; its id is noted for backups."""
        self._keys.pop(key_id, None)
        self._quiet(DELETE_KEY, b_id=key_id)
        self._quiet(NOTE_DESTROYED, id=key_id, at_minute=minutes(now))
