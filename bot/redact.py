"""Keeps what libraries log out of every log: addresses with tokens in them, ids, headers, content, rows (LOG-1)."""

from __future__ import annotations

import logging
from collections.abc import Iterable

NOWHERE = logging.NullHandler()
"""Where there is no handler at all, Python's last resort prints warnings."""


def silence(families: Iterable[str]) -> None:
    """No record of these loggers, or of those below them, reaches any handler, whatever level is set on whichever later."""
    wanted = tuple(families)
    for name in wanted:
        logging.getLogger(name).propagate = False
        logging.getLogger(name).addHandler(NOWHERE)
    for name in [name for name in logging.root.manager.loggerDict if name.split(".")[0] in wanted]:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.addFilter(_refuse)


def _refuse(record: logging.LogRecord) -> bool:
    """A filter and not only a level: a level is easily set back, by a debugging session above all."""
    return False
