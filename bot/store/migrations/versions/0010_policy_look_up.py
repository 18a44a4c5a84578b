"""Policy look-up: rules, entries, questions, tickets"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_rates",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("value", sa.String(length=16), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("holds_from", sa.String(length=10), nullable=False),
        sa.Column("holds_until", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_rates")),
    )
    op.create_table(
        "policy_questions",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_questions")),
    )
    with op.batch_alter_table("policy_questions", schema=None) as batch_op:
        batch_op.create_index("ix_policy_questions_day", ["day"], unique=False)

    op.create_table(
        "policy_ratings",
        sa.Column("kind", sa.String(length=1), nullable=False),
        sa.Column("piece_id", sa.BigInteger(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "piece_id", name=op.f("pk_policy_ratings")),
    )
    op.create_table(
        "policy_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
    )
    op.create_table(
        "policy_documents",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issued_on", sa.String(length=10), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("in_force_from", sa.String(length=10), nullable=True),
        sa.Column("in_force_until", sa.String(length=10), nullable=True),
        sa.Column("replaces", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.String(length=60), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("imported_ms", sa.BigInteger(), nullable=False),
        sa.Column("approved_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["members.id"], name=op.f("fk_policy_documents_approved_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_documents")),
    )
    with op.batch_alter_table("policy_documents", schema=None) as batch_op:
        batch_op.create_index("ix_policy_documents_approved_by", ["approved_by"], unique=False)
        batch_op.create_index("ix_policy_documents_number", ["number", "issued_on"], unique=False)
        batch_op.create_index("ix_policy_documents_state", ["state"], unique=False)

    op.create_table(
        "policy_entries",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("variants", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("topic", sa.Integer(), nullable=True),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("approved_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by"], ["members.id"], name=op.f("fk_policy_entries_approved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_entries")),
    )
    with op.batch_alter_table("policy_entries", schema=None) as batch_op:
        batch_op.create_index("ix_policy_entries_approved_by", ["approved_by"], unique=False)
        batch_op.create_index("ix_policy_entries_state", ["state"], unique=False)

    op.create_table(
        "policy_tickets",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("answered_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["members.id"], name=op.f("fk_policy_tickets_answered_by")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_policy_tickets_member_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisations.id"], name=op.f("fk_policy_tickets_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_tickets")),
    )
    with op.batch_alter_table("policy_tickets", schema=None) as batch_op:
        batch_op.create_index("ix_policy_tickets_answered_by", ["answered_by"], unique=False)
        batch_op.create_index("ix_policy_tickets_due", ["answered_ms", "due_ms"], unique=False)
        batch_op.create_index("ix_policy_tickets_member", ["member_id"], unique=False)
        batch_op.create_index("ix_policy_tickets_unit", ["unit_id"], unique=False)

    op.create_table(
        "policy_articles",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["policy_documents.id"], name=op.f("fk_policy_articles_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_articles")),
        sa.UniqueConstraint("document_id", "place", name=op.f("uq_policy_articles_document_id_place")),
    )


def downgrade() -> None:
    op.drop_table("policy_rates")
    op.drop_table("policy_articles")
    with op.batch_alter_table("policy_tickets", schema=None) as batch_op:
        batch_op.drop_index("ix_policy_tickets_unit")
        batch_op.drop_index("ix_policy_tickets_member")
        batch_op.drop_index("ix_policy_tickets_due")
        batch_op.drop_index("ix_policy_tickets_answered_by")

    op.drop_table("policy_tickets")
    with op.batch_alter_table("policy_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_policy_entries_state")
        batch_op.drop_index("ix_policy_entries_approved_by")

    op.drop_table("policy_entries")
    with op.batch_alter_table("policy_documents", schema=None) as batch_op:
        batch_op.drop_index("ix_policy_documents_state")
        batch_op.drop_index("ix_policy_documents_number")
        batch_op.drop_index("ix_policy_documents_approved_by")

    op.drop_table("policy_documents")
    op.drop_table("policy_version")
    op.drop_table("policy_ratings")
    with op.batch_alter_table("policy_questions", schema=None) as batch_op:
        batch_op.drop_index("ix_policy_questions_day")

    op.drop_table("policy_questions")
