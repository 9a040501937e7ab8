"""The schema: what is kept, in the clear or sealed. safety.md DATA-2, DATA-3 and DATA-6 decide every column.

In the clear stand only keyed hashes, random ids, the times a queue or a purge needs, phases, counters, settings and the
accounts of officers. Whatever a person wrote, chose or can be reached by is sealed: under the conversation's own random
key, or under the key of its handoff, its ledger, its parked message or its erasure job. `MEANING` says it for each column,
and the schema test compares the two.

Times: `*_minute` counts minutes since 1970 in UTC, every other time microseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

SERIAL = BigInteger().with_variant(Integer, "sqlite")
"""In SQLite an INTEGER key is the row's own place, which spares an index; a random id still stays under 2**52."""

OPEN_PHASES = text("phase in ('requested', 'accepted')")
UNSENT = text("state in ('ready', 'sending', 'cleared')")

data_key = Table(
    "data_key",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("master", String(64), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
destroyed_key = Table(
    "destroyed_key",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("at_minute", BigInteger, nullable=False),
)
conversation = Table(
    "conversation",
    METADATA,
    Column("id", SERIAL, primary_key=True, autoincrement=False),
    Column("key_id", String(32), nullable=False),
    Column("address_hash", LargeBinary, nullable=False, unique=True),
    Column("seen_minute", BigInteger, index=True),
    Column("address", LargeBinary, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("meter", LargeBinary),
)
claimed = Table(
    "claimed",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("at_minute", BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,  # so that the order of rows does not tell the order of people
)
stop_flag = Table(
    "stop_flag",
    METADATA,
    Column("address_hash", LargeBinary, primary_key=True),
    Column("until", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
erasure_job = Table(
    "erasure_job",
    METADATA,
    Column("id", SERIAL, primary_key=True, autoincrement=False),
    Column("key_id", String(32), nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("address", LargeBinary, nullable=False),
)
outbox = Table(
    "outbox",
    METADATA,
    Column("id", SERIAL, primary_key=True, autoincrement=False),
    Column("conversation_id", BigInteger, ForeignKey("conversation.id", ondelete="CASCADE"), index=True),
    Column("job_id", BigInteger, ForeignKey("erasure_job.id", ondelete="CASCADE"), index=True),
    Column("lane", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("speaks", Boolean, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("lease_until", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("drop_after", BigInteger),
    Column("officer_message_id", BigInteger),
    Column("body", LargeBinary),
    Column("code", String(64)),
    Index(
        "ix_outbox_due",
        "due",
        "seq",
        sqlite_where=text("state = 'ready'"),
        postgresql_where=text("state = 'ready'"),
    ),
    Index("ix_outbox_lane", "lane", "seq", sqlite_where=UNSENT, postgresql_where=UNSENT),
    Index(
        "ix_outbox_lease",
        "lease_until",
        sqlite_where=text("state in ('sending', 'cleared')"),
        postgresql_where=text("state in ('sending', 'cleared')"),
    ),
)
ledger = Table(
    "ledger",
    METADATA,
    Column("message_hash", LargeBinary, primary_key=True),
    Column("owner_hash", LargeBinary, nullable=False, index=True),
    Column("key_id", String(32), nullable=False),
    Column("at_minute", BigInteger, nullable=False, index=True),
    Column("status", String(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
early_status = Table(
    "early_status",
    METADATA,
    Column("message_hash", LargeBinary, primary_key=True),
    Column("status", String(16), nullable=False),
    Column("code", String(64)),
    Column("at_minute", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
parked = Table(
    "parked",
    METADATA,
    Column("id", SERIAL, primary_key=True, autoincrement=False),
    Column("owner_hash", LargeBinary, nullable=False, index=True),
    Column("key_id", String(32), nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)
officer = Table(
    "officer",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("name", String(128), nullable=False),
    Column("name_folded", String(256), nullable=False, unique=True),
    Column("alias", String(128), nullable=False),
    Column("role", String(32), nullable=False),
    Column("languages", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("totp_secret", LargeBinary, nullable=False),
    Column("totp_step", BigInteger, nullable=False),
    Column("disabled", Boolean, nullable=False),
)
handoff = Table(
    "handoff",
    METADATA,
    Column("id", SERIAL, primary_key=True, autoincrement=False),
    Column("conversation_id", BigInteger, ForeignKey("conversation.id", ondelete="SET NULL"), index=True),
    Column("owner_hash", LargeBinary, index=True),
    Column("key_id", String(32)),
    Column("phase", String(16), nullable=False),
    Column("officer_id", BigInteger, ForeignKey("officer.id")),
    Column("requested_at", BigInteger, nullable=False),
    Column("accepted_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("expires_at", BigInteger),
    Column("knocked", Boolean, nullable=False),
    Column("mark", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_handoff_open", "phase", "requested_at", sqlite_where=OPEN_PHASES, postgresql_where=OPEN_PHASES),
)
handoff_message = Table(
    "handoff_message",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("handoff_id", BigInteger, ForeignKey("handoff.id", ondelete="CASCADE"), nullable=False),
    Column("delivery", String(16)),
    Column("code", String(64)),
    Column("body", LargeBinary, nullable=False),
    Index("ix_handoff_message_handoff_id", "handoff_id", "id"),
    sqlite_autoincrement=True,  # a stream reads "after this id", so an id is never given twice
)
draft = Table(
    "draft",
    METADATA,
    Column("handoff_id", BigInteger, ForeignKey("handoff.id", ondelete="CASCADE"), primary_key=True),
    Column("officer_id", BigInteger, ForeignKey("officer.id"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
desk_session = Table(
    "desk_session",
    METADATA,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("officer_id", BigInteger, ForeignKey("officer.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("until", BigInteger, nullable=False),
    Column("touched", BigInteger, nullable=False),
)
audit = Table(
    "audit",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("officer_id", BigInteger),
    Column("act", String(64), nullable=False),
    Column("handoff_id", BigInteger),
    sqlite_autoincrement=True,
)
setting = Table(
    "setting",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
trial_address = Table(
    "trial_address",
    METADATA,
    Column("address_hash", LargeBinary, primary_key=True),
    Column("at_minute", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
counter = Table(
    "counter",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("label", String(64), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

SEALED, HASH, RANDOM, TIME, PHASE, COUNT, ACCOUNT, NOTE = (
    "sealed",
    "keyed hash",
    "random id",
    "time of the queue or of purging",
    "phase",
    "counter or order",
    "officer's account",
    "fact of the deployment",
)
MEANING: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "data_key": {"id": RANDOM, "master": NOTE, "wrapped": SEALED},
        "destroyed_key": {"id": RANDOM, "at_minute": TIME},
        "conversation": {
            "id": RANDOM,
            "key_id": RANDOM,
            "address_hash": HASH,
            "seen_minute": TIME,
            "address": SEALED,
            "state": SEALED,
            "meter": SEALED,
        },
        "claimed": {"hash": HASH, "at_minute": TIME},
        "stop_flag": {"address_hash": HASH, "until": TIME},
        "erasure_job": {"id": RANDOM, "key_id": RANDOM, "until": TIME, "address": SEALED},
        "outbox": {
            "id": RANDOM,
            "conversation_id": RANDOM,
            "job_id": RANDOM,
            "lane": RANDOM,
            "seq": COUNT,
            "state": PHASE,
            "speaks": PHASE,
            "due": TIME,
            "lease_until": TIME,
            "attempts": COUNT,
            "drop_after": TIME,
            "officer_message_id": COUNT,
            "body": SEALED,
            "code": PHASE,
        },
        "ledger": {
            "message_hash": HASH,
            "owner_hash": HASH,
            "key_id": RANDOM,
            "at_minute": TIME,
            "status": PHASE,
            "body": SEALED,
        },
        "early_status": {"message_hash": HASH, "status": PHASE, "code": PHASE, "at_minute": TIME},
        "parked": {"id": RANDOM, "owner_hash": HASH, "key_id": RANDOM, "at": TIME, "body": SEALED},
        "officer": {
            "id": COUNT,
            "name": ACCOUNT,
            "name_folded": ACCOUNT,
            "alias": ACCOUNT,
            "role": ACCOUNT,
            "languages": ACCOUNT,
            "password_hash": ACCOUNT,
            "totp_secret": SEALED,
            "totp_step": COUNT,
            "disabled": ACCOUNT,
        },
        "handoff": {
            "id": RANDOM,
            "conversation_id": RANDOM,
            "owner_hash": HASH,
            "key_id": RANDOM,
            "phase": PHASE,
            "officer_id": COUNT,
            "requested_at": TIME,
            "accepted_at": TIME,
            "ended_at": TIME,
            "expires_at": TIME,
            "knocked": PHASE,
            "mark": COUNT,
            "body": SEALED,
        },
        "handoff_message": {
            "id": COUNT,
            "handoff_id": RANDOM,
            "delivery": PHASE,
            "code": PHASE,
            "body": SEALED,
        },
        "draft": {"handoff_id": RANDOM, "officer_id": COUNT, "body": SEALED},
        "desk_session": {"token_hash": HASH, "officer_id": COUNT, "until": TIME, "touched": TIME},
        "audit": {"id": COUNT, "at": TIME, "officer_id": COUNT, "act": NOTE, "handoff_id": RANDOM},
        "setting": {"name": NOTE, "value": NOTE},
        "trial_address": {"address_hash": HASH, "at_minute": TIME, "body": SEALED},
        "counter": {"name": NOTE, "label": NOTE, "value": COUNT},
    }
)
