"""Whether a message speaks of danger now, of danger that is not now, or of neither (EMER-1, EMER-7, EMER-8).

High recall: what is listed counts unless a listed cue says otherwise, and each kind of cue cancels only what it can. "Years
ago" takes away "he beat me" (harm) and leaves "he is at the door" (danger); "can I" takes away "call the police" (calling).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bot.engine.lexicon import Hit
from bot.engine.normal import Words

DANGER = ("danger", "harm", "calling")
SUICIDE = ("suicide",)
CANCELS = {
    "past": ("harm", "calling", "suicide"),
    "safe": ("harm", "calling"),
    "question": ("calling",),
    "unreal": ("danger", "harm", "calling", "suicide"),
    "denial": ("danger", "harm", "calling", "suicide"),
}
OVER_ALL = ("past", "unreal", "safe")
"""Cues that hold for the whole message; the others hold for their own sentence."""


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
    return all(
        hit.end <= figure.start or figure.end <= hit.start or figure.mark.lang != hit.mark.lang for figure in figures
    )


def _cue(hit: Hit, cues: Sequence[Hit], sentences: tuple[int, ...]) -> str | None:
    sentence = sentences[hit.start]
    for cue in cues:
        kind = cue.mark.value
        reaches = kind in OVER_ALL or sentences[cue.start] == sentence
        if reaches and cue.mark.lang == hit.mark.lang and hit.mark.role in CANCELS[kind]:
            return kind
    return None


def heard(roles: Sequence[str], hits: Sequence[Hit], words: Words) -> Heard:
    """What the hits of some roles come to. Figures of speech take away only the words that they cover.

    A word for today beside a word for the past ("he beat me years ago and again today") leaves the danger standing.
    """
    mine = [hit for hit in hits if hit.mark.role in roles]
    if not mine:
        return Heard(Sense.NONE)
    figures = [hit for hit in hits if hit.mark.role == "figure"]
    cues = [hit for hit in hits if hit.mark.role == "near"]
    urgent = any(hit.mark.role == "urgent" for hit in hits)
    near = "figure"
    for hit in mine:
        if not _apart(hit, figures):
            continue
        cue = _cue(hit, cues, words.sentences)
        if cue is None or (cue == "past" and urgent):
            return Heard(Sense.NOW)
        near = cue
    return Heard(Sense.NEAR, near)
