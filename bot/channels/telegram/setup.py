"""What `ownsteps setup telegram` tells Telegram: where updates go, and the neutral profile (OPEN-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from telegram import BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from bot.channels.telegram.client import ALLOWED_UPDATES, Answer, Client
from bot.channels.telegram.errors import send_error
from bot.ports import SendError

WEBHOOK_PATH = "/webhooks/telegram"
MAX_NAME, MAX_ABOUT, MAX_DESCRIPTION, MAX_COMMAND = 64, 120, 512, 256
"""Letters, by the Bot API."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What Telegram shows about the bot. `commands` are (name, description), in the order of its menu."""

    name: str
    about: str
    description: str
    commands: tuple[tuple[str, str], ...]


def profile_from(texts: Mapping[str, str]) -> Profile:
    """From flat texts (content/system/profile.yaml). Raises ValueError naming what is missing or too long."""
    profile = Profile(
        _text(texts, "profile-name", MAX_NAME),
        _text(texts, "profile-about", MAX_ABOUT),
        _text(texts, "profile-description", MAX_DESCRIPTION),
        tuple(
            (key.removeprefix("command-"), _text(texts, key, MAX_COMMAND))
            for key in texts
            if key.startswith("command-")
        ),
    )
    if not profile.commands:
        raise ValueError("the profile has no command; at least command-close is expected")
    return profile


def load_profile(path: Path) -> Profile:
    """From `profile.yaml` in English."""
    return profile_from(yaml.safe_load(path.read_text(encoding="utf-8")))


def set_webhook(client: Client, public_url: str, secret: str) -> None:
    """Updates go to `public_url` + WEBHOOK_PATH from now on. Raises SendError."""
    url = public_url.rstrip("/") + WEBHOOK_PATH
    _tell(client, client.bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED_UPDATES))


def delete_webhook(client: Client) -> None:
    """Updates wait to be polled for from now on; none is lost. Raises SendError."""
    _tell(client, client.bot.delete_webhook(drop_pending_updates=False))


def apply_profile(client: Client, profile: Profile, language: str | None = None) -> None:
    """Sets name, texts and commands, for one two-letter language or for all others. Raises SendError."""
    bot = client.bot
    commands = [BotCommand(name, text) for name, text in profile.commands]
    _tell(client, bot.set_my_name(profile.name, language_code=language))
    _tell(client, bot.set_my_short_description(profile.about, language_code=language))
    _tell(client, bot.set_my_description(profile.description, language_code=language))
    scope = BotCommandScopeAllPrivateChats()
    _tell(client, bot.set_my_commands(commands, scope=scope, language_code=language))


def _tell(client: Client, call: Answer[bool]) -> None:
    failure: SendError | None = None
    try:
        client.call(call)
    except (TelegramError, TimeoutError) as error:
        failure = send_error(error)
    if failure is not None:
        raise failure


def _text(texts: Mapping[str, str], key: str, limit: int) -> str:
    text = texts.get(key)
    if not isinstance(text, str) or not 1 <= len(text) <= limit:
        raise ValueError(f"{key}: expected a text of 1 to {limit} letters")
    return text
