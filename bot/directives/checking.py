"""Questions whether a directive was understood: asked one by one after "đã đọc", which counts after the last.

Kept is how many of the questions a member has answered, and per question how many answers were right; never
who answered what.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select, update

from bot.chat.errors import Refused
from bot.directives import service
from bot.directives.models import Answered, Check, Directive
from bot.store.tables.directives import check_results, checks, recipients
from bot.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Result:
    """How one question was answered, of the version in force."""

    check: Check
    answers: int
    right: int


def of(tx: Tx, directive_id: int) -> list[Check]:
    """A directive's questions, in order."""
    rows = tx.rows(select(checks).where(checks.c.directive_id == directive_id).order_by(checks.c.place))
    return [Check(row.words, tuple(json.loads(row.options)), row.correct) for row in rows]


def next_of(tx: Tx, directive_id: int, member_id: int) -> tuple[int, Check] | None:
    """The question a member has to answer next, and its place; None when none is left.

    Raises as `service.for_recipient`.
    """
    _directive, mine = service.standing(tx, directive_id, member_id)
    listed = of(tx, directive_id)
    place = mine.answered + 1
    if not mine.duty or mine.acknowledged_ms is not None or place > len(listed):
        return None
    return place, listed[place - 1]


def answer(
    tx: Tx,
    directive_id: int,
    member_id: int,
    channel: str,
    version: int,
    place: int,
    option: int,
    at: datetime | None = None,
) -> Answered:
    """Counts an answer, the first one alone; the last acknowledges, `at` as in `service.acknowledge`.

    Raises Refused("not_recipient" | "recalled" | "corrected" | "answered").
    """
    directive, _mine = service.standing(tx, directive_id, member_id)
    if version < directive.counts_from:
        raise Refused("corrected")
    waiting = next_of(tx, directive_id, member_id)
    if waiting is None or waiting[0] != place or not 1 <= option <= len(waiting[1].options):
        raise Refused("answered")
    check, right = waiting[1], option == waiting[1].correct
    mine = and_(recipients.c.directive_id == directive_id, recipients.c.member_id == member_id)
    tx.run(update(recipients).where(mine).values(answered=place))
    tx.run(
        update(check_results)
        .where(
            check_results.c.directive_id == directive_id,
            check_results.c.version == directive.counts_from,
            check_results.c.place == place,
        )
        .values(answers=check_results.c.answers + 1, correct=check_results.c.correct + int(right))
    )
    following = next_of(tx, directive_id, member_id)
    done = None
    if following is None:
        done = service.acknowledge(tx, directive_id, member_id, channel, version, at)
    return Answered(check, right, following, done)


def results(tx: Tx, directive: Directive) -> list[Result]:
    """How the questions were answered so far."""
    counted = {
        row.place: row
        for row in tx.rows(
            select(check_results).where(
                check_results.c.directive_id == directive.id, check_results.c.version == directive.counts_from
            )
        )
    }
    return [
        Result(check, counted[place].answers, counted[place].correct)
        for place, check in enumerate(of(tx, directive.id), 1)
    ]


def asked(tx: Tx, directive_id: int) -> int:
    """How many people are asked: those who must acknowledge."""
    wanted = (recipients.c.directive_id == directive_id, recipients.c.duty == 1)
    return int(tx.value(select(func.count()).select_from(recipients).where(*wanted)) or 0)
