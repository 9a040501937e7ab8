"""Makes a fresh demo in a folder: keys, a database, an officer, and the environment that the product is started with."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyotp

from bot.handoff.life import Role
from bot.ports import Officer, Unit
from bot.service.context import DESK_OPEN
from bot.service.sign_in import add_demo_link, hash_password
from bot.store import open_store
from bot.store.vault import Keyring, new_key_text

NAME = "Robin"
ROLE = Role.CHILDREN  # sees everybody's request, so that every path can be tried
LANGUAGES = ("en", "ar", "vi")
KEPT = ("OWNSTEPS_PACK", "OWNSTEPS_SPECS")
"""Settings of the person who starts the demo that it follows; all others are its own."""


@dataclass(frozen=True)
class Prepared:
    """`environ` holds the settings but for the providers', which the stand-ins bring."""

    environ: Mapping[str, str] = field(repr=False)
    origin: str
    link: str = field(repr=False)
    """A path that signs the officer in once."""
    name: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)

    def code(self, now: datetime) -> str:
        return pyotp.TOTP(self.totp_secret).at(now)


def prepare(folder: Path, port: int, environ: Mapping[str, str]) -> Prepared:
    """Wipes `folder` and fills it again; only its owner can read it. Raises OSError when it can't be wiped or made."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True)
    (folder / "ownsteps.toml").touch(mode=0o600)
    settings = _settings(folder, port)
    password, secret = secrets.token_urlsafe(9), pyotp.random_base32()
    link = _furnish(settings, password, secret)
    kept = {name: environ[name] for name in KEPT if name in environ}
    return Prepared(kept | settings, settings["OWNSTEPS_PUBLIC_URL"], link, NAME, password, secret)


def _settings(folder: Path, port: int) -> dict[str, str]:
    return {
        "OWNSTEPS_CONFIG": str(folder / "ownsteps.toml"),  # an empty one, so that no other is read
        "OWNSTEPS_STAGE": "demo",
        "OWNSTEPS_HOST": "127.0.0.1",
        "OWNSTEPS_PORT": str(port),
        "OWNSTEPS_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "OWNSTEPS_DATABASE_URL": f"sqlite:///{folder}/ownsteps.db",
        "OWNSTEPS_CLOCK_FILE": str(folder / "clock"),
        "OWNSTEPS_KEYS": new_key_text("demo"),
        "OWNSTEPS_LOOKUP_KEYS": new_key_text("demo"),
    }


def _furnish(settings: Mapping[str, str], password: str, secret: str) -> str:
    """The database with its officer and an open desk; the officer's sign-in link."""
    officer = Officer(0, NAME, NAME, ROLE.value, LANGUAGES, hash_password(password), secret)

    def work(unit: Unit) -> str:
        put = unit.put_officer(officer)
        unit.put_setting(DESK_OPEN, "yes")
        return add_demo_link(unit, put.id)

    keyring = Keyring.parse(settings["OWNSTEPS_KEYS"], settings["OWNSTEPS_LOOKUP_KEYS"])
    store = open_store(settings["OWNSTEPS_DATABASE_URL"], keyring)
    try:
        store.upgrade()
        return store.transact(work)
    finally:
        store.close()
