"""Where content and locales lie: in the wheel below `bot/_shipped`, else in the checkout around `bot`."""

from __future__ import annotations

from pathlib import Path

_BOT = Path(__file__).resolve().parent.parent


def root() -> Path:
    """The folder that holds `content/` and `locales/`."""
    shipped = _BOT / "_shipped"
    return shipped if shipped.is_dir() else _BOT.parent


def content() -> Path:
    return root() / "content"


def locales() -> Path:
    return root() / "locales"


def system_of(pack: Path) -> Path:
    """The shared texts: beside the pack when it brings its own, else the shipped ones."""
    beside = pack.parent / "system"
    return beside if beside.is_dir() else content() / "system"


def find_pack(name: str) -> Path:
    """The folder of a pack: a path to one, or the name of a shipped one. ValueError says what there is."""
    for candidate in (Path(name), content() / name):
        if (candidate / "pack.yaml").is_file():
            return candidate
    shipped = sorted(path.parent.name for path in content().glob("*/pack.yaml"))
    known = ", ".join(shipped) or "none"
    raise ValueError(f"{name!r} is neither a folder with a pack.yaml nor a shipped pack. Shipped: {known}.")


def shown(path: Path) -> str:
    """A path as authors know it: from the current directory where it lies below it, else from the content root."""
    full = path.resolve()
    for base in (Path.cwd(), root()):
        if full.is_relative_to(base):
            return full.relative_to(base).as_posix()
    return full.as_posix()
