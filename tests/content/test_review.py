"""`ownsteps review`: what waits for whom, and the whole pack on one page that needs a browser and nothing else."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.checks.run import run_checks
from bot.cli import main
from bot.engine.model import Channel
from bot.review.page import review_page
from bot.review.waiting import as_text, waiting
from bot.trees.load import load_pack
from bot.trees.signoff import sign, units
from bot.trees.sync import sync
from tests.content.tiny import AT, copy_tiny, load, no_locales, replace_in, translate
from tests.kit import shipped


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return copy_tiny(tmp_path)


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    return no_locales(tmp_path)


class Reader(HTMLParser):
    """What a page is made of, and what it asks a browser to load or run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def page(pack_folder: Path, locales: Path, lang: str = "en", channel: Channel = Channel.SMS) -> str:
    pack = load(pack_folder, locales)
    return review_page(pack, lang, channel, run_checks(pack, AT), waiting(pack))


# --- what waits


def test_what_waits_is_told_by_role_and_language(tiny: Path, locales: Path) -> None:
    """Unsigned and changed texts stand under their role; a signed one does not."""
    sign(load(tiny, locales), ["rooms/what", "rooms/find"], "subject", AT)
    replace_in(tiny / "sources.yaml", "£12.50", "£13.50")
    lines = list(as_text(waiting(load(tiny, locales))))
    subject = lines[: next(number for number, line in enumerate(lines) if line.startswith("Waiting for language"))]
    assert subject[0] == f"Waiting for subject (en): {len(units(load(tiny, locales))) - 1} texts"
    assert "  changed since: rooms (1): what" in subject
    assert "  unsigned: rooms (3): where, scotland, decide" not in subject
    assert not any("find" in line for line in subject)
    assert any(line == "  unsigned: menu (2): all" for line in subject)


def test_facts_services_translations_and_exemptions_wait_too(tiny: Path, locales: Path) -> None:
    """Sources past their date and near it, services kept back, old translations, and each exemption with its reason."""
    replace_in(tiny / "services.yaml", "confidence: medium", "confidence: low")
    replace_in(tiny / "trees/rooms.yaml", "{name:keyring} is {phone:keyring}", "{name:lantern} is {phone:lantern}")
    replace_in(
        tiny / "trees/rooms.yaml", "    ask: Which", "    exempt: [{check: labels, reason: Names}]\n    ask: Which"
    )
    translate(tiny, locales, "cy", lambda key, english: f"[{english}]")
    replace_in(tiny / "trees/menu.yaml", "Here is a list.", "This is a list.")
    sync(tiny, locales)
    found = waiting(load_pack(tiny, locales, date(2026, 12, 20)))
    assert [one.id for one in found.expired] == ["rooms-office"]
    assert [one.id for one in found.due] == ["rooms-law"]
    assert [one.id for one in found.unshown] == ["keyring"]
    assert found.fuzzy == {"cy": ("menu/main:page",)}
    assert [(one.node, one.check, one.reason) for one in found.exemptions] == [("rooms/where", "labels", "Names")]


# --- the page


def test_the_page_shows_each_node_as_a_phone_does(tiny: Path, locales: Path) -> None:
    """Each node has its words, where it leads, its sources with their dates, its signatures."""
    written = page(tiny, locales)
    for name in load(tiny, locales).raw.nodes:
        assert f'id="{name.replace("/", "--")}"' in written
    for words in ("A room costs £12.50 a week", "8 person, 9 close", "The rooms act</a> (rooms-law), seen 2026-10-01"):
        assert words in written
    assert 'When told.nation is scotland: <a href="#rooms--scotland">' in written
    assert 'subject: <span class="waits">unsigned</span>' in written


@pytest.mark.parametrize("channel", Channel)
def test_the_page_loads_and_runs_nothing(channel: Channel) -> None:
    """No script, image, frame, font or style from elsewhere; addresses of sources are links to press and no more."""
    pack = shipped()
    read = Reader(review_page(pack, "en", channel, (), waiting(pack)))
    names = {tag for tag, _ in read.tags}
    assert not names & {"script", "img", "iframe", "link", "object", "form", "svg", "video", "audio"}
    assert not any(key.startswith("on") or key in ("src", "srcset", "style") for _, given in read.tags for key in given)
    assert "url(" not in review_page(pack, "en", channel, (), waiting(pack)).partition("</style>")[0]


def test_the_page_can_be_walked_by_its_headings_and_links() -> None:
    """One h1; no level left out; every link within the page arrives; no id stands twice; a language for each text."""
    pack = shipped()
    read = Reader(review_page(pack, "en", Channel.TELEGRAM, (), waiting(pack)))
    assert read.open == []
    levels = [int(tag[1]) for tag, _ in read.tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [given["id"] for _, given in read.tags if given.get("id")]
    assert len(ids) == len(set(ids))
    inside = {str(given["href"])[1:] for given in read.all("a") if str(given["href"]).startswith("#")}
    assert inside <= set(ids)
    assert all(given.get("lang") for given in read.all("ul") if given.get("class") == "said")


def test_another_language_stands_in_its_direction_and_never_in_english(tiny: Path, locales: Path) -> None:
    """A right-to-left language is laid out so; what is not translated says that, and shows no English in its place."""
    translate(tiny, locales, "ar", lambda key, english: None if key == "rooms/what:page" else f"[{english}]")
    written = page(tiny, locales, "ar")
    assert '<ul class="said" lang="ar" dir="rtl">' in written
    assert "Not in العربية yet." in written
    assert "A room costs" not in written


def test_words_of_a_pack_are_text_and_never_markup(tiny: Path, locales: Path) -> None:
    """What authors write cannot become a tag."""
    replace_in(tiny / "trees/rooms.yaml", "The office of rooms decides.", 'The <b>office</b> & \\"rooms\\" decides.')
    replace_in(tiny / "sources.yaml", "The rooms act", "The <script>act")
    written = page(tiny, locales)
    assert "&lt;b&gt;office&lt;/b&gt; &amp;" in written
    assert "<script" not in written


def test_findings_stand_at_their_node(tiny: Path, locales: Path) -> None:
    """What `ownsteps check` says of a node stands with the node."""
    replace_in(tiny / "trees/rooms.yaml", "The office of rooms decides.", "You should ask the office of rooms.")
    article = next(part for part in page(tiny, locales).split("<article") if part.startswith(' id="rooms--what"'))
    assert "<strong>error" in article


# --- the command


def test_review_on_the_command_line(tiny: Path, tmp_path: Path) -> None:
    """The command lists what waits, and with --html also writes the page."""
    run, out = CliRunner(), tmp_path / "page.html"
    given = ["review", "--pack", str(tiny), "--at", str(AT)]
    told = run.invoke(main, given)
    assert (told.exit_code, told.output.splitlines()[0][:24]) == (0, "Waiting for subject (en)")
    assert run.invoke(main, [*given, "--html", str(out), "--channel", "telegram"]).exit_code == 0
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert run.invoke(main, [*given, "--html", str(tmp_path / "none" / "page.html")]).exit_code == 2
