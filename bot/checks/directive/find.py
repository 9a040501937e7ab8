"""Holds a text against the rules of its language, and in English against the weighed words too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.checks.directive.rules import Patterns, Rule, Rulebook, rulebook
from bot.checks.directive.text import clauses, plain, sentences
from bot.checks.directive.weigh import weigh

Span = tuple[int, int]
TONE = "tone"
"""The rule that the weighed words are told under."""


@dataclass(frozen=True, slots=True)
class DirectiveFinding:
    """`match`: the words that were met; for the rule `tone`, those that weighed most. `sentence`: as read, in small letters."""

    rule: str
    match: str
    sentence: str = ""


def directive_findings(text: str, *, label: bool = False, lang: str = "en") -> list[DirectiveFinding]:
    """What steers the reader in a text, in the order of its sentences; empty when nothing does.

    `label`: the text is the name of an option, in which a verb at the beginning is a name and no order.
    FileNotFoundError for a language without rules: see `languages`.
    """
    found = [one for sentence in sentences(plain(text)) for one in _in_sentence(sentence, label, lang)]
    return list(dict.fromkeys(found))


@lru_cache(maxsize=16_384)
def _in_sentence(sentence: str, label: bool, lang: str) -> tuple[DirectiveFinding, ...]:
    book = rulebook(lang)
    found = tuple(one for clause in clauses(sentence) for one in _by_rules(book, clause, label))
    tone = None if found or label else weigh(sentence, lang)
    return found if tone is None else (DirectiveFinding(TONE, tone.words, sentence),)


def _by_rules(book: Rulebook, clause: str, label: bool) -> Iterator[DirectiveFinding]:
    skipped = _kinds(book, clause, label)
    allowed: list[Span] | None = None
    for rule in book.rules:
        if rule.skip & skipped or not rule.patterns.any.search(clause):
            continue
        if allowed is None:
            allowed = [one.span() for pattern in book.allowed.each for one in pattern.finditer(clause)]
        yield from _matches(rule, clause, [] if rule.despite_allowed else allowed)


def _kinds(book: Rulebook, clause: str, label: bool) -> set[str]:
    """What the clause is, for rules that skip some."""
    return {
        kind
        for kind, is_so in (
            ("labels", label),
            ("questions", clause.endswith("?")),
            ("own-keys", _met(book.own_keys, clause)),
        )
        if is_so
    }


def _met(patterns: Patterns, clause: str) -> bool:
    return patterns.any.search(clause) is not None


def _matches(rule: Rule, clause: str, allowed: list[Span]) -> Iterator[DirectiveFinding]:
    for pattern in rule.patterns.each:
        for match in pattern.finditer(clause):
            start, end = match.span()
            if not any(a < end and start < b for a, b in allowed):
                yield DirectiveFinding(rule.name, match.group().strip())
