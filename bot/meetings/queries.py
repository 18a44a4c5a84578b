"""Reads about meetings."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, exists, func, insert, or_, select

from bot.chat.replies import File
from bot.clock import from_ms, to_ms
from bot.meetings import rules
from bot.meetings.models import Attended, Invitee, Mark, Meeting, MeetingKind, Reason, Rsvp, State
from bot.organisation.models import MembershipKind, Standing
from bot.organisation.rules import COUNTED_STANDINGS
from bot.store.hot import Hot
from bot.store.tables.delivery import files
from bot.store.tables.meetings import invitees, meetings
from bot.store.tables.organisation import organisations
from bot.store.tx import Tx

NOTICE = "meeting"
"""What the outbox calls rows that carry an invitation, and what follows it."""


def _select() -> Select[tuple[object, ...]]:
    return (
        select(
            meetings,
            organisations.c.name.label("unit"),
            files.c.name.label("file_name"),
            files.c.media_type,
            files.c.size,
        )
        .join(organisations, organisations.c.id == meetings.c.unit_id)
        .outerjoin(files, files.c.id == meetings.c.file_id)
    )


def _meeting(tx: Tx, row: Any) -> Meeting:
    file = File(row.file_id, row.file_name, row.media_type, row.size) if row.file_id else None
    return _with_file(tx, row, file)


def _with_file(tx: Tx, row: Any, file: File | None) -> Meeting:
    return Meeting(
        id=row.id,
        unit_id=row.unit_id,
        unit=row.unit,
        kind=MeetingKind(row.kind),
        starts=from_ms(row.starts_ms),
        place=row.place,
        agenda=row.agenda,
        chair=tx.vault.open("meetings.chair", row.id, row.chair),
        author_id=row.author_id,
        state=State(row.state),
        sequence=row.sequence,
        file=file,
        file_at=from_ms(row.file_ms) if row.file_ms is not None else None,
        follows=bool(row.follows),
        guests=tx.vault.open("meetings.guests", row.id, row.guests) if row.guests else "",
        changed=from_ms(row.changed_ms),
        closed=from_ms(row.closed_ms) if row.closed_ms is not None else None,
    )


_ONE = _select().where(meetings.c.id == bindparam("meeting"))
_GET = Hot(_ONE)
_TO_CHANGE = Hot(_ONE.with_for_update(of=meetings))
_TO_ANSWER = Hot(_ONE.with_for_update(of=meetings, read=True))


def get(tx: Tx, meeting_id: int) -> Meeting | None:
    """A meeting by id."""
    row = _GET.first(tx, meeting=meeting_id)
    return _meeting(tx, row) if row else None


_ADDED = Hot(
    insert(meetings)
    .values(
        **{
            name: bindparam(name)
            for name in (
                "id unit_id kind starts_ms place agenda chair author_id file_id file_ms follows made_ms stage"
            ).split()
        },
        state=State.OPEN.value,
        sequence=0,
        changed_ms=bindparam("made_ms"),
    )
    .returning(
        meetings,
        select(organisations.c.name)
        .where(organisations.c.id == bindparam("unit_id"))
        .scalar_subquery()
        .label("unit"),
    )
)


def add(tx: Tx, file: File | None, **values: Any) -> Meeting:
    """Keeps a new meeting, open and never changed yet; as it is read back. `values`: its columns, as stored."""
    [row] = _ADDED.rows(tx, file_id=file.file_id if file else None, **values)
    return _with_file(tx, row, file)


def to_change(tx: Tx, meeting_id: int) -> Meeting | None:
    """The same; until the commit no other process changes it, or takes an answer to it."""
    row = _TO_CHANGE.first(tx, meeting=meeting_id)
    return _meeting(tx, row) if row else None


def to_answer(tx: Tx, meeting_id: int) -> Meeting | None:
    """The same; until the commit no other process changes it: others may answer it."""
    row = _TO_ANSWER.first(tx, meeting=meeting_id)
    return _meeting(tx, row) if row else None


def _invitee(tx: Tx, row: Row[tuple[object, ...]], meeting_id: int) -> Invitee:
    key = f"{meeting_id}:{row.member_id}"
    return Invitee(
        member_id=row.member_id,
        standing=Standing(row.standing),
        membership=MembershipKind(row.membership),
        obstacle=row.obstacle,
        answer=Rsvp(row.answer) if row.answer else None,
        minutes_late=row.minutes_late,
        reason=Reason(row.reason) if row.reason else None,
        words=tx.vault.open("invitees.words", key, row.words) if row.words else "",
        accepted=None if row.verdict is None else bool(row.verdict),
        mark=Mark(row.mark) if row.mark else None,
    )


def invitee(tx: Tx, meeting_id: int, member_id: int) -> Invitee | None:
    """One member's row."""
    mine = (invitees.c.meeting_id == meeting_id, invitees.c.member_id == member_id)
    row = tx.first(select(invitees).where(*mine))
    return _invitee(tx, row, meeting_id) if row else None


def invited(tx: Tx, meeting_id: int) -> list[Invitee]:
    """Everybody who was called, by id."""
    rows = tx.rows(select(invitees).where(invitees.c.meeting_id == meeting_id).order_by(invitees.c.member_id))
    return [_invitee(tx, row, meeting_id) for row in rows]


def of_member(tx: Tx, member_id: int, *, limit: int = 5) -> list[tuple[Meeting, Invitee]]:
    """A member's meetings that have not ended, the next first."""
    ended = tx.now_ms - int(rules.LATEST_CODE.total_seconds() * 1000)
    rows = tx.rows(
        _select()
        .add_columns(*(column for column in invitees.c if column.name not in meetings.c))
        .join(invitees, invitees.c.meeting_id == meetings.c.id)
        .where(
            invitees.c.member_id == member_id,
            meetings.c.starts_ms > ended,
            meetings.c.state == State.OPEN,
        )
        .order_by(meetings.c.starts_ms)
        .limit(limit)
    )
    return [(_meeting(tx, row), _invitee(tx, row, row.id)) for row in rows]


def on_now(tx: Tx, member_id: int) -> list[Meeting]:
    """The meetings a member was called to for which the check-in code works now."""
    return [
        meeting
        for meeting, _mine in of_member(tx, member_id)
        if meeting.starts - rules.CODE_BEFORE <= tx.now <= meeting.starts + rules.LATEST_CODE
    ]


def in_units(
    tx: Tx, unit_ids: Iterable[int], since: datetime, until: datetime | None = None, limit: int = 200
) -> list[Meeting]:
    """Meetings of these units that start from a moment on (until another), the earliest first."""
    when = [meetings.c.starts_ms >= to_ms(since), meetings.c.state != State.CANCELLED]
    if until is not None:
        when.append(meetings.c.starts_ms < to_ms(until))
    rows = tx.rows(
        _select()
        .where(meetings.c.unit_id.in_(list(unit_ids)), *when)
        .order_by(meetings.c.starts_ms, meetings.c.id)
        .limit(limit)
    )
    return [_meeting(tx, row) for row in rows]


def attended(tx: Tx, unit_ids: Iterable[int], since: datetime, until: datetime) -> list[Attended]:
    """Meetings of these units between two moments with their counts, the newest first; one statement."""
    counted = invitees.c.standing.in_(sorted(COUNTED_STANDINGS))
    counts = (
        select(
            invitees.c.meeting_id,
            func.sum(case((and_(counted, invitees.c.mark == Mark.PRESENT), 1), else_=0)).label("present"),
            func.sum(case((counted, 1), else_=0)).label("must"),
        )
        .join(meetings, meetings.c.id == invitees.c.meeting_id)
        .where(meetings.c.starts_ms >= to_ms(since), meetings.c.starts_ms < to_ms(until))
        .group_by(invitees.c.meeting_id)
        .subquery()
    )
    units = set(unit_ids)
    rows = tx.rows(
        select(
            meetings.c.unit_id,
            meetings.c.starts_ms,
            meetings.c.state,
            meetings.c.file_ms,
            organisations.c.name,
            counts.c.present,
            counts.c.must,
        )
        .join(counts, counts.c.meeting_id == meetings.c.id)
        .join(organisations, organisations.c.id == meetings.c.unit_id)
        .where(meetings.c.state != State.CANCELLED)
        .order_by(meetings.c.starts_ms.desc())
    )
    return [
        Attended(
            row.unit_id,
            row.name,
            from_ms(row.starts_ms),
            row.state == State.CLOSED,
            int(row.present),
            int(row.must),
            rules.documents_late(
                from_ms(row.file_ms) if row.file_ms is not None else None, from_ms(row.starts_ms)
            ),
        )
        for row in rows
        if row.unit_id in units
    ]


def newest_of(tx: Tx, unit_id: int, kind: MeetingKind) -> Meeting | None:
    """The unit's newest meeting of a kind, for "như tháng trước"."""
    same = (meetings.c.unit_id == unit_id, meetings.c.kind == kind, meetings.c.state != State.CANCELLED)
    row = tx.first(_select().where(*same).order_by(meetings.c.starts_ms.desc()).limit(1))
    return _meeting(tx, row) if row else None


def due(tx: Tx, limit: int = 20) -> list[tuple[Meeting, int]]:
    """Open meetings not yet begun, with how many reminders are done; those of the next days alone."""
    horizon = tx.now_ms + int((rules.STAGES[0].total_seconds() + 24 * 3600) * 1000)
    rows = tx.rows(
        _select()
        .where(
            meetings.c.state == State.OPEN,
            meetings.c.starts_ms > tx.now_ms,
            meetings.c.starts_ms <= horizon,
            meetings.c.stage < len(rules.STAGES),
        )
        .order_by(meetings.c.starts_ms)
        .with_for_update(of=meetings, skip_locked=True)
    )
    found = [(row, rules.stages_past(from_ms(row.starts_ms), tx.now)) for row in rows]
    late = [row for row, past in found if past > row.stage]
    return [(_meeting(tx, row), row.stage) for row in late[:limit]]


def earlier_marks(tx: Tx, unit_id: int, member_ids: Iterable[int], limit: int) -> dict[int, list[Invitee]]:
    """How the unit's newest closed meetings to which they were called stood for these members, the newest first."""
    found: dict[int, list[Invitee]] = {}
    for member_id in member_ids:
        called = (
            select(invitees)
            .join(meetings, meetings.c.id == invitees.c.meeting_id)
            .where(
                invitees.c.member_id == member_id,
                meetings.c.unit_id == unit_id,
                meetings.c.state == State.CLOSED,
            )
            .order_by(meetings.c.starts_ms.desc())
            .limit(limit)
        )
        found[member_id] = [_invitee(tx, row, row.meeting_id) for row in tx.rows(called)]
    return found


def acted(member: ColumnElement[Any], since_ms: int) -> ColumnElement[bool]:
    """Whether the member in this column answered an invitation since, or called a roll for a unit."""
    answered = exists().where(invitees.c.member_id == member, invitees.c.answered_ms >= since_ms)
    called = exists().where(
        invitees.c.marked_by == member, invitees.c.member_id != member, invitees.c.marked_ms >= since_ms
    )
    return or_(answered, called)
