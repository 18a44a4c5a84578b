"""How long people can be written to, what an account may still send, what was seen, links to files."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("seen_ms", sa.BigInteger()))
    op.add_column("outbox", sa.Column("free_messages", sa.Integer()))
    op.add_column("outbox", sa.Column("billed_messages", sa.Integer()))
    op.create_table(
        "windows",
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("chat_id", sa.String(64), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("free_until_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("free_left", sa.Integer()),
        sa.Column("free_total", sa.Integer()),
        sa.PrimaryKeyConstraint("channel", "chat_id", name=op.f("pk_windows")),
    )
    op.create_index("ix_windows_until", "windows", ["until_ms"])
    op.create_table(
        "allowances",
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer()),
        sa.Column("until_ms", sa.BigInteger()),
        sa.Column("heard_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "kind", name=op.f("pk_allowances")),
    )
    op.create_table(
        "file_links",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("file_id", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("chat_id", sa.String(64), nullable=False),
        sa.Column("devices", sa.Integer(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger()),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_file_links_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_links")),
    )
    op.create_index("ix_file_links_file", "file_links", ["file_id"])
    op.create_index("ix_file_links_chat", "file_links", ["channel", "chat_id"])
    op.create_index("ix_file_links_expires", "file_links", ["expires_ms"])


def downgrade() -> None:
    op.drop_table("file_links")
    op.drop_table("allowances")
    op.drop_table("windows")
    for name in ("billed_messages", "free_messages", "seen_ms"):
        op.drop_column("outbox", name)
