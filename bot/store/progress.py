"""How far work that goes along a line of moments has come: one moment a name."""

from sqlalchemy import delete, select

from bot.store.tables.directives import progress
from bot.store.tx import Tx
from bot.store.upsert import insert


def read(tx: Tx, name: str) -> int | None:
    """The moment (ms) up to which it is done; None when it was never begun."""
    found: int | None = tx.value(select(progress.c.done_ms).where(progress.c.name == name))
    return found


def write(tx: Tx, name: str, done_ms: int) -> None:
    """It is done up to this moment."""
    tx.run(
        insert(tx.conn, progress)
        .values(name=name, done_ms=done_ms)
        .on_conflict_do_update(index_elements=["name"], set_={"done_ms": done_ms})
    )


def forget(tx: Tx, name: str) -> None:
    """It is done, or given up."""
    tx.run(delete(progress).where(progress.c.name == name))


def names(tx: Tx, prefix: str) -> list[str]:
    """What of this kind is not done."""
    found = select(progress.c.name).where(progress.c.name.startswith(prefix, autoescape=True))
    return [row.name for row in tx.rows(found.order_by(progress.c.name))]
