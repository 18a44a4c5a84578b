"""The next meeting of members: the answer to `bot.news.models.Waiting`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import func, or_, select

from bot.clock import from_ms, to_ms
from bot.i18n import _, moment
from bot.meetings.models import Rsvp, State
from bot.store.tables.meetings import invitees, meetings
from bot.store.tables.organisation import organisations
from bot.store.tx import Tx

AHEAD = timedelta(days=14)
_SLICE = 900


class NextMeeting:
    """The nearest meeting somebody was called to and has not begged off, within two weeks."""

    def waiting(self, tx: Tx, member_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        """A line each; one query for 900 members."""
        lines: dict[tuple[int, bool], str] = {}
        found: dict[int, list[str]] = {}
        for start in range(0, len(member_ids), _SLICE):
            rows = tx.rows(
                select(
                    invitees.c.member_id,
                    invitees.c.meeting_id,
                    meetings.c.starts_ms,
                    organisations.c.name.label("unit"),
                    func.coalesce(invitees.c.answer, "").label("answer"),
                )
                .join(meetings, meetings.c.id == invitees.c.meeting_id)
                .join(organisations, organisations.c.id == meetings.c.unit_id)
                .where(
                    invitees.c.member_id.in_(list(member_ids[start : start + _SLICE])),
                    or_(invitees.c.answer.is_(None), invitees.c.answer != Rsvp.ABSENT.value),
                    meetings.c.state == State.OPEN.value,
                    meetings.c.starts_ms.between(tx.now_ms, to_ms(tx.now + AHEAD)),
                )
                .order_by(meetings.c.starts_ms, meetings.c.id)
            )
            for row in rows:
                if row.member_id in found:
                    continue  # a later one
                key = (row.meeting_id, not row.answer)
                if key not in lines:
                    lines[key] = _line(row.unit, row.starts_ms, answered=bool(row.answer))
                found[row.member_id] = [lines[key]]
        return found


def _line(unit: str, starts_ms: int, *, answered: bool) -> str:
    when = moment(from_ms(starts_ms))
    if answered:
        return _("họp {unit}, {when}", unit=unit, when=when)
    return _("họp {unit}, {when}: đồng chí chưa trả lời giấy mời", unit=unit, when=when)
