"""A template message for members whose window has closed: that a directive came, or still waits."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import structlog
from sqlalchemy import and_, func, select

from bot.chat.replies import Message, Template
from bot.delivery import outbox, rewording, templates
from bot.directives import queries, rules
from bot.directives.gate.check import check_text
from bot.directives.gate.models import Outcome
from bot.directives.models import Directive
from bot.i18n import _, moment, speaking
from bot.organisation import knocking
from bot.store.tables.delivery import SENT
from bot.store.tables.delivery import outbox as outbox_table
from bot.store.tables.directives import recipients
from bot.store.tx import Tx

log = structlog.get_logger()

KINDS = (queries.NOTICE, queries.REMINDER)
"""What the outbox calls the rows that a template may stand in for."""
NOTICES = tuple(templates.notice_of(kind) for kind in KINDS)
"""What it calls the templates themselves."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Templates of one kind that went out. `price` is of one, in đồng; None when it is not known any more."""

    count: int
    price: int | None


def may_travel(number: str, title: str) -> bool:
    """Whether a template may carry these words: nothing that the gate stops, whatever a channel's rule lets through."""
    return check_text(f"{number}\n{title}").verdict is not Outcome.REFUSE


def taken(tx: Tx, directive_id: int, unit_ids: Iterable[int]) -> list[Taken]:
    """The templates that a directive and its reminders took for these units."""
    counted = tx.rows(
        select(outbox_table.c.notice, func.count().label("number"))
        .join(
            recipients,
            and_(
                recipients.c.directive_id == outbox_table.c.notice_id,
                recipients.c.member_id == outbox_table.c.recipient_id,
            ),
        )
        .where(
            outbox_table.c.notice.in_(NOTICES),
            outbox_table.c.notice_id == directive_id,
            outbox_table.c.state == SENT,
            recipients.c.unit_id.in_(list(unit_ids)),
        )
        .group_by(outbox_table.c.notice)
    )
    prices = {each.kind: each.price for each in templates.known(tx)}
    return [Taken(row.number, prices.get(templates.kind_of(row.notice))) for row in counted]


def knock(
    tx: Tx, kind: str, directive: Directive, member_ids: Collection[int], *, due_ms: int | None = None
) -> int:
    """Queues it for those who can be reached in no other way. Returns how many; 0 without a template."""
    if not member_ids:
        return 0
    if not may_travel(directive.number, directive.title):
        log.warning("template_withheld", kind=kind)
        return 0
    values = _values(directive)
    urgency = directive.urgency
    priority = rules.PRIORITY[urgency] if kind == queries.NOTICE else rules.reminder_priority(urgency)
    return knocking.knock(tx, kind, directive.id, member_ids, values, priority=priority, due_ms=due_ms)


def correct(tx: Tx, directive: Directive) -> None:
    """What is not sent yet of a corrected directive's templates says the new, or is not sent where it may not."""
    if not may_travel(directive.number, directive.title):
        for notice in NOTICES:
            outbox.stop(tx, kind=notice, kind_id=directive.id)
        return
    approved = {each.template_id: each for each in templates.known(tx)}

    def words(said: Message) -> Message:
        known = approved.get(said.template_id) if isinstance(said, Template) else None
        return templates.filled(known, _values(directive)) if known is not None else said

    rewording.reword(tx, rewording.unsent_of(tx, NOTICES, directive.id), words)


def _values(directive: Directive) -> dict[str, str]:
    with speaking("vi"):  # as it was approved
        deadline = _("không đặt hạn") if directive.deadline is None else moment(directive.deadline)
    return {"number": directive.number, "title": directive.title, "deadline": deadline}
