"""What the use cases share: the pack, the store, the clock, and this deployment's few choices."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bot.channels.layout import Laid, lay_out
from bot.checks.risk import risk_words
from bot.engine.events import Desk
from bot.engine.match import normalise
from bot.engine.model import Channel, Reply, Text
from bot.handoff.hours import desk_at
from bot.ports import Address, Clock, Payload, Store, Unit
from bot.service.running import RUNNING, Running, parsed
from bot.settings import Stage
from bot.trees.load import Pack

SESSION = timedelta(hours=24)
"""The state time-out (DATA-3)."""
WINDOW = timedelta(hours=24)
"""WhatsApp lets us answer so long after the person's last message."""
DESK_OPEN = "desk-open"
"""A setting: "yes" holds the desk open at every hour (the demo's switch); absent, the pack's hours decide."""
LAID_KEPT = 1024
"""Laid-out screens kept, some kB each; none holds a word of a person's."""
OFF = "off"
"""A setting: anything but absent stops all sending (OPS-2)."""


@dataclass(frozen=True)
class Context:
    pack: Pack
    store: Store
    clock: Clock
    stage: Stage
    secret: bytes = field(repr=False)
    """For keyed hashes of return words and trial codes; derived from the look-up key."""
    seed: Callable[[], int]
    trial_addresses: tuple[Address, ...] = field(default=(), repr=False)
    channels: frozenset[Channel] = frozenset(Channel)
    """The channels that this deployment can send on."""
    redaction: str = "delete"
    _desk: dict[tuple[datetime, str | None], Desk] = field(default_factory=dict, repr=False, compare=False)
    """This minute's: hours are kept to the minute, and every turn asks."""
    _laid: dict[tuple[Reply, Channel, date], Laid] = field(default_factory=dict, repr=False, compare=False)

    def keyed_hash(self, purpose: str, words: str) -> str:
        return hmac.digest(
            self.secret, f"{purpose}\0{normalise(words)}".encode("utf-8", "surrogatepass"), "sha256"
        ).hex()

    def desk(self, unit: Unit, now: datetime) -> Desk:
        switched = unit.setting(RUNNING)
        key = (now.replace(second=0, microsecond=0), switched)
        found = self._desk.get(key)
        if found is None:
            self._desk.clear()
            found = self._desk[key] = self._worked_out(key[0], Running() if switched is None else parsed(switched))
        return replace(found, open=True, opens_at=None) if unit.setting(DESK_OPEN) == "yes" else found

    def _worked_out(self, minute: datetime, switched: Running) -> Desk:
        hours = replace(self.pack.hours, special=switched.days)
        return replace(desk_at(hours, minute), notices=switched.showing(minute))

    def say(self, text: Text, lang: str | None, now: datetime) -> str:
        return self.pack.texts.say(text, lang or self.pack.bundle.default_language, now)

    def lay(self, reply: Reply, channel: Channel, now: datetime) -> Laid:
        """The messages of a reply. The same screen is laid out once a day: a third of a turn's time goes there."""
        if reply.services:  # what is open now changes by the minute
            return self._lay(reply, channel, now)
        key = (replace(reply, serial=0), channel, now.date())
        laid = self._laid.get(key)
        if laid is None:
            if len(self._laid) >= LAID_KEPT:
                self._laid.clear()
            laid = self._laid[key] = self._lay(key[0], channel, now)
        return Laid(tuple(with_serial(one, reply.serial) for one in laid.messages), laid.more)

    def _lay(self, reply: Reply, channel: Channel, now: datetime) -> Laid:
        return lay_out(reply, lambda text: self.say(text, reply.lang, now), channel, now, risk=is_risky)


def with_serial(payload: Payload, serial: int) -> Payload:
    """The same message with its buttons tied to this turn."""
    if not payload.buttons:
        return payload
    rows = tuple(
        tuple((label, f"{serial}:{token.partition(':')[2]}") for label, token in row) for row in payload.buttons
    )
    return replace(payload, buttons=rows)


def is_risky(text: str) -> bool:
    return bool(risk_words(text))


def derive(key: bytes, purpose: str) -> bytes:
    """A key for one purpose; the same key and purpose always give the same."""
    return hmac.new(key, b"ownsteps/" + purpose.encode(), hashlib.sha256).digest()
