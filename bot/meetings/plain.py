"""Invitations to members with one account and nothing in the way, who are most: queued by one statement."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Insert, bindparam, select

from bot.delivery import due
from bot.meetings import queries
from bot.organisation.models import Purpose
from bot.organisation.ways import plain_ways
from bot.store import signals
from bot.store.hot import Hot, as_list
from bot.store.ids import new_ids
from bot.store.tables.delivery import outbox
from bot.store.tx import Tx

FEW = 5
"""For fewer the ordinary way costs no more."""


def _queued(dialect: str) -> Insert:
    found = plain_ways(dialect, Purpose.DIRECTIVES)
    rows = select(
        found.c.channel,
        found.c.chat_id,
        found.c.member_id.label("recipient_id"),
        bindparam("content_id", type_=BigInteger).label("content_id"),
    ).where(found.c.language != "en")
    insert = due.post_all_of(rows.subquery("found"), queries.NOTICE, bindparam("at", type_=BigInteger))
    return insert.returning(outbox.c.recipient_id)


_QUEUED = Hot(_queued)


def queue(
    tx: Tx, meeting_id: int, member_ids: Sequence[int], content_id: int, priority: int, due_ms: int
) -> set[int]:
    """Queues the Vietnamese words for those of these members for whom it is this plain; who they are."""
    values = {"kind_id": meeting_id, "content_id": content_id, "priority": priority}
    first, ids = new_ids(len(member_ids))[0], as_list(tx, member_ids)
    rows = _QUEUED.rows(tx, first=first, ids=ids, at=due_ms, made=tx.now_ms, **values)
    if rows:
        signals.tell(tx, signals.OUTBOX)
    return {row.recipient_id for row in rows}
