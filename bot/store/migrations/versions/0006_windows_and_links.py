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


def downgrade() -> None:
    op.drop_table("allowances")
    op.drop_table("windows")
    for name in ("billed_messages", "free_messages", "seen_ms"):
        op.drop_column("outbox", name)
