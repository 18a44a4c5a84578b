"""The next meeting of members: the answer to `bot.news.models.Waiting`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Select, or_, select

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
        """A line each; one query for the meetings, one for 900 members."""
        coming = {row.id: row for row in tx.rows(_coming(tx))}
        if not coming:
            return {}
        nearest = {key: place for place, key in enumerate(coming)}
        lines: dict[tuple[int, bool], str] = {}
        found: dict[int, tuple[int, bool]] = {}
        for start in range(0, len(member_ids), _SLICE):
            rows = tx.rows(
                select(invitees.c.member_id, invitees.c.meeting_id, invitees.c.answer).where(
                    invitees.c.member_id.in_(list(member_ids[start : start + _SLICE])),
                    invitees.c.meeting_id >= min(coming),  # ids rise with time: what is long past is not read
                    or_(invitees.c.answer.is_(None), invitees.c.answer != Rsvp.ABSENT.value),
                )
            )
            for row in rows:
                known = found.get(row.member_id)
                if row.meeting_id in coming and (
                    known is None or nearest[row.meeting_id] < nearest[known[0]]
                ):
                    found[row.member_id] = row.meeting_id, row.answer is not None
        for key, answered in set(found.values()):
            row = coming[key]
            lines[key, answered] = _line(row.unit, row.starts_ms, answered=answered)
        return {member_id: [lines[each]] for member_id, each in found.items()}


def _coming(tx: Tx) -> Select[tuple[int, int, str]]:
    return (
        select(meetings.c.id, meetings.c.starts_ms, organisations.c.name.label("unit"))
        .join(organisations, organisations.c.id == meetings.c.unit_id)
        .where(
            meetings.c.state == State.OPEN.value,
            meetings.c.starts_ms.between(tx.now_ms, to_ms(tx.now + AHEAD)),
        )
        .order_by(meetings.c.starts_ms, meetings.c.id)
    )


def _line(unit: str, starts_ms: int, *, answered: bool) -> str:
    when = moment(from_ms(starts_ms))
    if answered:
        return _("họp {unit}, {when}", unit=unit, when=when)
    return _("họp {unit}, {when}: đồng chí chưa trả lời giấy mời", unit=unit, when=when)
