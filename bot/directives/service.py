"""The verbs of directives. Each checks rights and state itself: a payload is never trusted."""

import itertools
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from bot.chat.errors import Refused
from bot.chat.replies import Say
from bot.clock import from_ms, to_ms
from bot.delivery import outbox, window
from bot.delivery.outbox import Notice
from bot.directives import forecasting, knocking, plain, queries, rules, texts, timers
from bot.directives.models import (
    Acknowledged,
    Audience,
    Directive,
    Draft,
    State,
    Urgency,
)
from bot.i18n import speaking
from bot.organisation import queries as people
from bot.organisation import rules as membership
from bot.organisation import ways as organisation_ways
from bot.organisation.models import Purpose, Verb
from bot.organisation.ways import Way
from bot.store import audit, files, links, signals
from bot.store.bulk import commit_unwaited, insert_many
from bot.store.hot import Hot
from bot.store.ids import new_id
from bot.store.tables.delivery import SENT
from bot.store.tables.directives import (
    check_results,
    checks,
    directives,
    questions,
    recipients,
    reminders,
)
from bot.store.tables.groups import live_directives
from bot.store.tx import Tx

_OLD, _LOOK = timedelta(seconds=5), timedelta(seconds=30)
"""From when on an acknowledgement was given before it came here; how long the cards then look again."""
SLICE = {"sqlite": 1_000, "postgresql": 8_000}
"""Recipients frozen in one commit, so that freezing never stops the front door (which SQLite's only writer is)."""


def create(tx: Tx, draft: Draft) -> int:
    """Keeps a draft. Raises Refused("no_right" | "number_taken" | "deadline_past")."""
    if not people.may(tx, draft.author_id, Verb.SEND_DIRECTIVE, draft.unit_id):
        raise Refused("no_right")
    issued = draft.issued_on.isoformat()
    if is_taken(tx, draft.number, draft.issued_on):
        raise Refused("number_taken")
    if draft.deadline is not None and draft.deadline <= max(tx.now, draft.send_at or tx.now):
        raise Refused("deadline_past")
    directive_id = new_id()
    if draft.file is not None:
        files.register(tx, draft.file.file_id, draft.file.name, draft.file.media_type, draft.file.size)
    tx.run(
        insert(directives).values(
            id=directive_id,
            number=draft.number,
            issued_on=issued,
            title=draft.title[: rules.MAX_TITLE],
            summary=draft.summary[: rules.MAX_SUMMARY],
            urgency=draft.urgency,
            deadline_ms=to_ms(draft.deadline) if draft.deadline else None,
            file_id=draft.file.file_id if draft.file else None,
            unit_id=draft.unit_id,
            author_id=draft.author_id,
            state=State.DRAFT,
            frozen_to=0,
            audience=json.dumps(asdict(draft.audience)),
            send_ms=to_ms(draft.send_at) if draft.send_at else None,
            made_ms=tx.now_ms,
            checks=len(draft.checks),
        )
    )
    for place, check in enumerate(draft.checks, 1):
        options = json.dumps(check.options, ensure_ascii=False)
        values = {"directive_id": directive_id, "place": place, "correct": check.correct}
        tx.run(insert(checks).values(**values, words=check.words, options=options))
    count_answers_from(tx, directive_id, 1, len(draft.checks))
    audit.record(tx, "directive.create", f"directive:{directive_id}", member_id=draft.author_id)
    return directive_id


def count_answers_from(tx: Tx, directive_id: int, version: int, count: int) -> None:
    """The answers to a directive's questions are counted from zero from this version on."""
    for place in range(1, count + 1):
        values = {"directive_id": directive_id, "version": version, "place": place}
        tx.run(insert(check_results).values(**values, answers=0, correct=0))


def is_taken(tx: Tx, number: str, issued_on: date) -> bool:
    """Whether there is a directive of this number and date: a number is unique only with its date."""
    same = (directives.c.number == number, directives.c.issued_on == issued_on.isoformat())
    return tx.first(select(directives.c.id).where(*same)) is not None


def _free(tx: Tx, number: str, issued_on: date) -> str:
    """A number that is not taken on this day: closed by a bracket, where needed with a count."""
    counted = (f"{number} {count})" for count in itertools.count(2))
    return next(
        each for each in itertools.chain([f"{number})"], counted) if not is_taken(tx, each, issued_on)
    )


def open_for_sending(tx: Tx, directive_id: int, by: int) -> None:
    """Starts freezing the audience. Raises Refused("not_draft" | "no_right" | "deadline_gone")."""
    directive = decided(tx, directive_id)
    if not people.may(tx, by, Verb.SEND_DIRECTIVE, directive.unit_id):
        raise Refused("no_right")
    if directive.state != State.DRAFT:
        raise Refused("not_draft")
    if directive.deadline is not None and directive.deadline <= tx.now:  # nobody is late at once
        raise Refused("deadline_gone")
    words = {f"content_{language}": each for language, each in in_words(tx, texts.card, directive).items()}
    tx.run(update(directives).where(directives.c.id == directive_id).values(state=State.FREEZING, **words))
    audit.record(tx, "directive.send", f"directive:{directive_id}", member_id=by)
    signals.tell(tx, signals.JOBS)


def in_words(tx: Tx, words: Callable[[Directive], Say], directive: Directive) -> dict[str, int]:
    """Keeps what is said of a directive in each language; the contents' ids."""
    made = {}
    for language in ("vi", "en"):
        with speaking(language):
            made[language] = outbox.content(tx, words(directive))
    return made


_FROZEN = (queries.NOTICE, *knocking.NOTICES)
"""What is queued while an audience is frozen, and let go when it is."""
_LET_GO = tuple({queries.NOTICE, queries.REMINDER, *knocking.NOTICES})
_inside: dict[int, set[int]] = {}
"""The units of the directives that this process is freezing: looked up once, and the same for every slice."""


def freeze_slice(tx: Tx, directive_id: int) -> bool:
    """Freezes a SLICE more of the recipients and queues their messages; the last slice opens the directive.

    After that it lets its messages go, by slices too. Returns whether there is more to do. Run again after a
    crash it goes on where it was.
    """
    row = tx.first(select(directives).where(directives.c.id == directive_id).with_for_update())
    if row is None or row.state != State.FREEZING:
        return _release_slice(tx, row)
    wanted = json.loads(row.audience)
    audience = Audience(tuple(wanted["units"]), wanted["kind"], tuple(wanted["without"]))
    if directive_id not in _inside:
        _inside[directive_id] = forecasting.units(tx, row.unit_id, audience)
    size = SLICE[tx.conn.dialect.name]
    found = people.members_of(tx, _inside[directive_id], after_id=row.frozen_to, limit=size)
    frozen_to = found[-1].id if found else row.frozen_to
    meant = [member for member in found if rules.belongs(member, audience)]
    priority = rules.PRIORITY[Urgency(row.urgency)]
    done = plain.freeze(
        tx, directive_id, [member.id for member in meant], row.content_vi, row.content_en, priority
    )
    others = [member for member in meant if member.id not in done]
    # A window that closes before the hour of sending may be opened again until then: the claim looks again.
    ways = ways_to(tx, [member.id for member in others], tx.now_ms) if others else {}
    frozen, notices, closed = [], [], []
    for member in others:
        account, obstacle, _window = ways[member.id]
        frozen.append(
            {
                "directive_id": directive_id,
                "member_id": member.id,
                "unit_id": member.branch_id,
                "duty": int(membership.must_acknowledge(member.standing)),
                "obstacle": None if account else obstacle,
            }
        )
        if account is not None:
            words = row.content_en if account.language == "en" else row.content_vi
            notices.append(Notice(account.channel, account.chat_id, member.id, words))
        elif obstacle == window.CLOSED:
            closed.append(member.id)
    insert_many(tx, recipients, frozen)
    # Nothing is sent before the whole audience is frozen: rows become due when the last slice opens it.
    outbox.post(
        tx, notices, kind=queries.NOTICE, kind_id=directive_id, priority=priority, due_ms=outbox.NOT_YET
    )
    if closed:
        knocking.knock(tx, queries.NOTICE, _known(tx, directive_id), closed, due_ms=outbox.NOT_YET)
    if len(found) == size:
        tx.run(update(directives).where(directives.c.id == directive_id).values(frozen_to=frozen_to))
        commit_unwaited(tx)
        return True
    _inside.pop(directive_id, None)
    tx.run(
        update(directives)
        .where(directives.c.id == directive_id)
        .values(state=State.OPEN, opened_ms=tx.now_ms, frozen_to=frozen_to)
    )
    timers.start(tx, directive_id)
    due_ms = max(tx.now_ms, row.send_ms or 0)
    return any([outbox.make_due(tx, due_ms, kind=kind, kind_id=directive_id) for kind in _FROZEN])


def _release_slice(tx: Tx, row: Any) -> bool:
    """What `make_due` has begun for a directive and its reminders, and not ended."""
    if row is None or row.state != State.OPEN:
        return False
    due_ms = max(tx.now_ms, row.send_ms or 0)
    return any([outbox.go_on_making_due(tx, due_ms, kind=kind, kind_id=row.id) for kind in _LET_GO])


def ways_to(tx: Tx, member_ids: Collection[int], at_ms: int) -> dict[int, Way]:
    """Where a directive, or a word about one, reaches these members."""
    return organisation_ways.ways_to(tx, member_ids, at_ms, Purpose.DIRECTIVES)


def _known(tx: Tx, directive_id: int) -> Directive:
    directive = queries.get(tx, directive_id)
    if directive is None:
        raise Refused("not_recipient")  # told no more than somebody who is not a recipient
    return directive


def decided(tx: Tx, directive_id: int) -> Directive:
    """A directive whose state is about to be changed: no other process changes it before the commit."""
    tx.run(select(directives.c.id).where(directives.c.id == directive_id).with_for_update())
    return _known(tx, directive_id)


_OF_MEMBER = (
    recipients.c.directive_id == bindparam("directive"),
    recipients.c.member_id == bindparam("member"),
)
# Locked: a member's other account may be acknowledging in another process at this moment.
_MINE = Hot(
    select(recipients.c.duty, recipients.c.acknowledged_ms, recipients.c.answered)
    .where(*_OF_MEMBER)
    .with_for_update()
)
_ACKNOWLEDGE = Hot(
    update(recipients)
    .where(*_OF_MEMBER)
    .values(
        acknowledged_ms=bindparam("at"),
        acknowledged_channel=bindparam("by"),
        acknowledged_version=bindparam("version"),
    )
)


def for_recipient(tx: Tx, directive_id: int, member_id: int) -> Directive:
    """An open directive, if it was frozen for this member. Raises Refused("not_recipient" | "recalled")."""
    return standing(tx, directive_id, member_id)[0]


def standing(tx: Tx, directive_id: int, member_id: int) -> tuple[Directive, Any]:
    """With how it stands for this member: `duty`, `acknowledged_ms`, `answered`."""
    # Locked before the directive is read, so that no correction comes between.
    mine = _MINE.first(tx, directive=directive_id, member=member_id)
    directive = _known(tx, directive_id)
    if mine is None or directive.state not in (State.OPEN, State.RECALLED):
        raise Refused("not_recipient")
    if directive.state == State.RECALLED:
        raise Refused("recalled")
    if directive.send_at is not None and directive.send_at > tx.now:
        raise Refused("not_recipient")
    return directive, mine


def acknowledge(
    tx: Tx,
    directive_id: int,
    member_id: int,
    channel: str,
    version: int | None = None,
    at: datetime | None = None,
) -> Acknowledged:
    """Records that a member read a directive; again changes nothing. `version`: which one (that in force).

    `at`: when they said so, where that was before now: who answers in time is in time, however long we took.

    Raises Refused("not_recipient" | "recalled" | "corrected" | "unanswered"): a version that no longer
    counts is not acknowledged, nor is one whose questions wait for an answer.
    """
    directive, row = standing(tx, directive_id, member_id)
    if row.acknowledged_ms is not None:
        at = from_ms(row.acknowledged_ms)
        return Acknowledged(directive, at, False, bool(row.duty), rules.is_late(at, directive.deadline))
    read = directive.version if version is None else min(version, directive.version)
    if read < directive.counts_from:
        raise Refused("corrected")
    if row.duty and row.answered < directive.checks:
        raise Refused("unanswered")
    at = min(at or tx.now, tx.now)
    _ACKNOWLEDGE.run(tx, directive=directive_id, member=member_id, at=to_ms(at), by=channel, version=read)
    if tx.now - at > _OLD:  # the cards look for acknowledgements of the last seconds
        mine = live_directives.c.directive_id == directive_id
        tx.run(update(live_directives).where(mine).values(watch_until_ms=to_ms(tx.now + _LOOK)))
    audit.record(tx, "directive.acknowledge", f"directive:{directive_id}", member_id=member_id)
    return Acknowledged(directive, at, True, bool(row.duty), rules.is_late(at, directive.deadline))


def undo(tx: Tx, directive_id: int, member_id: int) -> Directive:
    """Takes an acknowledgement back, as if it had never been, within ten minutes.

    Raises Refused("not_recipient" | "not_acknowledged" | "undo_too_late").
    """
    directive = for_recipient(tx, directive_id, member_id)
    mine = (recipients.c.directive_id == directive_id, recipients.c.member_id == member_id)
    at = tx.value(select(recipients.c.acknowledged_ms).where(*mine))
    if at is None:
        raise Refused("not_acknowledged")
    if not rules.may_undo(from_ms(at), tx.now):
        raise Refused("undo_too_late")
    tx.run(update(recipients).where(*mine).values(acknowledged_ms=None, acknowledged_channel=None))
    audit.record(tx, "directive.undo", f"directive:{directive_id}", member_id=member_id)
    return directive


def ask(tx: Tx, directive_id: int, member_id: int, words: str) -> Directive:
    """Keeps a member's question about a directive, sealed, for its author.

    Raises Refused("not_recipient").
    """
    directive = for_recipient(tx, directive_id, member_id)
    question_id = new_id()
    tx.run(
        insert(questions).values(
            id=question_id,
            directive_id=directive_id,
            member_id=member_id,
            words=tx.vault.seal("questions.words", question_id, words[:1000]),
            asked_ms=tx.now_ms,
        )
    )
    return directive


def freezing(tx: Tx) -> list[int]:
    """Directives whose audience is not wholly frozen yet, or whose messages are not all let go."""
    frozen = [row.id for row in tx.rows(select(directives.c.id).where(directives.c.state == State.FREEZING))]
    return frozen + [directive_id for kind in _LET_GO for directive_id in outbox.releasing(tx, kind)]


def judge(tx: Tx, directive_id: int, by: int, *, approve: bool) -> Directive:
    """A second person approves a draft, which starts its sending, or drops it.

    Raises Refused("no_right" | "not_draft"): nobody judges their own, nor what a level above wrote.
    """
    directive = decided(tx, directive_id)
    if by == directive.author_id or not may_decide(tx, directive_id, by):
        raise Refused("no_right")
    if directive.state != State.DRAFT:
        raise Refused("not_draft")
    if approve:
        open_for_sending(tx, directive_id, by)
    else:
        # Its number and date are facts of the paper, which may come again: the draft gives the number back.
        number = _free(tx, f"{directive.number[:40]} (không duyệt", directive.issued_on)
        dropped = {"state": State.DROPPED, "number": number}
        tx.run(update(directives).where(directives.c.id == directive_id).values(dropped))
        audit.record(tx, "directive.drop", f"directive:{directive_id}", member_id=by)
    return directive


def silent(tx: Tx, directive: Directive, unit_ids: Iterable[int]) -> list[queries.Recipient]:
    """Who must acknowledge, received it, and has not."""
    return [each for each in queries.recipients_of(tx, directive.id, unit_ids) if _is_silent(each)]


def _is_silent(recipient: queries.Recipient) -> bool:
    open_ = recipient.acknowledged_ms is None and recipient.by_hand is None
    return recipient.duty and open_ and recipient.sending == SENT


def remind(tx: Tx, directive_id: int, by: int) -> int:
    """Reminds the silent in the units where `by` may, now. Returns how many.

    Raises Refused("no_right" | "recalled" | "too_soon" | "nobody_silent").
    """
    directive = decided(tx, directive_id)
    received = queries.recipients_of(tx, directive_id, people.scope(tx, by, Verb.REMIND))
    if not received:  # neither the units nor how the directive stands there is theirs to know
        raise Refused("no_right")
    if directive.state != State.OPEN:
        raise Refused("recalled")
    since = tx.now_ms - int(rules.REMIND_EVERY.total_seconds() * 1000)
    recent = (reminders.c.directive_id == directive_id, reminders.c.by_id == by, reminders.c.at_ms > since)
    if tx.first(select(reminders.c.id).where(*recent)) is not None:
        raise Refused("too_soon")
    found = [each for each in received if _is_silent(each)]
    ways = ways_to(tx, [each.member_id for each in found], tx.now_ms)
    words = in_words(tx, lambda each: texts.reminder(each, tx.now), directive)
    notices = []
    for each in found:
        account = ways[each.member_id][0]
        if account is not None:
            notices.append(Notice(account.channel, account.chat_id, each.member_id, words[account.language]))
    if not notices:
        raise Refused("nobody_silent")
    outbox.post(
        tx,
        notices,
        kind=queries.REMINDER,
        kind_id=directive_id,
        priority=rules.reminder_priority(directive.urgency),
        due_ms=tx.now_ms,
    )
    tx.run(
        insert(reminders).values(
            id=new_id(), directive_id=directive_id, by_id=by, sent=len(notices), at_ms=tx.now_ms
        )
    )
    mark_reminded(tx, ((directive_id, each.recipient_id) for each in notices))
    audit.record(tx, "directive.remind", f"directive:{directive_id}", member_id=by)
    return len(notices)


def mark_reminded(tx: Tx, reminded: Iterable[tuple[int, int]]) -> None:
    """Notes that a reminder was due now: (directive, member)."""
    rows = [{"directive": directive_id, "member": member_id} for directive_id, member_id in reminded]
    if rows:
        tx.run(update(recipients).where(*_OF_MEMBER).values(reminded_ms=tx.now_ms), rows)


def may_decide(tx: Tx, directive_id: int, by: int) -> bool:
    """Whether somebody may decide about this directive: its author, or who may send at the level it came from.

    Who may only send to the units that received it may not: nobody takes back what a level above sent. When
    the author's post of that time is not known any more, the highest level decides.
    """
    row = tx.first(
        select(directives.c.unit_id, directives.c.author_id, directives.c.made_ms).where(
            directives.c.id == directive_id
        )
    )
    if row is None or not people.may(tx, by, Verb.SEND_DIRECTIVE, row.unit_id):
        return False
    if by == row.author_id:
        return True
    path = people.ancestors(tx, row.unit_id)
    sent_as = [
        post.organisation_id
        for post in people.appointments_of(tx, row.author_id, row.made_ms)
        if post.role in membership.RIGHTS[Verb.SEND_DIRECTIVE] and post.organisation_id in path
    ]
    return people.may(tx, by, Verb.SEND_DIRECTIVE, max(sent_as, key=path.index, default=path[-1]))


def recall(tx: Tx, directive_id: int, by: int) -> tuple[Directive, int]:
    """Takes a directive back: what waits stops, what came disappears where it can, who received it is told.

    Returns the directive and how many are told. Raises Refused("no_right" | "recalled").
    """
    directive = decided(tx, directive_id)
    if not may_decide(tx, directive_id, by):
        raise Refused("no_right")
    if directive.state not in (State.OPEN, State.FREEZING):
        raise Refused("recalled")
    tx.run(update(directives).where(directives.c.id == directive_id).values(state=State.RECALLED))
    reached = outbox.stop(tx, kind=queries.NOTICE, kind_id=directive_id)
    for kind in (queries.REMINDER, *knocking.NOTICES):
        outbox.stop(tx, kind=kind, kind_id=directive_id)
    timers.stop(tx, directive_id)
    queries.mark_paused(tx, directive_id, on=False)
    reached = list(dict.fromkeys(reached + queries.carried(tx, directive_id)))
    if directive.file is not None:
        links.revoke(tx, directive.file.file_id)
    words = outbox.content(tx, texts.recalled(directive))
    sent = outbox.sent_messages(tx, (queries.NOTICE, queries.REMINDER), directive_id)
    notices = [
        Notice(channel, chat_id, member_id, words, instead_of=sent.get((channel, chat_id)))
        for channel, chat_id, member_id in reached
    ]
    outbox.post(tx, notices, kind="recall", kind_id=directive_id, priority=outbox.URGENT, due_ms=tx.now_ms)
    audit.record(tx, "directive.recall", f"directive:{directive_id}", member_id=by)
    return directive, len(notices)
