"""The audit trail: written by the verbs, in the same commit as what they did."""

from sqlalchemy import insert

from bot.store.ids import new_id
from bot.store.tables.audit import audit
from bot.store.tx import Tx


def record(tx: Tx, action: str, about: str, *, member_id: int | None = None, actor: str = "member") -> None:
    """Notes that somebody did or saw something. `about` names the object by id, never by content."""
    tx.run(
        insert(audit).values(
            id=new_id(), at_ms=tx.now_ms, member_id=member_id, actor=actor, action=action, object=about
        )
    )
