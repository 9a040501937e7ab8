"""What the desk's pages need of the product."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.service.context import Context
from bot.settings import Stage, is_loopback


@dataclass(frozen=True)
class DeskProduct:
    """`secret` signs form tokens; derived from a key that is kept apart from the database."""

    context: Context
    public_url: str | None
    secret: bytes = field(repr=False)

    @property
    def secure(self) -> bool:
        """Cookies are for https only; plain http is served on loopback and nowhere else."""
        return self.public_url is not None and self.public_url.startswith("https://")

    @property
    def demo(self) -> bool:
        local = self.public_url is None or is_loopback(self.public_url)
        return self.context.stage is Stage.DEMO and local
