"""What holds for every reply: limits, nothing lost, no empty message, neutral first lines, an end."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.layout import Laid
from bot.channels.plain import to_plain
from bot.channels.segments import count
from bot.engine.model import Channel, Reply, Text
from tests.channels.layout_kit import LEADS, RISKY, UTILITIES, options, pages, sayer

WORDS = st.sampled_from(
    [
        "word",
        "Police",
        "asylum",
        "mirë",
        "ከተማ",
        "حياة",
        "生活。",
        "0800",
        "0121",
        "(a)",
        "x" * 90,
        "👩‍👩‍👧",
        "’s",
        "[€]",
        "St.",
    ]
)
SENTENCE = st.lists(WORDS, min_size=1, max_size=25).map(lambda words: " ".join(words) + ".")
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=8).map(" ".join)
WRITTEN = st.lists(PARAGRAPH, min_size=1, max_size=6).map("\n\n".join)
NOISE = st.text(st.characters(exclude_categories=["Cs"]), max_size=900)
BLOCK = st.one_of(WRITTEN, NOISE)


@st.composite
def replies(draw: st.DrawFn) -> tuple[Reply, dict[str, str]]:
    blocks = draw(st.lists(BLOCK, max_size=4))
    labels = draw(st.lists(st.one_of(SENTENCE, NOISE).map(lambda text: text[:80]), max_size=7))
    texts = {f"block-{number}": text for number, text in enumerate(blocks)}
    texts |= {f"label-{number}": text for number, text in enumerate(labels)}
    shown = options(*(f"label-{number}" for number in range(len(labels))))
    utilities = draw(st.sampled_from([(), UTILITIES, ("close",)]))
    made = tuple(Text(f"block-{number}") for number in range(len(blocks)))
    return Reply("x", made, shown, utilities, more_options=draw(st.booleans())), texts


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", to_plain(text))


@pytest.mark.rule("SEND-3", "OPEN-2")
@settings(max_examples=150, deadline=None)
@given(replies(), st.sampled_from(Channel))
def test_every_reply_holds_the_limits_and_loses_nothing(made: tuple[Reply, dict[str, str]], channel: Channel) -> None:
    """At most 3 messages of 480 characters and 3 parts; all words in order; no risk word on a lock screen."""
    reply, texts = made
    say = sayer(**texts)
    found = pages(reply, channel, say)
    messages = [message.text for laid in found for message in laid.messages]
    assert all(len(laid.messages) <= 3 for laid in found)
    assert all(text.strip() and len(text) <= 480 for text in messages)
    if channel is Channel.SMS:
        assert all(count(text).segments <= 3 for text in messages)
    assert not any(RISKY.search(text[:60]) for text in messages)
    left = squeezed("".join(_content(laid, channel) for laid in found))
    for lead in LEADS:
        left = left.replace(squeezed(lead), "")
    for wanted in filter(None, (squeezed(say(block)) for block in reply.blocks)):
        assert left.startswith(wanted)
        left = left.removeprefix(wanted)


def _content(laid: Laid, channel: Channel) -> str:
    """A page's words without the lines for more that close it."""
    texts = "".join(message.text for message in laid.messages)
    if not laid.more or channel is Channel.TELEGRAM:
        return texts
    content, more, _ = texts.rpartition("7 More")
    assert more
    return content
