"""Who writes in the drill, what, and what an undisturbed service says to it. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from bot.engine.model import Channel
from tests.kit import Person

TOPICS = (
    "police", "robot", "privacy", "asylum", "what is this", "housing", "health", "money", "legal", "nrm", "family",
    "work",
)  # fmt: skip
"""Each is answered with texts of its own that hold no rotated choice, so they are the same for every seed."""
TOPICS_EACH = 8
UNDER_COVER = ("police", "asylum")
CLOSE, TAP_YES = "9", "tap:1"


@dataclass(frozen=True, slots=True)
class Writer:
    """`says` in order; `closes`: how the last topic and the 9 follow each other, None when they never close."""

    name: str
    channel: Channel
    says: tuple[str, ...]
    closes: str | None = None
    """settled: once all was answered; rushed: at once, so that what is still queued must not come."""

    @property
    def identifier(self) -> str:
        return self.name if self.channel is Channel.WHATSAPP else self.name.partition(":")[2]


def writers(count: int, rng: Random) -> list[Writer]:
    return [_writer(number, rng) for number in range(count)]


def _writer(number: int, rng: Random) -> Writer:
    channel = tuple(Channel)[number % len(Channel)]
    plain = f"77009{number:05d}" if channel is Channel.TELEGRAM else f"+44770090{number:04d}"
    closes = (None, "settled", "rushed")[number // len(Channel) % 3]
    topics = rng.sample(TOPICS, TOPICS_EACH)
    yes = TAP_YES if channel is Channel.TELEGRAM and number % 2 else "1"
    end = (CLOSE, *UNDER_COVER) if closes else ()
    return Writer(f"{channel.value}:{plain}", channel, ("hello", yes, *topics, *end), closes)


def expected(writer: Writer, now: datetime) -> list[tuple[str, ...]]:
    """The texts that each input is answered with, to the closing line; what is said under cover depends on the seed."""
    person = Person(writer.channel, lang=None, now=now)
    said: list[tuple[str, ...]] = []
    for words in writer.says[: _until_close(writer)]:
        said.append(tuple(person.tap("1") if words == TAP_YES else person.send(words, hint="en")))
    texts = [text for answer in said for text in answer]
    if len(set(texts)) != len(texts):
        raise ValueError("the drill needs answers that differ from one another")
    return said


def _until_close(writer: Writer) -> int:
    return writer.says.index(CLOSE) + 1 if CLOSE in writer.says else len(writer.says)
