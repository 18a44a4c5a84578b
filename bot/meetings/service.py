"""The verbs of meetings. Each checks rights and state itself: a payload is never trusted."""

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update

from bot.chat.errors import Refused
from bot.chat.replies import File, Say
from bot.clock import to_ms
from bot.delivery import due, outbox
from bot.delivery.outbox import Notice
from bot.i18n import speaking
from bot.meetings import knocking, plain, queries, rules, texts
from bot.meetings.models import Draft, Mark, Meeting, MeetingKind, Reason, Rsvp, State
from bot.organisation import audience
from bot.organisation import queries as people
from bot.organisation.models import Member, Purpose, Role, Standing, Verb
from bot.organisation.rules import is_member
from bot.organisation.ways import ways_to
from bot.store import audit, files
from bot.store.bulk import insert_many
from bot.store.ids import new_id
from bot.store.tables.meetings import invitees, meetings
from bot.store.tx import Tx

_LEADERS = (Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.COMMITTEE_MEMBER)
_CODE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Told:
    """What telling the invited came to."""

    reached: int
    obstacles: int
    """Members without a way to reach them."""


# --- calling


def whom(tx: Tx, unit_id: int, kind: MeetingKind) -> list[Member]:
    """Who is called now: every member of the unit and below; for a committee's meeting who holds a post in it."""
    if kind != MeetingKind.COMMITTEE:
        return audience.members_below(tx, unit_id, rules.MAX_INVITED + 1)
    holders = audience.post_holders(tx, unit_id, _LEADERS)
    return [found for each in holders if (found := people.member(tx, each)) is not None]


def call(tx: Tx, draft: Draft) -> int:
    """Calls a meeting: keeps it, with everybody who is called, and queues the invitations. Returns its id.

    Raises Refused("no_right" | "past" | "too_far" | "nobody" | "too_many").
    """
    if not people.may(tx, draft.author_id, Verb.HOLD_MEETING, draft.unit_id):
        raise Refused("no_right")
    _check_time(tx, draft.starts)
    called = whom(tx, draft.unit_id, draft.kind)
    if not called:
        raise Refused("nobody")
    if len(called) > rules.MAX_INVITED:
        raise Refused("too_many")
    meeting_id = new_id()
    if draft.file is not None:
        _register(tx, draft.file)
    meeting = queries.add(
        tx,
        draft.file,
        id=meeting_id,
        unit_id=draft.unit_id,
        kind=draft.kind.value,
        starts_ms=to_ms(draft.starts),
        place=draft.place[: rules.MAX_PLACE],
        agenda=draft.agenda[: rules.MAX_AGENDA],
        chair=tx.vault.seal("meetings.chair", meeting_id, draft.chair[: rules.MAX_CHAIR]),
        author_id=draft.author_id,
        file_ms=tx.now_ms if draft.file else None,
        follows=int(draft.follows),
        made_ms=tx.now_ms,
        stage=rules.stages_past(draft.starts, tx.now),
    )
    _invite(tx, meeting, called)
    audit.record(tx, "meeting.call", f"meeting:{meeting_id}", member_id=draft.author_id)
    return meeting_id


def _check_time(tx: Tx, starts: datetime) -> None:
    if starts <= tx.now:
        raise Refused("past")
    if starts > tx.now + rules.AHEAD:
        raise Refused("too_far")


def _register(tx: Tx, file: File) -> None:
    files.register(tx, file.file_id, file.name, file.media_type, file.size)


def _invite(tx: Tx, meeting: Meeting, called: list[Member]) -> None:
    obstacles = _queue(tx, meeting, [member.id for member in called], texts.card, outbox.URGENT)
    rows = [
        {
            "meeting_id": meeting.id,
            "member_id": member.id,
            "unit_id": member.branch_id,
            "standing": member.standing.value,
            "membership": member.membership.value,
            "obstacle": obstacles.get(member.id),
            "tries": 0,
        }
        for member in called
    ]
    insert_many(tx, invitees, rows)


def send(
    tx: Tx, meeting: Meeting, member_ids: Iterable[int], words: Callable[[Meeting], Say], priority: int
) -> Told:
    """Queues the same words for several members, each in their language; keeps to whom there is no way now."""
    ids = list(member_ids)
    obstacles = _queue(tx, meeting, ids, words, priority)
    for why in {None, *obstacles.values()}:
        _update(tx, meeting.id, [each for each in ids if obstacles.get(each) == why], obstacle=why)
    return Told(len(ids) - len(obstacles), len(obstacles))


def _queue(
    tx: Tx, meeting: Meeting, ids: list[int], words: Callable[[Meeting], Say], priority: int
) -> dict[int, str]:
    """The same; why there is no way to some of them."""
    contents: dict[str, int] = {}

    def content(language: str) -> int:
        if language not in contents:
            with speaking(language):
                contents[language] = outbox.content(tx, words(meeting))
        return contents[language]

    told: set[int] = set()
    if len(ids) >= plain.FEW:
        told = plain.queue(tx, meeting.id, ids, content("vi"), priority, tx.now_ms)
    others = [each for each in ids if each not in told]
    found = ways_to(tx, others, tx.now_ms, Purpose.DIRECTIVES)
    notices = [
        Notice(account.channel, account.chat_id, member_id, content(account.language))
        for member_id, (account, _obstacle, _window) in found.items()
        if account is not None
    ]
    outbox.post(tx, notices, kind=queries.NOTICE, kind_id=meeting.id, priority=priority, due_ms=tx.now_ms)
    if not told and contents.keys() - {account.language for account, *_rest in found.values() if account}:
        due.drop_content(tx, contents["vi"])
    obstacles = {
        member_id: obstacle for member_id, (account, obstacle, _) in found.items() if account is None
    }
    if words in knocking.WORDS:
        knocking.knock(tx, meeting, list(obstacles), words, priority)
    return obstacles


def refresh(tx: Tx, meeting: Meeting) -> None:
    """Looks again who is a member, and as what, until the roll is closed.

    The newly joined are invited until the meeting begins. Who belongs to the unit no longer, and is not marked
    present, counts as gone: they are counted where they are now.
    """
    if meeting.state != State.OPEN:
        return
    before = {each.member_id: each for each in queries.invited(tx, meeting.id)}
    now = {each.id: each for each in whom(tx, meeting.unit_id, meeting.kind)}
    for member_id, old in before.items():
        member = now.get(member_id) or people.member(tx, member_id)
        if member is None:
            continue
        moved = member_id not in now and is_member(member.standing) and old.mark != Mark.PRESENT
        standing = Standing.TRANSFERRED if moved else member.standing
        if (standing, member.membership) != (old.standing, old.membership):
            _update(tx, meeting.id, [member_id], standing=standing, membership=member.membership)
    joined = [member for member_id, member in now.items() if member_id not in before]
    if joined and tx.now < meeting.starts:
        _invite(tx, meeting, joined)


# --- changing


def change(
    tx: Tx, meeting_id: int, by: int, *, starts: datetime | None = None, place: str | None = None
) -> Told:
    """Another time or place: everybody is told. Another time takes back the answers, which were for the old one.

    Raises Refused("no_right" | "cancelled" | "closed" | "started" | "past" | "too_far").
    """
    meeting = led(tx, meeting_id, by)
    _before_start(tx, meeting)
    values: dict[str, Any] = {}
    if starts is not None:
        _check_time(tx, starts)
        values = {"starts_ms": to_ms(starts), "stage": rules.stages_past(starts, tx.now)}
        cleared = {"answer": None, "minutes_late": None, "reason": None, "words": None, "answered_ms": None}
        tx.run(
            update(invitees)
            .where(invitees.c.meeting_id == meeting_id)
            .values(**cleared, verdict=None, judged_by=None)
        )
    if place is not None:
        values["place"] = place[: rules.MAX_PLACE]
    _alter(tx, meeting, **values)
    audit.record(tx, "meeting.change", f"meeting:{meeting_id}", member_id=by)
    for kind in (queries.NOTICE, knocking.NOTICE):
        outbox.stop(tx, kind=kind, kind_id=meeting_id)
    ids = [each.member_id for each in queries.invited(tx, meeting_id)]
    return send(tx, _known(tx, meeting_id), ids, texts.changed, outbox.URGENT)


def cancel(tx: Tx, meeting_id: int, by: int) -> Told:
    """Calls a meeting off, and tells everybody. Raises Refused("no_right" | "cancelled" | "closed")."""
    meeting = led(tx, meeting_id, by)
    _alter(tx, meeting, state=State.CANCELLED)
    audit.record(tx, "meeting.cancel", f"meeting:{meeting_id}", member_id=by)
    for kind in (queries.NOTICE, knocking.NOTICE):
        outbox.stop(tx, kind=kind, kind_id=meeting_id)
    ids = [each.member_id for each in queries.invited(tx, meeting_id)]
    return send(tx, _known(tx, meeting_id), ids, texts.cancelled, outbox.URGENT)


def attach(tx: Tx, meeting_id: int, by: int, file: File) -> Told:
    """Sends the documents to everybody. Raises as `cancel`."""
    meeting = led(tx, meeting_id, by)
    _register(tx, file)
    values = {"file_id": file.file_id, "file_ms": tx.now_ms}
    tx.run(update(meetings).where(meetings.c.id == meeting.id).values(values))
    audit.record(tx, "meeting.documents", f"meeting:{meeting_id}", member_id=by)
    ids = [each.member_id for each in queries.invited(tx, meeting_id)]
    return send(tx, _known(tx, meeting_id), ids, texts.documents, outbox.NORMAL)


def _alter(tx: Tx, meeting: Meeting, **values: Any) -> None:
    tx.run(
        update(meetings)
        .where(meetings.c.id == meeting.id)
        .values(sequence=meeting.sequence + 1, changed_ms=tx.now_ms, **values)
    )


# --- answering


def answer(
    tx: Tx,
    meeting_id: int,
    member_id: int,
    said: Rsvp,
    *,
    minutes_late: int | None = None,
    reason: Reason | None = None,
    words: str = "",
) -> Meeting:
    """Keeps a member's answer; another one takes its place, until the meeting starts.

    Raises Refused("not_invited" | "cancelled" | "closed" | "started").
    """
    meeting = for_invited(tx, meeting_id, member_id, to_answer=True)
    _before_start(tx, meeting)
    sealed = (
        tx.vault.seal("invitees.words", f"{meeting_id}:{member_id}", words[: rules.MAX_WORDS])
        if words and said == Rsvp.ABSENT
        else None
    )
    _update(
        tx,
        meeting_id,
        [member_id],
        answer=said,
        minutes_late=minutes_late if said == Rsvp.LATE else None,
        reason=reason if said == Rsvp.ABSENT else None,
        words=sealed,
        answered_ms=tx.now_ms,
        verdict=None,
        judged_by=None,
    )
    audit.record(tx, "meeting.answer", f"meeting:{meeting_id}", member_id=member_id)
    return meeting


def may_answer(tx: Tx, meeting_id: int, member_id: int) -> None:
    """Raises as `answer` would."""
    _before_start(tx, for_invited(tx, meeting_id, member_id))


def judge_reason(tx: Tx, meeting_id: int, member_id: int, by: int, *, accept: bool) -> Meeting:
    """The secretary accepts or refuses a reason; a refused one is still no "vắng không lý do".

    Raises Refused("no_right" | "cancelled" | "no_reason").
    """
    meeting = led(tx, meeting_id, by, closed_too=True)
    row = queries.invitee(tx, meeting_id, member_id)
    if row is None or row.answer != Rsvp.ABSENT:
        raise Refused("no_reason")
    _update(tx, meeting_id, [member_id], verdict=int(accept), judged_by=by)
    audit.record(tx, "meeting.judge", f"meeting:{meeting_id}", member_id=by)
    return meeting


# --- the roll


def mark(tx: Tx, meeting_id: int, member_ids: Iterable[int], by: int, what: Mark | None) -> int:
    """The secretary marks members; None takes a mark back. Returns how many. Corrections stay possible.

    Raises Refused("no_right" | "cancelled" | "too_early" | "not_invited").
    """
    meeting = led(tx, meeting_id, by, closed_too=True)
    if tx.now < meeting.starts - rules.EARLIEST_ROLL:
        raise Refused("too_early")
    ids = set(member_ids)
    if not ids <= {each.member_id for each in queries.invited(tx, meeting_id)}:
        raise Refused("not_invited")
    if not ids:
        return 0
    _update(tx, meeting_id, ids, mark=what, marked_by=by, marked_ms=tx.now_ms)
    audit.record(tx, f"meeting.mark_{what or 'none'}", f"meeting:{meeting_id}", member_id=by)
    return len(ids)


def code_of(tx: Tx, meeting: Meeting, minutes_ago: int = 0) -> str:
    """The six digits shown in the room; others every minute."""
    minute = tx.now_ms // _CODE_MS - minutes_ago
    signed = tx.vault.hash("meetings.code", f"{meeting.id}:{minute}")
    return f"{int.from_bytes(signed[:8], 'big') % 1_000_000:06d}"


def check_in(tx: Tx, member_id: int, code: str) -> Meeting:
    """A member in the room types the code of this minute or the one before; of several meetings on, it says which.

    Raises Refused("no_meeting_now" | "too_many_tries" | "wrong_code").
    """
    on = queries.on_now(tx, member_id)
    if not on:
        raise Refused("no_meeting_now")
    mine = (invitees.c.meeting_id.in_([each.id for each in on]), invitees.c.member_id == member_id)
    counted = tx.rows(
        update(invitees)
        .where(*mine, invitees.c.tries < rules.MAX_TRIES)
        .values(tries=invitees.c.tries + 1)
        .returning(invitees.c.meeting_id)
    )
    on = [each for each in on if each.id in {row.meeting_id for row in counted}]
    if not on:
        raise Refused("too_many_tries")
    fits = (each for each in on if any(hmac.compare_digest(code_of(tx, each, ago), code) for ago in (0, 1)))
    if (meeting := next(fits, None)) is None:
        raise Refused("wrong_code")
    values = {"mark": Mark.PRESENT, "marked_by": member_id, "marked_ms": tx.now_ms, "tries": 0}
    _update(tx, meeting.id, [member_id], **values)
    audit.record(tx, "meeting.check_in", f"meeting:{meeting.id}", member_id=member_id)
    return meeting


def welcome(tx: Tx, meeting_id: int, by: int, guests: str) -> None:
    """More guests for the minutes; "" takes back those that were noted. Raises as `mark`."""
    meeting = led(tx, meeting_id, by, closed_too=True)
    if guests:
        guests = "; ".join(filter(None, dict.fromkeys([*meeting.guests.split("; "), guests])))
    sealed = tx.vault.seal("meetings.guests", meeting.id, guests) if guests else None
    tx.run(update(meetings).where(meetings.c.id == meeting.id).values(guests=sealed))


def close(tx: Tx, meeting_id: int, by: int) -> list[int]:
    """Closes the roll: standings stay as they are today. Returns who missed three meetings in a row.

    Raises Refused("no_right" | "cancelled" | "closed" | "too_early").
    """
    meeting = led(tx, meeting_id, by)
    if tx.now < meeting.starts:
        raise Refused("too_early")
    refresh(tx, meeting)
    tx.run(
        update(meetings)
        .where(meetings.c.id == meeting_id)
        .values(state=State.CLOSED, closed_ms=tx.now_ms, stage=len(rules.STAGES))
    )
    audit.record(tx, "meeting.close", f"meeting:{meeting_id}", member_id=by)
    found = count_of(tx, meeting)
    return often_absent(tx, meeting.unit_id, [*found.excused, *found.unexcused])


def often_absent(tx: Tx, unit_id: int, member_ids: Iterable[int]) -> list[int]:
    """Of these members, who missed the unit's newest closed meetings, `rules.IN_A_ROW` one after the other."""
    rows = queries.earlier_marks(tx, unit_id, member_ids, rules.IN_A_ROW)
    return [
        member_id
        for member_id, marks in rows.items()
        if rules.absent_in_a_row(rules.category(each) for each in marks if rules.must_attend(each))
        >= rules.IN_A_ROW
    ]


def count_of(tx: Tx, meeting: Meeting) -> rules.Count:
    """The figures of a meeting."""
    return rules.count(meeting.kind, queries.invited(tx, meeting.id))


# --- reminders


def tick(tx: Tx) -> bool:
    """Sends the reminders that are due. Returns whether something is to be sent."""
    told = False
    for meeting, done in queries.due(tx):
        past = rules.stages_past(meeting.starts, tx.now)
        tx.run(update(meetings).where(meetings.c.id == meeting.id).values(stage=past))
        refresh(tx, meeting)
        listed = queries.invited(tx, meeting.id)
        if past == len(rules.STAGES):
            wanted = [each for each in listed if each.answer != Rsvp.ABSENT]
        else:
            wanted = [each for each in listed if each.answer is None and rules.must_attend(each)]
        words = texts.last_reminder if past == len(rules.STAGES) else texts.reminder
        if wanted:
            send(tx, meeting, [each.member_id for each in wanted], words, outbox.REMINDER)
            told = True
        if done < 2 <= past and meeting.follows and meeting.file is None:
            send(tx, meeting, [meeting.author_id], texts.documents_missing, outbox.REMINDER)
            told = True
    return told


# --- who may


def leads(tx: Tx, meeting: Meeting, member_id: int) -> bool:
    """Whether a member may hold this meeting: sees who comes, marks, changes."""
    return people.may(tx, member_id, Verb.HOLD_MEETING, meeting.unit_id)


def may_read_reasons(tx: Tx, meeting: Meeting, member_id: int) -> bool:
    """Whether the words of a reason are for this member: who called the meeting, and the unit's own secretaries."""
    own = {
        post.organisation_id
        for post in people.appointments_of(tx, member_id)
        if post.role in (Role.SECRETARY, Role.DEPUTY_SECRETARY)
    }
    return leads(tx, meeting, member_id) and (meeting.unit_id in own or member_id == meeting.author_id)


def for_leader(tx: Tx, meeting_id: int, by: int) -> Meeting:
    """A meeting, for who may hold it. Raises Refused("no_right")."""
    return _for_leader(tx, queries.get(tx, meeting_id), by)


def _for_leader(tx: Tx, meeting: Meeting | None, by: int) -> Meeting:
    if meeting is None or not leads(tx, meeting, by):
        raise Refused("no_right")
    return meeting


def for_invited(tx: Tx, meeting_id: int, member_id: int, *, to_answer: bool = False) -> Meeting:
    """A meeting, for somebody who was called. Raises Refused("not_invited")."""
    meeting = (queries.to_answer if to_answer else queries.get)(tx, meeting_id)
    if meeting is None or queries.invitee(tx, meeting_id, member_id) is None:
        raise Refused("not_invited")
    return meeting


def _known(tx: Tx, meeting_id: int) -> Meeting:
    meeting = queries.get(tx, meeting_id)
    assert meeting is not None
    return meeting


def led(tx: Tx, meeting_id: int, by: int, *, closed_too: bool = False) -> Meeting:
    """A meeting that goes on, for who may hold it, to be changed: in another process, too, whoever changes it
    waits and sees what this one did. Raises Refused("no_right" | "cancelled" | "closed")."""
    meeting = _for_leader(tx, queries.to_change(tx, meeting_id), by)
    if meeting.state == State.CANCELLED:
        raise Refused("cancelled")
    if meeting.state == State.CLOSED and not closed_too:
        raise Refused("closed")
    return meeting


def _before_start(tx: Tx, meeting: Meeting) -> None:
    if meeting.state == State.CANCELLED:
        raise Refused("cancelled")
    if meeting.state == State.CLOSED:
        raise Refused("closed")
    if tx.now >= meeting.starts:
        raise Refused("started")


def _update(tx: Tx, meeting_id: int, member_ids: Iterable[int], **values: Any) -> None:
    for ids in people.slices(member_ids):
        tx.run(
            update(invitees)
            .where(invitees.c.meeting_id == meeting_id, invitees.c.member_id.in_(list(ids)))
            .values(**values)
        )
