"""Where a process keeps the library in use. Each process builds its own from the database when the version rises."""

from bot.policy.library import Library
from bot.policy.queries import Stored


class Shelf:
    """One library at a time; swapping it is one assignment, so nobody waits."""

    def __init__(self) -> None:
        self.current: Library | None = None

    @property
    def version(self) -> int:
        """The version of the corpus in use; -1 before the first."""
        return -1 if self.current is None else self.current.version


def from_stored(stored: Stored) -> Library:
    """The library of what is approved. Takes CPU time: about a second for 3,000 articles; run it in a thread."""
    return Library(
        stored.sources, stored.entries, version=stored.version, keys=stored.keys, rates=stored.rates
    )
