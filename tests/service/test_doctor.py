"""`ownsteps doctor` against a running deployment and the providers' stand-ins: all well, and one thing wrong at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.channels.twilio import MESSAGE_PATH
from bot.cli import main
from bot.store import new_key_text
from tests.drill.server import free_port, until
from tests.hostile.test_serve import SECRET, Deployment
from tests.kit import MONDAY, update

HOOK = "/webhooks/telegram"
GOOD = {
    *("keys", "database", "keys of rows", "disk", "content", "languages", "hours", "telegram", "telegram webhook"),
    *("telegram secret", "twilio", "twilio number", "twilio copies", "twilio signature", "public address", "clock"),
}


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    deployment = Deployment(tmp_path_factory.mktemp("doctor"))
    assert deployment.update(json.dumps(update(1, "hello", MONDAY)).encode()) == 200
    until(lambda: any("sendMessage" in one.method for one in deployment.telegram.requests), 30.0, "an answer")
    yield deployment
    deployment.stop()


@pytest.fixture
def registered(deployment: Deployment) -> Deployment:
    """Everything as it should be at the providers."""
    deployment.telegram.deliver_to(deployment.server.url + HOOK, SECRET)
    deployment.twilio.number_leads_to = deployment.server.url + MESSAGE_PATH + "#rc=3"
    deployment.twilio.account_status = "active"
    return deployment


def doctor(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, **settings: str
) -> tuple[int, Mapping[str, str], str]:
    """Exit code, state by name of the point, and all that was printed."""
    for name, value in {**deployment.server._environment, **settings}.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(main, ["doctor", "--json"])
    points = [json.loads(line) for line in result.output.splitlines()]
    assert all(one["remedy"] for one in points if one["state"] != "good")
    return result.exit_code, {one["name"]: one["state"] for one in points}, result.output


@pytest.mark.rule("LOG-1")
def test_a_deployment_that_is_well(registered: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is wrong, and nothing secret is printed; unsigned texts and old facts are notes."""
    code, states, printed = doctor(registered, monkeypatch)
    assert (code, "wrong" in states.values()) == (0, False)
    assert {name for name, state in states.items() if state == "good"} >= GOOD
    assert (states["facts"], states["signatures"]) == ("note", "note")
    for name, value in registered.server._environment.items():
        if name.endswith(("TOKEN", "SECRET", "KEYS")):
            assert value not in printed


def hook_elsewhere(deployment: Deployment) -> None:
    deployment.telegram.deliver_to("https://elsewhere.example/webhooks/telegram", SECRET)


def number_elsewhere(deployment: Deployment) -> None:
    deployment.twilio.number_leads_to = "https://demo.twilio.com/welcome"


def suspended(deployment: Deployment) -> None:
    deployment.twilio.account_status = "suspended"


def nothing(_: Deployment) -> None:
    return


@pytest.mark.parametrize(
    ("fault", "settings", "found"),
    [
        pytest.param(nothing, {"OWNSTEPS_TELEGRAM_TOKEN": "1:aaaaaaaaaaaaaaaaaaaaa"}, {"telegram"}, id="token"),
        pytest.param(nothing, {"OWNSTEPS_TELEGRAM_SECRET": "another-secret"}, {"telegram secret"}, id="secret"),
        pytest.param(
            nothing, {"OWNSTEPS_TWILIO_AUTH_TOKEN": "b" * 32}, {"twilio", "twilio signature"}, id="auth token"
        ),
        pytest.param(nothing, {"OWNSTEPS_KEYS": new_key_text("k2")}, {"keys of rows"}, id="another master key"),
        pytest.param(
            nothing, {"OWNSTEPS_DATABASE_URL": "sqlite:///{folder}/other.db"}, {"database"}, id="empty database"
        ),
        pytest.param(
            nothing,
            {"OWNSTEPS_PUBLIC_URL": f"http://127.0.0.1:{free_port()}"},
            {"public address", "telegram webhook", "twilio number"},
            id="nobody at our address",
        ),
        pytest.param(hook_elsewhere, {}, {"telegram webhook"}, id="webhook elsewhere"),
        pytest.param(number_elsewhere, {}, {"twilio number"}, id="number elsewhere"),
        pytest.param(suspended, {}, {"twilio"}, id="account suspended"),
    ],
)
def test_what_is_wrong_is_found(
    fault: Callable[[Deployment], None],
    settings: dict[str, str],
    found: set[str],
    registered: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Each fault is found by its own point, and others stay good."""
    fault(registered)
    code, states, _ = doctor(
        registered, monkeypatch, **{name: value.format(folder=tmp_path) for name, value in settings.items()}
    )
    assert {name for name, state in states.items() if state == "wrong"} == found
    assert code == 1
