"""Who gets in, how a session lives and ends, and how guessing is slowed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.service.sign_in import Brake, demo_link
from bot.settings import Stage
from tests.desk.kit import PASSWORD, Browser, House, Where, signed_in

LOCAL = "http://127.0.0.1:8080"


def test_sign_in_and_out(desk: House) -> None:
    """The right three fields open the desk; signing out ends it, and the old cookie is worth nothing."""
    browser = signed_in(desk)
    assert 'data-test="who">Sam' in browser.get("/desk/").text
    cookie = browser.client.get_cookie("__Host-ownsteps-desk", domain="desk.example.org")
    assert cookie is not None
    browser.post("/desk/sign-out")
    browser.client.set_cookie("__Host-ownsteps-desk", cookie.value, domain="desk.example.org", secure=True)
    assert browser.get("/desk/").status_code == 303
    assert desk.audited() == ["sign-in", "sign-out"]


@pytest.mark.rule("ABUSE-2")
@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"password": "wrong"}, id="wrong password"),
        pytest.param({"code": "000000"}, id="wrong code"),
        pytest.param({"code": ""}, id="no second factor"),
        pytest.param({"name": "Nobody"}, id="unknown name"),
        pytest.param({"name": ""}, id="no name"),
        pytest.param({"password": "x" * 300}, id="a password too long to be hashed"),
        pytest.param({"code": "١٢٣٤٥٦"}, id="other digits"),
    ],
)
def test_wrong_fields_all_get_the_same_answer(desk: House, fields: dict[str, str]) -> None:
    """Whatever was wrong, status and words are the same, and there is no session."""
    desk.officer()
    browser = Browser(desk)
    answer = browser.sign_in(**fields)
    assert answer.status_code == 401
    assert "That did not match." in answer.text
    assert "__Host-ownsteps-desk" not in str(answer.headers)
    assert browser.get("/desk/").status_code == 303


@pytest.mark.rule("ABUSE-2")
def test_a_code_works_once(desk: House) -> None:
    """The same code again is refused, also from another browser, and so is an older one."""
    desk.officer()
    code, older = desk.code(), None
    desk.now -= timedelta(seconds=30)
    older = desk.code()
    desk.now += timedelta(seconds=30)
    assert Browser(desk).sign_in(code=code).status_code == 303
    assert Browser(desk).sign_in(code=code).status_code == 401
    assert Browser(desk).sign_in(code=older).status_code == 401
    desk.now += timedelta(seconds=30)
    assert Browser(desk).sign_in().status_code == 303


def test_a_wrong_password_does_not_use_up_the_code(desk: House) -> None:
    """A slip in the password leaves the code good."""
    desk.officer()
    browser = Browser(desk)
    assert browser.sign_in(password="slip").status_code == 401
    assert browser.sign_in().status_code == 303


def test_the_cookie_is_for_this_site_alone(desk: House) -> None:
    """HttpOnly, SameSite=Strict, Secure, the whole host and no other."""
    desk.officer()
    cookie = next(
        one for one in Browser(desk).sign_in().headers.getlist("Set-Cookie") if one.startswith("__Host-ownsteps-desk")
    )
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Secure", "Path=/"))
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    ("step", "times", "status"),
    [
        pytest.param(timedelta(minutes=29), 3, 200, id="used every half hour"),
        pytest.param(timedelta(minutes=31), 1, 303, id="idle for more than 30 minutes"),
        pytest.param(timedelta(minutes=29), 25, 303, id="over 12 hours, however busy"),
    ],
)
def test_how_long_a_session_lives(desk: House, step: timedelta, times: int, status: int) -> None:
    """30 minutes idle, 12 hours at most."""
    browser = signed_in(desk)
    for _ in range(times):
        desk.now += step
        answer = browser.get("/desk/")
    assert answer.status_code == status


def test_a_page_that_refreshes_itself_does_not_keep_the_session(desk: House) -> None:
    """Fragments that a script fetches are no activity."""
    browser = signed_in(desk)
    for _ in range(4):
        desk.now += timedelta(minutes=9)
        answer = browser.get("/desk/queue")
    assert answer.status_code == 401


def test_failures_slow_and_never_lock(desk: House) -> None:
    """Each failure on a name makes the next try slower up to an end; the right fields still open."""
    desk.officer()
    browser = Browser(desk, desk.app())
    for _ in range(12):
        browser.sign_in(password="guess")
    assert desk.pauses == sorted(desk.pauses)
    assert 0 < desk.pauses[0] < desk.pauses[-1] <= 8
    assert browser.sign_in().status_code == 303


def test_unknown_names_are_slowed_alike() -> None:
    """The pause tells nothing about who exists, and names are not told apart by case."""
    pauses: list[float] = []
    brake = Brake(monotonic=lambda: 1000.0, pause=pauses.append)
    for name in ("a", "A", "a", "b", "b", "b"):
        brake.failed(name)
    assert brake.wait("a") == brake.wait("B") > 0


def test_plain_http_is_for_loopback_only(desk: House) -> None:
    """Without https the desk answers on this machine and nowhere else."""
    desk.settings = Where(None)
    client = desk.app().test_client()
    assert client.get("/desk/sign-in", base_url=LOCAL).status_code == 200
    assert client.get("/desk/sign-in", base_url="http://192.0.2.7:8080").status_code == 421


# --- the demo's link


def test_the_demo_link_works_once_on_this_machine(desk: House) -> None:
    """One click signs in; the second finds it used."""
    desk.settings = Where(LOCAL)
    link = demo_link(desk.context, desk.officer().id)
    client = desk.app().test_client()
    assert client.get(link, base_url=LOCAL).status_code == 303
    assert 'data-test="who">Sam' in client.get("/desk/", base_url=LOCAL).text
    again = desk.app().test_client().get(link, base_url=LOCAL)
    assert again.status_code == 410
    assert PASSWORD not in again.text


@pytest.mark.rule("ABUSE-2")
@pytest.mark.parametrize(
    ("stage", "url", "headers", "remote"),
    [
        pytest.param(Stage.TRIAL, LOCAL, {}, "127.0.0.1", id="trial stage"),
        pytest.param(Stage.LIVE, LOCAL, {}, "127.0.0.1", id="live stage"),
        pytest.param(Stage.DEMO, "https://desk.example.org", {}, "127.0.0.1", id="a public address"),
        pytest.param(Stage.DEMO, LOCAL, {"X-Forwarded-For": "192.0.2.1"}, "127.0.0.1", id="through a proxy"),
        pytest.param(Stage.DEMO, LOCAL, {}, "192.0.2.1", id="from another machine"),
    ],
)
def test_the_demo_link_works_nowhere_else(
    desk: House, stage: Stage, url: str, headers: dict[str, str], remote: str
) -> None:
    """Outside the demo stage and this machine the link is no page, and stays unused."""
    desk.stage, desk.settings = stage, Where(url)
    desk.__post_init__()
    link = demo_link(desk.context, desk.officer().id)
    answer = (
        desk.app().test_client().get(link, base_url=url, headers=headers, environ_overrides={"REMOTE_ADDR": remote})
    )
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers
