"""Claim, reply, note, hand back and close: who holds, what waits, what goes."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.engine.model import Channel, Gate
from bot.engine.state import Cover, Owner
from bot.ports import Author, Delivery, HandoffPhase, Inbound, InboundKind
from bot.service import desk as verbs
from tests.desk.kit import ALL, NOTHING, House


@pytest.mark.rule("HAND-8")
def test_claiming_gives_the_conversation_to_the_officer(desk: House) -> None:
    """A claim changes owner and alias, and the person is told who is there."""
    handoff = desk.request(confirmed=True)
    verbs.claim(desk.context, desk.officer(), handoff.id)
    assert (desk.state(handoff).owner, desk.state(handoff).alias) == (Owner.OFFICER, "Sam")
    [joined] = desk.sent()
    assert "Sam is here now" in joined
    assert "88" in joined


@pytest.mark.rule("HAND-8", "STAFF-3")
def test_two_officers_race_for_one_request(desk: House) -> None:
    """Of two claims at the same moment one wins, and the other is told who did."""
    officers = [desk.officer("Sam"), desk.officer("Kim")]
    handoff = desk.request(confirmed=True)
    start, won, lost = threading.Barrier(2), [], []

    def race(index: int) -> None:
        start.wait()
        try:
            verbs.claim(desk.context, officers[index], handoff.id)
            won.append(officers[index].alias)
        except verbs.Taken as taken:
            lost.append(taken.alias)

    threads = [threading.Thread(target=race, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert lost == won
    assert desk.state(handoff).alias == won[0]
    assert len(desk.sent()) == 1


@pytest.mark.rule("SEND-1", "SEND-2", "HAND-11")
def test_text_waits_for_the_check_with_one_knock(desk: House) -> None:
    """Outside a confirmed sitting nothing but one agreed knock goes; after the yes all texts go in order."""
    handoff = desk.request(ALL)
    officer = desk.officer()
    desk.now += timedelta(minutes=16)
    verbs.claim(desk.context, officer, handoff.id)
    verbs.reply(desk.context, officer, handoff.id, "first words")
    verbs.reply(desk.context, officer, handoff.id, "second words")
    assert desk.sent() == ["There is a reply for you. Send 1 when it is a good time."]
    waits = [one.delivery for one in desk.messages(handoff) if one.author is Author.OFFICER]
    assert waits == [Delivery.WAITING, Delivery.WAITING]
    desk.writes(handoff, "1")
    released = desk.writes(handoff, "1")
    assert [text for text in released if "words" in text] == ["first words", "second words"]


@pytest.mark.rule("SEND-1")
@pytest.mark.parametrize(
    ("agreed", "cover", "knocks"),
    [
        pytest.param(ALL, Cover.OPEN, 1, id="agreed"),
        pytest.param(NOTHING, Cover.OPEN, 0, id="not agreed"),
        pytest.param(ALL, Cover.HIDDEN, 0, id="closed: held back"),
        pytest.param(ALL, Cover.STOPPED, 0, id="stopped"),
    ],
)
def test_when_a_knock_goes(desk: House, agreed: object, cover: Cover, knocks: int) -> None:
    """A knock goes only when it was agreed and the chat is neither closed nor stopped."""
    handoff = desk.request(agreed, cover=cover)  # type: ignore[arg-type]
    officer = desk.officer()
    verbs.claim(desk.context, officer, handoff.id)
    verbs.reply(desk.context, officer, handoff.id, "words")
    assert desk.gates() == [Gate.KNOCK] * knocks


@pytest.mark.rule("SEND-1")
def test_seven_days_without_a_word_give_one_knock(desk: House) -> None:
    """However often the officer writes, there is no second knock before the person has written."""
    handoff = desk.request(ALL)
    officer = desk.officer()
    verbs.claim(desk.context, officer, handoff.id)
    sent = desk.sent()
    for _day in range(6):
        desk.now += timedelta(days=1)
        verbs.reply(desk.context, officer, handoff.id, "another text")
        sent += desk.sent()
    assert len(sent) == 1


def test_in_a_confirmed_sitting_a_reply_goes_at_once(desk: House) -> None:
    """A reply is sent as written, and the desk knows that it was."""
    handoff = desk.request(confirmed=True)
    officer = desk.officer()
    verbs.claim(desk.context, officer, handoff.id)
    verbs.save_draft(desk.context, officer, handoff.id, "Hello")
    verbs.reply(desk.context, officer, handoff.id, "Hello there")
    assert desk.sent()[1:] == ["Hello there"]
    chat = verbs.conversation(desk.context, officer, handoff.id)
    assert chat.messages[-1].delivery is Delivery.SENT
    assert chat.draft == ""


@pytest.mark.rule("SEND-1")
def test_a_sitting_that_ends_on_the_way_makes_text_wait_again(desk: House) -> None:
    """Text that was enqueued in time and not sent in time goes back to waiting and is not lost."""
    handoff = desk.request(confirmed=True)
    officer = desk.officer()
    verbs.claim(desk.context, officer, handoff.id)
    verbs.reply(desk.context, officer, handoff.id, "too late")
    desk.now += timedelta(minutes=16)
    assert desk.sent() == []
    assert desk.messages(handoff)[-1].delivery is Delivery.WAITING
    desk.writes(handoff, "hello")
    assert "too late" in desk.writes(handoff, "1")


@pytest.mark.rule("OPEN-2")
def test_a_lead_in_comes_before_risky_words(desk: House) -> None:
    """Where a lock screen would show a risk word, a neutral line goes first; the officer's words are whole."""
    handoff = desk.request(confirmed=True, channel=Channel.TELEGRAM)
    officer = desk.officer()
    verbs.claim(desk.context, officer, handoff.id)
    verbs.reply(desk.context, officer, handoff.id, "The police can be asked later.")
    text = desk.sent()[-1]
    assert text.endswith("\n\nThe police can be asked later.")
    assert "police" not in text[:80]
    assert text.startswith("Sam ")


@pytest.mark.rule("HAND-8")
@pytest.mark.parametrize(
    ("verb", "phase", "words"),
    [
        pytest.param(verbs.hand_back, HandoffPhase.HANDED_BACK, "Sam has left", id="hand back"),
        pytest.param(verbs.close, HandoffPhase.CLOSED, "Sam has ended", id="close"),
    ],
)
@pytest.mark.parametrize("confirmed", [True, False])
def test_ending_gives_the_conversation_back(
    desk: House, verb: object, phase: HandoffPhase, words: str, confirmed: bool
) -> None:
    """The bot owns again; the person is told in a confirmed sitting and not outside one; waiting texts end as unsent."""
    handoff = desk.request(confirmed=confirmed)
    officer = desk.officer()
    verbs.claim(desk.context, officer, handoff.id)
    verbs.reply(desk.context, officer, handoff.id, "some words")
    verb(desk.context, officer, handoff.id)  # type: ignore[operator]
    sent = desk.sent()
    state = desk.state(handoff)
    assert (state.owner, state.alias) == (Owner.BOT, None)
    assert [words in text for text in sent[-1:]] == ([True] if confirmed else [])
    chat = verbs.conversation(desk.context, officer, handoff.id)
    assert chat.phase is phase
    assert chat.waiting == 0
    with pytest.raises(verbs.Over):
        verbs.reply(desk.context, officer, handoff.id, "more words")
    assert desk.sent() == []


@pytest.mark.rule("STAFF-3")
@pytest.mark.parametrize("verb", ["conversation", "reply", "note", "hand_back", "close", "save_draft"])
def test_others_cases_do_not_exist(desk: House, verb: str) -> None:
    """Nobody but the holder can read or act; nothing is changed or sent."""
    handoff = desk.request(confirmed=True)
    verbs.claim(desk.context, desk.officer("Sam"), handoff.id)
    desk.sent()
    arguments = ("words",) if verb in ("reply", "note", "save_draft") else ()
    with pytest.raises(verbs.NotYours):
        getattr(verbs, verb)(desk.context, desk.officer("Kim"), handoff.id, *arguments)
    assert desk.sent() == []
    assert desk.state(handoff).owner is Owner.OFFICER


@pytest.mark.rule("STAFF-3", "CHILD-1")
def test_the_queue_shows_what_one_may_take(desk: House) -> None:
    """Supervisors see no case; a request from somebody under 18 is kept for trained officers while there is one."""
    under_18 = type(NOTHING)(None, None, None, None, None, knock=False, under_18=True)
    child, adult = desk.request(under_18), desk.request()
    trained = desk.officer("Kim", "children")
    plain, boss = desk.officer("Sam"), desk.officer("Vic", "supervisor")
    seen = {one.role: {v.handoff_id for v in verbs.queue(desk.context, one).waiting} for one in (trained, plain, boss)}
    assert seen == {"children": {child.id, adult.id}, "officer": {adult.id}, "supervisor": set()}
    with pytest.raises(verbs.NotYours):
        verbs.claim(desk.context, plain, child.id)


@pytest.mark.rule("SEND-3")
def test_a_text_that_is_too_long_is_refused_whole(desk: House) -> None:
    """More than one message of the channel is refused with a sentence; nothing is sent or stored."""
    handoff = desk.request(confirmed=True)
    officer = desk.officer()
    verbs.claim(desk.context, officer, handoff.id)
    desk.sent()
    with pytest.raises(verbs.BadText, match="three SMS parts"):
        verbs.reply(desk.context, officer, handoff.id, "ж" * 250)
    assert desk.sent() == []
    assert all(one.author is not Author.OFFICER for one in desk.messages(handoff))


@pytest.mark.rule("HAND-10")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["note", "reply", "wait", "yes"]), st.integers(1, 99)), max_size=8))
def test_a_note_never_becomes_an_outbox_row(desk: House, acts: list[tuple[str, int]]) -> None:
    """Whatever is done in whatever order, no outgoing message holds a note's words."""
    handoff = desk.request(ALL, confirmed=True)
    officer = desk.officer()
    verbs.claim(desk.context, officer, handoff.id)
    sent: list[str] = []
    for act, number in acts:
        if act == "note":
            verbs.note(desk.context, officer, handoff.id, f"note-{number}-private")
        elif act == "reply":
            verbs.reply(desk.context, officer, handoff.id, f"reply {number}")
        elif act == "wait":
            desk.now += timedelta(minutes=number)
        else:
            sent += desk.writes(handoff, "1", "1")
    verbs.hand_back(desk.context, officer, handoff.id)
    sent += desk.sent()
    assert not any("private" in text for text in sent)


@pytest.mark.rule("LOG-3")
def test_every_act_is_audited_without_content(desk: House) -> None:
    """One record an act, with its name and the case; no words anywhere in it."""
    handoff = desk.request(confirmed=True)
    officer = desk.officer()
    verbs.claim(desk.context, officer, handoff.id)
    verbs.conversation(desk.context, officer, handoff.id)
    verbs.reply(desk.context, officer, handoff.id, "marker-one")
    verbs.note(desk.context, officer, handoff.id, "marker-two")
    verbs.hand_back(desk.context, officer, handoff.id)
    assert desk.audited() == ["claim", "read", "reply", "note", "hand-back"]
    rows = desk.store.transact(lambda unit: unit.audit_rows(50))
    assert {(who, case) for _, who, _, case in rows} == {(officer.id, handoff.id)}
    assert "marker" not in repr(rows)


def test_the_person_ends_it_alone(desk: House) -> None:
    """After 88 the officer can read what was said and can send nothing more."""
    handoff = desk.request(confirmed=True)
    officer = desk.officer()
    verbs.claim(desk.context, officer, handoff.id)
    desk.writes(handoff, "thank you", "88")
    chat = verbs.conversation(desk.context, officer, handoff.id)
    assert not chat.is_open
    assert [one.text for one in chat.messages][-2:] == ["thank you", "ended-by-person"]
    with pytest.raises(verbs.Over):
        verbs.reply(desk.context, officer, handoff.id, "wait")


def test_whatsapp_shows_the_window_that_is_left(desk: House) -> None:
    """On WhatsApp the officer sees how long a text can still be sent; elsewhere there is no window."""
    officer = desk.officer()
    whatsapp, sms = desk.request(channel=Channel.WHATSAPP), desk.request()
    for handoff in (whatsapp, sms):
        verbs.claim(desk.context, officer, handoff.id)
    desk.now += timedelta(hours=23)
    assert verbs.conversation(desk.context, officer, whatsapp.id).window_min == 60
    assert verbs.conversation(desk.context, officer, sms.id).window_min is None
    desk.now += timedelta(hours=2)
    assert verbs.conversation(desk.context, officer, whatsapp.id).window_min == 0


@pytest.mark.rule("HAND-4")
@pytest.mark.parametrize("confirmed", [True, False], ids=["queued", "waiting"])
def test_what_is_not_on_the_phone_when_the_person_ends_it_never_goes(desk: House, confirmed: bool) -> None:
    """After 88 neither a queued nor a waiting text of the officer goes out, and the desk shows it as not sent."""
    handoff = desk.request(confirmed=confirmed)
    officer = desk.officer()
    verbs.claim(desk.context, officer, handoff.id)
    if confirmed:
        desk.sent()
    else:
        desk.writes(handoff, "hello")
    verbs.reply(desk.context, officer, handoff.id, "some words")
    sent = desk.writes(handoff, "88")
    assert not any("some words" in text for text in sent)
    [text] = [one for one in desk.messages(handoff) if one.author is Author.OFFICER]
    assert (text.delivery, text.code) == (Delivery.FAILED, "ended")
    desk.now += timedelta(minutes=16)
    assert "some words" not in " ".join(desk.writes(handoff, "hello", "1", "1"))


@pytest.mark.rule("SEND-1", "SEND-2")
def test_a_text_that_begins_to_wait_again_knocks_once(desk: House) -> None:
    """Two texts that the sitting's end holds back cause one knock that was agreed, and none later."""
    handoff = desk.request(ALL, confirmed=True)
    officer = desk.officer()
    verbs.claim(desk.context, officer, handoff.id)
    desk.sent()
    verbs.reply(desk.context, officer, handoff.id, "first words")
    verbs.reply(desk.context, officer, handoff.id, "second words")
    desk.now += timedelta(minutes=16)
    knock = "There is a reply for you. Send 1 when it is a good time."
    assert desk.sent() == [knock]
    verbs.reply(desk.context, officer, handoff.id, "third words")
    assert desk.sent() == []
    released = desk.writes(handoff, "hello", "1")
    assert [text for text in released if "words" in text] == ["first words", "second words", "third words"]


def test_a_text_on_its_way_when_the_talk_ended_does_not_wait_for_ever(desk: House) -> None:
    """Leased before 88 and withheld after it: it is shown as not sent."""
    handoff = desk.request(confirmed=True)
    officer = desk.officer()
    verbs.claim(desk.context, officer, handoff.id)
    desk.sent()
    verbs.reply(desk.context, officer, handoff.id, "some words")
    [row] = desk.store.transact(lambda unit: unit.lease(desk.now, 60, 5))
    desk.people += 1
    address = row.address
    assert desk.receiver.take(Inbound(address, "in88", InboundKind.TEXT, "88", desk.now, desk.now))
    desk.store.transact(lambda unit: unit.retry(row, desk.now, "timeout"))
    [text] = [one for one in desk.messages(handoff) if one.author is Author.OFFICER]
    assert (text.delivery, text.code) == (Delivery.FAILED, "ended")
    assert not any("some words" in text for text in desk.sent())
