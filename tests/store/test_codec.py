"""Records survive storage exactly, and those of other versions still open."""

import json
from dataclasses import fields
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.events import RequestHandoff
from bot.engine.model import Channel, Gate
from bot.engine.state import Consent, Cover, Owner, Screen, State, Step, Told
from bot.ports import Address, Inbound, InboundKind, Outgoing, OutKind, Payload
from bot.store import codec
from bot.store.vault import Unreadable, new_data_key, place, seal, unseal

texts = st.text(max_size=20) | st.just("lone \ud800 surrogate") | st.just("nul \x00")
times = st.datetimes(timezones=st.just(UTC))
addresses = st.builds(Address, st.sampled_from(Channel), texts)
states = st.builds(
    State,
    channel=st.sampled_from(Channel),
    seed=st.integers(),
    lang=st.none() | texts,
    cover=st.sampled_from(Cover),
    covered_until=st.none() | times,
    owner=st.sampled_from(Owner),
    confirmed_until=st.none() | times,
    last_seen=st.none() | times,
    screen=st.sampled_from(Screen),
    trail=st.lists(st.builds(Step, texts, st.integers(0, 9), st.integers(0, 9)), max_size=4).map(tuple),
    told=st.builds(Told, st.none() | texts, st.booleans()),
    consent=st.builds(Consent, st.frozensets(texts, max_size=4), message=texts),
    pending=st.none() | texts,
    keep_messages=st.booleans(),
    serial=st.integers(),
)
buttons = st.lists(st.lists(st.tuples(texts, texts), max_size=2).map(tuple), max_size=2).map(tuple)
outgoings = st.builds(
    Outgoing,
    st.sampled_from(OutKind),
    st.sampled_from(Gate),
    st.builds(Payload, texts, buttons, st.booleans()),
    st.lists(texts, max_size=3).map(tuple),
    st.none() | times,
    st.none() | times,
    st.none() | st.integers(),
)
inbounds = st.builds(Inbound, addresses, texts, st.sampled_from(InboundKind), texts, times, times, st.none() | texts)
requests = st.builds(
    RequestHandoff, st.none() | texts, st.none(), st.none(), st.none(), st.none() | texts, st.booleans(), st.booleans()
)


@given(st.one_of(states, outgoings, inbounds, requests))
def test_round_trip(record: object) -> None:
    """What was written is what is read, to the microsecond and the last character."""
    assert codec.loads(type(record), codec.dumps(record)) == record


def test_compact() -> None:
    """Defaults are left out."""
    assert json.loads(codec.dumps(State(Channel.SMS, 7))) == {"channel": "sms", "seed": 7}


def test_every_field_of_the_state_has_a_form() -> None:
    """A new field of the state that the codec could not store would fail here first."""
    assert {f.name for f in codec._fields(State)} == {f.name for f in fields(State)}


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        pytest.param({"new_field": 1}, State(Channel.SMS, 7), id="unknown field"),
        pytest.param({"cover": "invisible"}, State(Channel.SMS, 7), id="unknown value"),
        pytest.param({"trail": "not a list"}, State(Channel.SMS, 7), id="changed shape"),
        pytest.param({"last_seen": "2026-11-23T10:00:00"}, State(Channel.SMS, 7), id="time without zone"),
        pytest.param({"misses": True}, State(Channel.SMS, 7), id="bool is no int"),
        pytest.param({"told": {"nation": "ni", "x": 1}}, State(Channel.SMS, 7, told=Told("ni")), id="unknown inside"),
    ],
)
def test_other_versions(stored: dict[str, object], expected: State) -> None:
    """What another version wrote opens; what can't be read takes its default."""
    data = json.dumps({"channel": "sms", "seed": 7, **stored}).encode()
    assert codec.loads(State, data) == expected


@pytest.mark.parametrize("data", [b"{}", b'{"channel":"sms"}', b"[]", b'{"channel":"fax","seed":1}'])
def test_undecodable(data: bytes) -> None:
    """Without what has no default there is no record, and the error holds no content."""
    with pytest.raises(codec.Undecodable) as caught:
        codec.loads(State, data)
    assert "fax" not in str(caught.value)


@pytest.mark.rule("DATA-6")
def test_sealed_values_stay_in_their_place() -> None:
    """A sealed value opens only with its key, in its own place, unchanged; two seals of one text differ."""
    key, where = new_data_key().raw, place("outbox", 1, "body", 2)
    sealed = seal(key, b"hello", where)
    assert unseal(key, sealed, where) == b"hello"
    assert seal(key, b"hello", where) != sealed
    wrong = [
        (new_data_key().raw, sealed, where),
        (key, sealed, place("outbox", 1, "body", 3)),
        (key, sealed[:-1] + bytes([sealed[-1] ^ 1]), where),
        (key, b"\x02" + sealed[1:], where),
        (key, b"", where),
    ]
    for one in wrong:
        with pytest.raises(Unreadable):
            unseal(*one)
