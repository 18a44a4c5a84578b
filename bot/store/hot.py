"""Hot statements: Core expressions compiled once and, on SQLite, handed straight to the driver.

Building, hashing and executing a Core statement costs ten times what SQLite needs for it. What every
press or message runs is therefore a `Hot`; everything else stays plain Core. On PostgreSQL, where the way
to the server costs more than all that, the statement is executed by SQLAlchemy as ever.
"""

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Insert,
    Select,
    Update,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect

from bot.store.tx import Tx

Statement = Select[Any] | Insert | Update | Delete
Convert = Callable[[Any], Any]


def one_of(dialect: str, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """That a column has one of the values of a list. The list is one parameter, given by `as_list`."""
    if dialect == "sqlite":
        return column.in_(select(func.json_each(bindparam(name)).table_valued("value", name="given").c.value))
    return column == any_(bindparam(name, type_=ARRAY(column.type)))


def as_list(tx: Tx, values: Iterable[Any]) -> Any:
    """The list of numbers or texts for `one_of`."""
    return json.dumps(list(values)) if tx.conn.dialect.name == "sqlite" else list(values)


class Hot:
    """One statement, with a `bindparam` for each value; a function of the dialect's name where it needs one.

    Raises ValueError at its first use for what the short way would get wrong: an IN list (its length is
    not known when it is compiled; `one_of` in its place), a column default that the program computes.
    """

    every: "list[Hot]" = []  # noqa: RUF012 - all of them on purpose, so that a test can compare both ways

    def __init__(self, statement: Statement | Callable[[str], Statement]) -> None:
        self._make = statement
        self._plan: _Plan | None = None
        self._plain: dict[str, Statement] = {}
        Hot.every.append(self)

    def statement(self, dialect: str) -> Statement:
        """The Core statement for a dialect ("sqlite", "postgresql")."""
        if dialect not in self._plain:
            make = self._make
            self._plain[dialect] = make(dialect) if callable(make) else make
        return self._plain[dialect]

    def run(self, tx: Tx, **values: Any) -> int:
        """Executes it; returns how many rows it changed."""
        tx.known.clear()
        conn = tx.conn
        if conn.dialect.name != "sqlite":
            return conn.execute(self.statement(conn.dialect.name), values).rowcount
        plan = self._plan or self._compile(conn)
        changed: int = plan.on(conn).execute(plan.text, plan.bind(values)).rowcount
        return changed

    def run_each(self, tx: Tx, many: list[dict[str, Any]]) -> None:
        """Executes it once for each of these."""
        tx.known.clear()
        conn = tx.conn
        if conn.dialect.name != "sqlite":
            conn.execute(self.statement(conn.dialect.name), many)
            return
        plan = self._plan or self._compile(conn)
        plan.on(conn).executemany(plan.text, map(plan.bind, many))

    def first(self, tx: Tx, **values: Any) -> Any | None:
        """The first row, its columns by name, or None."""
        conn = tx.conn
        if conn.dialect.name != "sqlite":
            return conn.execute(self.statement(conn.dialect.name), values).first()
        plan = self._plan or self._compile(conn)
        row = plan.on(conn).execute(plan.text, plan.bind(values)).fetchone()
        return None if row is None else plan.read(row)

    def rows(self, tx: Tx, **values: Any) -> list[Any]:
        """All rows; of a statement that writes, those it returns."""
        conn = tx.conn
        statement = self.statement(conn.dialect.name)
        if not isinstance(statement, Select):
            tx.known.clear()
        if conn.dialect.name != "sqlite":
            return list(conn.execute(statement, values).all())
        plan = self._plan or self._compile(conn)
        return [plan.read(row) for row in plan.on(conn).execute(plan.text, plan.bind(values))]

    def value(self, tx: Tx, **values: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.first(tx, **values)
        return None if row is None else row[0]

    def _compile(self, conn: Connection) -> "_Plan":
        self._plan = _plan(self.statement(conn.dialect.name), conn.dialect)
        return self._plan


class _Plan(NamedTuple):
    """What the driver is given, and how values get there and back."""

    text: str
    names: tuple[str, ...]
    """Of the places in `text`, in order."""
    constants: Mapping[str, Any]
    """Values that Core turned into parameters of its own: a state, a limit."""
    into: tuple[tuple[str, Convert], ...]
    """How the values of some parameters are stored."""
    row: Callable[[Iterable[Any]], Any]
    back: tuple[tuple[int, Convert], ...]
    """How the values of some columns are read."""

    @staticmethod
    def on(conn: Connection) -> Any:
        return conn.connection.dbapi_connection

    def bind(self, values: Mapping[str, Any]) -> list[Any]:
        given = {**self.constants, **values}
        for name, convert in self.into:
            given[name] = convert(given[name])
        return [given[name] for name in self.names]

    def read(self, row: tuple[Any, ...]) -> Any:
        if self.back:
            listed = list(row)
            for place, convert in self.back:
                listed[place] = convert(listed[place])
            return self.row(listed)
        return self.row(row)


def _plan(statement: Statement, dialect: Dialect) -> _Plan:
    compiled = statement.compile(dialect=dialect)
    if compiled.post_compile_params or compiled.literal_execute_params:
        raise ValueError("a hot statement holds no IN list")
    if not isinstance(statement, Select) and (compiled.insert_prefetch or compiled.update_prefetch):
        raise ValueError("a hot statement gives every column that has a default its value")
    binds = compiled.binds
    into = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
    columns = statement.exported_columns
    back = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    return _Plan(
        text=str(compiled),
        names=tuple(compiled.positiontup or ()),
        constants={name: bind.value for name, bind in binds.items() if not bind.required},
        into=tuple((name, convert) for name, convert in into.items() if convert is not None),
        row=_row([str(name) for name in columns.keys()]),  # noqa: SIM118 - a collection, no dict
        back=tuple((place, convert) for place, convert in enumerate(back) if convert is not None),
    )


def _row(names: list[str]) -> Callable[[Iterable[Any]], Any]:
    made: Any = namedtuple("Row", names)  # type: ignore[misc]
    return made._make
