"""`ownsteps doctor`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from bot.cli.errors import settings_errors


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a point.")
@settings_errors
def doctor(as_json: bool) -> None:
    """Look at this deployment from end to end: keys, database, content, providers, our address, the clock.

    Run it with the service's own settings, while the service runs. Nothing is sent to a person, and nothing is changed.
    Ends with 0 when nothing is wrong (notes may be there), 1 when something is, 2 when the settings cannot be read.

    \b
    Examples:
      ownsteps doctor
      ownsteps doctor --json
    """
    from bot.doctor import State, examine
    from bot.settings import load_settings

    failed = False
    for point in examine(load_settings()):
        failed = failed or point.state is State.WRONG
        if as_json:
            click.echo(json.dumps(asdict(point)))
            continue
        click.echo(f"{point.state.value:<6}{point.name}: {point.says}")
        if point.remedy:
            click.echo(f"      {point.remedy}")
    sys.exit(1 if failed else 0)
