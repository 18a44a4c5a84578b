"""Engines for SQLite (default) and PostgreSQL (by URL). One connection writes; readers have their own."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

_AGAIN = frozenset(("40001", "40P01", "55P03"))
"""PostgreSQL: two transactions stood in each other's way, or a lock was waited for too long."""
_POSTGRES = {
    # A process that stopped in the middle of a transaction must not hold its chats for ever.
    "idle_in_transaction_session_timeout": "20s",
    "lock_timeout": "5s",
    # A machine that went away is noticed, and its locks are free again, in about ten seconds.
    "tcp_keepalives_idle": "4",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}


class AddressWrong(ValueError):
    """The database's address is none, or that of a kind we do not know."""


def make_engine(url: str) -> Engine:
    """An engine whose transactions are what they say they are.

    On SQLite the driver's own transaction handling is switched off and every transaction begins
    IMMEDIATE, so a rollback really takes everything back; WAL, synchronous=FULL (a commit survives a
    power cut) and secure_delete (what is deleted is overwritten). On PostgreSQL a transaction is READ
    COMMITTED: every statement sees what others committed before it. Raises AddressWrong.
    """
    parsed = _address(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            _psycopg(parsed),
            pool_size=4,
            max_overflow=4,
            connect_args={
                "connect_timeout": 5,
                "application_name": "sotay",
                "client_encoding": "utf8",
                "options": " ".join(f"-c {name}={value}" for name, value in _POSTGRES.items()),
                "tcp_user_timeout": 10_000,
            },
        )
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
            "wal_autocheckpoint=4000",  # pages (16 MB): bulk work writes the same ones in commit after commit
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _address(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise AddressWrong from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql", "postgres"):
        raise AddressWrong
    if parsed.get_backend_name() == "sqlite":
        if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
            raise AddressWrong
    elif "@" in f"{parsed.host}{parsed.database}" or not _options_known(parsed):
        # An @ in a password that is not written %40: its rest would stand as the host in every error's words.
        raise AddressWrong
    return parsed


def _options_known(url: URL) -> bool:
    from psycopg import ProgrammingError
    from psycopg.conninfo import make_conninfo

    try:
        make_conninfo(**dict.fromkeys(url.query, "1"))
    except ProgrammingError:
        return False
    return True


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


def _psycopg(url: URL) -> URL:
    return url if url.drivername == "postgresql+psycopg" else url.set(drivername="postgresql+psycopg")


def driver_address(url: str) -> str:
    """The same PostgreSQL database as psycopg itself takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def reading(engine: Engine) -> Engine:
    """The same database for those who only read: a snapshot that waits for no writer."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(sqlite_begin="DEFERRED")
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def take_time(conn: Connection) -> None:
    """Lets this transaction be idle for long between two statements: a snapshot that is compared in memory."""
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '15min'")


def connection_lost(error: BaseException) -> bool:
    """Whether PostgreSQL could not be reached, or went away in the middle."""
    if not isinstance(error, DBAPIError) or isinstance(error.orig, sqlite3.Error):
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    # No state at all: not even a server that could say why. 08: connection; 57P: shutting down, starting up.
    return (
        error.connection_invalidated
        or state[:2] == "08"
        or state[:3] == "57P"
        or (not state and type(error.orig).__name__ == "OperationalError")
    )


def stands_in_the_way(error: BaseException) -> bool:
    """Whether a transaction was rolled back for another's sake and goes through when run again."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _AGAIN
