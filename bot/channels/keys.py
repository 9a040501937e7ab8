"""What can be answered: numbered lines and the line of keys on SMS and WhatsApp, buttons on Telegram."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.channels.breaking import Piece, break_up
from bot.channels.press import Press
from bot.engine.model import Channel, Reply

BUTTONS_A_ROW = 3
MAX_TOKEN_BYTES = 64
"""Telegram Bot API: InlineKeyboardButton.callback_data, 1-64 bytes."""

UTILITY_KEYS = {"person": "8", "close": "9", "back": "0", "menu": "00", "languages": "#"}
MORE_KEY = "7"
_ALL = frozenset(UTILITY_KEYS)

Buttons = tuple[tuple[tuple[str, str], ...], ...]


def option_lines(reply: Reply, press: Press) -> list[Piece]:
    """`1 Label`, one a line, then 7 when it shows further options."""
    if press.channel is Channel.TELEGRAM:
        return []
    lines = [f"{one.key} {press.clean(press.say(one.label))}" for one in reply.options]
    if reply.more_options:
        lines.append(_more(press))
    return _lines(lines, press)


def more_line(press: Press) -> list[Piece]:
    return [] if press.channel is Channel.TELEGRAM else _lines([_more(press)], press)


def key_lines(reply: Reply, press: Press) -> list[Piece]:
    if press.channel is Channel.TELEGRAM or not reply.utilities:
        return []
    line = press.clean(_keys_line(frozenset(reply.utilities), press))
    return list(break_up(line, press.fits_alone, glue="\n", paragraph="\n"))


def buttons(reply: Reply, press: Press, *, more: bool) -> Buttons:
    """One option a row, then 7 for more, then the utilities; labels carry the number that works as text too."""
    rows: list[tuple[tuple[str, str], ...]] = []
    if not more:
        rows += [(_button(reply, one.key, press.clean(press.say(one.label))),) for one in reply.options]
    if more or reply.more_options:
        rows.append((_button(reply, MORE_KEY, press.words("system/key-more")),))
    keys = [_button(reply, key, press.words(f"system/key-{name}")) for name, key in _shown(reply.utilities)]
    rows += [tuple(keys[at : at + BUTTONS_A_ROW]) for at in range(0, len(keys), BUTTONS_A_ROW)]
    return tuple(rows)


def _lines(lines: Sequence[str], press: Press) -> list[Piece]:
    """Each line whole; one that no message holds is broken, so that nothing of it is lost."""
    pieces: list[Piece] = []
    for line in lines:
        glue = "\n" if pieces else press.paragraph
        pieces += break_up(line, press.fits_alone, glue=glue, paragraph="\n")
    return pieces


def _more(press: Press) -> str:
    return f"{MORE_KEY} {press.words('system/key-more')}"


def _keys_line(shown: frozenset[str], press: Press) -> str:
    if shown == _ALL:
        return press.words("system/keys-line")
    if shown == _ALL - {"back"}:
        return press.words("system/keys-line-first")
    return ", ".join(f"{key} {press.words(f'system/key-{name}')}" for name, key in _shown(shown))


def _shown(utilities: Sequence[str] | frozenset[str]) -> Iterator[tuple[str, str]]:
    return ((name, key) for name, key in UTILITY_KEYS.items() if name in utilities)


def _button(reply: Reply, key: str, label: str) -> tuple[str, str]:
    token = f"{reply.serial}:{key}"
    if len(token.encode()) > MAX_TOKEN_BYTES:
        raise ValueError(f"a button's token has {len(token.encode())} bytes; at most {MAX_TOKEN_BYTES} are taken")
    return f"{key} {label}", token
