"""What the documents say is so: commands, settings, links; and no text or picture claims to be a real body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from bot.cli import COMMANDS, main
from bot.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")))
GUIDES = (
    ROOT / "README.md",
    *(ROOT / "docs" / f"{name}.md" for name in ("operating", "editing", "developing", "data")),
)
IN_CODE = re.compile(r"`([^`\n]+)`|^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
CALLED = re.compile(r"(?:^|[\s/;|])ownsteps ([^|;\n]*)")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
SETTING = re.compile(r"OWNSTEPS_[A-Z_]*[A-Z]")
FOR_TESTS = {"OWNSTEPS_STRICT", "OWNSTEPS_SPECS"}
"""Read by the tests alone."""


def groups_and_commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            yield (*path, name)
            if isinstance(command, click.Group):
                yield from groups_and_commands(command, (*path, name))


ALL = list(groups_and_commands(main))


def written_commands() -> list[tuple[str, str]]:
    """(file, the words after `ownsteps`) of every call in the guides."""
    found = set()
    for file in GUIDES:
        for match in IN_CODE.finditer(file.read_text(encoding="utf-8")):
            code = match[1] or match[2] or ""
            found |= {(file.name, called.strip()) for called in CALLED.findall(code)}
    return sorted(found)


def command_of(words: str) -> tuple[tuple[str, ...], list[str]]:
    """The longest command that the words begin with, and the options that are used."""
    parts = words.split()
    longest = next(tuple(parts[:size]) for size in (2, 1) if tuple(parts[:size]) in ALL)
    return longest, [part.split("=")[0] for part in parts[len(longest) :] if part.startswith("-")]


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_helps_with_examples(path: tuple[str, ...]) -> None:
    """Each command says what it does and shows how it is called."""
    answer = CliRunner().invoke(main, [*path, "--help"])
    assert answer.exit_code == 0
    assert re.search(r"^ *Examples?:", answer.output, re.MULTILINE), answer.output


@pytest.mark.parametrize(("file", "words"), written_commands())
def test_commands_that_the_guides_write_exist(file: str, words: str) -> None:
    """A command in a guide is one that there is, with options that it takes."""
    path, options = command_of(words)
    helped = CliRunner().invoke(main, [*path, "--help"])
    assert helped.exit_code == 0, file
    assert [option for option in options if option not in helped.output] == []


def test_the_guides_name_every_command() -> None:
    """No command is left for people to find by chance."""
    everything = " ".join(file.read_text(encoding="utf-8") for file in GUIDES)
    assert [
        name for name in COMMANDS if f"ownsteps {name}" not in everything and f"make {name}" not in everything
    ] == []


class Asked(dict[str, str]):
    """An environment that remembers which names were looked for."""

    def __init__(self, given: dict[str, str]) -> None:
        super().__init__(given)
        self.names: set[str] = set()

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)


def test_operating_lists_the_settings_that_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of settings names exactly what the code looks for, with every provider on."""
    monkeypatch.chdir(tmp_path)
    asked = Asked(
        {
            "OWNSTEPS_PUBLIC_URL": "https://help.example.org",
            "OWNSTEPS_TELEGRAM_TOKEN": "123456:abcdefgh",
            "OWNSTEPS_TELEGRAM_SECRET": "secret",
            "OWNSTEPS_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
            "OWNSTEPS_TWILIO_AUTH_TOKEN": "token",
            "OWNSTEPS_TWILIO_SMS_FROM": "+447700900000",
        }
    )
    load_settings(asked)
    assert listed_settings() == asked.names


def listed_settings() -> set[str]:
    operating = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(OWNSTEPS_[A-Z_]+)` \|", operating, re.MULTILINE))


@pytest.mark.parametrize("file", DOCS, ids=lambda one: one.name)
def test_settings_in_documents_exist(file: Path) -> None:
    """A document names no setting that nothing reads."""
    named = set(SETTING.findall(file.read_text(encoding="utf-8")))
    assert named - listed_settings() - FOR_TESTS == set()


@pytest.mark.parametrize("file", DOCS, ids=lambda one: one.name)
def test_links_lead_somewhere(file: Path) -> None:
    """Links between documents, to tests and to pictures resolve."""
    local = (link.split("#")[0] for link in LINK.findall(file.read_text(encoding="utf-8")) if "://" not in link)
    assert [link for link in local if link and not (file.parent / link).exists()] == []


def test_pictures_are_there_and_light() -> None:
    """A picture in the documents weighs at most 250 kB."""
    assert {
        one.name: one.stat().st_size for one in (ROOT / "docs/images").iterdir() if one.stat().st_size > 250_000
    } == {}


# --- nobody is claimed

TEXT = {".md", ".yaml", ".po", ".py", ".html", ".css", ".js", ".svg", ".txt", ".toml"}
FOLDERS = ("bot", "content", "docs", "locales", "webhooks")
BODIES = (
    "(?:(?:british )?red cross|red crescent|salvation army|migrant help|unseen|barnardo'?s|samaritans|home office"
    "|government|police|nhs|council|united nations|iom|unhcr)"
)
CLAIMS = re.compile(
    rf"\b(?:we are|we work for|i am from|on behalf of|an? official) (?:the |a )?{BODIES}\b"
    rf"|\bthis is (?:the |a )?{BODIES}(?:'s)? (?:information |help)?(?:line|chat|service|bot)\b"
    rf"|\b(?:own steps|this (?:line|chat|service|bot))[^.\n]{{0,30}} (?:run|made|backed|funded|endorsed|approved) by "
    rf"(?:the |a )?{BODIES}\b",
    re.IGNORECASE,
)
EMBLEMS = re.compile("[\u2719\u271a\u271b\u271c\u2795\u2720\u2628\u262a\u26d1\u26e8\U0001f3e5\U0001f540]")
"""Crosses, heavy plus signs, crescents and the helmet and hospital signs that carry a cross."""


def committed() -> list[Path]:
    files = [one for folder in FOLDERS for one in (ROOT / folder).rglob("*") if one.suffix in TEXT]
    return [ROOT / "README.md", *files]


@pytest.mark.parametrize(
    "claim",
    [
        "We are the British Red Cross.",
        "This line is run by the Home Office",
        "This is the Red Cross information line",
        "Own Steps is approved by the NHS",
    ],
)
def test_a_claim_is_seen(claim: str) -> None:
    """What must not stand anywhere is found where it stands."""
    assert CLAIMS.search(claim)


def test_nothing_claims_to_be_a_real_body() -> None:
    """No text says that the line is run or backed by a real organisation."""
    found = [
        (one.relative_to(ROOT), match[0]) for one in committed() if (match := CLAIMS.search(one.read_text("utf-8")))
    ]
    assert found == []


def test_no_emblem_anywhere() -> None:
    """No red cross, red crescent or sign that carries one."""
    found = [one.relative_to(ROOT) for one in committed() if EMBLEMS.search(one.read_text("utf-8"))]
    assert found == []


def test_no_picture_is_named_after_a_body() -> None:
    """The only pictures are ours: their names and titles name no organisation."""
    pictures = [
        one for folder in FOLDERS for one in (ROOT / folder).rglob("*") if one.suffix in (".png", ".svg", ".ico")
    ]
    assert pictures
    assert [one.name for one in pictures if re.search("cross|crescent|ifrc|icrc|emblem", one.name, re.IGNORECASE)] == []


@pytest.mark.parametrize("name", ["README.md", "content/uk/pack.yaml"])
def test_the_operator_is_an_example(name: str) -> None:
    """What is shipped is run by nobody real."""
    assert "Example organisation (demo)" in (ROOT / name).read_text(encoding="utf-8")


def test_no_machine_paths_or_index_addresses() -> None:
    """Documents hold for every machine."""
    pattern = re.compile(r"/work/|/root/|/tmp/|/home/|pypi\.org|index-url")
    found = [(one.name, match[0]) for one in DOCS if (match := pattern.search(one.read_text(encoding="utf-8")))]
    assert found == []
