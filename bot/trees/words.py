"""`locales/<code>/words.yaml`, what people type, compiled to the `Lexicon` that the engine listens with.

Every mistake in every file is reported at once, each with code, file, line, sentence and remedy. `locales/en/words.yaml`
explains the format.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import yaml

from bot.checks.finding import ContentErrors, Finding
from bot.engine.lexicon import (
    FUZZY_LETTERS,
    Asking,
    Intent,
    Lexicon,
    Mark,
    Node,
    Spelling,
    Together,
    Whole,
    shortened,
)
from bot.engine.normal import bare, words_of

NEAR_CUES = ("past", "question", "unreal", "safe", "away", "denial")
NATIONS = ("england", "wales", "scotland", "ni")
DANGERS = ("danger", "harm", "calling", "suicide")
RULED = {**{intent.value: "topic" for intent in Intent}, **{role: role for role in DANGERS}}
DEFAULT_GAP = 2
FUZZY_ROLES = frozenset(("topic", "set", *DANGERS))


@dataclass
class _Build:
    """What is gathered while the files are read."""

    marks: dict[tuple[str, ...], dict[Mark, None]] = field(default_factory=lambda: defaultdict(dict))
    whole: dict[str, dict[Whole, None]] = field(default_factory=lambda: defaultdict(dict))
    rules: list[Together] = field(default_factory=list)
    spelling: dict[str, list[Spelling]] = field(default_factory=lambda: defaultdict(list))
    known: set[str] = field(default_factory=set)
    asks: dict[Asking, None] = field(default_factory=dict)
    errors: list[Finding] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)


def load_lexicon(locales: Path) -> Lexicon:
    """The lexicon of all `words.yaml` below `locales`, reviewed or not. Raises `ContentErrors`."""
    build = _Build()
    for path in sorted(locales.glob("*/words.yaml")):
        build.languages.append(path.parent.name)
        _File(path, build).read()
    if build.errors:
        raise ContentErrors(build.errors)
    return _frozen(build)


def _roles(role: str) -> Callable[[_File, yaml.Node], None]:
    """The reader of a section that is one list of phrases."""

    def read(file: _File, node: yaml.Node) -> None:
        for words, _ in file.phrases(node):
            file.mark(words, role)

    return read


class _File:
    """One words.yaml while it is read."""

    def __init__(self, path: Path, build: _Build) -> None:
        self.path, self.build, self.lang = path, build, path.parent.name
        self.taken: dict[tuple[str, str], tuple[str, int]] = {}
        self.sets: set[str] = set()
        self.names: list[tuple[tuple[str, ...], str]] = []

    def read(self) -> None:
        try:
            root = yaml.compose(self.path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self.wrong(
                "words-yaml",
                (mark.line if mark else 0) + 1,
                "This is not YAML.",
                "Compare with en/words.yaml.",
            )
            return
        for name, node in self.pairs(root):
            section = self.sections.get(name)
            if section is None:
                self.wrong(
                    "words-section",
                    _line(node),
                    f"There is no section {name!r}.",
                    f"One of {_list(self.sections)}.",
                )
            else:
                section(self, node)

    def wrong(self, code: str, line: int, message: str, remedy: str) -> None:
        name = f"locales/{self.lang}/{self.path.name}"
        self.build.errors.append(Finding(code, name, line, "", message, remedy))

    # --- shapes

    def pairs(self, node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield str(key.value), value
        elif node is not None and node.value != "":
            self.wrong(
                "words-shape",
                _line(node),
                "A map of names was expected here.",
                "Write `name: [phrase, phrase]`.",
            )

    def texts(self, node: yaml.Node) -> Iterator[tuple[str, int]]:
        if not isinstance(node, yaml.SequenceNode):
            self.wrong("words-shape", _line(node), "A list was expected here.", "Write `[phrase, phrase]`.")
            return
        for item in node.value:
            if isinstance(item, yaml.ScalarNode):
                yield item.value, _line(item)
            else:
                self.wrong(
                    "words-shape",
                    _line(item),
                    "A phrase was expected here.",
                    "Write words, in quotes if need be.",
                )

    def phrases(self, node: yaml.Node) -> Iterator[tuple[tuple[str, ...], int]]:
        for text, line in self.texts(node):
            words = words_of(text).words
            if words:
                yield words, line
            else:
                self.wrong("words-empty", line, f"{text!r} has no word in it.", "Write a word, or take it out.")

    # --- putting in

    def claim(self, kind: str, words: tuple[str, ...], value: str, line: int) -> bool:
        """Whether the phrase has no other meaning of this kind in this language."""
        key = (kind, " ".join(words))
        before, at = self.taken.setdefault(key, (value, line))
        if before != value:
            where = f"{' '.join(words)!r} is listed for {before} (line {at}) and for {value}."
            self.wrong("words-clash", line, where, "Keep one; for a destructive meaning keep the other.")
        return before == value

    def mark(self, words: tuple[str, ...], role: str, value: str = "") -> None:
        mark = Mark(self.lang, role, value)
        for form in dict.fromkeys((words, tuple(map(bare, words)))):
            self.build.marks[form][mark] = None

    def intent(self, name: str, node: yaml.Node) -> Intent | None:
        try:
            return Intent(name)
        except ValueError:
            self.wrong("words-intent", _line(node), f"There is no intent {name!r}.", f"One of {_list(Intent)}.")
            return None

    # --- sections

    def on_whole(self, node: yaml.Node) -> None:
        for name, phrases in self.pairs(node):
            intent = self.intent(name, phrases)
            for words, line in self.phrases(phrases) if intent else ():
                self.claim("whole", words, name, line)
                self.build.whole[" ".join(map(bare, words))][Whole(self.lang, intent, words)] = None
                if intent is Intent.HIDE:
                    self.mark(words, "closing")

    def on_ordinary(self, node: yaml.Node) -> None:
        for words, line in self.phrases(node):
            self.claim("whole", words, "ordinary", line)
            self.build.whole[" ".join(map(bare, words))][Whole(self.lang, None, words)] = None

    def on_phrases(self, node: yaml.Node) -> None:
        for name, phrases in self.pairs(node):
            intent = self.intent(name, phrases)
            for words, line in self.phrases(phrases) if intent else ():
                self.claim("phrase", words, name, line)
                self.mark(words, "topic", name)

    def on_subjects(self, node: yaml.Node) -> None:
        """`debts: {of: money, phrases: [...]}`; a subject of `other` is no topic, and counts when nothing else is meant."""
        for name, entry in self.pairs(node):
            fields = dict(self.pairs(entry))
            if set(fields) != {"of", "phrases"}:
                self.wrong("words-subject", _line(entry), f"{name!r} needs of and phrases.", "Write both.")
                continue
            intent = self.intent(str(fields["of"].value), fields["of"])
            for words, line in self.phrases(fields["phrases"]) if intent else ():
                if intent is not Intent.OTHER and self.claim("phrase", words, str(intent), line):
                    self.mark(words, "topic", str(intent))
                self.mark(words, "subject", f"{intent}/{name}")

    def on_sets(self, node: yaml.Node) -> None:
        for name, phrases in self.pairs(node):
            self.sets.add(name)
            for words, _ in self.phrases(phrases):
                self.mark(words, "set", name)

    def on_rules(self, node: yaml.Node) -> None:
        if not isinstance(node, yaml.SequenceNode):
            self.wrong("words-shape", _line(node), "Rules are a list.", "Write `- danger: [set, set]`.")
            return
        for item in node.value:
            self.rule(dict(self.pairs(item)), _line(item))

    def rule(self, fields: dict[str, yaml.Node], line: int) -> None:
        gap = fields.pop("gap", None)
        if len(fields) != 1 or next(iter(fields)) not in RULED:
            self.wrong(
                "words-rule",
                line,
                "A rule has one meaning and the sets it needs.",
                "Write `- danger: [set, set]`.",
            )
            return
        name, node = next(iter(fields.items()))
        sets = tuple(text for text, _ in self.texts(node))
        unknown = [one for one in sets if one not in self.sets]
        if unknown or len(sets) < 2:
            self.wrong(
                "words-rule",
                line,
                f"A rule needs two or more known sets; not known: {unknown}.",
                "See `sets:` above it.",
            )
            return
        value = name if RULED[name] == "topic" else ""
        words_between = int(gap.value) if gap is not None and str(gap.value).isdigit() else DEFAULT_GAP
        self.build.rules.append(Together(self.lang, RULED[name], value, sets, words_between))

    def on_near(self, node: yaml.Node) -> None:
        self.named("near", NEAR_CUES, node)

    def on_nations(self, node: yaml.Node) -> None:
        self.named("nation", NATIONS, node)

    def named(self, role: str, allowed: tuple[str, ...], node: yaml.Node) -> None:
        for name, phrases in self.pairs(node):
            if name not in allowed:
                self.wrong("words-name", _line(phrases), f"{name!r} is not known here.", f"One of {_list(allowed)}.")
            for words, line in self.phrases(phrases):
                self.claim(role, words, name, line)
                self.mark(words, role, name)

    def on_languages(self, node: yaml.Node) -> None:
        self.names = [(words, code) for code, listed in self.pairs(node) for words, _ in self.phrases(listed)]
        for words, code in self.names:
            self.mark(words, "name", code)

    def on_speak(self, node: yaml.Node) -> None:
        """Sentences with {} for the name of a language; `languages:` stands before it."""
        for text, _ in self.texts(node):
            before, _, after = text.partition("{}")
            for words, code in self.names:
                self.mark((*words_of(before).words, *words, *words_of(after).words), "language", code)

    def on_asks(self, node: yaml.Node) -> None:
        """Questions with {} for the word that is asked about."""
        for text, line in self.texts(node):
            before, placed, after = text.partition("{}")
            parts = [tuple(map(bare, words_of(part).words)) for part in (before, after)]
            if placed and any(parts):
                self.build.asks[Asking(self.lang, *parts)] = None
            else:
                self.wrong("words-asks", line, f"{text!r} does not ask about a word.", "Write `what is {}`.")

    def on_spelling(self, node: yaml.Node) -> None:
        for typed, meant in self.pairs(node):
            self.build.spelling[bare(" ".join(words_of(typed).words))].append(
                (self.lang, words_of(str(meant.value)).words)
            )

    def on_known(self, node: yaml.Node) -> None:
        self.build.known.update(bare(word) for words, _ in self.phrases(node) for word in words)

    def on_reviewed(self, node: yaml.Node) -> None:
        if node.value not in ("true", "false"):
            self.wrong(
                "words-reviewed",
                _line(node),
                "reviewed is true or false.",
                "false until a native speaker has read it.",
            )

    sections: Mapping[str, Callable[[_File, yaml.Node], None]] = {
        "reviewed": on_reviewed, "whole": on_whole, "ordinary": on_ordinary, "phrases": on_phrases,
        "subjects": on_subjects, "sets": on_sets,
        "rules": on_rules, "near": on_near, "nations": on_nations, "languages": on_languages, "speak": on_speak,
        "spelling": on_spelling, "asks": on_asks, "known": on_known, "danger": _roles("danger"), "suicide": _roles("suicide"),
        "harm": _roles("harm"), "calling": _roles("calling"),
        "urgent": _roles("urgent"), "figures": _roles("figure"), "not-closing": _roles("apart"),
        "not-topic": _roles("beside"), "sure": _roles("sure"),
        "signs": _roles("sign"),
    }  # fmt: skip


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _list(names: object) -> str:
    return ", ".join(str(name) for name in names)  # type: ignore[attr-defined]


# --- freezing


def _frozen(build: _Build) -> Lexicon:
    words = {word for phrase in build.marks for word in phrase}
    spelled = {word: tuple(found) for word, found in build.spelling.items()}
    return Lexicon(
        languages=tuple(build.languages),
        whole=MappingProxyType({phrase: tuple(found) for phrase, found in build.whole.items()}),
        root=_trie(build.marks),
        rules=tuple(build.rules),
        spelling=MappingProxyType(spelled),
        vocabulary=frozenset(words),
        known=frozenset(build.known),
        near=MappingProxyType(_near(build.marks)),
        asks=tuple(build.asks),
    )


def _trie(marks: Mapping[tuple[str, ...], Mapping[Mark, None]]) -> Node:
    return _node(sorted((phrase, tuple(found)) for phrase, found in marks.items()), 0)


def _node(phrases: list[tuple[tuple[str, ...], tuple[Mark, ...]]], depth: int) -> Node:
    here: tuple[Mark, ...] = ()
    after: dict[str, list[tuple[tuple[str, ...], tuple[Mark, ...]]]] = defaultdict(list)
    for phrase, marks in phrases:
        if len(phrase) == depth:
            here = marks
        else:
            after[phrase[depth]].append((phrase, marks))
    return Node(MappingProxyType({word: _node(found, depth + 1) for word, found in after.items()}), here)


def _near(marks: Mapping[tuple[str, ...], Mapping[Mark, None]]) -> dict[str, tuple[str, ...]]:
    long_words = {
        word
        for phrase, found in marks.items()
        if any(mark.role in FUZZY_ROLES for mark in found)
        for word in phrase
        if len(word) >= FUZZY_LETTERS and word.isalpha()
    }
    near: dict[str, list[str]] = defaultdict(list)
    for word in sorted(long_words):
        for form in shortened(word):
            near[form].append(word)
    return {form: tuple(dict.fromkeys(found)) for form, found in near.items()}
