"""`python -m tests.drill --kills 100 --seed 7 --database postgresql`: a longer drill by hand."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from pathlib import Path

from tests.databases import KINDS, POSTGRESQL, SQLITE, Postgres
from tests.drill.run import Drill


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=KINDS, default=SQLITE)
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        url = None
        if given.database == POSTGRESQL:
            url = stack.enter_context(contextlib.closing(Postgres())).new()
        outcome = Drill(Path(folder), given.kills, given.seed, url).run()
        print(f"{given.database}, seed {given.seed}")
    print(outcome, *outcome.problems, f"{time.monotonic() - began:.0f} s", sep="\n")
    return 0 if outcome.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
