"""How many messages of a notice may fail before it is held and a person is asked."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from bot.clock import now_ms
from bot.delivery import outbox
from bot.delivery.outbox import Outgoing

_PART, _OF, _FROM = 0.2, 100, 20
"""A notice is held when this part of a hundred messages failed; of its first hundred, once 20 were tried.

Hundreds as they were first tried: those tried again end together at the end, and so do those that fail.
"""


@dataclass(slots=True)
class _Spent:
    tried: int = 0
    failed: Counter[int] = field(default_factory=Counter)
    """By hundred."""
    hundred: dict[int, int] = field(default_factory=dict)
    """Of the messages that have not ended, by id."""


class Budget:
    """Of every notice that this process sends."""

    def __init__(self) -> None:
        self._spent: defaultdict[tuple[str, int], _Spent] = defaultdict(_Spent)
        self._held: dict[tuple[str, int], int] = {}
        """Notices that were held, and when (ms)."""

    def tries(self, row: Outgoing) -> None:
        """A message is tried, perhaps again; `spend` when it ends."""
        if row.notice is None:
            return
        spent = self._spent[row.notice]
        if row.id not in spent.hundred:
            spent.hundred[row.id] = spent.tried // _OF
            spent.tried += 1

    def spend(self, row: Outgoing, *, failed: bool) -> bool:
        """Counts an outcome; whether its notice has spent its budget by it, and is held from now on."""
        if row.notice is None:
            return False
        spent = self._spent[row.notice]
        hundred = spent.hundred.pop(row.id, None)
        if not failed or hundred is None:  # None: in flight when its notice was held
            return False
        spent.failed[hundred] += 1
        of = _OF if hundred else min(_OF, max(_FROM, spent.tried))
        if spent.tried < _FROM or spent.failed[hundred] < _PART * of:
            return False
        del self._spent[row.notice]
        self._held[row.notice] = now_ms()
        return True

    def is_held(self, row: Outgoing) -> bool:
        """Whether its notice was held after this row was claimed."""
        since_ms = self._held.get(row.notice) if row.notice is not None else None
        return since_ms is not None and row.claimed_until_ms <= since_ms + outbox.CLAIM_MS
