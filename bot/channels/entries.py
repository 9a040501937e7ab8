"""What a reply says, as entries: blocks, fields of an option's page, services. An entry is kept together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.engine.model import Reply, Service, Text
from bot.handoff.hours import WEEKDAYS, desk_at
from bot.trees.hours import Hours

Say = Callable[[Text], str]

_EVERY_DAY = dict.fromkeys(WEEKDAYS, ("00:00", "24:00"))

_FIELD = re.compile(r"\.[^/:]+:(?P<name>is|first|who_knows|asks|gives|hard|undo|duration)(?:\.\d+)?$")
_HEADER = re.compile(r"^system/field-(?P<name>\w+)$")
_WEIGHED = ("gives", "hard")
"""SEND-3: no page holds the gains of an option without what may be hard."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`whole`: broken only when no message can hold it. Neighbours of one `group` share a page if one can hold them."""

    text: str
    whole: bool = False
    group: str | None = None
    kept: tuple[str, ...] = ()
    """Placed values: no break falls inside one."""


def entries(reply: Reply, say: Say, now: datetime) -> list[Entry]:
    found = [*_blocks(reply.blocks, say), *(_service(one, say, now) for one in reply.services)]
    if reply.checked is not None:
        key = "system/checked-expired" if reply.expired else "system/checked"
        found.append(Entry(say(Text.of(key, month=reply.checked)), whole=True))
    return [one for one in found if one.text.strip()]


def _blocks(blocks: Sequence[Text], say: Say) -> Iterator[Entry]:
    index = 0
    while index < len(blocks):
        name = _field_of(blocks[index])
        if name is None:
            yield Entry(say(blocks[index]), kept=_values(blocks[index], say))
            index += 1
            continue
        end = index + 1
        while end < len(blocks) and _field_of(blocks[end]) == name and not _HEADER.match(blocks[end].key):
            end += 1
        yield _field(name, blocks[index:end], say)
        index = end


def _field_of(block: Text) -> str | None:
    """Which field of an option's page this is, by its key or by the key of a text placed in it."""
    for key in (block.key, *(value.key for _, value in block.values if isinstance(value, Text))):
        if found := _HEADER.match(key) or _FIELD.search(key):
            return found["name"]
    return None


def _field(name: str, blocks: Sequence[Text], say: Say) -> Entry:
    said = [say(block).strip() for block in blocks]
    kept = tuple(value for block in blocks for value in _values(block, say))
    return Entry(_joined(blocks, said), whole=True, group="weighed" if name in _WEIGHED else None, kept=kept)


def _joined(blocks: Sequence[Text], said: list[str]) -> str:
    if not _HEADER.match(blocks[0].key):
        return "\n".join(said)
    if len(said) <= 2:
        return " ".join(said)
    return "\n".join([said[0], *(f"- {item}" for item in said[1:])])


def _values(block: Text, say: Say) -> tuple[str, ...]:
    said = (say(value) if isinstance(value, Text) else value for _, value in block.values)
    return tuple(value for value in said if isinstance(value, str) and 0 < len(value) <= 80)


def _service(service: Service, say: Say, now: datetime) -> Entry:
    lines = [service.name, *(say(text) for text in (service.whom, service.about) if text is not None)]
    lines += _where_and_how(service, say)
    lines.append(" ".join(say(text) for text in _hours(service, now)))
    if service.hours is not None and not (service.always and service.bank_holidays == "open"):
        lines.append(say(Text(f"system/service-holidays-{service.bank_holidays}")))
    if service.cost:
        lines.append(say(Text.of("system/service-cost", cost=service.cost)))
    if service.languages:
        lines.append(say(Text.of("system/service-languages", languages=service.languages)))
    lines.append(say(Text.of("system/service-run-by", run_by=service.run_by)))
    kept = tuple(value for value in (service.name, service.phone, service.run_by) if value)
    return Entry("\n".join(line.strip() for line in lines), whole=True, group=service.id, kept=kept)


def _where_and_how(service: Service, say: Say) -> Iterator[str]:
    """The nations when it is not for all of them, the number, and the ways unless the number says enough."""
    if not service.everywhere:
        nations = ", ".join(say(Text(f"system/nation-{one}")) for one in service.nations)
        yield say(Text.of("system/service-nations", nations=nations))
    if service.phone:
        yield say(Text.of("system/service-phone", phone=service.phone))
    if service.ways and service.ways != ("voice",):
        ways = ", ".join(say(Text(f"system/way-{one}")) for one in service.ways)
        yield say(Text.of("system/service-ways", ways=ways))


def _hours(service: Service, now: datetime) -> Iterator[Text]:
    if service.always or service.opens:
        yield from _open_or_next(service, now)
    if service.hours is not None:
        yield Text.of("system/service-hours", hours=service.hours)
    elif not service.always and not service.opens:
        yield Text("system/service-hours-unknown")


def _open_or_next(service: Service, now: datetime) -> Iterator[Text]:
    """Never "open now" on a bank holiday unless the source says that it is open then."""
    shut = () if service.bank_holidays == "open" else service.holidays
    days = _EVERY_DAY if service.always else service.opens
    desk = desk_at(Hours(service.zone, days or {}, shut), now)
    if desk.open:
        yield Text("system/service-open")
    elif not service.always and desk.opens_at is not None:
        yield Text.of("system/service-opens", day=desk.opens_at, time=desk.opens_at)
