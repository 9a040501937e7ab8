"""Sentences: not directive (NEUT-1 to NEUT-3), and within the basic SMS alphabet (SEND-3)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.channels.plain import to_plain
from bot.channels.segments import is_gsm
from bot.checks.common import at_text, bare, exempt, is_label, shown_messages
from bot.checks.directive import TONE, DirectiveFinding, directive_findings, languages
from bot.checks.finding import Finding, Severity
from bot.trees.load import Pack
from bot.trees.messages import Message


def words(pack: Pack) -> Iterator[Finding]:
    for message in shown_messages(pack):
        yield from _directive(pack, message)
        yield from _directive_translated(pack, message)
        yield from _alphabet(pack, message)


def _directive(pack: Pack, message: Message) -> Iterator[Finding]:
    if exempt(pack, "directive", message.node):
        return
    for found in directive_findings(bare(message.text), label=is_label(message)):
        yield _told(pack, message, found)


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


def _told(pack: Pack, message: Message, found: DirectiveFinding) -> Finding:
    if found.rule == TONE:
        problem = f"A sentence sounds as if it leans; most of all by: {found.match}."
        severity: Severity = "error" if found.sure else "warning"
        return at_text(pack, "B404", message, problem, "Read it again: does it only say what is?", severity)
    problem = f"{found.match!r} tells or leans ({found.rule})."
    return at_text(pack, "B401", message, problem, "Say what may happen, what is possible or who decides.")


def _alphabet(pack: Pack, message: Message) -> Iterator[Finding]:
    wide = sorted({char for char in to_plain(message.text) if not is_gsm(char) and char != "\n"})
    if wide:
        problem = f"Outside the basic SMS alphabet: {' '.join(wide)}."
        yield at_text(
            pack, "B402", message, problem, "Use a plain character: one such makes an SMS three times as dear."
        )
