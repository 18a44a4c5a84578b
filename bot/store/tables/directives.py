"""Directives, and for whom each was frozen."""

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

directives = Table(
    "directives",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("number", String(60), nullable=False),  # "52-KH/ĐU"
    Column("issued_on", String(10), nullable=False),  # ISO date: the number is unique only with it
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("file_id", String(40), ForeignKey("files.id")),
    Column(
        "unit_id", BigInteger, ForeignKey("organisations.id"), nullable=False
    ),  # for whom: it and all below
    Column("author_id", BigInteger, ForeignKey("members.id"), nullable=False),
    Column("state", String(12), nullable=False),
    Column("content_vi", BigInteger, ForeignKey("contents.id")),
    Column("content_en", BigInteger, ForeignKey("contents.id")),
    Column("frozen_to", BigInteger, nullable=False, default=0),  # the last member id taken while freezing
    Column("audience", String(2000), nullable=False, default="{}"),  # JSON: units, kind, without
    moment("send_ms"),  # when to send; empty: at once
    moment("deadline_ms"),
    moment("made_ms", nullable=False),
    moment("opened_ms"),
    Column("version", Integer, nullable=False, server_default="1"),  # which is in force; 1: as first sent
    Column("counts_from", Integer, nullable=False, server_default="1"),  # the oldest one may acknowledge
    moment("counts_ms"),  # since when that is so; empty: from the beginning
    Column("checks", Integer, nullable=False, server_default="0"),  # how many questions follow "đã đọc"
    UniqueConstraint("number", "issued_on"),
    Index("ix_directives_state", "state"),
    Index("ix_directives_unit", "unit_id"),
    Index("ix_directives_author", "author_id"),
)

recipients = Table(
    "recipients",
    metadata,
    Column("directive_id", BigInteger, ForeignKey("directives.id"), nullable=False),
    Column("member_id", BigInteger, ForeignKey("members.id"), nullable=False),
    Column(
        "unit_id", BigInteger, ForeignKey("organisations.id"), nullable=False
    ),  # at the moment of freezing
    Column("duty", Integer, nullable=False),  # 1 = must acknowledge and is counted, 0 = informed only
    Column("obstacle", String(24)),  # why nothing was queued for this person
    Column("acknowledged_channel", String(16)),
    moment("acknowledged_ms"),
    # The outbox row that brought it later, when its own could not; 0: what came is out of date.
    Column("carried_by", BigInteger),
    moment("reminded_ms"),  # the last reminder, or when one was due and there was no way
    Column("acknowledged_version", Integer, nullable=False, server_default="1"),  # of which they did
    Column("answered", Integer, nullable=False, server_default="0"),  # of the directive's questions, in order
    PrimaryKeyConstraint("directive_id", "member_id"),
    Index("ix_recipients_member", "member_id", "directive_id"),
    Index("ix_recipients_unit", "directive_id", "unit_id"),
)

corrections = Table(
    "corrections",  # what a directive said, version by version; and what waits for a second person
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("directive_id", BigInteger, ForeignKey("directives.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(8), nullable=False),  # "waiting", "done", "dropped"
    Column("title", Sealed, nullable=False),
    Column("summary", Sealed, nullable=False),
    Column("file_id", String(40), ForeignKey("files.id")),
    Column("anew", Integer, nullable=False),  # 1 = who had acknowledged is asked again
    Column("by_id", BigInteger, ForeignKey("members.id"), nullable=False),
    Column("decided_by", BigInteger, ForeignKey("members.id")),  # the second person, where one was needed
    moment("deadline_ms"),
    moment("made_ms", nullable=False),
    moment("done_ms"),  # when it came into force, or was dropped
    Index("ix_corrections_directive", "directive_id", "version"),
    Index("ix_corrections_by", "by_id"),
    Index("ix_corrections_decided_by", "decided_by"),
)

former_acknowledgements = Table(
    "former_acknowledgements",  # of versions that no longer count; in no figure
    metadata,
    Column("directive_id", BigInteger, ForeignKey("directives.id"), nullable=False),
    Column("version", Integer, nullable=False),  # the correction that asked anew
    Column("member_id", BigInteger, ForeignKey("members.id"), nullable=False),
    Column("how", String(8), nullable=False),  # "self", or as in `hand_records`
    moment("at_ms", nullable=False),
    PrimaryKeyConstraint("directive_id", "version", "member_id"),
    Index("ix_former_acknowledgements_member", "member_id"),
)

checks = Table(
    "checks",  # questions whether a directive was understood, asked after "đã đọc"
    metadata,
    Column("directive_id", BigInteger, ForeignKey("directives.id"), nullable=False),
    Column("place", Integer, nullable=False),  # 1, 2, 3
    Column("words", Text, nullable=False),
    Column("options", Text, nullable=False),  # JSON, in the order shown
    Column("correct", Integer, nullable=False),  # which, from 1
    PrimaryKeyConstraint("directive_id", "place"),
)

check_results = Table(
    "check_results",  # counts per question, never who
    metadata,
    Column("directive_id", BigInteger, ForeignKey("directives.id"), nullable=False),
    Column("version", Integer, nullable=False),  # `counts_from` when it was answered
    Column("place", Integer, nullable=False),
    Column("answers", Integer, nullable=False),
    Column("correct", Integer, nullable=False),
    PrimaryKeyConstraint("directive_id", "version", "place"),
)

reminders = Table(
    "reminders",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("directive_id", BigInteger, ForeignKey("directives.id"), nullable=False),
    Column("by_id", BigInteger, ForeignKey("members.id"), nullable=False),
    Column("sent", Integer, nullable=False),  # to how many
    moment("at_ms", nullable=False),
    Index("ix_reminders_directive", "directive_id", "at_ms"),
    Index("ix_reminders_by", "by_id"),
)

timers = Table(
    "timers",  # what a directive has to do next, and when; found by query, so a late look loses nothing
    metadata,
    Column("name", String(12), nullable=False),
    Column("directive_id", BigInteger, ForeignKey("directives.id"), nullable=False),
    moment("due_ms", nullable=False),
    Column("after_id", BigInteger, nullable=False, default=0),  # how far it has come through its rows
    PrimaryKeyConstraint("name", "directive_id"),
    Index("ix_timers_due", "name", "due_ms"),
    Index("ix_timers_directive", "directive_id"),
)

reminder_plans = Table(
    "reminder_plans",  # where a unit wants other moments than the usual ones
    metadata,
    Column("organisation_id", BigInteger, ForeignKey("organisations.id"), nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("minutes", String(200), nullable=False),  # from the deadline on, JSON: [-4320, -1440, 0, 1440]
    moment("set_ms", nullable=False),
    PrimaryKeyConstraint("organisation_id", "urgency"),
)

progress = Table(
    "progress",  # how far work that goes along a line of moments has come
    metadata,
    Column("name", String(24), primary_key=True),
    moment("done_ms", nullable=False),
)

hand_records = Table(
    "hand_records",  # what a secretary recorded by hand; never part of the digital figure
    metadata,
    Column("directive_id", BigInteger, ForeignKey("directives.id"), nullable=False),
    Column("member_id", BigInteger, ForeignKey("members.id"), nullable=False),
    Column("how", String(8), nullable=False),  # "meeting", "paper", "call"
    Column("done_on", String(10), nullable=False),  # ISO date
    Column("by_id", BigInteger, ForeignKey("members.id"), nullable=False),
    moment("recorded_ms", nullable=False),
    moment("objected_ms"),
    PrimaryKeyConstraint("directive_id", "member_id"),
    Index("ix_hand_records_member", "member_id"),
    Index("ix_hand_records_by", "by_id"),
)

questions = Table(
    "questions",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("directive_id", BigInteger, ForeignKey("directives.id"), nullable=False),
    Column("member_id", BigInteger, ForeignKey("members.id"), nullable=False),
    Column("words", Sealed, nullable=False),
    moment("asked_ms", nullable=False),
    Index("ix_questions_directive", "directive_id"),
    Index("ix_questions_member", "member_id"),
)

gate_releases = Table(
    "gate_releases",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("asked_by", BigInteger, ForeignKey("members.id"), nullable=False),
    Column("why", String(40), nullable=False),  # the kind of mark, never what was found
    moment("asked_ms", nullable=False),
    Column("decided_by", BigInteger, ForeignKey("members.id")),
    moment("decided_ms"),
    Column("released", Integer),  # 1 yes, 0 no, empty: not decided
    moment("used_ms"),
    Index("ix_gate_releases_asked_by", "asked_by"),
    Index("ix_gate_releases_decided_by", "decided_by"),
)
