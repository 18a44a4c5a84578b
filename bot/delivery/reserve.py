"""Of the messages an account may still send this month, a part is kept for directives and reminders.

Only digests stop for it, and only those that would be billed: who has written lately gets theirs as ever.
What is left is what the platform said with the last message it billed; nothing is asked.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import func, or_, select, update

from bot.delivery import window
from bot.store import progress
from bot.store.tables.delivery import QUEUED, SENDING, UNREACHABLE, allowances, outbox
from bot.store.tx import Tx

KEPT = "quota_kept"
"""The reason of a digest that did not go out because what is left is kept."""
Short = Callable[[Tx, str, str], None]
"""Told once a month that digests stop on a channel: the channel, and a word for why."""
_SOON_MS = 5_000
_MONTH_MS = 30 * 24 * 3_600_000


def spare(tx: Tx, channel: str, share: float) -> int | None:
    """How many more messages may be billed until only `share` of the month's is left; below 0 when less is.

    None where the platform counts none: it never said, or takes money for each.
    """
    still = or_(allowances.c.until_ms.is_(None), allowances.c.until_ms > tx.now_ms)
    of_all = select(
        func.sum(allowances.c.remaining).label("left"), func.sum(allowances.c.total).label("total")
    )
    row = tx.first(of_all.where(allowances.c.channel == channel, still))
    if row is None or not row.total:
        return None
    left, total = int(row.left), int(row.total)
    return left - math.ceil(total * share)


def keep(
    tx: Tx, channel: str, digests: Sequence[Any], priority: int, share: float, short: Short | None
) -> set[int]:
    """Of these claimed digests, all those of their priority that were claimed now, the ids that do not go now.

    When nothing is to spare they end here. While some is, no more are on their way than that; the others are
    looked at again in some seconds.
    """
    free_to_go = spare(tx, channel, share) if digests else None
    if free_to_go is None:
        return set()
    windows = window.of(tx, [(channel, row.chat_id) for row in digests])
    billed = []
    for row in digests:
        known = windows.get((channel, row.chat_id))
        if known is None or not known.free(tx.now_ms, 1):
            billed.append(row.id)
    if free_to_go <= 0:
        _end(tx, channel, billed, short)
        return set(billed)
    mine = (outbox.c.channel == channel, outbox.c.state == SENDING, outbox.c.priority == priority)
    claimed = int(tx.value(select(func.count()).select_from(outbox).where(*mine)) or 0)
    waits = billed[max(0, free_to_go - (claimed - len(digests))) :]
    if waits:
        again = {"state": QUEUED, "claimed_by": None, "due_ms": tx.now_ms + _SOON_MS}
        tx.run(
            update(outbox).where(outbox.c.id.in_(waits)).values(again | {"attempts": outbox.c.attempts - 1})
        )
    return set(waits)


def _end(tx: Tx, channel: str, ids: list[int], short: Short | None) -> None:
    if not ids:
        return
    ended = {"state": UNREACHABLE, "reason": KEPT, "claimed_by": None}
    tx.run(update(outbox).where(outbox.c.id.in_(ids)).values(ended))
    told = f"kept:{channel}"
    if short is not None and (progress.read(tx, told) or 0) <= tx.now_ms:
        ends = tx.value(select(func.max(allowances.c.until_ms)).where(allowances.c.channel == channel))
        progress.write(tx, told, ends if ends is not None and ends > tx.now_ms else tx.now_ms + _MONTH_MS)
        short(tx, channel, "kept")
