"""The webhooks that Twilio would send, with all that it pushes unasked, and how it signs them.

Field names are those of the published documentation and captures; people, places and numbers are invented
(numbers from Ofcom's range for drama, 07700 900000 to 900999).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

from bot.channels.segments import count

Fields = dict[str, str]
WHATSAPP = "whatsapp:"
API_VERSION = "2010-04-01"
PLACES = {
    "FromCountry": "GB", "FromState": "Invented County", "FromCity": "INVENTED TOWN", "FromZip": "ZZ1 1ZZ",
    "ToCountry": "GB", "ToState": "", "ToCity": "", "ToZip": "",
}  # fmt: skip
PROFILE_NAME = "Invented Name"


def message(account: str, sid: str, sender: str, to: str, text: str, *, media: str | None = None) -> Fields:
    """An incoming message of either channel; `media` is a content type."""
    common = {
        "AccountSid": account, "ApiVersion": API_VERSION, "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid,
        "SmsStatus": "received", "From": sender, "To": to, "Body": text, "NumMedia": "1" if media else "0",
        "NumSegments": str(max(1, count(text).segments)),
    }  # fmt: skip
    if media:
        common |= {"MediaContentType0": media, "MediaUrl0": f"https://api.twilio.com/{API_VERSION}/Media/{sid}"}
    return common | (_whatsapp(sender, media) if sender.startswith(WHATSAPP) else PLACES)


def _whatsapp(sender: str, media: str | None) -> Fields:
    number = sender.removeprefix(WHATSAPP)
    context = {"type": "whatsapp", "data": {"context": {"ProfileName": PROFILE_NAME, "WaId": number[1:]}}}
    return {
        "ProfileName": PROFILE_NAME, "WaId": number[1:], "ReferralNumMedia": "0",
        "MessageType": media.split("/")[0] if media else "text",
        "ChannelMetadata": json.dumps(context), "ExternalUserId": f"{WHATSAPP}ID{number[-6:]}",
    }  # fmt: skip


def status(account: str, sid: str, sender: str, to: str, state: str, code: str | None) -> Fields:
    """A status callback."""
    fields = {
        "AccountSid": account, "ApiVersion": API_VERSION, "MessageSid": sid, "SmsSid": sid, "From": sender, "To": to,
        "MessageStatus": state, "SmsStatus": state,
    }  # fmt: skip
    return fields | ({"ErrorCode": code} if code else {})


def sign(url: str, fields: Mapping[str, str | Sequence[str]], token: str) -> str:
    """HMAC-SHA1 over the URL and the sorted fields, each with its values sorted and once."""
    parts = [url]
    for name in sorted(fields):
        given = fields[name]
        values = [given] if isinstance(given, str) else sorted(set(given))
        parts += [name + value for value in values]
    digest = hmac.new(token.encode(), "".join(parts).encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
