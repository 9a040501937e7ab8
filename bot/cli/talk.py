"""`ownsteps talk`: a conversation in the terminal, through the same receive, store and dispatch as the real thing."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bot.cli.errors import settings_errors

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SEPARATOR = "-" * 60


@click.command()
@click.option("--channel", type=click.Choice(["sms", "whatsapp", "telegram"]), default="sms", show_default=True)
@click.option("--lang", help="The chosen language; skips that question, not the good-time check.")
@click.option("--seed", type=int, default=1, show_default=True, help="Decides the order of options.")
@click.option("--at", "at_text", help="When the conversation begins, ISO time; default now.")
@click.option("--pack", envvar="OWNSTEPS_PACK", help="A folder or a shipped pack; default OWNSTEPS_PACK or uk.")
@click.option("--json", "as_json", is_flag=True, help="One object per outgoing message.")
@settings_errors
def talk(channel: str, lang: str | None, seed: int, at_text: str | None, pack: str | None, as_json: bool) -> None:
    """Talk to it, one input a line; the chat never writes first.

    \b
    Lines that begin with a colon act:
      :wait 16m    moves the clock (s, m, h, d)     :accept          an officer takes the request
      :tap KEY     taps a button                    :officer TEXT    the officer writes
      :photo       sends a picture                  :handback  :end  the officer hands back, or ends the talk
      :edit TEXT   changes an older message         :quit

    \b
    Examples:
      ownsteps talk --channel sms
      printf 'hello\\n1\\n1\\n' | ownsteps talk --channel telegram --json
    """
    from bot.demo.talker import Talker, TalkError

    start = _start(at_text)
    with tempfile.TemporaryDirectory(prefix="ownsteps-talk-") as folder:
        try:
            talker = Talker(Path(folder), channel, lang, seed, start, pack)
        except TalkError as error:
            click.echo(str(error), err=True)
            sys.exit(2)
        try:
            _converse(talker, as_json)
        finally:
            talker.close()


def _start(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError("--at takes an ISO time such as 2026-11-23T10:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _converse(talker: Any, as_json: bool) -> None:
    prompting = sys.stdin.isatty()
    while True:
        if prompting:
            click.echo("> ", nl=False)
        line = sys.stdin.readline()
        if not line or line.strip() == ":quit":
            return
        _say(_take(talker, line.rstrip("\r\n")), as_json)


def _take(talker: Any, line: str) -> list[dict[str, Any]]:
    if not line.startswith(":"):
        return list(talker.text(line))
    verb, _space, rest = line[1:].partition(" ")
    wait = re.fullmatch(r"([0-9]{1,6})([smhd])", rest.strip()) if verb == "wait" else None
    if wait is not None:
        return list(talker.wait(timedelta(seconds=int(wait[1]) * UNITS[wait[2]])))
    if verb in talker.ACTS:
        return list(talker.act(verb, rest))
    click.echo(f":{verb} is not known here, or its value is wrong; `ownsteps talk --help` lists them.", err=True)
    return []


def _say(messages: list[dict[str, Any]], as_json: bool) -> None:
    for message in messages:
        if as_json:
            click.echo(json.dumps(message, ensure_ascii=False))
            continue
        parts = f", {message['segments']} part{'s' if message['segments'] != 1 else ''}" if message["segments"] else ""
        click.echo(f"{SEPARATOR}\n{message['text']}")
        if message["buttons"]:
            click.echo("  ".join(f"[{one['label']}]" for one in message["buttons"]))
        click.echo(f"{' ' * 40}({message['node']}{parts})")
    sys.stdout.flush()
