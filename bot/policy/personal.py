"""What look-up holds on a person: the questions they sent to an officer, with the answers. Nothing else."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from bot.i18n import _
from bot.store.dialogs import Place
from bot.store.tables.policy import policy_tickets
from bot.store.tx import Tx


def held(tx: Tx, member_id: int, places: Sequence[Place]) -> list[tuple[str, str]]:
    """Lines of label and value, as the member may read them."""
    lines: list[tuple[str, str]] = []
    for row in tx.rows(select(policy_tickets).where(policy_tickets.c.member_id == member_id)):
        lines.append((_("Câu hỏi gửi cán bộ"), tx.vault.open("policy_tickets.words", row.id, row.words)))
        if row.answer is not None:
            lines.append((_("Câu trả lời"), tx.vault.open("policy_tickets.answer", row.id, row.answer)))
    return lines


def forget(tx: Tx, member_id: int, places: Sequence[Place]) -> None:
    """Deletes the questions. What an officer made an entry of names nobody."""
    tx.run(delete(policy_tickets).where(policy_tickets.c.member_id == member_id))
