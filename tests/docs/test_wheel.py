"""A wheel built here and installed elsewhere runs with what it ships, without the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUN = "import sys; from bot.cli import main; sys.argv[0] = 'ownsteps'; main()"


@dataclass(frozen=True)
class Installed:
    """`packages`: where the wheel lies. `names`: what is in it."""

    packages: Path
    names: frozenset[str]

    def run(self, folder: Path, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """The command, from another folder, with the libraries of this environment and the code of the wheel.

        -P keeps the current folder off the path; the checkout's editable entry is pushed behind the wheel.
        """
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("OWNSTEPS_", "PYTHON"))}
        environ["PYTHONPATH"] = str(self.packages)
        call = [sys.executable, "-P", "-c", RUN, *words]
        return subprocess.run(call, cwd=folder, env=environ, input=given, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], ROOT)
    (wheel,) = folder.glob("ownsteps-*.whl")
    packages = folder / "site"
    _run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--no-index",
            "--target",
            str(packages),
            str(wheel),
        ],
        folder,
    )
    with zipfile.ZipFile(wheel) as opened:
        return Installed(packages, frozenset(opened.namelist()))


def _run(call: Sequence[str], folder: Path) -> None:
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_the_wheel_is_complete(installed: Installed) -> None:
    """Content, catalogues, migrations, templates, styles and the licence are inside."""
    shipped = "bot/_shipped"
    expected = {
        f"{shipped}/{one.relative_to(ROOT).as_posix()}"
        for folder in ("content", "locales")
        for one in (ROOT / folder).rglob("*")
        if one.suffix in (".yaml", ".po")
    }
    expected |= {
        one.relative_to(ROOT).as_posix()
        for folder in ("bot", "webhooks")
        for one in (ROOT / folder).rglob("*")
        if one.suffix in (".py", ".html", ".css", ".js", ".svg", ".mako") and "_shipped" not in one.parts
    }
    assert len(expected) > 150
    assert expected - installed.names == set()
    assert any(name.endswith("LICENSE") for name in installed.names)


def test_the_wheel_holds_nothing_else(installed: Installed) -> None:
    """No tests, data, databases or settings of this machine."""
    tops = {name.split("/")[0] for name in installed.names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"bot", "webhooks"}
    assert [name for name in installed.names if name.endswith((".db", ".toml", ".pyc", ".env"))] == []


def test_talk_runs_elsewhere_with_the_shipped_content(installed: Installed, tmp_path: Path) -> None:
    """A conversation from another folder; a word changed in the wheel's content shows, so it is that content."""
    page = installed.packages / "bot/_shipped/content/system/check.yaml"
    before = page.read_text(encoding="utf-8")
    assert "Is now a good time" in before
    page.write_text(before.replace("Is now a good time", "Is today a good time"), encoding="utf-8")
    try:
        done = installed.run(tmp_path, "talk", "--channel", "sms", "--json", given="hello\n1\n")
    finally:
        page.write_text(before, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert "Is today a good time" in said[0]["text"]
    assert said[-1]["turn"] == 2
    assert list(tmp_path.iterdir()) == []


def test_the_check_runs_elsewhere(installed: Installed, tmp_path: Path) -> None:
    """Editors without a checkout can check the shipped pack, and the version is the wheel's."""
    assert installed.run(tmp_path, "check", "--json").returncode in (0, 1)
    assert installed.run(tmp_path, "show", "menu/main").stdout.startswith("menu/main (page) in en on sms")
    assert "0.1.0" in installed.run(tmp_path, "--version").stdout
