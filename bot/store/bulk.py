"""Many new rows at once, and how a long piece of writing lets others write in between."""

import re
import time
from collections.abc import Callable, Iterable
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Engine, Integer, LargeBinary, String, Table, bindparam, insert, text

from bot.store.hot import Hot, refused
from bot.store.tables.base import Sealed
from bot.store.tx import Tx

FEW = 5
"""Fewer rows than these go by statements: COPY asks the server twice."""
Told = Callable[[Iterable[Any]], list[Any]]
"""The values of one column as they are handed over: for COPY in its text format, for SQLite as they are."""


def insert_many(tx: Tx, table: Table, rows: list[dict[str, Any]]) -> None:
    """Inserts new rows, all with the same columns, every one that has a default among them.

    By COPY on PostgreSQL: 5 µs of processor time a row, where a statement a row takes 40. Raises TypeError for a
    kind of column that is not written down here.
    """
    if 0 < len(rows) < FEW and tx.conn.dialect.name == "postgresql":
        _insert(table, tuple(rows[0])).run_each(tx, rows)
    elif rows:
        insert_portions(tx, table, [rows])


def insert_portions(tx: Tx, table: Table, portions: Iterable[list[dict[str, Any]]]) -> None:
    """The same for very many rows, which may be made while PostgreSQL writes those before them."""
    tx.known.clear()
    put = _put if tx.conn.dialect.name == "sqlite" else _copy
    source = iter(portions)
    first = next(source, [])
    if not first:
        return
    plan = _plan(table, tuple(first[0]), on_sqlite=put is _put)
    try:
        put(tx.conn.connection.dbapi_connection, plan, chain([first], source))
    except tx.conn.dialect.loaded_dbapi.Error as error:
        raise refused(tx.conn, plan.text, error) from error


class _Plan(NamedTuple):
    text: str
    columns: tuple[tuple[str, Told], ...]

    def values(self, rows: list[dict[str, Any]]) -> Iterable[tuple[Any, ...]]:
        """The rows as they are handed over."""
        # A column at a time: going through all its values at once costs a third of asking each what it is.
        return zip(*(told([row[name] for row in rows]) for name, told in self.columns), strict=True)


def _put(connection: Any, plan: _Plan, portions: Iterable[list[dict[str, Any]]]) -> None:
    for rows in portions:
        connection.executemany(plan.text, plan.values(rows))


def _copy(connection: Any, plan: _Plan, portions: Iterable[list[dict[str, Any]]]) -> None:
    with connection.cursor() as cursor, cursor.copy(plan.text) as copy:
        for rows in portions:
            copy.write("\n".join(map("\t".join, plan.values(rows))) + "\n")


@cache
def _plan(table: Table, names: tuple[str, ...], *, on_sqlite: bool) -> _Plan:
    told = _as_they_are if on_sqlite else _told
    columns = tuple((name, told(table.c[name].type)) for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    if not on_sqlite:
        return _Plan(f"COPY {table.name} ({quoted}) FROM STDIN", columns)
    marks = ", ".join("?" * len(names))
    return _Plan(f"INSERT INTO {table.name} ({quoted}) VALUES ({marks})", columns)  # noqa: S608 - our own names


def _as_they_are(kind: Any) -> Told:
    told = _told(kind)
    return _checked_blobs if told is _sealed else _blobs if told is _bytes else list


def _told(kind: Any) -> Told:
    if isinstance(kind, Sealed):
        return _sealed
    for known, told in ((Integer, _numbers), (String, _words), (LargeBinary, _bytes)):
        if isinstance(kind, known):
            return told
    raise TypeError(f"insert_many knows no column of {kind!r}")


def _checked(values: Iterable[bytes | None]) -> list[bytes | None]:
    return list(map(Sealed.checked, values))


def _checked_blobs(values: Iterable[bytes | None]) -> list[bytearray | None]:
    return _blobs(_checked(values))


def _blobs(values: Iterable[bytes | None]) -> list[bytearray | None]:
    # What sqlite3 takes at once; of bytes it asks every time whether somebody adapts them.
    return [None if value is None else bytearray(value) for value in values]


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
    return _bytes(_checked(values))


@cache
def _insert(table: Table, names: tuple[str, ...]) -> Hot:
    return Hot(insert(table).values({name: bindparam(name) for name in names}))


def commit_unwaited(tx: Tx) -> None:
    """On PostgreSQL this commit is not waited for: a crash may undo it, but none of what is committed after it.

    For a step of long work that goes on where it was, in a transaction of its own.
    """
    if tx.conn.dialect.name == "postgresql":
        tx.run(text("SET LOCAL synchronous_commit TO off"))


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
