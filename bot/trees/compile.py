"""A written pack to the frozen nodes, services and sources of a bundle. What cannot be linked is a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from bot.checks.finding import Finding
from bot.engine.model import Directory, Door, Kind, Node, NodeId, Option, Rule, Service, Source, Text
from bot.engine.rules import ANY, PREDICATES, TOLD_NAMES, UNSURE
from bot.trees import schema
from bot.trees.messages import slug
from bot.trees.source import SourceNode, Written

CHECK_AFTER = timedelta(days=90)
"""NEUT-9: how long a fact counts as checked when its source does not say."""


@dataclass
class Compiled:
    nodes: dict[NodeId, Node] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def compile_pack(written: Written) -> Compiled:
    return _Compiler(written).run()


class _Compiler:
    def __init__(self, written: Written) -> None:
        self.written = written
        self.done = Compiled()

    @property
    def nations(self) -> tuple[str, ...]:
        return (*(self.written.pack.nations if self.written.pack else ()), UNSURE)

    def run(self) -> Compiled:
        self.sources()
        self.services()
        for node in self.written.nodes.values():
            for made in self.node(node):
                self.done.nodes[made.id] = made
        self.starts()
        return self.done

    # --- sources and services

    def sources(self) -> None:
        for name, one in self.written.sources.sources.items():
            check_by = one.check_by or one.seen + CHECK_AFTER
            self.done.sources[name] = Source(name, one.publisher, one.title, one.url or "", one.seen, check_by)
        for name, value in self.written.sources.values.items():
            self.known_sources([value.source], "sources", ("values", name), "")

    def services(self) -> None:
        for name, one in self.written.services.services.items():
            self.known_nations(name, one)
            if self.known_sources([one.source], "services", ("services", name), ""):
                self.done.services[name] = self.service(name, one, self.done.sources[one.source])

    def service(self, name: str, one: schema.ServiceEntry, source: Source) -> Service:
        def text(part: str, value: str | None) -> Text | None:
            return Text(f"service/{name}:{part}") if value else None

        return Service(
            id=name, name=one.name, phone=one.phone, whom=Text(f"service/{name}:for"), about=text("about", one.about),
            needs=tuple(one.needs), nations=tuple(one.nations), ways=tuple(one.ways), always=one.always,
            bank_holidays=one.bank_holidays, opens=MappingProxyType(dict(one.opens.items())) if one.opens else None,
            hours=text("hours", one.hours), cost=text("cost", one.cost), languages=text("languages", one.languages),
            run_by=one.run_by, seen=source.seen, check_by=source.check_by, confidence=one.confidence,
            zone=self.written.hours.timezone if self.written.hours else "UTC", holidays=self.holidays(one),
            everywhere=self.written.pack is not None and set(one.nations) >= set(self.written.pack.nations),
        )  # fmt: skip

    def holidays(self, one: schema.ServiceEntry) -> tuple[str, ...]:
        known = self.written.hours.bank_holidays if self.written.hours else {}
        return tuple(known[nation] for nation in one.nations if nation in known)

    def known_nations(self, name: str, one: schema.ServiceEntry) -> None:
        for nation in one.nations if self.written.pack else ():
            if nation not in self.nations:
                file, line = (
                    self.written.names["services"],
                    self.written.line_of("services", "services", name, "nations"),
                )
                message = f"{nation!r} is none of the nations of pack.yaml."
                self.done.findings.append(Finding("Y203", file, line, "", message, "Write one that stands there."))

    def known_sources(self, ids: Iterable[str], name: str, path: tuple[str, ...], node: str) -> bool:
        unknown = [one for one in ids if one not in self.done.sources]
        for one in unknown if "sources" not in self.written.unread else ():
            file, line = self.written.names.get(name, name), self.written.line_of(name, *path)
            message = f"The source {one!r} is not in sources.yaml."
            self.done.findings.append(Finding("F302", file, line, node, message, "Add it, or name another."))
        return not unknown

    # --- nodes

    def node(self, node: SourceNode) -> Iterator[Node]:
        match node.entry:
            case schema.Page() as page:
                options = self.links(node, page.options, "options")
                yield self.made(node, Kind.PAGE, ("page",), options, rotates=page.rotates)
            case schema.Listing() as listing:
                options = self.links(node, listing.options, "options")
                parts = ("page",) if listing.page else ()
                needs = Directory(tuple(listing.directory.needs))
                yield self.made(node, Kind.DIRECTORY, parts, options, directory=needs)
            case schema.Ask() as ask:
                yield self.made(node, Kind.ASK, ("ask", "why"), self.answers(node, ask), tells=ask.tells)
            case schema.DoorNode() as door:
                yield self.made(node, Kind.DOOR, (), (), door=Door(door.door))
            case schema.Choice() as choice:
                yield self.made(node, Kind.CHOICE, ("choice",), self.ways(node, choice), rotates=True)
                for name, way in choice.options.items():
                    yield self.way_page(node, name, way)

    def made(
        self, node: SourceNode, kind: Kind, parts: Sequence[str], options: tuple[Option, ...], *,
        rotates: bool = False, directory: Directory | None = None, tells: str | None = None, door: Door | None = None,
    ) -> Node:  # fmt: skip
        checked, check_by = self.checked(node, node.entry.sources, "sources")
        return Node(
            id=NodeId(node.id), kind=kind, title=self.title(node), blocks=tuple(Text(f"{node.id}:{part}") for part in parts),
            options=options, rules=self.rules(node), rotates=rotates, door=door, directory=directory, tells=tells,
            sources=tuple(node.entry.sources), checked=checked, check_by=check_by, neutral=node.entry.neutral,
            topic=node.topic, file=node.file, line=node.line,
        )  # fmt: skip

    def title(self, node: SourceNode) -> Text:
        for part, value in (("title", node.entry.title), ("ask_as", node.entry.ask_as)):
            if value:
                return Text(f"{node.id}:{part}")
        return Text(f"{node.topic}:title")

    def checked(self, node: SourceNode, ids: Sequence[str], *path: str) -> tuple[date | None, date | None]:
        """The oldest day on which one of them was seen, and the first on which one is to be checked again."""
        known = [self.done.sources[one] for one in ids if one in self.done.sources]
        for one in ids:
            if one not in self.done.sources and "sources" not in self.written.unread:
                message = f"The source {one!r} is not in sources.yaml."
                self.wrong("F302", node, message, "Add it, or name another.", *path)
        if not known:
            return None, None
        return min(one.seen for one in known), min(one.check_by for one in known)

    def rules(self, node: SourceNode) -> tuple[Rule, ...]:
        made = []
        for number, when in enumerate(node.entry.when):
            name, _, argument = when.if_.partition(" == ")
            target = self.target(node, when.go, "when", number)
            if self.known_rule(node, name, argument, number) and target:
                made.append(Rule(name, argument, target))
        return tuple(made)

    def known_rule(self, node: SourceNode, name: str, argument: str, number: int) -> bool:
        _, arguments = PREDICATES.get(name, (None, ()))
        if ANY in arguments:
            arguments = self.nations if name == "told.nation" else tuple(self.written.notices.notices)
        if name in PREDICATES and (argument in arguments if arguments else not argument):
            return True
        rules = [f"{one} == {' | '.join(args)}" if args else one for one, (_, args) in PREDICATES.items()]
        message = f"There is no rule {(name + ' == ' + argument) if argument else name!r}."
        self.wrong("S104", node, message, f"Use one of: {'; '.join(rules)}.", "when", number)
        return False

    def answers(self, node: SourceNode, ask: schema.Ask) -> tuple[Option, ...]:
        """Every answer leads to the same place, and so does the skip that the engine adds (CARE-2)."""
        if ask.tells not in TOLD_NAMES:
            message = f"{ask.tells!r} is nothing that can be told."
            self.wrong("S105", node, message, f"Use one of: {', '.join(TOLD_NAMES)}.", "tells")
        for value in ask.options if ask.tells in TOLD_NAMES else ():
            if value not in self.nations:
                message = f"{value!r} is none of the nations of pack.yaml."
                self.wrong("S105", node, message, f"Use one of: {', '.join(self.nations)}.", "options", value)
        target = self.target(node, ask.go, "go")
        if target is None:
            return ()
        return tuple(
            Option(value, Text(f"{node.id}:option.{value}"), target, (ask.tells, value)) for value in ask.options
        )

    def ways(self, node: SourceNode, choice: schema.Choice) -> tuple[Option, ...]:
        ids = [(name, f"{node.id}.{name}") for name in choice.options]
        return tuple(Option(name, Text(f"{way}:name"), NodeId(way)) for name, way in ids)

    def way_page(self, node: SourceNode, name: str, way: schema.Way) -> Node:
        """What one option of a choice is, told in the same fields as every other (NEUT-7)."""
        way_id = f"{node.id}.{name}"
        sources = node.entry.sources if way.sources is None else way.sources
        checked, check_by = self.checked(node, sources, "options", name, "sources")
        back = Option("other-ways", Text("system/other-ways"), NodeId(node.id))
        more = self.links(node, way.more, "options", name, "more", holder=way_id)
        return Node(
            id=NodeId(way_id), kind=Kind.PAGE, title=Text(f"{way_id}:name"), blocks=_fields(way_id, way),
            options=(*more, back), sources=tuple(sources), checked=checked, check_by=check_by,
            topic=node.topic, file=node.file, line=node.line_of("options", name),
        )  # fmt: skip

    # --- links

    def links(self, node: SourceNode, links: Sequence[schema.Link], *path: str, holder: str = "") -> tuple[Option, ...]:
        made: dict[str, Option] = {}
        for number, link in enumerate(links):
            target, name = self.target(node, link.to, *path, number), slug(link.to)
            if name in made:
                message = f"The option {link.to!r} stands twice."
                self.wrong("S106", node, message, "Take one out.", *path, number)
            elif target:
                label = self.label(node, link, target, name, holder or node.id, (*path, number))
                made[name] = Option(name, label, target)
        return tuple(made.values())

    def label(
        self, node: SourceNode, link: schema.Link, target: str, name: str, holder: str, path: tuple[int | str, ...]
    ) -> Text:
        if link.label:
            return Text(f"{holder}:option.{name}")
        key = f"{target}:name" if "." in target else f"{target}:ask_as"
        if key not in self.written.messages and target in self.written.nodes:
            message = f"The option {link.to!r} has no label: {target} has no ask_as."
            self.wrong("S103", node, message, "Write ask_as there, or {to: ..., label: ...} here.", *path)
        return Text(key)

    def target(self, node: SourceNode, target: str, *path: int | str) -> NodeId | None:
        full = target if "/" in target else f"{node.topic}/{target}"
        if self.exists(full):
            return NodeId(full)
        message = f"There is no node {full!r} to go to."
        self.wrong("S101", node, message, "Write it, or name another.", *path)
        return None

    def exists(self, full: str) -> bool:
        base, _, way = full.partition(".")
        if base not in self.written.nodes:
            return base in self.written.unread or base.partition("/")[0] in self.written.unread
        entry = self.written.nodes[base].entry
        return not way or (isinstance(entry, schema.Choice) and way in entry.options)

    def wrong(self, code: str, node: SourceNode, message: str, remedy: str, *path: int | str) -> None:
        line = node.line_of(*path)
        self.done.findings.append(Finding(code, node.file, line, node.id, message, remedy))

    def starts(self) -> None:
        pack = self.written.pack
        for path, target in _starts(pack) if pack else ():
            if not self.exists(target):
                file, line = self.written.names["pack"], self.written.line_of("pack", *path)
                message = f"There is no node {target!r} to go to."
                self.done.findings.append(Finding("S101", file, line, "", message, "Write it, or name another."))


def _starts(pack: schema.PackFile) -> Iterator[tuple[tuple[str, ...], str]]:
    yield ("menu",), pack.menu
    for intent, target in pack.intents.items():
        yield ("intents", intent), target


def _fields(way_id: str, way: schema.Way) -> tuple[Text, ...]:
    """One block a field, its name in front, so that a field is never broken from its name."""
    made = []
    for name in schema.FIELDS:
        value = getattr(way, "is_" if name == "is" else name)
        header = Text(f"system/field-{name}")
        if isinstance(value, str):
            made.append(Text.of("field", name=header, body=Text(f"{way_id}:{name}")))
        elif value:
            items = tuple(Text(f"{way_id}:{name}.{number}") for number in range(len(value)))
            made.append(Text.of("field-list", name=header, items=items))
    return tuple(made)
