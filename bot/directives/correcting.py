"""Correcting a directive that was sent: its versions, who is asked anew, how the new one reaches people.

What is not sent yet goes out with the new words alone. Who got the old ones gets the new as a message of its
own; where the platform can, the old one disappears. An edit in its place would ring no phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Row, and_, insert, literal, select, update
from sqlalchemy import delete as delete_rows

from bot.chat.errors import Refused
from bot.chat.replies import Say
from bot.clock import from_ms, to_ms
from bot.delivery import outbox, rewording
from bot.delivery.outbox import Notice
from bot.directives import (
    catching_up,
    knocking,
    live_cards,
    queries,
    rules,
    service,
    texts,
    texts_corrections,
    timers,
)
from bot.directives.models import Changes, Directive, State
from bot.directives.timers import CORRECT
from bot.store import audit, files, links
from bot.store.ids import new_id
from bot.store.tables.delivery import SENDING, SENT
from bot.store.tables.delivery import outbox as outbox_table
from bot.store.tables.directives import (
    corrections,
    directives,
    former_acknowledgements,
    hand_records,
    recipients,
)
from bot.store.tx import Tx

SLICE = 500
"""Recipients in one commit."""
WAITING, DONE, DROPPED = "waiting", "done", "dropped"
"""States of a correction."""
_OVERLAP_MS = 2_000
"""Of several processes one may still be taking old words while another corrects them."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a directive said, from a moment on."""

    version: int
    title: str
    summary: str
    deadline: datetime | None
    anew: bool
    by_id: int
    decided_by: int | None
    since: datetime


def propose(tx: Tx, directive_id: int, by: int, changes: Changes) -> int:
    """Keeps a correction, which `apply` or a second person's `judge` brings into force. Returns its id.

    Raises Refused("no_right" | "recalled" | "not_open" | "deadline_past" | "nothing_changed").
    """
    directive = _open(tx, directive_id, by)
    _check_deadline(tx, directive, changes)
    said = (directive.title, directive.summary, directive.deadline, directive.file)
    if said == (changes.title, changes.summary, changes.deadline, changes.file):
        raise Refused("nothing_changed")
    if changes.file is not None:
        files.register(
            tx, changes.file.file_id, changes.file.name, changes.file.media_type, changes.file.size
        )
    audit.record(tx, "directive.propose", f"directive:{directive_id}", member_id=by)
    return _keep(tx, directive, changes, version=directive.version + 1, by=by, state=WAITING)


def apply(tx: Tx, correction_id: int, by: int) -> tuple[Directive, int]:
    """Brings a correction into force. Returns the directive, and how many had acknowledged what it corrects.

    Raises Refused("no_right" | "recalled" | "not_open" | "deadline_past" | "correction_decided").
    """
    row = _row(tx, correction_id)
    old = _open(tx, row.directive_id, by)
    if row.state != WAITING or row.version != old.version + 1:
        raise Refused("correction_decided")
    changes = _changes(tx, row)
    _check_deadline(tx, old, changes)
    if old.version == 1:
        first = Changes(old.title, old.summary, old.deadline, old.file, anew=False)
        _keep(tx, old, first, version=1, by=old.author_id, state=DONE)
    new = after(old, changes)
    words = service.in_words(tx, texts.card, new)
    values = {
        "title": new.title,
        "summary": new.summary,
        "deadline_ms": to_ms(new.deadline) if new.deadline else None,
        "file_id": new.file.file_id if new.file else None,
        "version": new.version,
        "content_vi": words["vi"],
        "content_en": words["en"],
    }
    if changes.anew:
        values |= {"counts_from": new.version, "counts_ms": tx.now_ms}
    tx.run(update(directives).where(directives.c.id == old.id).values(values))
    decided = {"state": DONE, "done_ms": tx.now_ms, "decided_by": None if by == row.by_id else by}
    tx.run(update(corrections).where(corrections.c.id == correction_id).values(decided))
    acknowledged = _acknowledged(tx, old.id)
    if changes.anew:
        _ask_anew(tx, new)
    _reword(tx, old, new)
    if old.file is not None and old.file != new.file:
        links.revoke(tx, old.file.file_id)
    timers.correct(tx, new)
    live_cards.corrected(tx, new)
    audit.record(tx, "directive.correct", f"directive:{old.id}", member_id=by)
    return new, acknowledged


def judge(tx: Tx, correction_id: int, by: int, *, approve: bool) -> tuple[Directive, int]:
    """A second person brings a correction into force, or drops it. Returns the directive and who asked.

    Raises as `apply`; nobody judges their own.
    """
    row = _row(tx, correction_id)
    if by == row.by_id:
        raise Refused("no_right")
    if approve:
        return apply(tx, correction_id, by)[0], row.by_id
    directive = _open(tx, row.directive_id, by)
    if row.state != WAITING:
        raise Refused("correction_decided")
    dropped = {"state": DROPPED, "done_ms": tx.now_ms, "decided_by": by}
    tx.run(update(corrections).where(corrections.c.id == correction_id).values(dropped))
    audit.record(tx, "directive.drop_correction", f"directive:{directive.id}", member_id=by)
    return directive, row.by_id


def proposed(tx: Tx, correction_id: int) -> Directive:
    """The directive as a correction would have it. Raises Refused("no_right")."""
    row = _row(tx, correction_id)
    directive = queries.get(tx, row.directive_id)
    assert directive is not None
    return after(directive, _changes(tx, row))


def versions(tx: Tx, directive_id: int) -> list[Version]:
    """What a directive said, the oldest first; empty when it was never corrected."""
    mine = (corrections.c.directive_id == directive_id, corrections.c.state == DONE)
    return [
        Version(
            row.version,
            tx.vault.open("corrections.title", row.id, row.title),
            tx.vault.open("corrections.summary", row.id, row.summary),
            from_ms(row.deadline_ms) if row.deadline_ms is not None else None,
            bool(row.anew),
            row.by_id,
            row.decided_by,
            from_ms(row.done_ms),
        )
        for row in tx.rows(select(corrections).where(*mine).order_by(corrections.c.version))
    ]


def tick(tx: Tx) -> bool:
    """Sends corrections to the next of those who got old words. Returns whether there may be more to do."""
    due = timers.due(tx, CORRECT, tx.now_ms)
    if not due:
        return False
    timer = due[0]
    members = _next(tx, timer)
    _send(tx, timer.directive, _outdated(tx, timer.directive, members))
    if len(members) < SLICE:
        timers.done(tx, CORRECT, timer)
    else:
        timers.go_on(tx, CORRECT, timer, members[-1])
    return True


def after(directive: Directive, changes: Changes) -> Directive:
    """The directive's next version."""
    version = directive.version + 1
    return replace(
        directive,
        title=changes.title,
        summary=changes.summary,
        deadline=changes.deadline,
        file=changes.file,
        version=version,
        counts_from=version if changes.anew else directive.counts_from,
    )


def _open(tx: Tx, directive_id: int, by: int) -> Directive:
    if not service.may_decide(tx, directive_id, by):
        raise Refused("no_right")
    directive = service.decided(tx, directive_id)
    if directive.state != State.OPEN:
        raise Refused("recalled" if directive.state == State.RECALLED else "not_open")
    return directive


def _check_deadline(tx: Tx, directive: Directive, changes: Changes) -> None:
    """A new deadline lies ahead, and so does one by which people are asked anew: nobody is late at once."""
    moved = changes.deadline != directive.deadline
    if changes.deadline is not None and changes.deadline <= tx.now and (moved or changes.anew):
        raise Refused("deadline_past")


def _row(tx: Tx, correction_id: int) -> Row[tuple[object, ...]]:
    row = tx.first(select(corrections).where(corrections.c.id == correction_id).with_for_update())
    if row is None:
        raise Refused("no_right")
    return row


def _changes(tx: Tx, row: Row[tuple[object, ...]]) -> Changes:
    return Changes(
        tx.vault.open("corrections.title", row.id, row.title),
        tx.vault.open("corrections.summary", row.id, row.summary),
        from_ms(row.deadline_ms) if row.deadline_ms is not None else None,
        queries.file(tx, row.file_id),
        bool(row.anew),
    )


def _keep(tx: Tx, directive: Directive, said: Changes, *, version: int, by: int, state: str) -> int:
    key = new_id()
    tx.run(
        insert(corrections).values(
            id=key,
            directive_id=directive.id,
            version=version,
            state=state,
            title=tx.vault.seal("corrections.title", key, said.title),
            summary=tx.vault.seal("corrections.summary", key, said.summary),
            file_id=said.file.file_id if said.file else None,
            anew=int(said.anew),
            by_id=by,
            deadline_ms=to_ms(said.deadline) if said.deadline else None,
            made_ms=tx.now_ms,
            done_ms=to_ms(directive.opened_at) if state == DONE and directive.opened_at else None,
        )
    )
    return key


def _acknowledged(tx: Tx, directive_id: int) -> int:
    return queries.totals(tx, directive_id).acknowledged


def _ask_anew(tx: Tx, new: Directive) -> None:
    """What was acknowledged, recorded by hand or answered of earlier versions counts no more; it is kept apart."""
    for how, at, source in (
        (literal("self"), recipients.c.acknowledged_ms, recipients),
        (hand_records.c.how, hand_records.c.recorded_ms, hand_records),
    ):
        wanted = [source.c.directive_id == new.id, at.is_not(None)]
        if source is hand_records:
            wanted += [
                hand_records.c.objected_ms.is_(None),
                hand_records.c.member_id.not_in(
                    select(former_acknowledgements.c.member_id).where(
                        former_acknowledgements.c.directive_id == new.id,
                        former_acknowledgements.c.version == new.version,
                    )
                ),
            ]
        kept = select(source.c.directive_id, literal(new.version), source.c.member_id, how, at).where(*wanted)
        names = ["directive_id", "version", "member_id", "how", "at_ms"]
        tx.run(insert(former_acknowledgements).from_select(names, kept))
    # All rows, those without an acknowledgement too: one that is being given elsewhere waits, and sees this.
    nothing = {"acknowledged_ms": None, "acknowledged_channel": None, "answered": 0}
    tx.run(update(recipients).where(recipients.c.directive_id == new.id).values(nothing))
    tx.run(delete_rows(hand_records).where(hand_records.c.directive_id == new.id))
    service.count_answers_from(tx, new.id, new.version, new.checks)


def _reword(tx: Tx, old: Directive, new: Directive) -> None:
    """What is not sent yet, cards, reminders and lists of several papers, says the new."""
    mine = select(recipients.c.member_id).where(recipients.c.directive_id == new.id)
    unsent = rewording.unsent_of(tx, (queries.NOTICE, queries.REMINDER), new.id)
    unsent |= rewording.unsent_to(tx, queries.SEVERAL, mine)
    rewording.reword(
        tx,
        unsent,
        lambda said: texts_corrections.reworded(said, old, new, tx.now_ms) if isinstance(said, Say) else said,
    )
    knocking.correct(tx, new)


def _next(tx: Tx, timer: timers.Timer) -> list[int]:
    rows = tx.rows(
        select(recipients.c.member_id)
        .where(recipients.c.directive_id == timer.directive.id, recipients.c.member_id > timer.after_id)
        .order_by(recipients.c.member_id)
        .limit(SLICE)
    )
    return [row.member_id for row in rows]


def _outdated(tx: Tx, directive: Directive, members: Sequence[int]) -> list[int]:
    """Of these, whose newest message left, or was taken to be sent, before the words were changed."""
    corrected_ms = tx.value(
        select(corrections.c.done_ms).where(
            corrections.c.directive_id == directive.id, corrections.c.version == directive.version
        )
    )
    before_ms = corrected_ms + outbox.CLAIM_MS
    if tx.conn.dialect.name != "sqlite":
        before_ms += _OVERLAP_MS
    mine = (recipients.c.directive_id == directive.id, recipients.c.member_id.in_(members))
    carrying = tx.rows(
        select(recipients.c.member_id, queries.carrier().label("message"))
        .where(*mine)
        .order_by(recipients.c.member_id)
    )
    # Two statements: joined, PostgreSQL takes half as long again.
    found = tx.rows(
        select(outbox_table.c.id).where(
            outbox_table.c.id.in_([row.message for row in carrying if row.message]),
            outbox_table.c.state.in_((SENDING, SENT)),
            outbox_table.c.claimed_until_ms <= before_ms,
        )
    )
    old = {row.id for row in found}
    return [row.member_id for row in carrying if row.message in old]


def _send(tx: Tx, directive: Directive, members: Sequence[int]) -> None:
    if not members:
        return
    words = service.in_words(tx, texts_corrections.correction, directive)
    earlier = outbox.sent_messages(tx, (queries.NOTICE, queries.REMINDER), directive.id, members)
    notices = []
    for member_id, (account, obstacle, _window) in service.ways_to(tx, members, tx.now_ms).items():
        mine = and_(recipients.c.directive_id == directive.id, recipients.c.member_id == member_id)
        if account is None:  # they have the old words only: not reached, until there is a way
            tx.run(update(recipients).where(mine).values(carried_by=0, obstacle=obstacle))
            continue
        place = (account.channel, account.chat_id)
        notices.append(Notice(*place, member_id, words[account.language], earlier.get(place)))
    rows = outbox.post(
        tx,
        notices,
        kind=queries.NOTICE,
        kind_id=directive.id,
        priority=rules.PRIORITY[directive.urgency],
        due_ms=tx.now_ms,
    )
    catching_up.mark_carriers(
        tx, [(directive.id, notice.recipient_id, row) for notice, row in zip(notices, rows, strict=True)]
    )
    service.mark_reminded(tx, ((directive.id, notice.recipient_id) for notice in notices))
