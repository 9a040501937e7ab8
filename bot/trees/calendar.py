"""`hours.yaml` to `Hours`: the zone and the bank holidays held against what the machine knows, each mistake with its line."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from bot.checks.finding import Finding
from bot.trees.hours import Hours
from bot.trees.schema import HoursFile
from bot.trees.source import Written

NO_HOURS = Hours("UTC", MappingProxyType({}))
_SEE = "See hours.yaml in docs/content-format.md."


def hours_of(written: Written) -> tuple[Hours, list[Finding]]:
    """The desk's hours; shut at all times when the pack has none, and while there are findings."""
    found = written.hours
    if found is None:
        return NO_HOURS, []
    findings = [*_zone(written, found), *_places(written, found), *_codes(written, found)]
    return (NO_HOURS if findings else parse_hours(found)), findings


def parse_hours(found: HoursFile) -> Hours:
    codes = tuple(found.bank_holidays[nation] for nation in found.holidays)
    return Hours(found.timezone, MappingProxyType(dict(found.days.items())), codes, tuple(found.closed))


def _zone(written: Written, found: HoursFile) -> Iterator[Finding]:
    try:
        ZoneInfo(found.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"There is no time zone {found.timezone!r}."
        yield _wrong(written, "Y206", message, "Write one by its region and city.", "timezone")


def _places(written: Written, found: HoursFile) -> Iterator[Finding]:
    """Holidays are told for every nation or for none: one that is left out would have no bank holidays."""
    nations = written.pack.nations if written.pack else list(found.bank_holidays)
    for nation in found.bank_holidays:
        if nation not in nations:
            message = f"{nation!r} is none of the nations of pack.yaml."
            yield _wrong(written, "Y207", message, "Write one that stands there.", "bank_holidays", nation)
    for nation in nations if found.bank_holidays else ():
        if nation not in found.bank_holidays:
            yield _wrong(written, "Y207", f"{nation!r} has no bank holidays here.", _SEE, "bank_holidays")
    for index, nation in enumerate(found.holidays):
        if nation not in found.bank_holidays:
            message = f"{nation!r} has no bank holidays here."
            yield _wrong(written, "Y207", message, "Add it to bank_holidays.", "holidays", index)


def _codes(written: Written, found: HoursFile) -> Iterator[Finding]:
    for nation, code in found.bank_holidays.items():
        country, _, part = code.partition("-")
        parts = _parts_of_countries().get(country)
        if parts is None or (part and part not in parts):
            known = f"Known parts of {country}: {', '.join(parts) or 'none'}." if parts is not None else _SEE
            message = f"The bank holidays of {code!r} are not known."
            yield _wrong(written, "Y207", message, known, "bank_holidays", nation)


@cache
def _parts_of_countries() -> dict[str, list[str]]:
    return holidays.list_supported_countries()


def _wrong(written: Written, code: str, message: str, remedy: str, *path: str | int) -> Finding:
    return Finding(code, written.names["hours"], written.line_of("hours", *path), "", message, remedy)
