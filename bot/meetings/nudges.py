"""Asking a branch's secretary to call next month's ordinary meeting when there is none yet (domain 4.1).

Found by query and marked in the commit that queues the words: once a month, whatever is restarted in between.
"""

from datetime import datetime

from sqlalchemy import and_, insert, select

from bot.clock import VIETNAM, to_ms
from bot.delivery import outbox
from bot.delivery.outbox import Notice
from bot.delivery.quiet import Quiet
from bot.i18n import speaking
from bot.meetings import queries, texts_calling
from bot.meetings.models import MeetingKind, State
from bot.organisation import audience
from bot.organisation import queries as people
from bot.organisation.models import Purpose
from bot.organisation.ways import ways_to
from bot.store.tables.meetings import meetings, nudges
from bot.store.tx import Tx

NOTICE = "meeting_nudge"
"""What the outbox calls these rows."""
AT_ONCE = 20
"""Units in one commit."""


def tick(tx: Tx, *, day: int, quiet: Quiet) -> bool:
    """From this day of the month on (0: never) nudges some secretaries. Returns whether something is to be sent.

    A branch whose secretary has no account is looked at again every time: it is nudged when there is one.
    """
    local = tx.now.astimezone(VIETNAM)
    if not 0 < day <= local.day or quiet.holds(tx.now):
        return False
    first, after = _month(local, 1), _month(local, 2)
    month = f"{first:%Y-%m}"
    units = audience.branches_with_secretary(tx.now_ms).subquery()
    called = select(meetings.c.id).where(
        meetings.c.unit_id == units.c.id,
        meetings.c.kind == MeetingKind.REGULAR,
        meetings.c.state != State.CANCELLED,
        meetings.c.starts_ms >= to_ms(first),
        meetings.c.starts_ms < to_ms(after),
    )
    told = select(nudges.c.unit_id).where(nudges.c.unit_id == units.c.id, nudges.c.month == month)
    rows = tx.rows(select(units.c.id).where(and_(~called.exists(), ~told.exists())).limit(AT_ONCE))
    for row in rows:
        tx.run(insert(nudges).values(unit_id=row.id, month=month))
        _nudge(tx, row.id, first)
    return bool(rows)


def _month(local: datetime, ahead: int) -> datetime:
    year, month = divmod(local.year * 12 + local.month - 1 + ahead, 12)
    return datetime(year, month + 1, 1, tzinfo=VIETNAM)


def _nudge(tx: Tx, unit_id: int, month: datetime) -> None:
    unit, secretary = people.organisation(tx, unit_id), people.secretary_of(tx, unit_id)
    if unit is None or secretary is None:
        return
    account = ways_to(tx, [secretary], tx.now_ms, Purpose.DIRECTIVES)[secretary][0]
    if account is None:
        return
    before = queries.newest_of(tx, unit_id, MeetingKind.REGULAR)
    with speaking(account.language):
        said = texts_calling.nudge(unit_id, unit.name, f"{month:%m/%Y}", repeat=before is not None)
        notice = Notice(account.channel, account.chat_id, secretary, outbox.content(tx, said))
    outbox.post(tx, [notice], kind=NOTICE, kind_id=unit_id, priority=outbox.REMINDER, due_ms=tx.now_ms)
