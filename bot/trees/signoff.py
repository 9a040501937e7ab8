"""Sign-off: who read which text, bound to the text itself. A role and a day, never a person's name.

What is signed is a *unit*: a node with the pages of its options (`nrm/what`), a file of shared texts (`system/keys`), a
service that is shown (`service/samaritans`), a notice, a snippet, a term. English needs every role; another language
needs `language`, for the units that are translated.

The hash of a unit in a language is SHA-256, its first 32 hex digits, over one line of JSON for each text by key
(`["nrm/what:page", "..."]`, values placed, `{alias}` and its like as written), then for each option and rule with where
it leads, each group sorted. So a changed phone number undoes what was signed, and a renewed `seen` does not.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from bot.checks.finding import ContentErrors
from bot.engine.model import Node
from bot.trees.load import Pack, keys_of_node
from bot.trees.messages import PLACED
from bot.trees.schema import Model, read_model
from bot.trees.source import OWN
from bot.trees.texts import MissingText
from bot.trees.yaml import Map, read_yaml

FILE = "signoff.yaml"
SOURCE = "en"
"""The language that all others are translated from."""
ROLES = ("subject", "language", "lived-experience")
HASH_DIGITS = 32
HEAD = """\
# Who has read which text: unit, language, role, day and the hash of the text as it was read. `ownsteps signoff` writes it;
# docs/editing.md says how. A change of the text undoes its sign-off. What is not here is unsigned.
"""


def _of_a_day(signature: str) -> str:
    date.fromisoformat(signature.partition(" ")[0])
    return signature


_Signature = Annotated[
    str, StringConstraints(pattern=rf"^\d{{4}}-\d\d-\d\d [0-9a-f]{{{HASH_DIGITS}}}$"), AfterValidator(_of_a_day)
]
Signed = dict[str, dict[str, dict[str, str]]]
"""Unit, language, role: "2026-11-23 <hash>"."""


class _File(Model):
    signed: Annotated[dict[str, dict[str, dict[str, _Signature]]], Field(default_factory=dict)]


class SignoffError(ValueError):
    """A sentence on what cannot be signed."""


class Held(StrEnum):
    SIGNED = "signed"
    CHANGED = "changed since"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Unit:
    """`keys`: its texts. `more`: (what, where it leads or what it says) beside the texts."""

    id: str
    keys: tuple[str, ...]
    more: tuple[tuple[str, str], ...] = ()

    @property
    def group(self) -> str:
        return self.id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class State:
    """How one role stands to one unit in one language. `on`: the day of its signature, if there is one."""

    unit: str
    lang: str
    role: str
    held: Held
    on: date | None = None


def roles_of(lang: str) -> tuple[str, ...]:
    """Who has to sign texts in this language."""
    return ROLES if lang == SOURCE else ("language",)


# --- units


def units(pack: Pack) -> Mapping[str, Unit]:
    """Everything that is signed on its own, by id and sorted by it."""
    found = [*_nodes(pack), *_shared(pack), *_services(pack), *_entries(pack)]
    return {one.id: one for one in sorted(found, key=lambda one: one.id)}


def _nodes(pack: Pack) -> Iterator[Unit]:
    made: dict[str, list[Node]] = {name: [] for name in pack.raw.nodes}
    for node in pack.bundle.nodes.values():
        made[node.id.partition(".")[0]].append(node)
    written: dict[str, set[str]] = {name: set() for name in made}
    for message in pack.raw.messages.values():
        if (name := message.node.partition(".")[0]) in written:
            written[name].add(message.key)
    for name, nodes in made.items():
        keys = written[name].union(*(_said(pack, node) for node in nodes))
        yield Unit(name, tuple(sorted(keys)), tuple(sorted(leads for node in nodes for leads in _leads(node))))


def _said(pack: Pack, node: Node) -> Iterator[str]:
    """What the node says itself: placed values stand in the text, and listed services are units of their own."""
    keys = keys_of_node(replace(node, directory=None), pack.texts.services, pack.texts.english)
    return (key for key in keys if not key.startswith(("value/", "service/")))


def _leads(node: Node) -> Iterator[tuple[str, str]]:
    for option in node.options:
        yield f"{node.id}>{option.id}", option.target
    for rule in node.rules:
        yield f"{node.id}?{rule.predicate}={rule.argument}", rule.target
    if node.directory is not None:
        yield f"{node.id}#needs", " ".join(sorted(node.directory.needs))


def _shared(pack: Pack) -> Iterator[Unit]:
    for name, data in pack.raw.data.items():
        if name.startswith(("system/", f"{OWN}/")) and isinstance(data, Map):
            yield Unit(name, tuple(sorted(f"system/{key}" for key in data)))


def _services(pack: Pack) -> Iterator[Unit]:
    unsaid = {"source", "confidence"}
    for name, one in pack.bundle.services.items():
        if one.shown:
            keys = tuple(key for key in sorted(pack.texts.english) if key.startswith(f"service/{name}:"))
            texts = {key.partition(":")[2] for key in keys}
            facts = pack.raw.services.services[name].model_dump(mode="json", by_alias=True, exclude_defaults=True)
            kept = sorted((field, json.dumps(value)) for field, value in facts.items() if field not in texts | unsaid)
            yield Unit(f"service/{name}", keys, tuple(kept))


def _entries(pack: Pack) -> Iterator[Unit]:
    by_entry: dict[str, list[str]] = {}
    for key in pack.texts.english:
        if key.startswith(("notice/", "snippet/", "term/")):
            by_entry.setdefault(key.partition(":")[0], []).append(key)
    for name, keys in by_entry.items():
        yield Unit(name, tuple(sorted(keys)))


# --- hashes


def text_hash(pack: Pack, unit: Unit, lang: str = SOURCE) -> str | None:
    """The hash of what the unit says today; None while some text of it is not translated."""
    lines = []
    for key in unit.keys:
        said = _filled(pack, key, lang)
        if said is None:
            return None
        lines.append((key, said))
    written = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (*lines, *unit.more))
    return hashlib.sha256(written.encode()).hexdigest()[:HASH_DIGITS]


def _filled(pack: Pack, key: str, lang: str) -> str | None:
    template = pack.texts.get(lang, key)

    def fill(found: re.Match[str]) -> str:
        if found[2] is None and found[1] not in ("org", "hours"):
            return found[0]
        return pack.texts.placed(found[1], found[2], key, lang)

    try:
        return None if template is None else PLACED.sub(fill, template)
    except MissingText:
        return None


# --- the file


def read_signed(folder: Path) -> Signed:
    """What the pack's file says; nothing when there is no file. Raises ContentErrors."""
    path = folder / FILE
    if not path.is_file():
        return {}
    data, findings = read_yaml(path.read_bytes(), FILE)
    found = None
    if not findings:
        found, findings = read_model(_File, data, FILE)
    if found is None:
        raise ContentErrors(findings)
    return {unit: {lang: dict(roles) for lang, roles in langs.items()} for unit, langs in found.signed.items()}


def as_yaml(signed: Signed) -> str:
    """Sorted, one signature a line: the same signatures give the same bytes."""
    lines = ["signed:" if signed else "signed: {}"]
    for unit, langs in sorted(signed.items()):
        lines.append(f"  {unit}:")
        for lang, roles in sorted(langs.items()):
            lines.append(f"    {lang}:")
            lines += [f"      {role}: {signature}" for role, signature in sorted(roles.items())]
    return HEAD + "\n".join(lines) + "\n"


def sign(pack: Pack, names: Iterable[str], role: str, on: date, lang: str = SOURCE) -> list[str]:
    """Binds the role and the day to the text of each unit as it is now, and writes the file. Raises SignoffError.

    A name is a unit, or a topic or group for all of its units. Nothing is written when one of them cannot be signed.
    """
    if role not in roles_of(lang):
        raise SignoffError(f"texts in {lang!r} are signed by {', '.join(roles_of(lang))}, not by {role!r}.")
    known, signed = units(pack), read_signed(pack.raw.path)
    chosen = [unit for name in names for unit in _named(known, name)]
    for unit in chosen:
        found = text_hash(pack, unit, lang)
        if found is None:
            raise SignoffError(f"{unit.id} is not translated into {lang!r}.")
        signed.setdefault(unit.id, {}).setdefault(lang, {})[role] = f"{on} {found}"
    (pack.raw.path / FILE).write_text(as_yaml(signed), encoding="utf-8")
    return [unit.id for unit in chosen]


def _named(known: Mapping[str, Unit], name: str) -> list[Unit]:
    chosen = [known[name]] if name in known else [one for one in known.values() if one.group == name]
    if not chosen:
        near = [one.id for one in known.values() if one.group == name.partition("/")[0]]
        there = near or sorted({one.group for one in known.values()})
        raise SignoffError(f"there is no text {name!r}. There are: {', '.join(there)}.")
    return chosen


# --- how things stand


def states(pack: Pack, langs: Iterable[str] | None = None) -> list[State]:
    """Every unit with every role that its languages need; what is not translated is left out.

    Languages: those on offer unless given. Raises ContentErrors when the file cannot be read.
    """
    signed = read_signed(pack.raw.path)
    offered = [one.code for one in pack.bundle.languages if one.offered]
    found = []
    for lang in offered if langs is None else langs:
        for unit in units(pack).values():
            now = text_hash(pack, unit, lang)
            roles = signed.get(unit.id, {}).get(lang, {})
            found += [_state(unit, lang, role, roles.get(role), now) for role in roles_of(lang) if now is not None]
    return found


def _state(unit: Unit, lang: str, role: str, signature: str | None, now: str | None) -> State:
    if signature is None:
        return State(unit.id, lang, role, Held.UNSIGNED)
    day, _, hashed = signature.partition(" ")
    return State(unit.id, lang, role, Held.SIGNED if hashed == now else Held.CHANGED, date.fromisoformat(day))


def gone(pack: Pack) -> list[str]:
    """Names in the file that are no unit any more."""
    return sorted(read_signed(pack.raw.path).keys() - units(pack).keys())


def lacking(found: Iterable[State]) -> Counter[tuple[str, str]]:
    """How many texts wait, by language and role."""
    return Counter((one.lang, one.role) for one in found if one.held is not Held.SIGNED)


def signed_languages(found: Iterable[State]) -> frozenset[str]:
    """Languages of which every text is signed by every role that it needs."""
    found = list(found)
    return frozenset(one.lang for one in found) - {lang for lang, _ in lacking(found)}
