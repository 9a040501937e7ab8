"""`check`, `show`, `graph` and `translations` as people and scripts run them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from tests.content.tiny import BAD, TINY, copy_tiny


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=stdin)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    pack = copy_tiny(tmp_path)
    (pack / "trees" / "rooms.yaml").write_bytes((BAD / "no-such-target.yaml").read_bytes())
    return pack


def test_check_tells_findings_as_json(broken: Path) -> None:
    """One object a finding with exactly the fields of the contract, and exit 1."""
    result = run("check", "--pack", str(broken), "--json")
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert list(told[0]) == ["code", "file", "line", "node", "message", "remedy", "severity"]
    assert (told[0]["code"], told[0]["line"], told[0]["node"]) == ("S101", 7, "rooms/what")


def test_check_of_a_good_pack_ends_with_0() -> None:
    """Nothing found: exit 0."""
    assert run("check", "--pack", str(TINY), "--at", "2026-11-23").exit_code == 0


def test_old_facts_refuse_only_a_release() -> None:
    """Years later the check still ends with 0, and with --release it ends with 1 (NEUT-9)."""
    assert run("check", "--pack", str(TINY), "--at", "2030-01-01").exit_code == 0
    assert run("check", "--pack", str(TINY), "--at", "2030-01-01", "--release").exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--pack", "nowhere"),
        ("check", "--at", "tomorrow"),
        ("check", "--sentences", "--lang", "xx"),
        ("show", "no/such", "--pack", str(TINY)),
        ("show", "rooms/what", "--pack", str(TINY), "--lang", "de"),
        ("graph", "nothing", "-o", "x.svg", "--pack", str(TINY)),
    ],
    ids=" ".join,
)
def test_what_cannot_run_ends_with_2(arguments: tuple[str, ...]) -> None:
    """A wrong argument is told in a sentence with what there is."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Error:" in result.output


@pytest.mark.rule("NEUT-1")
def test_sentences_are_checked_one_a_line() -> None:
    """One object a line, blank lines too, and exit 1 when any is directive."""
    result = run(
        "check", "--sentences", "--lang", "en", stdin="You should call the police.\n\nThe Home Office decides.\n"
    )
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["directive"] for one in told] == [True, False, False]
    assert told[0]["text"] == "You should call the police."
    assert set(told[0]["findings"][0]) == {"rule", "match"}
    assert result.exit_code == 1
    assert run("check", "--sentences", stdin="The Home Office decides.\n").exit_code == 0


@pytest.mark.parametrize("lang", ["en", "xx-long", "xx-rtl", "xx-nolatin"])
@pytest.mark.parametrize("channel", ["sms", "whatsapp", "telegram"])
def test_show_gives_messages_with_their_parts(channel: str, lang: str) -> None:
    """Every node can be looked at as each channel shows it, in pseudo-languages too."""
    result = run("show", "rooms/decide.ask", "--pack", str(TINY), "--channel", channel, "--lang", lang)
    assert result.exit_code == 0
    assert "SMS parts" in result.output
    assert "-> rooms/find" in result.output


@pytest.mark.parametrize("topic", [["rooms"], []], ids=["a topic", "all topics"])
def test_graph_draws_svg(topic: list[str], tmp_path: Path) -> None:
    """The file is well-formed SVG that names its nodes, and rules stand on their arrows."""
    path = tmp_path / "tree.svg"
    assert run("graph", *topic, "-o", str(path), "--pack", str(TINY)).exit_code == 0
    drawn = ElementTree.parse(path).getroot()
    texts = {one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert (
        {"rooms/what", "nation = scotland", "What a room costs"}
        if topic
        else {"Rooms", "rooms, 7 nodes", "Emergency facts"}
    ) <= texts


@pytest.mark.parametrize("command", ["check", "show", "graph", "translations"])
def test_help_has_examples(command: str) -> None:
    """Every command explains itself with examples."""
    assert "Examples:" in run(command, "--help").output
