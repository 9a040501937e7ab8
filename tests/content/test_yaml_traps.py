"""What YAML 1.1 reads as something else stays text; what is wrong is a finding; nothing else is ever raised."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.checks.finding import ContentErrors
from bot.trees.yaml import Map, read_yaml
from tests.content.tiny import TINY, copy_tiny, load, no_locales

ROOMS = (TINY / "trees" / "rooms.yaml").read_bytes()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"), ("yes", "yes"), ("off", "off"), ("on", "on"), ("y", "y"), ("NO", "NO"), ("012", "012"), ("0800", "0800"),
        ("12:30", "12:30"), ("2026-05-10", "2026-05-10"), ("1.5", "1.5"), ("+355", "+355"), ("1_000", "1_000"), ("0x1F", "0x1F"),
        ("~", "~"), ("Null", "Null"), ("True", "True"), ("=", "="), ("<<", "<<"), (".inf", ".inf"),
        ("true", True), ("false", False), ("null", None), ("", None), ("0", 0), ("7", 7), ("-3", -3), ('"7"', "7"),
    ],
    ids=str,
)  # fmt: skip
def test_only_four_things_are_not_text(written: str, meant: object) -> None:
    """true, false, null and whole numbers are read as such; everything else is text."""
    data, findings = read_yaml(f"key: {written}\n".encode(), "x.yaml")
    assert (data["key"], findings) == (meant, [])


@pytest.mark.parametrize("key", ["no", "true", "012", "null", "<<", "7"])
def test_keys_are_always_words(key: str) -> None:
    """A key is the text that stands there: the country no, the option true."""
    data, findings = read_yaml(f"{key}: x\n".encode(), "x.yaml")
    assert (dict(data), findings) == ({key: "x"}, [])


def test_lines_are_kept() -> None:
    """Every key and item knows the line that it stands on."""
    data, _ = read_yaml(b"a: 1\nb:\n  - x\n  - c: 2\n    d: 3\n", "x.yaml")
    assert isinstance(data, Map)
    assert (data.lines, data["b"].lines, data["b"][1].lines) == ({"a": 1, "b": 2}, [3, 4], {"c": 4, "d": 5})


@pytest.mark.parametrize(
    ("raw", "code", "line"),
    [
        pytest.param(b"a: 1\nb: 2\na: 3\n", "Y102", 3, id="a key twice"),
        pytest.param(b"a: &x {b: 1}\nc: *x\n", "Y103", 1, id="an alias"),
        pytest.param(b"a: &x [*x]\n", "Y103", 1, id="an alias of itself"),
        pytest.param(b"a: !!int x\n", "Y103", 1, id="a tag that lies"),
        pytest.param(b"a: !!python/object:x {}\n", "Y103", 1, id="a tag of Python"),
        pytest.param(b"a: 1\nb: \xff\n", "Y104", 2, id="not UTF-8"),
        pytest.param(b"a: \x00\n", "Y101", 1, id="a NUL"),
        pytest.param(b"a: [1\n", "Y101", 2, id="an open bracket"),
        pytest.param(b"a: 1\n--- \nb: 2\n", "Y101", 2, id="two documents"),
        pytest.param(b"a: " + b"[" * 60 + b"\n", "Y103", 1, id="deep brackets"),
        pytest.param(b"- " * 900 + b"x\n", "Y103", 1, id="deep lists"),
        pytest.param(b"? [a]\n: b\n", "Y105", 1, id="a list as a key"),
        pytest.param(b"a: " + b"x" * 3000, "Y103", 1, id="a line without end"),
    ],
)
def test_traps_are_findings(raw: bytes, code: str, line: int) -> None:
    """What cannot be meant is told with its line."""
    _, findings = read_yaml(raw, "x.yaml")
    assert [(one.code, one.line) for one in findings][:1] == [(code, line)]


_PIECES = st.sampled_from(
    [b"", b" ", b"\n", b"  ", b":", b"- ", b"[", b"]", b"{", b"}", b"*a", b"&a ", b"!!int ", b"null", b"true", b"7", b"\x00",
     b"\xff", b'"', b"'", b"|", b"#", b"\t", b"page: x", b"{amount:x}", b"choice:", b"options:", b"? ", b"%", "é".encode(),
     b"<<: "]
)  # fmt: skip
_CUTS = st.lists(st.tuples(st.integers(0, len(ROOMS)), st.integers(0, 40), _PIECES), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cuts=_CUTS)
def test_broken_content_raises_nothing_but_its_findings(cuts: list[tuple[int, int, bytes]]) -> None:
    """Whatever is cut out of or put into a tree, loading gives a pack or ContentErrors with findings."""
    raw = ROOMS
    for at, length, piece in cuts:
        raw = raw[:at] + piece + raw[at + length :]
    with tempfile.TemporaryDirectory() as folder:
        pack = copy_tiny(Path(folder))
        (pack / "trees" / "rooms.yaml").write_bytes(raw)
        with suppress(ContentErrors):
            load(pack, no_locales(Path(folder)))


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=300))
def test_any_bytes_can_be_read(raw: bytes) -> None:
    """The reader takes any bytes and answers with data or findings."""
    data, findings = read_yaml(raw, "x.yaml")
    assert data is None or isinstance(data, (dict, list, str, int))
    assert all(one.file == "x.yaml" for one in findings)
