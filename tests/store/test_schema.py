"""The schema is the table of DATA-2, and the migrations make exactly it."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from bot.store import KeyProblem, Keyring, SqlStore, StoreProblem, open_store
from bot.store.tables import MEANING, METADATA, SEALED
from tests.databases import KEYS

SEALED_COLUMNS = {
    "data_key.wrapped",
    "conversation.address",
    "conversation.state",
    "conversation.meter",
    "erasure_job.address",
    "outbox.body",
    "ledger.body",
    "parked.body",
    "officer.totp_secret",
    "handoff.body",
    "handoff_message.body",
    "draft.body",
    "trial_address.body",
}


@pytest.mark.rule("DATA-2", "DATA-6")
def test_every_column_has_a_meaning(store: SqlStore) -> None:
    """The real database has the allow-listed columns and no other."""
    found = {
        table: {column["name"] for column in inspect(store._engine).get_columns(table)}
        for table in inspect(store._engine).get_table_names()
        if table != "alembic_version"
    }
    assert found == {table: set(columns) for table, columns in MEANING.items()}


@pytest.mark.rule("DATA-2", "DATA-6")
def test_what_is_sealed() -> None:
    """A column that stops being sealed, or a new one, has to be decided here too."""
    sealed = {
        f"{table}.{column}"
        for table, columns in MEANING.items()
        for column, meaning in columns.items()
        if meaning == SEALED
    }
    assert sealed == SEALED_COLUMNS


@pytest.mark.rule("DATA-2")
def test_no_text_column_about_the_person() -> None:
    """Text in the clear stands only in officers' accounts, settings and words of our own."""
    texts = {
        f"{table.name}.{column.name}: {MEANING[table.name][column.name]}"
        for table in METADATA.tables.values()
        for column in table.columns
        if "CHAR" in str(column.type) or str(column.type) == "TEXT"
    }
    kinds = {one.partition(": ")[2] for one in texts}
    assert kinds == {"phase", "officer's account", "fact of the deployment", "random id"}


def test_migrations_make_the_schema(store: SqlStore) -> None:
    """From nothing to head equals the MetaData: the comparison finds no difference."""
    with store._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_current_only_after_upgrade(tmp_path: Path) -> None:
    """A new file is not current; after the upgrade it is, and a second upgrade changes nothing."""
    store = open_store(f"sqlite:///{tmp_path / 'new' / 'a.db'}", KEYS)
    assert not store.is_current()
    store.upgrade()
    store.upgrade()
    assert store.is_current()
    store.close()


@pytest.mark.rule("DATA-6")
def test_files_are_private(tmp_path: Path) -> None:
    """The folder is made for the owner only, and so are all files of the database."""
    path = tmp_path / "var" / "deep" / "a.db"
    store = open_store(f"sqlite:///{path}", KEYS)
    store.upgrade()
    modes = {one.name: oct(one.stat().st_mode & 0o777) for one in path.parent.iterdir()}
    assert set(modes.values()) == {"0o600"}
    assert {"a.db", "a.db-wal"} <= set(modes)
    assert oct(path.parent.stat().st_mode & 0o777) == "0o700"
    store.close()


def test_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is taken from the current directory."""
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///var/own.db", KEYS).close()
    assert (tmp_path / "var" / "own.db").is_file()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://user:hunter2@host/x"])
def test_unusable_url(url: str) -> None:
    """A database that can't be used is refused with the name of the setting and without its password."""
    with pytest.raises(StoreProblem, match="OWNSTEPS_DATABASE_URL") as caught:
        open_store(url, KEYS)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        pytest.param("", "empty", id="none"),
        pytest.param("abc", "not `id:key`", id="no-id"),
        pytest.param("a:!!!!", "not base64url", id="not-base64"),
        pytest.param("a:c2hvcnQ", "has 5 bytes", id="short"),
        pytest.param("a:" + "A" * 43 + ",a:" + "B" * 43, "same id", id="twice"),
    ],
)
def test_bad_keys(keys: str, says: str) -> None:
    """A wrong key setting is named, without any of the key."""
    with pytest.raises(KeyProblem, match=says) as caught:
        Keyring.parse(keys, "a:" + "A" * 43)
    assert "OWNSTEPS_KEYS" in str(caught.value)
    assert "A" * 10 not in str(caught.value)


def test_keys_with_and_without_padding() -> None:
    """Padding is optional and keys never print."""
    ring = Keyring.parse(f"b:{'A' * 43},a:{'B' * 42}A=", f"x:{'C' * 42}A")
    assert [name for name, _ in ring.keys] == ["b", "a"]
    assert ring.current == "b"
    assert "\\x" not in repr(ring)
