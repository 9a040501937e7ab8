"""Faults in what the product stands on: the database, a row of it, the engine, a provider. Quiet, whole, and it goes on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bot.engine.model import Channel
from bot.engine.state import Owner
from bot.ports import OutKind, SendError
from bot.service import receive
from bot.store import SqlStore
from bot.store.upkeep import SqlUnit
from tests.hostile.kit import tables
from tests.kit import MONDAY, PHONE, House, form, update

pytestmark = pytest.mark.rule("OPS-1")
CHANNELS = pytest.mark.parametrize("channel", list(Channel))
STEPS = ("claim", "find", "open", "setting", "hit", "count", "enqueue", "save")
"""What a turn does to the database, in its order."""


class Breaks:
    """A step of the database that fails `times`; with `after` it fails once its work was done."""

    def __init__(self, patch: pytest.MonkeyPatch, step: str, times: int) -> None:
        self.left = times
        real = getattr(SqlUnit, step)

        def broken(unit: SqlUnit, *given: object, **named: object) -> object:
            done = real(unit, *given, **named)
            if self.left > 0:
                self.left -= 1
                raise sqlite3.OperationalError("disk I/O error")
            return done

        patch.setattr(SqlUnit, step, broken)


def post(house: House, channel: Channel, number: int, text: str) -> int:
    """As the provider posts, and posts again: the same `number` is the same message."""
    number += 100 * (1 + list(Channel).index(channel))
    if channel is Channel.TELEGRAM:
        return house.post_update(update(number, text, house.now))
    return house.post_form(form(channel, number, text))


def drained(house: House) -> list[str]:
    house.product.dispatcher.drain()
    return house.phone.take()


@CHANNELS
@pytest.mark.parametrize("step", [one for one in STEPS if one not in ("hit", "count", "setting")])
def test_a_database_that_cannot_write_keeps_nothing_half(
    house: House, monkeypatch: pytest.MonkeyPatch, channel: Channel, step: str
) -> None:
    """503 and not one row more; the provider's next try is answered, once."""
    before = tables(house.folder)
    with monkeypatch.context() as patch:
        Breaks(patch, step, times=99)
        if step == "save":  # a first contact is parked without it
            assert post(house, channel, 1, "9") == 503
        else:
            assert post(house, channel, 1, "hello") == 503
    assert tables(house.folder) == before
    assert drained(house) == []
    assert post(house, channel, 1, "hello") == 200
    assert len(drained(house)) == 1


@CHANNELS
@pytest.mark.parametrize("step", STEPS)
def test_a_database_that_fails_once_gives_the_line_and_then_the_answer(
    house: House, monkeypatch: pytest.MonkeyPatch, channel: Channel, step: str
) -> None:
    """Wherever in the turn it fails: 200, one neutral line, nothing of the reply; a little later the whole reply."""
    house.says(channel, "hello", "1")
    house.wait(minutes=1)
    with monkeypatch.context() as patch:
        Breaks(patch, step if step != "open" else "find", times=1)
        [line] = house.send(channel, "housing")
    assert "not available" in line
    assert "999" in line
    house.wait(seconds=30)
    house.product.upkeep.tick()
    late = drained(house)
    assert late
    assert late == somebody_else(house, channel)


def somebody_else(house: House, channel: Channel) -> list[str]:
    """The reply to "housing" as another person gets it."""
    other = {"From": form(channel, 1, "")["From"].replace(PHONE, "+447700900999")}
    if channel is Channel.TELEGRAM:
        person = {"id": 5, "is_bot": False, "first_name": "x", "language_code": "en"}
        fields = {"chat": {"id": 5, "type": "private"}, "from": person}
        return [house.send(channel, text, **fields) for text in ("hello", "1", "housing")][-1]
    return [house.send(channel, text, **other) for text in ("hello", "1", "housing")][-1]


def test_a_database_file_that_is_gone_is_said_and_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readiness says no, webhooks 503, the loops go on; once it is back all is well again."""
    house = House(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(SqlStore, "transact", lambda *_: fail())
        assert [post(house, channel, 1, "hello") for channel in Channel] == [503] * 3
        assert house.client.get("/readyz").status_code == 503
        assert house.client.get("/healthz").status_code == 200
        assert house.client.get("/metrics").data == b""
    assert house.client.get("/readyz").status_code == 200
    assert [post(house, channel, 1, "hello") for channel in Channel] == [200] * 3
    assert len(drained(house)) == 3
    house.close()


def fail() -> None:
    raise sqlite3.OperationalError("unable to open database file")


DAMAGED = {"state": "conversation", "address": "conversation", "meter": "conversation", "body": "outbox"}


def damage(folder: Path, column: str) -> None:
    """Another program, or a disk, changed the bytes."""
    with sqlite3.connect(f"{folder}/house.db") as raw:
        changed = f'update "{DAMAGED[column]}" set "{column}" = x\'01ffffffffffffffffffffffffffffffffffffffffff\''
        assert raw.execute(changed).rowcount


@CHANNELS
@pytest.mark.parametrize("column", ["state", "address", "meter"])
def test_a_damaged_row_locks_nobody_out(house: House, channel: Channel, column: str) -> None:
    """The person whose row it was is answered as somebody new: the neutral check, and then content again."""
    first = house.send(channel, "hello")
    house.says(channel, "1", "housing")
    damage(house.folder, column)
    again = house.send(channel, "hello")
    assert again
    if column != "meter":
        assert again == first
    assert house.says(channel, "1", "housing")


def test_a_damaged_row_holds_up_nobody_elses_erasure(house: House) -> None:
    """Two days later both are gone, the damaged row and the good one."""
    house.says(Channel.SMS, "hello")
    damage(house.folder, "state")
    house.says(Channel.WHATSAPP, "hello")
    house.wait(days=2, minutes=1)
    house.product.upkeep.tick()
    left = tables(house.folder)
    assert (left["conversation"], left["outbox"], left["data_key"]) == ([], [], [])


def test_a_damaged_message_stops_no_other(house: House) -> None:
    """What does not open is not sent; the next reply is."""
    post(house, Channel.SMS, 1, "hello")
    damage(house.folder, "body")
    assert drained(house) == []
    assert house.send(Channel.SMS, "hello")


def test_a_key_that_is_not_the_right_one_erases_nobody(house: House) -> None:
    """An operator's mistake is answered with 503, and mended without loss."""
    house.says(Channel.SMS, "hello", "1")
    before = tables(house.folder)["conversation"]
    wrapped = change_keys(house, None)
    assert house.post(Channel.SMS, "housing") == 503
    assert tables(house.folder)["conversation"] == before
    change_keys(house, wrapped)
    assert len(house.send(Channel.SMS, "housing")) >= 1


def change_keys(house: House, wrapped: bytes | None) -> bytes:
    """Puts another wrapped key where the conversation's was; the one that was there."""
    with sqlite3.connect(f"{house.folder}/house.db") as raw:
        query = "select id, wrapped from data_key where id in (select key_id from conversation)"
        key_id, old = raw.execute(query).fetchone()
        raw.execute("update data_key set wrapped = ? where id = ?", (wrapped or old[:-1] + b"\0", key_id))
        return bytes(old)


# --- the provider


@CHANNELS
def test_a_provider_that_is_down_delays_and_loses_nothing(house: House, channel: Channel) -> None:
    """Five refusals, then all parts of all replies, in their order."""
    house.says(channel, "hello", "1")
    house.wait(minutes=1)
    post(house, channel, 50, "housing")
    house.phone.fails = [SendError("network", retryable=True)] * 5
    sent: list[str] = []
    for _ in range(6):
        sent += drained(house)
        house.wait(seconds=100)
    assert sent == somebody_else(house, channel)


@pytest.mark.rule("SEND-5")
@CHANNELS
def test_an_answer_that_never_came_gives_two_copies_at_most(house: House, channel: Channel) -> None:
    """The provider may have it: the bot's text is tried once more and never a third time; the next message is fine."""
    house.phone.fails = [SendError("timeout", retryable=True, unknown=True)] * 2
    post(house, channel, 1, "hello")
    for _ in range(5):
        house.product.dispatcher.drain()
        house.wait(seconds=60)
    assert (house.phone.fails, house.phone.take()) == ([], [])
    assert house.send(channel, "hello")


@CHANNELS
def test_a_sender_with_a_fault_stops_no_other_channel(
    house: House, monkeypatch: pytest.MonkeyPatch, channel: Channel
) -> None:
    """An error of our own in one adapter: the others go on, and after the lease so does this one."""
    real = house.phone.send

    def broken(address: object, outgoing: object) -> object:
        if getattr(address, "channel", None) is channel:
            raise RuntimeError("a fault of ours")
        return real(address, outgoing)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(house.phone, "send", broken)
        for one in Channel:
            post(house, one, 1, "hello")
        house.product.dispatcher.drain()
        assert {address.channel for address, _ in house.phone.sent} == set(Channel) - {channel}
        house.phone.take()
    house.wait(seconds=61)
    assert len(drained(house)) == 1


# --- the engine


@pytest.mark.rule("HAND-8")
def test_a_fault_with_an_officer_there_loses_no_word(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message is kept, and reaches the officer once the fault is gone."""
    from bot.ports import Officer
    from bot.service import desk

    house.says(Channel.SMS, "hello", "1", "8", "1", "7", "1")
    officer = house.product.store.transact(
        lambda unit: unit.put_officer(Officer(0, "Sam", "Sam", "officer", ("en",), "x", "A" * 32))
    )
    [waiting] = house.product.store.transact(lambda unit: unit.queue(MONDAY))
    desk.claim(house.product.context, officer, waiting.id)
    with monkeypatch.context() as patch:
        patch.setattr(receive, "step", lambda *_: 1 / 0)
        house.send(Channel.SMS, "words for Sam")
    house.wait(seconds=30)
    house.product.upkeep.tick()
    said = [one.text for one in desk.conversation(house.product.context, officer, waiting.id).messages]
    assert said.count("words for Sam") == 1
    state = house.state(Channel.SMS)
    assert state is not None
    assert state.owner is Owner.OFFICER


def test_no_fault_removes_anything(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing turn asks for no removal on the phone."""
    house.says(Channel.TELEGRAM, "hello", "1")
    monkeypatch.setattr(receive, "step", lambda *_: 1 / 0)
    house.post(Channel.TELEGRAM, "housing")
    house.product.dispatcher.drain()
    assert OutKind.REMOVE not in [one.kind for _, one in house.phone.sent]
