"""Fixtures for all tests, and the switch that makes a skip an error."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit import House

STRICT = os.environ.get("OWNSTEPS_STRICT") == "1"


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
