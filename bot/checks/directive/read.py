"""Shared sentences that the weights find and that people read as plain; a pack keeps its own in `directive-read.yaml`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from bot.checks.directive.text import plain, sentences
from bot.checks.finding import ContentErrors
from bot.trees import places
from bot.trees.schema import DirectiveReadFile, read_model
from bot.trees.source import DIRECTIVE_READ
from bot.trees.yaml import Map, read_yaml


@cache
def shared_and_plain() -> frozenset[str]:
    """Those of content/system, as the check reads them; a sentence that is reworded is no longer one of them."""
    return as_read(read_file(places.locales() / "en" / f"{DIRECTIVE_READ}.yaml"))


def as_read(written: DirectiveReadFile) -> frozenset[str]:
    return frozenset(found for one in written.sentences for found in read_sentences(one.says))


def read_sentences(text: str) -> Iterable[str]:
    """In small letters, quotations and values taken out: how directive_findings names a sentence."""
    return sentences(plain(text))


def read_file(file: Path) -> DirectiveReadFile:
    """Raises ContentErrors, each with its line, for an entry without a reason."""
    data, findings = read_yaml(file.read_bytes(), file.name)
    model, more = read_model(DirectiveReadFile, Map() if data is None else data, file.name)
    if findings or model is None:
        raise ContentErrors([*findings, *more])
    return model
