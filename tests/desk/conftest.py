"""One migrated empty database, copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import Keyring, open_store
from tests.desk.kit import House

KEYS = Keyring((("m1", b"M" * 32),), (("l1", b"L" * 32),))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("desk") / "empty.db"
    store = open_store(f"sqlite:///{path}", KEYS)
    store.upgrade()
    store.compact()
    store.close()
    return path.read_bytes()


@pytest.fixture
def desk(tmp_path: Path, empty_database: bytes) -> Iterator[House]:
    (tmp_path / "desk.db").write_bytes(empty_database)
    house = House(open_store(f"sqlite:///{tmp_path / 'desk.db'}", KEYS))
    yield house
    house.dispatcher.close()
    house.store.close()
