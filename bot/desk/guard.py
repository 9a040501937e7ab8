"""Who may come in, and the headers of every answer: sessions, form tokens, a strict content policy, nothing cached."""

from __future__ import annotations

import ipaddress
from typing import Any, NoReturn, cast

from flask import Blueprint, Flask, Response, abort, g, redirect, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as BaseResponse

from bot.desk.product import DeskProduct, is_secure
from bot.engine.model import Channel
from bot.ports import Officer
from bot.service.sign_in import LIFE, whoami
from bot.settings import is_loopback

OPEN_PAGES = frozenset({"desk.sign_in", "desk.demo", "desk.static"})
"""What somebody who is not signed in may ask for; none of it knows of any case."""
BY_ITSELF = frozenset({"desk.events", "desk.queue_part", "desk.conversation_part"})
"""What a page fetches without anybody's hand: it does not keep a session alive."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
HSTS = "max-age=31536000"
MAX_FORM = 64 * 1024
"""Bytes of a form; a note of 4,000 characters in any script fits."""
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")


class Guard:
    def __init__(self, product: DeskProduct) -> None:
        self._product, self._csrf, self._secure = product, CSRFProtect(), is_secure(product)
        self.cookie = "__Host-ownsteps-desk" if self._secure else "ownsteps-desk"

    def install(self, blueprint: Blueprint) -> None:
        blueprint.record_once(self._set_up)
        blueprint.before_request(self._before)
        blueprint.after_request(self._after)

    def _set_up(self, state: BlueprintSetupState) -> None:
        app = cast(Flask, state.app)
        app.secret_key = self._product.secret_key
        app.config.update(
            SESSION_COOKIE_NAME="__Host-ownsteps-form" if self._secure else "ownsteps-form",
            SESSION_COOKIE_SECURE=self._secure,
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Strict",
            SESSION_COOKIE_PATH="/",
            WTF_CSRF_CHECK_DEFAULT=False,  # the webhooks of the same application have signatures, not forms
            WTF_CSRF_TIME_LIMIT=int(LIFE.total_seconds()),
            WTF_CSRF_SSL_STRICT=False,  # it reads the Referer, which no-referrer takes away
        )
        self._csrf.init_app(app)

    def _before(self) -> BaseResponse | None:
        if not self._secure and not is_loopback(f"http://{request.host}"):
            abort(421)  # a password must not cross a network in the clear
        request.max_content_length = MAX_FORM
        if request.method == "POST":
            self._csrf.protect()
        g.token = request.cookies.get(self.cookie, "")
        g.officer = self._officer()
        if g.officer is None and request.endpoint not in OPEN_PAGES:
            return self._turn_away()
        return None

    def _officer(self) -> Officer | None:
        if request.endpoint == "desk.static" or not g.token:
            return None
        return whoami(self._product.context, g.token, touch=request.endpoint not in BY_ITSELF)

    def _turn_away(self) -> BaseResponse:
        if request.endpoint in BY_ITSELF:
            return Response(status=401)
        return redirect(url_for("desk.sign_in"), 303)

    def _after(self, response: Response) -> Response:
        response.headers.update(HEADERS)
        if self._secure:
            response.headers["Strict-Transport-Security"] = HSTS
        return response

    def enter(self, token: str) -> BaseResponse:
        """To the queue with a session; form tokens of before are void."""
        session.clear()
        response = redirect(url_for("desk.queue"), 303)
        options: dict[str, Any] = {"httponly": True, "samesite": "Strict", "secure": self._secure, "path": "/"}
        response.set_cookie(self.cookie, token, max_age=int(LIFE.total_seconds()), **options)
        return response

    def leave(self) -> BaseResponse:
        session.clear()
        response = redirect(url_for("desk.sign_in"), 303)
        response.delete_cookie(self.cookie, httponly=True, samesite="Strict", secure=self._secure, path="/")
        return response


def from_this_machine() -> bool:
    """A request that no proxy passed on and that never left the machine."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def not_there() -> NoReturn:
    abort(404)


def channel_name(channel: Channel) -> str:
    return {Channel.TELEGRAM: "Telegram", Channel.SMS: "SMS", Channel.WHATSAPP: "WhatsApp"}[channel]
