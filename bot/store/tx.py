"""One transaction as every verb sees it: the connection, its moment, the vault, what leaves on commit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Executable, Row

from bot.clock import to_ms
from bot.store.vault import Vault

T = TypeVar("T")


@dataclass(slots=True)
class Tx:
    """A unit of work. Nothing in it leaves the process before the commit."""

    conn: Connection
    now: datetime
    """The moment of this unit (UTC): read once, so that everything in it agrees."""
    vault: Vault
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    """Run once, after the commit, on the writer's thread: hand work to the event loop, nothing else."""

    known: dict[Any, Any] = field(default_factory=dict)
    """What this unit has read and nothing in it has changed since; see `once`."""

    told: set[str] = field(default_factory=set)
    """What this transaction, which units may share, tells other processes when it commits (`signals.tell`)."""

    asked_for_work: bool = False
    """Set when a job was requested: somebody should look once this is committed."""

    @property
    def now_ms(self) -> int:
        """The moment as it is stored."""
        return to_ms(self.now)

    def once(self, key: tuple[Any, ...], read: Callable[[], T]) -> T:
        """What `read` finds, read once a unit: whatever the unit writes makes all of it be read anew."""
        if key not in self.known:
            self.known[key] = read()
        found: T = self.known[key]
        return found

    def run(
        self, statement: Executable, values: Mapping[str, Any] | list[dict[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Executes a Core statement."""
        self.known.clear()
        return self.conn.execute(statement, values)

    def rows(self, statement: Executable, values: Mapping[str, Any] | None = None) -> list[Row[Any]]:
        """All rows of a query."""
        self._forget(statement)
        return list(self.conn.execute(statement, values).all())  # at once: one by one each row costs a call

    def first(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Row[Any] | None:
        """The first row of a query, or None."""
        self._forget(statement)
        return self.conn.execute(statement, values).first()

    def value(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        self._forget(statement)
        return self.conn.execute(statement, values).scalar()

    def _forget(self, statement: Executable) -> None:
        if not statement.is_select:  # it writes, and returns what it wrote
            self.known.clear()
