"""`ownsteps segments`: the SMS parts of what stands on stdin."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from bot.channels.segments import count

EXAMPLES = """\b
Examples:
  printf 'Hello' | ownsteps segments
  ownsteps segments < message.txt
"""


@click.command(name="segments", epilog=EXAMPLES)
def segments() -> None:
    """Count the SMS parts of stdin, read byte for byte as UTF-8; a last newline counts."""
    try:
        text = sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(
            f"stdin is not UTF-8: the byte at offset {error.start} does not fit. Send the text as UTF-8."
        ) from None
    click.echo(json.dumps(asdict(count(text))))
