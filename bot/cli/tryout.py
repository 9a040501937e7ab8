"""Builds the product once and lets it go, so that `serve` can refuse wrong settings with a sentence before it listens.

A process of its own: the one that goes on to watch over the server stays small.
"""

from __future__ import annotations

import sys

from bot.cli.errors import settings_errors


@settings_errors
def main(*, upgrade: bool) -> None:
    """Prints the host and the port of the settings."""
    from bot.settings import load_settings
    from bot.wiring import build

    settings = load_settings()
    product = build(settings, upgrade=upgrade)
    product.dispatcher.close()
    product.store.close()
    sys.stdout.write(f"{settings.host} {settings.port}\n")


if __name__ == "__main__":
    main(upgrade="--upgrade" in sys.argv)
