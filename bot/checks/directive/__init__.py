"""Finds wording that steers the reader (NEUT-1, NEUT-2, NEUT-3).

Two readers look at each sentence. The rules of `locales/<code>/directive.yaml` look for phrases and name what they are. For
English a list of weighted words (`locales/en/directive-weights.tsv`) gives a second opinion on the tone of the whole
sentence, and says which words weighed most. How both are made and mended: docs/directive.md.
"""

from __future__ import annotations

from bot.checks.directive.find import TONE, DirectiveFinding, directive_findings
from bot.checks.directive.read import as_read, read_sentences, shared_and_plain
from bot.checks.directive.rules import languages

__all__ = [
    "TONE",
    "DirectiveFinding",
    "as_read",
    "directive_findings",
    "languages",
    "read_sentences",
    "shared_and_plain",
]
