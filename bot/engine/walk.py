"""Walking the trees: showing a node, its options in this person's order, back, more, and typed labels."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.engine.events import Turn
from bot.engine.match import Intent, same
from bot.engine.model import Bundle, Gate, Kind, Language, Node, NodeId, Notice, Option, Reply, Service, Shown, Text
from bot.engine.rules import UNSURE, resolve
from bot.engine.state import Screen, State, Step
from bot.engine.turn import OPTIONS_A_SCREEN, Now, means, say, shown, text, utilities_of

TRAIL_MAX = 30
SKIP = "skip"
"""The answer that every question has beside its own (CARE-2); "no" and "not sure" say it in words."""
MAYBE_UNDER_18 = "maybe-under-18"
"""The system text for an age that may be under 18."""


def rotated(options: Sequence[Option], seed: int, place: str) -> tuple[Option, ...]:
    """The options in this person's order (NEUT-6): turned by an amount that the seed and the place decide.

    Every option is first for an equal share of seeds; the same seed and place always give the same order.
    """
    if not options:
        return ()
    turn = zlib.crc32(f"{seed}:{place}".encode()) % len(options)
    return (*options[turn:], *options[:turn])


def options_of(
    bundle: Bundle, state: State, node: Node, notices_on: frozenset[str] = frozenset()
) -> tuple[Option, ...]:
    """All answers of a node for this person, in order, before they are cut into screens."""
    options = rotated(node.options, state.seed, node.id) if node.rotates else node.options
    if node.kind is Kind.ASK:
        target = node.options[0].target if node.options else bundle.menu
        options = (*options, Option(SKIP, text("key-skip"), target))
    options = (*options, *links_of(bundle, state, node, notices_on, len(options)))
    if state.pending and node.id == bundle.intents.get("told"):
        pending = bundle.node(state.pending)
        missing_here = bundle.missing.get(state.lang or bundle.default_language, frozenset())
        if pending is not None and pending.id not in missing_here:
            options = (Option("topic", Text(f"{pending.id}:ask_as"), pending.id), *options)
    return options


def links_of(
    bundle: Bundle, state: State, node: Node, notices_on: frozenset[str], taken: int
) -> tuple[Option, ...]:  # fmt: skip
    """Where notices lead that are on for this node; only where the screen has room, so that no option moves to the next."""
    links = [one.link for one in showing(bundle, state, node.id, notices_on) if one.link is not None]
    missing_here = bundle.missing.get(state.lang or bundle.default_language, frozenset())
    return tuple(link for link in links if link.target not in missing_here)[: max(0, OPTIONS_A_SCREEN - taken)]


def showing(bundle: Bundle, state: State, node_id: str, notices_on: frozenset[str]) -> tuple[Notice, ...]:
    """The notices that stand in front of a node for this person, in the pack's order."""
    lang = state.lang or bundle.default_language
    return tuple(one for one in bundle.notices if one.id in notices_on and node_id in one.nodes and lang in one.langs)


def _in_front(now: Now, node: Node) -> tuple[str, ...]:
    """Keys of what stands in front of a node's own text: notices, and that it may be different under 18 (CHILD-2)."""
    maybe = now.state.told.unsure_of_age and any(rule.predicate == "told.under_18" for rule in node.rules)
    notices_here = showing(now.bundle, now.state, node.id, now.input.desk.notices)
    return (*((f"system/{MAYBE_UNDER_18}",) if maybe else ()), *(one.text.key for one in notices_here))


def screen_of(options: Sequence[Option], first: int) -> tuple[tuple[Option, ...], bool]:
    """The options on one screen, and whether 7 shows further ones."""
    if len(options) <= OPTIONS_A_SCREEN:
        return tuple(options), False
    return tuple(options[first : first + OPTIONS_A_SCREEN - 1]), True


def services_of(bundle: Bundle, state: State, node: Node) -> tuple[Service, ...]:
    """What a directory lists: confirmed services for its needs, of the told nation or of all."""
    needs = set(node.directory.needs) if node.directory else set()
    nation = state.told.nation if state.told.nation not in (None, "unsure") else None
    return tuple(
        one
        for one in bundle.services.values()
        if one.shown and (not needs or needs & set(one.needs)) and (nation is None or nation in one.nations)
    )


def is_missing(now: Now, node: Node) -> bool:
    lang = now.state.lang or now.bundle.default_language
    return node.id in now.bundle.missing.get(lang, frozenset())


def notices(now: Now) -> tuple[Text, ...]:
    """What is said once, right after the yes: how to close and open, and that nobody has reviewed the language."""
    state, said = now.state, []
    if not state.told_keys:
        said.append(text("keys-once-own" if state.return_word else "keys-once"))
    language: Language | None = now.bundle.language(state.lang or now.bundle.default_language)
    if not state.told_trial and now.bundle.label_unreviewed and language is not None and not language.reviewed:
        said.append(text("unreviewed"))
    return tuple(said)


def show(now: Now, *before: Text, plain: bool = False) -> Turn:
    """Show where the person is. `plain` repeats the choices without the page's text."""
    node = here(now)
    step = now.state.here or Step(node.id)
    if is_missing(now, node):
        return missing(now, *before)
    if before and not plain:
        now, step = _remember(now, step, before)
    options, more = screen_of(options_of(now.bundle, now.state, node, now.input.desk.notices), step.first)
    expired = node.check_by is not None and now.at.date() > node.check_by
    reply = Reply(
        node=node.id,
        blocks=before if plain else (*(Text(key) for key in step.before), *node.blocks),
        options=tuple(Shown(str(i), one.id, one.label) for i, one in enumerate(options, 1)),
        utilities=utilities_of(now.state),
        gate=gate_of(now, node),
        page=0 if plain else step.page,
        more_options=more,
        checked=None if plain else node.checked,
        expired=expired and not plain,
        services=() if plain or node.kind is not Kind.DIRECTORY else services_of(now.bundle, now.state, node),
    )
    return say(now, reply, screen=Screen.NODE)


def _remember(now: Now, step: Step, before: tuple[Text, ...]) -> tuple[Now, Step]:
    keys = dict.fromkeys((*(one.key for one in before), *_in_front(now, here(now))))
    step = replace(step, page=0, before=tuple(keys))
    return now.having(trail=(*now.state.trail[:-1], step)), step


def gate_of(now: Now, node: Node) -> Gate:
    if node.id == now.bundle.intents.get("emergency"):
        return Gate.EMERGENCY
    return Gate.NEUTRAL if node.neutral else Gate.CONTENT


def here(now: Now) -> Node:
    """The node where the person is; the menu when content changed and the place is no longer there."""
    step = now.state.here
    return (step and now.bundle.node(step.node)) or now.bundle.nodes[now.bundle.menu]


def first_content(now: Now, *before: Text) -> Turn:
    """Show a place in a confirmed sitting, with what is said once in front."""
    once = notices(now)
    if not once:
        return show(now, *before)
    return show(now.having(told_keys=True, told_trial=True), *once, *before)


def go(now: Now, target: str, *before: Text) -> Turn:
    """Go to a node (rules decide which) that is no door. The caller has seen to the good-time check."""
    return first_content(at(now, target), *before)


def at(now: Now, target: str) -> Now:
    """The person at a node (rules decide which), from its first page on."""
    node = now.bundle.node(target) or now.bundle.nodes[now.bundle.menu]
    node = resolve(now.bundle.nodes, node, now.state, now.input.desk)
    trail = now.state.trail
    if trail and trail[-1].node == node.id:
        trail = trail[:-1]
    return now.having(trail=(*trail, Step(node.id, before=_in_front(now, node)))[-TRAIL_MAX:], misses=0)


def back(now: Now) -> Turn:
    """One step back, to the same page with the same numbers; the first step stays."""
    state = drop_gone(now.bundle, now.state)
    stands = now.state.screen in (Screen.NODE, Screen.MISSING)
    trail = state.trail[:-1] if len(state.trail) > 1 and stands else state.trail
    if trail and trail[-1].page == 0:
        trail = (*trail[:-1], replace(trail[-1], before=_in_front(now, now.bundle.nodes[NodeId(trail[-1].node)])))
    return first_content(replace(now, state=replace(state, trail=trail, misses=0)))


def drop_gone(bundle: Bundle, state: State) -> State:
    """Forget steps whose node is no longer in the bundle."""
    return replace(state, trail=tuple(step for step in state.trail if bundle.node(step.node)))


def more(now: Now) -> Turn:
    """The next page of the text, else the next screen of options, round to the first again."""
    step = now.state.here or Step(now.bundle.menu)
    if unread(now):
        following = replace(step, page=step.page + 1)
    else:
        count = len(options_of(now.bundle, now.state, here(now), now.input.desk.notices))
        first = step.first + OPTIONS_A_SCREEN - 1
        following = replace(step, first=first if first < count else 0)
    state = replace(now.state, trail=(*now.state.trail[:-1], following), misses=0)
    return show(replace(now, state=state))


def picked(now: Now) -> Option | None:
    """The option of the current node that this input picks: by number, by the words on it, or by a no to a question."""
    node, step = here(now), now.state.here or Step("")
    if unread(now):
        return None
    options = options_of(now.bundle, now.state, node, now.input.desk.notices)
    on_screen, _more = screen_of(options, step.first)
    number = now.meaning.number
    if number is not None:
        return on_screen[number - 1] if 1 <= number <= len(on_screen) else None
    typed = next((one for one in options if _typed(now, one)), None)
    if typed is None and node.kind is Kind.ASK and means(now, Intent.NO):
        return next((one for one in options if one.id == SKIP), None)
    return typed


def _typed(now: Now, option: Option) -> bool:
    labels = now.bundle.labels.get(now.state.lang or now.bundle.default_language, {})
    label = labels.get(option.label.key)
    return label is not None and same(label, now.input.text)


def unread(now: Now) -> bool:
    """Whether the text that is showing has a further page."""
    return now.state.more or now.state.unread


def wants_more(now: Now) -> bool:
    """Whether 7 (or the word for it) means more here."""
    node, step = here(now), now.state.here or Step("")
    return unread(now) or screen_of(options_of(now.bundle, now.state, node, now.input.desk.notices), step.first)[1]


def tell(now: Now, option: Option) -> Now:
    """What picking an option tells, if anything."""
    if option.tells is None:
        return now
    return _with_told(now, {option.tells[0]: option.tells[1]})


def told_by(now: Now) -> Now:
    """What the words of this message told (a nation)."""
    return _with_told(now, dict(now.meaning.told))


def _with_told(now: Now, told: Mapping[str, str]) -> Now:
    nation = told.get("nation")
    return now.having(told=replace(now.state.told, nation=nation)) if nation in (*now.bundle.nations, UNSURE) else now


def ways_on(now: Now) -> tuple[str, ...]:
    """What a place that is not translated offers; the menu only where there is one in this language."""
    menu = () if is_missing(now, now.bundle.nodes[now.bundle.menu]) else ("missing-menu",)
    return (*menu, "missing-language", "missing-person")


def missing(now: Now, *before: Text) -> Turn:
    """Some text of this place is not in the person's language: say so, in it, and offer ways on (LANG-4)."""
    reply = Reply(
        node="missing",
        blocks=(*before, text("missing")),
        options=shown(*(text(key) for key in ways_on(now))),
        utilities=utilities_of(now.state),
    )
    return say(now, reply, screen=Screen.MISSING)
