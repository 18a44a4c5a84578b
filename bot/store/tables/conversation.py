"""What a conversation leaves in the database: updates taken in, running dialogs, choices still open."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from bot.store.tables.base import BigId, Sealed, metadata, moment

WAITING, DONE, SET_ASIDE = 0, 1, 2
"""States of an inbox row."""

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("channel", String(16), nullable=False),
    Column("update_key", String(200), nullable=False),
    Column("chat_key", String(64), nullable=False),
    Column("state", Integer, nullable=False),
    Column("payload", Sealed, info={"row": ("channel", "update_key")}),  # emptied when the event is done
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", String(200)),  # the class of the error, never its words
    moment("received_ms", nullable=False),
    moment("done_ms"),
    UniqueConstraint("channel", "update_key"),
)
Index(
    "ix_inbox_waiting",
    inbox.c.id,
    sqlite_where=inbox.c.state == WAITING,
    postgresql_where=inbox.c.state == WAITING,
)
Index("ix_inbox_done", inbox.c.done_ms)
# SQLite's one process has its chats in memory and need not keep this one.
Index(
    "ix_inbox_chat",
    inbox.c.channel,
    inbox.c.chat_key,
    inbox.c.id,
    postgresql_where=inbox.c.state == WAITING,
    info={"only": "postgresql"},
).ddl_if(dialect="postgresql")

# On PostgreSQL alone: one row a chat, locked by whoever adds to its updates or works on them.
inbox_chats = Table(
    "inbox_chats",
    metadata,
    Column("channel", String(16), nullable=False),
    Column("chat_key", String(64), nullable=False),
    Column("waiting", Integer, nullable=False),  # 1 = has updates not yet handled
    Column(
        "held_by", String(40)
    ),  # the process that handled its latest update, and may have replies under way
    moment("held_until_ms", nullable=False),
    moment("due_ms", nullable=False),  # when its turn comes: its oldest update's arrival, or after a pause
    PrimaryKeyConstraint("channel", "chat_key"),
)
_CHAT_WAITS = inbox_chats.c.waiting == 1
Index("ix_inbox_chats_due", inbox_chats.c.due_ms, sqlite_where=_CHAT_WAITS, postgresql_where=_CHAT_WAITS)

dialogs = Table(
    "dialogs",
    metadata,
    Column("channel", String(16), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("run", BigInteger, nullable=False),
    Column("name", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("steps", Sealed, nullable=False, info={"row": ("run",)}),
    Column("question", String(60), nullable=False),
    Column("tries", Integer, nullable=False),
    moment("asked_ms", nullable=False),
    PrimaryKeyConstraint("channel", "chat_id", "user_id"),
)

openings = Table(
    "openings",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),  # the outbox row that carried the choices
    Column("channel", String(16), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("about", String(80), nullable=False),
    Column("card", Integer, nullable=False),
    Column("unasked", Integer, nullable=False),  # 1 = a notice, 0 = an answer to the person's own message
    Column("choices", Sealed, nullable=False),
    moment("reached_ms", nullable=False),
    moment("expires_ms", nullable=False),
    Index("ix_openings_chat", "channel", "chat_id", "reached_ms"),
    Index("ix_openings_expires", "expires_ms"),
)
