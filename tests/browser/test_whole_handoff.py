"""One whole handoff in real Chromium: `/phones` and `/desk` of the real demo process, on each channel."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = next(
    (
        path
        for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
        if Path(path).exists()
    ),
    None,
)
WAIT_MS = 20_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="NO CHROMIUM: the browser test did not run; install Debian's chromium"),
]


@dataclass(frozen=True)
class Demo:
    phones: str
    desk: str
    sign_in: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The real `ownsteps demo`, in a folder of its own."""
    command = [Path(sys.executable).with_name("ownsteps"), "demo", "--port", str(free_port())]
    folder = tmp_path_factory.mktemp("demo")
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert process.stdout is not None
        yield read_places(process.stdout)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)


def read_places(lines: Iterator[str]) -> Demo:
    found: dict[str, str] = {}
    for line in lines:
        match = re.match(r"(Phones|Desk|Sign in)\s+(http\S+)", line)
        if match:
            found[match[1]] = match[2]
        if len(found) == 3:
            break
    return Demo(found["Phones"], found["Desk"], found["Sign in"])


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield launched
        launched.close()


@dataclass
class Phone:
    """One phone of the page."""

    page: Page
    name: str

    def says(self, words: str) -> None:
        box = self.page.locator(f'[data-test="phone-{self.name}-input"]')
        box.fill(words)
        box.press("Enter")

    def sees(self, words: str) -> None:
        messages = self.page.locator(f'[data-test="phone-{self.name}-messages"]')
        expect(messages).to_contain_text(words, timeout=WAIT_MS)

    def loses(self, words: str) -> None:
        messages = self.page.locator(f'[data-test="phone-{self.name}-messages"]')
        expect(messages).not_to_contain_text(words, timeout=WAIT_MS)


@pytest.fixture(scope="module")
def officer(browser: Browser, demo: Demo) -> Page:
    """The desk, signed in by the one-click link."""
    page = browser.new_context().new_page()
    page.goto(demo.sign_in)
    expect(page.locator('[data-test="sign-out"]')).to_be_visible(timeout=WAIT_MS)
    return page


@pytest.fixture
def phones(browser: Browser, demo: Demo) -> Iterator[Page]:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(demo.phones)
    yield page
    page.close()


def ask_for_a_person(phone: Phone) -> None:
    """From the first word to the request, with language, topic and one notice agreed."""
    phone.says("hello")
    phone.sees("good time")
    phone.says("1")
    phone.sees("Which language")
    phone.says("English")
    phone.sees("99 opens again")
    phone.says("8")
    phone.sees("kept private")
    phone.says("1")
    phone.sees("Nothing is chosen yet")
    phone.says("1 6")
    phone.sees("[x]")
    phone.says("7")
    phone.sees("nothing more")
    phone.says("1")
    phone.sees("88 takes the request back")


@pytest.mark.parametrize("channel", ["telegram", "sms", "whatsapp"])
@pytest.mark.rule("HAND-8", "HAND-10", "HIDE-1")
def test_a_whole_handoff(phones: Page, officer: Page, demo: Demo, channel: str) -> None:
    """Asked for, claimed, both talk, handed back, closed; nothing that was not agreed is on the desk."""
    phone = Phone(phones, channel)
    ask_for_a_person(phone)

    officer.goto(demo.desk)
    officer.locator('[data-test="claim"]').first.click()
    expect(officer.locator('[data-test="reply-text"]')).to_be_visible(timeout=WAIT_MS)
    assert officer.locator('[data-test="agreed-language"]').count() == 1
    assert officer.locator('[data-test="agreed-topic"]').count() == 0
    assert not re.search(r"\+4477|7009001", officer.content())
    phone.sees("is a person")

    phone.says("Is this a real person?")
    expect(officer.locator('[data-test="message-person"]').last).to_contain_text("real person", timeout=WAIT_MS)
    officer.locator('[data-test="reply-text"]').fill("Yes. There is time, and no hurry.")
    officer.locator('[data-test="reply-send"]').click()
    phone.sees("There is time, and no hurry.")

    officer.locator('[data-test="hand-back"]').click()
    phone.sees("has left")
    phone.says("00")
    phone.sees("8 person" if channel != "telegram" else "Person")
    phone.says("9")
    phone.sees("closed now")
    if channel == "telegram":
        phone.loses("There is time, and no hurry.")


def test_pages_pass_the_accessibility_rules(phones: Page, officer: Page, demo: Demo) -> None:
    """axe finds nothing on the phones page, wide and narrow, nor on the desk's queue."""
    from axe_playwright_python.sync_playwright import Axe

    officer.goto(demo.desk)
    phones.set_viewport_size({"width": 360, "height": 740})
    narrow = Axe().run(phones)
    phones.set_viewport_size({"width": 1280, "height": 900})
    for found in (narrow, Axe().run(phones), Axe().run(officer)):
        assert [one["id"] for one in found.response["violations"]] == []
