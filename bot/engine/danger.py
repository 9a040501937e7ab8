"""Whether a message speaks of danger now, of danger that is not now, or of neither (EMER-1, EMER-7, EMER-8).

High recall: a listed phrase or rule counts unless a listed cue says otherwise, and a cue loses against a word for now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bot.engine.lexicon import Hit
from bot.engine.normal import Words

OVER_ALL = ("past", "unreal", "safe")
"""Cues that hold for the whole message; the others (question, denial) hold for their own sentence."""


class Sense(Enum):
    NONE = "none"
    NEAR = "near"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Heard:
    sense: Sense
    cue: str | None = None
    """Which kind of cue made it a near-miss."""


def _apart(hit: Hit, figures: Sequence[Hit]) -> bool:
    return all(hit.end <= figure.start or figure.end <= hit.start for figure in figures)


def _cue(hit: Hit, cues: Sequence[Hit], sentences: tuple[int, ...]) -> str | None:
    sentence = sentences[hit.start]
    for cue in cues:
        if cue.mark.value in OVER_ALL or sentences[cue.start] == sentence:
            return cue.mark.value
    return None


def _urgent(hit: Hit, hits: Sequence[Hit], cue: str) -> bool:
    """Whether a word for now stands beside a cue; somebody who is safe now or asks a question uses such words as well."""
    return cue in ("past", "denial") and any(other.mark.role == "urgent" for other in hits)


def heard(role: str, hits: Sequence[Hit], words: Words) -> Heard:
    """What the hits of one role (danger or suicide) come to. Figures of speech take away only what they cover."""
    all_of_role = [hit for hit in hits if hit.mark.role == role]
    figures = [hit for hit in hits if hit.mark.role == "figure"]
    left = [hit for hit in all_of_role if _apart(hit, figures)]
    cues = [hit for hit in hits if hit.mark.role == "near"]
    near = "figure" if all_of_role and not left else None
    for hit in left:
        cue = _cue(hit, cues, words.sentences)
        if cue is None or _urgent(hit, hits, cue):
            return Heard(Sense.NOW)
        near = near or cue
    return Heard(Sense.NEAR, near) if near else Heard(Sense.NONE)
