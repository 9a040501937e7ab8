"""Delete means us (HIDE-7), and nothing readable is ever in the files (DATA-6)."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.model import Gate
from bot.ports import (
    Address,
    Author,
    Delivery,
    HandoffPhase,
    Inbound,
    InboundKind,
    Officer,
    Outgoing,
    OutKind,
    Payload,
    Receipt,
    Unit,
)
from bot.store import SqlStore
from tests.databases import KEYS
from tests.store.kit import (
    HOUR,
    MINUTE,
    NOW,
    SMS,
    TELEGRAM,
    lease,
    message,
    opened,
    raw_bytes,
    requested,
    rows_by_table,
    send_all,
)

WORDS = ["unmistakable-reply", "unmistakable-inbound", "unmistakable-note", "unmistakable-draft", "my own words here"]
REPORT = Outgoing(OutKind.MESSAGE, Gate.COVER, Payload("unmistakable-report"), made_at=NOW)


def scripted(store: SqlStore, address: Address) -> int:
    """A conversation that leaves something in every table that a person can touch."""
    conversation = opened(store, address)
    handoff = requested(store, conversation)

    def talk(unit: Unit) -> None:
        officer = unit.put_officer(Officer(0, f"Ana {address.channel}", "Ana", "officer", ("en",), "hash", "SECRET"))
        unit.claim("provider-1", NOW)
        unit.remember(conversation, "inbound-id-1", inbound=True, now=NOW)
        unit.enqueue(conversation, message("unmistakable-reply"), NOW)
        unit.enqueue(conversation, message("unmistakable-reply, second"), NOW)
        unit.move_handoff(handoff.id, HandoffPhase.ACCEPTED, NOW, officer.id)
        waiting = unit.add_message(handoff.id, Author.OFFICER, "unmistakable-note", NOW, delivery=Delivery.WAITING)
        unit.enqueue(conversation, message("unmistakable-note", officer_message_id=waiting), NOW)
        unit.add_message(handoff.id, Author.PERSON, "unmistakable-inbound", NOW, danger=True)
        unit.set_draft(handoff.id, officer.id, "unmistakable-draft")
        unit.hit(conversation, NOW)
        unit.set_stop(address, NOW + 395 * 24 * HOUR)
        unit.park(address, parked_inbound(address), NOW)
        unit.save(conversation, unit.load(conversation).state, NOW, inbound_at=NOW)  # type: ignore[union-attr]

    store.transact(talk)
    (row,) = lease(store)
    store.transact(lambda unit: unit.sent(row, Receipt("outbound-id-2", "sent"), NOW))
    return conversation


def parked_inbound(address: Address) -> Inbound:
    return Inbound(address, "provider-2", InboundKind.TEXT, "unmistakable-inbound", NOW, NOW, "inbound-id-3")


def markers(address: Address) -> list[bytes]:
    ids = ["inbound-id-1", "outbound-id-2", "inbound-id-3", "provider-1", "provider-2"]
    clear = [*WORDS, *ids, address.identifier, address.identifier[-9:], "housing/what", "SECRET"]
    hashes = [
        KEYS.hash(label, address.key) for label in ("conversation", "stop_flag", "handoff", "parked", "ledger owner")
    ]
    return [one.encode() for one in clear] + hashes


@pytest.mark.rule("DATA-2", "DATA-6")
@pytest.mark.parametrize("address", [TELEGRAM, SMS], ids=["telegram", "sms"])
def test_nothing_readable_in_the_files(store: SqlStore, folder: Path, address: Address) -> None:
    """No address, word or provider id of a conversation stands in any byte of the database's files."""
    scripted(store, address)
    raw = raw_bytes(folder)
    assert [one for one in markers(address) if one in raw and len(one) != 32] == []
    assert re.search(rb"\+447700900\d{3}", raw) is None


@pytest.mark.rule("HIDE-7", "DATA-6")
@pytest.mark.parametrize("address", [TELEGRAM, SMS], ids=["telegram", "sms"])
def test_forget_leaves_nothing(store: SqlStore, folder: Path, address: Address) -> None:
    """After delete only the sealed job is left, with no hash of the person; after it, nothing at all."""
    conversation = scripted(store, address)
    wrapped = wrapped_keys(store)
    store.transact(lambda unit: unit.forget(conversation, NOW, report=REPORT))
    assert store.transact(lambda unit: unit.purge(NOW))["keys"] > 0
    store.compact()
    assert set(rows_by_table(store)) == {"data_key", "erasure_job", "outbox"}
    raw = raw_bytes(folder)
    assert [one for one in [*markers(address), *wrapped] if one in raw] == []
    send_all(store)
    store.compact()
    assert rows_by_table(store) == {}
    assert not store.transact(lambda unit: unit.stopped(address, NOW))
    assert store.transact(lambda unit: unit.find(address)) is None


def wrapped_keys(store: SqlStore) -> list[bytes]:
    from sqlalchemy import select

    from bot.store.tables import data_key

    with store._engine.connect() as connection:
        return list(connection.execute(select(data_key.c.wrapped)).scalars())


@pytest.mark.rule("HIDE-7")
def test_redelivery_after_delete_starts_nothing(store: SqlStore) -> None:
    """The duplicate guard has no person in it and outlives the delete."""
    conversation = scripted(store, TELEGRAM)
    store.transact(lambda unit: unit.forget(conversation, NOW))
    assert not store.transact(lambda unit: unit.claim("provider-1", NOW + HOUR))


def remembering(store: SqlStore, address: Address, count: int) -> int:
    conversation = opened(store, address)

    def note(unit: Unit) -> None:
        for number in range(count):
            at = NOW - timedelta(seconds=count - number)
            unit.remember(conversation, str(1000 + number), inbound=True, now=at)

    store.transact(note)
    return conversation


@pytest.mark.rule("HIDE-5", "HIDE-7")
def test_job_on_telegram(store: SqlStore) -> None:
    """Removals go first, newest first, at most 100 at a time; then the report; a failure does not stop the rest."""
    conversation = remembering(store, TELEGRAM, 130)
    store.transact(lambda unit: unit.forget(conversation, NOW, report=REPORT))
    (first,) = lease(store)
    assert (first.conversation_id, first.address) == (None, TELEGRAM)
    assert first.outgoing.refs == tuple(str(1000 + number) for number in range(129, 29, -1))
    store.transact(lambda unit: unit.give_up(first, "400", NOW))
    (second,) = lease(store)
    assert len(second.outgoing.refs) == 30
    store.transact(lambda unit: unit.sent(second, Receipt(None, "sent"), NOW))
    (last,) = lease(store)
    assert last.outgoing == REPORT
    store.transact(lambda unit: unit.sent(last, Receipt("2000", "sent"), NOW))
    assert rows_by_table(store) == {}


@pytest.mark.rule("HIDE-7", "DATA-5")
def test_job_at_twilio(store: SqlStore) -> None:
    """The report does not wait for deletions, one that is "not complete" is retried, the report's own copy goes too."""
    conversation = remembering(store, SMS, 2)
    store.transact(lambda unit: unit.forget(conversation, NOW, report=REPORT))
    rows = {row.outgoing.refs: row for row in lease(store)}
    assert set(rows) == {(), ("1000",), ("1001",)}
    store.transact(lambda unit: unit.retry(rows["1000",], NOW + MINUTE, "20009"))
    store.transact(lambda unit: unit.sent(rows["1001",], Receipt(None, "sent"), NOW))
    store.transact(lambda unit: unit.sent(rows[()], Receipt("SM9", "queued"), NOW))
    assert {row.outgoing.refs for row in lease(store, NOW + MINUTE)} == {("1000",), ("SM9",)}


@pytest.mark.rule("HIDE-7")
def test_job_ends_after_48_hours(store: SqlStore) -> None:
    """What could not be erased at the provider in 48 hours is not tried or known any more."""
    conversation = remembering(store, SMS, 2)
    store.transact(lambda unit: unit.forget(conversation, NOW))
    store.transact(lambda unit: unit.purge(NOW + 48 * HOUR - MINUTE))
    assert "erasure_job" in rows_by_table(store)
    store.transact(lambda unit: unit.purge(NOW + 48 * HOUR))
    assert rows_by_table(store) == {}


@pytest.mark.rule("HIDE-7")
def test_sent_in_the_moment_of_delete(store: SqlStore) -> None:
    """A message that the provider took while the person deleted is removed by a job of its own."""
    conversation = opened(store)
    store.transact(lambda unit: unit.enqueue(conversation, message(), NOW))
    (row,) = lease(store)
    store.transact(lambda unit: unit.forget(conversation, NOW))
    assert not store.transact(lambda unit: unit.still_leased(row, NOW))
    store.transact(lambda unit: unit.sent(row, Receipt("55", "sent"), NOW))
    (removal,) = lease(store)
    assert (removal.conversation_id, removal.outgoing.refs) == (None, ("55",))


@pytest.mark.rule("HIDE-7")
def test_queued_removals_survive_a_delete(store: SqlStore) -> None:
    """A removal that was asked for before, and is not done, becomes part of the job."""
    conversation = opened(store)
    removal = Outgoing(OutKind.REMOVE, Gate.COVER, refs=("41", "40"))
    store.transact(lambda unit: unit.enqueue(conversation, removal, NOW))
    store.transact(lambda unit: unit.forget(conversation, NOW))
    assert [row.outgoing.refs for row in lease(store)] == [("41", "40")]


@pytest.mark.rule("HIDE-7")
def test_forget_finds_closed_handoffs_of_earlier_sessions(store: SqlStore) -> None:
    """A talk that was closed two days ago is erased too, although its session is long over."""
    conversation = opened(store)
    handoff = requested(store, conversation)
    store.transact(lambda unit: unit.put_officer(Officer(0, "Ana", "Ana", "officer", ())))
    store.transact(lambda unit: unit.move_handoff(handoff.id, HandoffPhase.ACCEPTED, NOW, 1))
    store.transact(lambda unit: unit.move_handoff(handoff.id, HandoffPhase.CLOSED, NOW))
    later = NOW + 49 * HOUR
    store.transact(lambda unit: unit.purge(later))
    assert store.transact(lambda unit: unit.find(TELEGRAM)) is None
    assert store.transact(lambda unit: unit.handoff(handoff.id)) is not None
    again = opened(store, TELEGRAM, later)
    store.transact(lambda unit: unit.forget(again, later))
    assert store.transact(lambda unit: unit.handoff(handoff.id)) is None


@pytest.mark.rule("HIDE-7")
def test_destroyed_keys_are_listed(store: SqlStore) -> None:
    """Backups are told which keys are gone, for longer than a backup lives."""
    conversation = scripted(store, TELEGRAM)
    store.transact(lambda unit: unit.forget(conversation, NOW))
    assert destroyed(store) >= 4
    store.transact(lambda unit: unit.purge(NOW + 31 * 24 * HOUR))
    assert destroyed(store) >= 4
    store.transact(lambda unit: unit.purge(NOW + 80 * 24 * HOUR))
    assert destroyed(store) == 0


def destroyed(store: SqlStore) -> int:
    from sqlalchemy import func, select

    from bot.store.tables import destroyed_key

    with store._engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(destroyed_key)).scalar_one())
