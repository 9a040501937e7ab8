"""A reply laid out as the messages of one channel. Pure: words come from `say`, risk words from `risk`.

A reply is at most three messages (SEND-3). What does not fit goes on under 7, on the next `Reply.page`. Pages
follow from the reply's words alone, so page 2 begins where page 1 ended whenever it is asked for. A page is filled
greedily: all that is left, if three messages hold it with the closing lines, else what leaves room for "7 More".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.channels.breaking import Piece, break_up
from bot.channels.entries import Entry, Say, entries
from bot.channels.keys import Buttons, buttons, key_lines, more_line, option_lines
from bot.channels.press import Press, Risk
from bot.engine.model import Channel, Reply
from bot.ports import Payload

MAX_MESSAGES = 3
_MOST_ATOMS = 720
"""More than three messages hold at a character and a space each would be; spares a pointless try."""

_Messages = list[list[Piece]]


@dataclass(frozen=True, slots=True)
class Laid:
    """`more`: this reply has a further page. Messages in sending order; none when there is nothing to say."""

    messages: tuple[Payload, ...]
    more: bool


def lay_out(reply: Reply, say: Say, channel: Channel, now: datetime, *, risk: Risk | None = None) -> Laid:
    """The messages of `reply.page`; a page past the last is the last. `risk`: does a text hold a risk word."""
    press = Press(channel, say, risk)
    texts, more = _page(_Book(press, reply, now), reply.page)
    if channel is not Channel.TELEGRAM:
        return Laid(tuple(Payload(text) for text in texts), more)
    return Laid(_with_buttons(texts, buttons(reply, press, more=more), press), more)


def count_pages(reply: Reply, say: Say, channel: Channel, now: datetime, *, risk: Risk | None = None) -> int:
    """How many replies it takes to read all of it (SEND-3: the same for all options of a choice)."""
    return sum(1 for _ in _Book(Press(channel, say, risk), reply, now).pages())


@dataclass(frozen=True, slots=True)
class _Atom:
    piece: Piece
    group: str | None = None


class _Book:
    """All that a reply says, in pieces that fit a message, and the lines that close a page."""

    def __init__(self, press: Press, reply: Reply, now: datetime) -> None:
        self.press = press
        self.atoms = [atom for entry in entries(reply, press.say, now) for atom in _atoms(entry, press)]
        options, keys = option_lines(reply, press), key_lines(reply, press)
        self.between = [*more_line(press), *keys]
        self.last = [*options, *keys]
        if len(self._pack(self.last, first=False)) > MAX_MESSAGES:
            self.atoms += [_Atom(piece) for piece in options]
            self.last = keys

    def pages(self) -> Iterator[tuple[_Messages, bool]]:
        """Each page's messages and whether one follows. Ends: each page but the last takes an atom."""
        begin = 0
        while (whole := self._rest(begin)) is None:
            messages, begin = self._some(begin)
            yield messages, True
        yield whole, False

    def _rest(self, begin: int) -> _Messages | None:
        """All that is left, with the closing lines, when three messages hold it."""
        if len(self.atoms) - begin > _MOST_ATOMS:
            return None
        first = begin == 0
        messages = self._pack([atom.piece for atom in self.atoms[begin:]], first=first)
        self._close(messages, self.last, first=first)
        return messages if len(messages) <= MAX_MESSAGES else None

    def _some(self, begin: int) -> tuple[_Messages, int]:
        """As much as leaves room for the line for more, and the index of the atom that comes next."""
        messages, end = self._fill(begin, len(self.atoms))
        cut = self._group_start(end)
        if begin < cut < end:
            messages, end = self._fill(begin, cut)
        self._close(messages, self.between, first=begin == 0)
        return messages, end

    def _fill(self, begin: int, stop: int) -> tuple[_Messages, int]:
        messages: _Messages = []
        at = begin
        while at < stop and len(messages) < MAX_MESSAGES:
            tail = self.between if len(messages) == MAX_MESSAGES - 1 else []
            taken = self._take(at, stop, tail, first=begin == 0 and not messages)
            if not taken:
                break
            messages.append(taken)
            at += len(taken)
        return messages, at

    def _take(self, at: int, stop: int, tail: list[Piece], *, first: bool) -> list[Piece]:
        """One message of atoms that leaves room for `tail`; nothing when not even one atom leaves it."""
        taken: list[Piece] = []
        while at + len(taken) < stop:
            piece = self.atoms[at + len(taken)].piece
            if not self.press.fits([*taken, piece, *tail], first=first):
                break
            taken.append(piece)
        if not taken and not tail:  # only under a lead-in longer than a message: going on beats standing still
            taken.append(self.atoms[at].piece)
        return taken

    def _close(self, messages: _Messages, lines: list[Piece], *, first: bool) -> None:
        """Puts `lines` under the last message, or after it where it has no room."""
        if messages and self.press.fits([*messages[-1], *lines], first=first and len(messages) == 1):
            messages[-1].extend(lines)
        else:
            messages.extend(self._pack(lines, first=first and not messages))

    def _pack(self, pieces: Sequence[Piece], *, first: bool) -> _Messages:
        """Greedily, into as many messages as it takes."""
        messages: _Messages = []
        for piece in pieces:
            if messages and self.press.fits([*messages[-1], piece], first=first and len(messages) == 1):
                messages[-1].append(piece)
            else:
                messages.append([piece])
        return messages

    def _group_start(self, end: int) -> int:
        """Where the group begins that a page ending at `end` would part; `end` when it parts none."""
        if end >= len(self.atoms) or (group := self.atoms[end].group) is None:
            return end
        begin = end
        while begin > 0 and self.atoms[begin - 1].group == group:
            begin -= 1
        return begin


def _page(book: _Book, number: int) -> tuple[list[str], bool]:
    for index, page in enumerate(book.pages()):
        messages, more = page
        if index == number or not more:
            break
    texts = [book.press.message(one, first=index == 0 and place == 0) for place, one in enumerate(messages)]
    return texts, more


def _atoms(entry: Entry, press: Press) -> Iterator[_Atom]:
    text = press.clean(entry.text)
    if not text:
        return
    if entry.whole and press.fits_alone(text):
        yield _Atom(Piece(text, press.paragraph), entry.group)
        return
    kept = tuple(press.clean(value) for value in entry.kept)
    glue = press.paragraph
    for piece in break_up(text, press.fits_alone, glue=glue, paragraph=glue, kept=kept):
        yield _Atom(piece, entry.group)


def _with_buttons(texts: list[str], rows: Buttons, press: Press) -> tuple[Payload, ...]:
    if rows and not texts:  # Telegram takes no message without text
        texts = [press.lead_in(2)]
    last = len(texts) - 1
    return tuple(Payload(text, rows if place == last else ()) for place, text in enumerate(texts))
