"""Imports in slices, and their undoing."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the state of an import and what it changed."""
    with op.batch_alter_table("imports") as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=8), server_default="applied", nullable=False))
        batch_op.add_column(sa.Column("lease_ms", sa.BigInteger(), nullable=True))
    op.create_table(
        "import_changes",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.String(length=12), nullable=False),
        sa.Column("about_id", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("after", sa.LargeBinary(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_changes_import_id")),
        sa.PrimaryKeyConstraint("import_id", "about", "about_id", name=op.f("pk_import_changes")),
    )


def downgrade() -> None:
    """Takes them back."""
    op.drop_table("import_changes")
    with op.batch_alter_table("imports") as batch_op:
        batch_op.drop_column("lease_ms")
        batch_op.drop_column("state")
