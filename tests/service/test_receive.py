"""The service through its webhooks: one effect a message, the gates at send time, parking, forgetting, the stages."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.engine.model import Channel
from bot.engine.state import Cover, Owner
from bot.ports import Address, InboundKind, OutKind, SendError
from bot.service import receive, trial
from bot.service.context import OFF
from bot.settings import Stage
from tests.kit import CHAT, PHONE, SID, House, form, update

CHANNELS = pytest.mark.parametrize("channel", list(Channel))


@CHANNELS
@pytest.mark.rule("OPEN-1")
def test_a_message_gets_the_check_and_a_yes_the_menu(house: House, channel: Channel) -> None:
    """The whole way: webhook, turn, outbox, sender."""
    assert "automatic" in house.send(channel, "hello")[0]
    assert "language" in house.send(channel, "1")[0]
    assert house.send(channel, "English")
    state = house.state(channel)
    assert state is not None
    assert state.here is not None
    assert state.here.node == house.product.pack.bundle.menu


@CHANNELS
@pytest.mark.rule("SEND-5")
def test_fifty_copies_of_one_webhook_have_one_effect(house: House, channel: Channel) -> None:
    """All at once, over threads: every copy is answered 200 and one reply goes out."""
    start = threading.Barrier(8)

    def post(number: int) -> int:
        client = house.app.test_client()
        if number < 8:
            start.wait()
        copy = House.__new__(House)
        copy.client = client
        if channel is Channel.TELEGRAM:
            return copy.post_update(update(1, "hello", house.now))
        return copy.post_form(form(channel, 1, "hello"))

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(post, range(50))) == {200}
    house.product.dispatcher.drain()
    assert len(house.phone.texts) == 1


@pytest.mark.rule("HIDE-2")
def test_what_was_queued_before_closing_is_not_sent_after_it(house: House) -> None:
    """Three messages wait for the provider; after 9 only the one line goes."""
    house.says(Channel.SMS, "hello", "1")
    for word in ("1", "00", "2"):
        house.post(Channel.SMS, word)
    house.post(Channel.SMS, "9")
    house.product.dispatcher.drain()
    assert house.phone.take() == ["OK. This line is closed now."]


@pytest.mark.rule("SEND-5", "SEND-10")
def test_an_outage_of_an_hour_sends_nothing_late(house: House) -> None:
    """Content that the provider did not take in its sitting is withheld, and counted by its rule."""
    house.says(Channel.SMS, "hello", "1")
    house.phone.fails = [SendError("down", retryable=True)] * 3
    house.post(Channel.SMS, "1")
    house.product.dispatcher.drain()
    house.wait(hours=1)
    house.product.dispatcher.drain()
    assert house.phone.take() == []
    counts = house.product.door.counts()
    assert any(name == "withheld" and rule == "SEND-5" for name, rule, _ in counts)


def test_a_failed_send_is_tried_again_in_order(house: House) -> None:
    """After a passing failure all parts arrive, in their order."""
    house.says(Channel.SMS, "hello")
    house.phone.fails = [SendError("503", retryable=True)]
    house.post(Channel.SMS, "1")
    house.product.dispatcher.drain()
    first = house.phone.take()
    house.wait(seconds=10)
    house.product.dispatcher.drain()
    assert [*first, *house.phone.take()] == menu_of_another(house)


def menu_of_another(house: House) -> list[str]:
    """The menu as it is shown to somebody else who says yes."""
    assert house.send(Channel.SMS, "hello", From="+447700900999")
    return house.send(Channel.SMS, "1", From="+447700900999")


@pytest.mark.rule("SEND-1")
@CHANNELS
def test_the_chat_never_writes_first(house: House, channel: Channel) -> None:
    """Seven days of clock and upkeep without a message: nothing goes out."""
    house.says(channel, "hello", "1", "8")
    for _ in range(7 * 24):
        house.wait(hours=1)
        house.product.upkeep.tick()
        house.product.dispatcher.drain()
    assert house.phone.take() == []


@pytest.mark.rule("OPEN-7", "DATA-3")
def test_after_a_day_the_person_is_a_stranger(house: House) -> None:
    """The reply after the time-out is the one that a new person gets."""
    first = house.send(Channel.SMS, "hello")
    house.says(Channel.SMS, "1", "2")
    house.wait(hours=24, minutes=2)
    assert house.send(Channel.SMS, "hello") == first


@pytest.mark.rule("HIDE-7", "HIDE-6")
@CHANNELS
def test_delete_leaves_no_trace_in_the_files(house: House, channel: Channel) -> None:
    """After delete, with its report sent and upkeep run, the raw database files hold nothing of the person."""
    house.says(channel, "hello", "1", "delete")
    report = house.send(channel, "1")
    assert len(report) == 1
    house.wait(minutes=2)
    house.product.dispatcher.drain()
    house.product.upkeep.tick()
    house.product.store.compact()
    assert house.state(channel) is None
    raw = b"".join(path.read_bytes() for path in Path(house.folder).glob("house.db*"))
    assert PHONE.encode() not in raw
    assert CHAT.encode() not in raw


@pytest.mark.rule("HIDE-7")
def test_a_redelivered_webhook_after_delete_starts_nothing(house: House) -> None:
    """The duplicate guard has no person in it and outlives them."""
    house.says(Channel.SMS, "hello", "1", "delete", "1")
    assert house.post_form(form(Channel.SMS, 1, "hello")) == 200
    house.product.dispatcher.drain()
    assert house.phone.take() == []
    assert house.state(Channel.SMS) is None


@pytest.mark.rule("HIDE-5")
def test_closing_on_telegram_removes_the_sitting(house: House) -> None:
    """The ids of both sides are asked to be deleted, before the cover line."""
    house.says(Channel.TELEGRAM, "hello", "1")
    house.post(Channel.TELEGRAM, "9")
    house.product.dispatcher.drain()
    kinds = [one.kind for _, one in house.phone.sent]
    assert kinds.index(OutKind.REMOVE) < kinds.index(OutKind.MESSAGE)
    [removed] = [one for _, one in house.phone.sent if one.kind is OutKind.REMOVE]
    assert len(removed.refs) >= 5


@pytest.mark.rule("SEND-8")
def test_a_provider_stop_is_answered_with_nothing_and_kept(house: House) -> None:
    """Twilio has acted on STOP: no reply, and our own flag refuses later sends."""
    house.says(Channel.SMS, "hello", "1")
    assert house.send(Channel.SMS, "STOP", OptOutType="STOP") == []
    state = house.state(Channel.SMS)
    assert state is not None
    assert state.cover is Cover.STOPPED


@pytest.mark.rule("SEND-8")
def test_the_stop_flag_outlives_the_session(house: House) -> None:
    """Two days later a new message of the person reopens, to the check."""
    house.says(Channel.TELEGRAM, "hello", "1", "stop")
    house.wait(days=2)
    house.product.upkeep.tick()
    assert house.product.store.transact(lambda unit: unit.stopped(Address(Channel.TELEGRAM, CHAT), house.now))
    assert "good time" in house.send(Channel.TELEGRAM, "hello")[0]
    assert not house.product.store.transact(lambda unit: unit.stopped(Address(Channel.TELEGRAM, CHAT), house.now))


@pytest.mark.rule("OPS-1")
def test_a_fault_of_ours_parks_the_message_and_says_the_safe_line(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The neutral line goes out; the message is handled later, once the fault is gone."""
    house.says(Channel.SMS, "hello", "1")
    with monkeypatch.context() as patch:
        patch.setattr(receive, "step", lambda *_: 1 / 0)
        [line] = house.send(Channel.SMS, "6")
    assert "not available" in line
    house.wait(seconds=30)
    house.product.upkeep.tick()
    house.product.dispatcher.drain()
    assert house.phone.take()


@pytest.mark.rule("OPS-1", "HIDE-1", "EMER-1", "SEND-8")
@pytest.mark.parametrize(
    ("words", "cover", "said"),
    [
        ("9", Cover.HIDDEN, "OK. This line is closed now."),
        ("stop", Cover.STOPPED, "OK. No more messages come from here. A new message from you opens this line again."),
        ("he has a knife help me", Cover.OPEN, "In an emergency in the UK, 999 is free."),
    ],
)
def test_the_safety_words_work_without_the_engine(
    house: House, monkeypatch: pytest.MonkeyPatch, words: str, cover: Cover, said: str
) -> None:
    """Close, stop and danger are honoured where the turn itself failed."""
    house.says(Channel.TELEGRAM, "hello", "1")
    monkeypatch.setattr(receive, "step", lambda *_: 1 / 0)
    assert said in house.send(Channel.TELEGRAM, words)
    state = house.state(Channel.TELEGRAM)
    assert state is not None
    assert state.cover is cover


@pytest.mark.rule("OPS-2")
def test_the_off_switch_stops_all_but_the_emergency_text(house: House) -> None:
    """Nothing is sent while it is off, and what was due meanwhile is not sent late."""
    house.product.store.transact(lambda unit: unit.put_setting(OFF, "yes"))
    assert house.says(Channel.SMS, "hello") == []
    assert any("999" in one for one in house.send(Channel.SMS, "he has a knife help me"))
    house.product.store.transact(lambda unit: unit.put_setting(OFF, None))
    house.product.dispatcher.drain()
    assert house.phone.take() == []


@pytest.mark.rule("SEND-2")
def test_whatsapp_gets_nothing_after_24_hours_of_silence(house: House) -> None:
    """The window is a clock, read in the moment of sending."""
    house.says(Channel.WHATSAPP, "hello", "1")
    house.phone.fails = [SendError("down", retryable=True)]
    house.post(Channel.WHATSAPP, "he has a knife help me")
    house.product.dispatcher.drain()
    house.wait(hours=24)
    house.product.dispatcher.drain()
    assert house.phone.take() == []


@pytest.mark.rule("ABUSE-5")
def test_a_flood_is_answered_once_and_help_still_works(house: House) -> None:
    """The limit says so once; danger and closing are never slowed."""
    house.says(Channel.SMS, "hello", "1")
    said = [one for _ in range(60) for one in house.send(Channel.SMS, "menu")]
    assert sum("Many messages" in one for one in said) == 1
    assert any("999" in one for one in house.send(Channel.SMS, "he has a knife help me"))
    assert house.send(Channel.SMS, "9") == ["OK. This line is closed now."]


def trial_house(folder: Path) -> House:
    return House(folder, stage=Stage.TRIAL, trial_addresses=(Address(Channel.SMS, PHONE),))


@pytest.mark.rule("OPS-3")
def test_trial_answers_only_the_list_and_marks_the_check(tmp_path: Path) -> None:
    """Somebody else gets nothing and leaves no row; a listed account's check carries the word test."""
    house = trial_house(tmp_path)
    assert "test" in house.send(Channel.SMS, "hello")[0].lower()
    assert house.send(Channel.TELEGRAM, "hello") == []
    assert house.state(Channel.TELEGRAM) is None
    house.close()


@pytest.mark.rule("OPS-3")
@pytest.mark.parametrize("form_of", ["{code}", "/start {code}"])
def test_a_trial_code_puts_its_sender_on_the_list(tmp_path: Path, form_of: str) -> None:
    """Within ten minutes, once; after that the sender is answered."""
    house = trial_house(tmp_path)
    code = trial.new_code(house.product.context, house.now)
    assert house.send(Channel.TELEGRAM, form_of.format(code=code))
    house.close()


@pytest.mark.rule("OPS-3")
def test_an_old_or_wrong_trial_code_joins_nobody(tmp_path: Path) -> None:
    """Eleven minutes are too late."""
    house = trial_house(tmp_path)
    code = trial.new_code(house.product.context, house.now)
    house.wait(minutes=11)
    assert house.send(Channel.TELEGRAM, code) == []
    assert house.send(Channel.TELEGRAM, "AAAAAAAA") == []
    house.close()


def test_blocking_the_bot_empties_the_queue(house: House) -> None:
    """Nothing waits for somebody who cannot be reached."""
    house.says(Channel.TELEGRAM, "hello")
    house.post(Channel.TELEGRAM, "1")
    person = {"id": int(CHAT), "is_bot": False, "first_name": "Mar"}
    bot = {"id": 1, "is_bot": True, "first_name": "b"}
    member = {
        "chat": {"id": int(CHAT), "type": "private"},
        "from": person,
        "date": int(house.now.timestamp()),
        "old_chat_member": {"status": "member", "user": bot},
        "new_chat_member": {"status": "kicked", "user": bot, "until_date": 0},
    }
    assert house.post_update({"update_id": 9000, "my_chat_member": member}) == 200
    house.product.dispatcher.drain()
    assert house.phone.take() == []


def test_a_person_who_cannot_be_reached_is_not_tried_again(house: House) -> None:
    """A refusal for good empties the queue."""
    house.phone.fails = [SendError("21610", retryable=False, gone=True)]
    assert house.send(Channel.SMS, "hello") == []
    house.wait(hours=1)
    house.product.dispatcher.drain()
    assert house.phone.take() == []


@pytest.mark.rule("DATA-5")
def test_twilios_copies_are_deleted_both_ways(tmp_path: Path) -> None:
    """An inbound copy at once, an outgoing one on its final status."""
    house = House(tmp_path)
    house.product.context.__dict__["redaction"] = "delete"
    house.post(Channel.SMS, "hello")
    house.product.dispatcher.drain()
    removed = [one.refs for _, one in house.phone.sent if one.kind is OutKind.REMOVE]
    assert removed == [(f"SM{1:032d}",)]
    [sid] = [f"SM{n:032d}" for n, (_, one) in enumerate(house.phone.sent, 1) if one.kind is OutKind.MESSAGE]
    house.phone.sent.clear()
    fields = {"MessageSid": sid, "MessageStatus": "delivered", "AccountSid": SID, "To": PHONE}
    assert house.post_form(fields, "/webhooks/twilio/status") == 200
    house.product.dispatcher.drain()
    assert [one.refs for _, one in house.phone.sent if one.kind is OutKind.REMOVE] == [(sid,)]
    house.close()


@pytest.mark.rule("DATA-2", "CARE-4")
def test_what_somebody_wrote_is_nowhere_in_the_files(house: House) -> None:
    """Free text is read, classified and dropped in memory."""
    marker = "zebrawoods"
    house.says(Channel.SMS, "hello", "1", f"my secret {marker} story", f"{marker}", "00")
    raw = b"".join(path.read_bytes() for path in Path(house.folder).glob("house.db*"))
    assert marker.encode() not in raw


def test_the_request_goes_to_the_queue_with_what_was_agreed(house: House) -> None:
    """Ticked items only; the owner is the queue."""
    house.says(Channel.SMS, "hello", "1", "8", "1", "1 6", "7", "1")
    state = house.state(Channel.SMS)
    assert state is not None
    assert state.owner is Owner.QUEUE
    [waiting] = house.product.store.transact(lambda unit: unit.queue(house.now))
    assert (waiting.agreed.language, waiting.agreed.knock, waiting.agreed.topic) == ("en", True, None)


def test_kinds_of_inbound_and_input_agree() -> None:
    """Each kind that an edge can make is one that the engine takes, but the two about blocking."""
    from bot.engine.events import InputKind

    blocked = {InboundKind.BLOCKED, InboundKind.UNBLOCKED}
    assert {one.value for one in InboundKind if one not in blocked} == {one.value for one in InputKind}
