"""Quiet hours: when nothing is sent that somebody did not just ask for, except what is hỏa tốc."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.clock import VIETNAM


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one time of day to another in Vietnam, over midnight or not; equal ends: never."""

    start: time
    end: time

    @classmethod
    def parse(cls, words: str) -> "Quiet":
        """Of "21:00-06:00"; "" is never. Raises ValueError for anything else."""
        if not words.strip():
            return NEVER
        start, dash, end = words.partition("-")
        if not dash:
            raise ValueError(words)
        return cls(time.fromisoformat(start.strip()), time.fromisoformat(end.strip()))

    def holds(self, at: datetime) -> bool:
        """Whether this moment is in the quiet hours."""
        clock = at.astimezone(VIETNAM).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def after(self, at: datetime) -> datetime:
        """This moment, or the end of the quiet hours it lies in."""
        return self._next(at, self.end) if self.holds(at) else at

    def begins_within(self, at: datetime, span: timedelta) -> bool:
        """Whether quiet hours begin so soon after a moment that is in none."""
        return self.start != self.end and self._next(at, self.start) - at <= span

    def ends_after(self, at: datetime) -> datetime:
        """The end of the quiet hours that begin next."""
        return self._next(self._next(at, self.start), self.end)

    @staticmethod
    def _next(at: datetime, clock: time) -> datetime:
        local = at.astimezone(VIETNAM)
        found = local.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
        if found <= local:
            found += timedelta(days=1)
        return found.astimezone(at.tzinfo)


NEVER = Quiet(time(0), time(0))
