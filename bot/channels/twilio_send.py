"""The `ports.Sender` that SMS and WhatsApp share: two calls of the Messages API and no other (SEND-6)."""

from __future__ import annotations

from twilio.base.exceptions import TwilioRestException

from bot.channels.twilio import STATUS_PATH, TwilioAccount, call, client
from bot.channels.twilio_forms import number
from bot.engine.model import Channel
from bot.ports import Address, Outgoing, OutKind, Receipt, SendError

ERASED = "erased"
NOT_HERE = "not-on-this-channel"
"""Buttons and their answers are Telegram's; such a row for us is a fault of ours."""


class TwilioSender:
    """Blocking and safe from several threads. A subclass says what its channel puts in a message."""

    channel: Channel

    def __init__(self, account: TwilioAccount) -> None:
        self.account = account
        self._client = client(account)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def fields(self, number: str, outgoing: Outgoing) -> dict[str, object]:
        """The arguments of messages.create for a message to this number."""
        raise NotImplementedError

    def send(self, address: Address, outgoing: Outgoing) -> Receipt:
        match outgoing.kind:
            case OutKind.MESSAGE:
                return self._create(address, outgoing)
            case OutKind.REMOVE:
                return self._remove(outgoing.refs)
            case OutKind.ANSWER_TAP | OutKind.CLEAR_BUTTONS:
                raise SendError(NOT_HERE, retryable=False)

    def _create(self, address: Address, outgoing: Outgoing) -> Receipt:
        to = number(address.identifier)
        if to is None:
            raise SendError("bad-id", retryable=False)
        fields = self.fields(to, outgoing) | self._common()
        sent = call(lambda: self._client.messages.create(**fields))
        return Receipt(str(sent.sid), str(sent.status))

    def _common(self) -> dict[str, object]:
        fields: dict[str, object] = {}
        if callback := self.account.url(STATUS_PATH):
            fields["status_callback"] = callback
        if self.account.redaction == "message":
            fields |= {"content_retention": "discard", "address_retention": "obfuscate"}
        return fields

    def _remove(self, sids: tuple[str, ...]) -> Receipt:
        """The provider's copies; all are tried, then the last failure that a later try may mend is raised."""
        failures = [failure for sid in sids if (failure := self._remove_one(sid)) is not None]
        for failure in reversed(failures):
            if failure.retryable:
                raise failure
        if failures:
            raise failures[-1]
        return Receipt(None, ERASED)

    def _remove_one(self, sid: str) -> SendError | None:
        def delete() -> bool:
            try:
                return bool(self._client.messages(sid).delete())
            except TwilioRestException as error:
                if error.status == 404:  # gone already, which is what was wanted
                    return True
                raise

        try:
            call(delete)
        except SendError as failure:
            return failure
        return None
