"""Straw polls in meetings; which secretaries were asked to call next month's meeting"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "polls",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("voting", sa.Integer(), nullable=False),
        sa.Column("barred", sa.Integer(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger()),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_polls_meeting_id")),
        sa.ForeignKeyConstraint(["author_id"], ["members.id"], name=op.f("fk_polls_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_polls")),
    )
    op.create_index("ix_polls_meeting", "polls", ["meeting_id"])
    op.create_index("ix_polls_author", "polls", ["author_id"])
    op.create_table(
        "poll_options",
        sa.Column("poll_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_poll_options_poll_id")),
        sa.PrimaryKeyConstraint("poll_id", "place", name=op.f("pk_poll_options")),
    )
    op.create_table(
        "polled",
        sa.Column("poll_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_polled_poll_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_polled_member_id")),
        sa.PrimaryKeyConstraint("poll_id", "member_id", name=op.f("pk_polled")),
    )
    op.create_index("ix_polled_member", "polled", ["member_id"])
    op.create_table(
        "nudges",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["organisations.id"], name=op.f("fk_nudges_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "month", name=op.f("pk_nudges")),
    )


def downgrade() -> None:
    for table in ("nudges", "polled", "poll_options", "polls"):
        op.drop_table(table)
