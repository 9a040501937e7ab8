"""What a lead switches while the line runs: service notices, reception mode, single days with other hours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

import click

from bot.cli.errors import settings_errors

if TYPE_CHECKING:
    from bot.ports import Store, Unit
    from bot.service.running import Running
    from bot.trees.load import Pack

T = TypeVar("T")
DAYS_SHOWN = 14
UNTIL = "--until"


@dataclass(frozen=True)
class _Deployment:
    pack: Pack
    store: Store
    now: datetime

    def change(self, work: Callable[[Unit], T]) -> T:
        return self.store.transact(work)

    @property
    def running(self) -> Running:
        from bot.service.running import running

        return self.store.transact(running)

    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.pack.hours.timezone)).date()


@contextmanager
def _deployment() -> Iterator[_Deployment]:
    """The pack, the database and the clock of the settings."""
    from bot.settings import load_settings
    from bot.wiring import clock_of, pack_of, store_from_settings

    settings = load_settings()
    clock = clock_of(settings)
    store = store_from_settings()
    try:
        yield _Deployment(pack_of(settings, clock), store, clock())
    finally:
        store.close()


def _end(written: str, zone: str) -> datetime:
    """A day ends with its last minute; a time is one on the wall of the pack's time zone."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise click.BadParameter("write a day such as 2026-12-01, or 2026-12-01T18:00.", param_hint=UNTIL) from None
    whole_day = len(written) == len("2026-12-01")
    return (at + timedelta(days=1 if whole_day else 0)).replace(tzinfo=ZoneInfo(zone))


def _show(here: _Deployment, name: str, until: str) -> None:
    from bot.service.running import NoticeTooLong, notice_on

    end = _end(until, here.pack.hours.timezone)
    try:
        here.change(lambda unit: notice_on(unit, name, end, here.now))
    except NoticeTooLong as error:
        raise click.BadParameter(f"{error}.", param_hint=UNTIL) from None
    click.echo(f"{name} shows until {end:%Y-%m-%d %H:%M}: {here.pack.texts.english[f'notice/{name}:text']}")
    found = next(one for one in here.pack.bundle.notices if one.id == name)
    without = [one.code for one in here.pack.bundle.languages if one.offered and one.code not in found.langs]
    if without:
        click.echo(f"Not translated, so not shown, in: {', '.join(without)}.")


def _hide(here: _Deployment, name: str) -> None:
    from bot.service.running import notice_off

    here.change(lambda unit: notice_off(unit, name, here.now))
    click.echo(f"{name} is off.")


def _known(pack: Pack, name: str) -> str:
    names = [one.id for one in pack.bundle.notices]
    if name not in names:
        raise click.BadParameter(f"{name!r} is none of {', '.join(names)}.", param_hint="NAME")
    return name


# --- notices


@click.group()
def notice() -> None:
    """Short notices in front of some pages, each with an end.

    \b
    Example:
      ownsteps notice list
    """


@notice.command("list")
@settings_errors
def notice_list() -> None:
    """Every notice of the pack, and until when it shows.

    \b
    Example:
      ownsteps notice list
    """
    with _deployment() as here:
        ends = here.running.notices
        for one in here.pack.bundle.notices:
            until = ends.get(one.id)
            state = f"until {until:%Y-%m-%d %H:%M}" if until is not None and here.now < until else "off"
            click.echo(f"{one.id:<18} {state:<22} {here.pack.texts.english[one.text.key]}")


@notice.command("on")
@click.argument("name")
@click.option(UNTIL, required=True, help="Its last day, or a local time: 2026-12-01T18:00. At most 31 days ahead.")
@settings_errors
def notice_on_command(name: str, until: str) -> None:
    """Show a notice until then.

    \b
    Example:
      ownsteps notice on slow-answers --until 2026-12-01
    """
    with _deployment() as here:
        _show(here, _known(here.pack, name), until)


@notice.command("off")
@click.argument("name")
@settings_errors
def notice_off_command(name: str) -> None:
    """Take a notice away now.

    \b
    Example:
      ownsteps notice off slow-answers
    """
    with _deployment() as here:
        _hide(here, _known(here.pack, name))


# --- reception


def _reception(pack: Pack) -> str:
    name = pack.raw.pack.reception if pack.raw.pack else None
    if name is None:
        raise click.UsageError("This pack has no `reception:` in pack.yaml.")
    return _known(pack, name)


@click.group()
def reception() -> None:
    """Reception mode: a centre's own page and notice, for the days on which it is open.

    \b
    Example:
      ownsteps reception open --until 2026-12-01
    """


@reception.command("open")
@click.option(UNTIL, required=True, help="Its last day, or a local time: 2026-12-01T18:00. At most 31 days ahead.")
@settings_errors
def reception_open(until: str) -> None:
    """A centre is open until then. Where it is stands nowhere in the line.

    \b
    Example:
      ownsteps reception open --until 2026-12-01
    """
    with _deployment() as here:
        _show(here, _reception(here.pack), until)


@reception.command("close")
@settings_errors
def reception_close() -> None:
    """The centre is shut.

    \b
    Example:
      ownsteps reception close
    """
    with _deployment() as here:
        _hide(here, _reception(here.pack))


# --- hours


@click.group()
def hours() -> None:
    """When officers answer: the pack's week, bank holidays, and single days that differ.

    \b
    Example:
      ownsteps hours show
    """


@hours.command("show")
@settings_errors
def hours_show() -> None:
    """The next two weeks, day by day.

    \b
    Example:
      ownsteps hours show
    """
    from bot.handoff.hours import open_on

    with _deployment() as here:
        changes = here.running.days
        for day in (here.today() + timedelta(days=ahead) for ahead in range(DAYS_SHOWN)):
            wall = open_on(replace(here.pack.hours, special=changes), day)
            changed = "  (changed)" if day in changes else ""
            click.echo(f"{day:%a %Y-%m-%d}  {'-'.join(wall) if wall else 'shut'}{changed}")


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise click.BadParameter("write a day such as 2026-12-24.", param_hint="DAY") from None


@hours.command("set")
@click.argument("day")
@click.argument("what")
@settings_errors
def hours_set(day: str, what: str) -> None:
    """Other hours on one day: 10:00-14:00, shut, or usual.

    \b
    Examples:
      ownsteps hours set 2026-12-24 10:00-14:00
      ownsteps hours set 2026-12-28 shut
      ownsteps hours set 2026-12-28 usual
    """
    from bot.service.running import change_day, usual_day

    when = _day(day)
    span = None if what in ("shut", "usual") else _span(what)
    with _deployment() as here:
        if what == "usual":
            here.change(lambda unit: usual_day(unit, when, here.now))
        else:
            here.change(lambda unit: change_day(unit, when, span, here.now))
    click.echo(f"{when:%a %Y-%m-%d} is {what}.")


def _span(written: str) -> tuple[str, str]:
    found = re.fullmatch(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)", written)
    if found is None or found[1] == found[2]:
        raise click.BadParameter("write hours such as 10:00-14:00, shut, or usual.", param_hint="WHAT")
    return found[1], found[2]
