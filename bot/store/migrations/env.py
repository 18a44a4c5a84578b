"""Alembic's entry: runs the migrations in one transaction, on the engine that `migrate` hands over."""

from typing import Any, Literal

from alembic import context

from bot.store.tables import metadata
from bot.store.tables.base import Sealed


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Writes our column types as the database knows them: migrations do not change with the code."""
    return "sa.LargeBinary()" if kind == "type" and isinstance(item, Sealed) else False


engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=True, render_item=render
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
