"""The store on SQLAlchemy: SQLite in WAL mode now, PostgreSQL by its URL when psycopg is installed."""

from __future__ import annotations

import contextlib
import os
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from bot.ports import Unit
from bot.redact import silence
from bot.store.compiled import CoreSession, DriverSession, Session
from bot.store.lead import FileLeads, Leads, PostgresLeads
from bot.store.news import News
from bot.store.upkeep import SqlUnit
from bot.store.vault import Keyring

T = TypeVar("T")

ATTEMPTS = 6
FIRST_PAUSE_S = 0.01
BUSY_TIMEOUT_MS = 5000
TOGETHER = 64
"""Pieces of work in one commit; more waits for the next (measured: the sync of the disk is shared enough by then)."""
SERIALISATION = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL: could not serialise, deadlock, lock not available."""

PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA auto_vacuum=INCREMENTAL",  # only takes effect in a new file
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an answered webhook is never lost by a power cut
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
)


class StoreProblem(RuntimeError):
    """The database can't be used as it is set; the message names the setting and holds no password."""


def open_store(url: str, keyring: Keyring) -> SqlStore:
    """A store on `sqlite:///path` (relative to the current directory) or `postgresql://...`; migrates nothing by itself.

    A SQLite file and its folder are made when missing, readable by the owner only.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqlStore(_sqlite(parsed), keyring)
    if parsed.get_backend_name() == "postgresql":
        return SqlStore(_engine(parsed.set(drivername="postgresql+psycopg"), pool_size=8), keyring)
    raise StoreProblem("OWNSTEPS_DATABASE_URL must begin with sqlite:/// or postgresql://.")


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise StoreProblem("OWNSTEPS_DATABASE_URL names no SQLite file: use sqlite:///var/ownsteps.db.")
    path = Path(url.database).absolute()
    _make_private(path)
    engine = _engine(URL.create("sqlite", database=str(path)), connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _engine(url: URL, **options: Any) -> Engine:
    """Values of statements stand in no exception and no log: hashes there would join one person's events (LOG-2)."""
    engine = create_engine(url, hide_parameters=True, **options)
    silence(("sqlalchemy",))  # after it, because its loggers are made with it
    return engine


def _make_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # -wal and -shm take the file's mode


def _prepare(raw: Any, record: object) -> None:
    raw.isolation_level = None  # the driver begins nothing by itself
    for pragma in PRAGMAS:
        raw.execute(pragma)


def _begin(connection: Connection) -> None:
    # Immediate: a transaction that reads first and then writes would otherwise fail at once when another one committed.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class _Job:
    """A piece of work that waits for its commit, and what became of it."""

    def __init__(self, work: Callable[[SqlUnit], Any]) -> None:
        self._work = work
        self.value: Any = None
        self.error: BaseException | None = None
        self.changed = 0
        self.done = False
        self._news = threading.Lock()
        self._news.acquire()

    def wait(self) -> None:
        """Until it is done, or until its caller is to commit for those who wait."""
        self._news.acquire()

    def wake(self) -> None:
        self._news.release()

    def run(self, session: Session, keyring: Keyring, *, alone: bool) -> None:
        """Raises what the work raised when it is alone in its transaction; else keeps it for its own caller."""
        if alone:
            self._do(session, keyring)
            return
        try:
            with session.part():
                self._do(session, keyring)
        except Exception as error:  # noqa: BLE001 - this job's own failure, raised again where it waits
            self.error = error

    def fail(self, error: BaseException) -> None:
        """The transaction itself failed, so nothing of anybody's was kept."""
        self.error = self.error or error

    def _do(self, session: Session, keyring: Keyring) -> None:
        unit = SqlUnit(session.run, keyring)
        self.value = self._work(unit)
        self.changed = unit.changed


class SqlStore:
    """`ports.Store`. One transaction at a time in this process on SQLite, as many as the pool allows on PostgreSQL."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._engine = engine
        self._keyring = keyring
        self._turn = threading.Lock()
        """Held by who commits; passed on to the first who waits without being free in between."""
        self._alone = threading.Semaphore(1)
        self._wanted = False
        """Somebody wants the turn for what is no transaction."""
        self._queues = engine.dialect.name == "sqlite"
        self._jobs: deque[_Job] = deque()
        self._writer: Session | None = None
        self._news = threading.Condition()
        self._generation = 0
        self._mine = threading.local()
        self._leads = _leads(engine)
        self._others = None if self._queues else News(engine, self._tell_all)

    def transact(self, work: Callable[[Unit], T]) -> T:
        return self._transact(work)

    def maintain(self, work: Callable[[SqlUnit], T]) -> T:
        """As `transact`, with what is not in the port, such as `rewrap`."""
        return self._transact(work)

    def wait(self, timeout_s: float) -> bool:
        """What a thread commits itself does not wake it. On PostgreSQL what other processes commit does."""
        if self._others is not None:
            self._others.listen()
        with self._news:
            seen = getattr(self._mine, "generation", 0)
            woken = self._news.wait_for(lambda: self._generation > seen, timeout_s)
            self._mine.generation = self._generation
            return woken

    def lead(self, task: str) -> bool:
        return self._leads.lead(task)

    def compact(self) -> None:
        """On PostgreSQL nothing: autovacuum and the retention of its WAL archive do it (docs for operators)."""
        if not self._queues:
            return
        with self._whole_turn():
            raw = self._engine.raw_connection()
            try:
                for pragma in ("wal_checkpoint(TRUNCATE)", "incremental_vacuum", "wal_checkpoint(TRUNCATE)"):
                    raw.cursor().execute(f"PRAGMA {pragma}").fetchall()
            finally:
                raw.close()

    def is_current(self) -> bool:
        from bot.store import migrate  # alembic is slow to import and only needed at start

        with self._engine.connect() as connection:
            return migrate.is_current(connection)

    def upgrade(self) -> None:
        """To the newest schema, in one transaction."""
        from bot.store import migrate

        with self._engine.begin() as connection:
            migrate.upgrade(connection)

    def close(self) -> None:
        self._leads.close()
        if self._others is not None:
            self._others.close()
        with self._whole_turn():
            self._drop_writer()
            self._engine.dispose()

    def _transact(self, work: Callable[[SqlUnit], T]) -> T:
        if getattr(self._mine, "inside", False):
            raise RuntimeError("transact was called inside transact: pass the unit on instead.")
        self._mine.inside = True
        try:
            return self._with_retries(work)
        finally:
            self._mine.inside = False

    def _with_retries(self, work: Callable[[SqlUnit], T]) -> T:
        for attempt in range(ATTEMPTS - 1):
            try:
                return self._once(work)
            except DBAPIError as error:
                if not passing(error):
                    raise
                time.sleep(FIRST_PAUSE_S * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311 (no secret)
        return self._once(work)

    def _once(self, work: Callable[[SqlUnit], T]) -> T:
        job = _Job(work)
        if self._queues:
            self._commit_with_others(job)
        else:
            with contextlib.closing(CoreSession(self._engine)) as session:
                self._commit(session, [job])
        if job.error is not None:
            raise job.error
        if job.changed:
            self._tell()
        return cast("T", job.value)

    def _commit_with_others(self, job: _Job) -> None:
        """A job that is done wakes its own caller, so that nobody queues for the turn only to find nothing left to do.

        (Measured: with a plain lock around it ten threads stood there, each taking the turn for nothing.)
        """
        self._jobs.append(job)
        leads = self._turn.acquire(blocking=False)
        if not leads:
            job.wait()
            leads = not job.done
        if not leads:
            return
        try:
            while not job.done:
                self._commit_waiting(job)
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        """The turn goes to the first who waits. Whoever came too late to get it was seen in the second look."""
        while True:
            if self._jobs and not self._wanted:
                self._jobs[0].wake()
                return
            self._turn.release()
            if self._wanted or not self._jobs or not self._turn.acquire(blocking=False):
                return

    @contextlib.contextmanager
    def _whole_turn(self) -> Iterator[None]:
        with self._alone:
            self._wanted = True
            self._turn.acquire()
            self._wanted = False
            try:
                yield
            finally:
                self._pass_on()

    def _commit_waiting(self, mine: _Job) -> None:
        """Whoever has the turn commits for everybody who waits for it: one sync of the disk serves them all."""
        batch = [self._jobs.popleft() for _ in range(min(len(self._jobs), TOGETHER))]
        try:
            if self._writer is None:
                self._writer = DriverSession(self._engine)
            self._commit(self._writer, batch)
        except BaseException as error:  # noqa: BLE001 - raised again by every caller that waits
            self._drop_writer()
            for job in batch:
                job.fail(error)
        for job in batch:
            job.done = True
            if job is not mine:
                job.wake()

    def _commit(self, session: Session, batch: list[_Job]) -> None:
        """One transaction. Each job stands on a savepoint of its own, so that one that fails takes nothing with it."""
        with session.whole():
            for job in batch:
                job.run(session, self._keyring, alone=len(batch) == 1)
            if self._others is not None and any(job.changed for job in batch):
                session.run(self._others.tell, {})

    def _drop_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with contextlib.suppress(DBAPIError):
                writer.close()

    def _tell(self) -> None:
        with self._news:
            if getattr(self._mine, "generation", 0) == self._generation:
                self._mine.generation = self._generation + 1
            self._tell_all()

    def _tell_all(self) -> None:
        with self._news:
            self._generation += 1
            self._news.notify_all()


def _leads(engine: Engine) -> Leads:
    if engine.dialect.name == "postgresql":
        return PostgresLeads(engine)
    return FileLeads(Path(str(engine.url.database)))


def passing(error: DBAPIError) -> bool:
    """Whether the same work may well succeed in a moment: busy, not serialisable, or beaten to a unique row."""
    name = getattr(error.orig, "sqlite_errorname", "")
    if isinstance(error, OperationalError):
        return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or _state(error) in SERIALISATION
    return isinstance(error, IntegrityError) and (
        name in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY") or _state(error) == "23505"
    )


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""
