"""Notices, reception mode and changed days: switched by a lead, seen by people, over by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.engine.model import Channel
from bot.service.running import NoticeTooLong, change_day, notice_off, notice_on, running, usual_day
from bot.store.vault import new_key_text
from tests.kit import MONDAY, House

SLOW = "People answer more slowly"
CENTRE = "A centre that is open now"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


def menu(house: House, channel: Channel = Channel.SMS) -> str:
    return "\n".join(house.says(channel, "hello", "1", "menu"))


@pytest.mark.parametrize("channel", list(Channel))
def test_a_notice_stands_in_front_until_it_ends(house: House, channel: Channel) -> None:
    """It is there while it is on, and gone after its end without anybody doing anything."""
    house.product.store.transact(lambda unit: notice_on(unit, "slow-answers", MONDAY + timedelta(hours=2), house.now))
    assert SLOW in menu(house, channel)
    house.wait(hours=2)
    assert SLOW not in menu(house, channel)


def test_a_notice_can_be_taken_away(house: House) -> None:
    """Off means off from the next screen on."""
    unit = house.product.store.transact
    unit(lambda one: notice_on(one, "slow-answers", MONDAY + timedelta(days=2), house.now))
    unit(lambda one: notice_off(one, "slow-answers", house.now))
    assert SLOW not in menu(house)
    assert not unit(running).notices


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=-1), timedelta(days=32)])
def test_a_notice_needs_an_end_that_is_near(house: House, ahead: timedelta) -> None:
    """No notice stays by being forgotten."""
    with pytest.raises(NoticeTooLong):
        house.product.store.transact(lambda unit: notice_on(unit, "slow-answers", house.now + ahead, house.now))


@pytest.mark.rule("OPEN-4", "OPEN-6")
def test_no_notice_before_the_yes(house: House) -> None:
    """The check stays the check."""
    house.product.store.transact(lambda unit: notice_on(unit, "reception-open", MONDAY + timedelta(days=1), house.now))
    assert "centre" not in "\n".join(house.says(Channel.SMS, "hello"))


def test_reception_mode_adds_a_page_and_its_notice(house: House) -> None:
    """For the days on which a centre is open its page is an option, and the general page leads to it."""
    closed = "\n".join(house.says(Channel.SMS, "hello", "1", "menu", "1"))
    house.product.store.transact(lambda unit: notice_on(unit, "reception-open", MONDAY + timedelta(days=1), house.now))
    opened = "\n".join(house.says(Channel.SMS, "menu", "1"))
    assert CENTRE not in closed
    assert CENTRE in opened
    assert "A centre is open for some days" in "\n".join(house.says(Channel.SMS, CENTRE))


@pytest.mark.rule("HAND-2")
def test_a_changed_day_changes_what_is_said(house: House) -> None:
    """A shut day shuts the desk, other hours open it, and a usual day is as the pack says."""
    unit, day = house.product.store.transact, MONDAY.date()

    def is_open() -> bool:
        return unit(lambda one: house.product.context.desk(one, house.now)).open

    usual = is_open()
    unit(lambda one: change_day(one, day, None, house.now))
    shut = is_open()
    unit(lambda one: change_day(one, day, ("00:00", "24:00"), house.now))
    all_day = is_open()
    unit(lambda one: usual_day(one, day, house.now))
    assert (usual, shut, all_day, is_open()) == (True, False, True, True)


def test_what_is_over_is_not_kept(house: House) -> None:
    """The next change drops days and notices of the past."""
    unit = house.product.store.transact
    unit(lambda one: notice_on(one, "slow-answers", house.now + timedelta(hours=1), house.now))
    unit(lambda one: change_day(one, date(2020, 1, 1), None, house.now))
    unit(lambda one: change_day(one, house.now.date(), None, house.now + timedelta(hours=2)))
    kept = unit(running)
    assert (set(kept.notices), set(kept.days)) == (set(), {house.now.date()})


# --- the commands


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {
        "OWNSTEPS_STAGE": "demo",
        "OWNSTEPS_DATABASE_URL": f"sqlite:///{tmp_path}/cli.db",
        "OWNSTEPS_KEYS": new_key_text("k1"),
        "OWNSTEPS_LOOKUP_KEYS": new_key_text("k2"),
    }


def run(env: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(main, list(words), env=env)


def test_the_commands_switch_and_list(env: dict[str, str]) -> None:
    """On, listed with its end, off; a language in which it is missing is named."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    said = run(env, "reception", "open", "--until", tomorrow)
    assert said.exit_code == 0, said.output
    assert "until" in next(one for one in run(env, "notice", "list").output.splitlines() if "reception-open" in one)
    assert run(env, "reception", "close").exit_code == 0
    assert "off" in next(one for one in run(env, "notice", "list").output.splitlines() if "reception-open" in one)


def test_hours_are_shown_and_changed(env: dict[str, str]) -> None:
    """A changed day is marked so in the two weeks that are shown."""
    day = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    assert run(env, "hours", "set", day, "10:00-11:30").exit_code == 0
    [line] = [one for one in run(env, "hours", "show").output.splitlines() if day in one]
    assert "10:00-11:30" in line
    assert "(changed)" in line


@pytest.mark.parametrize(
    "words",
    [
        ("notice", "on", "no-such", "--until", "2099-01-01"),
        ("notice", "on", "slow-answers", "--until", "2001-01-01"),
        ("notice", "on", "slow-answers", "--until", "soon"),
        ("notice", "on", "slow-answers"),
        ("hours", "set", "24 December", "shut"),
        ("hours", "set", "2026-12-24", "25:00-26:00"),
        ("hours", "set", "2026-12-24", "10:00-10:00"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_refused_with_a_sentence(env: dict[str, str], words: tuple[str, ...]) -> None:
    """Exit 2, one sentence, nothing changed."""
    said = run(env, *words)
    assert said.exit_code == 2
    assert said.output.strip()
