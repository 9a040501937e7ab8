"""Settings: the environment, else `ownsteps.toml`; refused at start when wrong, saying which one and why.

Names and meanings are design.md section 9. Relative paths are from the current directory. Nothing here is ever logged.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from bot.engine.model import Channel
from bot.ports import Address
from bot.store.vault import KeyProblem, Keyring

CONFIRMATIONS = (
    "dpia",
    "safeguarding",
    "rota",
    "languages",
    "survivor_review",
    "retention",
    "channel_names",
    "incident_plan",
)
"""What live needs, each "role, YYYY-MM-DD" (OPS-3)."""
EXAMPLE_ORG = "Example organisation (demo)"
TELEGRAM_API = "https://api.telegram.org"
TWILIO_API = "https://api.twilio.com"


class SettingsError(Exception):
    """One setting is wrong: says which, what was expected, and never the value of a secret."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name


class Stage(StrEnum):
    DEMO = "demo"
    TRIAL = "trial"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    token: str = field(repr=False)
    secret: str | None = field(repr=False)
    mode: str
    """polling or webhook"""
    api: str


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    account_sid: str = field(repr=False)
    auth_token: str = field(repr=False)
    sms_from: str | None = field(repr=False)
    whatsapp_from: str | None = field(repr=False)
    api: str
    redaction: str
    knock_sid: str | None


@dataclass(frozen=True, slots=True)
class Settings:
    stage: Stage
    database_url: str = field(repr=False)
    pack: str
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str | None = None
    unreviewed: str = "label"
    """label or refuse"""
    keyring: Keyring | None = field(default=None, repr=False)
    trial_addresses: tuple[Address, ...] = field(default=(), repr=False)
    confirmations: Mapping[str, str] = field(default_factory=dict)
    clock_file: Path | None = None
    telegram: TelegramSettings | None = None
    twilio: TwilioSettings | None = None
    metrics_token: str | None = field(default=None, repr=False)


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check every setting. Raises SettingsError for the first one that is wrong."""
    environ = os.environ if environment is None else environment
    reader = _Reader(environ, _file(environ))
    stage = reader.choice("OWNSTEPS_STAGE", tuple(Stage), Stage.TRIAL.value)
    public_url = reader.origin("OWNSTEPS_PUBLIC_URL", https=True)
    settings = Settings(
        stage=Stage(stage),
        database_url=_database(reader.get("OWNSTEPS_DATABASE_URL") or "sqlite:///var/ownsteps.db"),
        pack=reader.get("OWNSTEPS_PACK") or "uk",
        host=reader.host("OWNSTEPS_HOST", "127.0.0.1"),
        port=reader.port("OWNSTEPS_PORT", 8080),
        public_url=public_url,
        unreviewed=_unreviewed(reader, Stage(stage)),
        keyring=_keyring(reader),
        trial_addresses=_addresses(reader.get("OWNSTEPS_TRIAL_ADDRESSES") or ""),
        confirmations=reader.confirmations(),
        clock_file=_clock_file(reader, Stage(stage)),
        telegram=_telegram(reader, public_url),
        twilio=_twilio(reader, public_url),
        metrics_token=_metrics_token(reader),
    )
    _check_stage(settings)
    return settings


def need_keys(settings: Settings) -> Keyring:
    """Whoever opens the database needs both kinds of key. Raises SettingsError."""
    if settings.keyring is None:
        raise SettingsError("OWNSTEPS_KEYS", "is not set. `ownsteps keys new --env` prints both key settings to paste.")
    return settings.keyring


def is_loopback(origin: str) -> bool:
    host = urlsplit(origin).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _file(environ: Mapping[str, str]) -> dict[str, Any]:
    named = environ.get("OWNSTEPS_CONFIG")
    path = Path(named or "ownsteps.toml")
    if not path.is_file():
        if named:
            raise SettingsError("OWNSTEPS_CONFIG", "names a file that is not there.")
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("OWNSTEPS_CONFIG", f"{path.name} can't be read as TOML: {error}.") from None


class _Reader:
    """Values by setting name: the environment, else the file, where OWNSTEPS_PUBLIC_URL is called public_url."""

    def __init__(self, environ: Mapping[str, str], file: Mapping[str, Any]) -> None:
        self._environ, self._file = environ, file

    def get(self, name: str) -> str | None:
        if name in self._environ:
            return self._environ[name].strip() or None
        value = self._file.get(name.removeprefix("OWNSTEPS_").lower())
        if value is None:
            return None
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise SettingsError(name, "must be a text or a number in ownsteps.toml.")
        return str(value).strip() or None

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.get(name) or default
        if value not in allowed:
            raise SettingsError(name, f"must be one of {', '.join(allowed)}.")
        return value

    def host(self, name: str, default: str) -> str:
        value = self.get(name) or default
        if not re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", value) or "//" in value:
            raise SettingsError(name, "must be an address to listen on, such as 127.0.0.1.")
        return value

    def port(self, name: str, default: int) -> int:
        value = self.get(name)
        if value is None:
            return default
        if not re.fullmatch(r"[0-9]{1,5}", value) or not 0 < int(value) < 65536:
            raise SettingsError(name, "must be a port number from 1 to 65535.")
        return int(value)

    def origin(self, name: str, *, https: bool, default: str | None = None) -> str | None:
        value = self.get(name) or default
        if value is None:
            return None
        parts = _split(value)
        if parts is None or parts.scheme not in ("http", "https") or parts.username or parts.query or parts.fragment:
            raise SettingsError(
                name, "must be an address such as https://help.example.org, without a name, password or query."
            )
        if https and parts.scheme == "http" and not is_loopback(value):
            raise SettingsError(name, "plain http is taken only on loopback; use https.")
        return value.rstrip("/")

    def confirmations(self) -> dict[str, str]:
        table = self._file.get("confirmations", {})
        if not isinstance(table, dict):
            raise SettingsError("[confirmations]", "must be a table in ownsteps.toml.")
        return {str(name): str(value) for name, value in table.items()}


def _keyring(reader: _Reader) -> Keyring | None:
    keys, lookup = reader.get("OWNSTEPS_KEYS"), reader.get("OWNSTEPS_LOOKUP_KEYS")
    if keys is None and lookup is None:
        return None
    try:
        return Keyring.parse(keys or "", lookup or "")
    except KeyProblem as problem:
        name = "OWNSTEPS_LOOKUP_KEYS" if "LOOKUP" in str(problem) else "OWNSTEPS_KEYS"
        raise SettingsError(name, str(problem).removeprefix(name).lstrip(": ")) from None


def _split(url: str) -> SplitResult | None:
    """The parts of an address with a host and, if at all, a real port; None when it is none."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname and re.fullmatch(r"[A-Za-z0-9._:-]+", parts.hostname) and parts.port != 0)
    except ValueError:
        return None
    return parts if named else None


def _has_socket(url: str) -> bool:
    """A PostgreSQL address whose host is a folder: `postgresql://user@/name?host=/run/postgresql`."""
    try:
        parts = urlsplit(url)
        return not parts.hostname and parse_qs(parts.query).get("host", [""])[0].startswith("/")
    except ValueError:
        return False


def _database(url: str) -> str:
    name = "OWNSTEPS_DATABASE_URL"
    if not url.startswith(("sqlite:///", "postgresql://")):
        raise SettingsError(name, "must begin with sqlite:/// or postgresql://.")
    if url.startswith("sqlite") and url in ("sqlite:///", "sqlite:///:memory:"):
        raise SettingsError(name, "names no file; use sqlite:///var/ownsteps.db.")
    if url.startswith("postgresql") and _split(url) is None and not _has_socket(url):
        raise SettingsError(name, "must be an address such as postgresql://user:password@host/name.")
    if url.startswith("postgresql") and find_spec("psycopg") is None:
        raise SettingsError(name, "PostgreSQL needs psycopg, which is not installed.")
    return url


def _unreviewed(reader: _Reader, stage: Stage) -> str:
    value = reader.choice("OWNSTEPS_UNREVIEWED", ("label", "refuse"), "refuse" if stage is Stage.LIVE else "label")
    if stage is Stage.LIVE and value != "refuse":
        raise SettingsError("OWNSTEPS_UNREVIEWED", "is always refuse at the live stage.")
    return value


def _addresses(value: str) -> tuple[Address, ...]:
    return tuple(parse_address(one.strip(), "OWNSTEPS_TRIAL_ADDRESSES") for one in value.split(",") if one.strip())


def parse_address(text: str, name: str = "address") -> Address:
    """`telegram:123`, `sms:+447700900123` or `whatsapp:+44...`. Raises SettingsError without repeating the value."""
    channel, _colon, identifier = text.partition(":")
    pattern = r"[0-9]{1,16}" if channel == "telegram" else r"\+[0-9]{6,15}"
    if channel not in tuple(Channel) or not re.fullmatch(pattern, identifier):
        raise SettingsError(name, "must be telegram:123, sms:+447700900123 or whatsapp:+447700900123.")
    return Address(Channel(channel), identifier)


def _metrics_token(reader: _Reader) -> str | None:
    value = reader.get("OWNSTEPS_METRICS_TOKEN")
    if value is not None and not re.fullmatch(r"[!-~]{1,512}", value):
        raise SettingsError("OWNSTEPS_METRICS_TOKEN", "takes 1 to 512 printable characters without spaces.")
    return value


def _clock_file(reader: _Reader, stage: Stage) -> Path | None:
    value = reader.get("OWNSTEPS_CLOCK_FILE")
    if value is None:
        return None
    if stage is not Stage.DEMO:
        raise SettingsError("OWNSTEPS_CLOCK_FILE", "is taken at the demo stage only.")
    return Path(value)


def _telegram(reader: _Reader, public_url: str | None) -> TelegramSettings | None:
    token = reader.get("OWNSTEPS_TELEGRAM_TOKEN")
    if token is None:
        if reader.get("OWNSTEPS_TELEGRAM_SECRET") is not None:
            raise SettingsError("OWNSTEPS_TELEGRAM_TOKEN", "is needed beside OWNSTEPS_TELEGRAM_SECRET.")
        return None
    if not re.fullmatch(r"[0-9]{1,20}:[A-Za-z0-9_-]{5,100}", token):
        raise SettingsError("OWNSTEPS_TELEGRAM_TOKEN", "must look like 123456:letters, as BotFather gave it.")
    secret = reader.get("OWNSTEPS_TELEGRAM_SECRET")
    if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise SettingsError("OWNSTEPS_TELEGRAM_SECRET", "takes 1 to 256 of A-Z a-z 0-9 _ -.")
    mode = reader.choice(
        "OWNSTEPS_TELEGRAM_MODE", ("polling", "webhook"), "webhook" if public_url is not None else "polling"
    )
    if mode == "webhook" and (secret is None or public_url is None):
        missing = "OWNSTEPS_TELEGRAM_SECRET" if secret is None else "OWNSTEPS_PUBLIC_URL"
        raise SettingsError(missing, "is needed for Telegram's webhook; set it, or OWNSTEPS_TELEGRAM_MODE=polling.")
    api = reader.origin("OWNSTEPS_TELEGRAM_API", https=True, default=TELEGRAM_API) or TELEGRAM_API
    return TelegramSettings(token, secret, mode, api)


def _twilio(reader: _Reader, public_url: str | None) -> TwilioSettings | None:
    sid = reader.get("OWNSTEPS_TWILIO_ACCOUNT_SID")
    if sid is None:
        for other in ("AUTH_TOKEN", "SMS_FROM", "WHATSAPP_FROM"):
            if reader.get(f"OWNSTEPS_TWILIO_{other}") is not None:
                raise SettingsError("OWNSTEPS_TWILIO_ACCOUNT_SID", f"is needed beside OWNSTEPS_TWILIO_{other}.")
        return None
    if not re.fullmatch(r"AC[0-9A-Za-z]{32}", sid):
        raise SettingsError("OWNSTEPS_TWILIO_ACCOUNT_SID", "must be AC and 32 letters or digits.")
    token = reader.get("OWNSTEPS_TWILIO_AUTH_TOKEN")
    if token is None:
        raise SettingsError("OWNSTEPS_TWILIO_AUTH_TOKEN", "is needed beside the account SID.")
    if public_url is None:
        raise SettingsError("OWNSTEPS_PUBLIC_URL", "is needed with Twilio: it signs the address that it posts to.")
    sms, whatsapp = (_number(reader, f"OWNSTEPS_TWILIO_{name}_FROM") for name in ("SMS", "WHATSAPP"))
    if sms is None and whatsapp is None:
        raise SettingsError("OWNSTEPS_TWILIO_SMS_FROM", "or OWNSTEPS_TWILIO_WHATSAPP_FROM must be set.")
    return TwilioSettings(
        sid,
        token,
        sms,
        whatsapp,
        api=reader.origin("OWNSTEPS_TWILIO_API", https=True, default=TWILIO_API) or TWILIO_API,
        redaction=reader.choice("OWNSTEPS_TWILIO_REDACTION", ("delete", "message", "none"), "delete"),
        knock_sid=_knock(reader),
    )


def _knock(reader: _Reader) -> str | None:
    value = reader.get("OWNSTEPS_WHATSAPP_KNOCK")
    if value is not None and not re.fullmatch(r"HX[0-9A-Za-z]{32}", value):
        raise SettingsError(
            "OWNSTEPS_WHATSAPP_KNOCK", "must be the template's content id: HX and 32 letters or digits."
        )
    return value


def _number(reader: _Reader, name: str) -> str | None:
    value = reader.get(name)
    if value is None:
        return None
    number = value.removeprefix("whatsapp:")
    if not re.fullmatch(r"\+[0-9]{6,15}", number):
        raise SettingsError(name, "must be a number such as +447700900123.")
    return number


def _check_stage(settings: Settings) -> None:
    if settings.stage is Stage.DEMO:
        origins = [one.api for one in (settings.telegram, settings.twilio) if one is not None]
        if not all(is_loopback(origin) for origin in origins):
            raise SettingsError("OWNSTEPS_STAGE", "demo is only for providers at a loopback address.")
    if settings.stage is Stage.LIVE:
        for name in CONFIRMATIONS:
            _check_confirmation(name, settings.confirmations.get(name))


def _check_confirmation(name: str, value: str | None) -> None:
    """ "role, YYYY-MM-DD", a real day and not in a form that nobody signed."""
    setting = f"[confirmations] {name}"
    if value is None:
        raise SettingsError(setting, 'is missing; live needs each confirmation as "role, YYYY-MM-DD".')
    role, _comma, day = value.rpartition(",")
    try:
        date.fromisoformat(day.strip())
    except ValueError:
        raise SettingsError(setting, 'must be "role, YYYY-MM-DD".') from None
    if not role.strip():
        raise SettingsError(setting, 'must name a role: "role, YYYY-MM-DD".')
