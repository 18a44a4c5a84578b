"""Whom a directive would reach, by which way and in which window, before anything is sent."""

from datetime import datetime

from bot.clock import to_ms
from bot.delivery.window import Window
from bot.directives import rules
from bot.directives.models import EVERYBODY, Audience, Forecast
from bot.organisation import queries as people
from bot.organisation import ways as organisation_ways
from bot.organisation.models import Purpose
from bot.store.tx import Tx


def preview(tx: Tx, unit_id: int, audience: Audience = EVERYBODY) -> list[tuple[int, str, int]]:
    """Who a directive to this unit would reach now: (branch, channel or obstacle, how many)."""
    return forecast(tx, unit_id, audience).ways


def forecast(
    tx: Tx, unit_id: int, audience: Audience = EVERYBODY, send_at: datetime | None = None
) -> Forecast:
    """Whom a directive to this unit would reach if it were sent at this moment (now), and in which windows."""
    at_ms = tx.now_ms if send_at is None else max(tx.now_ms, to_ms(send_at))
    counts: dict[tuple[int, str], int] = {}
    through: dict[str, list[Window | None]] = {}
    found = [
        each for each in people.members_of(tx, units(tx, unit_id, audience)) if rules.belongs(each, audience)
    ]
    ways = organisation_ways.ways_to(tx, [member.id for member in found], at_ms, Purpose.DIRECTIVES)
    for member in found:
        account, obstacle, open_window = ways[member.id]
        key = (member.branch_id, account.channel if account else obstacle)
        counts[key] = counts.get(key, 0) + 1
        if account is not None:
            through.setdefault(account.channel, []).append(open_window)
    return Forecast([(branch, way, count) for (branch, way), count in sorted(counts.items())], through, at_ms)


def units(tx: Tx, unit_id: int, audience: Audience) -> set[int]:
    """The units an audience takes in."""
    inside = people.subtree_ids(tx, unit_id)
    return people.subtrees(tx, audience.units) & inside if audience.units else inside
