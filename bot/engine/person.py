"""The way to a person: limits first, hours, the consent card with nothing ticked, the preview, and what follows.

HAND-3, HAND-5: nothing is passed on before the preview was answered with 1; anything unclear passes nothing on.
"""

from __future__ import annotations

from dataclasses import replace

from bot.engine.events import InputKind, RequestHandoff, Turn, WithdrawHandoff
from bot.engine.match import Intent
from bot.engine.model import Gate, NodeId, Reply, Shown, Text
from bot.engine.state import Consent, Owner, Screen
from bot.engine.turn import Now, is_number, line, means, say, shown, text, utilities_of
from bot.engine.walk import first_content, go, here, is_missing, notices

ITEMS = ("language", "topic", "wish", "interpreter", "message", "knock")
"""The card's items, at the keys 1 to 6, in this order for everybody; 7 goes on."""
WISHES = {1: "woman", 2: "man", 3: None}
INTERPRETERS = {1: "yes", 2: "no", 3: "other"}
GO_ON = 7
KEY_WORDS = 2


def hours_texts(now: Now) -> tuple[Text, ...]:
    desk = now.input.desk
    if desk.open and desk.closes_at is not None:
        return (text("hours-open", time=desk.closes_at),)
    if desk.open:
        return (text("hours-open-always"),)
    if desk.opens_at is not None:
        return (text("hours-shut", day=desk.opens_at, time=desk.opens_at), text("hours-emergency"))
    return (text("hours-unknown"), text("hours-emergency"))


def _reply(now: Now, name: str, *blocks: Text, options: tuple[Shown, ...] = (), page: int = 0) -> Reply:
    keys = utilities_of(now.state)
    return Reply(node=name, blocks=blocks, options=options, utilities=keys, gate=Gate.CONTENT, page=page)


def _rest_is_next(now: Now) -> bool:
    """Part of a text that must be seen whole is still to come: 7 and every number of an option lead to it (HAND-3, HAND-5)."""
    return now.state.more and ((now.meaning.number or 0) in range(1, GO_ON + 1) or means(now, Intent.MORE))


def ask(now: Now) -> Turn:
    """Somebody asked for a person: where the request stands, or the limits and the true hours."""
    if now.state.owner is Owner.QUEUE:
        return waiting(now)
    return limits(now)


def limits(now: Now) -> Turn:
    return _limits(now, -1 if notices(now) else 0)


def _limits(now: Now, page: int) -> Turn:
    """`page` counts down from -1 where what is said once stands in front: all pages must be cut from the same texts."""
    child = (text("limits-under-18"),) if now.state.told.under_18 else ()
    once = notices(now.having(told_keys=False, told_trial=False)) if page < 0 else ()
    blocks = (*once, text("limits"), *child, *hours_texts(now))
    if now.input.desk.open:
        options = shown(text("limits-go-on"), text("limits-read"))
    else:
        lines = (text("limits-lines"),) if "lines" in now.bundle.intents else ()
        options = shown(text("limits-message"), *lines, text("limits-read"))
    now = now.having(told_keys=True, told_trial=True, misses=0, first=page)
    reply = _reply(now, "limits", *blocks, options=options, page=page if page >= 0 else -page - 1)
    return say(now, reply, screen=Screen.LIMITS)


def on_limits(now: Now) -> Turn | None:
    open_desk = now.input.desk.open
    if _rest_is_next(now):
        return _limits(now, now.state.first + (1 if now.state.first >= 0 else -1))
    if is_number(now, 1):
        return card(now.having(consent=Consent()), first=True)
    if is_number(now, 2) and not open_desk and "lines" in now.bundle.intents:
        return go(now, now.bundle.intents["lines"])
    if is_number(now, 2 if open_desk or "lines" not in now.bundle.intents else 3) or means(now, Intent.NO):
        return first_content(now)
    return None


# --- the card


def _item(now: Now, item: str) -> Text:
    consent = now.state.consent
    if item == "wish" and consent.wish:
        return text(f"wish-{consent.wish}")
    if item == "interpreter" and consent.interpreter:
        return text(f"interpreter-{consent.interpreter}")
    if item == "message" and consent.message:
        return text("own-message-words", count=len(consent.message.split()))
    return text(f"consent-{item}")


def card(now: Now, *, first: bool = False) -> Turn:
    ticked = now.state.consent.ticked
    options = tuple(
        Shown(str(i), item, text("consent-on" if item in ticked else "consent-off", item=_item(now, item)))
        for i, item in enumerate(ITEMS, 1)
    )
    options += (Shown(str(GO_ON), "go-on", text("consent-go-on")),)
    blocks = (text("consent"), text("consent-knock-explained")) if first else (text("consent-card"),)
    return say(now, _reply(now, "consent", *blocks, options=options), screen=Screen.CONSENT)


def on_card(now: Now) -> Turn | None:
    numbers = now.meaning.numbers or (() if now.meaning.number is None else (now.meaning.number,))
    if not numbers or any(not 1 <= one <= GO_ON for one in numbers):
        return None
    now = _tick_all(now, [ITEMS[one - 1] for one in numbers if one != GO_ON])
    asked = _ask_for_value(now)
    if asked is not None:
        return asked
    return preview(now) if GO_ON in numbers else card(now)


def _tick_all(now: Now, items: list[str]) -> Now:
    ticked = now.state.consent.ticked
    for item in items:
        ticked = ticked - {item} if item in ticked else ticked | {item}
    consent = replace(now.state.consent, ticked=ticked)
    consent = replace(
        consent,
        wish=consent.wish if "wish" in ticked else None,
        interpreter=consent.interpreter if "interpreter" in ticked else None,
        message=consent.message if "message" in ticked else "",
    )
    return now.having(consent=consent)


def _ask_for_value(now: Now) -> Turn | None:
    """The first ticked item that needs a value and has none is asked about; each can be left out again."""
    consent = now.state.consent
    if "wish" in consent.ticked and consent.wish is None:
        options = shown(text("wish-woman"), text("wish-man"), text("wish-none"))
        return say(now, _reply(now, "officer-wish", text("wish-ask"), options=options), screen=Screen.OFFICER_WISH)
    if "interpreter" in consent.ticked and consent.interpreter is None:
        options = shown(text("interpreter-yes"), text("interpreter-no"), text("interpreter-other"), text("key-skip"))
        return say(
            now,
            _reply(now, "interpreter", text("interpreter-ask"), options=options),
            screen=Screen.INTERPRETER,
        )
    if "message" in consent.ticked and not consent.message:
        return say(now, _reply(now, "own-message", text("own-message-ask")), screen=Screen.OWN_MESSAGE)
    return None


def _put(now: Now, item: str, **value: object) -> Turn:
    """A value was given for an item, or it was left out (value None or "")."""
    given = next(iter(value.values()))
    ticked = now.state.consent.ticked if given else now.state.consent.ticked - {item}
    now = now.having(consent=replace(now.state.consent, ticked=ticked, **value))  # type: ignore[arg-type]
    return _ask_for_value(now) or card(now)


def on_wish(now: Now) -> Turn | None:
    number = now.meaning.number
    if number in WISHES:
        return _put(now, "wish", wish=WISHES[number])
    return _put(now, "wish", wish=None) if is_number(now, 0) else None


def on_interpreter(now: Now) -> Turn | None:
    number = now.meaning.number
    if number in INTERPRETERS:
        return _put(now, "interpreter", interpreter=INTERPRETERS[number])
    return _put(now, "interpreter", interpreter=None) if number in (0, 4) else None


def on_own_message(now: Now) -> Turn | None:
    """Any words are the message: nothing is read into them but danger, close, stop and delete, which came before.

    A key, or a word or two that do what a key does ("menu", "go back"), are no message.
    """
    if is_number(now, 0):
        return _put(now, "message", message="")
    key = now.meaning.words <= KEY_WORDS and now.meaning.intent in (
        Intent.BACK, Intent.MENU, Intent.LANGUAGE, Intent.HUMAN
    )  # fmt: skip
    if now.input.kind is not InputKind.TEXT or now.meaning.number is not None or key or not now.input.text.strip():
        return None
    return _put(now, "message", message=now.input.text)


# --- the preview: exactly what the officer will see


def preview(now: Now, page: int = 0) -> Turn:
    ticked = now.state.consent.ticked
    rows = tuple(_row(now, item) for item in ITEMS if item in ticked)
    channel = now.state.channel.value
    shows = (text("preview"), text("preview-channel", channel=text(f"channel-{channel}")), *rows)
    nothing = (text("preview-nothing", channel=text(f"channel-{channel}")),)
    blocks = (*(shows if rows else nothing), text("preview-who"))
    options = shown(text("preview-send"), text("preview-not"))
    reply = _reply(now, "preview", *blocks, options=options, page=page)
    return say(now.having(first=page), reply, screen=Screen.PREVIEW)


def _row(now: Now, item: str) -> Text:
    if item == "language":
        return text("preview-language", language=Text.of("language-name", code=language_of(now)))
    if item == "topic":
        return text("preview-topic", topic=now.bundle.nodes[NodeId(topic_of(now))].title)
    return text("preview-knock") if item == "knock" else text(f"preview-{item}", **{item: _item(now, item)})


def language_of(now: Now) -> str:
    return now.state.lang or now.bundle.default_language


def topic_of(now: Now) -> str:
    """Where they read; the menu where the place is not in their language, so that its name never shows in another."""
    node = here(now)
    return now.bundle.menu if is_missing(now, node) else node.id


def on_preview(now: Now) -> Turn | None:
    if _rest_is_next(now):
        return preview(now, now.state.first + 1)
    if now.state.more and means(now, Intent.YES):
        return None
    if is_number(now, 1) or means(now, Intent.YES):
        return _request(now)
    if is_number(now, 2) or means(now, Intent.NO):
        now = now.having(consent=Consent())
        return say(now, _reply(now, "not-asked", text("not-asked")), screen=Screen.NONE)
    if is_number(now, 0):
        return card(now)
    return None


def _request(now: Now) -> Turn:
    consent, ticked = now.state.consent, now.state.consent.ticked
    wanted = RequestHandoff(
        language=language_of(now) if "language" in ticked else None,
        topic=topic_of(now) if "topic" in ticked else None,
        wish=consent.wish,
        interpreter=consent.interpreter,
        message=consent.message or None,
        knock="knock" in ticked,
        under_18=now.state.told.under_18,
    )
    after = now.having(owner=Owner.QUEUE, consent=Consent(), knock_agreed=wanted.knock)
    return _standing(after, "requested", wanted)


def _standing(now: Now, name: str, *effects: RequestHandoff) -> Turn:
    """Where the request stands, without a promise: `name` is requested or waiting."""
    desk = now.input.desk
    if desk.open or desk.opens_at is None:
        stands = text(name)
    else:
        stands = text(f"{name}-shut", day=desk.opens_at, time=desk.opens_at)
    knock = () if now.state.knock_agreed else (text("requested-no-knock"),)
    reply = _reply(now, name, stands, *knock, options=shown(text("limits-read")))
    return say(now, reply, *effects, screen=Screen.WAITING)


def waiting(now: Now) -> Turn:
    return _standing(now, "waiting")


def on_waiting(now: Now) -> Turn | None:
    return first_content(now) if is_number(now, 1) else None


def withdraw(now: Now) -> Turn:
    """88: takes the request back, or ends the talk; at once, by the person alone (HAND-4)."""
    if now.state.owner is Owner.OFFICER:
        said = text("ended-by-person", alias=now.state.alias or "")
    else:
        said = text("withdrawn")
    after = now.having(owner=Owner.BOT, alias=None, knock_agreed=False, consent=Consent())
    reply = line(after, "withdrawn", said, gate=Gate.CONTENT, utilities=utilities_of(after.state))
    return say(after, reply, WithdrawHandoff(), screen=Screen.NONE)


def open_question(now: Now) -> Turn | None:
    """The question about a ticked item's value, asked again."""
    return (
        _ask_for_value(now)
        if now.state.screen in (Screen.OFFICER_WISH, Screen.INTERPRETER, Screen.OWN_MESSAGE)
        else None
    )
