"""The words of a pack in every language: looked up, never guessed, with their values placed.

A missing or outdated translation is `None` and then `MissingText`, never English in its place (LANG-4). In languages
that are written from right to left a placed number of several parts is isolated: "116 123" would show as "123 116".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from bot.engine.model import Service, Text
from bot.trees.hours import Hours
from bot.trees.languages import LANGUAGES, PSEUDO, babel_locale
from bot.trees.messages import PLACED
from bot.trees.pseudo import pseudo

DAYS_THAT_NEED_A_DATE = 7
"""From this many days ahead the name of a day alone would mislead."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LRI, PDI = "\u2066", "\u2069"
"""Unicode 6.3, UAX 9: what stands between them is laid out from left to right, whatever stands around."""
_PARTED = re.compile(r"\+?[\d£][\d\s.,£+()-]*\d", re.ASCII)
"""A number that the order of right-to-left text could part: spaces, signs or a currency in it."""
_A_MONDAY = date(2024, 1, 1)
_ISO = re.compile(r"\d{4}-\d\d(-\d\d)?")

FRAMES = {"field": "{name} {body}", "field-list": "{name}\n{items}"}
"""Texts that only put others together: a field of an option's page after its name; a list, one item a line."""


OWN_NAME = "language-name"
"""A language by its own name, the same in every language (LANG-2): `Text.of("language-name", code="ar")`."""


class MissingText(LookupError):
    """A text that is not there in this language: absent, or translated from an older English."""

    def __init__(self, lang: str, key: str) -> None:
        super().__init__(f"the text {key!r} is missing in {lang!r}")
        self.lang, self.key = lang, key


@dataclass(frozen=True)
class Texts:
    english: Mapping[str, str]
    translated: Mapping[str, Mapping[str, str]]
    """By language, by key; the English of a key that is not there is not used."""
    services: Mapping[str, Service]
    values: Mapping[str, str]
    """Placed values by id, as written."""
    hours: Hours
    org: str

    def get(self, lang: str, key: str) -> str | None:
        """The raw template; None when it is missing or outdated in this language."""
        if key in FRAMES:
            return FRAMES[key]
        if lang == "en":
            return self.english.get(key)
        if lang in PSEUDO:
            return pseudo(lang, self.english[key]) if key in self.english else None
        return self.translated.get(lang, {}).get(key)

    def say(self, text: Text, lang: str, now: datetime) -> str:
        """The whole text with its values. Raises MissingText, also for a text that is placed in it."""
        if text.key == OWN_NAME:
            return LANGUAGES[str(dict(text.values)["code"])].own_name
        template = self.get(lang, text.key)
        if template is None:
            raise MissingText(lang, text.key)
        given = dict(text.values)

        def fill(found: re.Match[str]) -> str:
            name, ident = found[1], found[2]
            if ident is None and name in given:
                return self.value(given[name], name, lang, now)
            return self.placed(name, ident, text.key, lang)

        return PLACED.sub(fill, template)

    def value(self, value: object, name: str, lang: str, now: datetime) -> str:
        """A text, a list of texts, a number, a month, or the day or the time of a moment where the pack is at home."""
        match value:
            case Text():
                return self.say(value, lang, now)
            case tuple():
                return "\n".join(f"- {self.value(item, name, lang, now)}" for item in value)
            case datetime():
                return _moment(value, name, lang, now, ZoneInfo(self.hours.timezone))
            case date() if name == "day":
                return format_date(value, "EEEE", locale=babel_locale(lang))
            case date():
                return format_date(value, "LLLL y", locale=babel_locale(lang))
        return isolated(str(value), lang)

    def placed(self, kind: str, ident: str | None, key: str, lang: str) -> str:
        """`{phone:x}` and its like. ValueError when there is no such thing: a mistake that loading reports."""
        if ident is None:
            if kind == "org":
                return self.org
            if kind == "hours":
                return spoken_hours(self.hours, lang)
            raise ValueError(f"the text {key!r} needs a value for {kind!r}")
        if kind in _OF_SERVICE and ident in self.services:
            service = self.services[ident]
            return (
                service.name
                if kind == "name"
                else isolated(service.phone or "", lang)
                if kind == "phone"
                else self._hours(service, lang)
            )
        if kind in _OF_VALUES and ident in self.values:
            return self._figure(ident, lang)
        raise ValueError(f"the text {key!r} places {kind}:{ident}, which does not exist")

    def _hours(self, service: Service, lang: str) -> str:
        if service.hours is None:
            raise ValueError(f"the service {service.id!r} has no hours")
        return self._there(lang, service.hours.key)

    def _figure(self, ident: str, lang: str) -> str:
        written = self.values[ident]
        if _ISO.fullmatch(written):
            return _day_or_month(written, lang)
        key = f"value/{ident}"
        return self._there(lang, key) if key in self.english else isolated(written, lang)

    def _there(self, lang: str, key: str) -> str:
        found = self.get(lang, key)
        if found is None:
            raise MissingText(lang, key)
        return found


_OF_SERVICE = ("phone", "name", "hours")
_OF_VALUES = ("amount", "number", "date")


def isolated(value: str, lang: str) -> str:
    """The value as it stands, within isolates where a right-to-left text could turn its parts round (LANG-7)."""
    one_run = value.isdigit() or not _PARTED.fullmatch(value)
    return value if one_run or not LANGUAGES[lang].rtl else f"{LRI}{value}{PDI}"


def needed_keys(text: Text, english: Mapping[str, str], services: Mapping[str, Service]) -> Iterator[str]:
    """Keys of every text that saying this one takes, placed ones too."""
    if text.key not in FRAMES:
        yield text.key
    for kind, ident in PLACED.findall(english.get(text.key, "")):
        service = services.get(ident)
        if kind == "hours" and service is not None and service.hours is not None:
            yield service.hours.key
        elif kind in _OF_VALUES and f"value/{ident}" in english:
            yield f"value/{ident}"
    for _, value in text.values:
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Text):
                yield from needed_keys(one, english, services)


def can_place(kind: str, ident: str, services: Mapping[str, Service], values: Mapping[str, str]) -> str | None:
    """Why `{kind:ident}` cannot be said; None when it can."""
    if kind in _OF_VALUES:
        return None if ident in values else f"{ident!r} is not under values: in sources.yaml"
    if kind not in _OF_SERVICE:
        return f"{kind!r} is none of {', '.join((*_OF_SERVICE, *_OF_VALUES))}"
    service = services.get(ident)
    if service is None:
        return f"{ident!r} is not in services.yaml"
    missing = (kind == "phone" and not service.phone) or (kind == "hours" and service.hours is None)
    return f"{ident!r} has no confirmed {kind}" if missing else None


def _moment(value: datetime, name: str, lang: str, now: datetime, zone: ZoneInfo) -> str:
    here = value.astimezone(zone)
    ahead = (here.date() - now.astimezone(zone).date()).days
    pattern = "EEEE" if 0 <= ahead < DAYS_THAT_NEED_A_DATE else "EEEE d MMMM"
    day: Callable[[], str] = lambda: format_date(here.date(), pattern, locale=babel_locale(lang))  # noqa: E731
    if name == "day":
        return day()
    return f"{here:%H:%M}" if name == "time" else f"{day()} {here:%H:%M}"


def _day_or_month(written: str, lang: str) -> str:
    if len(written) == len("2026-05"):
        return format_date(date.fromisoformat(f"{written}-01"), "LLLL y", locale=babel_locale(lang))
    return format_date(date.fromisoformat(written), "d MMMM y", locale=babel_locale(lang))


def spoken_hours(hours: Hours, lang: str) -> str:
    """The desk's week in short: neighbouring days with the same hours are put together."""
    runs: list[tuple[int, int, tuple[str, str]]] = []
    for number, day in enumerate(DAYS):
        span = hours.days.get(day)
        if span and runs and runs[-1][1] == number - 1 and runs[-1][2] == span:
            runs[-1] = (runs[-1][0], number, span)
        elif span:
            runs.append((number, number, span))
    return ", ".join(f"{_days(first, last, lang)} {opens}-{closes}" for first, last, (opens, closes) in runs)


def _days(first: int, last: int, lang: str) -> str:
    names = [
        format_date(date.fromordinal(_A_MONDAY.toordinal() + one), "EEEE", locale=babel_locale(lang))
        for one in dict.fromkeys((first, last))
    ]
    return " - ".join(names)
