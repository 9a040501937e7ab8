"""What the store's tests share: invented people and messages, and a look at the raw files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.engine.events import RequestHandoff
from bot.engine.model import Channel, Gate
from bot.engine.state import Screen, State, Step, Told
from bot.ports import Address, Handoff, Leased, Outgoing, OutKind, Payload, Receipt, Unit
from bot.store import SqlStore

NOW = datetime(2026, 11, 23, 10, 0, 30, 250_001, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TELEGRAM = Address(Channel.TELEGRAM, "7700900461")
SMS = Address(Channel.SMS, "+447700900462")
OTHER = Address(Channel.WHATSAPP, "+447700900463")
AGREED = RequestHandoff("sq", "housing/what", "woman", "yes", "my own words here", True, False)


def state_of(address: Address, now: datetime = NOW, **values: object) -> State:
    known = State(
        address.channel,
        4242,
        lang="sq",
        lang_chosen=True,
        last_seen=now,
        confirmed_until=now + 15 * MINUTE,
        screen=Screen.NODE,
        trail=(Step("menu/start"), Step("housing/what", 1, 3)),
        told=Told("scotland", False),
    )
    return State(**{**{name: getattr(known, name) for name in State.__slots__}, **values})  # type: ignore[arg-type]


def opened(store: SqlStore, address: Address = TELEGRAM, now: datetime = NOW) -> int:
    return store.transact(lambda unit: unit.open(address, state_of(address, now), now).id)


def message(text: str = "Hello there", **values: object) -> Outgoing:
    return Outgoing(OutKind.MESSAGE, Gate.CONTENT, Payload(text), made_at=NOW, **values)  # type: ignore[arg-type]


def enqueue(store: SqlStore, conversation_id: int, *texts: str, due: datetime = NOW) -> None:
    def work(unit: Unit) -> None:
        for text in texts:
            unit.enqueue(conversation_id, message(text), due)

    store.transact(work)


def lease(store: SqlStore, now: datetime = NOW, limit: int = 20) -> list[Leased]:
    return list(store.transact(lambda unit: unit.lease(now, 60, limit)))


def send_all(store: SqlStore, now: datetime = NOW, first_id: int = 1) -> list[str]:
    """Sends what is due until nothing is; the texts in the order in which they went."""
    texts: list[str] = []
    while rows := lease(store, now):
        for row in rows:
            texts.append(row.outgoing.payload.text)
            receipt = Receipt(str(first_id + len(texts)), "sent")
            store.transact(lambda unit, row=row, receipt=receipt: unit.sent(row, receipt, now))  # type: ignore[misc]
    return texts


def requested(store: SqlStore, conversation_id: int, now: datetime = NOW) -> Handoff:
    return store.transact(lambda unit: unit.request_handoff(conversation_id, AGREED, now, now + 7 * DAY))


def raw_bytes(folder: Path) -> bytes:
    """Every byte of every file of the database."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def rows_by_table(store: SqlStore) -> dict[str, int]:
    """How many rows each table has, those that hold nothing of a person left out."""
    from sqlalchemy import func, select

    from bot.store.tables import METADATA

    about_nobody = {"destroyed_key", "claimed", "officer", "audit", "counter"}
    with store._engine.connect() as connection:
        counts = {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in METADATA.tables.items()
            if name not in about_nobody
        }
    return {name: count for name, count in counts.items() if count}
