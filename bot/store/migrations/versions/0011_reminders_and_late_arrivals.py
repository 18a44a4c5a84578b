"""Late arrivals, reminders, what is recorded by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("served_ms", sa.BigInteger()))
    unserved = sa.text("state = 'active' AND served_ms IS NULL")
    op.create_index(
        "ix_accounts_unserved", "accounts", ["id"], sqlite_where=unserved, postgresql_where=unserved
    )
    op.add_column("recipients", sa.Column("carried_by", sa.BigInteger()))
    op.add_column("recipients", sa.Column("reminded_ms", sa.BigInteger()))
    op.create_table(
        "timers",
        sa.Column("name", sa.String(12), nullable=False),
        sa.Column("directive_id", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("after_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["directive_id"], ["directives.id"], name=op.f("fk_timers_directive_id")),
        sa.PrimaryKeyConstraint("name", "directive_id", name=op.f("pk_timers")),
    )
    op.create_index("ix_timers_due", "timers", ["name", "due_ms"])
    op.create_index("ix_timers_directive", "timers", ["directive_id"])
    op.create_table(
        "reminder_plans",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("urgency", sa.String(16), nullable=False),
        sa.Column("minutes", sa.String(200), nullable=False),
        sa.Column("set_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_reminder_plans_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "urgency", name=op.f("pk_reminder_plans")),
    )
    op.create_table(
        "progress",
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("done_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_progress")),
    )
    op.create_table(
        "hand_records",
        sa.Column("directive_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.String(8), nullable=False),
        sa.Column("done_on", sa.String(10), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_ms", sa.BigInteger(), nullable=False),
        sa.Column("objected_ms", sa.BigInteger()),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_hand_records_by_id")),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directives.id"], name=op.f("fk_hand_records_directive_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_hand_records_member_id")),
        sa.PrimaryKeyConstraint("directive_id", "member_id", name=op.f("pk_hand_records")),
    )
    op.create_index("ix_hand_records_member", "hand_records", ["member_id"])
    op.create_index("ix_hand_records_by", "hand_records", ["by_id"])


def downgrade() -> None:
    for name in ("hand_records", "progress", "reminder_plans", "timers"):
        op.drop_table(name)
    op.drop_column("recipients", "reminded_ms")
    op.drop_column("recipients", "carried_by")
    op.drop_index("ix_accounts_unserved", "accounts")
    op.drop_column("accounts", "served_ms")
