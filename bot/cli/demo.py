"""`ownsteps demo`: the product on this machine alone, with stand-ins for the providers."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import os
import socket
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from bot.cli.errors import settings_errors

if TYPE_CHECKING:
    from bot.demo.prepare import Prepared

FOLDER = Path("var/demo")
HOST = "127.0.0.1"
START_S = 60.0
LOOK_S = 0.1


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Port on 127.0.0.1.")
@settings_errors
def demo(port: int) -> None:
    """Try everything on this machine: three phones, the desk, no account and no network.

    Begins afresh each time, in ./var/demo. Ends with Ctrl-C.

    \b
    Examples:
      ownsteps demo
      ownsteps demo --port 8090
    """
    from bot.cli.serve import run_server

    _need_free(port)
    with _alone(FOLDER.parent):
        made = _prepare(port)
        os.environ.update(made.environ)
        threading.Thread(target=_announce, args=(made, port), daemon=True).start()
        run_server(HOST, port, "bot.demo.serving:demo_app", log_level="error")


def _need_free(port: int) -> None:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except PermissionError:
            _end(f"Port {port} may not be used by this account. A port from 1024 up may: ownsteps demo --port 8080")
        except OSError:
            other = port + 1 if port < 65535 else 8080
            _end(f"Port {port} is in use. Choose another one: ownsteps demo --port {other}")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One demo at a time in a folder: the next one begins by wiping the data of the last."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _end("A demo is running in this folder already. End it first, or start this one in another folder.")
    try:
        yield
    finally:
        os.close(held)


def _prepare(port: int) -> Prepared:
    from bot.demo.prepare import prepare
    from bot.settings import SettingsError
    from bot.trees.places import find_pack

    others = [name for name in os.environ if name.startswith("OWNSTEPS_")]
    given = {name: os.environ.pop(name) for name in others}  # the demo follows its own settings
    try:
        find_pack(given.get("OWNSTEPS_PACK", "uk"))
    except ValueError as error:
        raise SettingsError("OWNSTEPS_PACK", str(error)) from None
    try:
        return prepare(FOLDER, port, given)
    except OSError as error:
        _end(f"{FOLDER} cannot be made afresh ({error.strerror}). Remove it, or start in another folder.")


def _announce(made: Prepared, port: int) -> None:
    """Says where everything is, once it answers."""
    waited = threading.Event()
    for _ in range(int(START_S / LOOK_S)):
        if _answers(port):
            click.echo("\n".join(_lines(made)))
            sys.stdout.flush()
            return
        waited.wait(LOOK_S)


def _lines(made: Prepared) -> list[str]:
    return [
        f"Phones    {made.origin}/phones",
        f"Desk      {made.origin}/desk",
        f"Sign in   {made.origin}{made.link}  (works once)",
        f"Name      {made.name}",
        f"Password  {made.password}",
        f"Code      {made.code(datetime.now(UTC))}  (changes every 30 seconds; /phones shows the current one)",
    ]


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _end(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(2)
