"""The phones page: what is typed reaches the service as a signed webhook, and what is shown came from the adapters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.demo.screens import MAX_BUBBLES, MAX_WIRE
from bot.service.context import DESK_OPEN
from tests.demo.kit import Page, served

CHECK = "Is now a good time for messages?"
CHANNELS = ("telegram", "sms", "whatsapp")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with served(tmp_path_factory.mktemp("phones")) as page:
        yield page


@pytest.fixture
def page(running: Page) -> Page:
    running.post("/phones/clock", to="now")  # also fresh phones
    running.post("/phones/hours", open="yes")
    return running


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_typed_is_answered(page: Page, channel: str) -> None:
    """Each phone's text travels to the webhook, and the reply out of the adapter's request stands on the screen."""
    page.say(channel, "hello there")
    html = page.until(f"{channel}-list", CHECK)
    assert "hello there" in html
    wires = page.parts()[f"{channel}-wires"]
    assert "POST /webhooks/" in wires
    assert "<b>200</b>" in wires


@pytest.mark.parametrize("channel", CHANNELS)
def test_nothing_that_travels_is_refused_by_a_stand_in(page: Page, channel: str) -> None:
    """A picture, too, is answered, and no request of ours is one that the providers would not take."""
    assert page.post(f"/phones/{channel}/picture").status_code == 303
    page.until(f"{channel}-list", CHECK)
    assert not page.demo.standins.telegram.problems
    assert not page.demo.standins.twilio.problems


def test_a_tapped_button_is_taken_away(page: Page) -> None:
    """A tap becomes a callback query; the reply comes and the used buttons leave the screen."""
    page.say("telegram", "/start")
    html = page.until("telegram-list", CHECK)
    value, label = re.search(r'name="button" value="([^"]+)"[^>]*>([^<]+)<', html).groups()  # type: ignore[union-attr]
    assert label == "1 Yes"
    assert page.post("/phones/telegram/tap", button=value).status_code == 303
    page.until("telegram-list", f'value="{value}"', gone=True)


@pytest.mark.rule("HIDE-5")
def test_closing_on_telegram_empties_the_screen(page: Page) -> None:
    """After 9 the sitting is gone from the Telegram phone, and one neutral line is left."""
    page.say("telegram", "hello there")
    page.until("telegram-list", CHECK)
    page.say("telegram", "1")
    page.until("telegram-list", "Which language?")
    page.say("telegram", "9")
    html = page.until("telegram-list", "hello there", gone=True)
    assert CHECK not in html


def test_sms_shows_parts_and_encoding(page: Page) -> None:
    """Each text message is shown with its parts, alphabet and units."""
    page.say("sms", "a" * 161)
    assert "2 parts · GSM-7 · 161 of 306" in page.parts()["sms-list"]
    page.say("sms", "\u4f60")
    assert "1 part · UCS-2 · 1 of 70" in page.parts()["sms-list"]


def test_the_whatsapp_window_closes_after_a_day(page: Page) -> None:
    """The window opens with the person's message and is shown closed 24 hours later."""
    assert "opens with your first message" in page.parts()["whatsapp-window"]
    page.say("whatsapp", "hello")
    assert "window open" in page.parts()["whatsapp-window"]
    page.post("/phones/clock", to="24h")
    assert "window is closed" in page.parts()["whatsapp-window"]


def test_the_clock_moves_the_service(page: Page) -> None:
    """16 minutes later the sitting is over: the service itself asks again."""
    page.say("sms", "hello")
    page.until("sms-list", CHECK)
    page.say("sms", "1")
    page.until("sms-list", "Which language?")
    page.post("/phones/clock", to="16m")
    assert "moved ahead" in page.parts()["clock"]
    page.say("sms", "1")
    end = page.until("sms-list", "Which language?")
    assert page.demo.clock.offset == timedelta(minutes=16)
    assert end.count("</form>") == 0


def test_sunday_night_finds_a_closed_desk(page: Page) -> None:
    """With its real hours the desk is shut on a Sunday at 03:00; switched back it is open at every hour."""
    page.post("/phones/clock", to="sunday")
    assert "03:00" in page.parts()["clock"]
    assert "Sunday" in page.parts()["clock"]
    page.post("/phones/hours", open="no")
    assert "Closed" in page.parts()["hours"]
    page.post("/phones/hours", open="yes")
    assert page.demo.product.store.transact(lambda unit: unit.setting(DESK_OPEN)) == "yes"
    assert "at every hour" in page.parts()["hours"]


def test_fresh_phones_belong_to_somebody_new(page: Page) -> None:
    """The screens are empty and the service meets a new person."""
    page.say("whatsapp", "hello")
    page.until("whatsapp-list", CHECK)
    before = page.parts()["person"]
    page.post("/phones/fresh")
    assert "No messages" in page.parts()["whatsapp-list"]
    assert page.parts()["person"] != before


def test_the_desk_opens_from_the_page_and_from_the_terminal(page: Page) -> None:
    """Opening the desk from the page leaves the link that the terminal printed good, once."""
    for _ in range(2):
        opened = page.post("/phones/desk")
        assert opened.status_code == 303
        assert page.get(opened.headers["Location"]).headers["Location"].endswith("/desk/")
    assert page.get(page.prepared.link).status_code == 303
    assert page.get(page.prepared.link).status_code == 410


def test_an_unchanged_page_is_not_sent_again(page: Page) -> None:
    """The state answers 204 to the version that the page has; and it never holds a script or a style inside."""
    state = page.get("/phones/state").json()
    assert page.get(f"/phones/state?since={state['version']}").status_code in (200, 204)  # a minute may have turned
    html = page.get("/phones").text
    assert "<style" not in html
    assert " style=" not in html
    assert not re.search(r"<script(?! src=)", html)
    assert not re.search(r'(?:src|href)="(?!/|#)', html)


def test_what_is_typed_is_shown_as_text(page: Page) -> None:
    """Markup in a message stays text."""
    page.say("sms", "<img src=x onerror=alert(1)>")
    assert "&lt;img" in page.parts()["sms-list"]
    assert "<img" not in page.parts()["sms-list"]


FOREIGN = {
    "name rebound to us": {"Host": "demo.example"},
    "name that begins like ours": {"Host": "127.0.0.1.example"},
    "passed on by a proxy": {"X-Forwarded-For": "203.0.113.9"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("path", ["/phones", "/phones/state", "/phones/static/phones.js", "/"])
def test_only_this_machine_is_answered(page: Page, path: str, headers: dict[str, str]) -> None:
    """Another name for the address, or a proxy in between, gets 403."""
    assert page.get(path, **headers).status_code == 403


FOREIGN_FORMS = {
    "another site": {"Origin": "https://example.org"},
    "another server here": {"Origin": "http://127.0.0.1:9"},
    "a sandboxed page": {"Origin": "null"},
    "a browser that tells": {"Sec-Fetch-Site": "cross-site"},
}


@pytest.mark.parametrize("headers", FOREIGN_FORMS.values(), ids=FOREIGN_FORMS)
def test_only_its_own_forms_are_taken(page: Page, headers: dict[str, str]) -> None:
    """A form of another page changes nothing."""
    url = f"{page.prepared.origin}/phones/sms/say"
    answer = page.session.post(url, data={"text": "hello"}, headers=headers, allow_redirects=False)
    assert answer.status_code == 403
    assert "No messages" in page.parts()["sms-list"]


BAD = {
    "no such phone": ("/phones/fax/say", {"text": "x"}, 404),
    "no such move": ("/phones/clock", {"to": "1970"}, 400),
    "no button": ("/phones/telegram/tap", {"button": "x"}, 400),
    "long id": ("/phones/telegram/tap", {"button": "9" * 5000 + ":1"}, 400),
    "other digits": ("/phones/telegram/tap", {"button": "²:1"}, 400),
    "long token": ("/phones/telegram/tap", {"button": "1:" + "x" * 65}, 400),
    "too much": ("/phones/sms/say", {"text": "x" * 40_000}, 413),
}


@pytest.mark.parametrize(("path", "form", "status"), BAD.values(), ids=BAD)
def test_what_the_page_never_sends_is_refused(page: Page, path: str, form: dict[str, str], status: int) -> None:
    """Forms that the page does not have get a 4xx and reach no provider."""
    assert page.post(path, **form).status_code == status


def test_a_long_chat_shows_its_newest_messages(page: Page) -> None:
    """However much is written, the page holds a bounded number of messages and requests."""
    page.say("telegram", "hello")
    page.until("telegram-list", CHECK)
    chat = page.demo.standins.telegram.chats.open(page.person().chat_id)
    for number in range(MAX_BUBBLES + 50):
        chat.add(f"line {number}", from_bot=True)
    parts = page.parts()
    assert parts["telegram-list"].count('class="message') == MAX_BUBBLES
    assert f"line {MAX_BUBBLES + 49}<" in parts["telegram-list"]
    assert parts["telegram-wires"].count("<li>") <= MAX_WIRE
