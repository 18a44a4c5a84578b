"""Rules and their articles, officers' entries, questions that were not answered well, tickets to officers."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.store.tables.base import BigId, Sealed, metadata, moment

policy_documents = Table(
    "policy_documents",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("number", String(60), nullable=False),  # "01-QĐ/TW"
    Column("issued_on", String(10), nullable=False),  # ISO date: the number is unique only with it
    Column("title", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("in_force_from", String(10)),
    Column("in_force_until", String(10)),
    Column("replaces", Text, nullable=False),  # JSON list of numbers
    Column("replaced_by", String(60), nullable=False),
    Column("link", Text, nullable=False),
    Column("sample", Integer, nullable=False),
    Column("state", String(12), nullable=False),  # unchecked, approved, withdrawn
    Column("content_hash", String(64), nullable=False),
    Column("approved_by", BigInteger, ForeignKey("members.id")),
    moment("imported_ms", nullable=False),
    moment("approved_ms"),
    Index("ix_policy_documents_number", "number", "issued_on"),
    Index("ix_policy_documents_state", "state"),
    Index("ix_policy_documents_approved_by", "approved_by"),
)

policy_articles = Table(
    "policy_articles",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("document_id", BigInteger, ForeignKey("policy_documents.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("number", String(12), nullable=False),
    Column("heading", Text, nullable=False),
    Column("body", Text, nullable=False),  # a clause a line
    Column("path", Text, nullable=False),
    Column("page", Integer, nullable=False),
    Column("start", Integer, nullable=False),  # characters from the start of the document's text
    UniqueConstraint("document_id", "place"),
)

policy_entries = Table(
    "policy_entries",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("question", Text, nullable=False),
    Column("variants", Text, nullable=False),  # JSON list
    Column("answer", Text, nullable=False),
    Column("rule", String(60), nullable=False),
    Column("reference", Text, nullable=False),
    Column("topic", Integer),
    Column("sample", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("approved_by", BigInteger, ForeignKey("members.id")),
    moment("made_ms", nullable=False),
    moment("approved_ms"),
    Index("ix_policy_entries_state", "state"),
    Index("ix_policy_entries_approved_by", "approved_by"),
)

policy_rates = Table(
    "policy_rates",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("name", String(24), nullable=False),  # wage, benefit, pension, badge, probation
    Column("value", String(16), nullable=False),  # a decimal number
    Column("base", Text, nullable=False),
    Column("rule", String(60), nullable=False),
    Column("holds_from", String(10), nullable=False),
    Column("holds_until", String(10)),
)

policy_version = Table(
    "policy_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),  # rises with whatever changes an answer
)

policy_questions = Table(
    "policy_questions",
    metadata,
    # A random key and a day, no moment and no person: nothing leads back to who asked.
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("words", Sealed, nullable=False),
    Column("day", String(10), nullable=False),
    Column("why", String(8), nullable=False),  # none, choices, bad
    Index("ix_policy_questions_day", "day"),
)

policy_ratings = Table(
    "policy_ratings",
    metadata,
    Column("kind", String(1), nullable=False),  # a: article, e: entry
    Column("piece_id", BigInteger, nullable=False),
    Column("good", Integer, nullable=False),
    Column("bad", Integer, nullable=False),
    PrimaryKeyConstraint("kind", "piece_id"),
)

policy_tickets = Table(
    "policy_tickets",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("member_id", BigInteger, ForeignKey("members.id"), nullable=False),
    Column("unit_id", BigInteger, ForeignKey("organisations.id"), nullable=False),  # the asker's, then
    Column("words", Sealed, nullable=False),
    Column("answer", Sealed),
    Column("answered_by", BigInteger, ForeignKey("members.id")),
    moment("asked_ms", nullable=False),
    moment("due_ms", nullable=False),  # told again to those responsible, and one level up, when it passes
    moment("answered_ms"),
    Index("ix_policy_tickets_member", "member_id"),
    Index("ix_policy_tickets_unit", "unit_id"),
    Index("ix_policy_tickets_answered_by", "answered_by"),
    Index("ix_policy_tickets_due", "answered_ms", "due_ms"),
)
