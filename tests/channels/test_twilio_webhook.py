"""The Twilio edge: size, form, signature, account, then the door. Hostile input through Flask and a real socket."""

from __future__ import annotations

import http.client
import logging
import threading
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.serving import make_server

from bot.channels.twilio import MESSAGE_PATH, STATUS_PATH
from bot.demo import twilio_forms as made
from bot.demo.twilio_standin import ACCOUNT_SID, AUTH_TOKEN, SMS_FROM, TwilioStandIn
from bot.engine.model import Channel
from bot.ports import InboundKind
from tests.channels.twilio_kit import FORM, NUMBER, PUBLIC, ListDoor, account, served, signed, sms_fields
from webhooks.body import MAX_BODY

SID = "SM" + "a" * 32
Answer = tuple[int, bytes, str | None]


@pytest.fixture
def door() -> ListDoor:
    return ListDoor()


@pytest.fixture
def web(door: ListDoor) -> FlaskClient:
    return served(door)


def post(web: FlaskClient, body: bytes, headers: dict[str, str], path: str = MESSAGE_PATH, kind: str = FORM) -> Answer:
    answer = web.post(path, data=body, headers=headers, content_type=kind)
    return answer.status_code, answer.data, answer.headers.get("Content-Type")


def untouched(door: ListDoor) -> bool:
    return not (door.taken or door.changes)


def test_good_message_is_taken(web: FlaskClient, door: ListDoor) -> None:
    """Signed and usable: the door has it, the answer is TwiML that says nothing."""
    assert post(web, *signed(sms_fields("Hello"))) == (200, b"<Response/>", "text/xml")
    (taken,) = door.taken
    assert (taken.kind, taken.text, taken.address.key) == (InboundKind.TEXT, "Hello", f"sms:{NUMBER}")


def test_good_status_is_taken(web: FlaskClient, door: ListDoor) -> None:
    """A status callback goes to the door as channel, id, status and code."""
    fields = made.status(ACCOUNT_SID, SID, SMS_FROM, NUMBER, "undelivered", "30005")
    assert post(web, *signed(fields, STATUS_PATH), path=STATUS_PATH)[0] == 200
    assert door.changes == [(Channel.SMS, SID, "undelivered", "30005")]


@pytest.mark.rule("ABUSE-3")
def test_repeated_and_empty_fields_are_signed_too(web: FlaskClient, door: ListDoor) -> None:
    """A signature over repeated and blank fields is right, whatever the fields are."""
    fields = {**sms_fields(""), "Extra": ["b", "a", "b"], "Blank": ""}
    assert post(web, *signed(fields))[0] == 200
    assert len(door.taken) == 1


@pytest.mark.rule("ABUSE-3")
def test_host_query_and_forwarded_headers_play_no_part(web: FlaskClient, door: ListDoor) -> None:
    """The signature is over the configured public URL and the path, and nothing of the request's own."""
    body, headers = signed(sms_fields())
    forged = {"Host": "elsewhere.example", "X-Forwarded-Host": "a.example", "X-Forwarded-Proto": "http"}
    assert post(web, body, headers | forged, path=MESSAGE_PATH + "?x=%2F")[0] == 200


REFUSED = [
    ("no signature", {}, {"X-Twilio-Signature": None}),
    ("empty signature", {}, {"X-Twilio-Signature": ""}),
    ("wrong signature", {}, {"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}),
    ("long signature", {}, {"X-Twilio-Signature": "A" * 8000}),
    ("latin signature", {}, {"X-Twilio-Signature": "é" * 28}),
    ("other account", {"AccountSid": "AC" + "9" * 32}, {}),
    ("no account", {"AccountSid": ""}, {}),
    ("account of other letters", {"AccountSid": "АС"}, {}),
]


@pytest.mark.rule("ABUSE-3")
@pytest.mark.parametrize("path", [MESSAGE_PATH, STATUS_PATH])
@pytest.mark.parametrize(("extra", "changed"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(
    web: FlaskClient, door: ListDoor, path: str, extra: dict[str, str], changed: dict[str, str | None]
) -> None:
    """Wrong or missing signature or account: 403, without a word, and the door has seen nothing."""
    body, headers = signed(sms_fields(**extra), path)
    given = {name: value for name, value in (headers | changed).items() if value is not None}
    assert post(web, body, given, path=path)[:2] == (403, b"")
    assert untouched(door)
    assert door.dropped == []


@pytest.mark.rule("ABUSE-3")
def test_changed_body_is_refused(web: FlaskClient, door: ListDoor) -> None:
    """One field more than was signed, and it is not the provider's."""
    body, headers = signed(sms_fields())
    assert post(web, body + b"&Extra=1", headers)[0] == 403
    assert untouched(door)


def test_without_an_account_nothing_is_right(door: ListDoor) -> None:
    """A deployment without Twilio refuses what says it is from there."""
    assert post(served(door, twilio=None), *signed(sms_fields()))[0] == 403


BROKEN = [
    ("not utf-8", b"Body=%ff%fe&From=a", FORM),
    ("raw bytes", b"Body=\xff\xfe", FORM),
    ("lone surrogate", b"Body=%ED%A0%80", FORM),
    ("1,001 fields", b"&".join(b"f%d=1" % number for number in range(1001)), FORM),
    ("json", b'{"Body": "x"}', "application/json"),
    ("multipart", b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    ("no type", b"Body=x", ""),
]


@pytest.mark.rule("ABUSE-4")
@pytest.mark.parametrize(("body", "kind"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_what_no_signature_can_be_computed_for(web: FlaskClient, door: ListDoor, body: bytes, kind: str) -> None:
    """400, and the next good message is taken."""
    assert post(web, body, {"X-Twilio-Signature": "x"}, kind=kind)[0] == 400
    assert untouched(door)
    assert post(web, *signed(sms_fields()))[0] == 200


@pytest.mark.rule("ABUSE-4")
def test_a_thousand_fields_are_allowed(web: FlaskClient, door: ListDoor) -> None:
    """The bound itself is inside."""
    fields = sms_fields()
    fields |= {f"f{number}": "1" for number in range(1000 - len(fields))}
    assert post(web, *signed(fields))[0] == 200
    assert len(door.taken) == 1


@pytest.mark.rule("ABUSE-4")
@pytest.mark.parametrize("path", [MESSAGE_PATH, STATUS_PATH])
def test_over_a_mebibyte(web: FlaskClient, door: ListDoor, path: str) -> None:
    """413 however it is signed."""
    body, headers = signed(sms_fields("a" * MAX_BODY), path)
    assert post(web, body, headers, path=path)[0] == 413
    assert post(web, body, {}, path=path)[0] == 413
    assert untouched(door)


UNUSABLE = [
    ("nul", {"Body": "a\0b"}, "malformed"),
    ("300 kB", {"Body": "a" * 300_000}, "malformed"),
    ("short code", {"From": "60777"}, "no-sender"),
    ("thousands of digits", {"From": "+" + "4" * 5000}, "no-sender"),
    ("no id", {"MessageSid": "", "SmsMessageSid": ""}, "no-id"),
    ("other messenger", {"From": "messenger:12345"}, "no-sender"),
]


@pytest.mark.rule("ABUSE-4")
@pytest.mark.parametrize(("extra", "reason"), [row[1:] for row in UNUSABLE], ids=[row[0] for row in UNUSABLE])
def test_signed_and_unusable(web: FlaskClient, door: ListDoor, extra: dict[str, str], reason: str) -> None:
    """A quiet 200, since the provider would only repeat it; counted by a fixed word."""
    assert post(web, *signed(sms_fields() | extra)) == (200, b"<Response/>", "text/xml")
    assert untouched(door)
    assert door.dropped == [reason]


def test_a_channel_without_a_number_of_ours(door: ListDoor) -> None:
    """What comes on a channel that is not set up is dropped."""
    web = served(door, twilio=account(whatsapp_from=None))
    fields = sms_fields() | {"From": f"whatsapp:{NUMBER}"}
    assert post(web, *signed(fields))[0] == 200
    assert door.dropped == ["channel-off"]


@pytest.mark.parametrize("fault", ["keeps", "breaks"])
def test_what_could_not_be_kept(web: FlaskClient, door: ListDoor, fault: str) -> None:
    """503, so that the provider's fallback has a chance."""
    setattr(door, fault, fault == "breaks")
    assert post(web, *signed(sms_fields()))[:2] == (503, b"")


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_other_methods(web: FlaskClient, method: str) -> None:
    """Only POST is answered with more than 405."""
    assert getattr(web, method)(MESSAGE_PATH).status_code == 405


@pytest.mark.rule("LOG-1")
def test_no_marker_in_logs(
    web: FlaskClient, door: ListDoor, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Markers in every field, header, query and failure: none in any log line or error output."""
    caplog.set_level(logging.DEBUG)
    fields = {name: f"{value}MARK" for name, value in sms_fields("MARKtext").items()} | {"AccountSid": ACCOUNT_SID}
    for one in (fields, sms_fields("MARKtext"), sms_fields("MARK\0")):
        body, headers = signed(one)
        post(web, body, headers | {"User-Agent": "MARKagent"}, path=f"{MESSAGE_PATH}?q=MARKquery")
        post(web, body, headers | {"X-Twilio-Signature": "MARKsignature"})
    door.breaks = True
    post(web, *signed(sms_fields("MARKtext")))
    web.open("/MARKpath", method="MARKMETHOD")
    assert caplog.records
    assert "MARK" not in caplog.text + "".join(capfd.readouterr())


# --- over a real socket


@pytest.fixture
def port(web: FlaskClient) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, web.application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join(5)
    server.server_close()


def send_raw(port: int, body: bytes, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", MESSAGE_PATH, body, {"Content-Type": FORM, **headers})
        return connection.getresponse().status
    finally:
        connection.close()


SOCKET = [
    ("good", *signed(sms_fields()), 200),
    ("unsigned", signed(sms_fields())[0], {}, 403),
    ("1,001 fields", b"&".join(b"f=1" for _ in range(1001)), {"X-Twilio-Signature": "x"}, 400),
    ("not utf-8", b"\xff\xfe\x00\xed\xa0\x80", {"X-Twilio-Signature": "x"}, 400),
    ("300 kB", *signed(sms_fields("a" * 300_000)), 200),
    ("2 MiB", b"Body=" + b"a" * 2 * MAX_BODY, {"X-Twilio-Signature": "x"}, 413),
]


@pytest.mark.rule("ABUSE-4")
@pytest.mark.parametrize(("body", "headers", "status"), [r[1:] for r in SOCKET], ids=[r[0] for r in SOCKET])
def test_over_a_socket(port: int, door: ListDoor, body: bytes, headers: dict[str, str], status: int) -> None:
    """The same answers over TCP, and the next good message is taken."""
    assert send_raw(port, body, headers) == status
    before = len(door.taken)
    assert send_raw(port, *signed(sms_fields("after"))) == 200
    assert [one.text for one in door.taken[before:]] == ["after"]


def test_the_stand_in_posts_what_the_edge_takes(port: int, door: ListDoor) -> None:
    """Webhooks and status callbacks of the stand-in are signed as the edge wants them."""
    provider = TwilioStandIn().start()
    try:
        provider.deliver_to(f"http://127.0.0.1:{port}", signed_as=PUBLIC)
        assert provider.deliver(NUMBER, "Hello") == 200
        assert provider.deliver(f"whatsapp:{NUMBER}", "", media="image/jpeg") == 200
    finally:
        provider.stop()
    assert [(one.address.channel, one.kind) for one in door.taken] == [
        (Channel.SMS, InboundKind.TEXT),
        (Channel.WHATSAPP, InboundKind.MEDIA),
    ]


def test_signature_is_not_just_any(web: FlaskClient) -> None:
    """The stand-in's signing and the edge's checking agree on one URL only."""
    fields = MultiDict(sms_fields())
    headers = {"X-Twilio-Signature": made.sign("https://other.example" + MESSAGE_PATH, fields, AUTH_TOKEN)}
    assert post(web, urlencode(fields).encode(), headers)[0] == 403
