"""Every life of DATA-2 and DATA-3, a minute before its end and at it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.engine.state import Cover, Owner, State
from bot.ports import Author, Delivery, HandoffPhase, Inbound, InboundKind, Officer, Unit
from bot.store import SqlStore
from tests.store.kit import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    OTHER,
    SMS,
    TELEGRAM,
    lease,
    message,
    opened,
    requested,
    rows_by_table,
    state_of,
)

Prepare = Callable[[Unit], object]


def park(unit: Unit) -> None:
    unit.park(SMS, Inbound(SMS, "p", InboundKind.TEXT, "words", NOW, NOW), NOW)


def ledger(unit: Unit) -> None:
    conversation = unit.open(TELEGRAM, state_of(TELEGRAM), NOW)
    unit.remember(conversation.id, "1", inbound=True, now=NOW)


def session(unit: Unit) -> None:
    officer = unit.put_officer(Officer(0, "Ana", "Ana", "officer", ()))
    unit.open_session(b"hash", officer.id, NOW, NOW + 12 * HOUR)


@pytest.mark.rule("DATA-2", "DATA-3")
@pytest.mark.parametrize(
    ("prepare", "table", "life"),
    [
        pytest.param(lambda unit: unit.open(SMS, state_of(SMS), NOW), "conversation", DAY, id="session"),
        pytest.param(ledger, "ledger", 2 * DAY, id="message ids"),
        pytest.param(lambda unit: unit.status("SM1", "sent", None, NOW), "early_status", 2 * DAY, id="early status"),
        pytest.param(park, "parked", 15 * MINUTE, id="parked"),
        pytest.param(lambda unit: unit.set_stop(SMS, NOW + 395 * DAY), "stop_flag", 395 * DAY, id="stop flag"),
        pytest.param(session, "desk_session", 12 * HOUR, id="desk session"),
    ],
)
def test_life(store: SqlStore, prepare: Prepare, table: str, life: timedelta) -> None:
    """There a minute before the end, gone a minute after, and no key is left behind."""
    store.transact(prepare)
    store.transact(lambda unit: unit.purge(NOW + life - MINUTE))
    assert table in rows_by_table(store)
    store.transact(lambda unit: unit.purge(NOW + life + MINUTE))
    assert table not in rows_by_table(store)
    store.transact(lambda unit: unit.purge(NOW + life + 3 * DAY))
    assert "data_key" not in rows_by_table(store)


@pytest.mark.rule("DATA-2")
def test_guards_live_48_hours(store: SqlStore) -> None:
    """A provider's repetition within two days is known; after them the hash is gone."""
    store.transact(lambda unit: unit.claim("a", NOW))
    store.transact(lambda unit: unit.purge(NOW + 2 * DAY - MINUTE))
    assert not store.transact(lambda unit: unit.claim("a", NOW))
    store.transact(lambda unit: unit.purge(NOW + 2 * DAY + MINUTE))
    assert store.transact(lambda unit: unit.claim("a", NOW))


@pytest.mark.rule("DATA-2")
def test_parked_is_counted_when_it_is_too_late(store: SqlStore) -> None:
    """Within the gap limit it is given out, oldest first; after it only a count is left."""
    store.transact(park)
    ((parked_id, inbound),) = store.transact(lambda unit: unit.parked(NOW + 14 * MINUTE, 10))
    assert (inbound.text, inbound.address) == ("words", SMS)
    assert store.transact(lambda unit: unit.parked(NOW + 15 * MINUTE, 10)) == []
    assert store.transact(lambda unit: unit.gauges(NOW + MINUTE))["parked"] == 1
    assert store.transact(lambda unit: unit.gauges(NOW + MINUTE))["unanswered_oldest_seconds"] == 60
    store.transact(lambda unit: unit.purge(NOW + 15 * MINUTE))
    assert store.transact(lambda unit: unit.counts()) == [("dropped", "parked", 1)]
    store.transact(lambda unit: unit.unpark(parked_id))


def test_unparked_and_wiped(store: SqlStore) -> None:
    """What was handled, and what its person closed away, is not given out again."""
    store.transact(park)
    ((parked_id, _),) = store.transact(lambda unit: unit.parked(NOW, 10))
    store.transact(lambda unit: unit.unpark(parked_id))
    store.transact(park)
    assert store.transact(lambda unit: unit.wipe_parked(OTHER, NOW)) == 0
    assert store.transact(lambda unit: unit.wipe_parked(SMS, NOW)) == 1
    assert store.transact(lambda unit: unit.parked(NOW, 10)) == []


@pytest.mark.rule("SEND-5")
def test_late_text_of_the_bot_is_dropped(store: SqlStore) -> None:
    """Unsent text past its time goes, counted; what has no end stays."""
    conversation = opened(store)

    def queue(unit: Unit) -> None:
        unit.enqueue(conversation, message("late", drop_after=NOW + 15 * MINUTE), NOW)
        unit.enqueue(conversation, message("never too old"), NOW)

    store.transact(queue)
    later = NOW + 16 * MINUTE
    assert store.transact(lambda unit: unit.purge(later))["outbox"] == 1
    assert [row.outgoing.payload.text for row in lease(store, later)] == ["never too old"]
    assert store.transact(lambda unit: unit.counts()) == [("withheld", "SEND-5", 1)]


@pytest.mark.rule("DATA-3")
def test_life_counts_from_the_persons_last_message(store: SqlStore) -> None:
    """An officer's or the bot's writing does not lengthen a session; the person's does."""
    one, two = opened(store, SMS), opened(store, TELEGRAM)
    late = NOW + 20 * HOUR
    store.transact(lambda unit: unit.save(one, state_of(SMS, NOW), late))
    store.transact(lambda unit: unit.save(two, state_of(TELEGRAM, late), late, inbound_at=late))
    store.transact(lambda unit: unit.purge(NOW + 25 * HOUR))
    assert store.transact(lambda unit: unit.find(SMS)) is None
    found = store.transact(lambda unit: unit.find(TELEGRAM))
    assert found is not None
    assert (found.state, found.inbound_at) == (state_of(TELEGRAM, late), late)


@pytest.mark.rule("DATA-2")
def test_inbound_time_stays_until_the_next(store: SqlStore) -> None:
    """A save without a message keeps the time of the last one."""
    conversation = opened(store, OTHER)
    store.transact(lambda unit: unit.save(conversation, state_of(OTHER), NOW, inbound_at=NOW))
    store.transact(lambda unit: unit.save(conversation, state_of(OTHER, misses=1), NOW + MINUTE))
    found = store.transact(lambda unit: unit.load(conversation))
    assert found is not None
    assert (found.inbound_at, found.state.misses) == (NOW, 1)


@pytest.mark.rule("ABUSE-5")
def test_hits_of_the_last_minute(store: SqlStore) -> None:
    """Each message counts for a minute, for its own conversation, and the counter goes after an hour."""
    one, two = opened(store, SMS), opened(store, TELEGRAM)
    at = [NOW, NOW + MINUTE / 2, NOW + MINUTE, NOW + 10 * MINUTE]
    assert [store.transact(lambda unit, now=now: unit.hit(one, now)) for now in at] == [1, 2, 2, 1]  # type: ignore[misc]
    assert store.transact(lambda unit: unit.hit(two, NOW)) == 1
    assert meters(store) == 2
    store.transact(lambda unit: unit.purge(NOW + HOUR + MINUTE))
    assert meters(store) == 0


def meters(store: SqlStore) -> int:
    with store._engine.connect() as connection:
        return int(connection.exec_driver_sql("select count(meter) from conversation").scalar_one())


def held_state(owner: Owner = Owner.QUEUE, **values: object) -> State:
    return state_of(OTHER, owner=owner, knock_agreed=True, return_word="hash", pending="nrm/what", **values)


@pytest.mark.rule("DATA-3", "OPEN-7")
def test_open_handoff_outlives_the_session(store: SqlStore) -> None:
    """Friday 17:30 to Monday 09:05: the agreed request and the way back stay, place, trail, told and the check go."""
    friday = datetime.fromisoformat("2026-11-27T17:30:00+00:00")
    monday = datetime.fromisoformat("2026-11-30T09:05:00+00:00")
    conversation = opened(store, OTHER, friday)
    store.transact(lambda unit: unit.save(conversation, held_state(), friday, inbound_at=friday))
    handoff = requested(store, conversation, friday)
    for hour in range(1, 64):
        store.transact(lambda unit, hour=hour: unit.purge(friday + hour * HOUR))  # type: ignore[misc]
    found = store.transact(lambda unit: unit.find(OTHER))
    assert found is not None
    expected = replace(
        State(OTHER.channel, found.state.seed, lang="sq", lang_chosen=True, owner=Owner.QUEUE), knock_agreed=True
    )
    assert (found.state, found.inbound_at, found.handoff_id) == (expected, None, handoff.id)
    assert found.state.seed != 4242
    (waiting,) = store.transact(lambda unit: unit.queue(monday))
    assert waiting == handoff


@pytest.mark.rule("DATA-3")
def test_session_goes_when_its_handoff_ends(store: SqlStore) -> None:
    """Once the contact is over and its last words are out, the rest of the record goes at the next purge."""
    conversation = opened(store)
    handoff = requested(store, conversation)
    store.transact(lambda unit: unit.purge(NOW + 25 * HOUR))
    later = NOW + 26 * HOUR

    def end(unit: Unit) -> None:
        unit.move_handoff(handoff.id, HandoffPhase.WITHDRAWN, later)
        unit.enqueue(conversation, message("last words", drop_after=later + 15 * MINUTE), later)

    store.transact(end)
    store.transact(lambda unit: unit.purge(later))
    assert "conversation" in rows_by_table(store)
    store.transact(lambda unit: unit.purge(later + 16 * MINUTE))
    assert "conversation" not in rows_by_table(store)


@pytest.mark.rule("DATA-3", "CONT-1")
def test_request_expires(store: SqlStore) -> None:
    """After seven days an unanswered request ends, its content goes at once and the bot answers again."""
    conversation = opened(store, OTHER)
    store.transact(lambda unit: unit.save(conversation, held_state(), NOW, inbound_at=NOW))
    handoff = requested(store, conversation)
    last = NOW + 7 * DAY - HOUR
    store.transact(lambda unit: unit.save(conversation, held_state(last_seen=last), last, inbound_at=last))
    assert len(store.transact(lambda unit: unit.queue(NOW + 7 * DAY - MINUTE))) == 1
    assert store.transact(lambda unit: unit.queue(NOW + 7 * DAY)) == []
    store.transact(lambda unit: unit.purge(NOW + 7 * DAY))
    found, ended = store.transact(lambda unit: (unit.find(OTHER), unit.handoff(handoff.id)))
    assert found is not None
    assert (found.state.owner, found.state.knock_agreed, found.handoff_id) == (Owner.BOT, False, None)
    assert ended is not None
    assert (ended.phase, ended.agreed.message) == (HandoffPhase.EXPIRED, None)


@pytest.mark.rule("DATA-3")
def test_closed_handoff_lives_30_days(store: SqlStore) -> None:
    """Messages, notes and drafts of a talk go with it, 30 days after its end."""
    handoff = requested(store, opened(store))

    def talk(unit: Unit) -> None:
        officer = unit.put_officer(Officer(0, "Ana", "Ana", "officer", ()))
        unit.move_handoff(handoff.id, HandoffPhase.ACCEPTED, NOW, officer.id)
        unit.add_message(handoff.id, Author.NOTE, "a note", NOW)
        unit.set_draft(handoff.id, officer.id, "half a thought")
        unit.move_handoff(handoff.id, HandoffPhase.CLOSED, NOW)

    store.transact(talk)
    store.transact(lambda unit: unit.purge(NOW + 30 * DAY - MINUTE))
    assert len(store.transact(lambda unit: unit.messages(handoff.id))) == 1
    store.transact(lambda unit: unit.purge(NOW + 30 * DAY))
    assert rows_by_table(store) == {}


@pytest.mark.rule("HAND-4")
def test_withdrawn_before_it_was_opened(store: SqlStore) -> None:
    """Its content is gone at once; the empty row goes two days later."""
    handoff = requested(store, opened(store))
    store.transact(lambda unit: unit.add_message(handoff.id, Author.PERSON, "words", NOW, delivery=Delivery.SENT))
    store.transact(lambda unit: unit.move_handoff(handoff.id, HandoffPhase.WITHDRAWN, NOW))
    empty = store.transact(lambda unit: unit.handoff(handoff.id))
    assert empty is not None
    assert (empty.agreed.message, empty.conversation_id) == (None, None)
    assert store.transact(lambda unit: unit.messages(handoff.id)) == []
    store.transact(lambda unit: unit.purge(NOW + 2 * DAY))
    assert store.transact(lambda unit: unit.handoff(handoff.id)) is None


@pytest.mark.rule("OPEN-7", "DATA-3")
def test_reset_after_the_time_out(store: SqlStore) -> None:
    """A person who comes back before the purge starts anew; ids for removal stay, the handoff too."""
    conversation = opened(store, OTHER)
    handoff = requested(store, conversation)
    store.transact(lambda unit: unit.remember(conversation, "SM1", inbound=True, now=NOW))
    later = NOW + 25 * HOUR
    fresh = State(OTHER.channel, 9)

    def come_back(unit: Unit) -> None:
        found = unit.find(OTHER)
        assert found is not None
        unit.reset_expired(found, fresh, later)

    store.transact(come_back)
    found = store.transact(lambda unit: unit.find(OTHER))
    assert found is not None
    assert (found.state, found.handoff_id, found.inbound_at) == (fresh, handoff.id, None)
    assert store.transact(lambda unit: unit.remembered(conversation, later)) == ["SM1"]


@pytest.mark.rule("SEND-8")
def test_stop_outlives_the_session(store: SqlStore) -> None:
    """The flag is its own record: it holds without a conversation, until its end or START."""
    opened(store)
    store.transact(lambda unit: unit.set_stop(TELEGRAM, NOW + 395 * DAY))
    store.transact(lambda unit: unit.purge(NOW + 30 * DAY))
    assert store.transact(lambda unit: unit.find(TELEGRAM)) is None
    assert store.transact(lambda unit: unit.stopped(TELEGRAM, NOW + 394 * DAY))
    assert not store.transact(lambda unit: unit.stopped(TELEGRAM, NOW + 395 * DAY))
    assert not store.transact(lambda unit: unit.stopped(SMS, NOW))
    store.transact(lambda unit: unit.clear_stop(TELEGRAM))
    assert not store.transact(lambda unit: unit.stopped(TELEGRAM, NOW))


def test_cover_stays_through_the_strip(store: SqlStore) -> None:
    """A person who stopped and has an open request is still stopped after a day."""
    conversation = opened(store, OTHER)
    store.transact(lambda unit: unit.save(conversation, held_state(cover=Cover.STOPPED), NOW))
    requested(store, conversation)
    store.transact(lambda unit: unit.purge(NOW + 2 * DAY))
    found = store.transact(lambda unit: unit.find(OTHER))
    assert found is not None
    assert found.state.cover is Cover.STOPPED
