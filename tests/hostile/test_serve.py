"""The real `ownsteps serve` in its own process: bad input over a real socket, and what it prints about it."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest

from bot.demo.telegram_queue import Failure
from bot.demo.telegram_standin import TOKEN, TelegramStandIn
from bot.demo.twilio_forms import message, sign
from bot.demo.twilio_standin import ACCOUNT_SID, AUTH_TOKEN, SMS_FROM, WHATSAPP_FROM, TwilioStandIn
from bot.store import new_key_text
from tests.drill.server import Server, until
from tests.hostile.kit import FORM, MESSAGE, STATUS, TELEGRAM, TELEGRAM_BODIES, deep
from tests.kit import MONDAY, update

SECRET, MARK = "zebra-secret", "zebra"
CHAT, PHONE = 700_987_654, "+447700900987"
ANSWERED_S = 30.0


class Deployment:
    """The server and its two providers."""

    def __init__(self, folder: Path) -> None:
        self.telegram, self.twilio = TelegramStandIn().start(), TwilioStandIn().start()
        self.server = Server(
            folder,
            {
                "OWNSTEPS_STAGE": "demo",
                "OWNSTEPS_DATABASE_URL": f"sqlite:///{folder}/serve.db",
                "OWNSTEPS_KEYS": new_key_text("k1"),
                "OWNSTEPS_LOOKUP_KEYS": new_key_text("l1"),
                "OWNSTEPS_TELEGRAM_TOKEN": TOKEN,
                "OWNSTEPS_TELEGRAM_SECRET": SECRET,
                "OWNSTEPS_TELEGRAM_API": self.telegram.origin,
                "OWNSTEPS_TWILIO_ACCOUNT_SID": ACCOUNT_SID,
                "OWNSTEPS_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
                "OWNSTEPS_TWILIO_SMS_FROM": SMS_FROM,
                "OWNSTEPS_TWILIO_WHATSAPP_FROM": WHATSAPP_FROM,
                "OWNSTEPS_TWILIO_API": self.twilio.origin,
            },
        )
        self.server.start()
        self.telegram.deliver_to(self.server.url + TELEGRAM, SECRET)
        self.twilio.deliver_to(self.server.url)

    def stop(self) -> None:
        self.server.kill()
        self.telegram.stop()
        self.twilio.stop()

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)) as connection:
            connection.request("POST", path, body, headers)
            return connection.getresponse().status

    def update(self, body: bytes, secret: str = SECRET) -> int:
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "Content-Type": "application/json"}
        return self.post(TELEGRAM, body, headers)

    def form(self, text: str, number: int) -> int:
        fields = message(ACCOUNT_SID, f"SM{number:032d}", PHONE, SMS_FROM, text) | {"FromCity": MARK}
        signature = {"X-Twilio-Signature": sign(self.server.url + MESSAGE, fields, AUTH_TOKEN), "Content-Type": FORM}
        return self.post(MESSAGE, urlencode(fields).encode(), signature)

    def answers(self) -> None:
        """Waits until everybody who writes now has an answer."""
        before = self._lengths()
        self.telegram.person_says(CHAT, "hello")
        assert self.twilio.deliver(PHONE, "hello") == 200
        until(
            lambda: all(now >= then + 2 for now, then in zip(self._lengths(), before, strict=True)),
            ANSWERED_S,
            "answers",
        )

    def _lengths(self) -> tuple[int, int]:
        return len(self.telegram.chat(CHAT)), len(self.twilio.phone(PHONE))


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    running = Deployment(tmp_path_factory.mktemp("serve"))
    yield running
    running.stop()


def raw(port: int, sent: bytes) -> bytes:
    """What comes back for these bytes when nothing more follows them."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as one:
        one.sendall(sent)
        one.shutdown(socket.SHUT_WR)
        try:
            return one.recv(64)
        except ConnectionError:
            return b""


SOCKET = ["nothing", "invalid UTF-8", "300 kB of text", "number of 5000 digits", "lone surrogate", "unknown kind"]
RAW = {
    "no HTTP": b"\x16\x03\x01\x02\x00" * 20,
    "cut off": b"POST /webhooks/telegram HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
    "no host": b"POST /webhooks/telegram HTTP/1.1\r\n\r\n",
    "two lengths": b"POST /webhooks/telegram HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "minus length": b"POST /webhooks/telegram HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "bad chunk": b"POST /webhooks/telegram HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "long header": b"POST /webhooks/telegram HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 70_000 + b"\r\n\r\n",
    "long path": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.rule("ABUSE-3", "ABUSE-4")
def test_bad_input_over_a_real_socket(deployment: Deployment) -> None:
    """The statuses of the contract, no 5xx for anything, and everybody is answered afterwards."""
    assert [deployment.update(TELEGRAM_BODIES[name]) for name in SOCKET] == [200] * len(SOCKET)
    assert deployment.update(deep(1000)) == 200
    assert deployment.update(b" " * (1024 * 1024 + 1)) == 413
    assert deployment.update(json.dumps(update(1, "hello", MONDAY)).encode(), "wrong") == 403
    assert deployment.post(MESSAGE, b"Body=%ff", {"X-Twilio-Signature": "x", "Content-Type": FORM}) == 400
    assert deployment.post(STATUS, b"a=1", {"Content-Type": FORM}) == 403
    for sent in RAW.values():
        assert b" 50" not in raw(deployment.server.port, sent)
    deployment.answers()


@pytest.mark.rule("LOG-1")
def test_nothing_of_anybody_is_printed(deployment: Deployment) -> None:
    """Words, names, numbers and failures of both providers: neither output nor the status pages hold a marker."""
    deployment.telegram.person |= {"first_name": MARK, "username": f"{MARK}_user"}
    for kind in ("photo", "contact", "location", "document"):
        deployment.telegram.person_sends_media(CHAT, kind)
    deployment.telegram.fail(Failure(400, "sendMessage", description=f"{MARK} {CHAT}"))
    deployment.telegram.fail(Failure(502, "sendMessage", description=MARK))
    deployment.twilio.fail(PHONE, 500, 20500)
    deployment.twilio.fail(PHONE, 400, 21610)
    for number, text in enumerate((f"{MARK} words", f"{MARK}\0", "1", MARK)):
        deployment.telegram.person_says(CHAT, text)
        deployment.form(text, number)
        deployment.update(f"{MARK}{number}".encode())
        deployment.update(b"{}", f"{MARK}-wrong")
    raw(deployment.server.port, f"{MARK.upper()} /{MARK}/{PHONE} HTTP/1.1\r\nHost: {MARK}\r\n\r\n".encode())
    deployment.server.get(f"/{MARK}?{PHONE}")
    assert deployment.server.get("/healthz") == (200, "ok\n")
    printed = [deployment.server.output.read_text(), *(deployment.server.get(page)[1] for page in PAGES)]
    for marker in (MARK, str(CHAT), PHONE[1:], AUTH_TOKEN, TOKEN.partition(":")[2], SMS_FROM[1:]):
        assert [marker in text.lower() for text in printed] == [False] * len(printed), marker


PAGES = ("/metrics", "/readyz", "/healthz")
