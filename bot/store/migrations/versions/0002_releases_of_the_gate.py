"""False alarms of the secrecy gate, released once"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gate_releases",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_ms", sa.BigInteger(), nullable=True),
        sa.Column("released", sa.Integer(), nullable=True),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["members.id"], name=op.f("fk_gate_releases_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["members.id"], name=op.f("fk_gate_releases_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_releases")),
    )
    with op.batch_alter_table("gate_releases", schema=None) as batch_op:
        batch_op.create_index("ix_gate_releases_asked_by", ["asked_by"], unique=False)
        batch_op.create_index("ix_gate_releases_decided_by", ["decided_by"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("gate_releases", schema=None) as batch_op:
        batch_op.drop_index("ix_gate_releases_decided_by")
        batch_op.drop_index("ix_gate_releases_asked_by")
    op.drop_table("gate_releases")
