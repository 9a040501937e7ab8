"""The glossary of a pack: its terms compiled, and found by the way people write them in each language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from bot.checks.finding import Finding
from bot.engine.model import Source, Term, Text
from bot.engine.normal import bare, words_of
from bot.trees.source import Written
from bot.trees.texts import Texts, needed_keys

ByWords = Mapping[tuple[str, ...], Term]


def compile_terms(written: Written, sources: Mapping[str, Source]) -> tuple[dict[str, Term], list[Finding]]:
    """The terms by id, and findings for sources and `explains` that name nothing."""
    terms, findings = {}, []
    for name, entry in written.glossary.terms.items():
        known = [sources[one] for one in entry.sources if one in sources]
        for one in entry.sources:
            if one not in sources and "sources" not in written.unread:
                line = written.line_of("glossary", "terms", name, "sources")
                message = f"The source {one!r} is not in sources.yaml."
                findings.append(
                    Finding("F302", written.names["glossary"], line, name, message, "Add it, or name another.")
                )
        if known:
            seen, check_by = min(one.seen for one in known), min(one.check_by for one in known)
            terms[name] = Term(name, Text(f"term/{name}:text"), seen, check_by)
    return terms, [*findings, *_explained(written)]


def _explained(written: Written) -> Iterable[Finding]:
    if "glossary" in written.unread:
        return
    for node in written.nodes.values():
        for number, term in enumerate(node.entry.explains):
            if term not in written.glossary.terms:
                line = node.line_of("explains", number)
                message = f"The term {term!r} is not in glossary.yaml."
                yield Finding("F306", node.file, line, node.id, message, "Add it there, or name another.")


def forms(texts: Texts, lang: str, term: str) -> tuple[str, ...]:
    """How the term is written in a language; none when it is not translated."""
    says = texts.get(lang, f"term/{term}:says")
    return tuple(line.strip() for line in says.splitlines() if line.strip()) if says else ()


def terms_by_language(
    terms: Mapping[str, Term], texts: Texts, languages: Iterable[str]
) -> Mapping[str, ByWords]:  # fmt: skip
    """By language: only terms whose explanation is there in it; each also by its English forms, which papers use."""
    return MappingProxyType({lang: _by_words(terms, texts, lang) for lang in languages})


def _by_words(terms: Mapping[str, Term], texts: Texts, lang: str) -> ByWords:
    found: dict[tuple[str, ...], Term] = {}
    for name, term in terms.items():
        if not _is_there(texts, lang, term):
            continue
        for form in (*forms(texts, lang, name), *forms(texts, "en", name)):
            found.setdefault(tuple(map(bare, words_of(form).words)), term)
    return MappingProxyType(found)


def _is_there(texts: Texts, lang: str, term: Term) -> bool:
    needed = needed_keys(term.text, texts.english, texts.services)
    return all(texts.get(lang, key) is not None for key in needed)
