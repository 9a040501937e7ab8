"""A Telegram of our own on loopback: the Bot API over real HTTP, and the phones of the people who write to the bot.

Used by the demo's phones page and by the tests. It checks every request against the public description of the Bot API
(`bot.demo.specs`), really loses deleted messages, and fails on demand.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests

from bot.demo import telegram_updates as made
from bot.demo.specs import check_telegram
from bot.demo.standin_http import StandInServer
from bot.demo.telegram_api import METHODS, Refused, read_params
from bot.demo.telegram_chats import ChatMessage, Chats
from bot.demo.telegram_http import TelegramHandler
from bot.demo.telegram_queue import Failure, Updates

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
MAX_REQUESTS = 5000
MAX_QUERIES = 1000
POST_TIMEOUT_S = 30.0
TOKEN = "1000001:stand-in"  # noqa: S105 - opens nothing but this stand-in

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One call that the bot made: the method and its form fields, JSON inside already read."""

    method: str
    params: Mapping[str, Any] = field(repr=False)
    at: datetime


class TelegramStandIn:
    """start() serves on a free port of 127.0.0.1; `origin` is what OWNSTEPS_TELEGRAM_API takes."""

    def __init__(self, token: str = TOKEN, *, clock: Callable[[], datetime] | None = None, port: int = 0) -> None:
        self.token = token
        self.clock = clock or (lambda: datetime.now(UTC))
        self.lock = threading.RLock()
        self.chats = Chats(self.clock)
        self.updates = Updates(self.lock)
        self.requests: deque[Request] = deque(maxlen=MAX_REQUESTS)
        self.problems: deque[str] = deque(maxlen=MAX_REQUESTS)
        """What the public description says against requests; empty when all is well."""
        self.deliveries: deque[tuple[int, int]] = deque(maxlen=MAX_REQUESTS)
        """(update id, HTTP status) of each webhook request; status 0 when there was no answer."""
        self.profile: dict[str, Any] = {}
        """What setMyName and the others were last given, by method and language."""
        self.webhook: Json = {"url": ""}
        self.answered: deque[str] = deque(maxlen=MAX_QUERIES)
        self.open_queries: deque[str] = deque(maxlen=MAX_QUERIES)
        self.person: Json = dict(made.PERSON)
        """The profile that every update carries; tests put markers in it."""
        self._failures: list[Failure] = []
        self._undelivered: deque[Json] = deque(maxlen=MAX_REQUESTS)
        self._last_query = 0
        self.stopping = threading.Event()
        self._server = StandInServer(TelegramHandler, self, port, "telegram-stand-in")
        self._session = requests.Session()
        self._session.trust_env = False

    @property
    def origin(self) -> str:
        return self._server.origin

    def start(self) -> TelegramStandIn:
        self._server.start()
        return self

    @property
    def connections(self) -> int:
        return self._server.connections

    def stop(self) -> None:
        self.stopping.set()
        self.updates.wake()
        self._server.stop()
        self._session.close()

    # --- what the phone shows and does

    def chat(self, chat_id: int) -> tuple[ChatMessage, ...]:
        """Both sides, oldest first; what was deleted is gone."""
        with self.lock:
            chat = self.chats.find(chat_id)
            return chat.messages if chat else ()

    def person_says(self, chat_id: int, text: str, *, forwarded: bool = False, reply_to: int | None = None) -> Json:
        """The update that was delivered, as all of these give it."""
        with self.lock:
            chat = self.chats.open(chat_id)
            message = made.message_of_person(chat_id, chat.add(text, from_bot=False), self.person)
            old = chat.get(reply_to) if reply_to is not None else None
            if old is not None:
                message["reply_to_message"] = made.message_of_bot(chat_id, old, self.person)
            if forwarded:
                message |= made.forwarded(self.clock())
            update = self._update("message", message)
        return self.deliver(update)

    def person_sends_media(self, chat_id: int, kind: str = "photo") -> Json:
        """`kind` is one of telegram_updates.MEDIA."""
        with self.lock:
            sent = self.chats.open(chat_id).add("", from_bot=False, media=kind)
            update = self._update("message", made.message_of_person(chat_id, sent, self.person))
        return self.deliver(update)

    def person_edits(self, chat_id: int, message_id: int, text: str) -> Json:
        with self.lock:
            changed = self.chats.open(chat_id).rewrite(message_id, text)
            message = made.message_of_person(chat_id, changed, self.person)
            message["edit_date"] = made.seconds(self.clock())
            update = self._update("edited_message", message)
        return self.deliver(update)

    def person_taps(self, chat_id: int, message_id: int, data: str) -> Json:
        """Also a button that is no longer there: an old screen can be tapped before it has noticed."""
        with self.lock:
            shown = self.chats.open(chat_id).get(message_id)
            self._last_query += 1
            query_id = f"90000000000{self._last_query}"
            self.open_queries.append(query_id)
            message = made.message_of_bot(chat_id, shown, self.person) if shown else self._lost(chat_id, message_id)
            query = {"id": query_id, "from": made.person(chat_id, self.person), "message": message}
            update = self._update("callback_query", {**query, "chat_instance": "-77", "data": data})
        return self.deliver(update)

    def blocks(self, chat_id: int, blocked: bool = True) -> Json:
        """The person blocks the bot, or takes that back."""
        with self.lock:
            self.chats.open(chat_id).blocked = blocked
            change = made.membership(chat_id, self.clock(), self.person, blocked=blocked)
            update = self._update("my_chat_member", change)
        return self.deliver(update)

    # --- how updates travel

    def deliver_to(self, url: str, secret: str | None) -> None:
        """As setWebhook does; an empty `url` goes back to getUpdates."""
        with self.lock:
            self.webhook = {"url": url, "secret_token": secret}

    def deliver(self, update: Json) -> Json:
        """Posts the update, or queues it for getUpdates. What gets no 2xx comes again before the next one."""
        with self.lock:
            hook = dict(self.webhook)
            if not hook["url"]:
                self.updates.put(update)
                return update
            waiting = [*self._undelivered, update]
            self._undelivered.clear()
        for at, one in enumerate(waiting):
            if not self._post(hook, one):
                self._undelivered.extend(waiting[at:])
                break
        return update

    def redeliver(self) -> bool:
        """Tries again what the webhook did not take; True when nothing is left."""
        with self.lock:
            waiting = list(self._undelivered)
            self._undelivered.clear()
        for one in waiting:
            self.deliver(one)
        return not self._undelivered

    def _post(self, hook: Json, update: Json) -> bool:
        headers = {SECRET_HEADER: hook["secret_token"]} if hook.get("secret_token") else {}
        try:
            answer = self._session.post(hook["url"], json=update, headers=headers, timeout=POST_TIMEOUT_S)
        except requests.RequestException:
            self.deliveries.append((update["update_id"], 0))
            return False
        self.deliveries.append((update["update_id"], answer.status_code))
        return answer.ok

    def _update(self, kind: str, body: Json) -> Json:
        return {"update_id": self.updates.next_id(), kind: body}

    def _lost(self, chat_id: int, message_id: int) -> Json:
        """A message that Telegram no longer has (InaccessibleMessage): its date is 0."""
        return {"chat": made.private_chat(chat_id, self.person), "message_id": message_id, "date": 0}

    # --- what the bot asks for

    def fail(self, failure: Failure) -> None:
        """The next matching calls fail in this way."""
        with self.lock:
            self._failures.append(failure)

    def call(self, method: str, raw: Mapping[str, str]) -> tuple[int, Json]:
        """One call of the Bot API: HTTP status and body. Raises `Hang` when it was told to."""
        with self.lock:
            problems = check_telegram(method, raw)
            self.problems.extend(problems)
            failure = self._next_failure(method)
            params = read_params(raw)
            self.requests.append(Request(method, params, self.clock()))
        if problems:
            return refusal(400, f"Bad Request: {'; '.join(problems)}")
        if failure is not None and not failure.hangs:
            return failure.answer()
        answer = self._answer(method, params)
        if failure is not None:
            failure.hang(self.stopping)
        return answer

    def _answer(self, method: str, params: Json) -> tuple[int, Json]:
        handler = METHODS.get(method)
        if handler is None:
            return refusal(404, "Not Found: method not found")
        try:
            return 200, {"ok": True, "result": handler(self, params)}
        except Refused as refused:
            return refusal(refused.status, refused.description)

    def _next_failure(self, method: str) -> Failure | None:
        for failure in self._failures:
            if failure.take(method):
                if failure.times <= 0:
                    self._failures.remove(failure)
                return failure
        return None


def refusal(status: int, description: str) -> tuple[int, Json]:
    return status, {"ok": False, "error_code": status, "description": description}
