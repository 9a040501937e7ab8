"""Officers, their desk sessions, the audit, settings, trial addresses and counters."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.engine.model import Channel
from bot.ports import Address, Officer
from bot.store import vault
from bot.store.outbox import Outbox
from bot.store.tables import audit, counter, desk_session, officer, setting, trial_address
from bot.store.times import micros, minutes, moment
from bot.store.vault import place

OFFICERS = select(officer).order_by(officer.c.name_folded)
BY_ID = select(officer).where(officer.c.id == bindparam("b_id"))
BY_NAME = select(officer).where(officer.c.name_folded == bindparam("b_name"))
ADD_OFFICER = insert(officer).returning(officer.c.id)
CHANGE_OFFICER = update(officer).where(officer.c.id == bindparam("b_id"))
SET_SECRET = update(officer).where(officer.c.id == bindparam("b_id")).values(totp_secret=bindparam("b_secret"))
USE_STEP = (
    update(officer)
    .where(officer.c.id == bindparam("b_id"), officer.c.totp_step < bindparam("b_step"))
    .values(totp_step=bindparam("b_step"))
)

OPEN_SESSION = insert(desk_session)
SESSION = select(desk_session).where(desk_session.c.token_hash == bindparam("b_hash"))
TOUCH = update(desk_session).where(desk_session.c.token_hash == bindparam("b_hash")).values(touched=bindparam("b_now"))
CLOSE_SESSION = delete(desk_session).where(desk_session.c.token_hash == bindparam("b_hash"))
CLOSE_SESSIONS = delete(desk_session).where(desk_session.c.officer_id == bindparam("b_officer"))

AUDIT = insert(audit)
AUDITED = select(audit).order_by(audit.c.id.desc()).limit(bindparam("b_limit"))

GET_SETTING = select(setting.c.value).where(setting.c.name == bindparam("b_name"))
PUT_SETTING = upsert(setting)
PUT_SETTING = PUT_SETTING.on_conflict_do_update(
    index_elements=[setting.c.name], set_={"value": PUT_SETTING.excluded.value}
)
DROP_SETTING = delete(setting).where(setting.c.name == bindparam("b_name"))
TRIAL = select(trial_address).order_by(trial_address.c.at_minute)
ADD_TRIAL = upsert(trial_address).on_conflict_do_nothing()
SET_TRIAL = (
    update(trial_address).where(trial_address.c.address_hash == bindparam("b_hash")).values(body=bindparam("b_body"))
)
DROP_TRIAL = delete(trial_address).where(trial_address.c.address_hash == bindparam("b_hash"))
COUNT = upsert(counter)
COUNT = COUNT.on_conflict_do_update(
    index_elements=[counter.c.name, counter.c.label], set_={"value": counter.c.value + COUNT.excluded.value}
)
COUNTS = select(counter).order_by(counter.c.name, counter.c.label)


class People(Outbox):
    def officers(self) -> Sequence[Officer]:
        return [self._officer(row) for row in self._all(OFFICERS)]

    def officer(self, *, officer_id: int | None = None, name: str | None = None) -> Officer | None:
        if officer_id is not None:
            row = self._one(BY_ID, b_id=officer_id)
        else:
            row = self._one(BY_NAME, b_name=_folded(name or ""))
        return None if row is None else self._officer(row)

    def put_officer(self, officer: Officer) -> Officer:
        """Raises ValueError when another officer has the name."""
        namesake = self.officer(name=officer.name)
        if namesake is not None and namesake.id != officer.id:
            raise ValueError("an officer of that name exists")
        values = self._officer_values(officer)
        if officer.id:
            self._write(CHANGE_OFFICER, b_id=officer.id, **values)
            return officer
        return replace(officer, id=int(self._first(ADD_OFFICER, **values)))

    def use_totp_step(self, officer_id: int, step: int) -> bool:
        return self._quiet(USE_STEP, b_id=officer_id, b_step=step) == 1

    def open_session(self, token_hash: bytes, officer_id: int, now: datetime, until: datetime) -> None:
        self._quiet(
            OPEN_SESSION,
            token_hash=token_hash,
            officer_id=officer_id,
            until=micros(until),
            touched=micros(now),
        )

    def session_officer(self, token_hash: bytes, now: datetime, idle_s: int, *, touch: bool = True) -> Officer | None:
        row = self._one(SESSION, b_hash=token_hash)
        if row is None or micros(now) >= row.until or now - moment(row.touched) > timedelta(seconds=idle_s):
            return None
        found = self.officer(officer_id=row.officer_id)
        if found is None or found.disabled:
            return None
        if touch:
            self._quiet(TOUCH, b_hash=token_hash, b_now=micros(now))
        return found

    def close_session(self, token_hash: bytes) -> None:
        self._quiet(CLOSE_SESSION, b_hash=token_hash)

    def close_sessions_of(self, officer_id: int) -> None:
        self._quiet(CLOSE_SESSIONS, b_officer=officer_id)

    def audit(self, officer_id: int | None, act: str, handoff_id: int | None, now: datetime) -> None:
        self._quiet(AUDIT, at=micros(now), officer_id=officer_id, act=act, handoff_id=handoff_id)

    def audit_rows(self, limit: int) -> Sequence[tuple[datetime, int | None, str, int | None]]:
        """Newest first."""
        rows = self._all(AUDITED, b_limit=limit)
        return [(moment(row.at), row.officer_id, row.act, row.handoff_id) for row in rows]

    def setting(self, name: str) -> str | None:
        value = self._first(GET_SETTING, b_name=name)
        return None if value is None else str(value)

    def put_setting(self, name: str, value: str | None) -> None:
        if value is None:
            self._write(DROP_SETTING, b_name=name)
        else:
            self._write(PUT_SETTING, name=name, value=value)

    def trial_addresses(self) -> Sequence[Address]:
        return [self._trial(row) for row in self._all(TRIAL)]

    def add_trial_address(self, address: Address, now: datetime) -> None:
        known = self._keyring.hash("trial_address", address.key)
        body = vault.seal_master(self._keyring, address.key, trial_place(known))
        self._write(ADD_TRIAL, address_hash=known, at_minute=minutes(now), body=body)

    def drop_trial_address(self, address: Address) -> None:
        for one in self._keyring.hashes("trial_address", address.key):
            self._write(DROP_TRIAL, b_hash=one)

    def count(self, name: str, label: str, by: int = 1) -> None:
        self._quiet(COUNT, name=name, label=label[:64], value=by)

    def counts(self) -> Sequence[tuple[str, str, int]]:
        return [(row.name, row.label, row.value) for row in self._all(COUNTS)]

    # --- for the other parts

    def _officer(self, row: Row[Any]) -> Officer:
        return Officer(
            row.id,
            row.name,
            row.alias,
            row.role,
            tuple(json.loads(row.languages)),
            row.password_hash,
            vault.unseal_master(self._keyring, row.totp_secret, totp_place(row.name_folded)),
            row.totp_step,
            bool(row.disabled),
        )

    def _officer_values(self, one: Officer) -> dict[str, Any]:
        return {
            "name": one.name,
            "name_folded": _folded(one.name),
            "alias": one.alias,
            "role": one.role,
            "languages": json.dumps(one.languages),
            "password_hash": one.password_hash,
            "totp_secret": vault.seal_master(self._keyring, one.totp_secret, totp_place(_folded(one.name))),
            "totp_step": one.totp_step,
            "disabled": one.disabled,
        }

    def _trial(self, row: Row[Any]) -> Address:
        key = vault.unseal_master(self._keyring, row.body, trial_place(row.address_hash))
        channel, _, identifier = key.partition(":")
        return Address(Channel(channel), identifier)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def totp_place(folded: str) -> bytes:
    return place("officer", folded, "totp_secret", folded)


def trial_place(known: bytes) -> bytes:
    return place("trial_address", known.hex(), "body", known.hex())
