"""Long polling, for a deployment without a public address. An update is only read once it was taken."""

from __future__ import annotations

import concurrent.futures
import logging
import threading
from collections.abc import Callable
from typing import Any

from telegram.error import TelegramError

from bot.channels.telegram.client import CALL_TIMEOUT_S, Client
from bot.channels.telegram.errors import send_error

WAIT_S = 25
"""How long Telegram holds an empty answer back."""
FIRST_BACKOFF_S, MAX_BACKOFF_S = 1.0, 30.0
STOP_S = 2.0

log = logging.getLogger(__name__)


class TelegramPoller:
    """A thread that hands each update to `take`, in order.

    `take` says whether the update was dealt with (dropped counts too); after a False or an exception it is given
    again, once a pause is over, with everything behind it. `keep` gets the next offset after each one taken, to
    store it. At a restart from an older offset some updates come twice: `take` knows them by their update_id.
    """

    def __init__(
        self,
        client: Client,
        take: Callable[[dict[str, Any]], bool],
        keep: Callable[[int], None],
        *,
        offset: int | None = None,
        delete_webhook: bool = False,
        wait_s: int = WAIT_S,
    ) -> None:
        self._client, self._take, self._keep = client, take, keep
        self._offset, self._wait_s = offset, wait_s
        self._delete_webhook = delete_webhook
        self._stopping = threading.Event()
        self._backoff_s = FIRST_BACKOFF_S
        self._asking: concurrent.futures.Future[Any] | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, daemon=True, name="telegram-poll")
        self.last_error: str | None = None
        """The code of the last failure, None while it goes well; for /readyz."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends within two seconds, also in the middle of a long poll; what was not taken stays at Telegram."""
        self._stopping.set()
        with self._lock:
            if self._asking is not None:
                self._asking.cancel()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            code = self._round()
            self._note(code)
            if code is None:
                self._backoff_s = FIRST_BACKOFF_S
            elif not self._stopping.wait(self._backoff_s):
                self._backoff_s = min(self._backoff_s * 2, MAX_BACKOFF_S)

    def _round(self) -> str | None:
        """One request and what came of it; the code of what went wrong, else None."""
        try:
            self._delete_webhook_once()
            updates = self._ask(self._client.bot.raw_updates(self._offset, self._wait_s), self._wait_s)
        except (TelegramError, TimeoutError, concurrent.futures.CancelledError, RuntimeError) as error:
            failure = send_error(error)
            self._backoff_s = max(self._backoff_s, failure.retry_after_s or 0.0)
            return failure.code
        return self._hand_over(updates)

    def _hand_over(self, updates: list[Any]) -> str | None:
        for update in updates:
            if self._stopping.is_set():
                return None
            if not self._taken(update):
                return "not-taken"
            self._advance(update)
        return None

    def _taken(self, update: Any) -> bool:
        try:
            return self._take(update)
        except Exception as error:  # noqa: BLE001 - a loop turn ends here; the update is given again
            log.error("an update could not be taken: %s", type(error).__name__)
            return False

    def _advance(self, update: Any) -> None:
        number = update.get("update_id") if isinstance(update, dict) else None
        if type(number) is int and number >= (self._offset or 0):
            self._offset = number + 1
            self._keep(self._offset)

    def _delete_webhook_once(self) -> None:
        if self._delete_webhook:
            self._ask(self._client.bot.delete_webhook(drop_pending_updates=False), 0)
            self._delete_webhook = False

    def _ask(self, answer: Any, wait_s: float) -> Any:
        with self._lock:
            if self._stopping.is_set():
                answer.close()
                raise concurrent.futures.CancelledError
            self._asking = self._client.begin(answer)
        return self._asking.result(CALL_TIMEOUT_S + wait_s)

    def _note(self, code: str | None) -> None:
        if code != self.last_error and not self._stopping.is_set():
            log.log(
                logging.INFO if code is None else logging.WARNING,
                "telegram polling: %s",
                code or "well again",
            )
        self.last_error = code
