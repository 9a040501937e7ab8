"""A Babel extractor for content files: `msgctxt` is the key of a text, so texts can be reworded without losing history.

Registered in pyproject.toml as `owntree`. Translators see what kind of text it is and what limits it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from bot.trees.messages import messages_of
from bot.trees.yaml import read_yaml

Extracted = tuple[int, str, tuple[str, str], list[str]]


def extract_content(
    fileobj: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Extracted]:
    """(line, "pgettext", (key, English), [note]) of every text; nothing from a file that is no content."""
    path = Path(fileobj.name)
    data, _ = read_yaml(fileobj.read(), path.name)
    folder = f"{path.parent.name}/" if path.parent.name in ("trees", "system") else ""
    for message in messages_of(f"{folder}{path.stem}", data):
        yield message.line, "pgettext", (message.key, message.text), [message.note]
