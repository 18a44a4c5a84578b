"""Alembic's entry: runs the migrations in one transaction, on the engine that `migrate` hands over."""

from typing import Any, Literal

from alembic import context

from bot.store.tables import metadata
from bot.store.tables.base import Sealed

MIGRATING = 7_306_520_183
"""The advisory lock of whoever migrates; any number of ours does."""


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Writes our column types as the database knows them: migrations do not change with the code."""
    return "sa.LargeBinary()" if kind == "type" and isinstance(item, Sealed) else False


def concerns(item: Any, _name: Any, _kind: str, reflected: bool, _other: Any) -> bool:
    """Whether an index or table of ours is meant for this database."""
    return reflected or getattr(item, "info", {}).get("only", engine.dialect.name) == engine.dialect.name


engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=render,
        include_object=concerns,
    )
    with context.begin_transaction():
        if engine.dialect.name == "postgresql":  # of several processes that start at once, one brings it up
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATING})")
        context.run_migrations()
    connection.commit()
