"""One message of one channel: joined, plain on SMS, neutral at the front, and within the channel's limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.channels.breaking import Piece
from bot.channels.entries import Say
from bot.channels.plain import to_plain
from bot.channels.segments import GSM, count
from bot.engine.model import Channel, Text

MAX_CHARACTERS = 480
MAX_PARTS = 3
"""SMS parts of one message."""
SEEN = 80
"""Characters of a message that a lock screen shows (OPEN-2)..."""
SEEN_WIDE = 60
"""...and in scripts that use the wide SMS alphabet."""

Risk = Callable[[str], object]


@dataclass(frozen=True)
class Press:
    """Makes one message of pieces: joined, plain on SMS, a lead-in in front where the start is not neutral.

    `first` is whether it is the first message of the whole reply: the lead-in says "here" or "again".
    """

    channel: Channel
    say: Say
    risk: Risk | None
    seen: dict[str, bool] = field(default_factory=dict)

    def message(self, pieces: Sequence[Piece], *, first: bool) -> str:
        text = "".join((one.glue if number else "") + one.text for number, one in enumerate(pieces))
        if self.neutral(text):
            return text
        one, two = self.lead_in(1 if first else 2), self.lead_in(2 if first else 1)
        led = f"{one}{self.paragraph}{text}"
        return led if self.neutral(led) else f"{one} {two}{self.paragraph}{text}"

    def lead_in(self, number: int) -> str:
        return self.words(f"system/lead-in-{number}")

    def words(self, key: str) -> str:
        return self.clean(self.say(Text(key)))

    def clean(self, text: str) -> str:
        return (to_plain(text) if self.channel is Channel.SMS else text).strip()

    def neutral(self, text: str) -> bool:
        if self.risk is None:
            return True
        window = text[: SEEN_WIDE if _wide(text) else SEEN]
        if window not in self.seen:
            self.seen[window] = not self.risk(window)
        return self.seen[window]

    def fits(self, pieces: Sequence[Piece], *, first: bool) -> bool:
        if sum(len(one.text) for one in pieces) > MAX_CHARACTERS:
            return False
        text = self.message(pieces, first=first)
        if len(text) > MAX_CHARACTERS:
            return False
        return self.channel is not Channel.SMS or count(text).segments <= MAX_PARTS

    def fits_alone(self, text: str) -> bool:
        return all(self.fits((Piece(text, ""),), first=first) for first in (True, False))

    @property
    def paragraph(self) -> str:
        """A blank line costs a unit and shows little on SMS."""
        return "\n" if self.channel is Channel.SMS else "\n\n"


def _wide(text: str) -> bool:
    return any(char.isalpha() for char in set(text) - GSM)
