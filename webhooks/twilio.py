"""The Twilio edge: bounds and reads the form, checks signature and account, hands it to the door, says nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from bot.channels.sms.parse import parse as parse_sms
from bot.channels.twilio import MESSAGE_PATH, STATUS_PATH, Signatures, TwilioAccount
from bot.channels.twilio_forms import Dropped, Form, channel_of, parse_status
from bot.channels.whatsapp.parse import parse as parse_whatsapp
from bot.engine.model import Channel
from bot.ports import Clock
from webhooks.body import read_body
from webhooks.door import Door, EdgeSettings

MAX_FIELDS = 1000
SIGNATURE_HEADER = "X-Twilio-Signature"
NOTHING = "<Response/>"
"""TwiML that sends no reply: replies go out through the outbox."""
PARSERS = {Channel.SMS: parse_sms, Channel.WHATSAPP: parse_whatsapp}

Use = Callable[[Form], bool]

log = logging.getLogger(__name__)


def twilio_blueprint(door: Door, edge: EdgeSettings, clock: Clock | None = None) -> Blueprint:
    """The two webhooks of Twilio. `clock` stands for the system's, for the demo and tests."""
    blueprint = Blueprint("twilio", __name__)
    now = clock or _system_clock
    signatures = Signatures(edge.twilio) if edge.twilio else None

    @blueprint.post(MESSAGE_PATH)
    def receive_message() -> Response:
        return _receive(signatures, MESSAGE_PATH, lambda form: take_message(door, edge.twilio, form, now()))

    @blueprint.post(STATUS_PATH)
    def receive_status() -> Response:
        return _receive(signatures, STATUS_PATH, lambda form: take_status(door, form))

    return blueprint


def take_message(door: Door, account: TwilioAccount | None, form: Form, received_at: datetime) -> bool:
    """One incoming message. False when it could not be kept."""
    channel = channel_of(form)
    if not _served(account, channel):
        door.drop("channel-off")
        return True
    inbound = PARSERS[channel](form, received_at)
    if isinstance(inbound, Dropped):
        door.drop(inbound.reason)
        return True
    return door.take(inbound)


def take_status(door: Door, form: Form) -> bool:
    change = parse_status(form)
    if isinstance(change, Dropped):
        door.drop(change.reason)
    else:
        door.status(change.channel, change.message_id, change.status, change.code)
    return True


def read_form(body: bytes) -> MultiDict[str, str] | None:
    """All fields, blank and repeated ones too; None when it is no strict UTF-8 form of at most 1,000 fields."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        return None
    return MultiDict(pairs)


def _receive(signatures: Signatures | None, path: str, use: Use) -> Response:
    body = read_body()
    if body is None:
        return Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    given = request.headers.get(SIGNATURE_HEADER, "")
    if signatures is None or not given:
        return Response(status=HTTPStatus.FORBIDDEN)
    form = read_form(body) if _is_form() else None
    if form is None:
        return Response(status=HTTPStatus.BAD_REQUEST)
    if not (signatures.right(path, form, given) and signatures.ours(form.get("AccountSid", ""))):
        return Response(status=HTTPStatus.FORBIDDEN)
    return _kept(use, form)


def _kept(use: Use, form: MultiDict[str, str]) -> Response:
    try:
        kept = use(form.to_dict())
    except Exception as error:  # noqa: BLE001 - a request ends here; what was not kept is asked for again
        log.error("a webhook could not be kept: %s", type(error).__name__)
        kept = False
    if not kept:
        return Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
    return Response(NOTHING, content_type="text/xml")


def _is_form() -> bool:
    return request.mimetype == "application/x-www-form-urlencoded"


def _served(account: TwilioAccount | None, channel: Channel) -> bool:
    if account is None:
        return False
    return bool(account.sms_from if channel is Channel.SMS else account.whatsapp_from)


def _system_clock() -> datetime:
    return datetime.now(UTC)
