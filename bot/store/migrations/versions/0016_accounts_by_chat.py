"""Accounts are found by their chat, for every send that fails; nobody looks a member up by name and date"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_accounts_chat", "accounts", ["channel", "chat_id"])
    op.drop_index("ix_members_person", "members")


def downgrade() -> None:
    op.create_index("ix_members_person", "members", ["person_hash"])
    op.drop_index("ix_accounts_chat", "accounts")
