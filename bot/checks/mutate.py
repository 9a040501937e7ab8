"""Do the checks catch what they are for? Defects are planted in a copy of a pack, one at a time, and the checks are run on it."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.checks.finding import Finding
from bot.checks.plants import Plant, makers
from bot.checks.run import CLASSES, check_pack
from bot.trees.load import Pack, load_pack
from bot.trees.places import system_of
from bot.trees.source import content_files


@dataclass(frozen=True, slots=True)
class Outcome:
    """`by`: the codes of the errors that were not there before; empty when nothing caught it."""

    plant: Plant
    file: str
    by: tuple[str, ...]


def mutate(path: Path, locales: Path, at: date, *, seed: int, each: int | None = None) -> Iterator[Outcome]:
    """Every plant with what caught it. `each`: at most so many of a class. Raises ContentErrors when the pack does not load."""
    pack = load_pack(path, locales, at)
    rng = random.Random(seed)  # noqa: S311  (the same plants on each run)
    with tempfile.TemporaryDirectory(prefix="ownsteps-check-") as folder:
        copy = Path(folder) / path.resolve().name
        shutil.copytree(path, copy)
        shutil.copytree(system_of(path), Path(folder) / "system")
        field = _Field(pack, copy, locales, at)
        for kind in CLASSES:
            chosen = list(makers(kind))
            for maker in rng.sample(chosen, min(each or len(chosen), len(chosen))):
                if (plant := maker(pack, field.lines, rng)) is not None:
                    yield field.outcome(plant)


class _Field:
    """The copy of a pack that is planted in, and what was found in it before."""

    def __init__(self, pack: Pack, copy: Path, locales: Path, at: date) -> None:
        self.pack, self.locales, self.at, self.copy = pack, locales, at, copy
        self.files: Mapping[str, Path] = content_files(copy)
        self.lines: Mapping[str, Sequence[str]] = {
            name: file.read_text(encoding="utf-8").splitlines() for name, file in self.files.items()
        }
        self.before = {kind: self.errors(kind) for kind in CLASSES}

    def errors(self, kind: str) -> Counter[tuple[str, str, str]]:
        """Errors of one class, without their lines, which a plant moves. A file that is no YAML any more counts for nothing."""
        found = check_pack(self.copy, self.locales, self.at, only=kind)
        return Counter(_same(one) for one in found if one.severity == "error" and not one.code.startswith("Y1"))

    def outcome(self, plant: Plant) -> Outcome:
        file = self.files[plant.file]
        kept = file.read_bytes()
        file.write_text("\n".join(plant.put(self.lines[plant.file])) + "\n", encoding="utf-8")
        try:
            new = self.errors(plant.kind) - self.before[plant.kind]
        finally:
            file.write_bytes(kept)
        return Outcome(plant, self.pack.raw.names[plant.file], tuple(sorted({code for code, _, _ in new})))


def _same(one: Finding) -> tuple[str, str, str]:
    return one.code, one.node, one.message
