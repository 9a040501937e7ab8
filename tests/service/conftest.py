"""The service on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit import House


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[House]:
    """The whole service on a database of its own, SQLite and PostgreSQL."""
    built = House(tmp_path, database)
    yield built
    built.close()
