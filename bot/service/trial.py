"""The trial stage: who is on the list, and the code that puts an account on it (OPS-3)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from bot.ports import Address, Inbound, InboundKind, Unit
from bot.service.context import Context

CODE_LIFE = timedelta(minutes=10)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without letters that are taken for one another when a code is read out."""
LENGTH = 8
_PREFIX = "trial-code:"


def new_code(context: Context, now: datetime) -> str:
    """A code that puts the account which sends it on the list; valid for ten minutes, kept as a keyed hash."""
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    until = (now + CODE_LIFE).isoformat()
    context.store.transact(lambda unit: unit.put_setting(_PREFIX + _hash(context, code), until))
    return code


def is_listed(context: Context, unit: Unit, address: Address) -> bool:
    return address in context.trial_addresses or address in unit.trial_addresses()


def join(context: Context, unit: Unit, inbound: Inbound, now: datetime) -> bool:
    """Puts the sender on the list when the message is a valid code, alone or after /start; a code works once."""
    words = inbound.text.split()
    if inbound.kind not in (InboundKind.TEXT, InboundKind.COMMAND) or not words or len(words[-1]) != LENGTH:
        return False
    name = _PREFIX + _hash(context, words[-1])
    until = unit.setting(name)
    if until is None or datetime.fromisoformat(until) < now:
        return False
    unit.put_setting(name, None)
    unit.add_trial_address(inbound.address, now)
    return True


def _hash(context: Context, code: str) -> str:
    return context.keyed_hash("trial-code", code.upper())[:32]
