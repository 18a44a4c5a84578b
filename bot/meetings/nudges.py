"""Asking a branch's secretary to call next month's ordinary meeting when there is none yet (domain 4.1).

Found by query and marked in the commit that queues the words: once a month, whatever is restarted in between.
"""

from datetime import datetime

from sqlalchemy import insert, select

from bot.clock import VIETNAM, to_ms
from bot.delivery import outbox
from bot.delivery.outbox import Notice
from bot.delivery.quiet import Quiet
from bot.i18n import speaking
from bot.meetings import queries, texts_calling
from bot.meetings.models import MeetingKind, State
from bot.organisation import audience
from bot.organisation import queries as people
from bot.organisation.models import Account, Purpose, Role
from bot.organisation.ways import ways_to
from bot.store.tables.meetings import meetings, nudges
from bot.store.tx import Tx

NOTICE = "meeting_nudge"
"""What the outbox calls these rows."""
AT_ONCE = 100
"""Units in one commit."""


def tick(tx: Tx, *, day: int, quiet: Quiet) -> bool:
    """From this day of the month on (0: never) nudges some secretaries. Returns whether something is to be sent.

    Who cannot be reached now is looked at again every time; else their deputy is asked.
    """
    local = tx.now.astimezone(VIETNAM)
    if not 0 < day <= local.day or quiet.holds(tx.now):
        return False
    first, after = _month(local, 1), _month(local, 2)
    posts = audience.secretaries(tx.now_ms).subquery()
    called = select(meetings.c.id).where(
        meetings.c.unit_id == posts.c.unit_id,
        meetings.c.kind == MeetingKind.REGULAR,
        meetings.c.state != State.CANCELLED,
        meetings.c.starts_ms >= to_ms(first),
        meetings.c.starts_ms < to_ms(after),
    )
    month = f"{first:%Y-%m}"
    told = select(nudges.c.unit_id).where(nudges.c.unit_id == posts.c.unit_id, nudges.c.month == month)
    rows = tx.rows(select(posts).where(~called.exists(), ~told.exists()))
    ways = ways_to(tx, {row.member_id for row in rows}, tx.now_ms, Purpose.DIRECTIVES)
    found: dict[int, tuple[int, Account]] = {}
    for row in sorted(rows, key=lambda row: (row.role != Role.SECRETARY, row.unit_id, row.member_id)):
        if (account := ways[row.member_id][0]) is not None and len(found) < AT_ONCE:
            found.setdefault(row.unit_id, (row.member_id, account))
    for unit_id, (member_id, account) in found.items():
        tx.run(insert(nudges).values(unit_id=unit_id, month=month))
        _nudge(tx, unit_id, member_id, account, first)
    return bool(found)


def _month(local: datetime, ahead: int) -> datetime:
    year, month = divmod(local.year * 12 + local.month - 1 + ahead, 12)
    return datetime(year, month + 1, 1, tzinfo=VIETNAM)


def _nudge(tx: Tx, unit_id: int, member_id: int, account: Account, month: datetime) -> None:
    unit, before = people.organisation(tx, unit_id), queries.newest_of(tx, unit_id, MeetingKind.REGULAR)
    assert unit is not None
    with speaking(account.language):
        said = texts_calling.nudge(unit_id, unit.name, f"{month:%m/%Y}", repeat=before is not None)
        notice = Notice(account.channel, account.chat_id, member_id, outbox.content(tx, said))
    outbox.post(tx, [notice], kind=NOTICE, kind_id=unit_id, priority=outbox.REMINDER, due_ms=tx.now_ms)
