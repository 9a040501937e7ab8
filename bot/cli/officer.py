"""`ownsteps officer`: the desk's accounts. Passwords and codes are shown once and never kept in the clear."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace

import click
import pyotp

from bot.handoff.life import Role
from bot.ports import Officer, Store, Unit
from bot.service.context import is_risky
from bot.service.sign_in import hash_password

ISSUER = "Desk"
"""What an authenticator app shows; neutral, because an officer's phone may be seen too."""
MAX_NAME = 40


@click.group()
def officer() -> None:
    """Add, list, disable and reset the accounts of officers.

    \b
    Examples:
      ownsteps officer add Sam --languages en,ar
      ownsteps officer add Kim --role lead --alias Kim --json
      ownsteps officer list
      ownsteps officer disable Sam
      ownsteps officer reset Sam
    """


@officer.command()
@click.argument("name")
@click.option("--role", type=click.Choice([one.value for one in Role]), default=Role.OFFICER.value, show_default=True)
@click.option("--languages", default="en", show_default=True, help="Codes with commas, such as en,ar.")
@click.option("--alias", help="What people who write are told; the name unless given.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(name: str, role: str, languages: str, alias: str | None, as_json: bool) -> None:
    """Add an officer; prints the password and the secret of the second factor, once.

    \b
    Example:
      ownsteps officer add Sam --role officer --languages en,ar --json
    """
    name, shown = _checked(name, "NAME"), _checked(alias or name, "--alias")
    spoken = tuple(one.strip() for one in languages.split(",") if one.strip())
    made = Officer(0, name, shown, role, spoken)
    password, secret = _credentials()

    def work(unit: Unit) -> None:
        if unit.officer(name=name) is not None:
            raise click.UsageError(f"there is an officer called {name} already; `ownsteps officer reset {name}`.")
        put = unit.put_officer(replace(made, password_hash=hash_password(password), totp_secret=secret))
        _note(unit, "officer-add", put)

    _store().transact(work)
    _show(name, password, secret, as_json)


@officer.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_officers(as_json: bool) -> None:
    """Show the officers, without any secret.

    \b
    Example:
      ownsteps officer list --json
    """
    found = _store().transact(lambda unit: list(unit.officers()))
    if as_json:
        click.echo(json.dumps([_row(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        off = "  disabled" if one.disabled else ""
        click.echo(f"{one.name}  alias {one.alias}  {one.role}  {','.join(one.languages)}{off}")


def _row(one: Officer) -> dict[str, object]:
    shown = {"name": one.name, "alias": one.alias, "role": one.role}
    return {**shown, "languages": list(one.languages), "disabled": one.disabled}


@officer.command()
@click.argument("name")
def disable(name: str) -> None:
    """Shut an officer out, at once and in every open page. `reset` lets them in again.

    \b
    Example:
      ownsteps officer disable Sam
    """

    def work(unit: Unit) -> None:
        found = unit.put_officer(replace(_found(unit, name), disabled=True))
        unit.close_sessions_of(found.id)
        _note(unit, "officer-disable", found)

    _store().transact(work)
    click.echo(f"{name} is disabled and signed out everywhere.")


@officer.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def reset(name: str, as_json: bool) -> None:
    """Give an officer a new password and a new second factor; ends their sessions.

    \b
    Example:
      ownsteps officer reset Sam --json
    """
    password, secret = _credentials()

    def work(unit: Unit) -> str:
        known = _found(unit, name)
        fresh = replace(known, password_hash=hash_password(password), totp_secret=secret, totp_step=0, disabled=False)
        unit.put_officer(fresh)
        unit.close_sessions_of(known.id)
        _note(unit, "officer-reset", known)
        return known.name

    _show(_store().transact(work), password, secret, as_json)


def _store() -> Store:
    from bot.settings import SettingsError
    from bot.wiring import store_from_settings  # builds the whole product's imports; --help must not

    try:
        return store_from_settings()
    except SettingsError as error:
        raise click.UsageError(str(error)) from None


def _note(unit: Unit, act: str, about: Officer) -> None:
    from datetime import UTC, datetime

    unit.audit(about.id, act, None, datetime.now(UTC))


def _found(unit: Unit, name: str) -> Officer:
    found = unit.officer(name=name)
    if found is None:
        raise click.UsageError(f"there is no officer called {name}; `ownsteps officer list` shows the names.")
    return found


def _checked(name: str, what: str) -> str:
    """Neutral, because the people who write see it on their phones (OPEN-3)."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise click.UsageError(f"{what} takes 1 to {MAX_NAME} printable characters.")
    if is_risky(name):
        raise click.UsageError(f"{what} holds a word that a lock screen must not show. Use a first name or an alias.")
    return name


def _credentials() -> tuple[str, str]:
    return secrets.token_urlsafe(15), pyotp.random_base32()


def _show(name: str, password: str, secret: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"name": name, "password": password, "totp_secret": secret}, ensure_ascii=False))
        return
    click.echo(f"name      {name}\npassword  {password}\nsecret    {secret}")
    click.echo(f"for the authenticator app: {pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)}")
    click.echo("These are shown once.")
