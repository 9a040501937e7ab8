"""The keys and what is sealed with them (safety.md DATA-6, HIDE-7).

Each conversation, handoff, ledger, parked message and erasure job has a random data key of its own. It is stored wrapped
by a master key that is never in the database; destroying the wrapped key makes everything under it unreadable, in backups
too. A sealed value is bound to its place (table, owner, column, row), so it can't be moved to another one. Addresses and
provider ids are looked up by HMAC under separate lookup keys, with a different label for each table, so that two tables
can't be joined by them.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32
HEAD = len(VERSION) + NONCE_BYTES
KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class KeyProblem(ValueError):
    """A key setting that can't be used, or a key that the database needs and was not given. Holds no key material."""


class Unreadable(Exception):
    """A sealed value that does not open: another key, another place, or changed bytes."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Master and lookup keys as (id, 32 bytes); the first of each is current, the others only read what is older."""

    keys: tuple[tuple[str, bytes], ...] = field(repr=False)
    lookup: tuple[tuple[str, bytes], ...] = field(repr=False)

    @classmethod
    def parse(cls, keys: str, lookup: str) -> Keyring:
        """From two settings of the form `id:base64url-of-32-bytes,...`, padding optional. Raises KeyProblem."""
        return cls(_parse_list(keys, "OWNSTEPS_KEYS"), _parse_list(lookup, "OWNSTEPS_LOOKUP_KEYS"))

    @classmethod
    def fresh(cls, key_id: str = "k1") -> Keyring:
        return cls(((key_id, secrets.token_bytes(KEY_BYTES)),), ((key_id, secrets.token_bytes(KEY_BYTES)),))

    @property
    def current(self) -> str:
        return self.keys[0][0]

    def master(self, key_id: str) -> bytes:
        found = next((key for name, key in self.keys if name == key_id), None)
        if found is None:
            raise KeyProblem(f"The database needs master key {key_id!r}: add it to OWNSTEPS_KEYS after the first.")
        return found

    def hash(self, label: str, value: str) -> bytes:
        """The keyed hash under the current lookup key. `label` names the table that it is for."""
        return _digest(self.lookup[0][1], label, value)

    def hashes(self, label: str, value: str) -> list[bytes]:
        """The same under every lookup key, current first."""
        return [_digest(key, label, value) for _, key in self.lookup]


def new_key_text(key_id: str) -> str:
    """A new random key as it stands in a setting."""
    return f"{key_id}:{base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip('=')}"


def _digest(key: bytes, label: str, value: str) -> bytes:
    return hmac.digest(key, f"{label}|{value}".encode("utf-8", "surrogatepass"), "sha256")


def _parse_list(setting: str, name: str) -> tuple[tuple[str, bytes], ...]:
    entries = [one.strip() for one in setting.split(",") if one.strip()]
    parsed = tuple(_parse_key(one, name, number) for number, one in enumerate(entries, 1))
    if not parsed:
        raise KeyProblem(f"{name} is empty: it needs at least one key; `ownsteps keys new` makes one.")
    if len({key_id for key_id, _ in parsed}) != len(parsed):
        raise KeyProblem(f"{name} has two keys of the same id: every key needs its own.")
    return parsed


def _parse_key(entry: str, name: str, number: int) -> tuple[str, bytes]:
    """Errors name the entry by its number: what stands where its id should be may be the key."""
    key_id, colon, text = entry.partition(":")
    if not colon or not KEY_ID.fullmatch(key_id):
        raise KeyProblem(f"{name} has an entry that is not `id:key`; `ownsteps keys new` makes one.")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise KeyProblem(f"{name}: key {number} is not base64url.") from None
    if len(key) != KEY_BYTES:
        raise KeyProblem(f"{name}: key {number} has {len(key)} bytes; it needs {KEY_BYTES}.")
    return key_id, key


def place(table: str, owner: object, column: str, row: object) -> bytes:
    """Where a sealed value belongs."""
    return f"{table}|{owner}|{column}|{row}".encode()


def seal(key: bytes, plain: bytes, where: bytes) -> bytes:
    """`version byte | nonce | ciphertext`."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plain, where)


def unseal(key: bytes, sealed: bytes, where: bytes) -> bytes:
    """Raises Unreadable."""
    if sealed[:1] != VERSION:
        raise Unreadable("a sealed value of an unknown version")
    try:
        return AESGCM(key).decrypt(sealed[1:HEAD], sealed[HEAD:], where)
    except (InvalidTag, ValueError):
        raise Unreadable("a sealed value did not open in its place") from None


@dataclass(frozen=True, slots=True)
class DataKey:
    """A data key ready for use. `id` is random and says nothing."""

    id: str
    raw: bytes = field(repr=False)


def new_data_key() -> DataKey:
    return DataKey(secrets.token_hex(16), secrets.token_bytes(KEY_BYTES))


def wrap(keyring: Keyring, key: DataKey) -> tuple[str, bytes]:
    """The current master key's id and the wrapped key."""
    return keyring.current, seal(keyring.master(keyring.current), key.raw, _wrap_place(key.id))


def unwrap(keyring: Keyring, key_id: str, master: str, wrapped: bytes) -> DataKey:
    return DataKey(key_id, unseal(keyring.master(master), wrapped, _wrap_place(key_id)))


def _wrap_place(key_id: str) -> bytes:
    return place("data_key", key_id, "wrapped", key_id)


def seal_master(keyring: Keyring, plain: str, where: bytes) -> bytes:
    """Sealed directly under the current master key, whose id stands in front: `length byte | id | sealed`."""
    name = keyring.current.encode()
    return bytes([len(name)]) + name + seal(keyring.master(keyring.current), plain.encode(), where)


def unseal_master(keyring: Keyring, sealed: bytes, where: bytes) -> str:
    return unseal(keyring.master(sealed_by(sealed)), sealed[1 + sealed[0] :], where).decode()


def sealed_by(sealed: bytes) -> str:
    """The id of the master key that a value of `seal_master` needs."""
    return sealed[1 : 1 + sealed[0]].decode()


def random_id() -> int:
    """A random row id under 2**52, so that a browser's numbers hold it."""
    return secrets.randbelow(2**52 - 1) + 1
