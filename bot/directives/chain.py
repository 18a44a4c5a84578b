"""When who has not acknowledged is reminded: pure, from the deadline and the urgency."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bot.clock import VIETNAM
from bot.directives.models import Directive, Urgency

DAY = 24 * 60
CHAINS: dict[Urgency, tuple[int, ...]] = {
    Urgency.NORMAL: (-3 * DAY, -DAY, 0, DAY),
    Urgency.URGENT: (-DAY, -4 * 60, 0, DAY),
    Urgency.EXPRESS: (-12 * 60, -2 * 60, 0, 12 * 60),
    Urgency.FLASH: (-2 * 60, -30, 0, 60),
}
"""Minutes from the deadline on, where the unit has set nothing else."""
WITHOUT_DEADLINE = (3 * DAY, 7 * DAY)
"""Minutes from the sending on."""
GAPS = {
    Urgency.NORMAL: timedelta(hours=4),
    Urgency.URGENT: timedelta(hours=2),
    Urgency.EXPRESS: timedelta(hours=1),
    Urgency.FLASH: timedelta(minutes=15),
}
"""Who got the paper or a reminder of it so shortly before is not reminded again."""
MORNING = time(8)
"""Reminders that count in days come at this time in Vietnam, so that those of several papers come together."""


def steps(directive: Directive, minutes: Sequence[int] | None = None) -> list[datetime]:
    """The moments of a directive's reminders, in order; `minutes` as in `CHAINS` (usual ones if None).

    A step that would come right after the sending is left out.
    """
    sent = directive.sent_at
    if sent is None:
        return []
    if directive.deadline is None:
        base, minutes = sent, WITHOUT_DEADLINE
    else:
        base = directive.deadline
        minutes = CHAINS[directive.urgency] if minutes is None else minutes
    found = {_at(base, offset) for offset in minutes}
    return sorted(at for at in found if at >= sent + GAPS[directive.urgency])


def escalations(directive: Directive) -> tuple[datetime, datetime] | None:
    """When the secretary hears who is still silent, and when the unit above does."""
    moments = steps(directive)
    if not moments:
        return None
    first = moments[-1] if directive.deadline is None else directive.deadline
    return first, max(moments[-1], first)


def _at(base: datetime, offset: int) -> datetime:
    at = base + timedelta(minutes=offset)
    if not offset or offset % DAY:
        return at
    morning = datetime.combine(at.astimezone(VIETNAM), MORNING, VIETNAM).astimezone(at.tzinfo)
    return min(morning, at) if offset < 0 else morning  # a day before is never less than a day before
