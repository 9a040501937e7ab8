"""Handoffs' everyday life, officers and sessions, settings, and the change of keys."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy

from bot.ports import Author, Delivery, HandoffPhase, Officer, Unit
from bot.store import KeyProblem, Keyring, SqlStore, open_store
from bot.store.base import StaleConversation
from tests.databases import KEYS
from tests.store.kit import AGREED, HOUR, MINUTE, NOW, OTHER, SMS, TELEGRAM, opened, requested, state_of

ANA = Officer(0, "Ana Smith", "Ana", "officer", ("en", "sq"), "argon2-hash", "BASE32SECRET", 5)


def add(store: SqlStore, officer: Officer = ANA) -> Officer:
    return store.transact(lambda unit: unit.put_officer(officer))


def test_a_handoff_from_request_to_end(store: SqlStore) -> None:
    """Queue, acceptance, messages oldest first, drafts, the knock, the end; the desk's marks grow at each change."""
    conversation, officer = opened(store), add(store)
    handoff = requested(store, conversation)
    assert (handoff.agreed, handoff.expires_at) == (AGREED, NOW + 7 * 24 * HOUR)
    assert store.transact(lambda unit: unit.queue(NOW)) == [handoff]
    marks = [store.transact(lambda unit: unit.marks())[handoff.id]]

    def step(work: object) -> None:
        store.transact(work)  # type: ignore[arg-type]
        marks.append(store.transact(lambda unit: unit.marks())[handoff.id])

    step(lambda unit: unit.move_handoff(handoff.id, HandoffPhase.ACCEPTED, NOW + MINUTE, officer.id))
    step(lambda unit: unit.add_message(handoff.id, Author.PERSON, "lone \ud800", NOW, danger=True))
    step(lambda unit: unit.add_message(handoff.id, Author.OFFICER, "two", NOW, delivery=Delivery.WAITING))
    step(lambda unit: unit.set_knocked(handoff.id, True))
    step(lambda unit: unit.bump(handoff.id))
    assert marks == sorted(set(marks))
    held = store.transact(lambda unit: unit.held(officer.id))
    accepted = replace(
        handoff, phase=HandoffPhase.ACCEPTED, officer_id=officer.id, accepted_at=NOW + MINUTE, knocked=True
    )
    assert (held, store.transact(lambda unit: unit.queue(NOW))) == ([accepted], [])
    first, second = store.transact(lambda unit: unit.messages(handoff.id))
    assert (first.author, first.text, first.danger, first.delivery) == (Author.PERSON, "lone \ud800", True, None)
    assert store.transact(lambda unit: unit.messages(handoff.id, after=first.id)) == [second]
    store.transact(lambda unit: unit.move_handoff(handoff.id, HandoffPhase.CLOSED, NOW + HOUR))
    assert store.transact(lambda unit: (unit.marks(), unit.held(officer.id))) == ({}, [])


def test_drafts_belong_to_one_officer(store: SqlStore) -> None:
    """A draft is kept, replaced, emptied, and never another officer's."""
    handoff, ana, ben = requested(store, opened(store)), add(store), add(store, replace(ANA, name="Ben"))
    for text in ("half", "half a thought"):
        store.transact(lambda unit, text=text: unit.set_draft(handoff.id, ana.id, text))  # type: ignore[misc]
    assert store.transact(lambda unit: unit.draft(handoff.id, ana.id)) == "half a thought"
    assert store.transact(lambda unit: unit.draft(handoff.id, ben.id)) == ""
    store.transact(lambda unit: unit.set_draft(handoff.id, ana.id, ""))
    assert store.transact(lambda unit: unit.draft(handoff.id, ana.id)) == ""


def test_one_open_handoff_at_a_time(store: SqlStore) -> None:
    """A second request is refused until the first has ended, also within one transaction."""
    conversation = opened(store)
    first = requested(store, conversation)
    with pytest.raises(ValueError, match="open handoff"):
        requested(store, conversation)

    def again(unit: Unit) -> None:
        unit.find(TELEGRAM)
        unit.move_handoff(first.id, HandoffPhase.WITHDRAWN, NOW)
        unit.request_handoff(conversation, AGREED, NOW, NOW + HOUR)

    store.transact(again)
    assert len(store.transact(lambda unit: unit.queue(NOW))) == 1


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(lambda unit: unit.save(1, state_of(SMS), NOW), id="save"),
        pytest.param(lambda unit: unit.add_message(1, Author.OFFICER, "x", NOW), id="message"),
        pytest.param(lambda unit: unit.move_handoff(1, HandoffPhase.CLOSED, NOW), id="move"),
    ],
)
def test_what_is_gone_is_said(store: SqlStore, work: object) -> None:
    """Working on an erased conversation or handoff fails and changes nothing."""
    with pytest.raises(StaleConversation):
        store.transact(work)  # type: ignore[arg-type]


def test_officers(store: SqlStore) -> None:
    """Names are found and unique without regard to case and spaces; secrets come back, and never print."""
    ana = add(store)
    assert ana == replace(ANA, id=ana.id)
    assert store.transact(lambda unit: unit.officer(name=" ana  SMITH")) == ana
    with pytest.raises(ValueError, match="exists"):
        add(store, replace(ANA, name="ANA smith"))
    changed = add(store, replace(ana, name="Ana Jones", role="lead", disabled=True))
    assert store.transact(lambda unit: unit.officers()) == [changed]
    assert "SECRET" not in repr(changed)
    assert "argon2" not in repr(changed)


def test_a_code_is_used_once(store: SqlStore) -> None:
    """A time step works once, and none before it any more."""
    ana = add(store)
    steps = [4, 5, 6, 6, 5, 7]
    used = [store.transact(lambda unit, step=step: unit.use_totp_step(ana.id, step)) for step in steps]  # type: ignore[misc]
    assert used == [False, False, True, False, False, True]


def test_desk_sessions(store: SqlStore) -> None:
    """A session lives while it is used, to its end, while its officer may work, until it is closed."""
    ana = add(store)

    def seen(token: bytes, minutes: int) -> bool:
        now = NOW + minutes * MINUTE
        return store.transact(lambda unit: unit.session_officer(token, now, 600)) is not None

    for token in (b"a", b"b", b"c"):
        store.transact(lambda unit, token=token: unit.open_session(token, ana.id, NOW, NOW + HOUR))  # type: ignore[misc]
    assert [seen(b"a", minutes) for minutes in (9, 18, 29, 18)] == [True, True, False, True]
    assert not seen(b"unknown", 1)
    store.transact(lambda unit: unit.close_session(b"b"))
    assert not seen(b"b", 1)
    assert [seen(b"c", minutes) for minutes in range(8, 64, 8)] == [True] * 7
    assert not seen(b"c", 60)
    add(store, replace(ana, disabled=True))
    assert not seen(b"c", 57)
    store.transact(lambda unit: unit.close_sessions_of(ana.id))
    add(store, replace(ana, disabled=False))
    assert not seen(b"c", 57)


def test_settings_counts_audit_trial(store: SqlStore) -> None:
    """Small facts are set, changed, added up and taken back."""

    def work(unit: Unit) -> None:
        for value in ("1", "2"):
            unit.put_setting("off", value)
        unit.put_setting("gone", "x")
        unit.put_setting("gone", None)
        unit.count("withheld", "OPEN-4")
        unit.count("withheld", "OPEN-4", 2)
        unit.audit(1, "claim", 7, NOW)
        unit.audit(None, "purge", None, NOW)
        for address in (SMS, SMS, OTHER):
            unit.add_trial_address(address, NOW)

    store.transact(work)
    assert store.transact(lambda unit: (unit.setting("off"), unit.setting("gone"))) == ("2", None)
    assert store.transact(lambda unit: unit.counts()) == [("withheld", "OPEN-4", 3)]
    assert store.transact(lambda unit: unit.audit_rows(9)) == [(NOW, None, "purge", None), (NOW, 1, "claim", 7)]
    assert set(store.transact(lambda unit: unit.trial_addresses())) == {SMS, OTHER}


def test_gauges(store: SqlStore) -> None:
    """Waiting requests are counted, the outbox has an age, nothing is 0."""
    assert set(store.transact(lambda unit: unit.gauges(NOW)).values()) == {0.0}
    conversation = opened(store)
    requested(store, conversation)
    from tests.store.kit import enqueue

    enqueue(store, conversation, "one")
    gauges = store.transact(lambda unit: unit.gauges(NOW + 2 * MINUTE))
    assert (gauges["handoffs_waiting"], gauges["outbox_oldest_seconds"]) == (1.0, 120.0)


NEW_KEYS = Keyring((("m2", b"N" * 32), *KEYS.keys), (("l2", b"K" * 32), *KEYS.lookup))


def filled(store: SqlStore) -> int:
    conversation = opened(store)

    def fill(unit: Unit) -> None:
        unit.claim("p", NOW)
        unit.set_stop(TELEGRAM, NOW + HOUR)
        unit.remember(conversation, "5", inbound=True, now=NOW)
        unit.put_officer(ANA)
        unit.add_trial_address(SMS, NOW)

    store.transact(fill)
    requested(store, conversation)
    return conversation


@pytest.mark.rule("DATA-6")
def test_master_key_rotation(store: SqlStore, folder: Path) -> None:
    """With the new key in front all opens; after re-wrapping the old master key is not needed any more."""
    filled(store)
    url = f"sqlite:///{folder / 'kept.db'}"
    both = open_store(url, NEW_KEYS)
    assert both.transact(lambda unit: unit.queue(NOW))[0].agreed == AGREED
    assert both.maintain(lambda unit: unit.rewrap()) == 5
    assert both.maintain(lambda unit: unit.rewrap()) == 0
    both.close()
    only_new = open_store(url, Keyring(NEW_KEYS.keys[:1], NEW_KEYS.lookup))
    found = only_new.transact(lambda unit: unit.find(TELEGRAM))
    assert found is not None
    assert only_new.transact(lambda unit: unit.remembered(found.id, NOW)) == ["5"]
    assert only_new.transact(lambda unit: unit.officers())[0].totp_secret == "BASE32SECRET"
    assert only_new.transact(lambda unit: unit.trial_addresses()) == [SMS]
    only_new.close()


@pytest.mark.rule("DATA-6")
def test_missing_master_key_is_named(store: SqlStore, folder: Path) -> None:
    """Without the key that the data needs, the message says which one and where it belongs."""
    filled(store)
    other = open_store(f"sqlite:///{folder / 'kept.db'}", Keyring(NEW_KEYS.keys[:1], KEYS.lookup))
    with pytest.raises(KeyProblem, match=r"'m1'.*OWNSTEPS_KEYS"):
        other.transact(lambda unit: unit.find(TELEGRAM))
    other.close()


@pytest.mark.rule("DATA-6", "SEND-5", "SEND-8")
def test_lookup_key_rotation(store: SqlStore, folder: Path) -> None:
    """A person, a stop flag, a duplicate and the ledger are found under an older lookup key, the person moves to the new."""
    conversation = filled(store)
    url = f"sqlite:///{folder / 'kept.db'}"
    both = open_store(url, NEW_KEYS)
    assert not both.transact(lambda unit: unit.claim("p", NOW))
    assert both.transact(lambda unit: unit.stopped(TELEGRAM, NOW))
    found = both.transact(lambda unit: unit.find(TELEGRAM))
    assert found is not None
    assert found.id == conversation
    assert both.transact(lambda unit: unit.remembered(conversation, NOW)) == ["5"]
    both.close()
    only_new = open_store(url, Keyring(NEW_KEYS.keys, NEW_KEYS.lookup[:1]))
    moved = only_new.transact(lambda unit: unit.find(TELEGRAM))
    assert moved is not None
    only_new.transact(lambda unit: unit.forget(moved.id, NOW))
    only_new.close()


@pytest.mark.rule("DATA-6")
def test_rows_cannot_be_swapped(store: SqlStore) -> None:
    """Somebody who can write the file can't put one person's state under another's name: the row is gone instead."""
    one, two = opened(store, TELEGRAM), opened(store, SMS)
    with store._engine.begin() as connection:
        connection.execute(
            sqlalchemy.text(
                "update conversation set state=(select state from conversation where id=:one), "
                "key_id=(select key_id from conversation where id=:one) where id=:two"
            ),
            {"one": one, "two": two},
        )
    assert store.transact(lambda unit: unit.find(SMS)) is None
    assert store.transact(lambda unit: unit.find(TELEGRAM)) is not None
