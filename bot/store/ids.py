"""Keys made by the program: 63-bit, rising with time, distinct over processes without asking anyone."""

import secrets
import threading

from bot.clock import now_ms

_EPOCH_MS = 1_767_225_600_000  # 2026-01-01 UTC
_lock = threading.Lock()
_last = 0


def new_id() -> int:
    """A new key: 41 bits of milliseconds since 2026, then 22 random bits; always larger than the last."""
    return new_ids(1)[0]


def first_at(ms: int) -> int:
    """The least key that can be made at a moment (ms): what was made before has a smaller one."""
    return (ms - _EPOCH_MS) << 22


def new_ids(count: int) -> range:
    """So many new keys in a row."""
    global _last  # noqa: PLW0603 - one counter a process is the point
    candidate = (now_ms() - _EPOCH_MS) << 22 | secrets.randbits(22)
    with _lock:
        first = max(candidate, _last + 1)
        _last = first + count - 1
    return range(first, first + count)
