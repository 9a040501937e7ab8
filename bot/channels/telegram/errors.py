"""The library's exceptions as `SendError`. Only codes pass: its own words may hold a token or a chat id."""

from __future__ import annotations

from concurrent.futures import CancelledError

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.client import seconds
from bot.ports import SendError

NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Failures before a byte of the request was written: Telegram can't have taken it."""
NO_SUCH_CHAT = ("chat not found", "user not found", "peer_id_invalid")


def send_error(error: BaseException) -> SendError:
    """What the dispatcher needs to know. To be raised outside the `except`, so that nothing is chained."""
    match error:
        case RetryAfter():
            return SendError("429", retryable=True, retry_after_s=seconds(error.retry_after))
        case ChatMigrated():
            return SendError("migrated", retryable=False, gone=True)
        case Forbidden():
            return SendError("403", retryable=False, gone=True)
        case BadRequest():  # a subclass of NetworkError in the library, so it comes before it
            return SendError("400", retryable=False, gone=says(error, *NO_SUCH_CHAT))
        case InvalidToken():
            return SendError("401", retryable=True)  # the operator's to mend; the message is still good
        case Conflict():
            return SendError("409", retryable=True)
        case TimedOut() | TimeoutError() | CancelledError():
            return SendError("timeout", retryable=True, unknown=not _never_left(error))
        case NetworkError():
            return SendError("network", retryable=True, unknown=_cut_off(error))
        case TelegramError():
            return SendError("unreadable", retryable=True, unknown=True)
        case RuntimeError():  # we are closing: nothing was sent
            return SendError("closed", retryable=True)
        case _:
            return SendError("refused", retryable=False)


def says(error: BaseException, *phrases: str) -> bool:
    """Whether Telegram's description holds one of these; it has no finer code than 400."""
    return any(phrase in str(error).casefold() for phrase in phrases)


def _never_left(error: BaseException) -> bool:
    return isinstance(error.__cause__, NEVER_LEFT)


def _cut_off(error: BaseException) -> bool:
    """True when the connection broke after the request may have been written; a plain 5xx is an answer."""
    return error.__cause__ is not None and not _never_left(error)
