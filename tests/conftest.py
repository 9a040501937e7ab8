"""Fixtures for all tests, and the switch that makes a skip an error."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import KINDS, SQLITE, Postgres, SqliteFiles
from tests.kit import House

STRICT = os.environ.get("OWNSTEPS_STRICT") == "1"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What asks for `database` runs on each kind; what looks at files (`folder`) or is marked so, on SQLite only."""
    if "database" in metafunc.fixturenames:
        only = "folder" in metafunc.fixturenames or metafunc.definition.get_closest_marker("sqlite") is not None
        metafunc.parametrize("database", [SQLITE] if only else KINDS, indirect=True)


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.close()


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new database, migrated and empty."""
    if request.param == SQLITE:
        yield request.getfixturevalue("sqlite_files").new(tmp_path / "kept.db")
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.new()
    yield url
    server.drop(url)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The whole service on a database of its own."""
    built = House(tmp_path)
    yield built
    built.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Where nothing may be missing (OWNSTEPS_STRICT=1) a skip is a failure that says what is missing."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where OWNSTEPS_STRICT=1 allows none: {report.longrepr}"
