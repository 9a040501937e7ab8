"""The two stand-ins as the drill needs them: they repeat a webhook until it is taken, and note every message they take."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from bot.channels.twilio import MESSAGE_PATH
from bot.demo import twilio_forms as made
from bot.demo.telegram_standin import SECRET_HEADER, TelegramStandIn
from bot.demo.twilio_http import Form
from bot.demo.twilio_standin import ACCOUNT_SID, SMS_FROM, WHATSAPP_FROM, TwilioStandIn
from tests.drill.server import Server, until

Json = dict[str, Any]
SECRET = "drill-secret"
TAKEN_S = 120.0
"""A webhook may meet several crashes in a row."""
AGAIN_S = 0.05


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that a provider took to send on: to whom, what, and from which life of the server."""

    person: str
    text: str
    generation: int


class Record:
    """What happened, in its order. `moment` is told of each event and may kill the server in the middle of it."""

    server: Server

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.accepted: list[tuple[str, str]] = []
        self.moment: Callable[[str], None] = lambda kind: None
        self.stopping = threading.Event()
        self._lock = threading.Lock()

    def take(self, person: str, text: str) -> None:
        with self._lock:
            self.taken.append(Taken(person, text, self.server.generation))
        self.moment("taken")

    def accept(self, person: str, text: str) -> None:
        with self._lock:
            self.accepted.append((person, text))
        self.moment("accepted")

    def texts_of(self, person: str) -> list[str]:
        with self._lock:
            return [one.text for one in self.taken if one.person == person]

    def until_taken(self, post: Callable[[], int]) -> None:
        """Posts as the providers do: again, the same, until there is a 2xx."""
        tries = itertools.count()
        until(lambda: self._try(post, next(tries)), TAKEN_S, "a webhook that is taken")

    def _try(self, post: Callable[[], int], number: int) -> bool:
        self.moment("posting")
        if self.stopping.is_set():
            raise RuntimeError("the drill is over")
        if 200 <= post() < 300:
            return True
        self.server.up.wait(TAKEN_S)
        threading.Event().wait(AGAIN_S)
        return False


class Telegram(TelegramStandIn):
    """Each person's updates are posted by themselves, so that chats don't wait for one another."""

    def __init__(self, record: Record, clock: Callable[[], datetime]) -> None:
        super().__init__(clock=clock)
        self._record = record

    def deliver(self, update: Json) -> Json:
        self._record.until_taken(lambda: self._post_once(update))
        return update

    def call(self, method: str, raw: Mapping[str, str]) -> tuple[int, Json]:
        status, answer = super().call(method, raw)
        if method == "sendMessage" and status == 200:
            self._record.take(f"telegram:{raw['chat_id']}", raw["text"])
        return status, answer

    def _post_once(self, update: Json) -> int:
        url = self._record.server.url + "/webhooks/telegram"
        try:
            with requests.Session() as session:
                session.trust_env = False
                return session.post(url, json=update, headers={SECRET_HEADER: SECRET}, timeout=15).status_code
        except requests.RequestException:
            return 0


class Twilio(TwilioStandIn):
    def __init__(self, record: Record, clock: Callable[[], datetime]) -> None:
        super().__init__(clock=clock)
        self._record = record
        self._inbound = itertools.count(1)

    def person_says(self, sender: str, text: str) -> None:
        with self.lock:
            sid = f"SM{next(self._inbound):032x}"
        ours = made.WHATSAPP + WHATSAPP_FROM if sender.startswith(made.WHATSAPP) else SMS_FROM
        fields = made.message(ACCOUNT_SID, sid, sender, ours, text)
        url = self._record.server.url + MESSAGE_PATH
        self._record.until_taken(lambda: self.posts.post(url, url, fields))

    def call(self, method: str, path: str, form: Form, user: str, password: str) -> tuple[int, Json | None]:
        status, answer = super().call(method, path, form, user, password)
        if status == 201:
            to = form["To"][0]
            self._record.take(to if to.startswith(made.WHATSAPP) else f"sms:{to}", form["Body"][0])
        return status, answer
