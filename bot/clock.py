"""The one clock. Everything that asks the time asks here, so that tests can turn it."""

import threading
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock:
    """Wall-clock time in UTC, plus what a test has turned it forward by."""

    def __init__(self) -> None:
        self._offset_ms = 0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The moment, timezone-aware, UTC, whole milliseconds (what the database keeps)."""
        return from_ms(self.now_ms())

    def now_ms(self) -> int:
        """The same in milliseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1_000_000 + self._offset_ms

    def turn(self, by: timedelta) -> None:
        """Moves this process's time forward. For tests and the demo alone."""
        with self._lock:
            self._offset_ms += round(by.total_seconds() * 1000)


CLOCK = Clock()


def now() -> datetime:
    """The moment by the one clock: timezone-aware, UTC, whole milliseconds."""
    return CLOCK.now()


def now_ms() -> int:
    """`to_ms(now())`, sooner."""
    return CLOCK.now_ms()


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC: how every moment is stored."""
    return round(moment.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """The moment, UTC, of milliseconds since 1970-01-01 UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)
