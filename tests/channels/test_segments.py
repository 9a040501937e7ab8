"""SMS parts, against the vectors of 3GPP TS 23.038 and 23.040 that were worked out by hand."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.segments import GSM_BASIC, PART, count

VECTORS = [
    ("empty", "", "GSM-7", 0, 0),
    ("one part", "a" * 160, "GSM-7", 160, 1),
    ("one over", "a" * 161, "GSM-7", 161, 2),
    ("two parts", "a" * 306, "GSM-7", 306, 2),
    ("three parts", "a" * 307, "GSM-7", 307, 3),
    ("escapes one part", "€" * 80, "GSM-7", 160, 1),
    ("escapes two parts", "€" * 81, "GSM-7", 162, 2),
    ("escape pair not split", "a" * 152 + "€" + "a" * 10, "GSM-7", 164, 2),
    ("escape pair pushes a third part", "a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
    ("e acute is basic", "é" * 160, "GSM-7", 160, 1),
    ("capital C cedilla is basic", "Ç" * 10, "GSM-7", 10, 1),
    ("small c cedilla is not", "ç" * 10, "UCS-2", 10, 1),
    ("backtick is not", "`", "UCS-2", 1, 1),
    ("curly quote is not", "’", "UCS-2", 1, 1),
    ("brackets are escapes", "[x]", "GSM-7", 5, 1),
    ("form feed is an escape", "\f", "GSM-7", 2, 1),
    ("line ends count", "a\r\nb", "GSM-7", 4, 1),
    ("albanian one part", "ë" * 70, "UCS-2", 70, 1),
    ("albanian two", "ë" * 71, "UCS-2", 71, 2),
    ("albanian two full", "ë" * 134, "UCS-2", 134, 2),
    ("albanian three", "ë" * 135, "UCS-2", 135, 3),
    ("emoji one part", "😀" * 35, "UCS-2", 70, 1),
    ("emoji two", "😀" * 36, "UCS-2", 72, 2),
    ("surrogate pair not split", "a" * 66 + "😀" + "a" * 5, "UCS-2", 73, 2),
    ("arabic", "ا" * 70, "UCS-2", 70, 1),
    ("ethiopic", "ከ" * 71, "UCS-2", 71, 2),
    ("joined emoji", "👩‍👩‍👧", "UCS-2", 8, 1),
]


@pytest.mark.rule("SEND-3")
@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"), [row[1:] for row in VECTORS], ids=[row[0] for row in VECTORS]
)
def test_vectors(text: str, encoding: str, units: int, parts: int) -> None:
    """Encoding, units and parts are those that a provider bills."""
    found = count(text)
    assert (found.encoding, found.units, found.segments) == (encoding, units, parts)


@given(st.text(max_size=400))
def test_parts_hold_the_units(text: str) -> None:
    """There are never fewer parts than the units need, nor more than pairs that move can cost."""
    found = count(text)
    room = PART[found.encoding]
    assert found.segments >= found.units / (room + 7)
    assert found.segments <= 1 + found.units // (room - 1)


def test_basic_alphabet_is_whole() -> None:
    """128 places less the escape itself."""
    assert len(GSM_BASIC) == 127


def _run(given: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from bot.cli import main; main()", "segments"]
    return subprocess.run(command, input=given, capture_output=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("given_bytes", "expected"),
    [
        pytest.param(b"", {"encoding": "GSM-7", "units": 0, "segments": 0}, id="empty"),
        pytest.param(b"a\r\nb\n", {"encoding": "GSM-7", "units": 5, "segments": 1}, id="last newline counts"),
        pytest.param("ë".encode(), {"encoding": "UCS-2", "units": 1, "segments": 1}, id="utf-8"),
    ],
)
def test_command_counts_stdin_byte_for_byte(given_bytes: bytes, expected: dict[str, object]) -> None:
    """`ownsteps segments` prints one JSON object."""
    done = _run(given_bytes)
    assert (done.returncode, json.loads(done.stdout)) == (0, expected)


def test_command_refuses_what_is_not_utf8() -> None:
    """Bad UTF-8 is a usage error, said in a sentence."""
    done = _run(b"abc\xff")
    assert done.returncode == 2
    assert b"not UTF-8" in done.stderr
    assert b"offset 3" in done.stderr
