"""Keeps a process's library of rules up to date: every replica builds its own when the corpus changes."""

import asyncio
import contextlib
from collections.abc import Callable

from bot.handlers import policy
from bot.policy import queries
from bot.policy.shelf import Shelf, from_stored
from bot.store.writer import Writer

LOOK_EVERY = 3.0
"""Seconds between looks at the corpus's version."""


class Rulebook(Shelf):
    """The library in use; a new one is built beside it and takes its place in one step."""

    async def refresh(self, writer: Writer) -> None:
        """Takes up a changed corpus. The one in use answers meanwhile."""
        if await writer.run(queries.version) != self.version:
            stored = await writer.run(queries.stored)
            self.current = await asyncio.to_thread(from_stored, stored)

    async def follow(self, writer: Writer) -> None:
        """Looks for changes until cancelled."""
        while True:
            await self.refresh(writer)
            await asyncio.sleep(LOOK_EVERY)

    async def tell_overdue(self, writer: Writer, ring: Callable[[], None]) -> None:
        """Tells officers of questions that were left unanswered."""
        with contextlib.suppress(asyncio.CancelledError):  # the bell falls silent first at the end
            if await writer.run(policy.escalate):
                ring()
