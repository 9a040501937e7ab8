from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import SqlStore, open_store
from tests.store.kit import KEYS


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated empty database, made once: each test gets a copy of the file."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    store = open_store(f"sqlite:///{path}", KEYS)
    store.upgrade()
    store.compact()
    store.close()
    return path.read_bytes()


@pytest.fixture
def folder(tmp_path: Path, template: bytes) -> Path:
    (tmp_path / "kept.db").write_bytes(template)
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{folder / 'kept.db'}", KEYS)
    yield opened
    opened.close()
