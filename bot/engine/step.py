"""One turn of a conversation: `step(bundle, state, input, now) -> Turn`. Pure and deterministic.

What an input may mean is decided in this order (design.md, section 6), and the first that applies is the whole turn:

1. what the provider did itself (STOP, START, HELP)    6. an officer holds the conversation: relay
2. close                                              7. the good-time check, where it is due
3. danger                                             8. the open question: button, number, label, words
4. stop                                               9. back, menu, languages, person, help, more
5. delete; cover and stopped, when they are up       10. topic words; else not understood

Messages written longer ago than the gap (SEND-10) get at most one check; close, stop and delete still take effect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.engine import check, person, walk
from bot.engine.events import (
    ClearQueue,
    ClearStop,
    FlagToOfficer,
    Forget,
    Input,
    InputKind,
    RelayToOfficer,
    RemoveSitting,
    SetReturnWord,
    SetStop,
    Turn,
)
from bot.engine.glossary import asked_term
from bot.engine.match import Intent, Meaning, understand
from bot.engine.model import Bundle, Channel, Gate, Kind, Node, Shown, Text
from bot.engine.state import Consent, Cover, Owner, Screen, State, Step, Told
from bot.engine.turn import GAP, Now, close_state, flag, is_number, line, means, quiet, say, shown, text, utilities_of

CLOSE, PERSON, BACK, OPEN_AGAIN, END_TALK, MORE = 9, 8, 0, 99, 88, 7
SERIALS = 10**9
RETURN_WORD_LETTERS = (4, 20)
DISCLOSURE_WORDS = 18
"""From so many words on, without a question mark, a message is taken as somebody telling what happened (CARE-3)."""

COMMANDS = {
    "start": Intent.GREETING,
    "close": Intent.HIDE,
    "stop": Intent.STOP,
    "delete": Intent.DELETE,
    "menu": Intent.MENU,
    "back": Intent.BACK,
    "language": Intent.LANGUAGE,
    "languages": Intent.LANGUAGE,
    "person": Intent.HUMAN,
    "help": Intent.HELP,
}
"""Telegram commands, in English as Telegram's rules want them; what they mean is the same in every language."""
NOT_TOPICS = frozenset(
    {
        Intent.GREETING,
        Intent.THANKS,
        Intent.YES,
        Intent.NO,
        Intent.OTHER,
        Intent.NATION,
        Intent.LANGUAGE,
        Intent.MORE,
    }
)
KEYS_OF_WORDS = frozenset({Intent.BACK, Intent.MENU, Intent.LANGUAGE, Intent.HUMAN})
"""Words that do what a key does, on every screen (CARE-6)."""
HEARD_BESIDE = frozenset({Intent.EMERGENCY, Intent.SUICIDE, Intent.HIDE, Intent.STOP})
"""What is listened to in the words under a picture, where all else changes nothing (EMER-1, HIDE-1)."""
UNSURE_OF_AGE = "unsure-age"
"""The subject, in words.yaml, of somebody who may or may not be under 18 (CHILD-2)."""
ALWAYS_DIRECT = frozenset(
    {Intent.SUICIDE, Intent.EMERGENCY, Intent.UNDER18, Intent.HUMAN, Intent.PRIVACY, Intent.ROBOT}
)


def fresh(channel: Channel, seed: int, bundle_version: str = "") -> State:
    """The state of somebody who has never written, or of whom nothing is known any more (OPEN-7).

    Serials begin anywhere, so that a button of an earlier and forgotten conversation is no button of this one (ABUSE-6).
    """
    return State(channel=channel, seed=seed, bundle_version=bundle_version, serial=seed % SERIALS)


def step(bundle: Bundle, state: State, received: Input, at: datetime) -> Turn:
    """Everything that follows from one input. `at` is aware; the state given is not changed."""
    state = _settle(bundle, state, at)
    now = Now(bundle, state, received, _meaning(bundle, state, received), at)
    turn = _decide(_hear(now))
    return replace(turn, state=_touch(turn.state, now))


def _settle(bundle: Bundle, state: State, at: datetime) -> State:
    """Cover that is over comes down; a sitting that is over leaves no open question; content that changed lands softly."""
    if state.cover is Cover.HIDDEN and state.covered_until is not None and at > state.covered_until:
        state = replace(state, cover=Cover.OPEN, covered_until=None, reopening=False, confirmed_until=None, trail=())
    if state.last_seen is not None and at.replace(second=0, microsecond=0) - state.last_seen > GAP:
        state = _sitting_over(state)
    if state.bundle_version != bundle.version:
        state = replace(walk.drop_gone(bundle, state), bundle_version=bundle.version)
    return state


def _sitting_over(state: State) -> State:
    """A silence is no answer (OPEN-4): a yes or a number that comes after it may be another hand's, so it answers nothing.

    What was asked before the silence and what was told go with it (OPEN-6); so does a card that was being filled in.
    """
    return replace(
        state,
        screen=Screen.NONE,
        pending=None,
        told=Told(),
        told_keys=False,
        told_trial=False,
        consent=Consent(),
        reopening=False,
        misses=0,
        more=False,
    )


def _touch(state: State, now: Now) -> State:
    """A message of the person lengthens a confirmed sitting; last seen is kept to the minute (DATA-2)."""
    confirmed = state.confirmed(now.at) and not now.input.late
    return replace(
        state,
        confirmed_until=now.at + GAP if confirmed else state.confirmed_until,
        last_seen=now.at.replace(second=0, microsecond=0),
    )


def _meaning(bundle: Bundle, state: State, received: Input) -> Meaning:
    if received.kind is InputKind.TEXT:
        return understand(bundle.lexicon, received.text, state.lang)
    if received.kind is InputKind.COMMAND:
        return Meaning(COMMANDS.get(received.text.lower(), Intent.OTHER))
    if received.kind is InputKind.TAP:
        return _tapped(state, received.text)
    heard = understand(bundle.lexicon, received.text, state.lang)
    return heard if heard.intent in HEARD_BESIDE else Meaning(Intent.OTHER)


def _tapped(state: State, token: str) -> Meaning:
    """A button: of the current question it is its number; of an older one only closing is taken (ABUSE-6)."""
    serial, _colon, key = token.partition(":")
    if key == str(CLOSE):
        return Meaning(Intent.HIDE)
    if serial != str(state.serial):
        return Meaning(Intent.OTHER)
    if key == "00":
        return Meaning(Intent.MENU)
    if key == "#":
        return Meaning(Intent.LANGUAGE)
    return Meaning(Intent.OTHER, number=int(key)) if key in ("0", *"12345678") else Meaning(Intent.OTHER)


def _stale(now: Now) -> bool:
    return now.input.kind is InputKind.TAP and now.input.text.partition(":")[0] != str(now.state.serial)


def _hear(now: Now) -> Now:
    """What a message lets us know without being asked: its language when that is certain, and being under 18."""
    if now.input.late:
        return now
    if now.state.lang is None and now.bundle.language(now.meaning.language) in check.offered(now):
        now = now.having(lang=now.meaning.language)
    if means(now, Intent.UNDER18):
        unsure = _unsure_of_age(now) and not now.state.told.under_18
        now = now.having(told=replace(now.state.told, under_18=not unsure, unsure_of_age=unsure))
    return now


def _unsure_of_age(now: Now) -> bool:
    return now.meaning.subject == UNSURE_OF_AGE


def _decide(now: Now) -> Turn:
    for decide in (
        _provider,
        _close,
        _danger,
        _stop,
        _stopped,
        _covered,
        _delete,
        _late,
        _officer,
        _unconfirmed,
    ):
        turn = decide(now)
        if turn is not None:
            return turn
    return _converse(now)


# --- 1 to 5: what is always served


def _provider(now: Now) -> Turn | None:
    kind = now.input.kind
    if kind is InputKind.OPT_OUT:
        return quiet(_stop_now(now), SetStop(), ClearQueue(), *flag(now, "stopped"))
    if kind is InputKind.OPT_IN:
        return _open_after_stop(now)
    return quiet(now) if kind is InputKind.OPT_HELP else None


def _reopened(now: Now) -> Now:
    """After a stop: open, without a yes. A cover that was up when the stop came is up again: stopping lifts none (HIDE-3)."""
    covered = now.state.covered_until is not None and now.at <= now.state.covered_until
    return now.having(
        cover=Cover.HIDDEN if covered else Cover.OPEN,
        covered_until=now.state.covered_until if covered else None,
        confirmed_until=None,
        reopening=False,
        screen=Screen.NONE,
    )


def _open_after_stop(now: Now) -> Turn:
    after = _reopened(now)
    turn = check.cover(after) if after.state.cover is Cover.HIDDEN else check.ask(after)
    return replace(turn, effects=(ClearStop(), *turn.effects))


def _wants_close(now: Now) -> bool:
    return is_number(now, CLOSE) or means(now, Intent.HIDE)


def _close(now: Now) -> Turn | None:
    """Instant and plain (HIDE-1, HIDE-2). Before any yes there is nothing to cover, so one line is enough."""
    if not _wants_close(now) or now.state.cover is Cover.STOPPED:
        return None
    danger = Intent.EMERGENCY in now.meaning.also
    if now.state.cover is Cover.HIDDEN:
        return _emergency_line(now) if danger else check.cover(now)
    effects = (ClearQueue(), RemoveSitting(), *flag(now, "danger" if danger else "closed"))
    if now.state.confirmed_until is None:
        key, state = "closed-before", replace(now.state, screen=Screen.NONE, pending=None)
    else:
        key, state = "closed", close_state(now.state, now.at)
    gate = Gate.EMERGENCY if danger else Gate.COVER
    said = text("emergency-line" if danger else key)
    return say(replace(now, state=state), line(now, "closed", said, gate=gate), *effects)


def _emergency_line(now: Now) -> Turn:
    reply = line(now, "emergency-line", text("emergency-line"), gate=Gate.EMERGENCY)
    return say(now, reply, *flag(now, "danger"))


def _danger(now: Now) -> Turn | None:
    """Danger first (EMER-1): the full text, one line under cover and while an officer is there."""
    if now.input.late or now.meaning.intent not in (Intent.EMERGENCY, Intent.SUICIDE) or _types_a_label(now):
        return None
    if now.state.cover is Cover.HIDDEN:
        return _emergency_line(now)
    after = now
    if now.state.cover is Cover.STOPPED:
        after = _reopened(now)
    cleared = (ClearStop(),) if now.state.cover is Cover.STOPPED else ()
    if after.state.cover is Cover.HIDDEN:
        turn = _emergency_line(after)
    elif check.holds(now.state):
        turn = replace(_emergency_line(after), effects=(RelayToOfficer(now.input.text, danger=True),))
    else:
        turn = _danger_reply(after.having(consent=Consent()))
    return replace(turn, effects=(*cleared, *turn.effects))


def _types_a_label(now: Now) -> bool:
    """The very words on an option that is showing ("Today: emergency, a bed, food") pick it and tell of no danger."""
    mine = now.confirmed and not check.holds(now.state) and now.state.screen is Screen.NODE
    return mine and now.input.kind is InputKind.TEXT and walk.picked(now) is not None


def _named_beside(now: Now) -> Node | None:
    """What a message of danger names: the page of its subject, else the first topic that has one."""
    if now.meaning.subject is not None and now.meaning.subject in now.bundle.intents:
        return _heard_topic(now)
    return _topic(now.bundle, *now.meaning.also)


def _danger_reply(now: Now) -> Turn:
    """The facts stand first: what is said once in a sitting waits for the next screen."""
    topic = _named_beside(now) if means(now, Intent.EMERGENCY) else None
    if topic is not None:
        return _line_and_topic(now, topic.id)
    node = _topic(now.bundle, now.meaning.intent) or _topic(now.bundle, Intent.EMERGENCY)
    if node is not None and (node.neutral or now.confirmed):
        return walk.show(walk.at(now, node.id))
    return _after_line(
        now, _current(now) if now.confirmed else check.ask(now.having(pending=node.id if node else None))
    )


def _line_and_topic(now: Now, target: str) -> Turn:
    """Unsure between danger and not: the emergency line, and the topic (EMER-7), after the check where it is due."""
    following = walk.go(now, target) if now.confirmed else check.ask(now.having(pending=target))
    return _after_line(now, following)


def _after_line(now: Now, turn: Turn) -> Turn:
    alone = line(now, "emergency-line", text("emergency-line"), gate=Gate.EMERGENCY)
    return replace(turn, replies=(replace(alone, lang=turn.state.lang), *turn.replies))


def _heard_topic(now: Now) -> Node | None:
    """Where the message leads: the page of its subject, when this pack has one, else of its intent."""
    subject = now.bundle.intents.get(now.meaning.subject or "")
    node = now.bundle.node(subject) if subject is not None else None
    return node or _topic(now.bundle, now.meaning.intent)


def _topic(bundle: Bundle, *intents: Intent) -> Node | None:
    """The node of the first intent that has one in this pack."""
    found = (bundle.node(bundle.intents[one.value]) for one in intents if one.value in bundle.intents)
    return next((node for node in found if node is not None), None)


def _stop_now(now: Now) -> Now:
    covered_until = now.state.covered_until
    return replace(now, state=replace(close_state(now.state, now.at), cover=Cover.STOPPED, covered_until=covered_until))


def _stop(now: Now) -> Turn | None:
    if not means(now, Intent.STOP):
        return None
    if now.state.cover is Cover.STOPPED:
        return quiet(now)
    after = _stop_now(now)
    reply = line(after, "stopped", text("stopped"), gate=Gate.COVER)
    return say(after, reply, ClearQueue(), SetStop(), *flag(now, "stopped"))


def _stopped(now: Now) -> Turn | None:
    """Only a new message of the person opens again, to the neutral check (SEND-8)."""
    if now.state.cover is not Cover.STOPPED:
        return None
    if _wants_close(now) or now.input.late:
        return quiet(now)
    return _open_after_stop(_asked(now))


def _covered(now: Now) -> Turn | None:
    """While hidden everything gets an ordinary line, until the return word and then a yes (HIDE-3)."""
    if now.state.cover is not Cover.HIDDEN:
        return None
    if now.state.reopening and not _stale(now) and not now.input.late:
        if check.answers_yes(now):
            return _yes(now)
        if check.answers_no(now):
            return check.decline(now)
    opens = now.input.return_word or (is_number(now, OPEN_AGAIN) and now.state.return_word is None)
    if opens and not now.input.late:
        return check.ask(now.having(reopening=True, pending=None))
    return check.cover(now)


def _delete(now: Now) -> Turn | None:
    """Asks once, in neutral words; 1 removes, and anything else does not (LANG-6)."""
    channel = now.state.channel.value
    if means(now, Intent.DELETE):
        reply = line(now, "delete", text(f"delete-ask-{channel}"))
        reply = replace(reply, options=shown(text("delete-yes")))
        return say(now, reply, screen=Screen.DELETE)
    if now.state.screen is not Screen.DELETE or _stale(now):
        return None
    if is_number(now, 1):
        said = line(now, "deleted", text(f"deleted-{channel}"), gate=Gate.NEUTRAL)
        turn = say(now, said, ClearQueue(), Forget(), *flag(now, "deleted"))
        return replace(
            turn,
            state=replace(fresh(now.state.channel, now.state.seed, now.bundle.version), lang=now.state.lang),
        )
    if is_number(now, BACK) or means(now, Intent.NO):
        after = now.having(screen=Screen.NODE)
        if check.holds(now.state) and now.confirmed:
            return quiet(now.having(screen=Screen.NONE))
        return check.ask(after) if not now.confirmed else _current(after)
    return None


def _late(now: Now) -> Turn | None:
    """A backlog: one neutral check a person, and nothing that was meant for an older question (SEND-10)."""
    if not now.input.late:
        return None
    if now.state.screen is Screen.CHECK or now.confirmed:
        return quiet(now, *flag(now, "late"))
    turn = check.ask(now)
    return replace(turn, effects=(*turn.effects, *flag(now, "late")))


# --- 6 and 7: an officer, the check


def _officer(now: Now) -> Turn | None:
    """A human is there: everything but the safety words is theirs (HAND-8)."""
    if not check.holds(now.state):
        return None
    if is_number(now, END_TALK):
        return _withdraw(now)
    if not now.confirmed:
        return _officer_check(now)
    if now.input.kind in (InputKind.TEXT, InputKind.COMMAND):
        words = now.input.text if now.input.kind is InputKind.TEXT else f"/{now.input.text}"
        return quiet(now.having(screen=Screen.NONE), RelayToOfficer(words))
    if now.input.kind is InputKind.MEDIA:
        return say(now, line(now, "media", text("media"), gate=Gate.OFFICER), FlagToOfficer("media"))
    return quiet(now)


def _officer_check(now: Now) -> Turn:
    if now.state.screen is Screen.CHECK and not _stale(now):
        if check.answers_yes(now):
            confirmed = replace(now, state=check.confirm(now.state, now))
            return check.officer_is_here(confirmed)
        if check.answers_no(now):
            return check.decline(now)
    if now.state.screen is Screen.NONE and is_number(now, 1) and now.state.knock_agreed:
        return check.ask(now)
    turn = check.ask(now)
    return replace(turn, effects=(FlagToOfficer("unconfirmed"), *turn.effects))


def _unconfirmed(now: Now) -> Turn | None:
    """Content shows only in a confirmed sitting (OPEN-4); what was asked first comes up after the yes."""
    if now.confirmed:
        return None
    if is_number(now, END_TALK) and now.state.owner is Owner.QUEUE:
        return _withdraw(now)
    if now.state.screen is Screen.CHECK and not _stale(now):
        if check.answers_yes(now):
            return _yes(now)
        if check.answers_no(now):
            return check.decline(now)
    language = _language(now)
    if language is not None:
        return language
    return _neutral_question(now) or check.ask(_asked(now))


def _withdraw(now: Now) -> Turn:
    """88 acts at once; what it did is said only in a confirmed sitting, else the check comes, as to anybody (OPEN-6)."""
    turn = person.withdraw(now)
    if now.confirmed:
        return turn
    asked = check.ask(replace(now, state=turn.state))
    return replace(asked, effects=turn.effects)


def _language(now: Now) -> Turn | None:
    """Languages may be chosen before the check: the list holds names of languages only."""
    picked = check.picked_language(now)
    if picked is not None and (now.state.screen is Screen.LANGUAGES or means(now, Intent.LANGUAGE)):
        chosen = now.having(lang=picked, lang_chosen=True, screen=Screen.NONE, told_trial=False)
        return _resume(chosen) if now.confirmed else check.ask(chosen)
    if now.state.screen is Screen.LANGUAGES and is_number(now, MORE) and len(check.offered(now)) > MORE:
        return check.next_languages(now)
    return check.languages(now) if means(now, Intent.LANGUAGE) else None


def _neutral_question(now: Now) -> Turn | None:
    """The emergency text may show before the check; its own answers work, and lead to the check where they must."""
    node = walk.here(now)
    if now.state.screen is not Screen.NODE or not node.neutral or not now.state.trail or _stale(now):
        return None
    if is_number(now, MORE) and walk.wants_more(now):
        return walk.more(now)
    option = walk.picked(now)
    target = now.bundle.node(option.target) if option else None
    if target is None:
        return None
    if target.neutral and target.kind is not Kind.DOOR:
        return walk.show(now.having(trail=(*now.state.trail, Step(target.id))[-walk.TRAIL_MAX :]))
    if target.door is not None and target.door.value in ("close", "stop", "delete"):
        return _through(now, target)
    return check.ask(now.having(pending=target.id))


def _asked(now: Now) -> Now:
    """Keep what was asked for after the yes: a topic, a person, the languages. The words themselves are dropped."""
    if means(now, Intent.HUMAN) or is_number(now, PERSON):
        return now.having(pending="door:person")
    if now.state.screen is Screen.CHECK and now.meaning.intent in NOT_TOPICS:
        return now
    topic = _heard_topic(now)
    return now.having(pending=topic.id if topic is not None else None)


def _yes(now: Now) -> Turn:
    """The yes: the sitting begins. First the language, only if it is not known; then what was asked, or the menu."""
    now = replace(now, state=check.confirm(now.state, now))
    if check.holds(now.state):
        return check.officer_is_here(now)
    if now.state.lang is None and len(check.offered(now)) > 1:
        return check.languages(now)
    return _resume(now)


def _resume(now: Now) -> Turn:
    """After the check or a choice of language: the pending topic, a new menu, or the place that was left."""
    if now.state.lang is None:
        now = now.having(lang=now.bundle.default_language)
    pending = now.state.pending
    now = now.having(pending=None)
    if pending == "door:person":
        return person.ask(now)
    if pending is not None:
        return _to(now, pending)
    if now.state.told_keys and now.state.trail:
        return walk.first_content(now)
    return walk.go(now, now.bundle.menu)


# --- 8 to 10: the conversation


SCREENS: dict[Screen, Callable[[Now], Turn | None]] = {
    Screen.LIMITS: person.on_limits,
    Screen.CONSENT: person.on_card,
    Screen.OFFICER_WISH: person.on_wish,
    Screen.INTERPRETER: person.on_interpreter,
    Screen.PREVIEW: person.on_preview,
    Screen.WAITING: person.on_waiting,
    Screen.OWN_MESSAGE: person.on_own_message,
}
AGAIN: dict[Screen, Callable[[Now], Turn]] = {
    Screen.LIMITS: person.limits,
    Screen.CONSENT: person.card,
    Screen.PREVIEW: person.preview,
    Screen.WAITING: person.waiting,
    Screen.LANGUAGES: check.languages,
    Screen.MISSING: walk.show,
}
ASIDE = frozenset(
    {
        Screen.LIMITS,
        Screen.CONSENT,
        Screen.OFFICER_WISH,
        Screen.INTERPRETER,
        Screen.OWN_MESSAGE,
        Screen.PREVIEW,
    }
)


def _converse(now: Now) -> Turn:
    if _stale(now):
        return _current(now, "stale")
    if now.input.kind is InputKind.MEDIA:
        return _current(now, "media")
    if now.input.kind is InputKind.EDIT:
        return _current(now, "edited")
    return _explained(now) or _answer(now) or _global(now) or _told_or_topic(now) or _not_understood(now)


def _explained(now: Now) -> Turn | None:
    """ "What is X?": the word in everyday words, and the same choices again. In the menu, where no place can be lost, a
    topic of that name explains more; under 18 its rules are others, and the topic knows them (CHILD-1)."""
    term = asked_term(now)
    in_menu = now.state.screen is Screen.NODE and walk.here(now).id == now.bundle.menu
    if term is None or ((in_menu or now.state.told.under_18) and _heard_topic(now) is not None):
        return None
    turn = _again(now, (term.text,))
    said = replace(turn.replies[0], checked=term.checked, expired=now.at.date() > term.check_by)
    return replace(turn, replies=(said, *turn.replies[1:]))


def _answer(now: Now) -> Turn | None:
    """The answer to the open question."""
    screen = now.state.screen
    if screen in SCREENS:
        return SCREENS[screen](now)
    if screen is Screen.RETURN_WORD:
        return _on_return_word(now)
    if screen is Screen.MISSING:
        return _on_missing(now)
    if screen is not Screen.NODE:
        return None
    if (is_number(now, MORE) or means(now, Intent.MORE)) and walk.wants_more(now):
        return walk.more(now)
    option = walk.picked(now)
    return None if option is None else _to(walk.tell(now, option).having(pending=None), option.target)


def _to(now: Now, target: str) -> Turn:
    node = now.bundle.node(target)
    return _through(now, node) if node is not None and node.door is not None else walk.go(now, target)


def _through(now: Now, node: Node) -> Turn:
    """A door node leads out of the trees; it does just what its key or word does."""
    door = node.door.value if node.door else ""
    intent = {"close": Intent.HIDE, "delete": Intent.DELETE, "stop": Intent.STOP}.get(door)
    if intent is not None:
        now = replace(now, meaning=Meaning(intent))
        turn = {Intent.HIDE: _close, Intent.DELETE: _delete, Intent.STOP: _stop}[intent](now)
        return turn if turn is not None else quiet(now)
    if door == "languages":
        return check.languages(now)
    if door == "return-word":
        return _ask_return_word(now)
    return person.ask(now) if door == "person" else walk.go(now, now.bundle.menu)


def _global(now: Now) -> Turn | None:
    """What works on every screen (CARE-6), by key and by word."""
    if is_number(now, BACK) or means(now, Intent.BACK):
        return walk.first_content(now.having(consent=Consent())) if now.state.screen in ASIDE else walk.back(now)
    if means(now, Intent.MENU) or (means(now, Intent.GREETING) and now.input.kind is InputKind.COMMAND):
        return walk.go(now.having(consent=Consent()), now.bundle.menu)
    if is_number(now, END_TALK) and now.state.owner is Owner.QUEUE:
        return person.withdraw(now)
    if is_number(now, PERSON) or means(now, Intent.HUMAN):
        return person.ask(now)
    return _language(now)


def _told_or_topic(now: Now) -> Turn | None:
    if means(now, Intent.NATION) and now.meaning.told:
        return _told_nation(walk.told_by(now))
    if means(now, Intent.THANKS) or means(now, Intent.GREETING):
        return _current(now, "thanks" if means(now, Intent.THANKS) else "greeting")
    if _unsure_of_age(now) and now.state.told.unsure_of_age:
        other = _topic(now.bundle, *now.meaning.also)
        return (
            _current(now, walk.MAYBE_UNDER_18) if other is None else walk.go(now, other.id, text(walk.MAYBE_UNDER_18))
        )
    topic = _heard_topic(now)
    if _tells_a_story(now):
        return _thank(now, topic)
    near_danger = bool({Intent.EMERGENCY, Intent.SUICIDE} & set(now.meaning.also))
    if topic is None:
        return _after_line(now, _current(now)) if near_danger else None
    if near_danger:
        return _line_and_topic(now, topic.id)
    return _to(walk.told_by(now), topic.id)


def _told_nation(now: Now) -> Turn:
    """The nation was said in words: it answers an open question about it, else the same place shows with it."""
    node = walk.here(now)
    if node.kind is Kind.ASK and node.tells == "nation" and node.options:
        return walk.go(now, node.options[0].target)
    return walk.go(now, node.id, text("language-set"))


def _tells_a_story(now: Now) -> bool:
    return (
        now.meaning.words >= DISCLOSURE_WORDS
        and now.meaning.intent not in ALWAYS_DIRECT
        and "told" in now.bundle.intents
        and not any(mark in now.input.text for mark in "?؟？")
    )


def _thank(now: Now, topic: Node | None) -> Turn:
    """Thanks, no questions; the topic that was heard is one of the choices (CARE-3)."""
    after = now.having(pending=topic.id if topic is not None else None)
    return walk.go(after, now.bundle.intents["told"])


def _not_understood(now: Now) -> Turn:
    """Says so and repeats the choices; the second time it offers a person. Never a guess (NEUT-11)."""
    misses = now.state.misses + 1
    key = "not-understood" if misses == 1 else "not-understood-person"
    return _current(now.having(misses=misses), key)


def _current(now: Now, key: str | None = None) -> Turn:
    """The open question again, with a line in front that says why."""
    return _again(now, (text(key),) if key else ())


def _again(now: Now, before: tuple[Text, ...]) -> Turn:
    if not now.confirmed:
        return check.ask(now)
    again = AGAIN.get(now.state.screen)
    if now.state.screen is Screen.WAITING and now.state.owner is not Owner.QUEUE:
        again = None
    if again is not None:
        return _with_line(again(now), before)
    asked = person.open_question(now)
    if asked is not None:
        return _with_line(asked, before)
    if before and walk.unread(now) and now.state.screen is Screen.NODE:
        return _between_pages(now, before)
    return walk.show(now, *before, plain=True) if before else walk.first_content(now)


def _between_pages(now: Now, before: tuple[Text, ...]) -> Turn:
    """A line in the middle of a long text: its rest, and the options after it, still come with 7."""
    more = Shown(str(MORE), "more", text("key-more"))
    reply = line(now, walk.here(now).id, *before, gate=Gate.CONTENT, utilities=utilities_of(now.state))
    turn = say(now, replace(reply, options=(more,)))
    return replace(turn, state=replace(turn.state, unread=True))


def _with_line(turn: Turn, before: tuple[Text, ...]) -> Turn:
    first = replace(turn.replies[0], blocks=(*before, *turn.replies[0].blocks))
    return replace(turn, replies=(first, *turn.replies[1:]))


# --- small questions of their own


def _on_missing(now: Now) -> Turn | None:
    number, ways = now.meaning.number or 0, walk.ways_on(now)
    match ways[number - 1] if 1 <= number <= len(ways) else None:
        case "missing-menu":
            return walk.go(now, now.bundle.menu)
        case "missing-language":
            return check.languages(now)
        case "missing-person":
            return person.ask(now)
    return None


def _ask_return_word(now: Now) -> Turn:
    return say(now, line(now, "return-word", text("return-word-ask"), gate=Gate.CONTENT), screen=Screen.RETURN_WORD)


def _on_return_word(now: Now) -> Turn | None:
    """One word of letters that means nothing else here; kept only as a keyed hash, made outside."""
    if is_number(now, BACK):
        return walk.show(now)
    if now.meaning.intent in KEYS_OF_WORDS or is_number(now, PERSON):
        return None
    word = now.input.text.strip()
    short, long = RETURN_WORD_LETTERS
    fits = short <= len(word) <= long and len(word.split()) == 1 and now.meaning.number is None
    if not fits or not means(now, Intent.OTHER):
        return say(
            now,
            line(now, "return-word", text("return-word-bad"), gate=Gate.CONTENT),
            screen=Screen.RETURN_WORD,
        )
    reply = line(now, "return-word-set", text("return-word-set"), gate=Gate.CONTENT)
    return say(now, reply, SetReturnWord(word), screen=Screen.NONE)
