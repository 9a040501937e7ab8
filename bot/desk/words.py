"""The desk in words: what became of a text, what happened to a chat, how long."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.engine.state import Cover
from bot.handoff.card import OfficerView
from bot.ports import Delivery, HandoffMessage, HandoffPhase
from bot.service.context import Context
from bot.service.desk import Chat
from bot.trees.texts import MissingText

DELIVERY = {
    Delivery.WAITING: "waiting for the person's check",
    Delivery.QUEUED: "on its way",
    Delivery.SENT: "sent",
    Delivery.DELIVERED: "delivered",
    Delivery.READ: "delivered",  # who has read what, and when, is the person's own affair
    Delivery.UNKNOWN: "perhaps sent: the provider gave no answer",
}
FAILURES = {
    "ended": "the talk ended first",
    "blocked": "the person blocked this line",
    "403": "the person blocked this line",
    "21610": "the person sent STOP to the provider",
    "30003": "the phone can't be reached",
    "30005": "there is no such number",
    "30006": "this number takes no texts",
    "63016": "WhatsApp takes no text 24 hours after the person's last message",
    "no-channel": "this channel is switched off",
}
EVENTS = {
    "joined": "You took this conversation. The person is told that you are here.",
    "left": "You handed back. The automatic line answers again.",
    "ended": "You closed this conversation. The automatic line answers again.",
    "ended-by-person": "The person ended the talk.",
    "closed": "The person closed the chat. What you write waits.",
    "stopped": "The person asked for no more messages. Nothing can be sent.",
    "deleted": "The person deleted the conversation.",
    "danger": "Danger words. The emergency line was sent to the person.",
    "unconfirmed": "After a pause the person wrote, and was asked first whether it is a good time.",
    "media": "A picture, sound, place or contact came. It was not opened and not kept.",
    "late": "A message came that was written long before. It was not passed on.",
    "blocked": "The person blocked this line. Nothing can be sent.",
    "expired": "The request has ended: it was too old.",
}
PHASES = {
    HandoffPhase.REQUESTED: "waiting",
    HandoffPhase.ACCEPTED: "open",
    HandoffPhase.HANDED_BACK: "handed back",
    HandoffPhase.CLOSED: "closed",
    HandoffPhase.WITHDRAWN: "ended by the person",
    HandoffPhase.EXPIRED: "expired",
}
WISHES = {"woman": "a woman", "man": "a man"}
INTERPRETERS = {"yes": "fine", "no": "no interpreter", "other": "one from another community"}


def delivery_words(message: HandoffMessage) -> str:
    """What became of an officer's text; empty for what has no delivery."""
    if message.delivery is None:
        return ""
    if message.delivery is not Delivery.FAILED:
        return DELIVERY[message.delivery]
    return f"not delivered: {FAILURES.get(message.code or '', f'code {message.code}' if message.code else 'no reason given')}"


def event_words(name: str) -> str:
    return EVENTS.get(name, "Something happened that this page has no words for.")


def how_long(minutes: int) -> str:
    """ "1 minute", "45 minutes", "3 hours", "2 days": rounded down, as long as it is over an hour."""
    for size, unit in ((24 * 60, "day"), (60, "hour")):
        if minutes >= 2 * size:
            return f"{minutes // size} {unit}s"
    if minutes < 1:
        return "less than a minute"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def waited(view: OfficerView, now: datetime) -> str:
    return how_long(int((now - view.requested_at).total_seconds() // 60))


def zone_of(desk: Context) -> ZoneInfo:
    """The clock on the desk's wall: the pack's."""
    return ZoneInfo(desk.pack.hours.timezone)


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """To the minute."""
    return f"{at.astimezone(zone):%H:%M}"


def day_of(at: datetime, zone: ZoneInfo) -> str:
    here = at.astimezone(zone)
    return f"{here:%A} {here.day} {here:%B}"


def agreed_rows(desk: Context, view: OfficerView, now: datetime) -> list[tuple[str, str, str]]:
    """(name for data-test, label, words) of what was agreed, own message apart; what was not agreed has no row."""
    rows = [
        ("language", "Language", _language(desk, view.language)),
        ("topic", "Was reading", _topic(desk, view.topic, now)),
        ("wish", "Would like", WISHES.get(view.wish or "")),
        ("interpreter", "Interpreter", INTERPRETERS.get(view.interpreter or "")),
        ("knock", "One notice", "agreed: when there is a reply" if view.knock else None),
    ]
    return [(name, label, words) for name, label, words in rows if words]


def sitting_words(chat: Chat) -> str:
    """Whether a text would go now, in one sentence."""
    if chat.cover is Cover.STOPPED:
        return "The person asked for no more messages. What you write is not sent."
    if chat.cover is Cover.HIDDEN:
        return "The chat is closed by the person. What you write waits until they open it again."
    if chat.confirmed_min is None:
        knock = "One notice without content tells them." if chat.view.knock else "No notice was agreed."
        return f"Not in the chat now. What you write waits for the person's check. {knock}"
    return f"In the chat now. If the person is quiet, this ends in {how_long(chat.confirmed_min)} and your texts wait."


def window_words(minutes: int) -> str:
    if minutes == 0:
        return "WhatsApp takes no text now: 24 hours have passed since the person wrote."
    return f"WhatsApp takes texts for {how_long(minutes)} more."


def _language(desk: Context, code: str | None) -> str | None:
    language = desk.pack.bundle.language(code)
    return f"{language.own_name} ({language.code})" if language else code


def _topic(desk: Context, topic: str | None, now: datetime) -> str | None:
    node = desk.pack.bundle.node(topic) if topic else None
    if node is None:
        return topic
    try:
        return desk.pack.texts.say(node.title, "en", now)
    except MissingText:
        return topic
