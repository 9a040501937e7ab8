"""What others see: the providers' accounts, our address from the outside in, and whose clock is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import requests
from twilio.request_validator import RequestValidator

from bot.channels.telegram.setup import WEBHOOK_PATH
from bot.channels.twilio import MESSAGE_PATH, STATUS_PATH, TwilioAccount, call, client
from bot.doctor.point import Point, good, note, wrong
from bot.ports import SendError
from bot.settings import Settings, TelegramSettings
from bot.wiring import account_of

TIMEOUT_S = 10.0
SKEW = timedelta(seconds=30)
SETUP = "Run `ownsteps setup telegram`."


def telegram(settings: Settings) -> Iterator[Point]:
    told = settings.telegram
    if told is None:
        return
    if _telegram(told, "getMe") is None:
        yield wrong("telegram", "Telegram does not take the token.", "Look at OWNSTEPS_TELEGRAM_TOKEN and the network.")
        return
    yield good("telegram", "Telegram takes the token.")
    hook = _telegram(told, "getWebhookInfo") or {}
    yield _registered(settings, told, str(hook.get("url") or ""))
    if hook.get("last_error_message"):
        at = datetime.fromtimestamp(int(hook.get("last_error_date", 0)), UTC)
        says = f"Telegram last failed to reach us at {at:%Y-%m-%d %H:%M} UTC; {hook.get('pending_update_count', 0)} updates wait."
        yield note("telegram errors", says, "Look at the proxy's log for that minute.")


def _registered(settings: Settings, told: TelegramSettings, url: str) -> Point:
    wanted = f"{(settings.public_url or '').rstrip('/')}{WEBHOOK_PATH}" if told.mode == "webhook" else ""
    if url == wanted:
        return good(
            "telegram webhook", "It is registered with our address." if wanted else "None is registered; we poll."
        )
    if told.mode == "webhook":
        return wrong("telegram webhook", "Another address, or none, is registered.", SETUP)
    return wrong("telegram webhook", "A webhook is registered, so polling gets nothing.", SETUP)


def _telegram(told: TelegramSettings, method: str) -> Mapping[str, Any] | None:
    """The result; None for any failure. The address holds the token, so no error of the library is passed on."""
    try:
        answer = requests.post(f"{told.api}/bot{told.token}/{method}", json={}, timeout=TIMEOUT_S)
        found = answer.json()
    except (requests.RequestException, ValueError):
        return None
    result = found.get("result") if isinstance(found, dict) and found.get("ok") else None
    return result if isinstance(result, dict) else None


def twilio(settings: Settings) -> Iterator[Point]:
    account = account_of(settings)
    if account is None:
        return
    rest = client(account, TIMEOUT_S)
    try:
        state = call(lambda: rest.api.v2010.accounts(account.account_sid).fetch().status)
    except SendError as error:
        remedy = "Look at OWNSTEPS_TWILIO_ACCOUNT_SID, OWNSTEPS_TWILIO_AUTH_TOKEN and the network."
        yield wrong("twilio", f"Twilio does not take the account ({error.code}).", remedy)
        return
    if state != "active":
        yield wrong(
            "twilio", f"The account is {state}.", "Look at Twilio's console; nothing is sent for such an account."
        )
        return
    yield good("twilio", "Twilio takes the account, and it is active.")
    if account.sms_from is not None:
        yield _number(account)
    if account.redaction == "none":
        says = "Copies of messages stay at Twilio as long as it keeps them."
        yield note(
            "twilio copies", says, "Set OWNSTEPS_TWILIO_REDACTION to delete, or to message where the account has it."
        )
    else:
        yield good("twilio copies", f"They are removed: {account.redaction}.")


def _number(account: TwilioAccount) -> Point:
    rest = client(account, TIMEOUT_S)
    try:
        found = call(lambda: rest.api.v2010.account.incoming_phone_numbers.list(phone_number=account.sms_from, limit=1))
    except SendError as error:
        return note("twilio number", f"It could not be looked up ({error.code}).", "Look at it in Twilio's console.")
    if not found:
        return note(
            "twilio number", "It is not one of the account's numbers.", "A short code or sender is looked at by hand."
        )
    if str(found[0].sms_url or "").partition("#")[0] == account.url(MESSAGE_PATH):
        return good("twilio number", "Its messages come to our address.")
    return wrong(
        "twilio number",
        "Its messages go to another address, or to none.",
        "`ownsteps setup twilio` prints what to enter.",
    )


def public_address(settings: Settings) -> Iterator[Point]:
    """Through the proxy and back, with a right signature and a wrong one. What is posted says nothing and is dropped."""
    if settings.public_url is None:
        if (settings.telegram and settings.telegram.mode == "webhook") or settings.twilio:
            yield wrong("public address", "OWNSTEPS_PUBLIC_URL is not set, so no webhook arrives.", "Set it.")
        return
    origin = settings.public_url.rstrip("/")
    if _status("GET", f"{origin}/healthz") != 200:
        yield wrong(
            "public address", "/healthz does not answer there.", "Look at the proxy, its certificate and the service."
        )
        return
    yield good("public address", "The service answers there.")
    if settings.telegram is not None and settings.telegram.mode == "webhook":
        url, header = f"{origin}{WEBHOOK_PATH}", "X-Telegram-Bot-Api-Secret-Token"
        right = _status("POST", url, "{}", {header: settings.telegram.secret or "", "Content-Type": "application/json"})
        bad = _status("POST", url, "{}", {header: "not-the-secret", "Content-Type": "application/json"})
        yield _edge("telegram secret", right, bad)
    account = account_of(settings)
    if account is not None:
        yield _edge("twilio signature", _signed(account, account.auth_token), _signed(account, "not-the-token"))


def _signed(account: TwilioAccount, token: str) -> int | None:
    """A status of no message, signed as Twilio would for the address that is set."""
    url, form = str(account.url(STATUS_PATH)), {"AccountSid": account.account_sid}
    headers = {
        "X-Twilio-Signature": RequestValidator(token).compute_signature(url, form),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return _status("POST", url, urlencode(form), headers)


def _edge(name: str, right: int | None, bad: int | None) -> Point:
    if right == 200 and bad == 403:
        return good(name, "From outside, the right one is taken and a wrong one is refused.")
    says = f"From outside, the right one got {right or 'no answer'} and a wrong one {bad or 'no answer'}; wanted 200 and 403."
    return wrong(
        name,
        says,
        "Is the service running with these settings, and does the proxy pass paths and headers on unchanged?",
    )


def clock(settings: Settings) -> Iterator[Point]:
    """Against a provider's own clock: wrong hours tell a person that somebody is there."""
    origins = [one.api for one in (settings.telegram, settings.twilio) if one is not None]
    if not origins:
        return
    there = _date_of(origins[0])
    if there is None:
        yield note("clock", "No provider told its time.", "Look at the network; is the machine's time synchronised?")
        return
    off = abs(datetime.now(UTC) - there)
    if off > SKEW:
        yield wrong(
            "clock", f"It is {int(off.total_seconds())} s apart from a provider's.", "Synchronise the machine's time."
        )
    else:
        yield good("clock", "It agrees with a provider's.")


def _date_of(origin: str) -> datetime | None:
    try:
        return parsedate_to_datetime(requests.head(origin, timeout=TIMEOUT_S).headers["Date"])
    except (requests.RequestException, KeyError, ValueError):
        return None


def _status(method: str, url: str, body: str | None = None, headers: Mapping[str, str] | None = None) -> int | None:
    try:
        return requests.request(
            method, url, data=body, headers=headers, timeout=TIMEOUT_S, allow_redirects=False
        ).status_code
    except requests.RequestException:
        return None
