"""Several hands at once: a close in the middle of sending, officers and the person racing on one real database."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

import pytest

from bot.engine.model import Channel
from bot.engine.state import Cover, Owner
from bot.ports import (
    Address,
    Author,
    Delivery,
    Handoff,
    HandoffPhase,
    Inbound,
    InboundKind,
    Officer,
    Outgoing,
    OutKind,
    Receipt,
)
from bot.service import desk
from bot.service.dispatch import Dispatcher
from tests.kit import House


@pytest.mark.rule("HIDE-2")
def test_a_close_between_lease_and_send_is_answered_at_once(house: House) -> None:
    """A row that was leased and is then cleared does not hold up the closing line, and is not sent."""
    house.says(Channel.SMS, "hello", "1")
    house.post(Channel.SMS, "housing")
    posted: list[int] = []

    def close_once(chat: str, now: datetime) -> float:
        """Called after the lease and before the send."""
        if not posted:
            posted.append(house.post(Channel.SMS, "9"))
        return 0.0

    Dispatcher(
        house.product.context, dict.fromkeys(Channel, house.phone), lambda: 0.5, {Channel.SMS: close_once}
    ).drain()
    assert posted == [200]
    assert house.phone.take() == ["OK. This line is closed now."]


# --- two officers and the person

ROUNDS = 24
WORDS = "some words"
FREE, HEARD_FIRST, ENDED_FIRST = "free", "the officer is heard first", "the person ends it first"
ORDERS = (FREE, FREE, HEARD_FIRST, ENDED_FIRST)
"""What is forced in a round; the threads decide all else. Forced rounds show both outcomes on a machine of any speed."""
PATIENCE = 60.0
"""Seconds after which something that was sure to happen has not."""
ENDS: dict[str, tuple[tuple[str, ...], str]] = {
    "close": (("9",), "This line is closed now."),
    "stop": (("stop",), "No more messages come from here."),
    "delete": (("delete", "1"), ""),
    "end": (("88",), ""),
}
"""What the person does in the middle of it, and how the line begins after which no officer may be heard."""


class SlowPhone:
    """A provider that takes a moment, so that others get between; keeps what it was given, in its order."""

    def __init__(self, rng: Random) -> None:
        self.sent: list[tuple[Address, str]] = []
        self._rng, self._lock, self._ids = rng, threading.Condition(), itertools.count(1)

    def send(self, address: Address, outgoing: Outgoing) -> Receipt:
        with self._lock:
            moment, number = self._rng.random() * 0.003, next(self._ids)
        threading.Event().wait(moment)
        with self._lock:
            if outgoing.kind is OutKind.MESSAGE:
                self.sent.append((address, outgoing.payload.text))
                self._lock.notify_all()
        return Receipt(str(number), "sent")

    def await_officer(self, address: Address) -> None:
        with self._lock:
            heard = self._lock.wait_for(
                lambda: any(to == address and WORDS in text for to, text in self.sent), PATIENCE
            )
        assert heard, "no officer was heard"

    def texts(self, address: Address) -> list[str]:
        with self._lock:
            return [text for to, text in self.sent if to == address]


@dataclass
class Round:
    """One person and two officers; what each of them managed to do."""

    house: House
    address: Address
    handoff: Handoff
    rng: Random
    order: str = FREE
    ended: threading.Event = field(default_factory=threading.Event)
    claimed: list[int] = field(default_factory=list)
    replied: list[str] = field(default_factory=list)
    wrote: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def write(self, text: str) -> None:
        number = f"{self.address.key}-{next(self.numbers)}"
        inbound = Inbound(self.address, number, InboundKind.TEXT, text, self.house.now, self.house.now)
        assert self.house.product.receiver.take(inbound)
        self.wrote.append(text)

    def pause(self) -> None:
        threading.Event().wait(self.rng.random() * 0.004)


@pytest.fixture
def officers(house: House) -> list[Officer]:
    made = [Officer(0, name, name, "officer", ("en",), "x", "A" * 32) for name in ("Sam", "Kim")]
    return [house.product.store.transact(lambda unit, one=one: unit.put_officer(one)) for one in made]  # type: ignore[misc]


def begin(house: House, number: int, rng: Random) -> Round:
    """Somebody who said that it is a good time, and asked for a person."""
    channel = list(Channel)[number % len(Channel)]
    address = Address(channel, f"77009{number:05d}" if channel is Channel.TELEGRAM else f"+4477009{number:05d}")
    asking = Round(house, address, None, rng)  # type: ignore[arg-type]
    asking.numbers = itertools.count(1000)
    for text in ("hello", "1", "8", "1", "7", "1"):
        asking.write(text)
    house.product.dispatcher.drain()
    [handoff] = house.product.store.transact(lambda unit: unit.queue(house.now))
    return Round(house, address, handoff, rng, ORDERS[number // len(Channel) % len(ORDERS)])


def officer_acts(one: Round, officer: Officer) -> None:
    """Claims; the winner writes three texts. Whatever is refused is not done."""
    context = one.house.product.context
    if one.order == ENDED_FIRST:
        assert one.ended.wait(PATIENCE)
    one.pause()
    try:
        desk.claim(context, officer, one.handoff.id)
        one.claimed.append(officer.id)
        for number in range(3):
            one.pause()
            text = f"{WORDS} {number} of {officer.alias}"
            desk.reply(context, officer, one.handoff.id, text)
            one.replied.append(text)
    except desk.DeskProblem:
        return


def person_acts(one: Round, phone: SlowPhone, texts: tuple[str, ...]) -> None:
    for text in ("my line 1", "my line 2", *texts):
        one.pause()
        if text == texts[0] and one.order == HEARD_FIRST:
            phone.await_officer(one.address)
        one.write(text)
    one.ended.set()


def at_once(*acts: Callable[[], None]) -> None:
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], None]) -> None:
        start.wait()
        act()

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(run, act) for act in acts]:
            done.result(PATIENCE)


def race(one: Round, officers: list[Officer], texts: tuple[str, ...], phone: SlowPhone, dispatcher: Dispatcher) -> None:
    """All of it at the same time, with a dispatcher that never rests; then what is left goes out."""
    over = threading.Event()

    def dispatch() -> None:
        while not over.is_set():
            dispatcher.run_once()
            one.house.product.store.wait(0.001)

    sending = threading.Thread(target=dispatch)
    sending.start()
    try:
        at_once(lambda: person_acts(one, phone, texts), *(lambda o=o: officer_acts(one, o) for o in officers))  # type: ignore[misc]
    finally:
        over.set()
        sending.join(PATIENCE)
    dispatcher.drain()


@pytest.mark.rule("HAND-8", "HIDE-2", "HIDE-3", "SEND-8", "HAND-4", "HIDE-7")
@pytest.mark.parametrize("end", ENDS)
def test_two_officers_and_the_person_at_once(house: House, officers: list[Officer], end: str) -> None:
    """However it falls out: one owner at most, no officer's text after the closing line, none twice, no word lost."""
    rng = Random(f"races {end}")
    phone = SlowPhone(rng)
    dispatcher = Dispatcher(house.product.context, dict.fromkeys(Channel, phone), lambda: 0.5)
    heard = dict.fromkeys(ORDERS, 0)
    for number in range(ROUNDS):
        house.wait(minutes=20)
        one = begin(house, number, rng)
        race(one, officers, ENDS[end][0], phone, dispatcher)
        one_owner(one)
        nothing_after(one, phone.texts(one.address), ENDS[end][1])
        nothing_lost(one, phone.texts(one.address), erased=end == "delete")
        heard[one.order] += sum(WORDS in text for text in phone.texts(one.address))
        finish(one, officers)
    dispatcher.close()
    assert heard[HEARD_FIRST] > 0
    assert heard[ENDED_FIRST] == 0


def one_owner(one: Round) -> None:
    store = one.house.product.store
    talk = store.transact(lambda unit: unit.find(one.address))
    handoff = store.transact(lambda unit: unit.handoff(one.handoff.id))
    assert len(one.claimed) <= 1
    if handoff is not None and handoff.officer_id is not None:
        assert [handoff.officer_id] == one.claimed
    if talk is not None:
        open_phase = {Owner.OFFICER: HandoffPhase.ACCEPTED, Owner.QUEUE: HandoffPhase.REQUESTED}.get(talk.state.owner)
        assert (talk.handoff_id is not None) == (open_phase is not None)
        assert open_phase is None or (handoff is not None and handoff.phase is open_phase)


def nothing_after(one: Round, texts: list[str], closing: str) -> None:
    """The texts in the provider's order; for delete and 88 it is the last line that ends it."""
    ends = [at for at, text in enumerate(texts) if closing and closing in text]
    after = texts[ends[0] :] if ends else []
    assert not any(WORDS in text for text in after)
    officer_texts = [text for text in texts if WORDS in text]
    assert len(officer_texts) == len(set(officer_texts))
    assert officer_texts == [text for text in one.replied if text in officer_texts]


def nothing_lost(one: Round, texts: list[str], *, erased: bool) -> None:
    """What the officer wrote is on the phone or stands at the desk as not sent; what the person wrote is at the desk."""
    if erased or not one.claimed:
        return
    messages = one.house.product.store.transact(lambda unit: unit.messages(one.handoff.id))
    written = {said.text: said for said in messages if said.author is Author.OFFICER}
    assert sorted(written) == sorted(one.replied)
    for text, said in written.items():
        assert (text in " ".join(texts)) == (said.delivery is Delivery.SENT), said.delivery
        assert said.delivery in (Delivery.SENT, Delivery.WAITING, Delivery.FAILED)
    told = [said.text for said in messages if said.author is Author.PERSON]
    assert told == [text for text in one.wrote if text in told]
    assert len(told) == len(set(told))


def finish(one: Round, officers: list[Officer]) -> None:
    """Leaves nothing open for the next round, and looks at what the close left behind."""
    talk = one.house.product.store.transact(lambda unit: unit.find(one.address))
    if talk is not None and talk.state.cover is not Cover.OPEN:
        assert not talk.state.confirmed(one.house.now)
    for officer in officers:
        if officer.id in one.claimed:
            try:
                desk.hand_back(one.house.product.context, officer, one.handoff.id)
            except desk.DeskProblem:
                pass
    if talk is not None:
        one.house.product.store.transact(lambda unit: unit.forget(talk.id, one.house.now))
