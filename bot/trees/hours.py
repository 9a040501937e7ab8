"""The desk's opening hours as a pack states them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType


@dataclass(frozen=True)
class Hours:
    """`days` maps mon..sun to ("HH:MM", "HH:MM"), closing minute excluded; a day left out is shut.

    `holidays`: whose bank holidays shut the desk, by the codes of ISO 3166: "AT" for a country, "AT-9" for a part of
    it. `closed` are further days.
    """

    timezone: str
    days: Mapping[str, tuple[str, str]]
    holidays: tuple[str, ...] = ()
    closed: tuple[date, ...] = ()
    special: Mapping[date, tuple[str, str] | None] = field(default_factory=lambda: MappingProxyType({}))
    """Days with other hours, or shut (None); these win over all else."""
