"""Random walks on the real content: never stuck, every place reached, the same words on the way back, fair orders."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from bot.channels.layout import lay_out
from bot.engine.events import Desk
from bot.engine.model import Channel, Kind, Node, NodeId, Reply, Rule
from bot.engine.rules import resolve
from bot.engine.state import Cover, Owner, Screen, State, Step, Told
from bot.engine.step import fresh
from bot.engine.walk import options_of
from bot.service.context import is_risky
from tests.engine.talking import Talk, nodes
from tests.kit import shipped

WALKS, STEPS = 2000, 40
CHANNELS = pytest.mark.parametrize("channel", list(Channel))
LANGUAGES = ("en", "en", "xx-long", "xx-rtl", "xx-nolatin")
KEYS = ("0", "0", "00", "8", "88", "#", "9", "99", "1")
STORY = "they took my papers and made me work every day for no money and I slept on the floor and was cold all the time"
SWEAR = "you are useless"
TOLD = (
    "I want to kill myself",
    STORY,
    SWEAR,
    "I am in Scotland",
    "I am in Wales",
    "I am 15",
    "I am in Northern Ireland",
    "I am in England",
)
"""Tried now and then among the options, as people do."""
SEEDS = 10_000
CHI_SQUARE = {2: 12.1, 3: 15.2, 4: 17.7, 5: 20.0, 6: 22.1}
"""By number of options: what chi-square (one degree of freedom fewer) exceeds by chance with p below 0.0005. The seeds are
fixed, so nothing here is left to chance; the bound says how even the shares are."""


NOTHING_TOLD = Told()


def stand_in(told: Told = NOTHING_TOLD, seed: int = 1) -> State:
    return replace(fresh(Channel.TELEGRAM, seed), told=told)


def shown_here() -> list[Node]:
    return [node for node in shipped().bundle.nodes.values() if node.kind is not Kind.DOOR]


# --- walks


class Walker:
    """Walks by the engine alone; what a channel makes of a screen is laid out once for each screen and language."""

    laid: dict[object, bool] = {}  # noqa: RUF012 - shared by all walks on purpose
    reached: set[str] = set()  # noqa: RUF012 - what an earlier walk has reached draws a later one less

    def __init__(self, number: int) -> None:
        self.random = random.Random(number)
        self.channel = list(Channel)[number % 3]
        self.talk = Talk(self.channel, self.random.choice(LANGUAGES), self.random.getrandbits(48))
        self.been: set[str] = set()
        if number % 5 == 0:
            self.talk.desk = replace(self.talk.desk, notices=frozenset(one.id for one in shipped().bundle.notices))

    def walk(self) -> None:
        for text in ("hello", "1"):
            self.step(text)
        for _ in range(STEPS - 2):
            self.step(self.choose())

    def choose(self) -> str:
        talk = self.talk
        if self.random.random() < 0.15 or not talk.turn.replies:
            return self.random.choice(TOLD if self.random.random() < 0.1 else KEYS)
        reply = talk.turn.replies[-1]
        if talk.state.more:
            return "7"
        keys = [one.key for one in reply.options] + ["7"] * reply.more_options
        return self.random.choice(self.new(reply) or keys or ["00", "1", "99"])

    def new(self, reply: Reply) -> list[str]:
        """Now and then the keys that lead to places where no walk has been."""
        node = self.talk.bundle.node(reply.node)
        if node is None or self.random.random() < 0.3:
            return []
        rules = self.talk.bundle.nodes[node.options[0].target].rules if node.tells == "nation" else ()
        fresh_ones = {one.id for one in node.options if not self.known(one.target)}
        fresh_ones = {rule.argument for rule in rules if rule.target not in self.reached} or fresh_ones
        return [one.key for one in reply.options if one.id in fresh_ones]

    def known(self, target: str) -> bool:
        """Whether a walk has been there, or at each of the places that the rules there can lead to."""
        node = self.talk.bundle.nodes[NodeId(target)]
        return {target, *(rule.target for rule in node.rules if rule.predicate == "told.nation")} <= self.reached

    def step(self, text: str) -> None:
        talk = self.talk
        talk.turn = talk.would(text)
        talk.state = talk.turn.state
        assert talk.turn.replies or talk.state.cover is Cover.STOPPED, "never without an answer"
        more = False
        for reply in talk.turn.replies:
            self.been.add(reply.node)
            self.reached.add(reply.node)
            more = self.render(reply)
        talk.state = replace(talk.state, more=more)

    def render(self, reply: Reply) -> bool:
        listed = tuple(one.id for one in reply.services)
        key = (replace(reply, serial=0, services=()), listed, self.channel)
        if key not in self.laid:
            texts, lang = self.talk.pack.texts, reply.lang or "en"
            laid = lay_out(
                reply, lambda text: texts.say(text, lang, self.talk.now), self.channel, self.talk.now, risk=is_risky
            )
            assert laid.messages, "never unrendered"
            self.laid[key] = laid.more
        return self.laid[key]

    def find_menu(self) -> None:
        """From wherever the walk ended the menu is one message away, and four at most when the chat is closed or stopped."""
        while not self.talk.state.confirmed(self.talk.now):
            self.step({Cover.HIDDEN: "99"}.get(self.talk.state.cover, "hello"))
            assert self.talk.turn.replies[-1].node == "check"
            self.step("1")
        self.step("00")
        assert self.talk.turn.replies[-1].node in (self.talk.bundle.menu, "missing")


@pytest.fixture(scope="module")
def walkers() -> list[Walker]:
    """All walks, walked: none got stuck, and everything that came up was rendered."""
    every = [Walker(number) for number in range(WALKS)]
    for walker in every:
        walker.walk()
        walker.find_menu()
    return every


@pytest.mark.rule("CARE-6", "SEND-3")
def test_random_walks_are_never_stuck_and_reach_every_place(walkers: list[Walker]) -> None:
    """Two thousand walks of forty steps, on all channels; a place that none of them reached is named."""
    reached = set().union(*(walker.been for walker in walkers))
    wanted = {node.id for node in shown_here()}
    print(f"{len(reached & wanted)} of {len(wanted)} places reached in {WALKS} walks; not: {sorted(wanted - reached)}")
    assert wanted <= reached


# --- every option of every place


@pytest.mark.parametrize("told", [Told(), Told("scotland"), Told("ni"), Told("wales", under_18=True)], ids=str)
def test_every_option_of_every_place_leads_somewhere(told: Told) -> None:
    """To another place or through a door; never nowhere and never to where it is asked."""
    bundle, stuck = shipped().bundle, []
    for node in shown_here():
        assert node.options, node.id
        for option in options_of(bundle, stand_in(told), node):
            target = bundle.node(option.target)
            if target is None or target.id == node.id:
                stuck.append((node.id, option.id))
    assert not stuck


@pytest.mark.rule("CARE-6", "NEUT-6")
@CHANNELS
def test_back_leads_to_the_first_step_with_the_same_words_and_numbers(channel: Channel) -> None:
    """Fifty ways in, step by step back: every screen is the one that stood there."""
    for number in range(50):
        walk = random.Random(number)
        talk = Talk(channel, "en", number)
        talk.says("hello", "1")
        seen = [(talk.says("00"), talk.keys)]
        for _ in range(8):
            keys = [] if talk.state.more else talk.keys
            said = talk.says(
                walk.choice([*keys, "7"] if talk.state.more or talk.turn.replies[-1].more_options else keys)
            )
            if talk.state.screen is not Screen.NODE:
                break
            if len(talk.state.trail) > len(seen):
                seen.append((said, talk.keys))
            else:
                seen[-1] = (said, talk.keys)
        if talk.state.cover is not Cover.OPEN or talk.state.screen is Screen.DELETE:
            continue
        if talk.state.screen is not Screen.NODE:
            assert (talk.says("0"), talk.keys) == seen[-1], number
        for words, keys in reversed(seen[:-1]):
            assert (talk.says("0"), talk.keys) == (words, keys), number
        assert nodes(talk.turn) == [talk.bundle.menu]


# --- order


@pytest.mark.rule("NEUT-6")
@pytest.mark.parametrize("node", [one for one in shown_here() if one.rotates], ids=lambda one: one.id)
def test_each_option_is_first_for_an_equal_share_of_people(node: Node) -> None:
    """Over 10,000 seeds; chi-square below its bound at p = 0.0005."""
    bundle = shipped().bundle
    seeds = random.Random(1)
    firsts = Counter(options_of(bundle, stand_in(seed=seeds.getrandbits(48)), node)[0].id for _ in range(SEEDS))
    share = SEEDS / len(node.options)
    chi = sum((firsts[option.id] - share) ** 2 / share for option in node.options)
    assert chi < CHI_SQUARE[len(node.options)], dict(firsts)


@pytest.mark.rule("NEUT-6")
def test_the_order_stays_within_a_sitting_and_differs_between_people() -> None:
    """The same person sees the same numbers every time; over people every turn of the list comes up."""
    bundle = shipped().bundle
    for node in (one for one in shown_here() if one.rotates):
        orders = set()
        for seed in range(20):
            talk = Talk(Channel.SMS, "en", seed)
            talk.says("hello", "1")
            first, second = [_order(talk, node) for _ in range(2)]
            assert first == second == [one.id for one in options_of(bundle, talk.state, node)]
            orders.add(tuple(first))
        assert len(orders) == len(node.options)


def _order(talk: Talk, node: Node) -> list[str]:
    talk.state = replace(talk.state, trail=(*talk.state.trail, Step(node.id)), screen=Screen.NODE)
    talk.says("8", "0")
    return [one.id for one in talk.turn.replies[-1].options]


# --- what was told


@pytest.mark.rule("HON-2", "CHILD-1")
@pytest.mark.parametrize("node", [one for one in shown_here() if one.rules], ids=lambda one: one.id)
def test_what_was_told_changes_what_comes(node: Node) -> None:
    """Each rule of a place leads where it says, for those who told it and for nobody else."""
    bundle, desk = shipped().bundle, Talk().desk
    assert resolve(bundle.nodes, node, stand_in(), desk) is node
    for rule in node.rules:
        told, there = _when(rule, desk)
        assert resolve(bundle.nodes, node, stand_in(told), there).id != node.id
        if rule is node.rules[0]:
            assert resolve(bundle.nodes, node, stand_in(told), there).id == rule.target


def _when(rule: Rule, desk: Desk) -> tuple[Told, Desk]:
    """What was told, or switched on, for the rule to hold."""
    match rule.predicate:
        case "told.under_18":
            return Told(under_18=True), desk
        case "notice.on":
            return Told(), replace(desk, notices=frozenset({rule.argument}))
    return Told(nation=rule.argument), desk


@pytest.mark.rule("CHILD-1")
@CHANNELS
def test_under_18_changes_what_the_nrm_page_says(channel: Channel) -> None:
    """The same words lead to the text for children once an age was said."""
    talk = Talk(channel, "en")
    talk.says("hello", "1", "what is the nrm?")
    adult = talk.node
    talk.says("I am 16", "what is the nrm?")
    assert talk.node.startswith("under18/")
    assert talk.node != adult


def test_walks_meet_every_owner_and_cover(walkers: list[Walker]) -> None:
    """The walks close, stop and ask for a person as well as read."""
    assert {walker.talk.state.owner for walker in walkers} == {Owner.BOT, Owner.QUEUE}
    been = set().union(*(walker.been for walker in walkers))
    assert {"check", "cover", "closed", "limits", "consent", "preview", "requested", "delete", "languages"} <= been
