"""Reads about directives. Every figure counts the rows frozen for it, by the rules in `reports`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, exists, func, or_, select

from bot.chat.replies import File
from bot.clock import from_ms
from bot.directives import rules
from bot.directives.models import Directive, State, Urgency
from bot.store import progress
from bot.store.hot import Hot
from bot.store.tables.delivery import FAILED, QUEUED, RECALLED, SENDING, SENT, UNREACHABLE, files, outbox
from bot.store.tables.directives import directives, former_acknowledgements, hand_records, recipients
from bot.store.tx import Tx

NOTICE = "directive"
"""What the outbox calls rows that carry a directive."""
REMINDER = "reminder"
"""What it calls rows that remind of one."""
SEVERAL = "open_papers"
"""What it calls rows that carry several at once; their id is the content's."""
FAILING = (UNREACHABLE, FAILED)

_BY_HAND = and_(
    hand_records.c.directive_id == recipients.c.directive_id,
    hand_records.c.member_id == recipients.c.member_id,
)


RECORDED = exists().where(_BY_HAND, hand_records.c.objected_ms.is_(None))
"""That a recipient (a row of `recipients`) is recorded by hand, and has not objected."""


def closes() -> ColumnElement[int]:
    """When a directive (a row of `directives`) waits for nobody any more."""
    opened = case(
        (directives.c.send_ms > directives.c.opened_ms, directives.c.send_ms), else_=directives.c.opened_ms
    )
    return func.coalesce(
        directives.c.deadline_ms + _ms(rules.CLOSES_AFTER), opened + _ms(rules.CLOSES_WITHOUT)
    )


def _select() -> Select[tuple[object, ...]]:
    columns = (files.c.name.label("file_name"), files.c.media_type, files.c.size)
    return select(directives, *columns).outerjoin(files, files.c.id == directives.c.file_id)


def _directive(row: Row[tuple[object, ...]]) -> Directive:
    file = File(row.file_id, row.file_name, row.media_type, row.size) if row.file_id else None
    return Directive(
        id=row.id,
        number=row.number,
        issued_on=date.fromisoformat(row.issued_on),
        title=row.title,
        summary=row.summary,
        urgency=Urgency(row.urgency),
        deadline=from_ms(row.deadline_ms) if row.deadline_ms is not None else None,
        unit_id=row.unit_id,
        author_id=row.author_id,
        state=State(row.state),
        file=file,
        send_at=from_ms(row.send_ms) if row.send_ms is not None else None,
        opened_at=from_ms(row.opened_ms) if row.opened_ms is not None else None,
        version=row.version,
        counts_from=row.counts_from,
        checks=row.checks,
    )


_GET = Hot(_select().where(directives.c.id == bindparam("directive")))


def get(tx: Tx, directive_id: int) -> Directive | None:
    """A directive by id."""
    row = _GET.first(tx, directive=directive_id)
    return _directive(row) if row else None


def file(tx: Tx, file_id: str | None) -> File | None:
    """A stored file by id."""
    row = tx.first(select(files).where(files.c.id == file_id)) if file_id is not None else None
    return File(row.id, row.name, row.media_type, row.size) if row is not None else None


def by_number(tx: Tx, number: str) -> list[Directive]:
    """Every directive of that number, the newest first: a number is unique only with its date."""
    rows = tx.rows(_select().where(directives.c.number == number).order_by(directives.c.issued_on.desc()))
    return [_directive(row) for row in rows]


def of_member(tx: Tx, member_id: int) -> list[tuple[Directive, int | None]]:
    """Open directives frozen for a member, the newest first, with the moment (ms) of acknowledgement.

    Of more than fifty those not acknowledged come before others.
    """
    rows = tx.rows(
        _select()
        .add_columns(recipients.c.acknowledged_ms)
        .join(recipients, recipients.c.directive_id == directives.c.id)
        .where(recipients.c.member_id == member_id, directives.c.state == State.OPEN)
        .where(func.coalesce(directives.c.send_ms, 0) <= tx.now_ms)
        .order_by(recipients.c.acknowledged_ms.is_not(None), directives.c.id.desc())
        .limit(50)
    )
    found = [(_directive(row), row.acknowledged_ms) for row in rows]
    return sorted(found, key=lambda each: each[0].id, reverse=True)


def open_in(tx: Tx, unit_ids: Iterable[int], limit: int = 1000, state: State = State.OPEN) -> list[Directive]:
    """Open directives (or those in another state) with a recipient in these units, the newest first."""
    mine = select(recipients.c.directive_id).where(recipients.c.unit_id.in_(list(unit_ids)))
    rows = tx.rows(
        _select()
        .where(directives.c.state == state, directives.c.id.in_(mine))
        .order_by(directives.c.id.desc())
        .limit(limit)
    )
    return [_directive(row) for row in rows]


_PAUSED = "paused:"


def mark_paused(tx: Tx, directive_id: int, *, on: bool) -> None:
    """Notes that a directive is paused, or no longer: what is brought or reminded of later heeds it as well."""
    name = f"{_PAUSED}{directive_id:x}"
    if on:
        progress.write(tx, name, tx.now_ms)
    else:
        progress.forget(tx, name)


def paused(tx: Tx) -> set[int]:
    """The directives that are paused."""
    return {int(name.removeprefix(_PAUSED), 16) for name in progress.names(tx, _PAUSED)}


def waiting_for_a_second(tx: Tx, author_id: int) -> list[Directive]:
    """What this member wrote and a second person has not decided yet, the newest first."""
    mine = (directives.c.author_id == author_id, directives.c.state == State.DRAFT)
    return [_directive(row) for row in tx.rows(_select().where(*mine).order_by(directives.c.id.desc()))]


def traced(tx: Tx, author_id: int | None, unit_ids: Iterable[int], limit: int = 1000) -> list[Directive]:
    """Directives in any state, the newest first: written by this member, or for or received in these units."""
    units = list(unit_ids)
    received = select(recipients.c.directive_id).where(recipients.c.unit_id.in_(units))
    theirs = or_(
        directives.c.author_id == author_id, directives.c.unit_id.in_(units), directives.c.id.in_(received)
    )
    rows = tx.rows(_select().where(theirs).order_by(directives.c.id.desc()).limit(limit))
    return [_directive(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of a directive and how it stands for them."""

    member_id: int
    unit_id: int
    duty: bool
    obstacle: str | None
    """Why nothing was queued ("no_account", …)."""
    sending: int | None
    """State of the newest outbox row (bot.store.tables.delivery); None when nothing was queued."""
    reason: str | None
    """Why it failed or could not be reached."""
    acknowledged_ms: int | None
    seen_ms: int | None = None
    """When they saw it, where the platform tells."""
    acknowledged_version: int = 1
    """Which version they acknowledged, if they did."""
    by_hand: str | None = None
    """How the secretary recorded it by hand ("meeting", "paper", "call"), unless the member objected."""


def carrier() -> ColumnElement[int]:
    """The newest outbox row that carries a directive to a recipient (a row of `recipients`)."""
    own = (
        select(func.max(outbox.c.id))
        .where(
            outbox.c.notice == NOTICE,
            outbox.c.notice_id == recipients.c.directive_id,
            outbox.c.recipient_id == recipients.c.member_id,
        )
        .correlate(recipients)
        .scalar_subquery()
    )
    return func.coalesce(recipients.c.carried_by, own)


def recipients_of(tx: Tx, directive_id: int, unit_ids: Iterable[int]) -> list[Recipient]:
    """The recipients of a directive in these units (as of freezing)."""
    rows = tx.rows(
        select(
            recipients,
            outbox.c.state.label("sending"),
            outbox.c.reason,
            outbox.c.seen_ms,
            hand_records.c.how,
            hand_records.c.objected_ms,
        )
        .outerjoin(outbox, outbox.c.id == carrier())
        .outerjoin(hand_records, _BY_HAND)
        .where(and_(recipients.c.directive_id == directive_id, recipients.c.unit_id.in_(list(unit_ids))))
    )
    return [
        Recipient(
            row.member_id,
            row.unit_id,
            bool(row.duty),
            row.obstacle,
            row.sending,
            row.reason,
            row.acknowledged_ms,
            row.seen_ms,
            row.acknowledged_version,
            row.how if row.objected_ms is None else None,
        )
        for row in rows
    ]


def taken(tx: Tx, directive_id: int, channel: str, unit_ids: Iterable[int]) -> tuple[int, int]:
    """(free, billable) messages that a directive and its reminders took on a channel for these units."""
    row = tx.first(
        select(
            func.sum(outbox.c.free_messages).label("free"), func.sum(outbox.c.billed_messages).label("billed")
        )
        .join(
            recipients,
            and_(
                recipients.c.directive_id == outbox.c.notice_id,
                recipients.c.member_id == outbox.c.recipient_id,
            ),
        )
        .where(
            outbox.c.notice.in_((NOTICE, REMINDER)),
            outbox.c.notice_id == directive_id,
            outbox.c.channel == channel,
            recipients.c.unit_id.in_(list(unit_ids)),
        )
    )
    return (0, 0) if row is None else (int(row.free or 0), int(row.billed or 0))


def reached(tx: Tx, directive_id: int) -> int:
    """How many recipients the newest message that carries a directive to them has reached, as `progress` counts."""
    mine = (recipients.c.directive_id == directive_id, outbox.c.state == SENT)
    joined = select(func.count()).select_from(recipients).join(outbox, outbox.c.id == carrier())
    return int(tx.value(joined.where(*mine)) or 0)


def carried(tx: Tx, directive_id: int) -> list[tuple[str, str, int]]:
    """Whom a later message has brought it, or is about to: (channel, chat, member).

    Of a corrected one also those whose correction was stopped: a list may have brought them the first version.
    """
    corrected = exists().where(directives.c.id == directive_id, directives.c.version > 1)
    rows = tx.rows(
        select(outbox.c.channel, outbox.c.chat_id, recipients.c.member_id)
        .join(recipients, recipients.c.carried_by == outbox.c.id)
        .where(
            recipients.c.directive_id == directive_id,
            or_(
                and_(outbox.c.notice.in_((SEVERAL, REMINDER)), outbox.c.state.in_((QUEUED, SENDING, SENT))),
                and_(outbox.c.notice == NOTICE, outbox.c.state == RECALLED, corrected),
            ),
        )
    )
    return [(row.channel, row.chat_id, row.member_id) for row in rows]


def units_of(tx: Tx, directive_id: int, after_id: int, limit: int) -> list[int]:
    """The next units with recipients of a directive, by id."""
    rows = tx.rows(
        select(recipients.c.unit_id)
        .where(recipients.c.directive_id == directive_id, recipients.c.unit_id > after_id)
        .distinct()
        .order_by(recipients.c.unit_id)
        .limit(limit)
    )
    return [row.unit_id for row in rows]


def outstanding(tx: Tx, directive_id: int) -> dict[int, tuple[int, int]]:
    """By unit: (who has neither acknowledged nor is recorded by hand, who must acknowledge); one statement."""
    settled = or_(recipients.c.acknowledged_ms.is_not(None), RECORDED)
    rows = tx.rows(
        select(
            recipients.c.unit_id,
            func.sum(case((settled, 0), else_=1)).label("open"),
            func.count().label("base"),
        )
        .where(recipients.c.directive_id == directive_id, recipients.c.duty == 1)
        .group_by(recipients.c.unit_id)
    )
    return {row.unit_id: (int(row.open), row.base) for row in rows}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A directive that waits for a member's acknowledgement."""

    directive: Directive
    duty: bool
    missed: bool
    """No message has brought it, and none is on its way."""
    reminded_ms: int


def waiting_of(tx: Tx, member_ids: Iterable[int]) -> dict[int, list[Waiting]]:
    """What waits for each of these members and is not closed, the oldest first; future ones too.

    What was recorded by hand waits no more. For some hundred members at once.
    """
    rows = tx.rows(
        _select()
        .add_columns(
            recipients.c.member_id,
            recipients.c.duty,
            recipients.c.reminded_ms,
            outbox.c.state.label("sending"),
        )
        .join(recipients, recipients.c.directive_id == directives.c.id)
        .outerjoin(outbox, outbox.c.id == carrier())
        .where(
            recipients.c.member_id.in_(list(member_ids)),
            recipients.c.acknowledged_ms.is_(None),
            ~RECORDED,
            directives.c.state == State.OPEN,
            closes() > tx.now_ms,
        )
        .order_by(directives.c.id)
    )
    found: dict[int, list[Waiting]] = {}
    for row in rows:
        missed = row.sending is None or row.sending in (*FAILING, RECALLED)
        waiting = Waiting(_directive(row), bool(row.duty), missed, row.reminded_ms or 0)
        found.setdefault(row.member_id, []).append(waiting)
    return found


def awaiting(tx: Tx, member_id: int) -> list[Waiting]:
    """What waits for this member now, the oldest first: neither closed, nor recorded by hand, nor still to be sent."""
    waiting = waiting_of(tx, [member_id]).get(member_id, [])
    return [each for each in waiting if each.directive.send_at is None or each.directive.send_at <= tx.now]


def uncorrected(tx: Tx, member_ids: Iterable[int]) -> dict[int, list[Directive]]:
    """Open directives that were corrected when there was no way to these members, who keep their acknowledgement."""
    rows = tx.rows(
        _select()
        .add_columns(recipients.c.member_id)
        .join(recipients, recipients.c.directive_id == directives.c.id)
        .where(
            recipients.c.member_id.in_(list(member_ids)),
            recipients.c.acknowledged_ms.is_not(None),
            recipients.c.carried_by == 0,
            directives.c.state == State.OPEN,
        )
        .order_by(directives.c.id)
    )
    found: dict[int, list[Directive]] = {}
    for row in rows:
        found.setdefault(row.member_id, []).append(_directive(row))
    return found


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of one directive over all its recipients, and of its messages."""

    recipients: int
    sent: int
    unreachable: int
    acknowledged: int
    people_doubled: int
    """Recipients to whom more than one message of this directive was sent."""


def totals(tx: Tx, directive_id: int) -> Totals:
    """The counts of a directive. `unreachable` counts those without any way and those that failed."""
    mine = recipients.c.directive_id == directive_id
    everyone = tx.value(select(func.count()).select_from(recipients).where(mine)) or 0
    lost = tx.value(
        select(func.count())
        .select_from(recipients)
        .outerjoin(outbox, outbox.c.id == carrier())
        .where(
            mine,
            or_(
                outbox.c.state.in_(FAILING),
                and_(outbox.c.id.is_(None), recipients.c.obstacle.is_not(None)),
            ),
        )
    )
    read = tx.value(
        select(func.count()).select_from(recipients).where(mine, recipients.c.acknowledged_ms.is_not(None))
    )
    sent = reached(tx, directive_id)
    rows = and_(outbox.c.notice == NOTICE, outbox.c.notice_id == directive_id)
    twice = (
        select(outbox.c.recipient_id)
        .where(rows, outbox.c.state == SENT)
        .group_by(outbox.c.recipient_id)
        .having(func.count() > 1)
        .subquery()
    )
    doubled = tx.value(select(func.count()).select_from(twice))
    return Totals(everyone, sent, lost or 0, read or 0, doubled or 0)


def acted(member: ColumnElement[Any], since_ms: int) -> ColumnElement[bool]:
    """Whether the member in this column acknowledged a paper since, or recorded by hand for a unit."""
    acknowledged = exists().where(recipients.c.member_id == member, recipients.c.acknowledged_ms >= since_ms)
    former = exists().where(  # that they were asked anew since takes nothing away from what they did
        former_acknowledgements.c.member_id == member,
        former_acknowledgements.c.how == "self",
        former_acknowledgements.c.at_ms >= since_ms,
    )
    recorded = exists().where(hand_records.c.by_id == member, hand_records.c.recorded_ms >= since_ms)
    return or_(acknowledged, former, recorded)
