"""The statements of the outbox, built once. `bot/store/outbox.py` says what the states mean."""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    FromClause,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    update,
)

from bot.store.tables import conversation, data_key, erasure_job, outbox

READY: ColumnElement[str] = literal_column("'ready'")
SENDING: ColumnElement[str] = literal_column("'sending'")
CLEARED: ColumnElement[str] = literal_column("'cleared'")
FAILED: ColumnElement[str] = literal_column("'failed'")
# Literal, not bound: a database uses a partial index only for a condition that it can read when it plans.


def _unsent(rows: FromClause) -> ColumnElement[bool]:
    return rows.c.state.in_([READY, SENDING, CLEARED])


_one, _before, _lane = outbox.alias("one"), outbox.alias("before"), outbox.alias("in_lane")
_blocked = exists().where(_before.c.lane == _one.c.lane, _before.c.seq < _one.c.seq, _unsent(_before))
_heads = select(_one.c.id).where(_one.c.state == READY, ~_blocked)
_by_id = outbox.c.id == bindparam("b_id")
_mine = (_by_id, outbox.c.attempts == bindparam("b_attempts"), outbox.c.state.in_([SENDING, CLEARED]))

ENQUEUE = insert(outbox).values(
    seq=select(func.coalesce(func.max(_lane.c.seq), 0) + 1)
    .where(_lane.c.lane == bindparam("b_lane"), _unsent(_lane))
    .scalar_subquery()
)
LEASE = (
    update(outbox)
    .where(
        outbox.c.id.in_(
            _heads.where(_one.c.due <= bindparam("b_now"))
            .order_by(_one.c.due, _one.c.seq)
            .limit(bindparam("b_limit"))
            .with_for_update(skip_locked=True)
        )
    )
    .values(state=SENDING, lease_until=bindparam("b_until"), attempts=outbox.c.attempts + 1)
    .returning(outbox.c.id, outbox.c.due, outbox.c.seq)
)
LEASED = (
    select(
        outbox,
        func.coalesce(conversation.c.address, erasure_job.c.address).label("address"),
        data_key.c.id.label("key_id"),
        data_key.c.master,
        data_key.c.wrapped,
    )
    .select_from(
        outbox.outerjoin(conversation, conversation.c.id == outbox.c.conversation_id)
        .outerjoin(erasure_job, erasure_job.c.id == outbox.c.job_id)
        .join(data_key, data_key.c.id == func.coalesce(conversation.c.key_id, erasure_job.c.key_id))
    )
    .where(_by_id)
)
LEASE_OVER = (
    select(outbox)
    .where(outbox.c.state.in_([SENDING, CLEARED]), outbox.c.lease_until <= bindparam("b_now"))
    .with_for_update(skip_locked=True)
)
STILL = select(outbox.c.id).where(
    _by_id,
    outbox.c.attempts == bindparam("b_attempts"),
    outbox.c.state == SENDING,
    outbox.c.lease_until > bindparam("b_now"),
)
GET_MINE = select(outbox).where(*_mine)
DELETE = delete(outbox).where(_by_id)
TAKE = delete(outbox).where(_by_id).returning(outbox.c.state, outbox.c.job_id)
AGAIN = (
    update(outbox).where(_by_id).values(state=READY, lease_until=None, due=bindparam("b_due"), code=bindparam("b_code"))
)
POSTPONE = (
    update(outbox)
    .where(_by_id)
    .values(state=READY, lease_until=None, due=bindparam("b_due"), attempts=outbox.c.attempts - 1)
)
FAIL = (
    update(outbox)
    .where(_by_id)
    .values(state=FAILED, lease_until=None, body=None, due=bindparam("b_now"), code=bindparam("b_code"))
)
CLEAR = update(outbox).where(_by_id).values(state=CLEARED)
SPEAKING = (
    select(outbox)
    .where(outbox.c.conversation_id == bindparam("b_conversation"), outbox.c.state.in_([READY, SENDING]))
    .where(outbox.c.speaks)
    .order_by(outbox.c.seq)
)
UNSENT_OF = (
    select(outbox)
    .where(outbox.c.conversation_id == bindparam("b_conversation"), _unsent(outbox))
    .order_by(outbox.c.seq)
)
REBODY = update(outbox).where(_by_id).values(body=bindparam("b_body"))
FIRST_DUE = select(_one.c.due).where(_one.c.state == READY, ~_blocked).order_by(_one.c.due, _one.c.seq).limit(1)
FIRST_LEASE = select(func.min(outbox.c.lease_until)).where(outbox.c.state.in_([SENDING, CLEARED]))

OPEN_JOB = insert(erasure_job)
JOB = select(erasure_job).where(erasure_job.c.id == bindparam("b_id"))
REST_OF_JOB = select(outbox.c.id).where(outbox.c.job_id == bindparam("b_id")).limit(1)
DELETE_JOB = delete(erasure_job).where(erasure_job.c.id == bindparam("b_id"))
