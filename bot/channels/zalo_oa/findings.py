"""What Zalo has shown of itself where sources conflict: which variant came, how often, since when.

Webhooks and sends count in memory; `flush` adds the counts to the database, where `sotay doctor zalo` reads
them, whichever process saw them. Nothing about a person is kept.
"""

from collections import Counter
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import select

from bot.channels.zalo_oa.tokens import Writing
from bot.clock import from_ms
from bot.store.tables.zalo_oa import zalo_findings
from bot.store.tx import Tx
from bot.store.upsert import insert

MOST_VARIANTS = 300
"""Kept in memory between two flushes: names of events come from outside."""


class Finding(NamedTuple):
    """One variant of one subject."""

    seen: int
    first: datetime
    last: datetime


def found(tx: Tx) -> dict[str, dict[str, Finding]]:
    """Subject -> variant -> what was seen of it, the latest first."""
    all_of: dict[str, dict[str, Finding]] = {}
    for row in tx.rows(select(zalo_findings).order_by(zalo_findings.c.last_ms.desc())):
        found = Finding(row.seen, from_ms(row.first_ms), from_ms(row.last_ms))
        all_of.setdefault(row.subject, {})[row.variant] = found
    return all_of


def add(tx: Tx, counts: Counter[tuple[str, str]]) -> None:
    """Adds counts of (subject, variant)."""
    for (subject, variant), seen in sorted(counts.items()):
        values = {"seen": seen, "first_ms": tx.now_ms, "last_ms": tx.now_ms}
        tx.run(
            insert(tx.conn, zalo_findings)
            .values(subject=subject[:40], variant=variant[:80], **values)
            .on_conflict_do_update(
                index_elements=["subject", "variant"],
                set_={"seen": zalo_findings.c.seen + seen, "last_ms": tx.now_ms},
            )
        )


class Findings:
    """This process's counts."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._counts: Counter[tuple[str, str]] = Counter()

    def saw(self, subject: str, variant: str) -> None:
        """Counts one."""
        if len(self._counts) < MOST_VARIANTS or (subject, variant) in self._counts:
            self._counts[subject, variant] += 1

    async def flush(self) -> None:
        """Adds what was counted since the last time."""
        if self._counts:
            counts, self._counts = self._counts, Counter()
            await self._writing.run(partial(add, counts=counts))
