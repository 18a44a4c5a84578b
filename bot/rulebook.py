"""Keeps a process's library of rules up to date: every replica takes up the corpus when it changes."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

import structlog

from bot.handlers import policy
from bot.policy import queries
from bot.policy.shelf import Shelf, from_stored, index_file
from bot.reading import ReadingProcess
from bot.store.writer import Writer, WriterStopped

log = structlog.get_logger()

LOOK_EVERY = 3.0
"""Seconds between looks at the corpus's version."""


_LARGE = 5_000
"""Articles from which on the index is made in a process of its own: it would slow this one for many seconds."""
_MEMORY, _SECONDS = 4_000_000_000, 600.0


class Rulebook(Shelf):
    """The library in use; a new one is built beside it and takes its place in one step."""

    def __init__(self, folder: Path) -> None:
        """`folder`: where the file of the index is kept."""
        super().__init__()
        self._folder = folder

    async def refresh(self, writer: Writer) -> None:
        """Takes up a changed corpus. The one in use answers meanwhile."""
        if await writer.run(queries.version) != self.version:
            stored = await writer.run(queries.stored)
            if sum(len(source.articles) for source in stored.sources) >= _LARGE:
                maker = ReadingProcess(_MEMORY)
                try:
                    await maker.run(_SECONDS, _make, stored, self._folder)
                finally:
                    maker.close()
            self.current = await asyncio.to_thread(from_stored, stored, self._folder)

    async def follow(self, writer: Writer) -> None:
        """Looks for changes until cancelled."""
        while True:
            try:
                await self.refresh(writer)
            except WriterStopped:
                return
            except Exception as error:  # the library in use goes on answering, and the next look tries again
                log.error("rules_not_read", error=type(error).__name__, alert=True)
            await asyncio.sleep(LOOK_EVERY)

    async def tell_overdue(self, writer: Writer, ring: Callable[[], None]) -> None:
        """Tells officers of questions that were left unanswered."""
        with contextlib.suppress(asyncio.CancelledError):  # the bell falls silent first at the end
            if await writer.run(policy.escalate):
                ring()


def _make(stored: queries.Stored, folder: Path) -> None:
    """Sees to it that the file of the index is there."""
    index_file(stored, folder)
