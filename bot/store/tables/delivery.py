"""What is to be sent, where it stands, and the files that go with it."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table

from bot.store.tables.base import BigId, Sealed, metadata, moment

QUEUED, SENDING, SENT, FAILED, UNREACHABLE, RECALLED = 0, 1, 2, 3, 4, 5
"""States of an outbox row. Only QUEUED and an expired SENDING are taken by the sender."""

contents = Table(
    "contents",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("body", Sealed, nullable=False),
    moment("made_ms", nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("channel", String(16), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("state", Integer, nullable=False),
    moment("due_ms", nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("body", Sealed),  # of a single reply; emptied once it was sent
    Column("content_id", BigInteger, ForeignKey("contents.id")),  # of a notice to many
    Column("notice", String(24)),  # "directive": what kind of notice this row belongs to
    Column("notice_id", BigInteger),
    Column("recipient_id", BigInteger),  # the member a notice is for
    Column("message_id", String(80)),
    Column("choices_as", String(8)),
    Column("reason", String(40)),  # why unreachable or failed: a word of ours
    Column("uncertain", Integer, nullable=False, default=0),  # times the outcome was unknown
    Column("claimed_by", String(40)),
    moment("claimed_until_ms"),
    moment("made_ms", nullable=False),
    moment("sent_ms"),
    moment("seen_ms"),  # when the person saw it, where the platform tells
    Column("free_messages", Integer),  # of those this row took on a platform that charges
    Column("billed_messages", Integer),
    Index("ix_outbox_notice", "notice", "notice_id", "recipient_id"),
    Index("ix_outbox_content", "content_id"),
    Index("ix_outbox_message", "channel", "chat_id", "message_id"),
)
_OPEN = outbox.c.state <= SENDING
Index(
    "ix_outbox_due",
    outbox.c.channel,
    outbox.c.priority,
    outbox.c.due_ms,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
_FINISHED = outbox.c.state >= SENT
Index("ix_outbox_finished", outbox.c.made_ms, sqlite_where=_FINISHED, postgresql_where=_FINISHED)

windows = Table(
    "windows",  # of channels where people can be written to only for a while after they did something
    metadata,
    Column("channel", String(16), nullable=False),
    Column("chat_id", String(64), nullable=False),
    moment("last_ms", nullable=False),  # the person's last interaction
    moment("free_until_ms", nullable=False),
    moment("until_ms", nullable=False),
    Column("free_left", Integer),  # free messages left until the next interaction; empty: not counted
    Column("free_total", Integer),  # as many an interaction gives; empty: as many as one likes
    PrimaryKeyConstraint("channel", "chat_id"),
    Index("ix_windows_until", "until_ms"),
)

allowances = Table(
    "allowances",  # what an account may still send beyond the free messages, as the platform last said
    metadata,
    Column("channel", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("remaining", Integer, nullable=False),
    Column("total", Integer),
    moment("until_ms"),
    moment("heard_ms", nullable=False),
    PrimaryKeyConstraint("channel", "kind"),
)

templates = Table(
    "templates",  # approved beforehand by the platform: the paid way to somebody whose window has closed
    metadata,
    Column("channel", String(16), nullable=False),
    Column("kind", String(16), nullable=False),  # "directive", "reminder", "meeting"
    Column("template_id", String(40), nullable=False),
    Column("fields", String(500), nullable=False),  # JSON: [the platform's name, ours, most characters]
    Column("price", Integer, nullable=False),  # đồng for one
    Column("problem", String(40)),  # the platform's code; while there is one, none is sent
    PrimaryKeyConstraint("channel", "kind"),
)

files = Table(
    "files",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    moment("made_ms", nullable=False),
    Column("owner_id", BigInteger),  # the member whose own data it holds
    moment("until_ms"),  # when it is deleted; None: kept
    Index("ix_files_until", "until_ms"),
)

file_links = Table(
    "file_links",  # one for each person and sending, for what a messenger does not carry
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("file_id", String(40), ForeignKey("files.id"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("devices", Integer, nullable=False),  # on how many it was opened
    moment("made_ms", nullable=False),
    moment("expires_ms", nullable=False),
    moment("revoked_ms"),
    Index("ix_file_links_file", "file_id"),
    Index("ix_file_links_chat", "channel", "chat_id"),
    Index("ix_file_links_expires", "expires_ms"),
)

file_references = Table(
    "file_references",
    metadata,
    Column("channel", String(16), nullable=False),
    Column("file_id", String(40), ForeignKey("files.id"), nullable=False),
    Column("reference", String(500), nullable=False),
    moment("valid_until_ms"),
    PrimaryKeyConstraint("channel", "file_id"),
)
