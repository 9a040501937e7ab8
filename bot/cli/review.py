"""What reviewers run: `signoff` binds a role to a text, `review` says what waits for whom."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.cli.content import _day, _language, _load, pack_option
from bot.cli.errors import settings_errors
from bot.engine.model import Channel
from bot.trees.signoff import ROLES, SOURCE

DAY = click.DateTime(["%Y-%m-%d"])
SIGNOFF_EXAMPLES = """\b
Examples:
  ownsteps signoff nrm/what --role subject
  ownsteps signoff housing --role lived-experience --date 2026-11-20
  ownsteps signoff nrm/what system/check --role language --lang ar
"""


@click.command(epilog=SIGNOFF_EXAMPLES)
@click.argument("names", metavar="NODE...", nargs=-1, required=True)
@click.option("--role", type=click.Choice(ROLES), required=True, help="What was read for. A role, never a name.")
@click.option("--lang", default=SOURCE, show_default=True, help="The language that was read.")
@click.option("--date", "on", type=DAY, metavar="DATE", help="The day on which it was read; default today.")
@pack_option
@settings_errors
def signoff(names: tuple[str, ...], role: str, lang: str, on: datetime | None, pack_name: str) -> None:
    """Sign texts as they are now: nodes, or whole topics or groups by name. A change undoes it."""
    from bot.trees.signoff import FILE, SignoffError, sign

    code, today = _language(lang), datetime.now(UTC).date()
    day = on.date() if on else today
    if day > today:
        raise click.UsageError(f"--date: {day} is still to come.")
    pack = _load(pack_name, today)
    try:
        chosen = sign(pack, names, role, day, code)
    except SignoffError as error:
        raise click.UsageError(f"Nothing was signed: {error}") from None
    except OSError as error:
        click.echo(f"{FILE} cannot be written: {error.strerror}.", err=True)
        sys.exit(1)
    for name in chosen:
        click.echo(f"{name}: {role} ({code}) {day}")
    click.echo(f"{len(chosen)} texts signed")


REVIEW_EXAMPLES = """\b
Examples:
  ownsteps review
  ownsteps review --html review.html --channel telegram
  ownsteps review --html review-ar.html --lang ar
"""


@click.command(epilog=REVIEW_EXAMPLES)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Also write the whole pack as one page.")
@click.option("--lang", default=SOURCE, show_default=True, help="With --html: the language of the page.")
@click.option("--channel", type=click.Choice([one.value for one in Channel]), default="sms", show_default=True)
@click.option("--at", "at_text", metavar="DATE", help="The day that facts are held against; default today.")
@pack_option
@settings_errors
def review(html: Path | None, lang: str, channel: str, at_text: str | None, pack_name: str) -> None:
    """Say what waits for whom: signatures, facts due, services not shown, translations, exemptions."""
    from bot.checks.run import run_checks
    from bot.review.page import review_page
    from bot.review.waiting import as_text, waiting

    code = _language(lang)
    pack = _load(pack_name, _day(at_text))
    found = waiting(pack)
    for line in as_text(found):
        click.echo(line)
    if html is None:
        return
    written = review_page(pack, code, Channel(channel), run_checks(pack, pack.at), found)
    try:
        html.write_text(written, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"--html: {html} cannot be written: {error.strerror}.") from None
    click.echo(f"\n{html}: the whole pack in {code} on {channel}")
