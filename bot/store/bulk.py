"""Many new rows at once, and how a long piece of writing lets others write in between."""

import re
import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Engine, Integer, LargeBinary, String, Table, bindparam, insert, text

from bot.store.hot import Hot, refused
from bot.store.tables.base import Sealed
from bot.store.tx import Tx

FEW = 5
"""Fewer rows than these go by statements: COPY asks the server twice."""
Told = Callable[[Iterable[Any]], list[str]]
"""The values of one column as COPY takes them in its text format."""


def insert_many(tx: Tx, table: Table, rows: list[dict[str, Any]]) -> None:
    """Inserts new rows, all with the same columns, every one that has a default among them.

    By COPY on PostgreSQL: 5 µs of processor time a row, where a statement a row takes 40. Raises TypeError for a
    kind of column that is not written down here.
    """
    if not rows:
        return
    if tx.conn.dialect.name != "postgresql" or len(rows) < FEW:
        _insert(table, tuple(rows[0])).run_each(tx, rows)
        return
    tx.known.clear()
    plan = _plan(table, tuple(rows[0]))
    # A column at a time: going through all its values at once costs a third of asking each what it is.
    columns = [told([row[name] for row in rows]) for name, told in plan.columns]
    lines = "\n".join(map("\t".join, zip(*columns, strict=True)))
    connection: Any = tx.conn.connection.dbapi_connection
    try:
        with connection.cursor() as cursor, cursor.copy(plan.text) as copy:
            copy.write(lines + "\n")
    except tx.conn.dialect.loaded_dbapi.Error as error:
        raise refused(tx.conn, plan.text, error) from error


class _Plan(NamedTuple):
    text: str
    columns: tuple[tuple[str, Told], ...]


@cache
def _plan(table: Table, names: tuple[str, ...]) -> _Plan:
    quoted = ", ".join(f'"{name}"' for name in names)
    columns = tuple((name, _told(table.c[name].type)) for name in names)
    return _Plan(f"COPY {table.name} ({quoted}) FROM STDIN", columns)


def _told(kind: Any) -> Told:
    if isinstance(kind, Sealed):
        return _sealed
    for known, told in ((Integer, _numbers), (String, _words), (LargeBinary, _bytes)):
        if isinstance(kind, known):
            return told
    raise TypeError(f"insert_many knows no column of {kind!r}")


_NOTHING = "\\N"
_MARKED = re.compile(r"[\\\t\n\r]").search
_MARKS = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _numbers(values: Iterable[int | None]) -> list[str]:
    return [_NOTHING if value is None else str(value) for value in values]


def _words(values: Iterable[str | None]) -> list[str]:
    return [
        _NOTHING if value is None else value if _MARKED(value) is None else value.translate(_MARKS)
        for value in values
    ]


def _bytes(values: Iterable[bytes | None]) -> list[str]:
    return [_NOTHING if value is None else "\\\\x" + value.hex() for value in values]


def _sealed(values: Iterable[bytes | None]) -> list[str]:
    return _bytes(map(Sealed.checked, values))


@cache
def _insert(table: Table, names: tuple[str, ...]) -> Hot:
    return Hot(insert(table).values({name: bindparam(name) for name in names}))


def tell_planner(tx: Tx, *tables: Table) -> None:
    """To be called when very many rows are new: PostgreSQL looks by itself only a minute later, and walks along
    whole tables until then. SQLite's plans do not depend on it."""
    if tx.conn.dialect.name == "postgresql":
        tx.run(text(f"ANALYZE {', '.join(table.name for table in tables)}"))


def standing_aside(engine: Engine) -> Callable[[float], None]:
    """What to do for so many seconds between two slices: SQLite has one writer, so sleep; PostgreSQL has many."""
    return time.sleep if engine.dialect.name == "sqlite" else _go_on


def _go_on(_seconds: float) -> None:
    """Others write at the same time."""
