"""How far the sending of a directive has come, and what it waits for: a read that writes no trail."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select

from bot.clock import from_ms
from bot.delivery.outbox import NOT_YET
from bot.directives import queries
from bot.directives.models import Directive
from bot.store import audit
from bot.store.tables.delivery import QUEUED, RECALLED, SENDING, SENT, outbox
from bot.store.tables.directives import recipients
from bot.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of recipients; `sent`, `unreached` and `waiting` add up to `everyone`."""

    everyone: int
    sent: int
    unreached: int
    waiting: int
    """Not sent yet, `held` among them."""
    held: int
    """Kept back until somebody lets them go."""
    base: int
    """Who must acknowledge."""
    acknowledged: int
    """Of these."""
    due_at: datetime | None
    """When the next of what waits is due; None when nothing waits for an hour."""
    held_by: str
    """"person" or "program" when something is kept back, else ""."""
    reasons: tuple[tuple[str, int], ...]
    """Why people were not reached (a key of `reports.counting.REASONS`), the most common first."""


def of(tx: Tx, directive: Directive) -> Progress:
    """In one pass over the recipients, each by the newest message that carries it to them."""
    waits = outbox.c.state.in_((QUEUED, SENDING))
    held = and_(outbox.c.state == QUEUED, outbox.c.due_ms == NOT_YET)
    settled = and_(recipients.c.duty == 1, recipients.c.acknowledged_ms.is_not(None))
    kind = case((outbox.c.state == SENT, "sent"), (held, "held"), (waits, "waiting"), else_="unreached")
    why = case(
        (outbox.c.id.is_(None), recipients.c.obstacle),
        (outbox.c.state == RECALLED, "recalled"),
        else_=outbox.c.reason,
    )
    rows = tx.rows(
        select(
            kind.label("kind"),
            case((kind == "unreached", why), else_=None).label("why"),
            func.count().label("persons"),
            func.sum(recipients.c.duty).label("base"),
            func.sum(case((settled, 1), else_=0)).label("acknowledged"),
            func.min(case((and_(outbox.c.state == QUEUED, ~held), outbox.c.due_ms), else_=None)).label("due"),
        )
        .select_from(recipients)
        .outerjoin(outbox, outbox.c.id == queries.carrier())
        .where(recipients.c.directive_id == directive.id)
        .group_by("kind", "why")
    )
    counts = dict.fromkeys(("sent", "held", "waiting", "unreached"), 0)
    reasons: dict[str, int] = {}
    for row in rows:
        counts[row.kind] += row.persons
        if row.kind == "unreached":
            reasons[row.why or "broken"] = reasons.get(row.why or "broken", 0) + row.persons
    due = [row.due for row in rows if row.due is not None]
    return Progress(
        everyone=sum(counts.values()),
        sent=counts["sent"],
        unreached=counts["unreached"],
        waiting=counts["waiting"] + counts["held"],
        held=counts["held"],
        base=sum(int(row.base) for row in rows),
        acknowledged=sum(int(row.acknowledged) for row in rows),
        due_at=from_ms(min(due)) if due and min(due) > tx.now_ms else None,
        held_by=_held_by(tx, directive.id) if counts["held"] else "",
        reasons=tuple(sorted(reasons.items(), key=lambda each: (-each[1], each[0]))),
    )


def _held_by(tx: Tx, directive_id: int) -> str:
    newest = audit.newest(tx, f"directive:{directive_id}", "directive.hold")
    return "program" if newest is not None and newest.actor == "program" else "person"
