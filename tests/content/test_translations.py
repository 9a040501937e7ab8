"""Extraction and syncing: keys, notes, lines; nothing lost, nothing churned."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import polib
from babel.messages.extract import extract_from_file

from bot.trees.extract import extract_content
from bot.trees.sync import sync
from tests.content.tiny import TINY, copy_tiny, no_locales, replace_in, translate


def test_babel_finds_the_extractor_by_name() -> None:
    """`owntree` gives key, English, note and line of each text."""
    rooms = extract_from_file("owntree", TINY / "trees" / "rooms.yaml", keywords={"pgettext": ((1, "c"), 2)})
    found = {context: (line, text, notes) for line, text, notes, context in rooms}
    line, text, notes = found["rooms/what:page"]
    assert text.startswith("A room costs {amount:rooms-weekly} a week since {date:rooms-since}. The office")
    assert (line, notes) == (7, ["page; about 480 characters a message"])
    assert {"rooms:title", "rooms/where:why", "rooms/where:option.england", "rooms/decide.ask:gives.1"} <= found.keys()


def test_wrapping_a_paragraph_anew_is_no_change(tmp_path: Path) -> None:
    """Lines of a paragraph are joined; paragraphs and list lines stay apart."""
    file = BytesIO(
        b"topic: x\ntitle: X\nnodes:\n  a:\n    page: |\n      One\n      two.\n\n      - three\n      - four\n"
    )
    file.name = "trees/x.yaml"
    texts = {entry[2][0]: entry[2][1] for entry in extract_content(file, {}, (), {})}
    assert texts["x/a:page"] == "One two.\n\n- three\n- four"


def test_what_is_no_content_has_no_texts() -> None:
    """A broken file gives nothing and does not stop the others."""
    file = BytesIO(b"a: [")
    file.name = "trees/x.yaml"
    assert list(extract_content(file, {}, (), {})) == []


def test_syncing_twice_changes_nothing(tmp_path: Path) -> None:
    """The second run leaves every byte, so that the work tree stays clean."""
    locales = no_locales(tmp_path)
    assert len(sync(TINY, locales, ("cy", "ar"))) == 2
    assert sync(TINY, locales, ("cy", "ar")) == []
    assert sync(TINY, locales) == []


def test_a_reworded_text_keeps_its_translation_as_fuzzy(tmp_path: Path) -> None:
    """The translation stays with its key, marked, with the English that it was made from."""
    locales, tiny = no_locales(tmp_path), copy_tiny(tmp_path)
    path = translate(tiny, locales, "cy", lambda _key, english: f"[{english}]")
    replace_in(tiny / "trees" / "rooms.yaml", "Some people ask for a room.", "Some ask for a room.")
    sync(tiny, locales)
    entry = next(one for one in polib.pofile(str(path)) if one.msgctxt == "rooms/decide:choice")
    assert entry.fuzzy
    assert entry.msgid.startswith("Some ask")
    assert entry.previous_msgid is not None
    assert entry.previous_msgid.startswith("Some people ask")
    assert entry.msgstr.startswith("[Some people ask")
    assert sync(tiny, locales) == []


def test_a_removed_text_is_kept_aside_and_comes_back(tmp_path: Path) -> None:
    """Taking a node out and putting it back loses no translation."""
    locales, tiny = no_locales(tmp_path), copy_tiny(tmp_path)
    path = translate(tiny, locales, "cy", lambda _key, english: f"[{english}]")
    before, tree = path.read_bytes(), (tiny / "trees" / "rooms.yaml").read_bytes()
    (tiny / "trees" / "rooms.yaml").unlink()
    sync(tiny, locales)
    assert any(one.obsolete for one in polib.pofile(str(path)))
    (tiny / "trees" / "rooms.yaml").write_bytes(tree)
    sync(tiny, locales)
    assert path.read_bytes() == before


def test_another_reader_finds_it_complete(tmp_path: Path) -> None:
    """polib reads what is written and counts every text as translated."""
    path = translate(TINY, no_locales(tmp_path), "ar", lambda _key, english: f"[{english}]")
    assert polib.pofile(str(path)).percent_translated() == 100
