"""Engines for SQLite (default) and PostgreSQL (by URL). One connection writes; readers have their own."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url


def make_engine(url: str) -> Engine:
    """An engine whose transactions are what they say they are.

    On SQLite the driver's own transaction handling is switched off and every transaction begins
    IMMEDIATE, so a rollback really takes everything back; WAL, synchronous=FULL (a commit survives a
    power cut) and secure_delete (what is deleted is overwritten).
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_size=4, max_overflow=4, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(parsed, connect_args={"timeout": 10, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "secure_delete=ON",
            "foreign_keys=ON",
            "busy_timeout=10000",
            "cache_size=-16000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def truncate_wal(engine: Engine) -> bool:
    """Empties SQLite's write-ahead log, in which overwritten values may still lie. False: busy, try again.

    PostgreSQL needs nothing: what is personal is sealed there wherever it lies.
    """
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()  # no transaction: a checkpoint inside one is refused
    try:
        busy, _pages, _moved = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    return not busy


def reading(engine: Engine) -> Engine:
    """The same database for those who only read: a snapshot that waits for no writer."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(sqlite_begin="DEFERRED")
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
