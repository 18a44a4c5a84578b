"""What several processes on one database share: who holds which duty; and how the keys prove themselves."""

from sqlalchemy import Column, Integer, String, Table

from bot.store.tables.base import Sealed, metadata, moment

leases = Table(
    "leases",
    metadata,
    Column("name", String(60), primary_key=True),  # "send:telegram", "timers", "process:<name>"
    Column("holder", String(40), nullable=False),
    moment("until_ms", nullable=False),  # by the database's clock
)

# One row, sealed when the database was first opened: other keys do not open it.
key_proof = Table(
    "key_proof",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("proof", Sealed, nullable=False),
)
