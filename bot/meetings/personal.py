"""What meetings hold on a person: invitations, answers with their reasons, attendance."""

from collections.abc import Sequence

from sqlalchemy import select, update

from bot.i18n import _
from bot.meetings import polls, queries, texts
from bot.meetings.models import Mark
from bot.store.dialogs import Place
from bot.store.tables.meetings import invitees
from bot.store.tx import Tx


def held(tx: Tx, member_id: int, places: Sequence[Place]) -> list[tuple[str, str]]:
    """Lines of label and value, as the member may read them."""
    marks = {
        Mark.PRESENT: _("có mặt"),
        Mark.EXCUSED: _("vắng có lý do"),
        Mark.UNEXCUSED: _("vắng không lý do"),
    }
    lines = []
    called = tx.rows(
        select(invitees.c.meeting_id).where(invitees.c.member_id == member_id).order_by(invitees.c.meeting_id)
    )
    for row in called:
        meeting, mine = queries.get(tx, row.meeting_id), queries.invitee(tx, row.meeting_id, member_id)
        if meeting is not None and mine is not None:
            value = texts.state(mine, words=True)
            if mine.mark is not None:
                value += "; " + _("điểm danh: {mark}", mark=marks[mine.mark])
            lines.append((texts.name(meeting), value))
    for poll, answered in polls.asked_of(tx, member_id):
        said = _("đã trả lời; sổ tay không giữ đồng chí chọn gì") if answered else _("chưa trả lời")
        lines.append((_("Thăm dò ý kiến: {question}", question=poll.question), said))
    return lines


def forget(tx: Tx, member_id: int, places: Sequence[Place]) -> None:
    """Empties the reasons. Who was called and who came stays as a count without a name."""
    values = {"reason": None, "words": None, "minutes_late": None}
    tx.run(update(invitees).where(invitees.c.member_id == member_id).values(values))
