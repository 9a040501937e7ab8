"""What every channel owes the rest of the product. A rig is one channel with its stand-in and the real edge around it.

`test_conformance.py` runs each check on each rig; a new channel brings a rig and passes all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import pytest

from bot.engine.model import Channel, Gate
from bot.ports import Address, Inbound, InboundKind, Outgoing, OutKind, Payload, Sender, SendError

SCRIPTS = (
    "Mirë, faleminderit",
    "không được",
    "شكراً جزيلاً",
    "سپاس می‌گزارم",
    "ሰላም",
    "Привіт",
    "你好",
    "ধন্যবাদ",
    "👩‍👩‍👧 €[x]",
)


class Rig(Protocol):
    channel: Channel
    address: Address
    sender: Sender
    taken: list[Inbound]
    dropped: list[str]

    def shown(self) -> list[str]:
        """What we sent, as it stands on the phone."""
        ...

    def says(self, text: str) -> None: ...

    def sends_media(self) -> None: ...

    def redelivers(self) -> None:
        """The last webhook, once more."""
        ...

    def refuses(self, how: str) -> None:
        """The next send meets gone, busy or no-answer."""
        ...


def message(text: str) -> Outgoing:
    return Outgoing(OutKind.MESSAGE, Gate.NEUTRAL, Payload(text))


def text_arrives_whole_in_its_script(rig: Rig) -> None:
    for text in SCRIPTS:
        rig.sender.send(rig.address, message(text))
    assert rig.shown() == list(SCRIPTS)


def words_become_one_inbound(rig: Rig) -> None:
    for text in SCRIPTS:
        rig.says(text)
    assert [(one.kind, one.text, one.address) for one in rig.taken] == [
        (InboundKind.TEXT, text, rig.address) for text in SCRIPTS
    ]
    assert all(one.message_id and one.sent_at.tzinfo and one.received_at.tzinfo for one in rig.taken)


def media_is_said_and_never_opened(rig: Rig) -> None:
    rig.sends_media()
    [medium] = rig.taken
    assert medium.kind is InboundKind.MEDIA  # words beside it are heard for danger, the medium never opened


def a_redelivery_has_the_same_id(rig: Rig) -> None:
    rig.says("Hello")
    rig.redelivers()
    first, second = rig.taken
    assert first.provider_id == second.provider_id
    rig.says("Hello")
    assert rig.taken[-1].provider_id != first.provider_id


def a_receipt_names_the_message(rig: Rig) -> None:
    first, second = (rig.sender.send(rig.address, message("Hello")) for _ in range(2))
    assert first.message_id
    assert second.message_id != first.message_id


def failures_say_what_to_do_and_nothing_else(rig: Rig) -> None:
    expected = {"gone": (False, False, True), "busy": (True, False, False), "no-answer": (True, True, False)}
    for how, outcome in expected.items():
        rig.refuses(how)
        with pytest.raises(SendError) as caught:
            rig.sender.send(rig.address, message("MARKER"))
        error = caught.value
        assert (error.retryable, error.unknown, error.gone) == outcome, how
        assert (str(error), error.__cause__, error.__context__) == (error.code, None, None)
        assert rig.address.identifier not in error.code


def a_bad_address_is_refused(rig: Rig) -> None:
    with pytest.raises(SendError) as caught:
        rig.sender.send(Address(rig.channel, "nobody"), message("Hello"))
    assert not caught.value.retryable


CHECKS: tuple[Callable[[Rig], None], ...] = (
    text_arrives_whole_in_its_script,
    words_become_one_inbound,
    media_is_said_and_never_opened,
    a_redelivery_has_the_same_id,
    a_receipt_names_the_message,
    failures_say_what_to_do_and_nothing_else,
    a_bad_address_is_refused,
)
