"""The tiny pack of an invented country, copied and changed by tests; and catalogues for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from bot.checks.finding import Finding
from bot.checks.run import check_pack
from bot.trees.catalogues import po_path, read_catalogue
from bot.trees.load import Pack, load_pack
from bot.trees.sync import sync, written

TINY = Path(__file__).parent / "packs" / "tiny"
BAD = Path(__file__).parent / "bad"
AT = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def copy_tiny(folder: Path) -> Path:
    return Path(shutil.copytree(TINY, folder / "tiny"))


def no_locales(folder: Path) -> Path:
    """A locales folder without any language but English."""
    path = folder / "locales"
    path.mkdir(exist_ok=True)
    return path


def load(pack: Path, locales: Path) -> Pack:
    return load_pack(pack, locales, AT)


def found(pack: Path, locales: Path, **more: bool) -> list[Finding]:
    """What rules find in the pack itself; the shared texts have their own test in test_shipped.py, weighed tone (B404) too."""
    findings = check_pack(pack, locales, AT, **more)
    return [one for one in findings if "content/system/" not in one.file and one.code != "B404"]


def translate(pack: Path, locales: Path, code: str, word: Callable[[str, str], str | None]) -> Path:
    """A catalogue of `code` in which `word(key, english)` is each translation; None leaves it empty."""
    sync(pack, locales, (code,))
    path = po_path(locales, code)
    catalog = read_catalogue(path, code)
    for message in catalog:
        if message.id and message.context:
            message.string = word(message.context, str(message.id)) or ""
    path.write_bytes(written(catalog, code))
    return path


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
