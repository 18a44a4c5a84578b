"""What a directive has to do next and when, as rows: a late or missed look loses nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, delete, select, update

from bot.clock import to_ms
from bot.directives import chain, queries
from bot.directives.models import Directive, State, Urgency
from bot.organisation import queries as people
from bot.store import audit
from bot.store.tables.directives import directives, reminder_plans, timers
from bot.store.tx import Tx
from bot.store.upsert import insert

REMIND, CALLS, SECRETARY, ABOVE = "remind", "calls", "secretary", "above"
"""Reminders to the silent; before the deadline the secretary's list of who cannot be reached; at the deadline
who is silent; after it, what the unit above must know."""
CORRECT = "correct"
"""A correction goes to those who got what it corrects."""
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Timer:
    """A directive whose time has come for something; `after_id`: how far it has come through its rows."""

    directive: Directive
    due_ms: int
    after_id: int


def start(tx: Tx, directive_id: int) -> None:
    """Sets the timers of a directive that has just been opened."""
    directive = queries.get(tx, directive_id)
    assert directive is not None
    moments = _steps(tx, directive)
    if moments:
        _set(tx, REMIND, directive, moments[0])
    escalations = chain.escalations(directive)
    if escalations is None:
        return
    before = [at for at in moments if at < escalations[0]]
    if before:
        _set(tx, CALLS, directive, before[-1])
    _set(tx, SECRETARY, directive, escalations[0])
    _set(tx, ABOVE, directive, escalations[1])


def correct(tx: Tx, directive: Directive) -> None:
    """Sets the timers of a directive that was corrected: what is past by its new deadline is left out.

    But for what a committee was to hear and has not yet, the night being no time for it.
    """
    past = (timers.c.directive_id == directive.id, timers.c.due_ms <= tx.now_ms)
    kept = [row.name for row in tx.rows(select(timers.c.name).where(*past)) if row.name in (SECRETARY, ABOVE)]
    stop(tx, directive.id)
    start(tx, directive.id)
    tx.run(delete(timers).where(*past, timers.c.name.not_in(kept)))
    coming = [at for at in _steps(tx, directive) if at > tx.now]
    if coming:
        _set(tx, REMIND, directive, coming[0])
    _set(tx, CORRECT, directive, tx.now)


def stop(tx: Tx, directive_id: int) -> None:
    """A directive has nothing more to do."""
    tx.run(delete(timers).where(timers.c.directive_id == directive_id))


def due(tx: Tx, name: str, by_ms: int) -> list[Timer]:
    """Open directives whose time for this comes by a moment, the earliest first."""
    return _open(tx, tx.rows(_coming(name, by_ms)))


def to_do(tx: Tx, name: str) -> list[Timer]:
    """What is due now. Until the commit no other process does it, reminds by hand, or takes the directive back."""
    mine = _coming(name, tx.now_ms).join(directives, directives.c.id == timers.c.directive_id)
    held = mine.with_for_update(of=(timers, directives), key_share=True, skip_locked=True)
    return _open(tx, tx.rows(held))


def _coming(name: str, by_ms: int) -> Select[tuple[object, ...]]:
    here = (timers.c.name == name, timers.c.due_ms <= by_ms)
    return select(timers).where(*here).order_by(timers.c.due_ms).limit(_AT_ONCE)


def _open(tx: Tx, rows: Sequence[Row[tuple[object, ...]]]) -> list[Timer]:
    found = []
    for row in rows:
        directive = queries.get(tx, row.directive_id)
        if directive is not None and directive.state == State.OPEN:
            found.append(Timer(directive, row.due_ms, row.after_id))
        else:
            stop(tx, row.directive_id)
    return found


def go_on(tx: Tx, name: str, timer: Timer, after_id: int) -> None:
    """The rows up to this one are done."""
    mine = (timers.c.name == name, timers.c.directive_id == timer.directive.id)
    tx.run(update(timers).where(*mine).values(after_id=after_id))


def done(tx: Tx, name: str, timer: Timer) -> None:
    """All of it is done: a reminder has a next step, everything else ends. Steps that were missed are left out."""
    mine = (timers.c.name == name, timers.c.directive_id == timer.directive.id)
    coming = [at for at in _steps(tx, timer.directive) if at > tx.now] if name == REMIND else []
    if coming:
        tx.run(update(timers).where(*mine).values(due_ms=to_ms(coming[0]), after_id=0))
    else:
        tx.run(delete(timers).where(*mine))


def plan(tx: Tx, organisation_id: int, urgency: Urgency, minutes: Sequence[int] | None) -> None:
    """Sets when a unit and those below it are reminded of papers of their own; None: as usual. For the terminal.

    Raises ValueError for more than eight moments, or one more than sixty days from the deadline.
    """
    mine = (reminder_plans.c.organisation_id == organisation_id, reminder_plans.c.urgency == urgency)
    audit.record(tx, "reminders.plan", f"organisation:{organisation_id}", actor="terminal")
    if minutes is None:
        tx.run(delete(reminder_plans).where(*mine))
        return
    if len(minutes) > 8 or any(abs(each) > 60 * chain.DAY for each in minutes):
        raise ValueError(minutes)
    values = {"minutes": json.dumps(sorted(minutes)), "set_ms": tx.now_ms}
    tx.run(
        insert(tx.conn, reminder_plans)
        .values(organisation_id=organisation_id, urgency=urgency, **values)
        .on_conflict_do_update(index_elements=["organisation_id", "urgency"], set_=values)
    )


def _steps(tx: Tx, directive: Directive) -> list[datetime]:
    """By the plan of the unit it is for, else of the nearest above."""
    path = people.ancestors(tx, directive.unit_id)
    rows = tx.rows(
        select(reminder_plans.c.organisation_id, reminder_plans.c.minutes).where(
            reminder_plans.c.organisation_id.in_(path), reminder_plans.c.urgency == directive.urgency
        )
    )
    plans = {row.organisation_id: json.loads(row.minutes) for row in rows}
    return chain.steps(directive, next((plans[unit] for unit in path if unit in plans), None))


def _set(tx: Tx, name: str, directive: Directive, at: datetime) -> None:
    values = {"due_ms": to_ms(at), "after_id": 0}
    tx.run(
        insert(tx.conn, timers)
        .values(name=name, directive_id=directive.id, **values)
        .on_conflict_do_update(index_elements=["name", "directive_id"], set_=values)
    )
