"""Words: looked up or missing, never English instead; values placed; pseudo-languages keep what must stay."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.model import Text
from bot.trees.languages import PSEUDO, babel_locale, canonical
from bot.trees.load import Pack
from bot.trees.messages import placed_in
from bot.trees.pseudo import pseudo
from bot.trees.texts import MissingText
from tests.content.tiny import NOW, TINY, copy_tiny, found, load, no_locales, replace_in, translate


def foreign(key: str, english: str) -> str:
    return f"[{english}]"


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return load(TINY, no_locales(tmp_path))


THURSDAY = date(2026, 11, 26)
WORDS = Text.of("system/own-message-words", count=7)
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "lang", "said"),
    [
        pytest.param(Text.of("system/checked", month=date(2026, 5, 10)), "en", "Checked: May 2026.", id="a date is its month"),
        pytest.param(Text.of("system/service-opens", day=THURSDAY, time="09:00"), "en", "Opens Thursday at 09:00.", id="day"),
        pytest.param(Text.of("system/hours-open", time=datetime(2026, 7, 1, 16, tzinfo=UTC)), "en", "17:00", id="summer time"),
        pytest.param(Text.of("system/service-opens", day=MONDAY, time=MONDAY), "en", "Monday 30 November at 09:00", id="far"),
        pytest.param(Text.of("system/preview-message", message=WORDS), "en", "7 words", id="nested"),
        pytest.param(Text("rooms/what:page"), "en", "£12.50 a week since 1 March 2026", id="amount and date"),
        pytest.param(Text("rooms/what:page"), "en", "Keyring is 0800 000 222.", id="name and phone"),
        pytest.param(Text("rooms/what:page"), "xx-rtl", "0800 000 222", id="a phone number stays plain"),
    ],
)  # fmt: skip
def test_values_are_placed(pack: Pack, text: Text, lang: str, said: str) -> None:
    """Values come out in words of the language, times in UK time."""
    assert said in pack.texts.say(text, lang, NOW)


def test_the_fields_of_an_option_stand_in_their_order(pack: Pack) -> None:
    """Each field is one block with its name in front; lists are lines (NEUT-7)."""
    node = pack.bundle.nodes["rooms/decide.ask"]
    said = [pack.texts.say(block, "en", NOW) for block in node.blocks]
    names = ["What it is:", "What happens first:", "Who will know:", "What they ask:"]
    names += ["What it may give:", "What may be hard:", "Can it be undone:", "How long:"]
    assert [next(name for name in names if one.startswith(name)) for one in said] == names
    assert said[4].splitlines()[1:] == ["- A room for some weeks.", "- A key of one's own."]


@pytest.mark.rule("LANG-4")
def test_a_missing_text_is_never_english(tmp_path: Path) -> None:
    """Without a translation the look-up gives None, saying raises, and the node counts as missing."""
    locales = no_locales(tmp_path)
    translate(TINY, locales, "cy", lambda key, english: None if key == "rooms/what:page" else f"[{english}]")
    pack = load(TINY, locales)
    assert pack.texts.get("cy", "rooms/what:page") is None
    with pytest.raises(MissingText):
        pack.texts.say(Text("rooms/what:page"), "cy", NOW)
    assert pack.texts.get("cy", "menu/main:page") == "[Here is a list. Send a number.]"


@pytest.mark.rule("LANG-4")
def test_nodes_with_a_missing_text_are_listed(tmp_path: Path) -> None:
    """By language, the bundle names the nodes of which anything they show is missing, placed figures too."""
    locales, tiny = no_locales(tmp_path), copy_tiny(tmp_path)
    replace_in(tiny / "pack.yaml", "languages: [en]", "languages: [en, cy]")
    translate(tiny, locales, "cy", lambda key, english: None if key == "value/rooms-wait" else f"[{english}]")
    bundle = load(tiny, locales).bundle
    assert bundle.missing["cy"] == {"rooms/what", "rooms/decide.ask"}
    assert bundle.missing["en"] == bundle.missing["xx-long"] == frozenset()


@pytest.mark.rule("LANG-4")
@pytest.mark.parametrize("how", ["english reworded", "marked fuzzy", "placeholder lost"])
def test_a_doubtful_translation_is_missing(how: str, tmp_path: Path) -> None:
    """What was translated from an older English, is marked fuzzy, or lost a value is not shown."""
    locales, tiny = no_locales(tmp_path), copy_tiny(tmp_path)
    path = translate(tiny, locales, "cy", foreign)
    if how == "english reworded":
        replace_in(tiny / "trees" / "rooms.yaml", "The office of rooms decides.", "The council decides.")
    elif how == "marked fuzzy":
        replace_in(path, 'msgctxt "rooms/what:page"', '#, fuzzy\nmsgctxt "rooms/what:page"')
    else:
        replace_in(path, "[A room costs {amount:rooms-weekly}", "[A room costs {amount:other}")
    assert load(tiny, locales).texts.get("cy", "rooms/what:page") is None


def test_a_lost_placeholder_is_told(tmp_path: Path) -> None:
    """A translation with other placeholders than the English is an error with the catalogue's line."""
    locales = no_locales(tmp_path)
    path = translate(TINY, locales, "cy", foreign)
    replace_in(path, "[A room costs {amount:rooms-weekly}", "[A room costs {amount:other}")
    findings = found(TINY, locales)
    assert [(one.code, one.node) for one in findings] == [("T503", "rooms/what:page")]
    assert findings[0].line > 1


@pytest.mark.rule("LANG-3", "LANG-4")
def test_a_language_is_offered_only_with_its_safety_set(tmp_path: Path) -> None:
    """One safety text less, and the language is not on offer and its listing is an error."""
    locales, tiny = no_locales(tmp_path), copy_tiny(tmp_path)
    replace_in(tiny / "pack.yaml", "languages: [en]", "languages: [en, cy]")
    translate(tiny, locales, "cy", foreign)
    assert [one.code for one in load(tiny, locales).bundle.languages if one.offered] == ["en", "cy"]
    translate(tiny, locales, "cy", lambda key, english: None if key == "danger/now:page" else f"[{english}]")
    assert [one.code for one in load(tiny, locales).bundle.languages if one.offered] == ["en"]
    assert [one.code for one in found(tiny, locales)] == ["T502"]


@pytest.mark.rule("LANG-3")
@pytest.mark.parametrize(
    ("written", "reviewed"),
    [("reviewed: true", True), ("reviewed: false", False), ("reviewed: yes", False), (None, False)],
)
def test_a_language_is_reviewed_only_when_its_file_says_so(written: str | None, reviewed: bool, tmp_path: Path) -> None:
    """`reviews.yaml` has to say true; English is no exception."""
    locales = no_locales(tmp_path)
    if written:
        (locales / "en").mkdir()
        (locales / "en" / "reviews.yaml").write_text(written, encoding="utf-8")
    language = load(TINY, locales).bundle.language("en")
    assert language is not None
    assert language.reviewed is reviewed


def test_a_broken_catalogue_is_told(tmp_path: Path) -> None:
    """A catalogue that is none is a finding and not a crash."""
    path = translate(TINY, no_locales(tmp_path), "cy", foreign)
    path.write_bytes(b'msgid "open\nmsgstr \xff\n')
    assert [one.code for one in found(TINY, tmp_path / "locales")] == ["T501"]


def test_the_version_is_the_content(tmp_path: Path) -> None:
    """Any change of a text or a translation makes another version; none keeps it."""
    locales, tiny = no_locales(tmp_path), copy_tiny(tmp_path)
    versions = [load(tiny, locales).bundle.version, load(tiny, locales).bundle.version]
    replace_in(tiny / "trees" / "menu.yaml", "Here is a list.", "This is a list.")
    versions.append(load(tiny, locales).bundle.version)
    translate(tiny, locales, "cy", foreign)
    versions.append(load(tiny, locales).bundle.version)
    assert versions[0] == versions[1]
    assert len(set(versions)) == 3


@pytest.mark.parametrize(
    ("given", "code"), [("zh", "zh-Hans"), ("zh-Hans", "zh-Hans"), ("en", "en"), ("de", None), ("", None)]
)
def test_codes_are_canonical(given: str, code: str | None) -> None:
    """`zh` is taken as `zh-Hans`; an unknown code is None."""
    assert canonical(given) == code


@pytest.mark.parametrize("code", PSEUDO)
@given(text=st.text(st.characters(codec="ascii", exclude_characters="{}"), max_size=60))
def test_pseudo_languages_keep_placeholders_and_numbers(code: str, text: str) -> None:
    """Placeholders, 999 and phone numbers are the same in every pseudo-language."""
    made = pseudo(code, f"{text} {{phone:x}} {{month}} 999 0800 000 222")
    assert placed_in(made) == {"{phone:x}", "{month}"}
    assert "999" in made
    assert "0800 000 222" in made


def test_pseudo_languages_are_what_they_say(pack: Pack) -> None:
    """One is 1.6 times as long, one has no Latin letter, one runs right to left; none is ever offered."""
    english = "The office of rooms decides about it."
    assert 1.5 <= len(pseudo("xx-long", english)) / len(english) <= 1.75
    for code in ("xx-nolatin", "xx-rtl"):
        assert not any("a" <= char.lower() <= "z" for char in pseudo(code, english))
    rtl = pack.bundle.language("xx-rtl")
    assert rtl is not None
    assert rtl.rtl
    assert not any(one.offered for one in pack.bundle.languages if one.code in PSEUDO)
    assert babel_locale("xx-rtl") == "he"
