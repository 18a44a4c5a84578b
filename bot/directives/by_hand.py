"""What a secretary records by hand: read at the meeting, took the paper, was called. Never a digital figure.

The member is told where they can be reached, and may object; then it is as if it had not been recorded.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select, update

from bot.chat.errors import Refused
from bot.clock import VIETNAM
from bot.delivery import outbox
from bot.delivery.outbox import Notice
from bot.directives import queries, service, texts_by_hand
from bot.directives.models import Directive, How, State
from bot.directives.queries import Recipient
from bot.i18n import speaking
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.store import audit
from bot.store.tables.directives import hand_records
from bot.store.tx import Tx
from bot.store.upsert import insert

NOTICE = "hand_record"
"""What the outbox calls rows that tell a member what was recorded."""


def open_for(tx: Tx, directive_id: int, by: int) -> list[Recipient]:
    """Who may be recorded by hand: must acknowledge, has not, is not recorded, and is in the asker's part.

    Who has objected is left out: that is settled by talking.
    """
    objected = _objected(tx, directive_id)
    return [
        each
        for each in queries.recipients_of(tx, directive_id, people.scope(tx, by, Verb.REMIND))
        if each.duty
        and each.acknowledged_ms is None
        and each.by_hand is None
        and each.member_id not in objected
    ]


def record(
    tx: Tx, directive_id: int, by: int, members: Iterable[int] | None, how: How, done_on: date
) -> list[int]:
    """Records it for these members (None: for all who are open in the asker's part). Returns for whom.

    Who has acknowledged, objected or is recorded already is left out.
    Raises Refused("no_right" | "recalled" | "date_wrong" | "nobody_open").
    """
    directive = queries.get(tx, directive_id)
    known = queries.recipients_of(tx, directive_id, people.scope(tx, by, Verb.REMIND))
    if directive is None or not known:
        raise Refused("no_right")
    if directive.state != State.OPEN:
        raise Refused("recalled")
    sent = directive.sent_at
    today = tx.now.astimezone(VIETNAM).date()
    if sent is None or not sent.astimezone(VIETNAM).date() <= done_on <= today:
        raise Refused("date_wrong")
    wanted = None if members is None else set(members)
    if wanted is not None and not wanted <= {each.member_id for each in known}:
        raise Refused("no_right")
    found = [
        each.member_id
        for each in open_for(tx, directive_id, by)
        if wanted is None or each.member_id in wanted
    ]
    if not found:
        raise Refused("nobody_open")
    rows = [
        {
            "directive_id": directive_id,
            "member_id": member_id,
            "how": how,
            "done_on": done_on.isoformat(),
            "by_id": by,
            "recorded_ms": tx.now_ms,
        }
        for member_id in found
    ]
    # A deputy may be recording the same in another process: each is told once, of one record.
    new = insert(tx.conn, hand_records).on_conflict_do_nothing(index_elements=["directive_id", "member_id"])
    found = sorted(row.member_id for row in tx.run(new.returning(hand_records.c.member_id), rows))
    if not found:
        raise Refused("nobody_open")
    audit.record(tx, "directive.by_hand", f"directive:{directive_id}", member_id=by)
    _tell(tx, directive, [member_id for member_id in found if member_id != by], how, done_on)
    return found


def object_to(tx: Tx, directive_id: int, member_id: int) -> tuple[Directive, int | None]:
    """The member says that it is not so: the record no longer counts. Returns the recorder, if it was counted.

    Raises Refused("not_recipient" | "not_recorded").
    """
    directive = service.for_recipient(tx, directive_id, member_id)
    mine = (hand_records.c.directive_id == directive_id, hand_records.c.member_id == member_id)
    row = tx.first(select(hand_records).where(*mine))
    if row is None:
        raise Refused("not_recorded")
    first = (*mine, hand_records.c.objected_ms.is_(None))
    if tx.run(update(hand_records).where(*first).values(objected_ms=tx.now_ms)).rowcount == 0:
        return directive, None
    audit.record(tx, "directive.object", f"directive:{directive_id}", member_id=member_id)
    return directive, row.by_id


def dates(tx: Tx, directive: Directive) -> Sequence[date]:
    """Days that may be meant: today and the two before, not before the sending; the newest first."""
    today = tx.now.astimezone(VIETNAM).date()
    sent = (directive.sent_at or tx.now).astimezone(VIETNAM).date()
    return [day for day in (today.fromordinal(today.toordinal() - back) for back in range(3)) if day >= sent]


def _objected(tx: Tx, directive_id: int) -> set[int]:
    rows = tx.rows(
        select(hand_records.c.member_id).where(
            hand_records.c.directive_id == directive_id, hand_records.c.objected_ms.is_not(None)
        )
    )
    return {row.member_id for row in rows}


def _tell(tx: Tx, directive: Directive, members: list[int], how: How, done_on: date) -> None:
    words: dict[str, int] = {}
    notices = []
    for member_id, (account, _obstacle, _window) in service.ways_to(tx, members, tx.now_ms).items():
        if account is None:
            continue
        if account.language not in words:
            with speaking(account.language):
                words[account.language] = outbox.content(tx, texts_by_hand.told(directive, how, done_on))
        notices.append(Notice(account.channel, account.chat_id, member_id, words[account.language]))
    outbox.post(tx, notices, kind=NOTICE, kind_id=directive.id, priority=outbox.REMINDER, due_ms=tx.now_ms)
