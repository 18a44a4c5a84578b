"""What of directives waits for members: the answer to `bot.news.models.Waiting`."""

from collections.abc import Mapping, Sequence

from sqlalchemy import case, func, select

from bot.clock import from_ms
from bot.directives import queries
from bot.directives.models import State
from bot.i18n import _, moment
from bot.store.tables.directives import directives, recipients
from bot.store.tx import Tx

_SLICE = 900


class UnacknowledgedDirectives:
    """Directives a member must acknowledge and has not: the nearest deadline first, those past last."""

    def waiting(self, tx: Tx, member_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        """A line each; one query for 900 members."""
        lines: dict[int, str] = {}
        found: dict[int, list[str]] = {}
        for start in range(0, len(member_ids), _SLICE):
            rows = tx.rows(
                select(
                    recipients.c.member_id,
                    recipients.c.directive_id,
                    directives.c.number,
                    directives.c.deadline_ms,
                )
                .join(directives, directives.c.id == recipients.c.directive_id)
                .where(
                    recipients.c.member_id.in_(list(member_ids[start : start + _SLICE])),
                    recipients.c.acknowledged_ms.is_(None),
                    recipients.c.duty == 1,
                    ~queries.RECORDED,
                    directives.c.state == State.OPEN,
                    func.coalesce(directives.c.send_ms, 0) <= tx.now_ms,
                    queries.closes() > tx.now_ms,
                )
                .order_by(
                    case((directives.c.deadline_ms < tx.now_ms, 1), else_=0),
                    directives.c.deadline_ms.is_(None),
                    directives.c.deadline_ms,
                    directives.c.id,
                )
            )
            for row in rows:
                if row.directive_id not in lines:
                    lines[row.directive_id] = _line(row.number, row.deadline_ms)
                found.setdefault(row.member_id, []).append(lines[row.directive_id])
        return found


def _line(number: str, deadline_ms: int | None) -> str:
    if deadline_ms is None:
        return _("xác nhận {number}", number=number)
    return _("xác nhận {number}, hạn {when}", number=number, when=moment(from_ms(deadline_ms)))
