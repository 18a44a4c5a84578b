"""Acknowledging several papers at once."""

from datetime import datetime

from sqlalchemy import func, or_, select

from bot.directives import service
from bot.directives.models import Acknowledged, State
from bot.store.tables.directives import corrections, directives, recipients
from bot.store.tx import Tx


def acknowledge_all(
    tx: Tx, member_id: int, channel: str, first: int, last: int, by_ms: int, at: datetime | None = None
) -> list[Acknowledged]:
    """Acknowledges what waits for a member from one directive to another (ids) and was sent by a moment.

    `at` as in `service.acknowledge`.

    Left out is what was corrected and asked anew since, and what has questions to answer.
    """
    listed = func.coalesce(
        select(func.max(corrections.c.version))
        .where(
            corrections.c.directive_id == directives.c.id,
            corrections.c.state == "done",
            corrections.c.done_ms <= by_ms,
        )
        .correlate(directives)
        .scalar_subquery(),
        1,
    )
    rows = tx.rows(
        select(directives.c.id, listed.label("version"))
        .join(recipients, recipients.c.directive_id == directives.c.id)
        .where(
            recipients.c.member_id == member_id,
            recipients.c.acknowledged_ms.is_(None),
            directives.c.state == State.OPEN,
            directives.c.id.between(first, last),
            directives.c.opened_ms <= by_ms,
            func.coalesce(directives.c.send_ms, 0) <= by_ms,
            func.coalesce(directives.c.counts_ms, 0) <= by_ms,
            or_(recipients.c.duty == 0, recipients.c.answered >= directives.c.checks),
        )
        .order_by(directives.c.id)
    )
    return [service.acknowledge(tx, row.id, member_id, channel, row.version, at) for row in rows]
