"""The product running: the applications that the web server loads, and the loops beside them."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from bot.desk import desk_blueprint
from bot.settings import load_settings
from bot.wiring import Product, build
from webhooks.app import create_app
from webhooks.telegram import accept

if TYPE_CHECKING:
    from flask import Flask

    from bot.channels.telegram.poll import TelegramPoller

TELEGRAM_OFFSET = "telegram-offset"
POLLING, UPKEEP = "telegram-polling", "upkeep"
"""Tasks that one process of all does."""


def serve_app() -> Flask:
    """`ownsteps serve`: the web application, with the loops started beside it."""
    product = build(load_settings())
    start_loops(product)
    return app_of(product)


def web_app() -> Flask:
    """`ownsteps web`."""
    return app_of(build(load_settings()))


def app_of(product: Product) -> Flask:
    desk = desk_blueprint(product)
    app = create_app(product.door, product.edge, extra_blueprints=(desk,), clock=product.clock)
    app.secret_key = product.secret_key
    return app


def start_loops(product: Product) -> Loops:
    loops = Loops(product)
    loops.start()
    atexit.register(loops.stop)
    return loops


class Loops:
    """The threads beside the web server: sending, upkeep, Telegram polling. They hold nothing that a crash would lose."""

    IDLE_S = 1.0

    def __init__(self, product: Product, *, polling: bool = True) -> None:
        self._product = product
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._dispatch, daemon=True, name="dispatch")]
        self._threads.append(threading.Thread(target=self._upkeep, daemon=True, name="upkeep"))
        self._poller: TelegramPoller | None = None
        if polling and polls(product):
            self._threads.append(threading.Thread(target=self._poll, daemon=True, name="telegram-lead"))
            product.door.watch("telegram-polling", self._polling)
        for channel in product.dispatcher.channels:
            product.door.watch(channel.value, partial(product.dispatcher.answered, channel))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(3)
        self._end_polling()
        if self._product.telegram is not None:
            self._product.telegram.close()

    def _dispatch(self) -> None:
        self._loop(self._dispatch_once, 0.0)

    def _dispatch_once(self) -> None:
        if not self._product.dispatcher.run_once():
            self._product.store.wait(self._until_due())

    def _until_due(self) -> float:
        due = self._product.store.transact(lambda unit: unit.next_due())
        if due is None:
            return self.IDLE_S
        return min(self.IDLE_S, max(0.01, (due - self._product.clock()).total_seconds()))

    def _upkeep(self) -> None:
        self._loop(self._upkeep_once, self.IDLE_S)

    def _upkeep_once(self) -> None:
        if self._product.store.lead(UPKEEP):
            self._product.upkeep.tick()

    def _poll(self) -> None:
        self._loop(self._poll_once, self.IDLE_S)

    def _poll_once(self) -> None:
        """One process of all polls: Telegram refuses two, and the other takes over when it is gone."""
        try:
            leads = self._product.store.lead(POLLING)
        except Exception:
            self._end_polling()  # without the database nothing can be taken, and another may lead by now
            raise
        if not leads:
            self._end_polling()
        elif self._poller is None:
            self._poller = poller_of(self._product)
            self._poller.start()

    def _end_polling(self) -> None:
        if self._poller is not None:
            self._poller.stop()
            self._poller = None

    def _polling(self) -> str:
        poller = self._poller
        return (poller.last_error if poller is not None else None) or "ok"

    def _loop(self, work: Callable[[], None], pause_s: float) -> None:
        while not self._stopping.is_set():
            try:
                work()
            except Exception as error:  # noqa: BLE001 - a loop turn ends here; the next one tries again
                if self._stopping.is_set() or not threading.main_thread().is_alive():
                    return
                self._product.door.trouble(type(error).__name__)
                self._stopping.wait(self.IDLE_S)
            if pause_s:
                self._stopping.wait(pause_s)


def polls(product: Product) -> bool:
    settings = product.settings.telegram
    return settings is not None and settings.mode == "polling" and product.telegram is not None


def poller_of(product: Product) -> TelegramPoller:
    """Long polling from where it stopped, in this process or another; its offset is kept only for what was taken."""
    from bot.channels.telegram.poll import TelegramPoller

    assert product.telegram is not None
    store = product.store
    kept = store.transact(lambda unit: unit.setting(TELEGRAM_OFFSET))
    return TelegramPoller(
        product.telegram.client,
        lambda update: accept(product.door, update, product.clock()),
        lambda offset: store.transact(lambda unit: unit.put_setting(TELEGRAM_OFFSET, str(offset))),
        offset=int(kept) if kept else None,
        delete_webhook=True,
    )
