"""Duties that one process at a time has: a lease in the database, by the database's clock.

A holder renews its leases every second; one that is gone loses them after `TTL_MS`, and whoever asks next
has them. SQLite has one process, which holds everything.
"""

from sqlalchemy import BigInteger, ColumnElement, Select, cast, delete, func, select

from bot.store import signals
from bot.store.tables.replicas import leases
from bot.store.tx import Tx
from bot.store.upsert import insert

TTL_MS = 6_000
_GRACE_MS = 6_000
"""A process that has not told for TTL_MS and so long again is dead: its claims are others'. One that is only
slow must not find its replies sent by another as well."""
_PROCESS = "process:"


def database_ms(tx: Tx) -> ColumnElement[int]:
    """The database's own clock as an SQL expression: processes on several machines need not agree on theirs."""
    if tx.conn.dialect.name == "sqlite":
        return cast(tx.now_ms, BigInteger)
    return cast(func.extract("epoch", func.clock_timestamp()) * 1000, BigInteger)


def hold(tx: Tx, name: str, holder: str) -> bool:
    """Takes or renews a lease. Returns whether it is the holder's now, for TTL_MS from here."""
    if tx.conn.dialect.name == "sqlite":
        return True
    clock = database_ms(tx)
    statement = insert(tx.conn, leases).values(name=name, holder=holder, until_ms=clock + TTL_MS)
    mine = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": holder, "until_ms": clock + TTL_MS},
        where=(leases.c.holder == holder) | (leases.c.until_ms < clock),
    )
    return tx.first(mine.returning(leases.c.name)) is not None


def live(tx: Tx, holder: str) -> set[str]:
    """Tells that a process lives, for TTL_MS and a grace from here. Returns all that do."""
    hold(tx, _PROCESS + holder, holder)
    return {row.holder for row in tx.rows(living(tx))}


def living(tx: Tx) -> Select[tuple[str]]:
    """The processes that live, as a query."""
    return select(leases.c.holder).where(
        leases.c.name.startswith(_PROCESS), leases.c.until_ms >= database_ms(tx) - _GRACE_MS
    )


def release(tx: Tx, holder: str) -> None:
    """Gives back all that a process holds: the next one need not wait for the end of its leases."""
    if tx.conn.dialect.name != "sqlite":
        tx.run(delete(leases).where(leases.c.holder == holder))
        signals.tell(tx, signals.LEASES)


def holders(tx: Tx) -> dict[str, str]:
    """Every lease that runs now, and whose it is."""
    rows = tx.rows(select(leases.c.name, leases.c.holder).where(leases.c.until_ms >= database_ms(tx)))
    return {row.name: row.holder for row in rows}


def forget_ended(tx: Tx) -> None:
    """Deletes leases that nobody has renewed for an hour: those of processes that are no more."""
    tx.run(delete(leases).where(leases.c.until_ms < database_ms(tx) - 3_600_000))
