"""Signed webhook turns a second against the real `ownsteps serve`, over HTTP, with a Twilio stand-in that takes the replies.

    .venv/bin/python bench/turns.py [--seconds 10] [--connections 8]

Prints turns a second, p50 and p99 of the webhook's answer, and memory of the server's processes. Replies are sent meanwhile.
The load and the server share the machine, so each figure is a lower bound.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from pathlib import Path
from urllib.parse import urlencode

from bot.demo.twilio_standin import ACCOUNT_SID, AUTH_TOKEN, SMS_FROM, TwilioStandIn
from bot.store.vault import new_key_text

WORDS = ("hello", "1", "2", "0", "00", "1", "what is asylum", "0")
PATH = "/webhooks/twilio/message"


def main() -> int:
    options = _options()
    port = _free_port()
    standin = TwilioStandIn(auto_status=False)
    standin.start()
    with tempfile.TemporaryDirectory() as folder:
        server = _serve(port, standin.origin, folder)
        try:
            _wait(port)
            spans = _load(port, options.connections, options.seconds)
            _report(spans, options, server.pid)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(10)
            standin.stop()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=8)
    return parser.parse_args()


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _serve(port: int, origin: str, folder: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "OWNSTEPS_STAGE": "demo",
        "OWNSTEPS_PORT": str(port),
        "OWNSTEPS_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "OWNSTEPS_DATABASE_URL": f"sqlite:///{folder}/bench.db",
        "OWNSTEPS_KEYS": new_key_text("k1"),
        "OWNSTEPS_LOOKUP_KEYS": new_key_text("k1"),
        "OWNSTEPS_TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "OWNSTEPS_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "OWNSTEPS_TWILIO_SMS_FROM": SMS_FROM,
        "OWNSTEPS_TWILIO_API": origin,
    }
    command = [Path(sys.executable).with_name("ownsteps"), "serve"]
    return subprocess.Popen(command, env=environment, start_new_session=True)


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 0.1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server did not come up")


def _load(port: int, connections: int, seconds: float) -> list[float]:
    spans: list[float] = []
    until = time.perf_counter() + seconds
    threads = [threading.Thread(target=_person, args=(port, i, until, spans)) for i in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return spans


def _person(port: int, lane: int, until: float, spans: list[float]) -> None:
    """Many people over one connection: every eight messages somebody new."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    count = 0
    while time.perf_counter() < until:
        body, headers = _request(port, lane, count)
        begun = time.perf_counter()
        connection.request("POST", PATH, body, headers)
        answer = connection.getresponse()
        answer.read()
        spans.append(time.perf_counter() - begun)
        if answer.status != 200:
            raise SystemExit(f"status {answer.status}")
        count += 1


def _request(port: int, lane: int, count: int) -> tuple[str, dict[str, str]]:
    person, turn = divmod(count, len(WORDS))
    fields = {
        "MessageSid": f"SM{lane:04d}{count:028d}",
        "AccountSid": ACCOUNT_SID,
        "From": f"+4477{lane:02d}{person:06d}",
        "To": SMS_FROM,
        "Body": WORDS[turn],
        "NumMedia": "0",
    }
    signed = f"http://127.0.0.1:{port}{PATH}" + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    signature = b64encode(hmac.digest(AUTH_TOKEN.encode(), signed.encode(), hashlib.sha1)).decode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    return urlencode(fields), headers


def _report(spans: list[float], options: argparse.Namespace, pid: int) -> None:
    cuts = statistics.quantiles(spans, n=100)
    print(f"{len(spans) / options.seconds:.0f} turns a second at {options.connections} connections")
    print(f"p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms")
    print(f"memory {_memory_mb(pid):.0f} MB (proportional, all processes of serve)")


def _memory_mb(pid: int) -> float:
    """Proportional set size of the server's process group, from the kernel."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == pid:
                rollup = (folder / "smaps_rollup").read_text()
                total += int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1])
        except (OSError, StopIteration):
            continue
    return total / 1024


if __name__ == "__main__":
    raise SystemExit(main())
