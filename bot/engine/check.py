"""The good-time check, the cover, and the language list: what stands before any content."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.events import ReleaseWaiting, Turn
from bot.engine.match import Intent, same
from bot.engine.model import Channel, Gate, Language, Reply, Shown, Text
from bot.engine.state import Cover, Owner, Screen, State, Told
from bot.engine.turn import GAP, OPTIONS_A_SCREEN, Now, is_number, line, means, say, shown, text

NAMES_SHOWN = 5
OWN_NAME = "language-name"
"""The key of a language's own name: `Text.of("language-name", code="ar")`, the same in every language."""


def ask(now: Now) -> Turn:
    """The neutral check (OPEN-1): the same for everybody, whatever went before."""
    blocks = [text("check")]
    if now.bundle.test_line:
        blocks.append(text("check-test"))
    gate = Gate.COVER if now.state.reopening else Gate.NEUTRAL
    options = shown(text("check-yes"), text("check-no"))
    blocks += [text("check-close"), *_language_line(now)]
    reply = Reply(node="check", blocks=tuple(blocks), options=options, gate=gate)
    return say(_between_sittings(now), reply, screen=Screen.CHECK)


def _language_line(now: Now) -> tuple[Text, ...]:
    """At first contact, how to get another language: in the text's own alphabet on SMS, by own names elsewhere."""
    others = [one.own_name for one in offered(now) if one.code != now.bundle.default_language]
    if now.state.lang is not None or not others:
        return ()
    if now.state.channel is Channel.SMS:
        return (text("check-languages-sms"),)
    return (text("check-languages", names=", ".join(others[:NAMES_SHOWN])),)


def _between_sittings(now: Now) -> Now:
    """What was told, and what was said once, belongs to the sitting that is over (DATA-2)."""
    if now.state.screen is Screen.CHECK or now.state.told_keys is False:
        return now
    was = now.state.told
    age_now = Told(under_18=was.under_18, unsure_of_age=was.unsure_of_age) if means(now, Intent.UNDER18) else Told()
    return now.having(told=age_now, told_keys=False, told_trial=False)


def answers_yes(now: Now) -> bool:
    return is_number(now, 1) or means(now, Intent.YES)


def answers_no(now: Now) -> bool:
    return is_number(now, 2) or means(now, Intent.NO)


def decline(now: Now) -> Turn:
    """One neutral line, then nothing until they write again (OPEN-5)."""
    hidden = now.state.cover is Cover.HIDDEN
    gate = Gate.COVER if hidden else Gate.NEUTRAL
    after = now.having(pending=None, reopening=False)
    return say(after, line(now, "declined", text("declined"), gate=gate), screen=Screen.NONE)


def confirm(state: State, now: Now) -> State:
    return replace(
        state,
        cover=Cover.OPEN,
        covered_until=None,
        confirmed_until=now.at + GAP,
        reopening=False,
        misses=0,
        screen=Screen.NODE,
    )


def officer_is_here(now: Now) -> Turn:
    """After the yes while an officer holds: who is here, and the texts that waited may come."""
    reply = line(now, "officer", text("person-here", alias=now.state.alias or ""), gate=Gate.OFFICER)
    return say(now, reply, ReleaseWaiting(), screen=Screen.NODE)


def holds(state: State) -> bool:
    return state.owner is Owner.OFFICER


def cover(now: Now) -> Turn:
    """An ordinary line, for whatever was typed under cover (HIDE-3)."""
    number = (now.state.seed + now.state.serial) % now.bundle.covers + 1
    after = now.having(reopening=False, serial=now.state.serial + 1)
    return say(after, line(now, "cover", text(f"cover-{number}"), gate=Gate.COVER), screen=Screen.NONE)


# --- languages


def offered(now: Now) -> tuple[Language, ...]:
    """The languages on offer, the chosen one and the app's own first; nothing is chosen by that."""
    first = (now.state.lang, now.input.hint)
    every = [one for one in now.bundle.languages if one.offered]
    return tuple(sorted(every, key=lambda one: first.index(one.code) if one.code in first else len(first)))


def languages(now: Now, first: int = 0) -> Turn:
    every = offered(now)
    paged = len(every) > OPTIONS_A_SCREEN
    size = OPTIONS_A_SCREEN - 1 if paged else OPTIONS_A_SCREEN
    first = first if first < len(every) else 0
    reply = Reply(
        node="languages",
        blocks=(text("languages-ask"),),
        options=tuple(
            Shown(str(i), one.code, Text.of(OWN_NAME, code=one.code))
            for i, one in enumerate(every[first : first + size], 1)
        ),
        more_options=paged,
    )
    return say(now.having(first=first), reply, screen=Screen.LANGUAGES)


def picked_language(now: Now) -> str | None:
    """The language that this input picks from the list or names in words."""
    named = dict(now.meaning.told).get("language")
    if named and any(one.code == named for one in offered(now)):
        return named
    if now.state.screen is not Screen.LANGUAGES:
        return None
    every = offered(now)
    if now.meaning.number is None:
        return next((one.code for one in every if same(one.own_name, now.input.text)), None)
    size = OPTIONS_A_SCREEN - 1 if len(every) > OPTIONS_A_SCREEN else OPTIONS_A_SCREEN
    on_screen = every[now.state.first : now.state.first + size]
    return on_screen[now.meaning.number - 1].code if 1 <= now.meaning.number <= min(size, len(on_screen)) else None


def next_languages(now: Now) -> Turn:
    return languages(now, now.state.first + OPTIONS_A_SCREEN - 1)
