"""The desk on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.store import open_store
from tests.databases import KEYS
from tests.desk.kit import House


@pytest.fixture
def desk(database: str) -> Iterator[House]:
    house = House(open_store(database, KEYS))
    yield house
    house.dispatcher.close()
    house.store.close()
