from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import SqlStore, open_store
from tests.databases import KEYS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files of a SQLite database are: a test that asks for it runs on SQLite only."""
    return tmp_path


@pytest.fixture
def store(database: str) -> Iterator[SqlStore]:
    opened = open_store(database, KEYS)
    yield opened
    opened.close()
