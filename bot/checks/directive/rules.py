"""The rules of a language: `locales/<code>/directive.yaml`, checked and made into patterns.

A pattern is words one space apart; `(a|b)` is one of, `(a )?` may be missing, `_` is any one word, `word*` and `(a|b)_?` any
ending, `{list}` one of a list of the same file, `^` at the front the beginning of a clause. It is met as whole words;
`joined` says what a language may write together with the front of a word ("and" in Arabic). What else a pattern holds is a
regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from bot.checks.directive.text import one_spelling
from bot.trees import places

FILE = "directive.yaml"
Skip = Literal["labels", "questions", "own-keys"]


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    find: list[str] = Field(min_length=1)
    skip: list[Skip] = []
    despite_allowed: bool = Field(default=False, alias="despite-allowed")


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    language: str
    reviewed: str
    joined: str = ""
    lists: dict[str, str] = {}
    rules: dict[str, _Rule]
    allowed: list[str] = []
    own_keys: list[str] = Field(default=[], alias="own-keys")


@dataclass(frozen=True, slots=True)
class Patterns:
    """`any` is all of `each` in one: it says quickly that nothing is there."""

    any: re.Pattern[str]
    each: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    patterns: Patterns
    skip: frozenset[str]
    despite_allowed: bool


@dataclass(frozen=True, slots=True)
class Rulebook:
    language: str
    rules: tuple[Rule, ...]
    allowed: Patterns
    own_keys: Patterns


@cache
def languages() -> tuple[str, ...]:
    """The languages that have rules."""
    return tuple(sorted(file.parent.name for file in places.locales().glob(f"*/{FILE}")))


@cache
def rulebook(language: str) -> Rulebook:
    """The rules of a language. FileNotFoundError without any; ValueError names a pattern that cannot be read."""
    return read_rulebook(places.locales() / language / FILE)


def read_rulebook(file: Path) -> Rulebook:
    raw: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    told = _File.model_validate(raw)
    lists = _lists(told.lists)
    rules = tuple(
        Rule(name, _patterns(one.find, lists, told.joined), frozenset(one.skip), one.despite_allowed)
        for name, one in told.rules.items()
    )
    return Rulebook(told.language, rules, _patterns(told.allowed, lists, told.joined), _patterns(told.own_keys, lists))


def _lists(told: Mapping[str, str]) -> dict[str, str]:
    """Each list as a group; a list may use those above it."""
    lists: dict[str, str] = {}
    for name, body in told.items():
        lists[name] = f"(?:{_expression(body, lists)})"
    return lists


def _patterns(told: list[str], lists: Mapping[str, str], joined: str = "") -> Patterns:
    bodies = [_ending(_expression(one, lists)) for one in told]
    at_start = [body[1:] for body in bodies if body.startswith("^")]
    anywhere = [body for body in bodies if not body.startswith("^")]
    before = rf"(?<!\w){_expression(joined, {})}"
    # What all begin with stands once: at most places that alone says no, which is what makes a whole pack quick to check.
    groups = [
        f"{start}(?:{'|'.join(f'(?:{body})' for body in some)})"
        for start, some in (("^", at_start), (before, anywhere))
        if some
    ]
    each = [f"^(?:{body})" for body in at_start] + [f"{before}(?:{body})" for body in anywhere]
    return Patterns(re.compile("|".join(groups) or r"(?!)"), tuple(re.compile(one) for one in each))


def _expression(told: str, lists: Mapping[str, str]) -> str:
    try:
        named = re.sub(r"\{([a-z]\w*)\}", lambda found: lists[found[1]], told)
    except KeyError as error:
        raise ValueError(f"The pattern {told!r} names the list {error}, which is not above it.") from error
    grouped = re.sub(r"(?<!\\)\((?!\?)", "(?:", one_spelling(named))
    worded = grouped.replace("_?", r"\w*").replace("_", r"\w+")
    return re.sub(r"(?<=[^\W\d_])(?<!\\w)\*", r"\\w*", worded)


def _ending(expression: str) -> str:
    """The expression, ending where a word ends; ValueError when it cannot be read."""
    try:
        re.compile(expression)
    except re.error as error:
        raise ValueError(f"The pattern {expression!r} cannot be read: {error}.") from error
    start, body = ("^", expression[1:]) if expression.startswith("^") else ("", expression)
    return rf"{start}(?:{body})(?!\w)" if re.search(r"[\w)?*]$", body) else f"{start}{body}"
