"""A second country that nobody has heard of: its clock, number, shores and services, and nothing of the UK."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.checks.common import rendered
from bot.checks.run import run_checks
from bot.engine.events import Desk
from bot.engine.model import Channel
from bot.handoff.hours import desk_at
from bot.settings import Settings, Stage
from bot.store.vault import Keyring
from bot.trees.load import Pack
from bot.wiring import build, pack_of
from tests.content.tiny import AT, copy_tiny, found, no_locales, replace_in
from tests.kit import MONDAY, House, Person

ISLAND = Path(__file__).parent / "packs" / "island"
UK = ("999", "UK", "England", "Scotland", "Wales", "NHS", "Home Office", "Samaritans")


@pytest.fixture(scope="module")
def island() -> Pack:
    return pack_of(Settings(Stage.DEMO, "sqlite:///unused.db", str(ISLAND)), lambda: MONDAY)


def test_it_has_no_errors(island: Pack) -> None:
    """The same checks hold for it."""
    own = [one for one in run_checks(island, AT) if one.severity == "error" and "island" in one.file]
    assert own == []


@pytest.mark.parametrize("channel", Channel)
def test_no_page_says_anything_of_another_country(channel: Channel, island: Pack) -> None:
    """Whatever stands on any screen, the UK is not in it."""
    for node in island.bundle.nodes.values():
        said = "\n".join(rendered(island, node, "en", channel))
        assert not [word for word in UK if word in said], node.id


def test_its_own_number_is_said_at_every_door(island: Pack) -> None:
    """Danger before the yes, and danger under cover."""
    person = Person(pack=island)
    for texts in (("he is killing me",), ("hello", "1", "9", "he is killing me")):
        said = "\n".join(person.says(*texts))
        assert "707" in said
        assert "999" not in said


def test_a_shore_is_told_and_changes_the_page(island: Pack) -> None:
    """Its own parts of the country, picked by number: the page of the north, and a service of the north."""
    person = Person(pack=island, desk=Desk(open=True))
    person.says("hello", "1")
    assert person.node == "list/main"
    person.says("1")
    assert person.node == "huts/what"
    person.says("1", "1")
    assert person.node == "huts/north"
    assert person.state.told.nation == "north"
    assert "Gull" in " ".join(person.says("2"))


def test_its_desk_opens_by_its_own_clock(island: Pack) -> None:
    """Ten in the morning there, whatever time it is elsewhere."""
    zone = ZoneInfo("Pacific/Chatham")
    ten = datetime(2026, 11, 25, 10, 0, tzinfo=zone)
    assert desk_at(island.hours, ten).open
    before = desk_at(island.hours, ten - timedelta(minutes=1))
    assert not before.open
    assert before.opens_at == ten


@pytest.mark.parametrize(("hour", "said"), [(8, False), (9, True), (11, True), (12, False)])
def test_its_services_open_by_its_own_clock(hour: int, said: bool, island: Pack) -> None:
    """A line of the north shore, on a Wednesday there."""
    person = Person(pack=island, now=datetime(2026, 11, 25, hour, 0, tzinfo=ZoneInfo("Pacific/Chatham")))
    person.says("hello", "1", "1")
    shown = " ".join(person.says("2"))
    assert person.node == "huts/find"
    assert (island.texts.english["system/service-open"] in shown) is said


class Island(House):
    """The whole service on the island's pack."""

    def __init__(self, folder: Path, pack: Pack) -> None:
        super().__init__(folder)
        self.close()
        self.settings = Settings(
            Stage.DEMO,
            f"sqlite:///{folder}/island.db",
            str(ISLAND),
            keyring=Keyring.fresh(),
            public_url=self.settings.public_url,
            telegram=self.settings.telegram,
            twilio=self.settings.twilio,
        )
        self.product = build(
            self.settings,
            clock=lambda: self.now,
            senders=dict.fromkeys(Channel, self.phone),
            seed=lambda: 1,
            pack=pack,
            upgrade=True,
        )
        from webhooks.app import create_app

        self.app = create_app(self.product.door, self.product.edge, clock=lambda: self.now)
        self.client = self.app.test_client()


@pytest.fixture
def house(tmp_path: Path, island: Pack) -> Iterator[Island]:
    one = Island(tmp_path, island)
    yield one
    one.close()


@pytest.mark.parametrize("channel", Channel)
def test_the_whole_service_speaks_of_it(channel: Channel, house: Island) -> None:
    """Through the webhooks of each channel, from the first message to the emergency page."""
    said = [text for words in ("hello", "1", "2") for text in house.says(channel, words)]
    assert "707" in said[-1] or any("707" in text for text in said)
    assert not [word for word in UK for text in said if word in text]


# --- what a pack gets wrong


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("trees/rooms.yaml", "told.nation == scotland", "told.nation == north", "S104"),
        ("trees/rooms.yaml", "{england: England,", "{north: North,", "S105"),
        ("services.yaml", "nations: [england]", "nations: [north]", "Y203"),
    ],
    ids=["a rule", "an answer", "a service"],
)
def test_a_nation_that_the_pack_does_not_have_is_told(file: str, old: str, new: str, code: str, tmp_path: Path) -> None:
    """Nations stand in pack.yaml, and one that does not is a mistake with a line."""
    tiny = copy_tiny(tmp_path)
    replace_in(tiny / file, old, new)
    assert code in {one.code for one in found(tiny, no_locales(tmp_path))}
