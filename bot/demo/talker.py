"""One person and one officer in one process: what `talk` and the transcripts drive.

Everything but the providers is real: the store is a SQLite file, each input is received in a transaction, each message goes
through the outbox and the dispatcher. The sender only keeps what it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.channels.segments import count
from bot.channels.telegram.parse import LEAVING
from bot.engine import events
from bot.engine.model import Channel, Reply
from bot.engine.state import Cover, Owner, State
from bot.ports import Address, Inbound, InboundKind, Officer, Outgoing, OutKind, Receipt
from bot.service import desk as desk_verbs
from bot.service.context import DESK_OPEN
from bot.service.receive import Handled
from bot.settings import Settings, Stage
from bot.store.vault import Keyring
from bot.trees.languages import canonical
from bot.wiring import Product, build

PERSON = {Channel.SMS: "+447700900123", Channel.WHATSAPP: "+447700900123", Channel.TELEGRAM: "700900123"}
"""Numbers that Ofcom keeps for drama; nobody has them."""
EFFECTS = {
    events.RequestHandoff: "handoff_requested",
    events.WithdrawHandoff: "handoff_withdrawn",
    events.Forget: "delete",
    events.SetStop: "stop",
    events.ClearStop: "start",
    events.RelayToOfficer: "relayed",
    events.SetReturnWord: "return_word_set",
    events.ReleaseWaiting: "waiting_released",
    events.FlagToOfficer: "flagged",
    events.RemoveSitting: "close",
}
"""What the field "effect" of `talk --json` says; the first in this order that a turn has."""


class TalkError(Exception):
    """The conversation cannot begin: a sentence for the terminal."""


@dataclass
class _Kept:
    """The sender that keeps what it is given."""

    sent: list[Outgoing] = field(default_factory=list)
    counter: int = 0

    def send(self, address: Address, outgoing: Outgoing) -> Receipt:
        self.counter += 1
        if outgoing.kind is OutKind.MESSAGE:
            self.sent.append(outgoing)
        return Receipt(str(self.counter), "sent")


class Talker:
    ACTS = ("tap", "photo", "edit", "accept", "officer", "handback", "end")

    def __init__(
        self, folder: Path, channel: str, lang: str | None, seed: int, start: datetime, pack: str | None = None
    ) -> None:
        self._now, self._turn = start, 0
        self.address = Address(Channel(channel), PERSON[Channel(channel)])
        self._kept, self._handled = _Kept(), list[Handled]()
        settings = Settings(Stage.DEMO, f"sqlite:///{folder}/talk.db", pack or "uk", keyring=Keyring.fresh())
        senders = dict.fromkeys(Channel, self._kept)
        self.product: Product = build(
            settings,
            clock=lambda: self._now,
            senders=senders,
            seed=lambda: seed,
            heard=lambda _inbound, handled: self._handled.append(handled),
            upgrade=True,
        )
        self._lang = self._known(lang)
        self._officer: Officer | None = None
        self._state: State | None = None

    def close(self) -> None:
        self.product.dispatcher.close()
        self.product.store.close()

    def _known(self, lang: str | None) -> str | None:
        code = canonical(lang) if lang else None
        if lang and (code is None or self.product.pack.bundle.language(code) is None):
            self.close()
            raise TalkError(f"The language {lang!r} is not on offer in this pack.")
        return code

    @property
    def replies(self) -> tuple[Reply, ...]:
        """What the last input was answered with, before it was laid out."""
        return tuple(reply for one in self._handled for reply in one.turn.replies)

    # --- what the person does

    def text(self, words: str) -> Iterator[dict[str, Any]]:
        if self.address.channel is Channel.TELEGRAM and words.startswith("/"):
            name = words[1:].split("@")[0]
            return self._receive(InboundKind.COMMAND, LEAVING.get(name, name))
        return self._receive(InboundKind.TEXT, words)

    def wait(self, span: timedelta) -> Iterator[dict[str, Any]]:
        """Moves the clock and does what a clock does; the chat never writes first, so mostly nothing comes."""
        self._now += span
        self.product.upkeep.tick()
        return self._out(())

    def act(self, verb: str, rest: str) -> Iterator[dict[str, Any]]:
        match verb:
            case "tap":
                serial = self._state.serial if self._state else 0
                return self._receive(InboundKind.TAP, rest if ":" in rest else f"{serial}:{rest.strip()}")
            case "photo":
                return self._receive(InboundKind.MEDIA, "")
            case "edit":
                return self._receive(InboundKind.EDIT, rest)
            case _:
                return self._by_officer(verb, rest)

    def _receive(self, kind: InboundKind, words: str) -> Iterator[dict[str, Any]]:
        self._turn += 1
        if self._turn == 1 and self._lang is not None:
            self._choose_language()
        inbound = Inbound(
            self.address,
            provider_id=f"talk-{self._turn}",
            kind=kind,
            text=words,
            sent_at=self._now,
            received_at=self._now,
            message_id=str(1_000_000 + self._turn),
        )
        self._handled.clear()
        self.product.receiver.take(inbound)
        handled = tuple(self._handled)
        if handled:
            self._state = handled[0].turn.state
        return self._out(handled)

    def _choose_language(self) -> None:
        """--lang: the conversation begins with a chosen language and nothing else."""
        from bot.engine.step import fresh

        state = fresh(self.address.channel, self.product.context.seed(), self.product.pack.bundle.version)
        state = replace(state, lang=self._lang, lang_chosen=True)
        self.product.store.transact(lambda unit: unit.open(self.address, state, self._now))

    # --- what the officer does

    def _by_officer(self, verb: str, words: str) -> Iterator[dict[str, Any]]:
        desk, officer = self.product.context, self._one_officer()
        self.product.store.transact(lambda unit: unit.put_setting(DESK_OPEN, "yes"))
        if verb == "accept":
            waiting = self.product.store.transact(lambda unit: unit.queue(self._now))
            if waiting:
                desk_verbs.claim(desk, officer, waiting[0].id)
            return self._out(())
        held = self.product.store.transact(lambda unit: unit.held(officer.id))
        acts: dict[str, Callable[[int], object]] = {
            "officer": lambda handoff: desk_verbs.reply(desk, officer, handoff, words),
            "handback": lambda handoff: desk_verbs.hand_back(desk, officer, handoff),
            "end": lambda handoff: desk_verbs.close(desk, officer, handoff),
        }
        if held:
            acts[verb](held[0].id)
        return self._out(())

    def _one_officer(self) -> Officer:
        if self._officer is None:
            new = Officer(0, "demo", "Sam", "lead", ("en",), password_hash="-", totp_secret="-")  # noqa: S106
            self._officer = self.product.store.transact(lambda unit: unit.put_officer(new))
        return self._officer

    # --- what came out

    def _out(self, handled: tuple[Handled, ...]) -> Iterator[dict[str, Any]]:
        self._kept.sent.clear()
        self.product.dispatcher.drain()
        said = {text: (reply, last) for one in handled for reply, texts in one.texts for text, last in _lasts(texts)}
        effect = _effect(handled)
        for outgoing in list(self._kept.sent):
            reply, last = said.get(outgoing.payload.text, (None, True))
            yield self._message(outgoing, reply, effect, last=last)

    def _message(self, outgoing: Outgoing, reply: Reply | None, effect: str | None, *, last: bool) -> dict[str, Any]:
        state = self._stored() or self._state
        options = reply.options if reply is not None and last else ()
        say = self.product.context.say
        sms = self.address.channel is Channel.SMS
        return {
            "turn": self._turn,
            "at": self._now.isoformat(),
            "text": outgoing.payload.text,
            "options": [
                {"key": one.key, "label": say(one.label, reply.lang if reply else None, self._now)} for one in options
            ],
            "node": reply.node if reply is not None else outgoing.gate.value,
            "owner": (state.owner if state else Owner.BOT).value,
            "cover": (state.cover if state else Cover.OPEN).value,
            "confirmed": bool(state and state.confirmed(self._now)),
            "segments": count(outgoing.payload.text).segments if sms else 0,
            "effect": effect,
            "buttons": [
                {"key": token.partition(":")[2], "label": label}
                for row in outgoing.payload.buttons
                for label, token in row
            ],
        }

    def _stored(self) -> State | None:
        found = self.product.store.transact(lambda unit: unit.find(self.address))
        return found.state if found is not None else None


def _lasts(texts: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    for index, text in enumerate(texts):
        yield text, index == len(texts) - 1


def _effect(handled: tuple[Handled, ...]) -> str | None:
    kinds = {type(effect) for one in handled for effect in one.turn.effects}
    return next((name for kind, name in EFFECTS.items() if kind in kinds), None)
