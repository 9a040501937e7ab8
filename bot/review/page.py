"""The whole pack on one page of HTML, for reviewers who have a browser and nothing else.

Each node stands as a phone shows it, with where its options lead, its sources, its signatures and what the checks found.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.checks.common import rendered
from bot.checks.finding import Finding
from bot.checks.risk import risk_words
from bot.engine.model import Channel, Kind, Node, Rule
from bot.review.tags import link, listed, page, place, tag, text
from bot.review.waiting import Exemption, Waiting, as_text, exemptions
from bot.trees.languages import LANGUAGES
from bot.trees.load import Pack
from bot.trees.signoff import Held, State, Unit, states, units
from bot.trees.texts import MissingText

KINDS = {
    Kind.PAGE: "Page", Kind.CHOICE: "Choice", Kind.ASK: "Question", Kind.DIRECTORY: "List of services", Kind.DOOR: "Door",
}  # fmt: skip
OTHERS = {
    "system": "Shared texts", "own": "Shared texts in this pack's own words", "service": "Services",
    "snippet": "Snippets for officers", "notice": "Notices", "term": "Words explained",
}  # fmt: skip
"""Groups of units that are no topic, in the order in which they stand."""
UNSIGNED = (
    "Text that nobody has signed is marked. Nothing here is a review by a solicitor, a survivor or a safeguarding lead."
)


@dataclass
class _Page:
    pack: Pack
    lang: str
    channel: Channel
    found: dict[str, list[Finding]] = field(default_factory=dict)
    held: dict[str, list[State]] = field(default_factory=dict)
    exempt: dict[str, list[Exemption]] = field(default_factory=dict)
    leading: dict[str, dict[str, None]] = field(default_factory=dict)
    """By node, the units that lead to it."""


def review_page(pack: Pack, lang: str, channel: Channel, findings: Iterable[Finding], found: Waiting) -> str:
    """`findings`: of `run_checks`. `found`: what waits, for the head of the page."""
    made = _Page(pack, lang, channel)
    for one in findings:
        made.found.setdefault(one.node.partition(".")[0], []).append(one)
    for state in states(pack, [lang]):
        made.held.setdefault(state.unit, []).append(state)
    for exemption in exemptions(pack):
        made.exempt.setdefault(exemption.node, []).append(exemption)
    for node in pack.bundle.nodes.values():
        for target in (*(one.target for one in node.options), *(one.target for one in node.rules)):
            made.leading.setdefault(target.partition(".")[0], {})[node.id.partition(".")[0]] = None
    groups = _groups(pack)
    title = f"{pack.bundle.pack}: all texts, {LANGUAGES[lang].own_name}, {channel.value}, {pack.at}"
    return page("en", title, *_head(made, title, groups, found), *_body(made, groups))


def _groups(pack: Pack) -> dict[str, list[Unit]]:
    """Units by topic, topics and nodes as they are written; then the other groups."""
    known = units(pack)
    groups: dict[str, list[Unit]] = {}
    for name, node in pack.raw.nodes.items():
        groups.setdefault(node.topic, []).append(known[name])
    for group in OTHERS:
        if chosen := [one for one in known.values() if one.group == group]:
            groups[group] = chosen
    return groups


# --- head


def _head(made: _Page, title: str, groups: dict[str, list[Unit]], found: Waiting) -> Iterator[str]:
    yield tag("h1", text(title))
    yield tag("p", text(UNSIGNED))
    yield tag("h2", "Contents", id="contents")
    entries = [f"{link(f'{group}/', _name(made, group))} ({len(chosen)})" for group, chosen in groups.items()]
    yield tag("nav", listed([*entries, tag("a", "What waits", href="#waits")]), aria_label="Contents")
    loose = [one for node, several in made.found.items() if node not in made.pack.raw.nodes for one in several]
    if loose:
        summary = tag("summary", f"Findings about no one node: {len(loose)}")
        yield tag("details", summary, listed(map(_finding, loose)))
    yield tag("h2", "What waits", id="waits")
    yield from _waits(found)


def _waits(found: Waiting) -> Iterator[str]:
    """The lines of the terminal, each group folded; but signatures as numbers: each text says its own below."""
    lines = [line for line in as_text(found) if not line.startswith(tuple(f"  {one.value}:" for one in Held))]
    groups: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("  "):
            groups[-1][1].append(line.strip())
        else:
            groups.append((line.strip(), []))
    for title, inner in groups:
        yield tag("details", tag("summary", text(title)), listed(map(text, inner))) if inner else tag("p", text(title))


def _name(made: _Page, group: str) -> str:
    return OTHERS.get(group) or made.pack.texts.english.get(f"{group}:title", group)


# --- topics and nodes


def _body(made: _Page, groups: dict[str, list[Unit]]) -> Iterator[str]:
    for group, chosen in groups.items():
        yield tag("h2", text(_name(made, group)), id=place(f"{group}/"))
        articles = [_node(made, one) if one.id in made.pack.raw.nodes else _other(made, one) for one in chosen]
        if group in made.pack.raw.trees:
            yield listed((link(one.id, _title(made, made.pack.bundle.nodes[one.id])) for one in chosen), class_="more")  # type: ignore[index]
        yield from articles
        yield tag("p", tag("a", "Back to the contents", href="#contents"), class_="top")


def _title(made: _Page, node: Node) -> str:
    return made.pack.texts.english.get(node.title.key, node.id)


def _node(made: _Page, unit: Unit) -> str:
    """A node, and the pages of its options when it is a choice."""
    nodes = [one for one in made.pack.bundle.nodes.values() if one.id.partition(".")[0] == unit.id]
    first = nodes[0]
    parts = [tag("h3", text(_title(made, first))), _id(f"{unit.id}, {KINDS[first.kind]}, {first.file}:{first.line}")]
    for node in nodes:
        if node is not first:
            parts.append(tag("h4", text(f"Option: {_title(made, node)}"), id=place(node.id)))
        parts += [_said(made, node), _options(made, node), _rules(made, node), _services(made, node)]
    parts += [_sources(made, nodes), _back(made, unit.id), _signatures(made, unit), _findings(made, unit.id)]
    return tag("article", *parts, id=place(unit.id))


def _id(words: str) -> str:
    return tag("p", text(words), class_="id")


def _said(made: _Page, node: Node) -> str:
    known = LANGUAGES[made.lang]
    try:
        messages = rendered(made.pack, node, made.lang, made.channel, risk_words) if node.blocks else []
    except MissingText:
        return tag("p", f"Not in {text(known.own_name)} yet.", class_="waits")
    if not messages:
        return tag("p", "No text of its own.", class_="quiet")
    return listed(map(text, messages), class_="said", lang=made.lang, dir="rtl" if known.rtl else "ltr")


def _options(made: _Page, node: Node) -> str:
    rows = []
    for one in node.options:
        words = made.pack.texts.get(made.lang, one.label.key) or one.label.key
        rows.append(f"{tag('bdi', text(words), lang=made.lang)} &rarr; {link(one.target, one.target)}")
    return tag("div", tag("h4", "Options"), listed(rows), class_="more") if rows else ""


def _rules(made: _Page, node: Node) -> str:
    rows = [f"{text(_rule(one))}: {link(one.target, one.target)} in its place" for one in node.rules]
    return tag("div", tag("h4", "Rules"), listed(rows), class_="more") if rows else ""


def _rule(rule: Rule) -> str:
    return f"When {rule.predicate} is {rule.argument}" if rule.argument else f"When {rule.predicate}"


def _services(made: _Page, node: Node) -> str:
    if node.directory is None:
        return ""
    needs = set(node.directory.needs)
    chosen = [one for one in made.pack.bundle.services.values() if one.shown and (not needs or needs & set(one.needs))]
    rows = [f"{link(f'service/{one.id}', one.name)} ({', '.join(one.nations)})" for one in chosen]
    return tag("div", tag("h4", "Services it lists"), listed(rows), class_="more")


def _sources(made: _Page, nodes: Iterable[Node]) -> str:
    ids = dict.fromkeys(name for node in nodes for name in node.sources)
    rows = []
    for name in ids:
        one = made.pack.bundle.sources[name]
        words = f"{one.publisher}: {one.title}"
        shown = tag("a", text(words), href=one.url, rel="noreferrer") if one.url else text(words)
        late = tag("span", f"to be checked by {one.check_by}", class_="waits" if one.check_by < made.pack.at else None)
        rows.append(f"{shown} ({text(name)}), seen {one.seen}, {late}")
    return tag("div", tag("h4", "Sources"), listed(rows), class_="more") if rows else ""


def _back(made: _Page, name: str) -> str:
    rows = [link(one, one) for one in made.leading.get(name, {}) if one != name]
    return tag("p", f"Led to from: {', '.join(rows)}", class_="more") if rows else ""


def _signatures(made: _Page, unit: Unit) -> str:
    rows = []
    for one in made.held.get(unit.id, []):
        day = f" {one.on}" if one.on else ""
        said = tag("span", f"{one.held.value}{day}", class_=None if one.held is Held.SIGNED else "waits")
        rows.append(f"{one.role}: {said}")
    return tag("p", f"Signatures ({made.lang}): {', '.join(rows)}" if rows else "Not translated whole.", class_="more")


def _findings(made: _Page, name: str) -> str:
    rows = [_finding(one) for one in made.found.get(name, [])]
    rows += [
        f"{tag('strong', 'Exempt')} {text(one.option)} {text(one.check)}: {text(one.reason)}"
        for one in made.exempt.get(name, [])
    ]
    return tag("div", tag("h4", "Findings"), listed(rows), class_="more") if rows else ""


def _finding(one: Finding) -> str:
    return f"{tag('strong', text(f'{one.severity} {one.code}'))} {text(f'{one.message} {one.remedy} ({one.file}:{one.line})')}"


# --- everything that is no node


def _other(made: _Page, unit: Unit) -> str:
    """Shared texts, services, notices, snippets and terms: each text by its key, as written."""
    pairs = []
    known = LANGUAGES[made.lang]
    for key in unit.keys:
        said = made.pack.texts.get(made.lang, key)
        words = tag("bdi", text(said), lang=made.lang) if said else tag("span", "not translated", class_="waits")
        pairs += [tag("dt", text(key.rpartition(":")[2])), tag("dd", words, dir="rtl" if known.rtl and said else None)]
    facts = [f"{text(name)}: {text(_plainly(value))}" for name, value in unit.more]
    service = made.pack.bundle.services.get(unit.id.partition("/")[2]) if unit.group == "service" else None
    title = service.name if service else unit.id.partition("/")[2]
    dated = tag("p", f"Seen {service.seen}, to be checked by {service.check_by}", class_="more") if service else ""
    parts = [tag("h3", text(title)), _id(unit.id), tag("dl", *pairs), listed(facts, class_="more"), dated]
    return tag("article", *parts, _signatures(made, unit), id=place(unit.id))


def _plainly(value: str) -> str:
    """A fact of a service, which is kept as JSON, as a reader writes it."""
    match json.loads(value):
        case list() as several:
            return ", ".join(map(str, several))
        case dict() as by_name:
            return ", ".join(f"{name} {_plainly(json.dumps(one))}" for name, one in by_name.items())
        case bool() as yes:
            return "yes" if yes else "no"
        case other:
            return str(other)
