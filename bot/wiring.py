"""Builds the whole from settings. The only place that knows every room, reads the system's clock and picks random seeds."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import random
from typing import TYPE_CHECKING

from bot.channels.sms.send import SmsSender
from bot.channels.telegram.pace import Pace
from bot.channels.twilio import TwilioAccount
from bot.channels.whatsapp.send import WhatsappSender
from bot.engine.model import Bundle, Channel
from bot.ports import Clock, Inbound, Sender, Store
from bot.service.context import Context, derive
from bot.service.dispatch import Delay, Dispatcher
from bot.service.door import ServiceDoor
from bot.service.receive import Handled, Receiver
from bot.service.upkeep import Upkeep
from bot.settings import EXAMPLE_ORG, Settings, SettingsError, Stage, load_settings, need_keys
from bot.store import open_store
from bot.store.vault import Keyring
from bot.trees.load import Pack, load_pack
from bot.trees.places import find_pack, locales
from bot.trees.signoff import SOURCE, State, lacking, signed_languages, states
from bot.trees.texts import Texts
from webhooks.door import EdgeSettings

if TYPE_CHECKING:
    from bot.channels.telegram.send import TelegramSender


@dataclass
class Product:
    """Everything that runs, built and not yet started."""

    settings: Settings
    context: Context
    receiver: Receiver
    dispatcher: Dispatcher
    upkeep: Upkeep
    door: ServiceDoor
    edge: EdgeSettings
    secret_key: bytes = field(repr=False)
    telegram: TelegramSender | None = None

    @property
    def pack(self) -> Pack:
        return self.context.pack

    @property
    def store(self) -> Store:
        return self.context.store

    @property
    def clock(self) -> Clock:
        return self.context.clock


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    store: Store | None = None,
    senders: Mapping[Channel, Sender] | None = None,
    seed: Callable[[], int] | None = None,
    heard: Callable[[Inbound, Handled], None] | None = None,
    pack: Pack | None = None,
    upgrade: bool = False,
) -> Product:
    """Build from settings; what is given stands for what the settings would make. Raises SettingsError, ContentErrors.

    `upgrade`: migrate the database first; otherwise one that is not current is refused.
    """
    keyring = need_keys(settings)
    tick = clock or clock_of(settings)
    pack = pack or pack_of(settings, tick)
    telegram = _telegram(settings) if senders is None else None
    context = Context(
        pack=pack,
        store=store or ready_store(settings, keyring, upgrade=upgrade),
        clock=tick,
        stage=settings.stage,
        secret=derive(keyring.lookup[0][1], "service"),
        seed=seed or (lambda: secrets.randbits(48)),
        trial_addresses=settings.trial_addresses,
        redaction=settings.twilio.redaction if settings.twilio else "none",
    )
    receiver = Receiver(context, heard)
    dispatcher = Dispatcher(context, senders or _senders(settings, telegram), random, _paces(telegram))
    return Product(
        settings=settings,
        context=context,
        receiver=receiver,
        dispatcher=dispatcher,
        upkeep=Upkeep(context, receiver),
        door=ServiceDoor(context, receiver),
        edge=_edge(settings),
        secret_key=derive(keyring.keys[0][1], "desk"),
        telegram=telegram,
    )


def _telegram(settings: Settings) -> TelegramSender | None:
    if settings.telegram is None:
        return None
    from bot.channels.telegram.send import TelegramSender  # its library takes 11 MB, which SMS alone need not pay

    return TelegramSender(settings.telegram.token, settings.telegram.api)


def clock_of(settings: Settings) -> Clock:
    """The system's clock; in the demo moved by the seconds that the clock file holds, read at each turn."""
    path = settings.clock_file
    return (lambda: datetime.now(UTC)) if path is None else (lambda: datetime.now(UTC) + _offset(path))


def _offset(path: Path) -> timedelta:
    try:
        return timedelta(seconds=float(path.read_text().strip() or 0))
    except (FileNotFoundError, ValueError, OverflowError):
        return timedelta(0)


def ready_store(settings: Settings, keyring: Keyring, *, upgrade: bool) -> Store:
    store = open_store(settings.database_url, keyring)
    if upgrade:
        store.upgrade()
    elif not store.is_current():
        raise SettingsError("OWNSTEPS_DATABASE_URL", "names a database that is not current; run `ownsteps db upgrade`.")
    return store


def store_from_settings() -> Store:
    """The current database of the settings, migrated; for commands that need nothing else."""
    settings = load_settings()
    return ready_store(settings, need_keys(settings), upgrade=True)


def pack_of(settings: Settings, clock: Clock) -> Pack:
    """The pack, with what the stage changes: the test line, the label on unreviewed text, the languages on offer."""
    try:
        path = find_pack(settings.pack)
    except ValueError as error:
        raise SettingsError("OWNSTEPS_PACK", str(error)) from None
    pack = load_pack(path, locales(), clock().date())
    if settings.stage is Stage.LIVE and pack.org == EXAMPLE_ORG:
        raise SettingsError("OWNSTEPS_PACK", "live needs the operator's own name as org in pack.yaml.")
    found = states(pack)
    if settings.stage is Stage.LIVE:
        _refuse_unsigned(pack, found)
    return replace(pack, bundle=staged(pack.bundle, pack.texts, settings, signed_languages(found)))


def _refuse_unsigned(pack: Pack, found: Sequence[State]) -> None:
    """Live says nothing in the pack's own language that nobody signed; other languages are then not on offer."""
    needed = {SOURCE, pack.bundle.default_language}
    waiting = sorted((one, number) for one, number in lacking(found).items() if one[0] in needed)
    if waiting:
        told = ", ".join(f"{number} lack {role} ({lang})" for (lang, role), number in waiting)
        raise SettingsError("OWNSTEPS_PACK", f"live needs signed text; {told}. `ownsteps review` lists them.")


def staged(bundle: Bundle, texts: Texts, settings: Settings, signed: Collection[str] = ()) -> Bundle:
    """`signed`: languages of which every text is signed; one that is translated needs its own review too (LANG-3)."""
    refuse = settings.unreviewed == "refuse"
    read = {one.code for one in bundle.languages if one.code in signed and (one.reviewed or one.code == SOURCE)}
    languages = tuple(
        replace(one, reviewed=one.code in read, offered=one.offered and (one.code in read or not refuse))
        for one in bundle.languages
    )
    if not any(one.offered for one in languages):
        raise SettingsError("OWNSTEPS_UNREVIEWED", "refuse leaves no language: none of this pack has been reviewed.")
    return replace(
        bundle,
        languages=languages,
        labels=_labels(bundle, texts),
        test_line=settings.stage is Stage.TRIAL,
        label_unreviewed=not refuse,
    )


def _labels(bundle: Bundle, texts: Texts) -> Mapping[str, Mapping[str, str]]:
    """The words on every option, by language, so that a label can be typed."""
    keys = {option.label.key for node in bundle.nodes.values() for option in node.options}
    keys |= {one.link.label.key for one in bundle.notices if one.link is not None} | {"system/key-skip"}
    spoken = {one.code: {key: texts.get(one.code, key) for key in keys} for one in bundle.languages}
    return {code: {key: words for key, words in by_key.items() if words is not None} for code, by_key in spoken.items()}


def account_of(settings: Settings) -> TwilioAccount | None:
    one = settings.twilio
    if one is None:
        return None
    return TwilioAccount(
        account_sid=one.account_sid,
        auth_token=one.auth_token,
        sms_from=one.sms_from,
        whatsapp_from=one.whatsapp_from,
        api=one.api,
        public_url=settings.public_url,
        redaction=one.redaction,
        knock_sid=one.knock_sid,
    )


def _senders(settings: Settings, telegram: TelegramSender | None) -> dict[Channel, Sender]:
    senders: dict[Channel, Sender] = {}
    account = account_of(settings)
    if telegram is not None:
        senders[Channel.TELEGRAM] = telegram
    if account is not None and account.sms_from:
        senders[Channel.SMS] = SmsSender(account)
    if account is not None and account.whatsapp_from:
        senders[Channel.WHATSAPP] = WhatsappSender(account)
    return senders


def _paces(telegram: TelegramSender | None) -> Mapping[Channel, Delay]:
    return {Channel.TELEGRAM: Pace().delay} if telegram is not None else {}


def _edge(settings: Settings) -> EdgeSettings:
    return EdgeSettings(
        twilio=account_of(settings),
        telegram_secret=settings.telegram.secret if settings.telegram else None,
        metrics_token=settings.metrics_token,
        public_url=settings.public_url,
    )
