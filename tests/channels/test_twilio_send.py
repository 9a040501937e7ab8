"""Messages in, exact requests out, over real HTTP to the stand-in; and what each failure means."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bot.channels.sms.send import SmsSender
from bot.channels.twilio_send import TwilioSender
from bot.channels.whatsapp.send import WhatsappSender
from bot.demo.twilio_standin import ACCOUNT_SID, SMS_FROM, WHATSAPP_FROM, TwilioStandIn
from bot.engine.model import Channel, Gate
from bot.ports import Address, Outgoing, OutKind, SendError
from tests.channels.twilio_kit import ADDRESSES, KNOCK_SID, NOON, NUMBER, PUBLIC, account, outgoing, remove

SMS, WHATSAPP = ADDRESSES[Channel.SMS], ADDRESSES[Channel.WHATSAPP]
CALLBACK = [f"{PUBLIC}/webhooks/twilio/status"]
CREATE = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"


@pytest.fixture
def provider() -> Iterator[TwilioStandIn]:
    standin = TwilioStandIn(clock=lambda: NOON, templates={KNOCK_SID: "There is a reply for you."}, auto_status=False)
    standin.start()
    yield standin
    assert list(standin.problems) == []
    standin.stop()


def sms(provider: TwilioStandIn, **more: object) -> SmsSender:
    return SmsSender(account(provider.origin, **more))


def whatsapp(provider: TwilioStandIn, **more: object) -> WhatsappSender:
    return WhatsappSender(account(provider.origin, **more))


def form(provider: TwilioStandIn) -> dict[str, list[str]]:
    return dict(provider.requests[-1].form)


def test_sms_request(provider: TwilioStandIn) -> None:
    """An SMS is one create with the text, our number, the status address and a short validity."""
    receipt = sms(provider).send(SMS, outgoing("Përshëndetje\n1 Po"))
    assert (provider.requests[-1].method, provider.requests[-1].path) == ("POST", CREATE)
    assert form(provider) == {
        "To": [NUMBER], "From": [SMS_FROM], "Body": ["Përshëndetje\n1 Po"], "ValidityPeriod": ["900"],
        "StatusCallback": CALLBACK,
    }  # fmt: skip
    assert (receipt.status, receipt.message_id) == ("queued", provider.phone(NUMBER)[0].sid)


def test_whatsapp_request(provider: TwilioStandIn) -> None:
    """A WhatsApp message has both addresses marked, and no validity."""
    whatsapp(provider).send(WHATSAPP, outgoing("ሰላም"))
    assert form(provider) == {
        "To": [f"whatsapp:{NUMBER}"], "From": [f"whatsapp:{WHATSAPP_FROM}"], "Body": ["ሰላም"],
        "StatusCallback": CALLBACK,
    }  # fmt: skip


@pytest.mark.rule("SEND-2")
def test_knock_is_the_template(provider: TwilioStandIn) -> None:
    """A knock on WhatsApp goes as the approved template, with no words of ours."""
    whatsapp(provider).send(WHATSAPP, outgoing("There is a reply for you.", Gate.KNOCK))
    assert form(provider)["ContentSid"] == [KNOCK_SID]
    assert "Body" not in form(provider)


def test_knock_without_a_template_is_text(provider: TwilioStandIn) -> None:
    """Within the window a knock can go as text; on SMS it may also come late."""
    whatsapp(provider, knock_sid=None).send(WHATSAPP, outgoing("There is a reply.", Gate.KNOCK))
    assert form(provider)["Body"] == ["There is a reply."]
    sms(provider).send(SMS, outgoing("There is a reply.", Gate.KNOCK))
    assert "ValidityPeriod" not in form(provider)


@pytest.mark.rule("DATA-5")
def test_redaction_is_asked_for(provider: TwilioStandIn) -> None:
    """With redaction `message` each send asks that neither text nor address is kept."""
    sms(provider, redaction="message").send(SMS, outgoing())
    assert form(provider)["ContentRetention"] == ["discard"]
    assert form(provider)["AddressRetention"] == ["obfuscate"]


def test_no_callback_without_a_public_url(provider: TwilioStandIn) -> None:
    """Without a public address none is given."""
    sms(provider, public_url=None).send(SMS, outgoing())
    assert "StatusCallback" not in form(provider)


# --- removing the provider's copy


@pytest.mark.rule("HIDE-7", "DATA-5")
def test_remove_deletes_the_copy_and_not_the_message(provider: TwilioStandIn) -> None:
    """The record goes; the phone keeps what it has."""
    sent = sms(provider).send(SMS, outgoing())
    provider.report(str(sent.message_id), "delivered")
    sms(provider).send(SMS, remove(str(sent.message_id)))
    assert sent.message_id not in provider.records
    assert len(provider.phone(NUMBER)) == 1


@pytest.mark.rule("HIDE-7")
def test_remove_is_tried_again_while_delivery_is_open(provider: TwilioStandIn) -> None:
    """An unfinished record is refused by the provider; the others go, and the row comes again."""
    sender = sms(provider)
    first, second = (str(sender.send(SMS, outgoing()).message_id) for _ in range(2))
    provider.report(second, "delivered")
    with pytest.raises(SendError) as caught:
        sender.send(SMS, remove(first, second))
    assert (caught.value.code, caught.value.retryable) == ("20009", True)
    assert list(provider.records) == [first]


def test_remove_of_what_is_gone_is_done(provider: TwilioStandIn) -> None:
    """A copy that is no longer there is what was wanted."""
    assert sms(provider).send(SMS, remove("SM" + "f" * 32)).status == "erased"


# --- failures

FAILURES = [
    # status, code, retryable, unknown, gone
    (400, 21610, False, False, True),
    (400, 21211, False, False, True),
    (400, 21614, False, False, True),
    (400, 21635, False, False, True),
    (400, 63024, False, False, True),
    (400, 21617, False, False, False),
    (400, 63016, False, False, False),
    (429, 20429, True, False, False),
    (429, 63018, True, False, False),
    (401, 20003, True, False, False),
    (400, 30003, True, False, False),
    (400, 30008, True, False, False),
    (400, 30007, False, False, False),
    (500, 20500, True, True, False),
    (503, 20503, True, False, False),
    (502, 20502, True, True, False),
]


@pytest.mark.parametrize(
    ("status", "code", "retryable", "unknown", "gone"), FAILURES, ids=[str(row[1]) for row in FAILURES]
)
def test_what_an_error_means(
    provider: TwilioStandIn, status: int, code: int, retryable: bool, unknown: bool, gone: bool
) -> None:
    """The provider's number becomes try again, give up, or never again for this person."""
    provider.fail(NUMBER, status, code)
    error = failed(sms(provider), SMS)
    assert (error.code, error.retryable, error.unknown, error.gone) == (str(code), retryable, unknown, gone)


def test_no_answer_is_unknown(provider: TwilioStandIn) -> None:
    """The provider took it and the answer was lost: it may be there."""
    provider.fail(NUMBER, 0, 0)
    error = failed(sms(provider), SMS)
    assert (error.retryable, error.unknown) == (True, True)
    assert len(provider.phone(NUMBER)) == 1


def test_no_connection_is_known() -> None:
    """Nobody listens: nothing can have been taken."""
    standin = TwilioStandIn()
    standin.stop()
    error = failed(sms(standin), SMS)
    assert (error.code, error.retryable, error.unknown) == ("network", True, False)


def test_what_is_not_of_this_channel(provider: TwilioStandIn) -> None:
    """An address that is no number and a row that only Telegram can do are refused without a request."""
    assert failed(sms(provider), Address(Channel.SMS, "EXAMPLE")).code == "bad-id"
    with pytest.raises(SendError) as caught:
        sms(provider).send(SMS, Outgoing(OutKind.ANSWER_TAP, Gate.NEUTRAL))
    assert not caught.value.retryable
    assert not provider.requests


@pytest.mark.rule("LOG-1")
def test_failures_and_logs_say_nothing(
    provider: TwilioStandIn, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """No text, number, token or account in errors, their chain, representations or log lines, at any level."""
    logging.getLogger().setLevel(logging.DEBUG)
    caplog.set_level(logging.DEBUG)
    sender = sms(provider)
    sender.send(SMS, outgoing("MARKERtext"))
    provider.fail(NUMBER, 400, 21211)
    error = failed(sender, SMS)
    assert error.__context__ is None
    assert error.__cause__ is None
    seen = [caplog.text, *capfd.readouterr(), str(error), repr(error), repr(sender), repr(account())]
    for secret in ("MARKERtext", NUMBER, NUMBER[1:], "stand-in-token"):
        assert not any(secret in one for one in seen), secret


def failed(sender: TwilioSender, address: Address) -> SendError:
    with pytest.raises(SendError) as caught:
        sender.send(address, outgoing())
    return caught.value
