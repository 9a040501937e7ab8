"""Officers' snippets and the lead's notices: of the right shape, short, and neutral on a lock screen (OPEN-2, HAND-11)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.channels.press import SEEN
from bot.checks.common import at_text
from bot.checks.finding import Finding
from bot.checks.risk import risk_words
from bot.trees.load import Pack
from bot.trees.schema import Id, Model, Prose, read_model

LONGEST = {"snippet": 480, "notice": 160}
"""Characters: a snippet is one message (SEND-3); a notice stands in front of a text and leaves it room."""


class SnippetEntry(Model):
    title: Prose
    text: Prose


class SnippetsFile(Model):
    snippets: dict[Id, SnippetEntry] = {}  # noqa: RUF012  (pydantic copies it)


def snippets(pack: Pack) -> Iterator[Finding]:
    if (data := pack.raw.data.get("snippets")) is not None:
        yield from read_model(SnippetsFile, data, pack.raw.names["snippets"])[1]
    for key, message in pack.raw.messages.items():
        kind, part = key.partition("/")[0], key.rpartition(":")[2]
        if kind not in LONGEST or part != "text":
            continue
        if len(message.text) > LONGEST[kind]:
            problem = f"The {kind} has {len(message.text)} characters; at most {LONGEST[kind]}."
            yield at_text(pack, "S126", message, problem, "Say it shorter.")
        # A snippet is laid out like all that officers write, with a lead-in where a lock screen would tell.
        for lang in (one.code for one in pack.bundle.languages if one.offered and kind == "notice"):
            words = risk_words((pack.texts.get(lang, key) or "")[:SEEN])
            if words:
                problem = f"The first line of the {kind} in {lang} holds: {', '.join(words)}."
                yield at_text(pack, "D204", message, problem, "Let the text begin with ordinary words.")
