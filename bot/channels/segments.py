"""How many parts an SMS is: GSM 03.38 with its extension table, else UCS-2 (3GPP TS 23.038 and 23.040)."""

from __future__ import annotations

from dataclasses import dataclass

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")
"""Sent as an escape and a code, so two units each."""
GSM = GSM_BASIC | GSM_EXTENDED

SINGLE = {"GSM-7": 160, "UCS-2": 70}
"""Units in a message of one part."""
PART = {"GSM-7": 153, "UCS-2": 67}
"""Units in each part of a longer message: the rest is the header that joins the parts."""


@dataclass(frozen=True, slots=True)
class Segments:
    """`encoding` is GSM-7 or UCS-2; `units` are septets (an escape pair is 2) or UTF-16 code units."""

    encoding: str
    units: int
    segments: int


def is_gsm(text: str) -> bool:
    return GSM.issuperset(text)


def count(text: str) -> Segments:
    """The parts that a provider bills; a pair that would straddle two parts moves whole to the second."""
    encoding = "GSM-7" if is_gsm(text) else "UCS-2"
    units = len(text) + sum(map(text.count, GSM_EXTENDED)) if encoding == "GSM-7" else _utf16_units(text)
    if units <= SINGLE[encoding]:
        return Segments(encoding, units, 1 if units else 0)
    if units == len(text):  # no pairs
        return Segments(encoding, units, -(-units // PART[encoding]))
    widths = _septets(text) if encoding == "GSM-7" else _utf16(text)
    return Segments(encoding, units, _parts(widths, PART[encoding]))


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _septets(text: str) -> list[int]:
    return [2 if char in GSM_EXTENDED else 1 for char in text]


def _utf16(text: str) -> list[int]:
    return [2 if ord(char) > 0xFFFF else 1 for char in text]


def _parts(widths: list[int], room: int) -> int:
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts
