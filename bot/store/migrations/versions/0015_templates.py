"""Approved templates: the paid way out of a closed window"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "templates",
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("template_id", sa.String(40), nullable=False),
        sa.Column("fields", sa.String(500), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(40)),
        sa.PrimaryKeyConstraint("channel", "kind", name=op.f("pk_templates")),
    )


def downgrade() -> None:
    op.drop_table("templates")
