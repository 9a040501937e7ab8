"""What stands in the chats of the Telegram stand-in: messages of both sides, as a phone would show them.

Not safe for several threads by itself; `TelegramStandIn` holds its lock around every call.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

REMOVABLE = timedelta(hours=48)
"""A message that is this old stays, by the Bot API's deleteMessage."""
MAX_MESSAGES = 1000
"""Kept for one chat; the oldest go first."""
MAX_CHATS = 500

Buttons = tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message on the screen. `buttons` are rows of (label, callback data)."""

    id: int
    from_bot: bool
    text: str
    at: datetime
    buttons: Buttons = ()
    silent: bool = False
    media: str | None = None
    edited: bool = False


class Chat:
    """One private chat of the bot with a person."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._messages: OrderedDict[int, ChatMessage] = OrderedDict()
        self._last_id = 0
        self.blocked = False

    def add(
        self,
        text: str,
        *,
        from_bot: bool,
        buttons: Buttons = (),
        silent: bool = False,
        media: str | None = None,
    ) -> ChatMessage:
        self._last_id += 1
        message = ChatMessage(self._last_id, from_bot, text, self._clock(), buttons, silent, media)
        self._messages[message.id] = message
        while len(self._messages) > MAX_MESSAGES:
            self._messages.popitem(last=False)
        return message

    def get(self, message_id: int) -> ChatMessage | None:
        return self._messages.get(message_id)

    def rewrite(self, message_id: int, text: str) -> ChatMessage:
        """Raises KeyError when there is no such message."""
        self._messages[message_id] = replace(self._messages[message_id], text=text, edited=True)
        return self._messages[message_id]

    def set_buttons(self, message_id: int, buttons: Buttons) -> ChatMessage:
        """Raises KeyError when there is no such message."""
        self._messages[message_id] = replace(self._messages[message_id], buttons=buttons)
        return self._messages[message_id]

    def delete(self, message_ids: Iterable[int]) -> int:
        """Removes what is there and younger than 48 hours, for both sides; how many that were."""
        oldest = self._clock() - REMOVABLE
        young = [one for one in message_ids if one in self._messages and self._messages[one].at > oldest]
        return sum(self._messages.pop(one, None) is not None for one in young)

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """Oldest first."""
        return tuple(self._messages.values())


class Chats:
    """All chats; the one that was touched longest ago goes when there are too many."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._chats: OrderedDict[int, Chat] = OrderedDict()

    def find(self, chat_id: int) -> Chat | None:
        return self._chats.get(chat_id)

    def open(self, chat_id: int) -> Chat:
        chat = self._chats.setdefault(chat_id, Chat(self._clock))
        self._chats.move_to_end(chat_id)
        while len(self._chats) > MAX_CHATS:
            self._chats.popitem(last=False)
        return chat
