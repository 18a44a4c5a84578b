"""Meetings, and how each stands for those who were called: their answer, and whether they came."""

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

from bot.store.tables.base import BigId, Sealed, metadata, moment

meetings = Table(
    "meetings",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("unit_id", BigInteger, ForeignKey("organisations.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    moment("starts_ms", nullable=False),
    Column("place", Text, nullable=False),  # a room, or a link
    Column("agenda", Text, nullable=False),
    Column("chair", Sealed, nullable=False),  # a person's name
    Column("author_id", BigInteger, ForeignKey("members.id"), nullable=False),
    Column("state", String(12), nullable=False),
    Column("sequence", Integer, nullable=False),  # rises with every change, as calendars want it
    Column("file_id", String(40), ForeignKey("files.id")),
    moment("file_ms"),  # when the documents went out
    Column("follows", Integer, nullable=False),  # 1: documents were promised
    Column("guests", Sealed),  # names of who came without being called
    moment("made_ms", nullable=False),
    moment("changed_ms", nullable=False),
    moment("closed_ms"),
    Column("stage", Integer, nullable=False),  # reminders that are done with: how many of rules.STAGES
    Index("ix_meetings_unit", "unit_id", "starts_ms"),
    Index("ix_meetings_due", "state", "starts_ms"),
    Index("ix_meetings_author", "author_id"),
)

invitees = Table(
    "invitees",
    metadata,
    Column("meeting_id", BigInteger, ForeignKey("meetings.id"), nullable=False),
    Column("member_id", BigInteger, ForeignKey("members.id"), nullable=False),
    Column("unit_id", BigInteger, ForeignKey("organisations.id"), nullable=False),
    Column(
        "standing", String(16), nullable=False
    ),  # as of the last look, at the latest when the roll is closed
    Column("membership", String(16), nullable=False),
    Column("obstacle", String(24)),  # why the invitation was not queued
    Column("answer", String(8)),  # yes, late, absent
    Column("minutes_late", Integer),
    Column("reason", String(16)),
    Column("words", Sealed),
    moment("answered_ms"),
    Column("verdict", Integer),  # the secretary's on the reason: 1 accepted, 0 not
    Column("judged_by", BigInteger, ForeignKey("members.id")),
    Column("mark", String(12)),  # present, excused, unexcused
    Column(
        "marked_by", BigInteger, ForeignKey("members.id")
    ),  # the member who checked in by code, or a secretary
    moment("marked_ms"),
    Column("tries", Integer, nullable=False, default=0),  # wrong check-in codes
    PrimaryKeyConstraint("meeting_id", "member_id"),
    Index("ix_invitees_member", "member_id", "meeting_id"),
    Index("ix_invitees_unit", "unit_id"),
    Index("ix_invitees_judged_by", "judged_by"),
    Index("ix_invitees_marked_by", "marked_by"),
)

polls = Table(
    "polls",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("meeting_id", BigInteger, ForeignKey("meetings.id"), nullable=False),
    Column("author_id", BigInteger, ForeignKey("members.id"), nullable=False),
    Column("question", Sealed, nullable=False),
    Column("voting", Integer, nullable=False),  # 1: marked "biểu quyết": probationary and visiting are barred
    Column("barred", Integer, nullable=False),  # members who were not asked for that
    moment("made_ms", nullable=False),
    moment("closed_ms"),
    Index("ix_polls_meeting", "meeting_id"),
    Index("ix_polls_author", "author_id"),
)

# What was answered, and who has answered, are kept apart and hold neither moments nor an order: nothing here
# says which answer is whose. What a copy of the disk could tell: docs/decisions/0014-polls-are-counted-not-kept.md.
poll_options = Table(
    "poll_options",
    metadata,
    Column("poll_id", BigInteger, ForeignKey("polls.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("label", Sealed, nullable=False),
    Column("answers", Integer, nullable=False),
    PrimaryKeyConstraint("poll_id", "place"),
)

polled = Table(
    "polled",
    metadata,
    Column("poll_id", BigInteger, ForeignKey("polls.id"), nullable=False),
    Column("member_id", BigInteger, ForeignKey("members.id"), nullable=False),
    Column("answered", Integer, nullable=False),
    PrimaryKeyConstraint("poll_id", "member_id"),
    Index("ix_polled_member", "member_id"),
)

nudges = Table(
    "nudges",
    metadata,
    Column("unit_id", BigInteger, ForeignKey("organisations.id"), nullable=False),
    Column("month", String(7), nullable=False),  # "2026-12": for which the secretary was asked to call one
    PrimaryKeyConstraint("unit_id", "month"),
)
