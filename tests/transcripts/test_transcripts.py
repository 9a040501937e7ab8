"""Conversations as caseworkers write them, held on every channel and in every pseudo-language by the real service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.channels.press import MAX_CHARACTERS, MAX_PARTS
from bot.demo.talker import Talker
from bot.trees.languages import PSEUDO
from bot.trees.load import Pack
from tests.kit import shipped
from tests.transcripts.script import OFFICER, BadTranscript, Line, Script, read_script, said, span

FOLDER = Path(__file__).parent
SCRIPTS = [read_script(path) for path in sorted(FOLDER.glob("*.txt"))]
PAGES = 12
"""More pages than any text has."""


def runs() -> Iterator[Any]:
    for script in SCRIPTS:
        for channel in script.channels:
            for lang in script.languages or ("en", *PSEUDO):
                yield pytest.param(script, channel, lang, id=f"{script.name}-{channel}-{lang or 'not chosen'}")


@cache
def _pack() -> Pack:
    return shipped()


@pytest.fixture(autouse=True)
def one_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped pack is loaded once for all transcripts; it never changes."""
    monkeypatch.setattr("bot.wiring.pack_of", lambda _settings, _clock: _pack())


class Player:
    """Plays one transcript and notes every line that did not come true."""

    def __init__(self, script: Script, talker: Talker, lang: str) -> None:
        self.script, self.talker, self.lang = script, talker, lang
        self.readable = lang not in PSEUDO
        self.sent: list[dict[str, Any]] = []
        self.last: dict[str, Any] = {}
        self.wrong: list[str] = []

    def play(self) -> list[str]:
        for act in self.script.acts:
            self.sent = self._do(act.line)
            self.last = self.sent[-1] if self.sent else self.last
            self._within_limits(act.line)
            for line in act.expected:
                self._expect(line)
        return self.wrong

    # --- what is done

    def _do(self, line: Line) -> list[dict[str, Any]]:
        if line.mark == ">":
            chosen = re.fullmatch(r"\[(.+)\]", line.text)
            return self._choose(chosen[1], line) if chosen else list(self.talker.text(line.text))
        verb, _space, rest = line.text.partition(" ")
        if verb == "wait":
            return list(self.talker.wait(span(rest) or self._bad(line)))
        if verb == "officer":
            if rest.startswith("says "):
                return list(self.talker.act("officer", rest.removeprefix("says ")))
            return list(self.talker.act(OFFICER.get(rest) or self._bad(line), ""))
        return list(self.talker.act(verb, rest)) if verb in ("tap", "photo", "edit") else self._bad(line)

    def _bad(self, line: Line) -> Any:
        raise BadTranscript(f"{self.script.name}.txt:{line.number}: {line.text!r} cannot be done; see README.md.")

    def _choose(self, label: str, line: Line) -> list[dict[str, Any]]:
        """The option with these English words, or that leads to this place, wherever it stands: 7 is sent until it shows."""
        for _ in range(PAGES):
            key = self._key_of(label)
            if (
                key is not None
                and any(one["key"] == key for one in self._options())
                and (key != "7" or not self._goes_on())
            ):
                return list(self.talker.text(key))
            self.sent = list(self.talker.text("7"))
        self._note(line, f"there is no option {label!r}")
        return []

    def _key_of(self, label: str) -> str | None:
        say, now = self.talker.product.context.say, self.script.begin
        if not self.talker.replies:
            return None
        reply = self.talker.replies[-1]
        node = self.talker.product.context.pack.bundle.node(reply.node)
        leading = {one.id for one in node.options if one.target == label} if node is not None else set()
        fitting = (one.key for one in reply.options if one.id in leading or say(one.label, "en", now) == label)
        return next(fitting, None)

    def _goes_on(self) -> bool:
        """While more is to come, 7 shows it and picks nothing."""
        more = self.talker.product.context.pack.texts.get(self.lang, "system/key-more")
        return any(one.get("label") == more for one in self._options())

    def _options(self) -> list[dict[str, Any]]:
        """What can be answered on the screen: buttons, or numbered lines."""
        buttons = [one for message in self.sent for one in message["buttons"]]
        lines = [line.partition(" ") for message in self.sent for line in message["text"].splitlines()]
        return buttons or [{"key": key, "label": label} for key, _space, label in lines if key.isdigit()]

    # --- what must follow

    def _expect(self, line: Line) -> None:
        place, words = said(line.text)
        text = "\n".join(words for one in self.sent for words in (one["text"], *(b["label"] for b in one["buttons"])))
        if line.mark == "=":
            name, _space, value = line.text.partition(" ")
            if not any(str(one[name]).lower() == value for one in self.sent):
                self._note(line, f"it is {[one[name] for one in self.sent]}")
        elif line.mark == "!":
            self._refuse(line, text, words)
        elif place == "nothing":
            if self.sent:
                self._note(line, f"came {self._places()}")
        elif place is not None and place not in self._places():
            self._note(line, f"came {self._places() or 'nothing'}")
        elif self.readable:
            for one in words:
                if one not in text:
                    self._note(line, f"the words are not in {text!r}")

    def _refuse(self, line: Line, text: str, words: list[str]) -> None:
        if self.readable and any(one.lower() in text.lower() for one in words):
            self._note(line, "the words came")

    def _places(self) -> list[str]:
        return list(dict.fromkeys(one["node"] for one in self.sent))

    def _within_limits(self, line: Line) -> None:
        for one in self.sent:
            if not one["text"].strip() or len(one["text"]) > MAX_CHARACTERS or one["segments"] > MAX_PARTS:
                self._note(line, f"{one['node']} is not within the limits of a message")

    def _note(self, line: Line, problem: str) -> None:
        self.wrong.append(f"{self.script.name}.txt:{line.number}: {line.mark} {line.text}: {problem}")


@pytest.mark.rule("HAND-8", "SEND-3", "CARE-6")
@pytest.mark.parametrize(("script", "channel", "lang"), list(runs()))
def test_the_conversation_goes_as_it_is_written(script: Script, channel: str, lang: str | None, tmp_path: Path) -> None:
    """Places come in every language, words in a real one, and everything is rendered within its channel's limits."""
    talker = Talker(tmp_path, channel, lang, seed=1, start=script.begin)
    try:
        wrong = Player(script, talker, lang or "en").play()
    finally:
        talker.close()
    assert not wrong, "\n".join(wrong)


def test_there_are_transcripts() -> None:
    """At least a dozen, and each does something and expects something."""
    assert len(SCRIPTS) >= 12
    assert all(any(act.expected for act in script.acts) for script in SCRIPTS)


@pytest.mark.parametrize("line", ["hello", "< check", "? what"])
def test_a_line_that_cannot_be_read_is_named(line: str, tmp_path: Path) -> None:
    """The file and the number of the line stand in the message."""
    path = tmp_path / "bad.txt"
    path.write_text(f"# a comment\n{line}\n", encoding="utf-8")
    with pytest.raises(BadTranscript, match=r"bad\.txt:2"):
        read_script(path)
