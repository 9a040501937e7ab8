"""What the desk's pages need of the product; `bot.wiring.Product` has it."""

from __future__ import annotations

from typing import Protocol

from bot.service.context import Context
from bot.settings import Stage, is_loopback


class DeskSettings(Protocol):
    @property
    def public_url(self) -> str | None: ...


class DeskProduct(Protocol):
    @property
    def context(self) -> Context: ...

    @property
    def settings(self) -> DeskSettings: ...

    @property
    def secret_key(self) -> bytes:
        """Signs form tokens; kept apart from the database."""
        ...


def is_secure(product: DeskProduct) -> bool:
    """Cookies are for https only; plain http is served on loopback and nowhere else."""
    return (product.settings.public_url or "").startswith("https://")


def is_demo(product: DeskProduct) -> bool:
    url = product.settings.public_url
    return product.context.stage is Stage.DEMO and (url is None or is_loopback(url))
