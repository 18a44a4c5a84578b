"""Requests about one's own data, further ways to verify, files that end"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dossier_hash", sa.LargeBinary(), nullable=True))
        batch_op.create_index(
            "uq_members_dossier_hash",
            ["dossier_hash"],
            unique=True,
            sqlite_where=sa.text("dossier_hash IS NOT NULL"),
            postgresql_where=sa.text("dossier_hash IS NOT NULL"),
        )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("way", sa.String(length=8), server_default="slip", nullable=False))
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_ms", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("until_ms", sa.BigInteger(), nullable=True))
        batch_op.create_index("ix_files_until", ["until_ms"], unique=False)
    # What was agreed to so far covered papers as well: each purpose has a row of its own from now on.
    consents = sa.table(
        "consents",
        *(
            sa.column(name)
            for name in (
                "id",
                "channel",
                "user_id",
                "member_id",
                "purpose",
                "version",
                "given_ms",
                "withdrawn_ms",
            )
        ),
    )
    kept = [column for column in consents.c if column.name not in ("id", "purpose")]
    op.execute(
        consents.insert().from_select(
            ["id", "purpose", *(column.name for column in kept)],
            sa.select(consents.c.id + 1, sa.literal("directives"), *kept).where(
                consents.c.purpose == "verify"
            ),
        )
    )
    op.create_table(
        "link_requests",
        sa.Column("id", big_id, autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_requests")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_link_requests_code_hash")),
    )
    op.create_index("ix_link_requests_user", "link_requests", ["channel", "user_id"], unique=False)
    op.create_table(
        "erased",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_erased")),
    )
    op.create_table(
        "data_requests",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("chats", sa.LargeBinary(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("answer_by_ms", sa.BigInteger(), nullable=False),
        sa.Column("done_by_ms", sa.BigInteger(), nullable=False),
        sa.Column("answered_ms", sa.BigInteger(), nullable=True),
        sa.Column("extended_ms", sa.BigInteger(), nullable=True),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.Column("warned_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_data_requests_member_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisations.id"], name=op.f("fk_data_requests_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_requests")),
    )
    op.create_index("ix_data_requests_state", "data_requests", ["state", "done_by_ms"], unique=False)
    op.create_index("ix_data_requests_member", "data_requests", ["member_id"], unique=False)
    op.create_index("ix_data_requests_unit", "data_requests", ["unit_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("take the backup that was made before the upgrade")
