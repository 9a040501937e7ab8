"""`ownsteps serve` as a process of its own, started, awaited and killed with all that belongs to it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

STARTS_S = 60.0
"""A start takes about two seconds; on a machine that is busy with other tests many more."""
DIES_S = 10.0
LOOK_S = 0.02
COMMAND = [str(Path(sys.executable).with_name("ownsteps")), "serve"]


def until(true: Callable[[], bool], deadline_s: float, what: str) -> None:
    """Waits for a condition. Raises TimeoutError that says what did not come."""
    end = time.monotonic() + deadline_s
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {deadline_s:.0f} s")
        threading.Event().wait(LOOK_S)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Server:
    """One deployment in `folder`; `generation` counts its starts. What it prints stands in `output`."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder, self.port, self.generation = folder, free_port(), 0
        self.up = threading.Event()
        self.output = folder / "serve.log"
        outside = {name: value for name, value in os.environ.items() if not name.startswith("OWNSTEPS_")}
        place = {"OWNSTEPS_PORT": str(self.port), "OWNSTEPS_PUBLIC_URL": self.url}
        self._environment = {**outside, **environment, **place}
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it is ready for messages."""
        self.generation += 1
        with self.output.open("ab") as log:
            self._process = subprocess.Popen(
                COMMAND, env=self._environment, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )
        until(self._ready, STARTS_S, "a ready server")
        self.up.set()

    def kill(self) -> None:
        """SIGKILL to the whole process group: the web server's worker dies with its parent. Safe to call twice."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        self.up.clear()
        with contextlib.suppress(ProcessLookupError):  # it ended by itself, and its output says why
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(DIES_S)

    def wait_dead(self) -> None:
        until(self._gone, DIES_S, "a dead server")

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def _ready(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"the server ended by itself: {self.output.read_text()[-2000:]}")
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    def _gone(self) -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) != 0
