"""Lets in only this machine's own pages: no proxy, no foreign name for the address, no form of another site."""

from __future__ import annotations

from flask import Blueprint, Response, request

from bot.desk.guard import HEADERS, from_this_machine
from bot.settings import is_loopback

MAX_FORM = 32 * 1024
"""Bytes; a message of 4,096 letters in any script fits."""
OWN_FETCH = ("same-origin", "none")
"""Sec-Fetch-Site of this page's requests and of an address typed in."""
REFUSED = "The demo answers only its own pages, on this machine, at a loopback address.\n"


def only_this_machine(blueprint: Blueprint) -> None:
    """Refuses the rest with 403; sets the headers of every answer."""
    blueprint.before_request(_before)
    blueprint.after_request(_after)


def _before() -> Response | None:
    request.max_content_length = MAX_FORM
    local = from_this_machine() and is_loopback(f"http://{request.host}")
    if local and (request.method in ("GET", "HEAD") or _same_origin()):
        return None
    return Response(REFUSED, status=403, mimetype="text/plain")


def _same_origin() -> bool:
    """The name must be ours as well as local: another server on this machine has no business here."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "none")
    return origin in (None, f"http://{request.host}") and site in OWN_FETCH


def _after(response: Response) -> Response:
    response.headers.update(HEADERS)
    response.headers["Referrer-Policy"] = "same-origin"  # with no-referrer, a form's Origin would be null
    return response
