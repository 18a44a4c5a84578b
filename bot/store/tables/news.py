"""Feeds, the stories they told, and the morning digest made of them."""

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
)

from bot.store.tables.base import BigId, metadata, moment

feeds = Table(
    "feeds",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("url", String(500), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("topic", String(16), nullable=False),
    Column("public", Integer, nullable=False),  # 1: also for who is not verified
    Column("unit_id", BigInteger, ForeignKey("organisations.id")),  # a unit's own feed; empty: everybody's
    Column("active", Integer, nullable=False),
    Column("etag", String(300)),
    Column("modified", String(80)),
    moment("fetch_ms", nullable=False),  # when it is due again
    moment("tried_ms"),
    moment("ok_ms"),  # when items last came out of it
    Column("items", Integer, nullable=False),  # how many then
    Column("failures", Integer, nullable=False),  # since then
    Column("error", String(24)),  # a word of ours
    Index("ix_feeds_due", "active", "fetch_ms"),
    Index("ix_feeds_unit", "unit_id"),
)

# One story however many papers tell it.
stories = Table(
    "stories",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("title", String(300), nullable=False),
    Column("folded", Text, nullable=False),  # title and summary, for search
    Column("summary", String(400), nullable=False),
    Column("url", String(1000), nullable=False),  # empty: a notice without a link
    Column("topic", String(16), nullable=False),
    Column("public", Integer, nullable=False),
    Column("unit_id", BigInteger, ForeignKey("organisations.id")),  # for whom; empty: everybody
    Column("author_id", BigInteger, ForeignKey("members.id")),  # of a notice posted here
    moment("published_ms", nullable=False),
    moment("made_ms", nullable=False),
    Index("ix_stories_published", "published_ms"),
    Index("ix_stories_made", "made_ms"),
    Index("ix_stories_unit", "unit_id"),
    Index("ix_stories_author", "author_id"),
)

story_sources = Table(
    "story_sources",
    metadata,
    Column("key", String(500), primary_key=True),  # the canonical address
    Column("story_id", BigInteger, ForeignKey("stories.id"), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    moment("made_ms", nullable=False),
)

# A unit's own way; what is empty it has from the level above.
digest_units = Table(
    "digest_units",
    metadata,
    Column("unit_id", BigInteger, ForeignKey("organisations.id"), primary_key=True, autoincrement=False),
    Column("minute", Integer),  # of the day, Vietnam's time
    Column("preview_minute", Integer),  # of the day before
    Column("silence", String(8)),  # "send" or "hold": what an editor's silence means
)

digest_days = Table(
    "digest_days",
    metadata,
    Column("day", String(10), nullable=False),  # ISO date
    Column("unit_id", BigInteger, ForeignKey("organisations.id"), nullable=False),
    Column("state", String(8)),  # "held" or "approved"
    Column("line", String(300), nullable=False),  # an editor's own
    Column("frozen", Text),  # JSON list of story ids, once the first digest of this day went out
    moment("frozen_ms"),
    moment("previewed_ms"),
    PrimaryKeyConstraint("day", "unit_id"),
    Index("ix_digest_days_unit", "unit_id"),
)

digest_edits = Table(
    "digest_edits",
    metadata,
    Column("day", String(10), nullable=False),
    Column("unit_id", BigInteger, ForeignKey("organisations.id"), nullable=False),
    Column("story_id", BigInteger, ForeignKey("stories.id"), nullable=False),
    Column("place", Integer),  # pinned there, counted from 1; empty: dropped
    PrimaryKeyConstraint("day", "unit_id", "story_id"),
    Index("ix_digest_edits_story", "story_id"),
)

# How far the sending of a day's digest came, by the minute it is due.
digest_runs = Table(
    "digest_runs",
    metadata,
    Column("day", String(10), nullable=False),
    Column("minute", Integer, nullable=False),
    Column("stage", String(8), nullable=False),  # "members", "public", "done"
    Column("sent_to", BigInteger, nullable=False),  # the last member or reader looked at
    PrimaryKeyConstraint("day", "minute"),
)

# What a member wishes; who has no row gets everything at the unit's hour.
digest_wishes = Table(
    "digest_wishes",
    metadata,
    Column("member_id", BigInteger, ForeignKey("members.id"), primary_key=True, autoincrement=False),
    Column("minute", Integer),
    Column("without", String(120), nullable=False),  # topics not wished, comma separated
    Column("weekdays", Integer, nullable=False),
    Column("off", Integer, nullable=False),
)

# Who is not verified and ordered the public digest.
digest_readers = Table(
    "digest_readers",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("channel", String(16), nullable=False),
    Column("chat_id", String(64), nullable=False),
    moment("ordered_ms", nullable=False),
    Index("uq_digest_readers_chat", "channel", "chat_id", unique=True),
)
