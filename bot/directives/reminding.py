"""Reminders to those who have not acknowledged: step by step, and before a member's window closes.

What is due is found by query; the bell only rings. Everything that is due is done in slices, each in one
commit with the note of who was reminded, so a crash neither forgets nor repeats anybody, and a bot that was
down does what it has missed once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import and_, func, select

from bot.clock import from_ms, to_ms
from bot.delivery import outbox, window
from bot.delivery.outbox import Notice, Pending
from bot.delivery.quiet import Quiet
from bot.directives import catching_up, chain, knocking, queries, rules, service, texts, timers
from bot.directives.models import Directive, State, Urgency
from bot.directives.queries import Waiting
from bot.directives.timers import REMIND
from bot.i18n import speaking
from bot.organisation import queries as people
from bot.organisation.models import Account
from bot.store import progress
from bot.store.tables.directives import directives, recipients
from bot.store.tx import Tx

SLICE = 500
"""Members in one commit."""
TOGETHER = timedelta(hours=3)
"""What is due within this time comes in the same message."""
LAST_LEAD = timedelta(hours=12)
"""So long before a window closes comes the last reminder into it."""
_NOT_AGAIN = timedelta(hours=24)
"""Who was reminded so shortly before the window closes needs no last reminder."""
_FAR = timedelta(days=365)
_EVENING = timedelta(minutes=30)
_WINDOWS = "windows"
_OF_DIRECTIVE = (queries.NOTICE, queries.REMINDER)


def tick(tx: Tx, quiet: Quiet) -> bool:
    """Reminds the next slice of those who are due. Returns whether there may be more to do at once."""
    still = quiet.holds(tx.now)
    due = [each for each in timers.to_do(tx, REMIND) if not still or each.directive.urgency == Urgency.FLASH]
    if not due:
        return False
    timer = due[0]
    soon = {each.directive.id: each.due_ms for each in timers.due(tx, REMIND, to_ms(tx.now + TOGETHER))}
    members = _silent(tx, timer)
    if members:
        _remind(tx, members, soon)
        timers.go_on(tx, REMIND, timer, members[-1])
    if len(members) < SLICE:
        timers.done(tx, REMIND, timer)
    return True


def _silent(tx: Tx, timer: timers.Timer) -> list[int]:
    """The next members who must acknowledge, have not, and were not reminded just before."""
    since = timer.due_ms - int(chain.GAPS[timer.directive.urgency].total_seconds() * 1000)
    rows = tx.rows(
        select(recipients.c.member_id)
        .where(
            recipients.c.directive_id == timer.directive.id,
            recipients.c.member_id > timer.after_id,
            recipients.c.duty == 1,
            recipients.c.acknowledged_ms.is_(None),
            func.coalesce(recipients.c.reminded_ms, 0) < since,
            ~queries.RECORDED,
        )
        .order_by(recipients.c.member_id)
        .limit(SLICE)
    )
    return [row.member_id for row in rows]


def _remind(tx: Tx, members: list[int], due: dict[int, int]) -> None:
    post = _Post(tx)
    ways = service.ways_to(tx, members, tx.now_ms)
    paused = queries.paused(tx)
    for member_id, waiting in queries.waiting_of(tx, members).items():
        present = [each for each in waiting if each.directive.sent_at and each.directive.sent_at <= tx.now]
        wanted = [each for each in present if each.directive.id in due and _is_due(each, due)]
        _remind_one(post, ways[member_id][0], member_id, wanted, present, paused)
    post.send()


def _remind_one(
    post: "_Post",
    account: Account | None,
    member_id: int,
    wanted: list[Waiting],
    present: list[Waiting],
    paused: set[int],
) -> None:
    """Of what is kept back nobody is reminded, nor does a list bring it."""
    wanted = [each for each in wanted if each.directive.id not in paused]
    if any(each.missed and each.directive.id in paused for each in present):
        for each in wanted:
            post.remind(account, member_id, [each], [each])
    elif wanted:
        post.remind(account, member_id, wanted, present)


def _is_due(waiting: Waiting, due: dict[int, int]) -> bool:
    gap_ms = int(chain.GAPS[waiting.directive.urgency].total_seconds() * 1000)
    return waiting.duty and waiting.reminded_ms < due[waiting.directive.id] - gap_ms


def before_windows_close(tx: Tx, quiet: Quiet, lead: timedelta = LAST_LEAD) -> bool:
    """The last reminder into windows that close soon; those that would be due in quiet hours come before them.

    Windows are taken in the order in which they close, each once. Returns whether there may be more.
    """
    if quiet.holds(tx.now):
        return False
    bound = tx.now + lead
    if quiet.begins_within(tx.now, _EVENING):
        bound = quiet.ends_after(tx.now) + lead
    after_ms = max(progress.read(tx, _WINDOWS) or 0, tx.now_ms)
    closing = window.closing(tx, after_ms, to_ms(bound), SLICE)
    if not closing:
        return False
    progress.write(tx, _WINDOWS, max(closing.values()))
    until = {member_id: closing[place] for place, member_id in people.members_at(tx, closing).items()}
    members = list(until)
    post = _Post(tx, until)
    ways = service.ways_to(tx, members, tx.now_ms)
    coming = {each.directive.id: each.due_ms for each in timers.due(tx, REMIND, to_ms(bound))}
    paused = queries.paused(tx)
    for member_id, waiting in queries.waiting_of(tx, members).items():
        account = ways[member_id][0]
        if account is None:
            continue
        present = [each for each in waiting if each.directive.sent_at and each.directive.sent_at <= tx.now]
        wanted = [each for each in present if _needs_last(tx, each, until[member_id], coming)]
        _remind_one(post, account, member_id, wanted, present, paused)
    post.send()
    return True


def _needs_last(tx: Tx, waiting: Waiting, until_ms: int, coming: dict[int, int]) -> bool:
    directive = waiting.directive
    recent = until_ms - int(_NOT_AGAIN.total_seconds() * 1000)
    sent = directive.sent_at
    return (
        waiting.duty
        and waiting.reminded_ms < recent
        and sent is not None
        and sent < tx.now - chain.GAPS[directive.urgency]
        and not tx.now_ms <= coming.get(directive.id, 0) < until_ms
    )


@dataclass
class _Post:
    """Collects the messages of a slice: one a member, the same words once for all who get them."""

    tx: Tx
    until: dict[int, int] = field(default_factory=dict)
    """By member, when their window closes, if that is why they are reminded."""
    singles: dict[tuple[int, str, int], list[tuple[Account, Waiting]]] = field(default_factory=dict)
    reminded: list[tuple[int, int]] = field(default_factory=list)
    unreached: dict[int, tuple[Directive, list[int]]] = field(default_factory=dict)
    """By directive, whom no message reaches: where there is a template for it, that one tells them."""

    def remind(
        self, account: Account | None, member_id: int, wanted: list[Waiting], present: list[Waiting]
    ) -> None:
        """Several that are due come as the list of everything that waits."""
        several = len(wanted) > 1
        parts = catching_up.lists(present, wanted) if several else [wanted]
        self.reminded += [(each.directive.id, member_id) for part in parts for each in part]
        if account is None:
            first = min(wanted, key=lambda each: to_ms(each.directive.deadline or self.tx.now + _FAR))
            self.unreached.setdefault(first.directive.id, (first.directive, []))[1].append(member_id)
            return
        until_ms = self.until.get(member_id, 0)
        if not several:
            key = (wanted[0].directive.id, account.language, until_ms)
            self.singles.setdefault(key, []).append((account, wanted[0]))
            return
        flash = any(each.directive.urgency == Urgency.FLASH for each in wanted)
        for listed in parts:
            with speaking(account.language):
                heading = texts.reminder_of(len(listed))
                note = texts.window_note(from_ms(until_ms)) if until_ms else ""
            row = catching_up.together(
                self.tx, account, listed, outbox.FLASH if flash else outbox.REMINDER, heading, note
            )
            catching_up.mark_carried(self.tx, account, [each for each in listed if each.missed], row)

    def send(self) -> None:
        """Posts what was collected."""
        for (_id, language, until_ms), group in self.singles.items():
            directive = group[0][1].directive
            with speaking(language):
                note = texts.window_note(from_ms(until_ms)) if until_ms else ""
                words = outbox.content(self.tx, texts.reminder(directive, self.tx.now, note))
            notices = [
                Notice(account.channel, account.chat_id, account.member_id, words) for account, _each in group
            ]
            rows = outbox.post(
                self.tx,
                notices,
                kind=queries.REMINDER,
                kind_id=directive.id,
                priority=rules.reminder_priority(directive.urgency),
                due_ms=self.tx.now_ms,
            )
            for (account, each), row in zip(group, rows, strict=True):
                if each.missed:
                    catching_up.mark_carried(self.tx, account, [each], row)
        for directive, members in self.unreached.values():
            knocking.knock(self.tx, queries.REMINDER, directive, members)
        service.mark_reminded(self.tx, self.reminded)


def unwanted(tx: Tx, rows: Iterable[Pending]) -> set[int]:
    """Of what is about to be sent: what of a directive was taken back, whenever it was queued, and reminders and
    templates whose people have acknowledged meanwhile."""
    rows = list(rows)
    gone = _taken_back(tx, {row.notice_id for row in rows if row.notice in _OF_DIRECTIVE})
    found = {row.id for row in rows if row.notice in _OF_DIRECTIVE and row.notice_id in gone}
    lists: dict[int, int] = {}
    for row in rows:
        if row.notice in (queries.REMINDER, *knocking.NOTICES) and not _waits(
            tx, row.notice_id, row.recipient_id
        ):
            found.add(row.id)
        elif row.notice == queries.SEVERAL:
            lists[row.id] = row.recipient_id
    waiting = queries.waiting_of(tx, set(lists.values())) if lists else {}
    return found | {row_id for row_id, member_id in lists.items() if member_id not in waiting}


def _taken_back(tx: Tx, directive_ids: set[int]) -> set[int]:
    taken = (directives.c.id.in_(directive_ids), directives.c.state == State.RECALLED)
    rows = tx.rows(select(directives.c.id).where(*taken)) if directive_ids else ()
    return {row.id for row in rows}


def _waits(tx: Tx, directive_id: int, member_id: int) -> bool:
    mine = and_(recipients.c.directive_id == directive_id, recipients.c.member_id == member_id)
    waits = (recipients.c.acknowledged_ms.is_(None), ~queries.RECORDED)
    return tx.first(select(recipients.c.duty).where(mine, *waits)) is not None
