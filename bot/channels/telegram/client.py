"""python-telegram-bot on one event loop of its own, for sending, polling and setup, none of which is async.

The library logs requests with the token in their address and, at DEBUG, their content: `silence_libraries`
shuts that off for good (LOG-1). What went wrong comes back as an error with a code, and we log the code.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import warnings
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from telegram.ext import ExtBot
from telegram.request import HTTPXRequest
from telegram.warnings import PTBDeprecationWarning

from bot.redact import silence

T = TypeVar("T")
Answer = Coroutine[Any, Any, T]

PUBLIC_API = "https://api.telegram.org"
TIMEOUT_S = 10.0
"""For one read, write or connect; Telegram answers a send within a second on a good day."""
CALL_TIMEOUT_S = 35.0
"""For a whole call: connect, pool, write and read together."""
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""The only kinds that Telegram is asked to send; the parser refuses the rest all the same."""
LOUD = ("telegram", "httpx", "httpcore")


def silence_libraries() -> None:
    """No record of the libraries reaches any handler, whatever level somebody sets on whichever logger later."""
    silence(LOUD)
    # Announces that times will be timedeltas, at each 429; `seconds` takes both.
    warnings.filterwarnings("ignore", category=PTBDeprecationWarning)


class Bot(ExtBot[None]):
    """The library's bot, with updates as plain dicts: one that it can't read must not stop the others."""

    async def raw_updates(self, offset: int | None, wait_s: int) -> list[Any]:
        """At most 100 updates from `offset` on, oldest first; waits up to `wait_s` for the first."""
        data = {"offset": offset, "timeout": wait_s, "allowed_updates": list(ALLOWED_UPDATES)}
        found: Any = await self._post("getUpdates", data, read_timeout=TIMEOUT_S + wait_s)
        return found if isinstance(found, list) else []


class Client:
    """One bot and the thread whose event loop runs all of its calls; safe to call from any thread.

    `origin` such as http://127.0.0.1:9000 stands for Telegram's own. Makes no request by itself.
    """

    def __init__(self, token: str, origin: str = PUBLIC_API, *, timeout_s: float = TIMEOUT_S) -> None:
        silence_libraries()
        self._requests = (_request(2, timeout_s), _request(8, timeout_s))
        self.bot = Bot(
            token,
            base_url=f"{origin.rstrip('/')}/bot",
            get_updates_request=self._requests[0],
            request=self._requests[1],
        )
        silence_libraries()  # again: some loggers are only made with a client
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="telegram-loop")
        self._thread.start()

    def __repr__(self) -> str:
        return "Client(telegram)"

    def begin(self, answer: Answer[T]) -> concurrent.futures.Future[T]:
        """Starts a call of the bot; cancelling the future cancels the request. Raises RuntimeError once closed."""
        if self._loop.is_closed():
            answer.close()
            raise RuntimeError("the client is closed")
        return asyncio.run_coroutine_threadsafe(answer, self._loop)

    def call(self, answer: Answer[T], timeout_s: float = CALL_TIMEOUT_S) -> T:
        """Makes a call of the bot and waits. Raises what the library raises, or TimeoutError."""
        future = self.begin(answer)
        try:
            return future.result(timeout_s)
        except TimeoutError:
            future.cancel()
            raise

    def close(self) -> None:
        """Ends the connections and the thread; a second time does nothing."""
        if self._loop.is_closed():
            return
        for request in self._requests:
            self.call(request.shutdown(), 5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        if not self._loop.is_running():
            self._loop.close()


def seconds(period: int | float | timedelta) -> float:
    """The library gives a time as seconds or, when told by its own setting, as a timedelta."""
    return period.total_seconds() if isinstance(period, timedelta) else float(period)


def _request(connections: int, timeout_s: float) -> HTTPXRequest:
    # trust_env False: a proxy variable meant for something else must not carry people's messages.
    return HTTPXRequest(
        connection_pool_size=connections,
        read_timeout=timeout_s,
        write_timeout=timeout_s,
        connect_timeout=timeout_s,
        pool_timeout=timeout_s,
        httpx_kwargs={"trust_env": False},
    )
