"""Signatures against the published vectors, and everything that must not pass."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from bot.channels.twilio import Signatures, TwilioAccount
from bot.demo.twilio_forms import sign

TOKEN = "12345"
QUERY = "/myapp.php?foo=1&bar=2"
CALL = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
REPEATED = MultiDict([("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234")])
VECTORS = [
    ("plain", "https://mycompany.com", MultiDict(CALL), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    ("own port", "http://mycompany.com:1234", MultiDict(CALL), "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    ("repeated", "https://mycompany.com", REPEATED, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
]


def signatures(public_url: str | None) -> Signatures:
    return Signatures(TwilioAccount("AC1", TOKEN, public_url=public_url))


@pytest.mark.rule("ABUSE-3")
@pytest.mark.parametrize(("origin", "form", "given"), [v[1:] for v in VECTORS], ids=[v[0] for v in VECTORS])
def test_published_vectors(origin: str, form: MultiDict[str, str], given: str) -> None:
    """What the provider signed is right, and the stand-in signs the same."""
    assert signatures(origin).right(QUERY, form, given)
    assert sign(origin + QUERY, form.to_dict(flat=False), TOKEN) == given


@pytest.mark.rule("ABUSE-3")
@pytest.mark.parametrize(
    ("origin", "changed", "given"),
    [
        pytest.param("https://mycompany.com", {}, "", id="missing"),
        pytest.param("https://mycompany.com", {}, "x" * 5000, id="long"),
        pytest.param("https://mycompany.com", {}, "é" * 28, id="not ascii"),
        pytest.param("http://mycompany.com", {}, VECTORS[0][3], id="other scheme"),
        pytest.param("https://other.com", {}, VECTORS[0][3], id="other host"),
        pytest.param("https://mycompany.com", {"Digits": "1235"}, VECTORS[0][3], id="changed"),
        pytest.param("https://mycompany.com", {"New": ""}, VECTORS[0][3], id="empty field added"),
        pytest.param(None, {}, VECTORS[0][3], id="no public URL"),
    ],
)
def test_anything_else_is_wrong(origin: str | None, changed: dict[str, str], given: str) -> None:
    """Another URL, field or value, or no signature: wrong, and no exception."""
    assert not signatures(origin).right(QUERY, MultiDict(CALL | changed), given)
