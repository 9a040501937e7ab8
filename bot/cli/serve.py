"""`ownsteps serve`, `web`, `dispatch`: the product as a server."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import click

from bot.cli.errors import settings_errors

STREAMS = 64
THREADS = STREAMS + 32
"""Live desks hold a thread each; so many are always left for webhooks."""


def run_server(host: str, port: int, target: str, log_level: str = "warning") -> None:
    """Granian with one worker: one process keeps the loops and the streams' wake-ups together."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=THREADS,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=3,
    ).serve()


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option("--port", type=click.IntRange(1, 65535), help="Port; default OWNSTEPS_PORT or 8080.")(
        command
    )
    return click.option("--host", help="Address to listen on; default OWNSTEPS_HOST or 127.0.0.1.")(command)


def _place(host: str | None, port: int | None) -> tuple[str, int]:
    from bot.settings import load_settings

    settings = load_settings()
    os.environ["OWNSTEPS_HOST"] = host or settings.host
    os.environ["OWNSTEPS_PORT"] = str(port or settings.port)
    return host or settings.host, port or settings.port


@click.command()
@_options
@settings_errors
def serve(host: str | None, port: int | None) -> None:
    """Run everything in one process: webhooks, desk, sending, polling. Migrates its database at start.

    \b
    Examples:
      ownsteps serve
      ownsteps serve --host 127.0.0.1 --port 8080
    """
    from bot.wiring import build

    product = build(_settings(), upgrade=True)  # refuses wrong settings here, where the sentence can be read
    product.dispatcher.close()
    product.store.close()
    run_server(*_place(host, port), "bot.serving:serve_app")


@click.command()
@_options
@settings_errors
def web(host: str | None, port: int | None) -> None:
    """Run only the web side: webhooks and the desk. Refuses a database that is not current.

    \b
    Example:
      ownsteps web --port 8080
    """
    from bot.wiring import build

    product = build(_settings())
    product.dispatcher.close()
    product.store.close()
    run_server(*_place(host, port), "bot.serving:web_app")


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
    from bot.wiring import build

    loops = Loops(build(_settings()))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    loops.start()
    stop.wait()
    loops.stop()


def _settings() -> Any:
    from bot.settings import load_settings

    return load_settings()
