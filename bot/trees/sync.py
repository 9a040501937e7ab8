"""Catalogues brought up to the content of today. A reworded text keeps its translation as fuzzy, by its key.

Babel's own update looks for similar texts instead, and would carry a translation from one key to another. What is
written does not depend on the day, the machine or Babel's version: syncing twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.plurals import get_plural
from babel.messages.pofile import denormalize, write_po

from bot.trees.catalogues import DOMAIN, po_path, read_catalogue
from bot.trees.extract import extract_content
from bot.trees.languages import LANGUAGES, babel_locale
from bot.trees.places import root
from bot.trees.reviews import is_reviewed
from bot.trees.source import content_files

KEYWORDS = {"pgettext": ((1, "c"), 2)}


def template_of(pack: Path) -> Catalog:
    """Every text of the pack and of the shared files, in the order of the files."""
    catalog = Catalog(domain=DOMAIN, fuzzy=False)
    for path in content_files(pack).values():
        if not path.is_file():
            continue
        with path.open("rb") as file:
            for line, text, comments, key in extract(cast(Any, extract_content), file, KEYWORDS):
                catalog.add(text, context=key, locations=[(_location(path, pack), line)], auto_comments=comments)
    return catalog


def _location(path: Path, pack: Path) -> str:
    """The same wherever it is run: from the root of the checkout, else from the folder that holds the pack."""
    base = root() if path.resolve().is_relative_to(root()) else pack.resolve().parent
    return path.resolve().relative_to(base).as_posix()


def sync(pack: Path, locales: Path, new: tuple[str, ...] = ()) -> list[Path]:
    """Updates every catalogue there is, and makes those of `new`; returns the files that changed."""
    template = template_of(pack)
    changed = []
    for code, language in LANGUAGES.items():
        path = po_path(locales, code)
        if code == "en" or language.pseudo or not (path.is_file() or code in new):
            continue
        before = path.read_bytes() if path.is_file() else b""
        after = written(updated(template, path, code), code, reviewed=is_reviewed(locales, code))
        if after != before:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(after)
            changed.append(path)
    return changed


def updated(template: Catalog, path: Path, code: str) -> Catalog:
    old = {one.context: one for one in _entries(path, code) if one.context and one.id}
    catalog = Catalog(locale=babel_locale(code), domain=DOMAIN, fuzzy=False)
    for message in template:
        if message.id and message.context:
            _carry(catalog, message, old.pop(message.context, None))
    for context, message in old.items():
        if message.string:
            message.locations, message.auto_comments = [], []
            catalog.obsolete[context] = message
    return catalog


def _entries(path: Path, code: str) -> list[Message]:
    if not path.is_file():
        return []
    catalog = read_catalogue(path, code)
    entries = [*catalog.obsolete.values(), *catalog]
    for one in entries:
        _recall(one)
    return entries


def _recall(message: Message) -> None:
    """Babel writes the earlier English as `#| msgid` and reads it back as a comment: here it is put right."""
    marked = [one.removeprefix("|").strip() for one in message.user_comments if one.startswith("|")]
    message.user_comments = [one for one in message.user_comments if not one.startswith("|")]
    if marked:
        message.previous_id = [denormalize("\n".join(one.removeprefix("msgid ") for one in marked))]


def _carry(catalog: Catalog, message: Message, old: Message | None) -> None:
    reworded = old is not None and old.id != message.id and bool(old.string)
    flags = set(old.flags) if old is not None and old.string else set()
    previous = old.previous_id if old is not None and "fuzzy" in flags else ()
    if old is not None and reworded:
        flags |= {"fuzzy"}
        previous = [str(old.id)]
    catalog.add(
        message.id,
        string=old.string if old is not None else "",
        locations=message.locations,
        flags=flags,
        auto_comments=message.auto_comments,
        user_comments=old.user_comments if old is not None else (),
        previous_id=previous,
        context=message.context,
    )


def written(catalog: Catalog, code: str, *, reviewed: bool = False) -> bytes:
    buffer = BytesIO()
    write_po(buffer, catalog, width=0, omit_header=True, include_previous=True)
    return _header(code, reviewed).encode() + buffer.getvalue()


def _header(code: str, reviewed: bool) -> str:
    fields: Mapping[str, str] = {
        "Project-Id-Version": DOMAIN,
        "Language": code,
        "Plural-Forms": get_plural(Locale.parse(babel_locale(code))).plural_forms,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in fields.items())
    own_name = LANGUAGES[code].own_name
    review = "" if reviewed else "# No native speaker has reviewed these texts: the live stage does not offer them.\n"
    return (
        f"# Own Steps in {own_name}. `ownsteps translations sync` keeps this file up to date.\n"
        f"# msgctxt names the place of a text; {{placeholders}} stay as they are. Fuzzy texts are not shown.\n"
        f"{review}"
        f'msgid ""\nmsgstr ""\n{lines}\n'
    )
