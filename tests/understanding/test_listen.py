"""`ownsteps listen`: one line of JSON for each line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from bot.cli.listen import listen


def run(text: str | bytes, *args: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(listen, args, input=text)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_line_for_each_line() -> None:
    """Blank lines count, the text comes back as it was, keys mean what they do."""
    lines = run("help he is here\n\nclose\n9\n8\n0\nhelp\n3\n")
    assert [line["intent"] for line in lines] == [
        "emergency",
        "other",
        "hide",
        "hide",
        "human",
        "back",
        "other",
        "other",
    ]
    assert [line["text"] for line in lines][:3] == ["help he is here", "", "close"]
    assert set(lines[0]) == {"text", "intent", "also"}


@pytest.mark.rule("EMER-7")
def test_also_names_what_the_reply_serves_too() -> None:
    """Danger with a topic names the topic."""
    assert run("call the police he is hitting me\n")[0] == {
        "text": "call the police he is hitting me",
        "intent": "emergency",
        "also": ["police"],
    }


def test_bytes_that_are_not_text_are_heard_as_something() -> None:
    """Invalid UTF-8 does not end it."""
    assert [line["intent"] for line in run(b"\xff\xfe\nclose\n")] == ["other", "hide"]


@pytest.mark.parametrize(("code", "status"), [("vi", 0), ("zh", 0), ("zh-Hans", 0), ("xx", 2), ("xx-long", 2)])
def test_languages(code: str, status: int) -> None:
    """Every served language works, reviewed or not; an unknown one is a usage error."""
    assert CliRunner().invoke(listen, ["--lang", code], input="x\n").exit_code == status
