"""A request's body within our own bound."""

from __future__ import annotations

from flask import request

MAX_BODY = 1024 * 1024
"""Bytes, by our own contract; a real webhook is a few thousand."""
DRAINED = 8 * MAX_BODY
"""So much of a refused body is read and thrown away, so that its sender gets to read the answer."""
CHUNK = 64 * 1024


def read_body() -> bytes | None:
    """The whole body; None when it is larger than MAX_BODY, whatever its headers say."""
    length = request.content_length or 0
    body = b"" if length > MAX_BODY else request.stream.read(MAX_BODY + 1)
    if length <= MAX_BODY and len(body) <= MAX_BODY:
        return body
    _drain()
    return None


def _drain() -> None:
    left = DRAINED
    while left > 0 and (chunk := request.stream.read(min(CHUNK, left))):
        left -= len(chunk)
