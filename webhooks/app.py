"""The web application: provider edges, health, and whatever pages the caller adds."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http import HTTPStatus

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException

from bot.ports import Clock
from webhooks.door import Door, EdgeSettings
from webhooks.health import health_blueprint
from webhooks.telegram import telegram_blueprint
from webhooks.twilio import twilio_blueprint

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}

log = logging.getLogger(__name__)


def create_app(
    door: Door,
    edge: EdgeSettings,
    *,
    extra_blueprints: Iterable[Blueprint] = (),
    clock: Clock | None = None,
) -> Flask:
    """The WSGI application. `clock` stands for the system's, for the demo and tests."""
    app = Flask(__name__, static_folder=None)
    edges = (telegram_blueprint(door, edge, clock), twilio_blueprint(door, edge, clock))
    for blueprint in (*edges, health_blueprint(door, edge), *extra_blueprints):
        app.register_blueprint(blueprint)
    app.register_error_handler(Exception, _failed)
    app.after_request(_finish)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # its access lines hold addresses and queries
    return app


def _failed(error: Exception) -> Response:
    """An answer without words: an error page could repeat what was sent. The trace would hold it too."""
    if isinstance(error, HTTPException):
        return Response(status=error.code, headers=_allowed(error))
    log.error("a request failed: %s", type(error).__name__)
    return Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _allowed(error: HTTPException) -> dict[str, str]:
    """Where to go for a redirect, what is allowed for a wrong method; nothing else of the library's page."""
    return {name: value for name, value in error.get_headers() if name in ("Location", "Allow")}


def _finish(response: Response) -> Response:
    for name, value in QUIET_HEADERS.items():
        response.headers.setdefault(name, value)
    method = request.method if request.method in METHODS else "-"
    route = request.url_rule.rule if request.url_rule else "-"
    log.info("%s %s %s", method, route, response.status_code)
    return response
