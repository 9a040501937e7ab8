"""`ownsteps serve`, `web`, `dispatch`: the product as a server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import click

from bot.cli.errors import settings_errors
from bot.limits import STREAMS, WEBHOOK_THREADS


def run_server(host: str, port: int, target: str, log_level: str = "warning") -> None:
    """Granian with one worker: one process keeps the loops and the streams' wake-ups together."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # glibc would keep an arena a thread: some 5 MB for nothing
    Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=STREAMS + WEBHOOK_THREADS,
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
        workers_kill_timeout=3,
    ).serve()


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option("--port", type=click.IntRange(1, 65535), help="Port; default OWNSTEPS_PORT or 8080.")(
        command
    )
    return click.option("--host", help="Address to listen on; default OWNSTEPS_HOST or 127.0.0.1.")(command)


def _try_out(host: str | None, port: int | None, *, upgrade: bool) -> tuple[str, int]:
    """Where to listen, once the settings, the pack and the database were found good; else exit 2 after a sentence."""
    command = [sys.executable, "-m", "bot.cli.tryout", *(["--upgrade"] if upgrade else [])]
    tried = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own module
    if tried.returncode:
        sys.exit(tried.returncode)
    set_host, set_port = tried.stdout.split()
    os.environ["OWNSTEPS_HOST"] = host or set_host
    os.environ["OWNSTEPS_PORT"] = str(port or set_port)
    return host or set_host, port or int(set_port)


@click.command()
@_options
def serve(host: str | None, port: int | None) -> None:
    """Run everything in one process: webhooks, desk, sending, polling. Migrates its database at start.

    \b
    Examples:
      ownsteps serve
      ownsteps serve --host 127.0.0.1 --port 8080
    """
    run_server(*_try_out(host, port, upgrade=True), "bot.serving:serve_app")


@click.command()
@_options
def web(host: str | None, port: int | None) -> None:
    """Run only the web side: webhooks and the desk. Refuses a database that is not current.

    \b
    Example:
      ownsteps web --port 8080
    """
    run_server(*_try_out(host, port, upgrade=False), "bot.serving:web_app")


@click.command()
@_options
@settings_errors
def dispatch(host: str | None, port: int | None) -> None:
    """Run only sending, polling and upkeep. Refuses a database that is not current.

    --host and --port are taken so that all three commands can be started alike; nothing listens.

    \b
    Example:
      ownsteps dispatch
    """
    from bot.serving import Loops
    from bot.settings import load_settings
    from bot.wiring import build

    loops = Loops(build(load_settings()))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    loops.start()
    stop.wait()
    loops.stop()
