"""Linked groups, and the cards that keep up with a directive: in groups and in its author's chat."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from bot.store.tables.base import BigId, metadata, moment
from bot.store.tables.directives import recipients

LIVE, ENDED, TAKEN_BACK = 0, 1, 2
"""States of a directive's cards: kept up to date; done with; and done with because it was recalled."""

groups = Table(
    "groups",
    metadata,
    Column("channel", String(16), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("organisation_id", BigInteger, ForeignKey("organisations.id"), nullable=False),
    Column("linked_by", BigInteger, ForeignKey("members.id"), nullable=False),
    moment("linked_ms", nullable=False),
    PrimaryKeyConstraint("channel", "chat_id"),
    Index("ix_groups_organisation", "organisation_id"),
    Index("ix_groups_linked_by", "linked_by"),
)

live_directives = Table(
    "live_directives",
    metadata,
    Column("directive_id", BigInteger, ForeignKey("directives.id"), primary_key=True, autoincrement=False),
    Column("state", Integer, nullable=False),
    moment("checked_ms", nullable=False),  # when it was last counted
    moment("watch_until_ms", nullable=False),  # counted again until then, also without an acknowledgement
    moment("until_ms", nullable=False),  # the deadline, or when its cards stop following
    Index("ix_live_directives_state", "state", "checked_ms"),
)

live_cards = Table(
    "live_cards",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("directive_id", BigInteger, ForeignKey("directives.id"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("unit_id", BigInteger, ForeignKey("organisations.id")),  # a group's; None: the author's card
    Column("language", String(2), nullable=False),
    Column("shown", String(60), nullable=False),  # the figures it shows, to know whether they changed
    UniqueConstraint("directive_id", "channel", "chat_id"),
    Index("ix_live_cards_chat", "channel", "chat_id"),
    Index("ix_live_cards_unit", "unit_id"),
)

group_codes = Table(
    "group_codes",
    metadata,
    Column("code", String(8), primary_key=True),  # "K7M42", typed to the bot by who read it in a group
    Column("directive_id", BigInteger, ForeignKey("directives.id"), nullable=False, unique=True),
    moment("made_ms", nullable=False),
)

# Which directives were acknowledged since their cards were last counted, without reading all recipients.
_ACKNOWLEDGED = recipients.c.acknowledged_ms.is_not(None)
Index(
    "ix_recipients_acknowledged",
    recipients.c.directive_id,
    recipients.c.acknowledged_ms,
    sqlite_where=_ACKNOWLEDGED,
    postgresql_where=_ACKNOWLEDGED,
)
