"""Straw polls in a meeting ("thăm dò ý kiến"): anonymous to everybody, and never a vote by the Statutes.

What was answered (a count an option) and who has answered (a mark a member) are written in one commit and kept
apart. No row, no moment, no order and no trail joins them, so an answer cannot be shown, changed or taken back.
"""

from collections.abc import Iterable, Sequence
from functools import partial

from sqlalchemy import and_, case, insert, or_, select, update

from bot.chat.errors import Refused
from bot.clock import from_ms, to_ms
from bot.delivery import outbox
from bot.meetings import queries, rules, service, texts_polls
from bot.meetings.models import Invitee, Mark, Meeting, Poll, Rsvp, State
from bot.organisation.models import Standing
from bot.organisation.rules import ACCESS_STANDINGS
from bot.store import audit
from bot.store.bulk import insert_many
from bot.store.ids import new_id
from bot.store.tables.meetings import meetings, poll_options, polled, polls
from bot.store.tx import Tx
from bot.store.upsert import insert as upsert


def whom(tx: Tx, meeting: Meeting, *, voting: bool) -> tuple[list[int], int]:
    """Whom a poll would ask now, and how many it leaves out because of `voting`.

    Who is here by the roll; where nobody is marked yet, everybody called who is not away and did not ask to
    be absent.
    """
    listed = [each for each in queries.invited(tx, meeting.id) if each.standing in ACCESS_STANDINGS]
    here = [each for each in listed if each.mark == Mark.PRESENT] or [
        each for each in listed if _expected(each)
    ]
    asked = [each.member_id for each in here if rules.may_be_polled(each, voting=voting)]
    return asked, len(here) - len(asked)


def _expected(each: Invitee) -> bool:
    return each.mark is None and each.answer != Rsvp.ABSENT and each.standing != Standing.AWAY


def open_poll(tx: Tx, meeting_id: int, by: int, question: str, labels: Sequence[str], *, voting: bool) -> int:
    """Asks everybody in the room. Returns the poll's id.

    Raises Refused("no_right" | "cancelled" | "closed" | "not_begun" | "poll_open" | "nobody_here").
    """
    meeting = may_open(tx, meeting_id, by)
    asked, barred = whom(tx, meeting, voting=voting)
    if not asked:
        raise Refused("nobody_here")
    poll_id = new_id()
    tx.run(
        insert(polls).values(
            id=poll_id,
            meeting_id=meeting_id,
            author_id=by,
            question=tx.vault.seal("polls.question", poll_id, question[: rules.MAX_QUESTION]),
            voting=int(voting),
            barred=barred,
            made_ms=tx.now_ms,
        )
    )
    options = [
        {
            "poll_id": poll_id,
            "place": place,
            "label": tx.vault.seal("poll_options.label", f"{poll_id}:{place}", label[: rules.MAX_OPTION]),
            "answers": 0,
        }
        for place, label in enumerate(labels[: rules.MAX_OPTIONS])
    ]
    insert_many(tx, poll_options, options)
    insert_many(
        tx, polled, [{"poll_id": poll_id, "member_id": each, "answered": 0} for each in sorted(asked)]
    )
    audit.record(tx, "meeting.poll", f"meeting:{meeting_id}", member_id=by)
    _tell(tx, meeting, get(tx, poll_id), asked)
    return poll_id


def may_open(tx: Tx, meeting_id: int, by: int) -> Meeting:
    """The meeting, when a poll can begin in it now. Raises as `open_poll`."""
    meeting = service.led(tx, meeting_id, by)
    if tx.now < meeting.starts:
        raise Refused("not_begun")
    if open_in(tx, meeting_id) is not None:
        raise Refused("poll_open")
    return meeting


def answer(tx: Tx, poll_id: int, member_id: int, place: int) -> Poll:
    """Counts a member's answer, once. Nothing is kept of which it was.

    Raises Refused("not_polled" | "poll_closed" | "poll_answered").
    """
    # Until the commit no other process ends it: the result that is told holds every answer.
    tx.run(select(polls.c.id).where(polls.c.id == poll_id).with_for_update(read=True))
    poll = _known(tx, poll_id)
    mine = (polled.c.poll_id == poll_id, polled.c.member_id == member_id)
    done = tx.value(select(polled.c.answered).where(*mine)) if poll else None
    if poll is None or done is None or not 0 <= place < len(poll.options):
        raise Refused("not_polled")
    if done:
        raise Refused("poll_answered")
    if poll.closed is not None or not _goes_on(tx, poll.meeting_id):
        raise Refused("poll_closed")
    first = update(polled).where(*mine, polled.c.answered == 0).values(answered=1)
    if tx.run(first).rowcount == 0:  # from their other account, in another process
        raise Refused("poll_answered")
    # All options are written, so that not even the version of a row tells which of them was chosen last.
    more = case((poll_options.c.place == place, 1), else_=0)
    tx.run(
        update(poll_options)
        .where(poll_options.c.poll_id == poll_id)
        .values(answers=poll_options.c.answers + more)
    )
    return poll


def let_in(tx: Tx, meeting: Meeting, member_id: int) -> Poll | None:
    """The open poll that somebody who has just come in must hear of; None when there is none for them."""
    poll = open_in(tx, meeting.id)
    mine = queries.invitee(tx, meeting.id, member_id)
    if poll is None or mine is None or not rules.may_be_polled(mine, voting=poll.voting):
        return None
    done = tx.value(
        select(polled.c.answered).where(polled.c.poll_id == poll.id, polled.c.member_id == member_id)
    )
    if done is None:
        _ask(tx, poll.id, [member_id])
    return None if done else get(tx, poll.id)


def admit(tx: Tx, meeting_id: int, member_ids: Iterable[int]) -> None:
    """The secretary has marked them present: who was not asked yet is asked as well."""
    poll, meeting = open_in(tx, meeting_id), queries.get(tx, meeting_id)
    if poll is None or meeting is None:
        return
    rows = tx.rows(select(polled.c.member_id).where(polled.c.poll_id == poll.id))
    new = set(member_ids) - {row.member_id for row in rows}
    asked = [
        each.member_id
        for each in queries.invited(tx, meeting_id)
        if each.member_id in new and rules.may_be_polled(each, voting=poll.voting)
    ]
    if asked:
        _ask(tx, poll.id, asked)
        _tell(tx, meeting, get(tx, poll.id), asked)


def _ask(tx: Tx, poll_id: int, member_ids: Iterable[int]) -> None:
    """Whoever another process asks at this moment is asked once."""
    rows = [{"poll_id": poll_id, "member_id": each, "answered": 0} for each in member_ids]
    tx.run(upsert(tx.conn, polled).on_conflict_do_nothing(index_elements=["poll_id", "member_id"]), rows)


def end(tx: Tx, poll_id: int, by: int) -> Poll:
    """Ends a poll by hand; everybody who was asked is told the result. Raises Refused("no_right" | "poll_closed")."""
    tx.run(select(polls.c.id).where(polls.c.id == poll_id).with_for_update())  # ended once
    poll = _known(tx, poll_id)
    if poll is None:
        raise Refused("no_right")
    service.for_leader(tx, poll.meeting_id, by)
    if poll.closed is not None:
        raise Refused("poll_closed")
    audit.record(tx, "meeting.poll_end", f"meeting:{poll.meeting_id}", member_id=by)
    return _close(tx, poll, outbox.FLASH, but=by)


def end_with(tx: Tx, meeting_id: int) -> None:
    """The meeting has ended, and its poll with it."""
    if (poll := open_in(tx, meeting_id)) is not None:
        _close(tx, poll, outbox.FLASH)


def tick(tx: Tx) -> bool:
    """Ends what nobody ended: polls whose meeting is over. Returns whether something is to be sent."""
    over = or_(meetings.c.state != State.OPEN, meetings.c.starts_ms < to_ms(tx.now - rules.LATEST_CODE))
    rows = tx.rows(
        select(polls.c.id)
        .join(meetings, meetings.c.id == polls.c.meeting_id)
        .where(polls.c.closed_ms.is_(None), over)
        .with_for_update(of=polls, skip_locked=True)
    )
    for row in rows:
        _close(tx, get(tx, row.id), outbox.NORMAL)
    return bool(rows)


def _close(tx: Tx, poll: Poll, priority: int, but: int | None = None) -> Poll:
    tx.run(update(polls).where(polls.c.id == poll.id).values(closed_ms=tx.now_ms))
    meeting, ended = queries.get(tx, poll.meeting_id), get(tx, poll.id)
    assert meeting is not None
    listed = tx.rows(select(polled.c.member_id).where(polled.c.poll_id == poll.id))
    ids = [row.member_id for row in listed if row.member_id != but]
    service.send(tx, meeting, ids, partial(texts_polls.result, ended), priority)
    return ended


def _tell(tx: Tx, meeting: Meeting, poll: Poll, asked: Sequence[int]) -> None:
    # As urgent as what knows no quiet hours: they sit in the room and are asked now.
    service.send(tx, meeting, asked, partial(texts_polls.card, poll), outbox.FLASH)


def _goes_on(tx: Tx, meeting_id: int) -> bool:
    meeting = queries.get(tx, meeting_id)
    return (
        meeting is not None and meeting.state == State.OPEN and tx.now <= meeting.starts + rules.LATEST_CODE
    )


def open_in(tx: Tx, meeting_id: int) -> Poll | None:
    """The open poll of a meeting: one at a time."""
    mine = and_(polls.c.meeting_id == meeting_id, polls.c.closed_ms.is_(None))
    key = tx.value(select(polls.c.id).where(mine))
    return None if key is None else get(tx, key)


def asked_of(tx: Tx, member_id: int) -> list[tuple[Poll, bool]]:
    """The polls a member was asked in, and whether they answered."""
    rows = tx.rows(select(polled).where(polled.c.member_id == member_id).order_by(polled.c.poll_id))
    return [(get(tx, row.poll_id), bool(row.answered)) for row in rows]


def get(tx: Tx, poll_id: int) -> Poll:
    """A poll that is known to exist."""
    poll = _known(tx, poll_id)
    assert poll is not None
    return poll


def _known(tx: Tx, poll_id: int) -> Poll | None:
    row = tx.first(select(polls).where(polls.c.id == poll_id))
    if row is None:
        return None
    options = select(poll_options).where(poll_options.c.poll_id == poll_id).order_by(poll_options.c.place)
    done = tx.rows(select(polled.c.answered).where(polled.c.poll_id == poll_id))
    return Poll(
        id=row.id,
        meeting_id=row.meeting_id,
        question=tx.vault.open("polls.question", row.id, row.question),
        voting=bool(row.voting),
        options=tuple(
            (tx.vault.open("poll_options.label", f"{poll_id}:{each.place}", each.label), each.answers)
            for each in tx.rows(options)
        ),
        asked=len(done),
        answered=sum(each.answered for each in done),
        barred=row.barred,
        closed=from_ms(row.closed_ms) if row.closed_ms is not None else None,
    )
