"""What a text may not ask or give away (CARE-1, CARE-2, ABUSE-1, EMER-4), and links that would show a preview (OPEN-3)."""

# ruff: noqa: E501  (a pattern stays on one line, so that it can be read and searched as one)
from __future__ import annotations

import re
from collections.abc import Iterator

from bot.checks.common import at_text, bare, exempt, shown_messages
from bot.checks.finding import Finding
from bot.trees.load import Pack
from bot.trees.messages import Message

_OWN = r"your (?:\w+ )?(?:\w+ )?"
_PERSONAL = (
    r"(?:names?\b(?! of)|nationality|citizenship|country of birth|address|home town|postcode|location|immigration status|visa|passport|"
    r"date of birth|birthday|age|story|experiences?|phone number)"
)
_ASKS = re.compile(
    rf"\b(?:what|which|where) (?:is|was|are) {_OWN}{_PERSONAL}[^.?!]*\?"
    r"|\b(?:what|who) (?:is|are) you(?:r name)? called\b|\bwhere (?:are|do|did|were) you (?:from|now|living|live|stay|staying|born|held|kept|work)\b[^.?!]*\?"
    r"|\bhow old are you\b|\bwhen (?:did|was|were) (?:it|this|that|you|they)\b[^.?!]*\?|\bhow long (?:did|has|have) (?:it|this|that|you|they)\b[^.?!]*\?"
    r"|\bwhat (?:has |had )?happened(?: to you)?\s*\?|\bwhat (?:did|have|has) (?:they|he|she|somebody|someone|anyone) (?:do|done)\b[^.?!]*\?"
    r"|\bwho (?:did|does|has|is|was|made|hurt|brought|forced|took|keeps|holds|kept|held) (?!the\b)[^.?!]*\?"
    r"|\b(?:are|were|have) you (?:been )?(?:a citizen|british|here legally|documented|undocumented|an asylum seeker|a refugee|married|pregnant|under)\b[^.?!]*\?"
    rf"|\b(?:send|write|type|text|give|enter|share|tell (?:us|me|this line))\b[^.?!]{{0,30}}\b{_OWN}(?:full |real |first |own )?{_PERSONAL}"
    r"|\b(?:send|write|type|tell (?:us|me|this line)|describe|explain)\b[^.?!]{0,15}\b(?:what happened|who (?:did|hurt|made|has)|when it happened|where you (?:are|live|were))",
    re.IGNORECASE,
)
"""CARE-1: name, nationality, address, status, what happened, who did it, dates."""
_NOT_ASKED = re.compile(
    r"\b(?:no|not|never|nobody|without|may|can|might|will|they|officers?|police|somebody|someone|home office|form|office|doctor|gp|adviser|court|council)\b[^.?!]*$",
    re.IGNORECASE,
)
"""In front of a pattern in the same sentence: what others may ask, or what is not asked, is a fact and no question of ours."""
_HARD = re.compile(
    r"\b(?:are|were|did|do|does|have|has|is|was) (?:you|they|he|she|anyone|anybody|somebody|someone)\b[^.?!]*"
    r"\b(?:hit|hurt|hurting|beat(?:en)?|rap(?:e|ed)|sex\w*|touch(?:ed)?|paid|pay|money|owe|crime|criminal|stole|steal|drugs?|forc(?:e|ed)|lock(?:ed)?|violen\w+)\b[^.?!]*\?",
    re.IGNORECASE,
)
"""CARE-2: no question opens on violence, sex, payment or crime."""
_COMING = re.compile(
    r"\b(?:help|police|an? ambulance|somebody|someone|an officer) (?:is|are|will be) (?:now |already )?(?:coming|on (?:the|its|their) way)\b"
    r"|\b(?:we|i) (?:will|can) (?:call|send|get) (?:the )?(?:police|an ambulance|help|somebody|someone) for you\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"
    r"|\b\d{1,4}[a-z]? (?:[A-Z][a-z]+ ){1,3}(?:Street|Road|Lane|Avenue|Close|Drive|Terrace|Square|Gardens|Place|Way|Court|Crescent)\b"
    r"|\bsafe[ -]houses? (?:is |are )?(?:in|at|near|on) (?!england|wales|scotland|northern|the uk|the united)[A-Z]\w+"
)
_LINK = re.compile(r"https?://|\bwww\.|\b[\w.+-]+@[\w-]+\.\w+|\b[\w-]+\.(?:org|gov|co)\.uk\b", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')


def care(pack: Pack) -> Iterator[Finding]:
    for message in shown_messages(pack):
        text = _QUOTED.sub(" ", bare(message.text))
        if not exempt(pack, "questions", message.node):
            yield from _questions(pack, message, text)
        if found := _COMING.search(text):
            remedy = "Say that this is an automatic line, which cannot call for anybody (EMER-4)."
            yield at_text(pack, "C604", message, f"{found[0]!r} says that somebody comes.", remedy)
        if found := _PLACE.search(message.text):
            remedy = "Take it out: no places that lead to somebody (ABUSE-1)."
            yield at_text(pack, "C606", message, f"This gives an address: {found[0]!r}.", remedy)
        if found := _LINK.search(message.text):
            remedy = "Name the publisher; the address stands in sources.yaml (OPEN-3)."
            yield at_text(pack, "C607", message, f"This holds a link: {found[0]!r}.", remedy)


def _questions(pack: Pack, message: Message, text: str) -> Iterator[Finding]:
    for asked in asks(text):
        remedy = "Leave it out: information needs no story and no name (CARE-1)."
        yield at_text(pack, "C601", message, f"This asks for something personal: {asked!r}.", remedy)
    if found := _HARD.search(text):
        remedy = "No question begins with violence, sex, payment or crime (CARE-2)."
        yield at_text(pack, "C602", message, f"This is a hard question: {found[0]!r}.", remedy)
    apart = message.key.startswith(("system/", "snippet/", "notice/", "term/", "service/"))
    if apart and text.count("?") > 1:
        problem = f"{text.count('?')} question marks stand in one message."
        yield at_text(pack, "S120", message, problem, "One question a message at most (CARE-2).")


def asks(text: str) -> list[str]:
    """Where a text asks the reader for what CARE-1 leaves out."""
    found = []
    for hit in _ASKS.finditer(text):
        before = re.split(r"[.?!\n]", text[: hit.start()])[-1]
        if not _NOT_ASKED.search(before):
            found.append(hit[0])
    return found
