"""A diagnostic for authors: what was met, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`line` begins at 1; 0 when it is about a whole file. `node` is a node id or empty."""

    code: str
    file: str
    line: int
    node: str
    message: str
    remedy: str
    severity: Severity = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        node = f" [{self.node}]" if self.node else ""
        return f"{where}: {self.severity} {self.code}{node}: {self.message} {self.remedy}"

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """By file, line and code, each once."""
    return sorted(set(findings), key=lambda one: (one.file, one.line, one.code, one.node, one.message))


class ContentErrors(Exception):
    """A pack that cannot be used. `findings` holds all that is wrong, in the order of the files."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(in_order(findings))
        super().__init__("\n".join(map(str, self.findings)))
