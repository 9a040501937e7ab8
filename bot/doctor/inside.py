"""What this machine has: keys, database, disk, content."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.checks.finding import ContentErrors
from bot.checks.run import run_checks
from bot.doctor.point import Point, good, note, wrong
from bot.handoff.hours import desk_at
from bot.settings import Settings, SettingsError, Stage, need_keys
from bot.store import SqlStore, open_store
from bot.store.tables import data_key
from bot.store.vault import Keyring
from bot.trees.load import Pack, load_pack
from bot.trees.places import find_pack, locales
from bot.trees.signoff import lacking, states

DISK_WRONG, DISK_NOTE = 200_000_000, 1_000_000_000
"""Bytes free where a SQLite file lies."""


def keys(settings: Settings) -> Iterator[Point]:
    try:
        keyring = need_keys(settings)
    except SettingsError as error:
        yield wrong("keys", str(error), "Make them with `ownsteps keys new --env`, and keep them apart from backups.")
        return
    yield good("keys", f"{len(keyring.keys)} master and {len(keyring.lookup)} lookup keys are set.")


def database(settings: Settings) -> Iterator[Point]:
    yield from _disk(settings)
    if settings.keyring is None:
        return
    with contextlib.closing(open_store(settings.database_url, settings.keyring)) as store:
        try:
            yield from _opened(store, settings.keyring)
        except DBAPIError as error:
            says = f"The database does not answer ({type(error.orig).__name__})."
            yield wrong("database", says, "Look at OWNSTEPS_DATABASE_URL, the server and the rights.")


def _opened(store: SqlStore, keyring: Keyring) -> Iterator[Point]:
    if not store.is_current():
        yield wrong(
            "database", "Its tables are not those of this version.", "Stop the service and run `ownsteps db upgrade`."
        )
        return
    yield good("database", "It answers, and its tables are current.")
    with store._engine.connect() as connection:
        used = set(connection.scalars(select(data_key.c.master).distinct()))
    missing = sorted(used - {name for name, _ in keyring.keys})
    if missing:
        says = f"Rows are sealed under {', '.join(missing)}, which OWNSTEPS_KEYS does not have."
        yield wrong(
            "keys of rows", says, "Add the key again, at the end of the list; what it sealed cannot be read without it."
        )
    else:
        yield good("keys of rows", "Every row can be opened with the keys that are set.")


def _disk(settings: Settings) -> Iterator[Point]:
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite":
        return
    folder = next(one for one in Path(str(url.database)).absolute().parents if one.is_dir())
    free = shutil.disk_usage(folder).free
    says = f"{free // 1_000_000:,} MB are free where the database lies."
    if free < DISK_WRONG:
        yield wrong("disk", says, "Free some: on a full disk no message can be taken.")
    elif free < DISK_NOTE:
        yield note("disk", says, "Look at what grows; backups belong on another disk.")
    else:
        yield good("disk", says)


def content(settings: Settings) -> Iterator[Point]:
    now = datetime.now(UTC)
    try:
        pack = load_pack(find_pack(settings.pack), locales(), now.date())
    except ContentErrors as error:
        yield wrong("content", f"The pack has {len(error.findings)} errors and does not load.", "Run `ownsteps check`.")
        return
    errors = sum(one.severity == "error" for one in run_checks(pack, pack.at))
    if errors:
        yield wrong("content", f"{errors} checks of the content fail.", "Run `ownsteps check`.")
    else:
        yield good("content", f"The pack {pack.bundle.pack} is good: {len(pack.bundle.nodes)} places.")
    yield from _facts(pack)
    yield from _languages(pack, settings)
    desk = desk_at(pack.hours, now)
    if desk.open or desk.opens_at is not None:
        yield good(
            "hours", "People are there now." if desk.open else f"The desk opens next on {desk.opens_at:%A at %H:%M}."
        )
    else:
        yield wrong(
            "hours", "The desk never opens by the hours of the pack.", "Look at hours.yaml and `ownsteps hours`."
        )


def _facts(pack: Pack) -> Iterator[Point]:
    old = sum(one.check_by < pack.at for one in pack.bundle.sources.values())
    if old:
        says = f"{old} of {len(pack.bundle.sources)} sources are past their date; their pages say that it may have changed."
        yield note("facts", says, "`ownsteps review` lists them.")
    else:
        yield good("facts", "No source is past its date.")


def _languages(pack: Pack, settings: Settings) -> Iterator[Point]:
    offered = [one for one in pack.bundle.languages if one.offered]
    yield good("languages", f"On offer: {', '.join(one.code for one in offered)}.")
    waiting = lacking(states(pack))
    if waiting:
        says = f"{sum(waiting.values())} signatures are missing."
        refused = settings.stage is Stage.LIVE
        (make, remedy) = (
            (wrong if refused else note),
            "`ownsteps review` says what waits for whom; live says nothing unsigned.",
        )
        yield make("signatures", says, remedy)
    else:
        yield good("signatures", "All texts on offer are signed.")
