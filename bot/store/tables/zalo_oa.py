"""The Official Account's tokens, a connection being made, and what Zalo has shown of itself."""

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, String, Table

from bot.store.tables.base import Sealed, metadata, moment

zalo_tokens = Table(
    "zalo_tokens",
    metadata,
    Column("app_id", String(40), primary_key=True),
    Column("oa_id", String(40), nullable=False),
    Column("version", Integer, nullable=False),  # counts pairs: who stores the next one names the last
    Column("access", Sealed, nullable=False),
    Column("refresh", Sealed, nullable=False),
    moment("made_ms", nullable=False),
    moment("renew_ms", nullable=False),  # ahead of the end
    moment("access_until_ms", nullable=False),
    moment("refresh_until_ms", nullable=False),
    Column("claimed_by", String(40)),
    moment("claimed_until_ms"),
    moment("asked_ms"),  # a refresh token is with Zalo since then, and no answer is kept
    Column("problem", String(40)),  # a word of ours
    moment("retry_ms"),  # no attempt before
    moment("told_ms"),  # when a person was last told
)

zalo_connections = Table(
    "zalo_connections",
    metadata,
    Column("state", String(64), primary_key=True),
    Column("code", Sealed),  # what the callback page took in
    Column("oa_id", String(40)),
    moment("made_ms", nullable=False),
)

zalo_findings = Table(
    "zalo_findings",
    metadata,
    Column("subject", String(40), nullable=False),
    Column("variant", String(80), nullable=False),
    Column("seen", Integer, nullable=False),
    moment("first_ms", nullable=False),
    moment("last_ms", nullable=False),
    PrimaryKeyConstraint("subject", "variant"),
)
