"""Each file in `bad/` stands in for one of the tiny pack's and earns what its first line says, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.checks.finding import ContentErrors
from tests.content.tiny import AT, BAD, TINY, copy_tiny, found, no_locales, replace_in

FIRST_LINE = re.compile(r"# earns (?P<codes>[A-Z]\d{3}(?: and [A-Z]\d{3})*) on line (?P<line>\d+), as (?P<name>\S+)")


@pytest.mark.parametrize("bad", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_bad_file_earns_its_diagnostic(bad: Path, tmp_path: Path) -> None:
    """A mistake is told by its code, in its file, on its line, with what to do, and causes no other finding."""
    told = FIRST_LINE.match(bad.read_text(encoding="utf-8").splitlines()[0])
    assert told, "the first line names code, line and file"
    pack = copy_tiny(tmp_path)
    (pack / told["name"]).write_bytes(bad.read_bytes())
    findings = found(pack, no_locales(tmp_path))
    assert {one.code for one in findings} == set(told["codes"].split(" and "))
    assert {(one.line, one.file.endswith(told["name"])) for one in findings} == {(int(told["line"]), True)}
    assert all(one.message.endswith(".") and one.remedy for one in findings)


def test_the_tiny_pack_is_good(tmp_path: Path) -> None:
    """The pack that the bad files are put into has no finding of its own."""
    assert found(TINY, no_locales(tmp_path)) == []


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Mistakes in different files and of different kinds come in one list, ordered by file and line."""
    pack = copy_tiny(tmp_path)
    replace_in(pack / "trees" / "rooms.yaml", "options: [where, decide, find]", "options: [nowhere, decide, find]")
    replace_in(pack / "trees" / "menu.yaml", "door: person", "door: window")
    replace_in(pack / "hours.yaml", 'fri: "09:00-16:00"', "fri: 9-16")
    findings = found(pack, no_locales(tmp_path))
    assert [one.code for one in findings] == ["Y203", "Y203", "S101"]
    assert findings == sorted(findings, key=lambda one: (one.file, one.line))


def test_a_text_in_two_places_is_told(tmp_path: Path) -> None:
    """Two trees of one topic would share keys: the second is told where the first stands."""
    pack = copy_tiny(tmp_path)
    text = (pack / "trees" / "danger.yaml").read_text(encoding="utf-8")
    (pack / "trees" / "peril.yaml").write_text(text, encoding="utf-8")
    codes = {one.code for one in found(pack, no_locales(tmp_path))}
    assert codes == {"Y107", "Y204"}


@pytest.mark.rule("NEUT-9")
def test_an_old_fact_refuses_a_release_and_not_a_build(tmp_path: Path) -> None:
    """Past its date a fact is a warning; for a release it is an error."""
    pack = copy_tiny(tmp_path)
    (pack / "sources.yaml").write_bytes((BAD / "past-its-date.yaml").read_bytes())
    locales = no_locales(tmp_path)
    assert [one.severity for one in found(pack, locales)] == ["warning"]
    assert [one.severity for one in found(pack, locales, release=True)] == ["error"]


@pytest.mark.rule("NEUT-4")
def test_every_choice_has_a_way_to_wait(tmp_path: Path) -> None:
    """Taking not-now out of the tiny pack's choice is an error."""
    pack = copy_tiny(tmp_path)
    replace_in(pack / "trees" / "rooms.yaml", "      not-now:", "      later-on:")
    assert [one.code for one in found(pack, no_locales(tmp_path))] == ["S112"]


def test_an_exemption_with_a_reason_silences_its_check(tmp_path: Path) -> None:
    """`exempt` with a reason takes one check from one node."""
    pack = copy_tiny(tmp_path)
    (pack / "trees" / "rooms.yaml").write_bytes((BAD / "loose-number.yaml").read_bytes())
    replace_in(
        pack / "trees" / "rooms.yaml",
        "    sources:",
        "    exempt: [{check: numbers, reason: A made-up price}]\n    sources:",
    )
    assert found(pack, no_locales(tmp_path)) == []


@pytest.mark.parametrize("name", ["pack.yaml", "trees/menu.yaml"])
def test_a_missing_file_is_told(name: str, tmp_path: Path) -> None:
    """A pack without its first file, or without the tree of its menu, does not load and says so."""
    pack = copy_tiny(tmp_path)
    (pack / name).unlink()
    assert found(pack, no_locales(tmp_path))


def test_errors_carry_every_finding(tmp_path: Path) -> None:
    """`load_pack` raises one exception that holds all findings and prints them."""
    from bot.trees.load import load_pack

    pack = copy_tiny(tmp_path)
    (pack / "trees" / "rooms.yaml").write_bytes((BAD / "no-such-target.yaml").read_bytes())
    with pytest.raises(ContentErrors, match="S101") as caught:
        load_pack(pack, no_locales(tmp_path), AT)
    assert len(caught.value.findings) == 1
