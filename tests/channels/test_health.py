"""`/healthz`, `/readyz` and `/metrics`: what they say, and to whom."""

from __future__ import annotations

import pytest

from tests.channels.twilio_kit import ListDoor, served

TOKEN = "metrics-token"


def test_healthz() -> None:
    """The process answers."""
    answer = served(ListDoor()).get("/healthz")
    assert (answer.status_code, answer.data) == (200, b"ok\n")


@pytest.mark.parametrize(
    ("door", "status", "body"),
    [
        pytest.param(ListDoor(), 200, {"ready": True}, id="ready"),
        pytest.param(ListDoor(keeps=False), 503, {"ready": False}, id="not ready"),
        pytest.param(ListDoor(breaks=True), 503, {"ready": False}, id="cannot tell"),
    ],
)
def test_readyz(door: ListDoor, status: int, body: dict[str, object]) -> None:
    """JSON, and a status that a load balancer understands."""
    answer = served(door).get("/readyz")
    assert (answer.status_code, answer.json) == (status, body)


@pytest.mark.rule("STAT-1")
def test_metrics() -> None:
    """Gauges and counters by their contracted names and labels."""
    lines = served(ListDoor()).get("/metrics").text.splitlines()
    assert "ownsteps_handoffs_waiting 2" in lines
    assert "ownsteps_parked 0" in lines
    assert 'ownsteps_withheld_total{rule="OPEN-4"} 3' in lines
    assert 'ownsteps_provider_errors_total{channel="sms",code="21610"} 1' in lines
    assert 'ownsteps_turns_total{channel="sms"} 7' in lines
    assert "# TYPE ownsteps_dropped_total counter" in lines


@pytest.mark.parametrize(
    ("token", "address", "headers", "status"),
    [
        pytest.param(None, "127.0.0.1", {}, 200, id="this machine"),
        pytest.param(None, "::1", {}, 200, id="this machine over v6"),
        pytest.param(None, "203.0.113.5", {}, 403, id="elsewhere"),
        pytest.param(None, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403, id="through a proxy"),
        pytest.param(None, "127.0.0.1", {"Forwarded": "for=1.2.3.4"}, 403, id="through another proxy"),
        pytest.param(None, "", {}, 403, id="no address"),
        pytest.param(TOKEN, "203.0.113.5", {"Authorization": f"Bearer {TOKEN}"}, 200, id="bearer"),
        pytest.param(TOKEN, "127.0.0.1", {"Authorization": "Bearer wrong"}, 403, id="wrong bearer"),
        pytest.param(TOKEN, "127.0.0.1", {"Authorization": f"Bearer {TOKEN}é"}, 403, id="bearer not ascii"),
        pytest.param(TOKEN, "127.0.0.1", {}, 403, id="no bearer where one is set"),
    ],
)
def test_who_may_read_metrics(token: str | None, address: str, headers: dict[str, str], status: int) -> None:
    """The bearer where one is set, else direct requests from this machine."""
    web = served(ListDoor(), metrics_token=token)
    answer = web.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status
