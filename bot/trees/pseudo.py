"""Pseudo-languages made from the English text, so that tests meet long, right-to-left and non-Latin words.

Placeholders, digits and phone numbers stay as they are. Nobody is ever offered one of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_KEPT = re.compile(r"(\{[^{}]*\}|\+?\d[\d ]*\d|\d)")
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_HEBREW = "אבגדהוזחטיכלמנסעפצקרשתםןףץ"
_CYRILLIC = "абцдефгхијклмнопқрстувњхуз"
_LONGER = 1.6


def pseudo(code: str, text: str) -> str:
    """`text` in the pseudo-language; ValueError for a code that is none."""
    if code not in _MAKERS:
        raise ValueError(f"{code!r} is no pseudo-language; there are {', '.join(_MAKERS)}")
    return _MAKERS[code](text)


def _longer(text: str) -> str:
    """About 1.6 times as long, in brackets, paragraph by paragraph, so that a lost end shows."""
    return "\n".join(_longer_line(line) if line.strip() else line for line in text.split("\n"))


def _longer_line(line: str) -> str:
    mark, body = ("- ", line[2:]) if line.startswith("- ") else ("", line)
    missing = max(0, round(len(body) * (_LONGER - 1)) - 3)
    filler = ("and more " * (missing // 9 + 1))[:missing].rstrip()
    return f"{mark}[{body} {filler}]" if filler else f"{mark}[{body}]"


def _mapped(letters: str) -> Callable[[str], str]:
    table = {ord(latin): other for latin, other in zip(_LATIN, letters, strict=True)}
    table |= {ord(latin.upper()): other.upper() for latin, other in zip(_LATIN, letters, strict=True)}

    def convert(text: str) -> str:
        parts = _KEPT.split(text)
        return "".join(part if number % 2 else part.translate(table) for number, part in enumerate(parts))

    return convert


_MAKERS: dict[str, Callable[[str], str]] = {
    "xx-long": _longer,
    "xx-rtl": _mapped(_HEBREW),
    "xx-nolatin": _mapped(_CYRILLIC),
}
