"""What SMS and WhatsApp share at Twilio: the account, the client, signatures, and what its errors mean for a send."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from bot.ports import SendError
from bot.redact import silence

TIMEOUT_S = 10.0
CONNECTIONS = 16
"""Kept open, above the dispatcher's threads: the library keeps cores + 4, and each send beyond shakes hands anew."""
MESSAGE_PATH = "/webhooks/twilio/message"
STATUS_PATH = "/webhooks/twilio/status"
LOUD = ("twilio", "urllib3", "requests")
"""Loggers that write addresses of requests, headers and message ids."""

CODE = re.compile(r"[0-9]{1,6}")
"""An error's number. Whatever else stands there must not reach a metric's label."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """`sms_from` and `whatsapp_from` are +digits. `api` is an origin that stands for every Twilio host.

    `redaction`: delete (our own calls delete the provider's copy), message (asked for with each send), none.
    `knock_sid`: the approved WhatsApp template of the knock.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    sms_from: str | None = None
    whatsapp_from: str | None = None
    api: str | None = None
    public_url: str | None = None
    redaction: str = "delete"
    knock_sid: str | None = None

    def url(self, path: str) -> str | None:
        return self.public_url.rstrip("/") + path if self.public_url else None


class Values(Protocol):
    """A form whose fields may be repeated, such as werkzeug's MultiDict."""

    def getlist(self, key: str) -> Sequence[str]: ...


class Signatures:
    """Checks a webhook's signature over the configured public URL; `Host` and forwarded headers play no part."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account
        self._validator = RequestValidator(account.auth_token)

    def right(self, path: str, form: Values, given: str) -> bool:
        """In constant time; without a public URL nothing is right. Repeated and empty fields count."""
        url = self._account.url(path)
        return bool(url) and bool(given) and self._validator.validate(url, form, given)

    def ours(self, account_sid: str) -> bool:
        return hmac.compare_digest(account_sid.encode(), self._account.account_sid.encode())


class Http(TwilioHttpClient):  # type: ignore[misc]
    """The library's client with a time-out, no retries of its own and no memory of the last request.

    With `origin`, every Twilio host is that origin, and proxies of the environment are not used.
    """

    def __init__(self, origin: str | None, timeout_s: float = TIMEOUT_S) -> None:
        super().__init__(timeout=timeout_s)
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS))
        self._origin = urlsplit(origin) if origin else None
        if self._origin:
            self.session.trust_env = False

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        try:
            return super().request(method, self._at_origin(url), params, data, headers, auth, timeout, allow_redirects)
        finally:  # the library keeps the last request, with its text, for its own tests
            self._test_only_last_request = self._test_only_last_response = None

    def _at_origin(self, url: str) -> str:
        if not self._origin:
            return url
        parts = urlsplit(url)
        return urlunsplit((self._origin.scheme, self._origin.netloc, parts.path, parts.query, ""))


def client(account: TwilioAccount, timeout_s: float = TIMEOUT_S) -> Client:
    """No request is made before the first call."""
    made = Client(account.account_sid, account.auth_token, http_client=Http(account.api, timeout_s))
    silence_libraries()
    return made


def silence_libraries() -> None:
    """No record of the libraries reaches any handler, whatever level somebody sets on whichever logger later."""
    silence(LOUD)


GONE = frozenset({
    "21211",  # no valid number
    "21610",  # the person opted out at the provider
    "21614",  # not a mobile number
    "21635",  # a landline
    "30004",  # the handset blocks us
    "30005",  # no such handset
    "30006",  # a landline, or a carrier that cannot be reached
    "63003",  # no such WhatsApp account
    "63024",  # no valid WhatsApp recipient
})  # fmt: skip
"""This person can't be reached there; nothing further goes out."""
LATER = frozenset({
    "20003",  # our credentials: the operator's to mend, the message is still good
    "20009", "20409",  # a record that is not final can't be deleted yet
    "20429",  # too many requests; never processed
    "30001",  # the provider's queue is full
    "30003",  # the handset is off or out of reach
    "30008",  # unknown
    "63017", "63018",  # rate limits of WhatsApp
})  # fmt: skip
MAYBE_TAKEN = frozenset({500, 502, 504})
"""Answers of a gateway behind which the message may have been taken. 503 says that it was not."""


def call(act: Callable[[], T]) -> T:
    """`act`'s answer. Raises SendError, and nothing of the library's: its words hold addresses and numbers."""
    try:
        return act()
    except (TwilioException, requests.RequestException, ValueError) as error:
        failure = send_error(error)
    raise failure


def send_error(error: Exception) -> SendError:
    """What the dispatcher needs to know. To be raised outside the `except`, so that nothing is chained."""
    match error:
        case TwilioRestException():
            code = str(error.code)
            return _refused(int(error.status), code if CODE.fullmatch(code) else str(int(error.status)))
        case requests.ConnectTimeout():
            return SendError("timeout", retryable=True)
        case requests.Timeout():
            return SendError("timeout", retryable=True, unknown=True)
        case requests.RequestException():
            return SendError("network", retryable=True, unknown=not _never_left(error))
        case ValueError():
            return SendError("unreadable", retryable=True, unknown=True)
        case _:
            return SendError("refused", retryable=False)


def _refused(status: int, code: str) -> SendError:
    if code in GONE:
        return SendError(code, retryable=False, gone=True)
    retryable = code in LATER or status in (401, 408, 409, 429) or status >= 500
    return SendError(code, retryable=retryable, unknown=status in MAYBE_TAKEN)


def _never_left(error: requests.RequestException) -> bool:
    """No connection came about, so the provider can't have taken it."""
    inner = error.args[0] if error.args else None
    reason = inner.reason if isinstance(inner, MaxRetryError) else inner
    return isinstance(reason, NewConnectionError)
