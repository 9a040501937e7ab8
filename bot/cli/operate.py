"""What an operator runs: keys, the database, erasing one contact, retention, the off switch, trial codes, setup."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from bot.cli.errors import settings_errors


@click.group()
def keys() -> None:
    """Keys for what is kept: one for the data, one for looking addresses up.

    \b
    Example:
      ownsteps keys new --env
    """


@keys.command("new")
@click.option("--env", is_flag=True, help="Both key settings, ready to paste.")
@click.option("--id", "key_id", default=None, help="The key's id; default k and today's date.")
def keys_new(env: bool, key_id: str | None) -> None:
    """Print a new key. It is kept nowhere: store it apart from the database.

    \b
    Examples:
      ownsteps keys new
      ownsteps keys new --env >> /etc/ownsteps/environment
    """
    from bot.store.vault import new_key_text

    name = key_id or f"k{datetime.now(UTC):%Y%m%d}"
    if env:
        click.echo(f"OWNSTEPS_KEYS={new_key_text(name)}")
        click.echo(f"OWNSTEPS_LOOKUP_KEYS={new_key_text(name)}")
    else:
        click.echo(new_key_text(name))


@click.group()
def db() -> None:
    """The database.

    \b
    Example:
      ownsteps db upgrade
    """


@db.command("upgrade")
@settings_errors
def db_upgrade() -> None:
    """Bring the database to this version.

    \b
    Example:
      ownsteps db upgrade
    """
    from bot.wiring import store_from_settings

    store_from_settings().close()
    click.echo("The database is current.")


@click.command()
@click.option("--address", required=True, help="telegram:123, sms:+447700900123 or whatsapp:+447700900123")
@settings_errors
def forget(address: str) -> None:
    """Erase one contact: state, keys, queued messages, request and talk; copies at the providers are asked to go too.

    The answer is the same whether or not the contact was known (OPEN-8).

    \b
    Example:
      ownsteps forget --address sms:+447700900123
    """
    from bot.ports import Unit
    from bot.settings import parse_address
    from bot.wiring import store_from_settings

    contact, store = parse_address(address, "--address"), store_from_settings()
    now = datetime.now(UTC)

    def work(unit: Unit) -> None:
        found = unit.find(contact)
        if found is not None:
            unit.forget(found.id, now)
        unit.clear_stop(contact)

    store.transact(work)
    store.compact()
    store.close()
    click.echo("Whatever was kept of this contact is erased.")


@click.command()
@settings_errors
def purge() -> None:
    """Run retention now: everything whose life is over goes, from the rows and from the files.

    \b
    Example:
      ownsteps purge
    """
    from bot.wiring import store_from_settings

    store = store_from_settings()
    now = datetime.now(UTC)
    counts = store.transact(lambda unit: unit.purge(now))
    store.compact()
    store.close()
    for name, count in sorted(counts.items()):
        click.echo(f"{name}: {count}")


def _switch(value: str | None) -> None:
    from bot.service.context import OFF
    from bot.wiring import store_from_settings

    store = store_from_settings()
    store.transact(lambda unit: unit.put_setting(OFF, value))
    store.close()


@click.command()
@settings_errors
def off() -> None:
    """Stop all sending at once. Danger words still get the one-line emergency text.

    \b
    Example:
      ownsteps off
    """
    _switch("yes")
    click.echo("Sending is off. `ownsteps on` resumes; what was due meanwhile is not sent late.")


@click.command()
@settings_errors
def on() -> None:
    """Resume sending.

    \b
    Example:
      ownsteps on
    """
    _switch(None)
    click.echo("Sending is on.")


@click.group()
def trial() -> None:
    """The trial stage: only listed accounts are answered.

    \b
    Example:
      ownsteps trial code
    """


@trial.command("code")
@settings_errors
def trial_code() -> None:
    """Print a code, valid for 10 minutes. The account that sends it (or /start CODE) joins the trial list.

    \b
    Example:
      ownsteps trial code
    """
    from bot.service.trial import new_code
    from bot.settings import load_settings
    from bot.wiring import build

    product = build(load_settings(), upgrade=True)
    click.echo(new_code(product.context, product.clock()))
    product.dispatcher.close()
    product.store.close()


@click.group()
def setup() -> None:
    """Tell the providers about this deployment. `serve` never does this by itself.

    \b
    Examples:
      ownsteps setup telegram
      ownsteps setup twilio
    """


@setup.command("telegram")
@settings_errors
def setup_telegram() -> None:
    """Set the bot's commands and neutral profile texts, and register the webhook (webhook mode).

    \b
    Example:
      ownsteps setup telegram
    """
    from bot.cli.setup import telegram

    sys.exit(telegram())


@setup.command("twilio")
@settings_errors
def setup_twilio() -> None:
    """Print the addresses to enter at Twilio.

    \b
    Example:
      ownsteps setup twilio
    """
    from bot.cli.setup import twilio

    sys.exit(twilio())
