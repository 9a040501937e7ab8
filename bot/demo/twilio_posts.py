"""How the Twilio stand-in posts webhooks: signed, over real HTTP; status callbacks one after another."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Mapping

import requests

from bot.demo.twilio_forms import sign

TIMEOUT_S = 15.0
"""As the provider's own for a webhook."""
MAX_KEPT = 5000


class Posts:
    def __init__(self, token: str) -> None:
        self._token = token
        self._waiting: queue.Queue[tuple[str, str, Mapping[str, str]] | None] = queue.Queue(MAX_KEPT)
        self._thread = threading.Thread(target=self._work, daemon=True, name="twilio-callbacks")
        self.answers: deque[tuple[str, int]] = deque(maxlen=MAX_KEPT)
        """(message sid, HTTP status) of each webhook; 0 when there was no answer."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join(5)

    def post(self, url: str, signed_as: str, fields: Mapping[str, str]) -> int:
        headers = {"X-Twilio-Signature": sign(signed_as, fields, self._token)}
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(url, data=dict(fields), headers=headers, timeout=TIMEOUT_S)
            status = answer.status_code
        except requests.RequestException:
            status = 0
        self.answers.append((fields.get("MessageSid", ""), status))
        return status

    def later(self, url: str, signed_as: str, fields: Mapping[str, str]) -> None:
        """In order, from one thread; when thousands wait, the newest is lost, as callbacks may be."""
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait((url, signed_as, fields))

    def settle(self) -> None:
        """Blocks until every callback so far was posted."""
        self._waiting.join()

    def _work(self) -> None:
        while (one := self._waiting.get()) is not None:
            self.post(*one)
            self._waiting.task_done()
        self._waiting.task_done()
