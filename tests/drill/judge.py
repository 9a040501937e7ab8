"""What became of each person's messages: lost, twice, out of order, after a close; as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

from tests.drill.people import UNDER_COVER, Writer
from tests.drill.providers import Taken
from tests.kit import shipped

COVER = frozenset(shipped().texts.get("en", f"system/cover-{number}") for number in (1, 2, 3))
COLUMNS = ("kills", "accepted", "answered", "cleared", "twice", "lost", "out of order", "after close", "unexplained")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Inputs accepted, answered in full, cleared from the queue by a close, lost; texts twice and so on.

    `twice`: taken again because the answer to the first never came back; `unexplained`: any other repeat or unknown text.
    """

    accepted: int = 0
    answered: int = 0
    cleared: int = 0
    twice: int = 0
    lost: int = 0
    out_of_order: int = 0
    after_close: int = 0
    unexplained: int = 0

    def __add__(self, other: Verdict) -> Verdict:
        return Verdict(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Verdict)))

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.out_of_order or self.after_close or self.unexplained)


def judge(writer: Writer, accepted: int, answers: Sequence[tuple[str, ...]], taken: Sequence[Taken]) -> Verdict:
    wanted = [text for answer in answers for text in answer]
    content, cover = _split(writer, wanted[-1], taken)
    places = [wanted.index(one.text) for one in content if one.text in wanted]
    firsts = list(dict.fromkeys(places))
    repeats = [at for at, place in enumerate(places) if place in places[:at]]
    twice = [at for at in repeats if _answer_was_lost(content[at - 1], content[at])]
    answered, cleared = _answered(writer, answers, {one.text for one in content})
    answered += min(len(cover), len(UNDER_COVER))
    return Verdict(
        accepted=accepted,
        answered=answered,
        cleared=cleared,
        twice=len(twice),
        lost=accepted - answered - cleared,
        out_of_order=sum(after < before for before, after in pairwise(firsts)),
        after_close=sum(one.text not in COVER for one in cover),
        unexplained=len(repeats) - len(twice) + len(content) - len(places),
    )


def _split(writer: Writer, closing: str, taken: Sequence[Taken]) -> tuple[list[Taken], list[Taken]]:
    """To the closing line, with its own repeats, and what came after it."""
    if not writer.closes:
        return list(taken), []
    at = next((at for at, one in enumerate(taken) if one.text == closing), len(taken))
    after = taken[at + 1 :]
    repeats = [one for one in after if one.text == closing]
    return [*taken[: at + 1], *repeats], [one for one in after if one.text != closing]


def _answered(writer: Writer, answers: Sequence[tuple[str, ...]], come: set[str]) -> tuple[int, int]:
    """Inputs answered in full, and those whose answer a close in a hurry rightly took out of the queue."""
    full = [set(answer) <= come for answer in answers]
    return sum(full), full[:-1].count(False) if writer.closes == "rushed" else 0


def _answer_was_lost(first: Taken, second: Taken) -> bool:
    """The provider took it, and that life of the server took nothing more down: it was killed before it had the answer.

    In one lane nothing follows before the receipt is committed, so the first copy is the last message of its life.
    """
    return first.text == second.text and first.generation < second.generation


def table(kills: int, by_channel: Mapping[str, Verdict]) -> str:
    total = sum(by_channel.values(), Verdict())
    head = f"{'':10}" + "".join(f"{name:>13}" for name in COLUMNS)
    rows = [_row(name, kills, verdict) for name, verdict in sorted(by_channel.items())]
    return "\n".join([head, *rows, _row("all", kills, total)])


def _row(name: str, kills: int, verdict: Verdict) -> str:
    values = (kills, *(getattr(verdict, one.name) for one in fields(Verdict)))
    return f"{name:10}" + "".join(f"{value:>13}" for value in values)
