"""INSERT … ON CONFLICT for both databases."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert(conn: Connection, table: Table) -> Any:
    """The dialect's own `insert(table)`, which knows `on_conflict_do_nothing` and `…_do_update`."""
    return insert_for(conn.dialect.name, table)


def insert_for(dialect: str, table: Table) -> Any:
    """The same by the dialect's name."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
