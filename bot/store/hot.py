"""Hot statements: Core expressions compiled once for each dialect and handed straight to the driver.

Building, hashing and executing a Core statement costs ten times what SQLite needs for it, and as much again as
PostgreSQL's driver. What every press or message runs is therefore a `Hot`; everything else stays plain Core.
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
from sqlalchemy.exc import DBAPIError, StatementError

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
        self._plans: dict[str, _Plan] = {}
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
        changed: int = self._plan(tx.conn).execute(tx, values).rowcount
        return changed

    def run_each(self, tx: Tx, many: list[dict[str, Any]]) -> None:
        """Executes it once for each of these."""
        tx.known.clear()
        plan = self._plan(tx.conn)
        try:
            plan.on(tx.conn).executemany(plan.text, map(plan.bind, many))
        except tx.conn.dialect.loaded_dbapi.Error as error:
            raise refused(tx.conn, plan.text, error) from error

    def first(self, tx: Tx, **values: Any) -> Any | None:
        """The first row, its columns by name, or None."""
        plan = self._plan(tx.conn)
        row = plan.execute(tx, values).fetchone()
        return None if row is None else plan.read(row)

    def rows(self, tx: Tx, **values: Any) -> list[Any]:
        """All rows; of a statement that writes, those it returns."""
        plan = self._plan(tx.conn)
        return [plan.read(row) for row in plan.execute(tx, values).fetchall()]

    def value(self, tx: Tx, **values: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.first(tx, **values)
        return None if row is None else row[0]

    def _plan(self, conn: Connection) -> "_Plan":
        name = conn.dialect.name
        plan = self._plans.get(name)
        if plan is None:
            plan = self._plans[name] = _plan(self.statement(name), conn.dialect)
        return plan


class _Plan(NamedTuple):
    """What the driver is given, and how values get there and back."""

    text: str
    names: tuple[str, ...]
    """Of the parameters; where the driver knows them by place, in the order of these."""
    by_place: bool
    constants: Mapping[str, Any]
    """Values that Core turned into parameters of its own: a state, a limit."""
    into: tuple[tuple[str, Convert], ...]
    """How the values of some parameters are stored."""
    row: Callable[[Iterable[Any]], Any]
    back: tuple[tuple[int, Convert], ...]
    """How the values of some columns are read."""
    writes: bool

    @staticmethod
    def on(conn: Connection) -> Any:
        return conn.connection.cursor()

    def execute(self, tx: Tx, values: Mapping[str, Any]) -> Any:
        if self.writes:
            tx.known.clear()
        try:
            return self.on(tx.conn).execute(self.text, self.bind(values))
        except tx.conn.dialect.loaded_dbapi.Error as error:
            raise refused(tx.conn, self.text, error) from error

    def bind(self, values: Mapping[str, Any]) -> list[Any] | dict[str, Any]:
        given = {**self.constants, **values}
        for name, convert in self.into:
            given[name] = convert(given[name])
        if self.by_place:
            return [given[name] for name in self.names]
        return {name: given[name] for name in self.names}

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
        names=tuple(compiled.positiontup or binds),
        by_place=compiled.positional,
        constants={name: bind.value for name, bind in binds.items() if not bind.required},
        into=tuple((name, convert) for name, convert in into.items() if convert is not None),
        row=_row([str(name) for name in columns.keys()]),  # noqa: SIM118 - a collection, no dict
        back=tuple((place, convert) for place, convert in enumerate(back) if convert is not None),
        writes=not isinstance(statement, Select),
    )


def refused(conn: Connection, text: str, error: Exception) -> StatementError:
    """The driver's error as SQLAlchemy tells it, without the values; a connection that was lost is given up."""
    dialect = conn.dialect
    driver: Any = conn.connection.dbapi_connection
    lost = dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type]  # it is one of the driver's
    told = DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
    if lost:
        conn.invalidate(error)
    return told


def _row(names: list[str]) -> Callable[[Iterable[Any]], Any]:
    made: Any = namedtuple("Row", names)  # type: ignore[misc]
    return made._make
