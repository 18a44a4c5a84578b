"""Meetings: invitations, answers, attendance"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meetings",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("starts_ms", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=False),
        sa.Column("chair", sa.LargeBinary(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.String(40)),
        sa.Column("file_ms", sa.BigInteger()),
        sa.Column("follows", sa.Integer(), nullable=False),
        sa.Column("guests", sa.LargeBinary()),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger()),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["organisations.id"], name=op.f("fk_meetings_unit_id")),
        sa.ForeignKeyConstraint(["author_id"], ["members.id"], name=op.f("fk_meetings_author_id")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_meetings_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
    )
    op.create_index("ix_meetings_unit", "meetings", ["unit_id", "starts_ms"])
    op.create_index("ix_meetings_due", "meetings", ["state", "starts_ms"])
    op.create_index("ix_meetings_author", "meetings", ["author_id"])
    op.create_table(
        "invitees",
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("membership", sa.String(16), nullable=False),
        sa.Column("obstacle", sa.String(24)),
        sa.Column("answer", sa.String(8)),
        sa.Column("minutes_late", sa.Integer()),
        sa.Column("reason", sa.String(16)),
        sa.Column("words", sa.LargeBinary()),
        sa.Column("answered_ms", sa.BigInteger()),
        sa.Column("verdict", sa.Integer()),
        sa.Column("judged_by", sa.BigInteger()),
        sa.Column("mark", sa.String(12)),
        sa.Column("marked_by", sa.BigInteger()),
        sa.Column("marked_ms", sa.BigInteger()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_invitees_meeting_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_invitees_member_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisations.id"], name=op.f("fk_invitees_unit_id")),
        sa.ForeignKeyConstraint(["judged_by"], ["members.id"], name=op.f("fk_invitees_judged_by")),
        sa.ForeignKeyConstraint(["marked_by"], ["members.id"], name=op.f("fk_invitees_marked_by")),
        sa.PrimaryKeyConstraint("meeting_id", "member_id", name=op.f("pk_invitees")),
    )
    op.create_index("ix_invitees_member", "invitees", ["member_id", "meeting_id"])
    op.create_index("ix_invitees_unit", "invitees", ["unit_id"])
    op.create_index("ix_invitees_judged_by", "invitees", ["judged_by"])
    op.create_index("ix_invitees_marked_by", "invitees", ["marked_by"])


def downgrade() -> None:
    op.drop_table("invitees")
    op.drop_table("meetings")
