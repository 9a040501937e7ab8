"""`setup telegram` against the stand-in, and the neutral profile that ships."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.telegram import setup
from bot.channels.telegram.client import ALLOWED_UPDATES, Client
from bot.channels.telegram.parse import parse
from bot.demo.telegram_queue import Failure
from bot.demo.telegram_standin import TelegramStandIn
from bot.ports import Inbound, InboundKind, SendError
from tests.channels.telegram_kit import CHAT, NOON, Clock

PROFILE = Path(__file__).parents[2] / "content" / "system" / "profile.yaml"
TELLING = ("hide", "secret", "private", "delete", "safe", "victim", "traffick", "slave", "police", "asylum", "24")


@pytest.fixture
def stand_in() -> Iterator[TelegramStandIn]:
    stand_in = TelegramStandIn(clock=Clock()).start()
    yield stand_in
    stand_in.stop()
    assert not list(stand_in.problems)


@pytest.fixture
def client(stand_in: TelegramStandIn) -> Iterator[Client]:
    client = Client(stand_in.token, stand_in.origin)
    yield client
    client.close()


def test_webhook_is_set_with_its_secret(stand_in: TelegramStandIn, client: Client) -> None:
    """Telegram learns the address, the secret and the four kinds of update; deleting goes back to polling."""
    setup.set_webhook(client, "https://line.example.org/", "s3cret_-")
    sent = stand_in.requests[-1].params
    assert sent["url"] == "https://line.example.org/webhooks/telegram"
    assert (sent["secret_token"], sent["allowed_updates"]) == ("s3cret_-", list(ALLOWED_UPDATES))
    setup.delete_webhook(client)
    assert stand_in.webhook["url"] == ""


def test_profile_is_set(stand_in: TelegramStandIn, client: Client) -> None:
    """Name, about, description and the menu of commands are set, for private chats."""
    profile = setup.load_profile(PROFILE)
    setup.apply_profile(client, profile)
    assert stand_in.profile["setMyName:"] == {"name": profile.name}
    assert stand_in.profile["setMyShortDescription:"] == {"short_description": profile.about}
    assert stand_in.profile["setMyDescription:"] == {"description": profile.description}
    commands = stand_in.profile["setMyCommands:"]
    assert [one["command"] for one in commands["commands"]] == [name for name, _ in profile.commands]
    assert commands["scope"] == {"type": "all_private_chats"}


def test_profile_has_languages(stand_in: TelegramStandIn, client: Client) -> None:
    """A language's own texts go to Telegram under its code."""
    setup.apply_profile(client, setup.load_profile(PROFILE), "sq")
    assert set(stand_in.profile) == {
        f"setMy{name}:sq" for name in ("Name", "ShortDescription", "Description", "Commands")
    }


@pytest.mark.rule("OPEN-3")
def test_shipped_profile_is_neutral() -> None:
    """What a chat list or profile shows holds no word that tells what the line is about."""
    profile = setup.load_profile(PROFILE)
    shown = [profile.name, profile.about, profile.description, *(word for pair in profile.commands for word in pair)]
    assert not [word for word in TELLING for text in shown if word in text.casefold()]


COMMANDS = {"menu", "back", "language", "person", "help", "close", "stop", "delete"}


@pytest.mark.rule("HIDE-1")
def test_every_shown_command_is_understood() -> None:
    """Each command of the menu arrives as one of the keys of the chat; close, stop and delete are among them."""
    arrived = set()
    for name, _ in setup.load_profile(PROFILE).commands:
        body = {"message_id": 1, "from": {"id": CHAT}, "chat": {"id": CHAT, "type": "private"}, "text": f"/{name}"}
        inbound = parse({"update_id": 1, "message": body | {"date": int(NOON.timestamp())}}, NOON)
        assert isinstance(inbound, Inbound)
        assert inbound.kind is InboundKind.COMMAND
        arrived.add(inbound.text)
    assert arrived == COMMANDS


GOOD = {"profile-name": "N", "profile-about": "A", "profile-description": "D", "command-close": "Close"}
BAD = [
    ({"profile-name": "x" * 65}, "profile-name"),
    ({"profile-about": ""}, "profile-about"),
    ({"profile-description": None}, "profile-description"),
    ({"command-close": "x" * 257}, "command-close"),
]


@pytest.mark.parametrize(("change", "named"), BAD)
def test_bad_profile_is_refused(change: dict[str, str], named: str) -> None:
    """A text that is missing or too long for Telegram is named."""
    with pytest.raises(ValueError, match=named):
        setup.profile_from(GOOD | change)


def test_refusal_is_a_code(stand_in: TelegramStandIn, client: Client) -> None:
    """What Telegram refuses comes back as a code, without its words."""
    stand_in.fail(Failure(400, "setWebhook", description="MARKER"))
    with pytest.raises(SendError) as caught:
        setup.set_webhook(client, "https://x.example.org", "s")
    assert str(caught.value) == "400"
