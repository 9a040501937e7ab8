"""Sends what the outbox holds for Telegram. Four calls of the Bot API and no other (SEND-6)."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from concurrent.futures import CancelledError

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.client import PUBLIC_API, TIMEOUT_S, Answer, Client, T
from bot.channels.telegram.errors import says, send_error
from bot.ports import Address, Outgoing, OutKind, Payload, Receipt, SendError

BATCH = 100
"""Message ids in one deleteMessages, by the Bot API."""
ALREADY_DONE = ("message is not modified", "not found", "message can't be edited", "message_id_invalid")
TOO_LATE = ("query is too old", "query_id_invalid", "query id is invalid")
"""A press is answered within a short time or not at all; the person's phone has stopped waiting by itself."""
SENT = "sent"
CAUGHT = (TelegramError, TimeoutError, CancelledError, ValueError, RuntimeError)
"""All that a call can end with; the last two when an id is no number or the client is closing."""
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramSender:
    """The `ports.Sender` of Telegram. Needs no network to be made; blocking and safe from several threads."""

    def __init__(self, token: str, origin: str = PUBLIC_API, *, timeout_s: float = TIMEOUT_S) -> None:
        self._client = Client(token, origin, timeout_s=timeout_s)

    def __repr__(self) -> str:
        return "TelegramSender()"

    @property
    def client(self) -> Client:
        """For polling and setup, which use the same bot."""
        return self._client

    def close(self) -> None:
        self._client.close()

    def send(self, address: Address, outgoing: Outgoing) -> Receipt:
        """One row of the outbox. Raises SendError, whose code is all that is said about a failure."""
        chat = _number(address.identifier)
        match outgoing.kind:
            case OutKind.MESSAGE:
                return self._message(chat, outgoing.payload)
            case OutKind.ANSWER_TAP:
                return self._answer(outgoing.refs)
            case OutKind.CLEAR_BUTTONS:
                return self._clear(chat, outgoing.refs)
            case OutKind.REMOVE:
                return self._remove(chat, [_number(ref) for ref in outgoing.refs])

    def _message(self, chat: int, payload: Payload) -> Receipt:
        sent = self._call(
            self._client.bot.send_message(
                chat,
                payload.text,
                reply_markup=_keyboard(payload),
                disable_notification=payload.silent,
                link_preview_options=NO_PREVIEW,
            )
        )
        return Receipt(str(sent.message_id), SENT)

    def _answer(self, refs: Sequence[str]) -> Receipt:
        for ref in refs:
            self._unless(TOO_LATE, self._client.bot.answer_callback_query(ref))
        return Receipt(None, SENT)

    def _clear(self, chat: int, refs: Sequence[str]) -> Receipt:
        for ref in refs:
            message = _number(ref)
            self._unless(ALREADY_DONE, self._client.bot.edit_message_reply_markup(chat, message))
        return Receipt(None, SENT)

    def _remove(self, chat: int, ids: Sequence[int]) -> Receipt:
        """All batches are tried; then the last failure that a later try may mend is raised."""
        failures = [self._remove_some(chat, ids[at : at + BATCH]) for at in range(0, len(ids), BATCH)]
        for failure in failures:
            if failure is not None and (failure.retryable or failure.gone):
                raise failure
        return Receipt(None, SENT)

    def _remove_some(self, chat: int, ids: Sequence[int]) -> SendError | None:
        """Removes what can go: a batch that is refused is halved until the ids that can't go stand alone."""
        failure = self._try(self._client.bot.delete_messages(chat, ids))
        if failure is None or failure.code != "400" or failure.gone or len(ids) == 1:
            return failure
        half = len(ids) // 2
        first, second = self._remove_some(chat, ids[:half]), self._remove_some(chat, ids[half:])
        return first if first is not None and first.retryable else second

    def _try(self, call: Answer[object]) -> SendError | None:
        try:
            self._call(call)
        except SendError as failure:
            return failure
        return None

    def _unless(self, fine: tuple[str, ...], call: Answer[object]) -> None:
        """As `_call`, but a refusal that says one of `fine` is an answer too: there is nothing left to do."""
        failure = None
        try:
            self._client.call(call)
        except CAUGHT as error:
            if not (isinstance(error, BadRequest) and says(error, *fine)):
                failure = send_error(error)
        if failure is not None:
            raise failure

    def _call(self, call: Answer[T]) -> T:
        try:
            return self._client.call(call)
        except CAUGHT as error:
            failure = send_error(error)
        raise failure


def _number(identifier: str) -> int:
    with contextlib.suppress(ValueError):
        return int(identifier)
    raise SendError("bad-id", retryable=False)


def _keyboard(payload: Payload) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(label, callback_data=token) for label, token in row] for row in payload.buttons]
    return InlineKeyboardMarkup(rows) if rows else None
