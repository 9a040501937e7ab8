"""Bad input through the real webhooks into the whole product: quiet, nothing kept of it, and the next message is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.model import Channel
from tests.hostile.kit import (
    FORMS,
    GOOD,
    MESSAGE,
    STATUS,
    STATUSES,
    TELEGRAM_BODIES,
    answers,
    of,
    post_fields,
    post_json,
    signed,
    tables,
)
from tests.kit import MONDAY, House, update

pytestmark = pytest.mark.rule("ABUSE-4")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One product for all of them: what one leaves behind would break another."""
    built = House(tmp_path_factory.mktemp("hostile"))
    yield built
    built.close()


@pytest.fixture(autouse=True)
def later(shared: House) -> None:
    """So that the next good message is not one too many of this minute."""
    shared.wait(minutes=2)


@pytest.mark.parametrize("body", TELEGRAM_BODIES.values(), ids=TELEGRAM_BODIES.keys())
def test_telegram_drops_what_it_cannot_use(shared: House, body: bytes) -> None:
    """200 and no row of any table that could hold a person; the next good message is answered."""
    before = tables(shared.folder)
    assert post_json(shared, body) == 200
    assert tables(shared.folder) == before
    assert answers(shared, Channel.TELEGRAM)


@pytest.mark.parametrize("fields", FORMS.values(), ids=FORMS.keys())
def test_twilio_drops_what_it_cannot_use(shared: House, fields: dict[str, str]) -> None:
    """A right signature over a useless form: 200, nothing kept, the next message is answered."""
    before = tables(shared.folder)
    assert post_fields(shared, MESSAGE, *signed(MESSAGE, fields)) == 200
    assert tables(shared.folder) == before
    assert answers(shared, Channel.SMS)


@pytest.mark.parametrize("fields", STATUSES.values(), ids=STATUSES.keys())
def test_a_useless_status_moves_nothing(shared: House, fields: dict[str, str]) -> None:
    """A callback about nothing that we know: 200, nothing kept."""
    before = tables(shared.folder)
    assert post_fields(shared, STATUS, *signed(STATUS, fields)) == 200
    assert tables(shared.folder) == before


@pytest.mark.rule("ABUSE-3")
@pytest.mark.parametrize("secret", [None, "", "wrong", "ÿ", "a-secret "[:7]])
@pytest.mark.parametrize("name", ["nothing", "1000 deep", "invalid UTF-8", "300 kB of text", "unknown kind"])
def test_without_the_secret_nothing_is_even_counted(shared: House, secret: str | None, name: str) -> None:
    """403 whatever the body, a good one too; no row at all, not a count."""
    counts = shared.product.door.counts()
    before = tables(shared.folder)
    assert post_json(shared, TELEGRAM_BODIES[name], secret) == 403
    assert post_json(shared, of(), secret) == 403
    assert (tables(shared.folder), shared.product.door.counts()) == (before, counts)


@pytest.mark.rule("ABUSE-3")
@pytest.mark.parametrize("path", [MESSAGE, STATUS])
@pytest.mark.parametrize("given_signature", [None, "", "wrong", "ÿ", "=" * 5000])
def test_without_the_signature_nothing_is_even_counted(shared: House, path: str, given_signature: str | None) -> None:
    """403 for a good form, one with a field more than was signed, and one of another account."""
    counts = shared.product.door.counts()
    before = tables(shared.folder)
    body, right = signed(path, GOOD)
    other, theirs = signed(path, {**GOOD, "AccountSid": "AC" + "1" * 32})
    assert post_fields(shared, path, body, given_signature) == 403
    assert post_fields(shared, path, body + b"&More=1", right) == 403
    assert post_fields(shared, path, other, theirs) == 403
    assert (tables(shared.folder), shared.product.door.counts()) == (before, counts)


UNSIGNABLE = {"not UTF-8": b"Body=%ff%fe", "raw bytes": b"Body=\xff", "1,001 fields": b"&".join([b"a=1"] * 1001)}


@pytest.mark.parametrize("path", [MESSAGE, STATUS])
@pytest.mark.parametrize("body", UNSIGNABLE.values(), ids=UNSIGNABLE.keys())
def test_what_cannot_be_signed_is_refused(shared: House, path: str, body: bytes) -> None:
    """400, nothing kept, the next message is answered."""
    before = tables(shared.folder)
    assert post_fields(shared, path, body, "x") == 400
    assert tables(shared.folder) == before
    assert answers(shared, Channel.WHATSAPP)


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 3 * 1024 * 1024])
def test_over_a_mebibyte_is_refused(shared: House, size: int) -> None:
    """413 on all edges with a right secret or any signature; nothing kept."""
    before = tables(shared.folder)
    assert post_json(shared, b" " * size) == 413
    assert [post_fields(shared, path, b"a" * size, "x") for path in (MESSAGE, STATUS)] == [413, 413]
    assert tables(shared.folder) == before


# --- by chance

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=12)
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner), max_leaves=6
)
SPOTS = (
    ("update_id",), ("message",), ("message", "text"), ("message", "chat"), ("message", "chat", "id"),
    ("message", "chat", "type"), ("message", "from"), ("message", "from", "id"), ("message", "from", "is_bot"),
    ("message", "from", "language_code"), ("message", "date"), ("message", "message_id"), ("message", "entities"),
    ("message", "photo"), ("message", "forward_origin"), ("message", "reply_to_message"), ("message", "via_bot"),
    ("edited_message",), ("callback_query",), ("my_chat_member",), ("channel_post",),
)  # fmt: skip


def put(body: dict[str, Any], spot: tuple[str, ...], value: object) -> None:
    for name in spot[:-1]:
        inner = body.get(name)
        if not isinstance(inner, dict):
            return
        body = inner
    body[spot[-1]] = value


@settings(max_examples=120, deadline=None)
@given(
    number=st.integers(2000, 10**9), changes=st.lists(st.tuples(st.sampled_from(SPOTS), JSON), min_size=1, max_size=4)
)
def test_any_update_is_survived(shared: House, number: int, changes: list[tuple[tuple[str, ...], Any]]) -> None:
    """Whatever stands wherever in an update: 200, and nothing was parked, so no fault of ours came of it."""
    body = update(number, "hello", MONDAY)
    for spot, value in changes:
        put(body, spot, value)
    assert post_json(shared, json.dumps(body).encode()) == 200
    assert tables(shared.folder)["parked"] == []


NAMES = st.sampled_from(
    [*GOOD, "OptOutType", "NumMedia", "ProfileName", "ChannelMetadata", "ButtonPayload", "ListId", "x"]
)


@settings(max_examples=120, deadline=None)
@given(
    st.dictionaries(
        NAMES, st.lists(st.text(max_size=40) | st.sampled_from(["whatsapp:+447700900123", "STOP"]), max_size=3)
    ),
    st.sampled_from([MESSAGE, STATUS]),
)
def test_any_signed_form_is_survived(shared: House, changes: dict[str, list[str]], path: str) -> None:
    """Any values, repeated and empty ones too: 200, or 403 when the account is not ours; nothing was parked."""
    fields = {**{name: [value] for name, value in GOOD.items()}, **changes}
    ours = fields["AccountSid"][:1] == [GOOD["AccountSid"]]
    assert post_fields(shared, path, *signed(path, fields)) == (200 if ours else 403)
    assert tables(shared.folder)["parked"] == []


def test_after_all_of_it_everybody_is_answered(tmp_path: Path) -> None:
    """All bad bodies in a row on a fresh product, then one good message on each channel."""
    house = House(tmp_path)
    for body in TELEGRAM_BODIES.values():
        post_json(house, body)
    for fields in FORMS.values():
        post_fields(house, MESSAGE, *signed(MESSAGE, fields))
    assert all(answers(house, channel) for channel in Channel)
    house.close()
