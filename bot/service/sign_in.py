"""How an officer gets in: password and code, slowed after failures, never locked; sessions that end and can be ended.

A wrong name, password or code give the same answer after the same work. The session is a random token: the browser has
it in a cookie, the database has its hash.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.ports import Officer, Unit
from bot.service.context import Context

IDLE_S = 30 * 60
LIFE = timedelta(hours=12)
CODE_STEPS = (0, -1, 1)
"""TOTP steps of 30 seconds that are taken: now, the one before, the one after."""
DEMO_LINK = "demo-sign-in"
"""A setting: officer and hash of each one-time link, blanks between; gone once used."""
MAX_DEMO_LINKS = 8
"""The oldest unused ones go first."""
FREE_TRIES, MAX_PAUSE_S, FORGOTTEN_S = 3, 8.0, 900.0
MAX_NAMES = 2000
MAX_FIELD = 256

HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_checks = threading.BoundedSemaphore(2)
_dummy_lock = threading.Lock()
_dummy: dict[str, str] = {}


class Brake:
    """Slows tries on a name after failures. Nobody is locked out: the pause has an upper end and then the try counts.

    Kept in this process only; names are kept as hashes. `monotonic` and `pause` stand for the system's in tests.
    """

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._monotonic, self._pause = monotonic, pause
        self._lock = threading.Lock()
        self._failures: dict[bytes, tuple[int, float]] = {}

    def wait(self, name: str) -> float:
        """Pauses for as long as this name's failures ask; the seconds."""
        with self._lock:
            count, last = self._failures.get(_digest(name.casefold()), (0, 0.0))
        old = self._monotonic() - last > FORGOTTEN_S
        seconds = 0.0 if count < FREE_TRIES or old else min(MAX_PAUSE_S, 0.5 * 2.0 ** (count - FREE_TRIES))
        if seconds:
            self._pause(seconds)
        return seconds

    def failed(self, name: str) -> None:
        key = _digest(name.casefold())
        with self._lock:
            if len(self._failures) >= MAX_NAMES:
                self._failures.pop(next(iter(self._failures)))
            self._failures[key] = (min(self._failures.get(key, (0, 0.0))[0] + 1, 20), self._monotonic())

    def passed(self, name: str) -> None:
        with self._lock:
            self._failures.pop(_digest(name.casefold()), None)


def sign_in(desk: Context, brake: Brake, name: str, password: str, code: str) -> str | None:
    """The new session's token; None for whatever was wrong, without saying what."""
    if max(len(name), len(password), len(code)) > MAX_FIELD:
        return None
    brake.wait(name)
    officer = desk.store.transact(lambda unit: unit.officer(name=name.strip()))
    known = officer is not None and not officer.disabled
    right = _password_is(officer.password_hash if officer and known else _dummy_hash(), password)
    step = _code_step(officer.totp_secret if officer and known else _dummy_secret(), code, desk.clock())
    if officer is None or not known or not right or step is None:
        brake.failed(name)
        return None
    token = desk.store.transact(lambda unit: _enter_once(unit, officer, step, desk.clock()))
    (brake.passed if token else brake.failed)(name)
    return token


def sign_out(desk: Context, token: str) -> None:
    def work(unit: Unit) -> None:
        now = desk.clock()
        officer = unit.session_officer(_digest(token), now, IDLE_S)
        unit.close_session(_digest(token))
        unit.audit(officer.id if officer else None, "sign-out", None, now)

    desk.store.transact(work)


def whoami(desk: Context, token: str, *, touch: bool = True) -> Officer | None:
    """The officer of a live session. `touch=False` looks without counting as activity: for what a page does by itself."""
    now = desk.clock()
    return desk.store.transact(lambda unit: unit.session_officer(_digest(token), now, IDLE_S, touch=touch))


def demo_link(desk: Context, officer_id: int) -> str:
    """A path that signs this officer in once. Only the demo stage serves it."""
    return desk.store.transact(lambda unit: add_demo_link(unit, officer_id))


def add_demo_link(unit: Unit, officer_id: int) -> str:
    """As `demo_link`, in an open transaction. Earlier links stay good until they are used."""
    token = secrets.token_urlsafe(24)
    kept = (unit.setting(DEMO_LINK) or "").split()[1 - MAX_DEMO_LINKS :]
    unit.put_setting(DEMO_LINK, " ".join([*kept, f"{officer_id}:{_digest(token).hex()}"]))
    return f"/desk/demo/{token}"


def use_demo_link(desk: Context, link: str) -> str | None:
    """A session for the link's officer; None when it is no link or was used."""

    def work(unit: Unit) -> str | None:
        links = (unit.setting(DEMO_LINK) or "").split()
        given = _digest(link).hex()
        found = next((one for one in links if hmac.compare_digest(one.partition(":")[2], given)), None)
        if found is None:
            return None
        unit.put_setting(DEMO_LINK, " ".join(one for one in links if one != found) or None)
        return _enter(unit, int(found.partition(":")[0]), desk.clock())

    return desk.store.transact(work)


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def _enter_once(unit: Unit, officer: Officer, step: int, now: datetime) -> str | None:
    """A code is good for one entry: the same code again is a replay."""
    return _enter(unit, officer.id, now) if unit.use_totp_step(officer.id, step) else None


def _enter(unit: Unit, officer_id: int, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    unit.open_session(_digest(token), officer_id, now, now + LIFE)
    unit.audit(officer_id, "sign-in", None, now)
    return token


def _password_is(hashed: str, password: str) -> bool:
    """At most two at once: each takes 19 MiB and a core."""
    with _checks:
        try:
            return HASHER.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


def _code_step(secret: str, code: str, now: datetime) -> int | None:
    """The TOTP step that this code is of (RFC 6238), or None. All steps are compared, whatever matches."""
    totp, given = pyotp.TOTP(secret), "".join(code.split())
    found = None
    for offset in CODE_STEPS:
        step = totp.timecode(now) + offset
        if hmac.compare_digest(totp.generate_otp(step).encode(), given.encode("utf-8", "replace")):
            found = step if found is None else found
    return found


def _dummy_hash() -> str:
    """Compared for names that are not there, so that they take as long."""
    with _dummy_lock:
        if not _dummy:
            _dummy["hash"], _dummy["secret"] = HASHER.hash(secrets.token_urlsafe(16)), pyotp.random_base32()
        return _dummy["hash"]


def _dummy_secret() -> str:
    _dummy_hash()
    return _dummy["secret"]


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
