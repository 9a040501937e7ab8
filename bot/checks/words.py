"""Sentences: not directive (NEUT-1 to NEUT-3), and within the basic SMS alphabet (SEND-3)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.channels.plain import to_plain
from bot.channels.segments import is_gsm
from bot.checks.common import at_text, bare, exempt, is_label, shown_messages
from bot.checks.directive import (
    TONE,
    DirectiveFinding,
    as_read,
    directive_findings,
    languages,
    read_sentences,
    shared_and_plain,
)
from bot.checks.finding import Finding
from bot.trees.load import Pack
from bot.trees.messages import Message
from bot.trees.source import DIRECTIVE_READ


def words(pack: Pack) -> Iterator[Finding]:
    yield from _still_there(pack)
    for message in shown_messages(pack):
        yield from _directive(pack, message)
        yield from _directive_translated(pack, message)
        yield from _alphabet(pack, message)


def _directive(pack: Pack, message: Message) -> Iterator[Finding]:
    if exempt(pack, "directive", message.node):
        return
    for found in directive_findings(bare(message.text), label=is_label(message)):
        yield from _told(pack, message, found)


def _directive_translated(pack: Pack, message: Message) -> Iterator[Finding]:
    """In every language that has rules and this text; warnings, as no native speaker has reviewed those rules yet."""
    if exempt(pack, "directive", message.node):
        return
    for code in languages():
        text = pack.catalogues[code].texts.get(message.key) if code in pack.catalogues else None
        for found in directive_findings(bare(text or ""), label=is_label(message), lang=code):
            problem = f"{found.match!r} tells or leans ({found.rule}), in {code}."
            remedy = "Ask a translator: does it only say what is?"
            yield Finding("B408", pack.catalogues[code].file, 0, message.key, problem, remedy, "warning")


def _told(pack: Pack, message: Message, found: DirectiveFinding) -> Iterator[Finding]:
    if found.rule != TONE:
        problem = f"{found.match!r} tells or leans ({found.rule})."
        yield at_text(pack, "B401", message, problem, "Say what may happen, what is possible or who decides.")
    elif found.sentence not in shared_and_plain() | as_read(pack.raw.directive_read):
        problem = f"The sentence {found.sentence!r} sounds as if it leans; most of all by: {found.match}."
        remedy = (
            f"Say it plainer; or, when two people read it as plain, list it in {DIRECTIVE_READ}.yaml with the reason."
        )
        yield at_text(pack, "B404", message, problem, remedy)


def _still_there(pack: Pack) -> Iterator[Finding]:
    """A sentence that was read again and is in no text any more would cover one that nobody has read yet."""
    if not pack.raw.directive_read.sentences:
        return
    there = {sentence for message in shown_messages(pack) for sentence in read_sentences(bare(message.text))}
    for number, one in enumerate(pack.raw.directive_read.sentences):
        if not there.issuperset(read_sentences(one.says)):
            line = pack.raw.line_of(DIRECTIVE_READ, "sentences", number)
            problem = f"{one.says!r} is in no text of the pack."
            yield Finding("B409", pack.raw.names[DIRECTIVE_READ], line, "", problem, "Remove it from the list.")


def _alphabet(pack: Pack, message: Message) -> Iterator[Finding]:
    wide = sorted({char for char in to_plain(message.text) if not is_gsm(char) and char != "\n"})
    if wide:
        problem = f"Outside the basic SMS alphabet: {' '.join(wide)}."
        yield at_text(
            pack, "B402", message, problem, "Use a plain character: one such makes an SMS three times as dear."
        )
