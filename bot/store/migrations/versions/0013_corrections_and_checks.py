"""Corrections of directives, and questions whether one was understood"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_DIRECTIVES = (("version", "1"), ("counts_from", "1"), ("checks", "0"))
_RECIPIENTS = (("acknowledged_version", "1"), ("answered", "0"))


def upgrade() -> None:
    for table, columns in (("directives", _DIRECTIVES), ("recipients", _RECIPIENTS)):
        for name, value in columns:
            op.add_column(table, sa.Column(name, sa.Integer(), nullable=False, server_default=value))
    op.add_column("directives", sa.Column("counts_ms", sa.BigInteger()))
    op.create_table(
        "corrections",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("directive_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=False),
        sa.Column("file_id", sa.String(40)),
        sa.Column("anew", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.BigInteger()),
        sa.Column("deadline_ms", sa.BigInteger()),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("done_ms", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directives.id"], name=op.f("fk_corrections_directive_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_corrections_file_id")),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_corrections_by_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["members.id"], name=op.f("fk_corrections_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index("ix_corrections_directive", "corrections", ["directive_id", "version"])
    op.create_index("ix_corrections_by", "corrections", ["by_id"])
    op.create_index("ix_corrections_decided_by", "corrections", ["decided_by"])
    op.create_table(
        "former_acknowledgements",
        sa.Column("directive_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.String(8), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directives.id"], name=op.f("fk_former_acknowledgements_directive_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_former_acknowledgements_member_id")
        ),
        sa.PrimaryKeyConstraint(
            "directive_id", "version", "member_id", name=op.f("pk_former_acknowledgements")
        ),
    )
    op.create_index("ix_former_acknowledgements_member", "former_acknowledgements", ["member_id"])
    op.create_table(
        "checks",
        sa.Column("directive_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("correct", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["directive_id"], ["directives.id"], name=op.f("fk_checks_directive_id")),
        sa.PrimaryKeyConstraint("directive_id", "place", name=op.f("pk_checks")),
    )
    op.create_table(
        "check_results",
        sa.Column("directive_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("correct", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directives.id"], name=op.f("fk_check_results_directive_id")
        ),
        sa.PrimaryKeyConstraint("directive_id", "version", "place", name=op.f("pk_check_results")),
    )


def downgrade() -> None:
    for name in ("check_results", "checks", "former_acknowledgements", "corrections"):
        op.drop_table(name)
    for table, columns in (("recipients", _RECIPIENTS), ("directives", (*_DIRECTIVES, ("counts_ms", "")))):
        for name, _value in columns:
            op.drop_column(table, name)
