"""Officer text that waits for the person's check: released in order once the sitting is confirmed, knocked for at most once.

An officer's words become an outbox row only here. They wait unless the person has confirmed this sitting (SEND-1,
HAND-11); the dispatcher checks the same again in the moment of sending.
"""

from __future__ import annotations

from datetime import datetime

from bot.channels.press import MAX_CHARACTERS, MAX_PARTS, Press
from bot.channels.segments import count
from bot.engine.model import Channel, Gate, Text
from bot.engine.state import Cover, Owner, State
from bot.ports import Author, Conversation, Handoff, HandoffMessage, HandoffPhase, Outgoing, OutKind, Payload, Unit
from bot.service.context import Context, is_risky
from bot.trees.texts import MissingText

NOT_SENT = "ended"
"""The code of officer text that still waited when the talk ended."""
JOINED = "joined"
"""The one event that is also said to the person; its words are made when it goes out."""


def release_waiting(context: Context, unit: Unit, conversation: Conversation, now: datetime) -> int:
    """Enqueue what waits, oldest first; how many. Nothing while the sitting is not confirmed or no officer is there."""
    state, handoff_id = conversation.state, conversation.handoff_id
    if handoff_id is None or state.owner is not Owner.OFFICER or not state.confirmed(now):
        return 0
    said = [one for one in unit.waiting_texts(handoff_id) if one.author in (Author.OFFICER, Author.EVENT)]
    for message in said:
        payload = Payload(_words(context, state, message, now))
        row = Outgoing(OutKind.MESSAGE, Gate.OFFICER, payload, made_at=now, officer_message_id=message.id)
        unit.enqueue(conversation.id, row, now)
    unit.set_knocked(handoff_id, False)
    return len(said)


def deliver_or_knock(context: Context, unit: Unit, conversation: Conversation, handoff: Handoff, now: datetime) -> None:
    """After officer text was put down: it goes, or it begins to wait and one knock that was agreed says so."""
    if conversation.state.confirmed(now):
        release_waiting(context, unit, conversation, now)
    else:
        knock_once(context, unit, conversation, handoff, now)


def knock_once(context: Context, unit: Unit, conversation: Conversation, handoff: Handoff, now: datetime) -> bool:
    """At most one until the person has written and confirmed; held while the chat is closed or stopped (SEND-1)."""
    agreed = handoff.agreed.knock and handoff.phase is HandoffPhase.ACCEPTED
    if not agreed or handoff.knocked or conversation.state.cover is not Cover.OPEN:
        return False
    payload = Payload(announcement(context, "knock", conversation.state, now))
    unit.enqueue(conversation.id, Outgoing(OutKind.MESSAGE, Gate.KNOCK, payload, made_at=now), now)
    unit.set_knocked(handoff.id, True)
    return True


def say_or_default(context: Context, text: Text, state: State, now: datetime) -> str:
    """In the conversation's language, else the deployment's own.

    Only for lines without content: that a person came, left or wrote must be said even where it is not translated,
    because silence would leave the person not knowing who is there (HAND-8).
    """
    try:
        return context.say(text, state.lang, now)
    except MissingText:
        return context.say(text, None, now)


def announcement(context: Context, key: str, state: State, now: datetime) -> str:
    """joined, left, ended or knock, as the channel sends it."""
    said = say_or_default(context, Text.of(f"system/{key}", alias=state.alias or ""), state, now)
    return _press(context, state, now).clean(said)


def as_sent(context: Context, state: State, text: str, now: datetime) -> str:
    """An officer's words as the channel sends them: a lead-in first where a lock screen would show a risk word (OPEN-2)."""
    press = _press(context, state, now)
    words = press.clean(text)
    if press.neutral(words):
        return words
    lead_in = press.clean(
        say_or_default(context, Text.of("system/lead-in-officer", alias=state.alias or ""), state, now)
    )
    return f"{lead_in}{press.paragraph}{words}"


def fits(channel: Channel, sent: str) -> bool:
    """Whether it is one message of this channel (SEND-3)."""
    if len(sent) > MAX_CHARACTERS:
        return False
    return channel is not Channel.SMS or count(sent).segments <= MAX_PARTS


def _words(context: Context, state: State, message: HandoffMessage, now: datetime) -> str:
    if message.author is Author.EVENT:
        return announcement(context, JOINED, state, now)
    return as_sent(context, state, message.text, now)


def _press(context: Context, state: State, now: datetime) -> Press:
    return Press(state.channel, lambda text: say_or_default(context, text, state, now), is_risky)
