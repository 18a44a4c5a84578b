"""Slow work that waits for a runner. A row holds no file content."""

from sqlalchemy import Column, Index, Integer, String, Table

from bot.store.tables.base import BigId, Sealed, metadata, moment

jobs = Table(
    "jobs",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("channel", String(16), nullable=False),  # whose answer it is: the address that waits
    Column("chat_id", String(64), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("asked", Sealed, nullable=False),  # JSON: what the runner needs; emptied by deleting the row
    Column("attempts", Integer, nullable=False),
    moment("made_ms", nullable=False),
    Index("ix_jobs_made", "made_ms"),
)
