"""`ownsteps officer`: accounts are made, shown without secrets, shut out and let in again."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from tests.desk.kit import Browser, House


@pytest.fixture
def run(desk: House, monkeypatch: pytest.MonkeyPatch) -> object:
    """The command line on the test's own store."""
    monkeypatch.setattr("bot.wiring.store_from_settings", lambda: desk.store)
    return lambda *arguments: CliRunner().invoke(main, ["officer", *arguments])


def signs_in(desk: House, name: str, made: dict[str, str]) -> int:
    import pyotp

    code = pyotp.TOTP(made["totp_secret"]).at(desk.now)
    return Browser(desk).sign_in(name, password=made["password"], code=code).status_code


@pytest.mark.rule("ABUSE-2")
def test_an_account_from_first_to_last(desk: House, run: object) -> None:
    """Added: gets in. Disabled: does not. Reset: gets in with the new credentials only."""

    def call(*arguments: str) -> Result:
        result: Result = run(*arguments)  # type: ignore[operator]
        assert result.exit_code == 0, result.output
        return result

    made = json.loads(call("add", "Robin", "--languages", "en,ar", "--json").output)
    assert set(made) == {"name", "password", "totp_secret"}
    assert signs_in(desk, "Robin", made) == 303
    listed = call("list", "--json").output
    assert json.loads(listed)[0]["languages"] == ["en", "ar"]
    assert made["password"] not in listed
    assert made["totp_secret"] not in listed
    call("disable", "robin")
    assert signs_in(desk, "Robin", made) == 401
    again = json.loads(call("reset", "Robin", "--json").output)
    assert signs_in(desk, "Robin", made) == 401
    assert signs_in(desk, "Robin", again) == 303


@pytest.mark.rule("OPEN-3", "STAFF-2")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("add", " "), "1 to 40", id="no name"),
        pytest.param(("add", "x" * 41), "1 to 40", id="too long"),
        pytest.param(("add", "Police Sam"), "lock screen", id="a telling name"),
        pytest.param(("add", "Sam", "--alias", "Home Office"), "lock screen", id="a telling alias"),
        pytest.param(("reset", "Nobody"), "no officer called", id="not there"),
    ],
)
def test_what_is_refused(run: object, arguments: tuple[str, ...], words: str) -> None:
    """Usage errors say what was expected and end with 2."""
    result: Result = run(*arguments)  # type: ignore[operator]
    assert result.exit_code == 2
    assert words in result.output
