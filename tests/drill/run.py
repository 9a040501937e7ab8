"""The drill itself: traffic, kills at moments that a seed chose, the backlog drained, the verdict.

Time jumps at each start (the demo's clock file), so that what a dead process had leased is due after a life or two; all
jumps together stay under a quarter of an hour, because after that an unsent answer is rightly dropped.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from random import Random

from sqlalchemy import NullPool, create_engine, text

from bot.demo.telegram_standin import TOKEN
from bot.demo.twilio_standin import ACCOUNT_SID, AUTH_TOKEN, SMS_FROM, WHATSAPP_FROM
from bot.engine.model import Channel
from bot.service.dispatch import LEASE_S
from bot.store import new_key_text
from tests.drill.judge import Verdict, judge, table
from tests.drill.people import CLOSE, TAP_YES, Writer, expected, writers
from tests.drill.providers import SECRET, Record, Telegram, Twilio
from tests.drill.server import DIES_S, Server, until

INPUTS_A_LIFE = 6
"""How many messages people may write between two kills."""
ALL_JUMPS_S = 600.0
LIFE_S = 3.0
"""A moment that does not come is not waited for longer than this."""
DRAIN_S = 300.0


@dataclass(frozen=True, slots=True)
class Moment:
    """When to kill: at the `count`th event of this kind in a life, after `then_ms` more."""

    kind: str
    """taken: the provider has it and has not answered; accepted; posting: a webhook is about to be sent"""
    count: int
    then_ms: int


def schedule(kills: int, rng: Random) -> list[Moment]:
    return [
        Moment(rng.choice(("taken", "taken", "posting", "accepted")), rng.randint(1, 5), rng.choice((0, 1, 3, 10, 30)))
        for _ in range(kills)
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    kills: int
    verdicts: Mapping[str, Verdict]
    problems: tuple[str, ...]
    """What the stand-ins held against requests, and what the server said about itself."""
    left: int
    """rows still unsent or parked"""

    @property
    def total(self) -> Verdict:
        return sum(self.verdicts.values(), Verdict())

    @property
    def is_good(self) -> bool:
        return self.total.is_good and not self.problems and not self.left

    def __str__(self) -> str:
        return table(self.kills, self.verdicts)


class Drill:
    def __init__(self, folder: Path, kills: int, seed: int, database: str | None = None) -> None:
        rng = Random(seed)
        self._database = database or f"sqlite:///{folder}/drill.db"
        self.folder, self.moments = folder, schedule(kills, rng)
        self.writers = writers(max(9, 3 * ceil(kills * INPUTS_A_LIFE / 13 / 3)), rng)
        self._step_s = min(LEASE_S, ALL_JUMPS_S / kills)
        self._jump_s = 0.0
        self.record = Record()
        self.telegram, self.twilio = Telegram(self.record, self.clock), Twilio(self.record, self.clock)
        self.server = Server(folder, self._environment())
        self.record.server = self.server
        self._turns = {one.name: threading.Semaphore(0) for one in self.writers}
        self._armed: Moment | None = None
        self._happened = threading.Condition()
        self._count = 0

    def clock(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._jump_s)

    def run(self) -> Outcome:
        self.telegram.start()
        self.twilio.start()
        self.record.moment = self._event
        answers = {one.name: expected(one, self.clock()) for one in self.writers}
        try:
            with ThreadPoolExecutor(len(self.writers)) as pool:
                self._traffic(pool, answers)
            self._drain(answers)
        finally:
            self._end()
        return self._outcome(answers)

    def _traffic(self, pool: ThreadPoolExecutor, answers: Mapping[str, list[tuple[str, ...]]]) -> None:
        writing = [pool.submit(self._write, one, answers[one.name]) for one in self.writers]
        try:
            for moment in self.moments:
                self._live_and_die(moment)
            self._jump_s += LEASE_S
            self._start()
            self._let_all_write()
            for one in writing:
                one.result(DRAIN_S)
        finally:
            self.record.stopping.set()
            self._let_all_write()

    def _let_some_write(self, life: int) -> None:
        """One message each, in turn, so that nobody's sitting ends for want of a word."""
        for at in range(life * INPUTS_A_LIFE, (life + 1) * INPUTS_A_LIFE):
            self._turns[self.writers[at % len(self.writers)].name].release()

    def _let_all_write(self) -> None:
        for one in self.writers:
            self._turns[one.name].release(len(one.says))

    def _write(self, writer: Writer, answers: list[tuple[str, ...]]) -> None:
        for words in writer.says:
            self._turns[writer.name].acquire()
            if words == TAP_YES or (words == CLOSE and writer.closes == "settled"):
                before = answers[: writer.says.index(words)]
                self._until_come(writer, [text for answer in before for text in answer])
            self._say(writer, words)
            self.record.accept(writer.name, words)

    def _say(self, writer: Writer, words: str) -> None:
        if writer.channel is not Channel.TELEGRAM:
            self.twilio.person_says(writer.identifier.removeprefix("sms:"), words)
        elif words == TAP_YES:
            self.telegram.person_taps(int(writer.identifier), *self._button(int(writer.identifier)))
        else:
            self.telegram.person_says(int(writer.identifier), words)

    def _button(self, chat: int) -> tuple[int, str]:
        """The first button of the newest message that has any: yes to the check."""
        shown = [one for one in self.telegram.chat(chat) if one.buttons]
        return shown[-1].id, shown[-1].buttons[0][0][1]

    def _until_come(self, writer: Writer, texts: list[str]) -> None:
        wanted = set(texts)
        until(lambda: wanted <= set(self.record.texts_of(writer.name)), DRAIN_S, "the answers before this input")

    # --- lives and deaths

    def _live_and_die(self, moment: Moment) -> None:
        self._start()
        with self._happened:
            self._armed, self._count = moment, 0
        self._let_some_write(self.server.generation)
        with self._happened:
            self._happened.wait_for(lambda: not self.server.up.is_set(), LIFE_S)
            self._armed = None
        self.server.kill()
        self.server.wait_dead()
        until(self._all_read, DIES_S, "the end of what the dead server had sent")

    def _all_read(self) -> bool:
        """No message of this life is noted as one of the next."""
        return not (self.telegram.connections or self.twilio.connections)

    def _start(self) -> None:
        self._jump_s += self._step_s
        half = self.folder / "clock.new"
        half.write_text(str(self._jump_s))
        os.replace(half, self.folder / "clock")
        self.server.start()

    def _event(self, kind: str) -> None:
        """Called from the thread in which it happens: the kill comes before that provider has answered."""
        with self._happened:
            armed = self._armed
            if armed is None or armed.kind != kind:
                return
            self._count += 1
            if self._count < armed.count:
                return
            self._armed = None
        if kind == "posting":  # the webhook goes on its way meanwhile
            threading.Thread(target=self._kill_after, args=(armed.then_ms,)).start()
        else:
            self._kill_after(armed.then_ms)

    def _kill_after(self, milliseconds: int) -> None:
        if milliseconds:
            threading.Event().wait(milliseconds / 1000)
        self.server.kill()
        with self._happened:
            self._happened.notify_all()

    # --- the end

    def _drain(self, answers: Mapping[str, list[tuple[str, ...]]]) -> None:
        for writer in self.writers:
            if writer.closes != "rushed":
                self._until_come(writer, [text for answer in answers[writer.name] for text in answer])
        until(lambda: self._left() == 0, DRAIN_S, "an empty outbox")

    def _left(self) -> int:
        engine = create_engine(self._database.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
        with engine.connect() as raw:
            unsent = raw.scalar(text("select count(*) from outbox where state != 'failed'"))
            return int(unsent + raw.scalar(text("select count(*) from parked")))

    def _end(self) -> None:
        self.record.stopping.set()
        self.server.kill()
        self.telegram.stop()
        self.twilio.stop()

    def _outcome(self, answers: Mapping[str, list[tuple[str, ...]]]) -> Outcome:
        verdicts: dict[str, Verdict] = {}
        for one in self.writers:
            accepted = sum(name == one.name for name, _ in self.record.accepted)
            taken = [take for take in self.record.taken if take.person == one.name]
            found = judge(one, accepted, answers[one.name], taken)
            verdicts[one.channel.value] = verdicts.get(one.channel.value, Verdict()) + found
        said = [line for line in self.server.output.read_text().splitlines() if "spawning up to" not in line]
        problems = (*self.telegram.problems, *self.twilio.problems, *said)
        return Outcome(len(self.moments), verdicts, problems, self._left())

    def _environment(self) -> dict[str, str]:
        return {
            "OWNSTEPS_KEYS": new_key_text("k1"),
            "OWNSTEPS_LOOKUP_KEYS": new_key_text("l1"),
            "OWNSTEPS_STAGE": "demo",
            "OWNSTEPS_DATABASE_URL": self._database,
            "OWNSTEPS_CLOCK_FILE": str(self.folder / "clock"),
            "OWNSTEPS_TELEGRAM_API": self.telegram.origin,
            "OWNSTEPS_TELEGRAM_TOKEN": TOKEN,
            "OWNSTEPS_TELEGRAM_SECRET": SECRET,
            "OWNSTEPS_TWILIO_API": self.twilio.origin,
            "OWNSTEPS_TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "OWNSTEPS_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "OWNSTEPS_TWILIO_SMS_FROM": SMS_FROM,
            "OWNSTEPS_TWILIO_WHATSAPP_FROM": WHATSAPP_FROM,
        }
