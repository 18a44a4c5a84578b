"""Who acted on or looked at what, and when. Append-only; no content."""

from sqlalchemy import BigInteger, Column, Index, String, Table

from bot.store.tables.base import BigId, metadata, moment

audit = Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    moment("at_ms", nullable=False),
    Column("member_id", BigInteger),  # None for the terminal and the program itself
    Column("actor", String(60), nullable=False),  # "member", "terminal:<system user>", "program"
    Column("action", String(40), nullable=False),
    Column("object", String(80), nullable=False),
    Index("ix_audit_at", "at_ms"),
    Index("ix_audit_member", "member_id", "id"),
    Index("ix_audit_object", "object", "id"),
)
