"""`/healthz` for the process, `/readyz` for what it depends on, `/metrics` for counts without content."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from ipaddress import ip_address

from flask import Blueprint, Response, request

from webhooks.door import Door, EdgeSettings

LABELS = {
    "withheld": ("rule",),
    "dropped": ("reason",),
    "provider_errors": ("channel", "code"),
    "turns": ("channel",),
    "slowed": ("channel",),
}
"""Names of a counter's labels; the values of several stand in one label with `:` between."""
FORWARDING = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")
"""Any of these means that a proxy stands before us, so that the loopback address is the proxy's."""
BEARER = "Bearer "

log = logging.getLogger(__name__)


def health_blueprint(door: Door, edge: EdgeSettings) -> Blueprint:
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", content_type="text/plain; charset=utf-8")

    @blueprint.get("/readyz")
    def readyz() -> Response:
        found = _ready(door)
        status = HTTPStatus.OK if found.get("ready") else HTTPStatus.SERVICE_UNAVAILABLE
        return Response(json.dumps(found) + "\n", status=status, content_type="application/json")

    @blueprint.get("/metrics")
    def metrics() -> Response:
        if not _may_read(edge.metrics_token):
            return Response(status=HTTPStatus.FORBIDDEN)
        lines = [*_gauges(door.gauges()), *_counters(door.counts())]
        return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")

    return blueprint


def _ready(door: Door) -> dict[str, object]:
    try:
        return dict(door.ready())
    except Exception as error:  # noqa: BLE001 - a request ends here; not being able to tell is not being ready
        log.error("readiness is not known: %s", type(error).__name__)
        return {"ready": False}


def _may_read(token: str | None) -> bool:
    """With a token only its bearer; without one only who asks from this machine, and directly."""
    if token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), (BEARER + token).encode())
    return _is_loopback(request.remote_addr) and not any(name in request.headers for name in FORWARDING)


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


def _gauges(gauges: Mapping[str, float]) -> Iterator[str]:
    for name, value in sorted(gauges.items()):
        yield f"# TYPE ownsteps_{name} gauge"
        yield f"ownsteps_{name} {value:g}"


def _counters(counts: Sequence[tuple[str, str, int]]) -> Iterator[str]:
    """Counters of one name together, each name once (the text format asks for it)."""
    for name in sorted({name for name, _, _ in counts} | LABELS.keys()):
        yield f"# TYPE ownsteps_{name}_total counter"
        for _, label, value in sorted(row for row in counts if row[0] == name):
            yield f"ownsteps_{name}_total{_labels(name, label)} {value}"


def _labels(name: str, label: str) -> str:
    names = LABELS.get(name, ("label",))
    values = label.split(":", len(names) - 1)
    pairs = (f'{key}="{_escaped(value)}"' for key, value in zip(names, values, strict=False))
    return "{" + ",".join(pairs) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
