"""A pack read, compiled and linked to its words: `load_pack`. A pack with mistakes does not load; all are told at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from bot.checks.finding import ContentErrors, Finding
from bot.engine.lexicon import Lexicon
from bot.engine.model import Bundle, Directory, Language, Node, NodeId, Service, Text
from bot.trees.calendar import hours_of
from bot.trees.catalogues import Catalogue, load_catalogues
from bot.trees.compile import Compiled, compile_pack
from bot.trees.glossary import compile_terms, terms_by_language
from bot.trees.hours import Hours
from bot.trees.languages import LANGUAGES, PSEUDO, canonical
from bot.trees.messages import PLACED, Message
from bot.trees.notices import compile_notices, unknown_places
from bot.trees.reviews import is_reviewed
from bot.trees.source import Written, read_pack
from bot.trees.texts import Texts, can_place, needed_keys
from bot.trees.words import load_lexicon

COVER = "system/cover-"
_FILLED_BY_CODE = ("system/", "snippet/")


@dataclass(frozen=True)
class Pack:
    """`raw`: what the authors wrote, with lines, for the checks. `at`: the day on which it was loaded."""

    bundle: Bundle
    texts: Texts
    hours: Hours
    raw: Written
    catalogues: Mapping[str, Catalogue]
    org: str
    at: date


def load_pack(path: Path, locales: Path, at: date) -> Pack:
    """Raises ContentErrors with every finding when anything in the pack cannot be used."""
    written = read_pack(path)
    compiled = compile_pack(written)
    english = written.messages
    catalogues, catalogue_findings = load_catalogues(locales, english)
    lexicon, word_findings = _lexicon(locales)
    hours, hours_findings = hours_of(written)
    terms, term_findings = compile_terms(written, compiled.sources)
    findings = [
        *written.findings,
        *compiled.findings,
        *term_findings,
        *catalogue_findings,
        *word_findings,
        *hours_findings,
    ]
    findings += [*_placed(written, compiled), *unknown_places(written)]
    if findings or written.pack is None or lexicon is None:
        raise ContentErrors(findings)
    texts = _texts(written, compiled, catalogues, hours)
    bundle = _bundle(written, compiled, catalogues, lexicon, texts, locales)
    codes = {*(one.code for one in bundle.languages), *catalogues}
    notices = compile_notices(written, compiled.nodes, texts, codes)
    bundle = replace(bundle, terms=terms_by_language(terms, texts, codes), notices=notices)
    return Pack(bundle, texts, hours, written, MappingProxyType(catalogues), written.pack.org, at)


def _lexicon(locales: Path) -> tuple[Lexicon | None, list[Finding]]:
    try:
        return load_lexicon(locales), []
    except ContentErrors as error:
        return None, list(error.findings)


# --- placed values


def _placed(written: Written, compiled: Compiled) -> Iterable[Finding]:
    values = {name: one.value for name, one in written.sources.values.items()}
    if written.unread & {"sources", "services"}:
        return
    for message in written.messages.values():
        for found in PLACED.finditer(message.text):
            kind, ident = found[1], found[2]
            if ident is None:
                problem = _unnamed(kind, message)
            else:
                problem = can_place(kind, ident, compiled.services, values)
            if problem:
                file = written.files[message.key]
                text = f"{found[0]} cannot be placed: {problem}."
                yield Finding("F303", file, message.line, message.node, text, "Place one that exists.")


def _unnamed(kind: str, message: Message) -> str | None:
    """Shared texts and snippets are given their values by the code; content can place only these two without an id."""
    if kind in ("org", "hours") or message.key.startswith(_FILLED_BY_CODE):
        return None
    return f"{kind!r} needs an id, such as {{phone:samaritans}}"


# --- words


def _texts(written: Written, compiled: Compiled, catalogues: Mapping[str, Catalogue], hours: Hours) -> Texts:
    assert written.pack is not None
    return Texts(
        english=MappingProxyType({key: message.text for key, message in written.messages.items()}),
        translated=MappingProxyType({code: MappingProxyType(dict(one.texts)) for code, one in catalogues.items()}),
        services=MappingProxyType(compiled.services),
        values=MappingProxyType({name: one.value for name, one in written.sources.values.items()}),
        hours=hours,
        org=written.pack.org,
    )


def keys_of_node(node: Node, compiled_services: Mapping[str, Service], english: Mapping[str, str]) -> frozenset[str]:
    """Every text that showing this node, and naming it on the consent card, can take."""
    said = [node.title, *node.blocks, *(option.label for option in node.options)]
    if node.directory is not None:
        said += _listed(node.directory, compiled_services.values())
    return frozenset(key for text in said for key in needed_keys(text, english, compiled_services))


def _listed(directory: Directory, services: Iterable[Service]) -> list[Text]:
    chosen = [one for one in services if one.shown and (not directory.needs or set(directory.needs) & set(one.needs))]
    parts = [part for one in chosen for part in (one.whom, one.about, one.hours, one.cost, one.languages)]
    return [part for part in parts if part is not None]


def safety_keys(written: Written, nodes: Mapping[NodeId, Node], texts: Texts) -> frozenset[str]:
    """What must be there in every language on offer: shared texts, the menu's name, and all that safety topics say."""
    shared = {key for key in texts.english if key.startswith("system/")}
    if written.pack is not None and (menu := nodes.get(NodeId(written.pack.menu))) is not None:
        shared |= set(needed_keys(menu.title, texts.english, texts.services))  # the consent card may name it
    topics = {tree.topic for tree in written.trees.values() if tree.safety}
    for node in nodes.values():
        if node.topic in topics:
            shared |= keys_of_node(node, texts.services, texts.english)
    return frozenset(shared)


# --- the bundle


def _bundle(
    written: Written, compiled: Compiled, catalogues: Mapping[str, Catalogue], lexicon: Lexicon, texts: Texts, locales: Path
) -> Bundle:  # fmt: skip
    pack = written.pack
    assert pack is not None
    needed = safety_keys(written, compiled.nodes, texts)
    offered = [code for code in LANGUAGES if _offered(code, pack.languages, catalogues, needed)]
    languages = tuple(_language(code, locales) for code in (*offered, *PSEUDO))
    spoken = {*(one.code for one in languages), *catalogues}  # a language may go off offer while somebody uses it
    return Bundle(
        version=_version(written, catalogues),
        pack=pack.id,
        nodes=MappingProxyType(compiled.nodes),
        menu=NodeId(pack.menu),
        intents=MappingProxyType({name: NodeId(target) for name, target in pack.intents.items()}),
        languages=languages,
        missing=MappingProxyType({code: _missing(code, compiled.nodes, texts) for code in spoken}),
        lexicon=lexicon,
        services=MappingProxyType(compiled.services),
        sources=MappingProxyType(compiled.sources),
        default_language=canonical(pack.default_language) or "en",
        nations=tuple(pack.nations),
        covers=sum(1 for key in texts.english if key.startswith(COVER)),
    )


def _offered(code: str, wanted: Iterable[str], catalogues: Mapping[str, Catalogue], needed: frozenset[str]) -> bool:
    """On offer: the pack lists it, and its safety set is complete. Checks report a listed one that is not."""
    if code not in {canonical(one) for one in wanted}:
        return False
    return code == "en" or (code in catalogues and needed <= catalogues[code].texts.keys())


def _language(code: str, locales: Path) -> Language:
    known = LANGUAGES[code]
    reviewed = not known.pseudo and is_reviewed(locales, code)
    return Language(code, known.own_name, reviewed=reviewed, rtl=known.rtl, offered=not known.pseudo)


def _missing(code: str, nodes: Mapping[NodeId, Node], texts: Texts) -> frozenset[NodeId]:
    if code == "en" or code in PSEUDO:
        return frozenset()
    there = texts.translated.get(code, {}).keys()
    return frozenset(
        node.id for node in nodes.values() if not keys_of_node(node, texts.services, texts.english) <= there
    )


def _version(written: Written, catalogues: Mapping[str, Catalogue]) -> str:
    digest = written.digest.copy()
    for code, catalogue in sorted(catalogues.items()):
        digest.update(f"{code}\0{len(catalogue.raw)}\0".encode() + catalogue.raw)
    return str(digest.hexdigest())[:16]
