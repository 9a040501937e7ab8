"""The statements of handoffs, their messages and drafts, built once."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.ports import Delivery, HandoffPhase
from bot.store.tables import OPEN_PHASES, draft, handoff, handoff_message

REQUEST = insert(handoff)
WHOSE = select(handoff.c.conversation_id).where(handoff.c.id == bindparam("b_id"))
GET = select(handoff).where(handoff.c.id == bindparam("b_id")).with_for_update()
QUEUE = (
    select(handoff)
    .where(OPEN_PHASES, handoff.c.phase == HandoffPhase.REQUESTED.value)
    .order_by(handoff.c.requested_at, handoff.c.id)
)
HELD = (
    select(handoff)
    .where(
        OPEN_PHASES,
        handoff.c.phase == HandoffPhase.ACCEPTED.value,
        handoff.c.officer_id == bindparam("b_officer"),
    )
    .order_by(handoff.c.accepted_at, handoff.c.id)
)
ACCEPT = (
    update(handoff)
    .where(handoff.c.id == bindparam("b_id"))
    .values(
        phase=HandoffPhase.ACCEPTED.value,
        officer_id=bindparam("b_officer"),
        accepted_at=bindparam("b_now"),
        mark=handoff.c.mark + 1,
    )
)
END = (
    update(handoff)
    .where(handoff.c.id == bindparam("b_id"))
    .values(phase=bindparam("b_phase"), ended_at=bindparam("b_now"), mark=handoff.c.mark + 1)
)
EMPTY = (
    update(handoff)
    .where(handoff.c.id == bindparam("b_id"))
    .values(key_id=None, owner_hash=None, conversation_id=None, body=b"")
)
DELETE = delete(handoff).where(handoff.c.id == bindparam("b_id"))
BUMP = update(handoff).where(handoff.c.id == bindparam("b_id")).values(mark=handoff.c.mark + 1)
MARKS = select(handoff.c.id, handoff.c.mark).where(OPEN_PHASES)
SET_KNOCKED = (
    update(handoff)
    .where(handoff.c.id == bindparam("b_id"))
    .values(knocked=bindparam("b_knocked"), mark=handoff.c.mark + 1)
)
OF_OWNER = select(handoff.c.id, handoff.c.key_id, handoff.c.phase).where(handoff.c.owner_hash == bindparam("b_owner"))

ADD = insert(handoff_message).returning(handoff_message.c.id)
FILL = update(handoff_message).where(handoff_message.c.id == bindparam("b_id")).values(body=bindparam("b_body"))
AFTER = (
    select(handoff_message)
    .where(handoff_message.c.handoff_id == bindparam("b_handoff"), handoff_message.c.id > bindparam("b_after"))
    .order_by(handoff_message.c.id)
)
WAITING = AFTER.where(handoff_message.c.delivery == Delivery.WAITING.value)
MARK = (
    update(handoff_message)
    .where(handoff_message.c.id == bindparam("b_id"))
    .values(delivery=bindparam("b_delivery"), code=bindparam("b_code"))
)
BUMP_OF_MESSAGE = (
    update(handoff)
    .where(
        handoff.c.id
        == select(handoff_message.c.handoff_id).where(handoff_message.c.id == bindparam("b_id")).scalar_subquery()
    )
    .values(mark=handoff.c.mark + 1)
)
PHASE_OF_MESSAGE = (
    select(handoff.c.phase)
    .join(handoff_message, handoff_message.c.handoff_id == handoff.c.id)
    .where(handoff_message.c.id == bindparam("b_id"))
)
DELETE_MESSAGES = delete(handoff_message).where(handoff_message.c.handoff_id == bindparam("b_id"))

PUT_DRAFT = upsert(draft)
PUT_DRAFT = PUT_DRAFT.on_conflict_do_update(
    index_elements=[draft.c.handoff_id, draft.c.officer_id], set_={"body": PUT_DRAFT.excluded.body}
)
GET_DRAFT = select(draft.c.body).where(
    draft.c.handoff_id == bindparam("b_handoff"), draft.c.officer_id == bindparam("b_officer")
)
DELETE_DRAFT = delete(draft).where(
    draft.c.handoff_id == bindparam("b_handoff"), draft.c.officer_id == bindparam("b_officer")
)
DELETE_DRAFTS = delete(draft).where(draft.c.handoff_id == bindparam("b_id"))
