"""How many messages of a notice may fail before it is held and a person is asked."""

from collections import deque

from bot.clock import now_ms
from bot.delivery import outbox
from bot.delivery.outbox import Outgoing

_PART, _OF, _FROM = 0.2, 100, 20
"""A notice is held when this part of its newest 100 messages failed, once there were 20."""


class Budget:
    """Of every notice that this process sends."""

    def __init__(self) -> None:
        self._outcomes: dict[tuple[str, int], deque[bool]] = {}
        self._held: dict[tuple[str, int], int] = {}
        """Notices that were held, and when (ms)."""

    def spend(self, row: Outgoing, *, failed: bool) -> bool:
        """Counts an outcome; whether its notice has spent its budget by it, and is held from now on."""
        if row.notice is None:
            return False
        found = self._outcomes.get(row.notice)
        if found is None:
            found = self._outcomes[row.notice] = deque(maxlen=_OF)
        found.append(failed)
        if not failed or len(found) < _FROM or sum(found) < _PART * len(found):
            return False
        del self._outcomes[row.notice]
        self._held[row.notice] = now_ms()
        return True

    def is_held(self, row: Outgoing) -> bool:
        """Whether its notice was held after this row was claimed."""
        since_ms = self._held.get(row.notice) if row.notice is not None else None
        return since_ms is not None and row.claimed_until_ms <= since_ms + outbox.CLAIM_MS
