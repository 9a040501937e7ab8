"""The demo running: stand-ins, loops, webhooks, desk and phones in one process. `demo_app` is what the server loads."""

from __future__ import annotations

import atexit
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.demo.clock import DemoClock
from bot.demo.identities import Identities
from bot.demo.phones import phones_blueprint
from bot.demo.standins import StandIns
from bot.serving import Loops, app_of
from bot.settings import load_settings
from bot.wiring import Product, build

if TYPE_CHECKING:
    from flask import Flask


@dataclass
class Demo:
    app: Flask
    product: Product
    standins: StandIns
    clock: DemoClock
    identities: Identities
    loops: Loops

    def stop(self) -> None:
        self.loops.stop()
        self.standins.stop()


def demo_app() -> Flask:
    """From the environment that `ownsteps demo` made."""
    demo = open_demo(os.environ)
    atexit.register(demo.stop)
    return demo.app


def open_demo(environ: Mapping[str, str]) -> Demo:
    """Everything started, but for the web server. `environ` is a `Prepared.environ`."""
    clock = DemoClock(Path(environ["OWNSTEPS_CLOCK_FILE"]))
    standins = StandIns(clock).start()
    product = build(load_settings({**environ, **standins.settings()}), clock=clock)
    standins.introduce(product)
    loops = Loops(product)
    loops.start()
    app = app_of(product)
    identities = Identities()
    app.register_blueprint(phones_blueprint(product, standins, clock, identities))
    return Demo(app, product, standins, clock, identities, loops)
