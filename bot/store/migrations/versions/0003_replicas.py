"""Several processes on one database: chats with waiting updates, leases, the proof of the keys"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CHAT_WAITS = sa.text("waiting = 1")


def upgrade() -> None:
    op.create_table(
        "inbox_chats",
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("chat_key", sa.String(length=64), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("held_by", sa.String(length=40), nullable=True),
        sa.Column("held_until_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "chat_key", name=op.f("pk_inbox_chats")),
    )
    op.create_index(
        "ix_inbox_chats_due",
        "inbox_chats",
        ["due_ms"],
        sqlite_where=_CHAT_WAITS,
        postgresql_where=_CHAT_WAITS,
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "key_proof",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_proof")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(
            "ix_inbox_chat", "inbox", ["channel", "chat_key", "id"], postgresql_where=sa.text("state = 0")
        )
        op.execute(  # a database of an earlier version may have some waiting
            "INSERT INTO inbox_chats (channel, chat_key, waiting, held_until_ms, due_ms) "
            "SELECT channel, chat_key, 1, 0, min(received_ms) FROM inbox WHERE state = 0 "
            "GROUP BY channel, chat_key"
        )


def downgrade() -> None:
    op.drop_table("key_proof")
    op.drop_table("leases")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_inbox_chat", table_name="inbox")
    op.drop_table("inbox_chats")
