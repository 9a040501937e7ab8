"""`ownsteps demo` as a process: what it prints, what it answers, and how it ends."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

START_S, END_S = 60.0, 5.0
LABELS = ["Phones", "Desk", "Sign in", "Name", "Password", "Code"]
OWNSTEPS = Path(sys.executable).with_name("ownsteps")


@dataclass
class Running:
    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    def lines(self) -> list[str]:
        """What was printed, once all of it was."""
        end = time.monotonic() + START_S
        while len(found := (self.folder / "out").read_text().splitlines()) < len(LABELS):
            assert self.process.poll() is None, (self.folder / "err").read_text()
            assert time.monotonic() < end, found
            _pause(self.process)
        return found

    def ask(self, path: str, cookie: str = "") -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        return connection.getresponse()


def _pause(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(0.1)
    except subprocess.TimeoutExpired:
        return


def start(folder: Path, port: int) -> Running:
    environ = {**os.environ, "OWNSTEPS_STAGE": "live", "OWNSTEPS_KEYS": "wrong"}
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            [OWNSTEPS, "demo", "--port", str(port)],
            cwd=folder, env=environ, stdout=out, stderr=err, start_new_session=True,
        )  # fmt: skip
    return Running(process, port, folder)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    (tmp_path / "var" / "demo" / "old").mkdir(parents=True)
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = int(trial.getsockname()[1])
    running = start(tmp_path, port)
    yield running
    if running.process.poll() is None:
        os.killpg(running.process.pid, signal.SIGKILL)
    running.process.wait()


def signed_in(running: Running, lines: list[str]) -> str:
    """The session's cookie, by the one-click link."""
    link = re.search(rf"http://127\.0\.0\.1:{running.port}(/desk/demo/\S+)", lines[2])
    assert link
    answer = running.ask(link[1])
    assert answer.status == 303
    return (answer.getheader("Set-Cookie") or "").partition(";")[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_it_starts_says_where_and_ends(running: Running, number: signal.Signals) -> None:
    """It prints its lines and nothing else, answers, and ends within 5 seconds though a live desk hangs on it."""
    lines = running.lines()
    assert [line[:9].strip() for line in lines] == LABELS
    assert lines[0].endswith(f"http://127.0.0.1:{running.port}/phones")
    assert lines[1].endswith(f"http://127.0.0.1:{running.port}/desk")
    assert re.match(r"Code      \d{6}\b", lines[5])
    assert running.ask("/healthz").status == 200
    assert running.ask("/phones").status == 200
    stream = running.ask("/desk/events", signed_in(running, lines))
    assert stream.status == 200
    assert stream.readline()
    began = time.monotonic()
    running.process.send_signal(number)
    running.process.wait(END_S)
    assert time.monotonic() - began < END_S
    assert (running.folder / "err").read_text() == ""


def test_its_data_are_fresh_and_its_own(running: Running) -> None:
    """An older demo's data are wiped, nobody else can read the new, and a second demo here is refused."""
    running.lines()
    data = running.folder / "var" / "demo"
    assert not (data / "old").exists()
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    again = subprocess.run([OWNSTEPS, "demo", "--port", "1024"], cwd=running.folder, capture_output=True, text=True)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    assert "already" in again.stderr


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    """One sentence that names the port and what to do; exit 2; nothing was made."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = subprocess.run([OWNSTEPS, "demo", "--port", str(port)], cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == f"Port {port} is in use. Choose another one: ownsteps demo --port {port + 1}\n"
    assert not (tmp_path / "var").exists()
