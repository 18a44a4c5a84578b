"""Updates taken in: stored before the platform hears 200, done in the commit of their effect."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.engine import Row

from bot.store.hot import Hot
from bot.store.tables.conversation import DONE, SET_ASIDE, WAITING, inbox
from bot.store.tx import Tx
from bot.store.upsert import insert_for
from bot.store.vault import VaultError


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that has been taken in and not yet handled."""

    id: int
    channel: str
    chat_key: str
    payload: bytes | None
    """None: it is in the table; too many wait to keep it in memory, or it does not open."""
    received_ms: int
    update: Any = None
    """The payload as whoever took it in has parsed it already."""


_PUT = Hot(
    lambda dialect: (
        insert_for(dialect, inbox)
        .values(
            channel=bindparam("channel"),
            update_key=bindparam("update_key"),
            chat_key=bindparam("chat_key"),
            state=WAITING,
            attempts=0,
            payload=bindparam("payload"),
            received_ms=bindparam("received_ms"),
        )
        .on_conflict_do_nothing(index_elements=["channel", "update_key"])
        .returning(inbox.c.id)
    )
)
_PAYLOAD = Hot(
    select(inbox.c.channel, inbox.c.update_key, inbox.c.payload).where(inbox.c.id == bindparam("row"))
)
_DONE = Hot(
    update(inbox)
    .where(inbox.c.id == bindparam("row"))
    .values(state=DONE, payload=None, done_ms=bindparam("at"), error=None)
)


def put(tx: Tx, channel: str, update_key: str, chat_key: str, payload: bytes) -> int | None:
    """Stores an update, sealed. Returns its id, or None when this key was taken in before.

    On SQLite, whose one process keeps its chats' order in memory; else see `inbox_shared.put`.
    """
    found: int | None = _PUT.value(
        tx,
        channel=channel,
        update_key=update_key,
        chat_key=chat_key,
        payload=tx.vault.seal("inbox.payload", f"{channel}:{update_key}", payload),
        received_ms=tx.now_ms,
    )
    return found


def waiting(tx: Tx) -> list[Waiting]:
    """Everything not yet handled, in order of arrival: what a restart goes on with."""
    columns = (
        inbox.c.id,
        inbox.c.channel,
        inbox.c.update_key,
        inbox.c.chat_key,
        inbox.c.payload,
        inbox.c.received_ms,
    )
    return [
        opened(tx, row)
        for row in tx.rows(select(*columns).where(inbox.c.state == WAITING).order_by(inbox.c.id))
    ]


def opened(tx: Tx, row: Row[Any]) -> Waiting:
    """A waiting update of the table. One that does not open fails when it is handled, and stops no other."""
    known = None
    with suppress(VaultError):
        known = _open(tx, row)
    return Waiting(row.id, row.channel, row.chat_key, known, row.received_ms)


def _open(tx: Tx, row: Row[Any]) -> bytes:
    return tx.vault.open_bytes("inbox.payload", f"{row.channel}:{row.update_key}", row.payload)


def payload(tx: Tx, row_id: int) -> bytes:
    """What a waiting update holds. Raises VaultError."""
    row = _PAYLOAD.first(tx, row=row_id)
    if row is None:
        raise LookupError(row_id)
    return _open(tx, row)


def done(tx: Tx, row_id: int) -> None:
    """Marks an update as handled and empties its payload."""
    _DONE.run(tx, row=row_id, at=tx.now_ms)


def set_aside(tx: Tx, row_id: int, attempts: int, error: str) -> None:
    """Takes an update out of the way that raised every time; its payload stays, sealed, for a person."""
    tx.run(
        update(inbox)
        .where(inbox.c.id == row_id)
        .values(state=SET_ASIDE, attempts=attempts, error=error[:200], done_ms=tx.now_ms)
    )


def counts(tx: Tx) -> dict[str, int]:
    """How many updates are waiting, done and set aside."""
    names = {WAITING: "waiting", DONE: "done", SET_ASIDE: "set_aside"}
    found = {name: 0 for name in names.values()}
    statement = select(inbox.c.state, func.count().label("rows")).group_by(inbox.c.state)
    for row in tx.rows(statement):
        found[names[row.state]] = row.rows
    return found


def forget_before(tx: Tx, ms: int) -> None:
    """Deletes handled updates older than a moment; until then their keys stop repeats."""
    tx.run(delete(inbox).where(inbox.c.state == DONE, inbox.c.done_ms < ms))
