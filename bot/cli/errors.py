"""What goes wrong before a command runs: said in one sentence on standard error, exit 2."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import click


def settings_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Settings, keys, content and databases that cannot be used end the command with exit 2 and a sentence."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from sqlalchemy.exc import OperationalError

        from bot.checks.finding import ContentErrors
        from bot.settings import SettingsError
        from bot.store.vault import KeyProblem

        try:
            return command(*args, **kwargs)
        except (SettingsError, KeyProblem) as error:
            _end(str(error))
        except ContentErrors as error:
            for finding in error.findings:
                click.echo(str(finding), err=True)
            _end("The pack cannot be used; `ownsteps check` says the same.")
        except OperationalError:
            _end("OWNSTEPS_DATABASE_URL: the database cannot be opened; look at the path, the server and the rights.")

    return run


def _end(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(2)
