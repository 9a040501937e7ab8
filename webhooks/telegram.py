"""The Telegram edge: checks the secret, bounds and reads the body, hands it to the door, answers with nothing."""

from __future__ import annotations

import hmac
import json
import logging
from datetime import UTC, datetime
from http import HTTPStatus
from typing import NoReturn

from flask import Blueprint, Response, request

from bot.channels.telegram.parse import Dropped, parse
from bot.ports import Clock
from webhooks.body import read_body
from webhooks.door import Door, EdgeSettings

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
UNREADABLE = "unreadable"

log = logging.getLogger(__name__)


def telegram_blueprint(door: Door, edge: EdgeSettings, clock: Clock | None = None) -> Blueprint:
    """`POST /webhooks/telegram`. `clock` stands for the system's, for the demo and tests."""
    blueprint = Blueprint("telegram", __name__)
    now = clock or _system_clock

    @blueprint.post("/webhooks/telegram")
    def receive_update() -> Response:
        if not secret_is_right(edge.telegram_secret, request.headers.get(SECRET_HEADER)):
            return _answer(HTTPStatus.FORBIDDEN)
        body = read_body()
        if body is None:
            return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        kept = accept(door, read_json(body), now())
        return _answer(HTTPStatus.OK if kept else HTTPStatus.SERVICE_UNAVAILABLE)

    return blueprint


def accept(door: Door, update: object, received_at: datetime) -> bool:
    """One update, from the webhook or from polling. False when it could not be kept and must come again."""
    inbound = parse(update, received_at)
    if isinstance(inbound, Dropped):
        door.drop(inbound.reason if update is not None else UNREADABLE)
        return True
    try:
        return door.take(inbound)
    except Exception as error:  # noqa: BLE001 - a request ends here; the provider sends it again
        log.error("an update could not be kept: %s", type(error).__name__)
        return False


def secret_is_right(expected: str | None, given: str | None) -> bool:
    """Compared in constant time. Without a secret of our own nothing is right."""
    if not expected or given is None:
        return False
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape"))


def read_json(body: bytes) -> object:
    """The JSON value; None when it is no strict UTF-8 JSON, too deep, or has a number of thousands of digits."""
    try:
        value: object = json.loads(body.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _answer(status: HTTPStatus) -> Response:
    return Response(status=status)


def _system_clock() -> datetime:
    return datetime.now(UTC)
