"""Sign-off: a role and a day bound to a text; any change undoes it, and live says nothing unsigned (OPS-3)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.checks.finding import ContentErrors
from bot.cli import main
from bot.settings import Settings, SettingsError, Stage
from bot.trees import signoff
from bot.trees.load import Pack
from bot.trees.places import content
from bot.trees.signoff import FILE, ROLES, Held, sign, states, units
from bot.wiring import pack_of
from tests.content.tiny import AT, NOW, copy_tiny, found, load, no_locales, replace_in, translate
from tests.kit import Person, shipped

WHAT = "rooms/what"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return copy_tiny(tmp_path)


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    return no_locales(tmp_path)


def sign_all(pack: Pack, lang: str = "en") -> None:
    """Every text of a language, by every role that it needs."""
    groups = {one.group for one in units(pack).values()}
    for role in signoff.roles_of(lang):
        sign(pack, sorted(groups), role, AT, lang)


def held(pack: Pack, unit: str, role: str = "subject", lang: str = "en") -> Held:
    return next(one.held for one in states(pack, [lang]) if (one.unit, one.role) == (unit, role))


# --- units and hashes


def test_what_is_signed_on_its_own(tiny: Path, locales: Path) -> None:
    """Nodes with the pages of their options, shown services, files of shared texts."""
    found = units(load(tiny, locales))
    assert {"rooms/decide", WHAT, "service/lantern", "system/check"} <= found.keys()
    assert not any("." in name for name in found)
    assert "rooms/decide.ask:gives.0" in found["rooms/decide"].keys


def test_a_signature_names_a_role_and_a_day(tiny: Path, locales: Path) -> None:
    """What is written is the unit, the language, the role, the day and the hash: no name, and nothing else."""
    sign(load(tiny, locales), [WHAT], "subject", AT)
    lines = [line for line in (tiny / FILE).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    hashed = signoff.text_hash(load(tiny, locales), units(load(tiny, locales))[WHAT])
    assert lines == ["signed:", f"  {WHAT}:", "    en:", f"      subject: {AT} {hashed}"]
    assert held(load(tiny, locales), WHAT) is Held.SIGNED
    assert held(load(tiny, locales), WHAT, "language") is Held.UNSIGNED


def test_the_file_does_not_depend_on_the_order_of_signing(tiny: Path, locales: Path) -> None:
    """The same signatures are the same bytes, whoever came first."""
    pack, written = load(tiny, locales), []
    for order in (["rooms", "menu"], ["menu", "rooms"]):
        (tiny / FILE).unlink(missing_ok=True)
        for name in order:
            sign(pack, [name], "language", AT)
        written.append((tiny / FILE).read_bytes())
    assert written[0] == written[1]


Change = Callable[[Path], None]
UNDOING: dict[str, Change] = {
    "a sentence": lambda tiny: replace_in(
        tiny / "trees/rooms.yaml", "The office of rooms decides.", "An office decides."
    ),
    "a placed figure": lambda tiny: replace_in(tiny / "sources.yaml", "£12.50", "£13.50"),
    "a placed phone number": lambda tiny: replace_in(tiny / "services.yaml", "0800 000 222", "0800 000 223"),
    "the label of an option": lambda tiny: replace_in(tiny / "trees/rooms.yaml", "The ways to choose from", "The ways"),
    "where a rule leads": lambda tiny: replace_in(tiny / "trees/rooms.yaml", "go: scotland}", "go: find}"),
}
KEEPING: dict[str, Change] = {
    "how a paragraph is wrapped": lambda tiny: replace_in(tiny / "trees/rooms.yaml", "a week since\n", "a week\n        since\n"),
    "a source seen again": lambda tiny: replace_in(tiny / "sources.yaml", "seen: 2026-10-01", "seen: 2026-11-01"),
    "another node": lambda tiny: replace_in(tiny / "trees/rooms.yaml", "In Scotland the council", "There the council"),
}  # fmt: skip


@pytest.mark.parametrize("change", UNDOING.values(), ids=UNDOING)
def test_a_change_undoes_a_signature(change: Change, tiny: Path, locales: Path) -> None:
    """What the person would read differently was not what somebody signed."""
    sign(load(tiny, locales), [WHAT], "subject", AT)
    change(tiny)
    assert held(load(tiny, locales), WHAT) is Held.CHANGED


@pytest.mark.parametrize("change", KEEPING.values(), ids=KEEPING)
def test_what_nobody_reads_differently_keeps_it(change: Change, tiny: Path, locales: Path) -> None:
    """Lines, dates of looking and other texts leave a signature alone."""
    sign(load(tiny, locales), [WHAT], "subject", AT)
    change(tiny)
    assert held(load(tiny, locales), WHAT) is Held.SIGNED


def test_a_service_is_signed_with_its_facts(tiny: Path, locales: Path) -> None:
    """Hours by day have no text of their own, and are signed all the same."""
    sign(load(tiny, locales), ["service/keyring"], "subject", AT)
    replace_in(tiny / "services.yaml", 'thu: "10:00-12:00"', 'thu: "10:00-11:00"')
    assert held(load(tiny, locales), "service/keyring") is Held.CHANGED


def test_a_translation_is_signed_as_it_stands(tiny: Path, locales: Path) -> None:
    """Another language needs its own reader, and a new translation another reading."""
    translate(tiny, locales, "cy", lambda key, english: f"[{english}]")
    sign(load(tiny, locales), [WHAT], "language", AT, "cy")
    assert held(load(tiny, locales), WHAT, "language", "cy") is Held.SIGNED
    assert held(load(tiny, locales), WHAT, "language") is Held.UNSIGNED
    translate(tiny, locales, "cy", lambda key, english: f"({english})")
    assert held(load(tiny, locales), WHAT, "language", "cy") is Held.CHANGED


# --- what cannot be signed


@pytest.mark.parametrize(
    ("name", "role", "lang"),
    [
        pytest.param("rooms/nowhere", "subject", "en", id="no such node"),
        pytest.param("rooms/decide.ask", "subject", "en", id="an option is signed with its choice"),
        pytest.param(WHAT, "solicitor", "en", id="no such role"),
        pytest.param(WHAT, "subject", "cy", id="facts are signed in English"),
        pytest.param(WHAT, "language", "cy", id="not translated"),
    ],
)
def test_nothing_is_signed_by_halves(name: str, role: str, lang: str, tiny: Path, locales: Path) -> None:
    """One name that cannot be signed keeps all of them unsigned."""
    with pytest.raises(signoff.SignoffError):
        sign(load(tiny, locales), ["menu/main", name], role, AT, lang)
    assert not (tiny / FILE).exists()


@pytest.mark.parametrize(
    "text",
    [
        "signed: [a]",
        "signed: {a/b: {en: {subject: Jane Doe}}}",
        "signed: {a/b: {en: {subject: 2026-11-23 123}}}",
        "names: {}",
    ],
)
def test_a_damaged_file_is_told(text: str, tiny: Path, locales: Path) -> None:
    """What is no role, day and hash is refused, and never read as unsigned or as signed."""
    (tiny / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(ContentErrors):
        states(load(tiny, locales))


# --- stages


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A copy of the shipped content under an operator's own name."""
    shutil.copytree(content(), tmp_path / "content")
    replace_in(tmp_path / "content/uk/pack.yaml", "Example organisation (demo)", "Invented Aid")
    return tmp_path / "content/uk"


def staged(own: Path, stage: Stage) -> Pack:
    unreviewed = "refuse" if stage is Stage.LIVE else "label"
    return pack_of(Settings(stage, "sqlite:///unused.db", str(own), unreviewed=unreviewed), lambda: NOW)


@pytest.mark.rule("OPS-3")
def test_live_says_how_many_texts_wait_for_whom(own: Path) -> None:
    """Unsigned, live does not start; the sentence names each role and its number."""
    number = len(units(staged(own, Stage.TRIAL)))
    told = ".*".join(f"{number} lack {role} \\(en\\)" for role in sorted(ROLES))
    with pytest.raises(SettingsError, match=f"OWNSTEPS_PACK: live needs signed text; {told}"):
        staged(own, Stage.LIVE)


@pytest.mark.rule("OPS-3")
def test_live_speaks_what_is_signed_and_stops_after_a_change(own: Path) -> None:
    """With every English text signed live offers English alone; one changed word and it does not start."""
    sign_all(staged(own, Stage.TRIAL))
    pack = staged(own, Stage.LIVE)
    assert [one.code for one in pack.bundle.languages if one.offered] == ["en"]
    replace_in(own / "snippets.yaml", "You can read, think, and write again", "You can read and think")
    with pytest.raises(
        SettingsError, match=r"1 lack language \(en\), 1 lack lived-experience \(en\), 1 lack subject \(en\)"
    ):
        staged(own, Stage.LIVE)


@pytest.mark.rule("OPS-3")
@pytest.mark.parametrize("stage", [Stage.TRIAL, Stage.DEMO])
def test_unsigned_english_is_labelled_once_a_sitting(stage: Stage) -> None:
    """Right after the yes one sentence says that others have not checked the words, and not again."""
    person = Person(pack=shipped(stage))
    said = [person.says(text) for text in ("hello", "1", "00")]
    assert ["have not been checked" in " ".join(one) for one in said] == [False, True, False]


def test_the_shipped_texts_are_unsigned() -> None:
    """Nobody has signed them, and the product says so."""
    assert {one.held for one in states(shipped())} == {Held.UNSIGNED}


# --- the command


def test_signing_on_the_command_line(tiny: Path) -> None:
    """The command signs what it is told, says so, and refuses days to come and unknown places."""
    run = CliRunner()
    given = ["signoff", WHAT, "--role", "subject", "--pack", str(tiny)]
    answer = run.invoke(main, [*given, "--date", "2026-01-02"])
    assert (answer.exit_code, answer.output.splitlines()) == (0, [f"{WHAT}: subject (en) 2026-01-02", "1 texts signed"])
    later = date(datetime.now(UTC).year + 1, 1, 1)
    assert run.invoke(main, [*given, "--date", str(later)]).exit_code == 2
    assert run.invoke(main, [*given[:1], "rooms/nowhere", *given[2:]]).exit_code == 2
    (tiny / FILE).write_text("signed: [a]", encoding="utf-8")
    assert run.invoke(main, given).exit_code == 2


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("signed: {rooms/what: {en: {subject: yesterday}}}", "Y203"),
        (f"signed: {{rooms/what: {{en: {{subject: 2026-13-45 {'0' * 32}}}}}}}", "Y203"),
        ("signed: {", "Y101"),
        (f"signed: {{rooms/gone: {{en: {{subject: 2026-11-23 {'0' * 32}}}}}}}", "S127"),
    ],
    ids=("no signature", "no such day", "no YAML", "no such text"),
)
def test_a_file_of_sign_offs_that_cannot_be_right_is_found(written: str, code: str, tiny: Path, locales: Path) -> None:
    (tiny / FILE).write_text(f"{written}\n", "utf-8")
    findings = [one for one in found(tiny, locales) if one.file.endswith(FILE)]
    assert [one.code for one in findings] == [code]
