"""Tells members whose window has closed, by a template the platform approved, that something waits for them."""

from collections.abc import Collection, Mapping

from bot.delivery import templates, window
from bot.organisation import queries as people
from bot.organisation.models import Purpose
from bot.organisation.ways import ways_to
from bot.store.tx import Tx


def knock(
    tx: Tx,
    kind: str,
    kind_id: int,
    member_ids: Collection[int],
    values: Mapping[str, str],
    *,
    priority: int,
    due_ms: int | None = None,
    since_ms: int = 0,
) -> int:
    """Queues the template of this kind of notice for those who can be reached in no other way. Returns how many.

    Nothing without a template of that kind. `values`: number, title, deadline. It is due now, if no moment is
    given; one to somebody whose window has opened by then is not sent. `since_ms` as in `templates.post`.
    """
    usable = templates.usable(tx, kind) if member_ids else []
    if not usable:
        return 0
    ways = ways_to(tx, member_ids, tx.now_ms, Purpose.DIRECTIVES)
    closed = [each for each in member_ids if ways[each][1] == window.CLOSED]
    accounts = people.reach(tx, closed)
    count = 0
    for approved in usable:
        to = [
            (account.chat_id, member_id)
            for member_id in closed
            for account in accounts.get(member_id, [])
            if account.channel == approved.channel and not account.blocked
        ]
        due = tx.now_ms if due_ms is None else due_ms
        count += templates.post(
            tx, approved, to, values, kind_id=kind_id, priority=priority, due_ms=due, since_ms=since_ms
        )
    return count
