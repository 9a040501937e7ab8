"""The life of a handoff as tables: which phase may follow which, and what each role may do at the desk.

    requested --claim--> accepted --hand back--> handed back
        |                   |-------close------> closed
        |                   '---person ends it-> withdrawn
        |--person takes it back--> withdrawn
        '--nobody came in time---> expired     (an accepted one can expire too)

Nothing follows an end: whoever wants a person again asks again, with a consent of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from bot.ports import HandoffPhase


class Role(StrEnum):
    OFFICER = "officer"
    CHILDREN = "children"
    """An officer trained for people under 18, who may take anybody's request."""
    LEAD = "lead"
    """Answers for the officers; takes requests too."""
    SUPERVISOR = "supervisor"
    """Sees counts and no case (STAFF-3)."""


class Act(StrEnum):
    SEE_QUEUE = "see-queue"
    CLAIM = "claim"
    CLAIM_UNDER_18 = "claim-under-18"
    HOLD = "hold"
    """Read, reply, note, hand back and close what one has claimed."""


FOLLOWS: Mapping[HandoffPhase, frozenset[HandoffPhase]] = MappingProxyType(
    {
        HandoffPhase.REQUESTED: frozenset({HandoffPhase.ACCEPTED, HandoffPhase.WITHDRAWN, HandoffPhase.EXPIRED}),
        HandoffPhase.ACCEPTED: frozenset(
            {HandoffPhase.HANDED_BACK, HandoffPhase.CLOSED, HandoffPhase.WITHDRAWN, HandoffPhase.EXPIRED}
        ),
        HandoffPhase.HANDED_BACK: frozenset(),
        HandoffPhase.CLOSED: frozenset(),
        HandoffPhase.WITHDRAWN: frozenset(),
        HandoffPhase.EXPIRED: frozenset(),
    }
)

ROLES: Mapping[Role, frozenset[Act]] = MappingProxyType(
    {
        Role.OFFICER: frozenset({Act.SEE_QUEUE, Act.CLAIM, Act.HOLD}),
        Role.CHILDREN: frozenset({Act.SEE_QUEUE, Act.CLAIM, Act.CLAIM_UNDER_18, Act.HOLD}),
        Role.LEAD: frozenset({Act.SEE_QUEUE, Act.CLAIM, Act.CLAIM_UNDER_18, Act.HOLD}),
        Role.SUPERVISOR: frozenset(),
    }
)


def may_follow(phase: HandoffPhase, after: HandoffPhase) -> bool:
    return after in FOLLOWS[phase]


def is_open(phase: HandoffPhase) -> bool:
    """True while somebody may still come or is there."""
    return bool(FOLLOWS[phase])


def may(role: str, act: Act) -> bool:
    """False for a role that is not in the table."""
    return role in list(Role) and act in ROLES[Role(role)]


def may_take(role: str, *, under_18: bool, trained_here: bool) -> bool:
    """Whether this role may see and claim a request.

    One from somebody under 18 goes to those trained for it first (CHILD-1); where the deployment has none, to
    anybody, because a request that nobody can see would never be answered.
    """
    if under_18 and trained_here:
        return may(role, Act.CLAIM_UNDER_18)
    return may(role, Act.CLAIM)
