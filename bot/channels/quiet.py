"""Keeps what the providers' libraries log out of every log: addresses with tokens in them, ids, headers, content (LOG-1)."""

from __future__ import annotations

import logging
from collections.abc import Iterable


def silence(families: Iterable[str]) -> None:
    """No record of these loggers, or of those below them, reaches any handler, whatever level is set on whichever later."""
    wanted = tuple(families)
    for name in wanted:
        logging.getLogger(name).propagate = False
    for name in [name for name in logging.root.manager.loggerDict if name.split(".")[0] in wanted]:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.addFilter(_refuse)


def _refuse(record: logging.LogRecord) -> bool:
    """A filter and not only a level: a level is easily set back, by a debugging session above all."""
    return False
