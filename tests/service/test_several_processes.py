"""Several processes on one database, each a product with loops of its own: one of them polls, all of them send."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from bot import serving
from bot.demo.telegram_standin import TelegramStandIn
from bot.serving import Loops
from bot.settings import Settings, Stage, TelegramSettings
from bot.store import open_store
from bot.wiring import Product, build
from tests.databases import KEYS
from tests.kit import shipped

CHAT = 4_400_500_700
SOON_S = 60.0


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON_S
    while not true():
        assert time.monotonic() < end, "it did not come"
        threading.Event().wait(0.02)


@pytest.fixture
def stand_in() -> Iterator[TelegramStandIn]:
    stand_in = TelegramStandIn(clock=lambda: datetime.now(UTC)).start()
    yield stand_in
    stand_in.stop()
    assert not list(stand_in.problems)


@pytest.fixture
def processes(database: str, stand_in: TelegramStandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Loops]]:
    monkeypatch.setattr(Loops, "IDLE_S", 0.05)
    settings = Settings(
        Stage.DEMO,
        database,
        "uk",
        keyring=KEYS,
        telegram=TelegramSettings(stand_in.token, "s" * 16, "polling", stand_in.origin),
    )
    with ExitStack() as stack:
        loops = [Loops(product(settings)) for _ in range(2)]
        for one in loops:
            stack.callback(one._product.store.close)
            stack.callback(one.stop)
            one.start()
        yield loops


def product(settings: Settings) -> Product:
    return build(settings, clock=lambda: datetime.now(UTC), seed=lambda: 1, pack=shipped())


def polling(loops: list[Loops]) -> list[int]:
    return [number for number, one in enumerate(loops) if one._poller is not None]


@pytest.mark.rule("SEND-5")
def test_one_process_polls_and_another_takes_over(processes: list[Loops], stand_in: TelegramStandIn) -> None:
    """Each message is answered once, before and after the process that polls is gone."""
    until(lambda: len(polling(processes)) == 1)
    (leader,) = polling(processes)
    stand_in.person_says(CHAT, "hello")
    until(lambda: len(stand_in.chat(CHAT)) >= 2)
    processes[leader].stop()
    processes[leader]._product.store.close()
    until(lambda: polling(processes) == [1 - leader])
    stand_in.person_says(CHAT, "1")
    until(lambda: len(stand_in.chat(CHAT)) >= 4)


@pytest.mark.parametrize("task", [serving.POLLING, serving.UPKEEP])
def test_one_leads_until_it_is_gone(database: str, task: str) -> None:
    """The lead of one task is no lead of another, and is free again when its process is gone."""
    first, second = open_store(database, KEYS), open_store(database, KEYS)
    assert (first.lead(task), second.lead(task), first.lead(task)) == (True, False, True)
    assert second.lead("another")
    first.close()
    assert second.lead(task)
    second.close()
