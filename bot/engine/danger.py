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
    "away": ("danger", "harm"),
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


def covered(hit: Hit, langs: set[str], figures: Sequence[Hit]) -> bool:
    """Whether a figure of speech of one of the languages takes the hit's words."""
    return any(figure.start < hit.end and hit.start < figure.end and figure.mark.lang in langs for figure in figures)


def _cue(hit: Hit, langs: set[str], cues: Sequence[Hit], sentences: tuple[int, ...]) -> str | None:
    sentence = sentences[hit.start]
    for cue in cues:
        kind = cue.mark.value
        reaches = kind in OVER_ALL or sentences[cue.start] == sentence
        if reaches and cue.mark.lang in langs and hit.mark.role in CANCELS[kind]:
            return kind
    return None


def heard(roles: Sequence[str], hits: Sequence[Hit], words: Words) -> Heard:
    """What the hits of some roles come to. A cue or a figure of speech counts in the language of the words it is about.

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
        langs = {other.mark.lang for other in mine if (other.start, other.end) == (hit.start, hit.end)}
        if covered(hit, langs, figures):
            continue
        cue = _cue(hit, langs, cues, words.sentences)
        if cue is None or (cue == "past" and urgent):
            return Heard(Sense.NOW)
        near = cue
    return Heard(Sense.NEAR, near)
