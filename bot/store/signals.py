"""What processes on one PostgreSQL database tell each other at commit; on SQLite there is nobody to tell."""

import asyncio
from collections.abc import Callable

import psycopg
import structlog
from sqlalchemy import func, select

from bot.store.engine import driver_address
from bot.store.tx import Tx

log = structlog.get_logger()

INBOX, OUTBOX, JOBS, LEASES = "inbox", "outbox", "jobs", "leases"
"""Something may wait there now."""
_CHANNEL = "sotay"
_PAUSE_S = 1.0


def tell(tx: Tx, what: str) -> None:
    """Wakes those who wait for this, in every process, when this transaction commits: once, however often told."""
    if what not in tx.told and tx.conn.dialect.name != "sqlite":
        tx.rows(select(func.pg_notify(_CHANNEL, what)))
        tx.told.add(what)


async def listen(url: str, heard: Callable[[str], None]) -> None:
    """Calls `heard` for whatever any process tells, until cancelled. Comes back after a lost connection.

    What was told while nobody listened is unknown, so after each (re)connection everything is heard once.
    """
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                driver_address(url),
                autocommit=True,
                connect_timeout=5,
                application_name="sotay listens",
                keepalives_idle=4,
                keepalives_interval=2,
                keepalives_count=3,
            ) as conn:
                await conn.execute(f"LISTEN {_CHANNEL}")
                for what in (INBOX, OUTBOX, JOBS, LEASES):
                    heard(what)
                async for note in conn.notifies():
                    heard(note.payload)
        except psycopg.Error as error:
            log.warning("listening_lost", error=type(error).__name__)
        await asyncio.sleep(_PAUSE_S)
