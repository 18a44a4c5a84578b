"""One of several processes on one PostgreSQL database: what it hears of the others, and which duties it has.

A duty is had by one process at a time (a lease): the timers, the jobs, asking Telegram for updates. Any
other takes over within seconds when its holder is gone.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from bot.store import leases, signals
from bot.store.tx import Tx
from bot.store.writer import Writer

log = structlog.get_logger()

_TICK_S = 1.0
_SURE_S = leases.TTL_MS / 1000 - 2
"""A duty that could not be renewed for so long is laid down, before another process may take it up."""


@dataclass
class Duty:
    """Something that one process does. `begin` and `end` are called on the event loop."""

    name: str
    begin: Callable[[], None]
    end: Callable[[], None]
    held: bool = False


class Replica:
    """Renews this process's leases, takes up free ones, and passes on what other processes tell."""

    def __init__(
        self,
        url: str,
        writer: Writer,
        name: str,
        duties: list[Duty],
        hear: Callable[[str], None],
        company: Callable[[int, bool], None],
    ) -> None:
        """`hear` is told what may wait now; `company` how many others there are, and whether one is gone."""
        self._url = url
        self._writer = writer
        self._name = name
        self._duties = duties
        self._hear = hear
        self._company = company
        self._bell = asyncio.Event()
        self._living: set[str] = set()

    async def join(self) -> None:
        """Makes the others know of this process, which must be before it claims anything."""
        await self._writer.run(partial(leases.live, holder=self._name))

    async def run(self) -> None:
        """Until cancelled; then every duty has ended."""
        listening = asyncio.create_task(signals.listen(self._url, self._heard))
        try:
            await self._renewing()
        finally:
            listening.cancel()
            for duty in self._duties:
                self._set(duty, False)

    async def leave(self) -> None:
        """Gives the leases back; call it when `run` has ended."""
        await self._writer.run(partial(leases.release, holder=self._name))

    def _heard(self, what: str) -> None:
        if what == signals.LEASES:
            self._bell.set()
        self._hear(what)

    async def _renewing(self) -> None:
        loop = asyncio.get_running_loop()
        sure_until = 0.0
        while True:
            asked = loop.time()
            try:
                async with asyncio.timeout(max(sure_until - asked, _TICK_S)):
                    held, living = await self._writer.run(self._hold)
            except Exception as error:
                log.warning("leases_not_renewed", error=type(error).__name__)
                held = (
                    set() if loop.time() >= sure_until else {duty.name for duty in self._duties if duty.held}
                )
            else:
                sure_until = asked + _SURE_S
                if living != self._living:
                    self._company(len(living) - 1, bool(self._living - living))
                    self._living = living
            for duty in self._duties:
                self._set(duty, duty.name in held)
            for what in (signals.INBOX, signals.OUTBOX, signals.JOBS):
                self._hear(what)  # what was put off has become due; a chat's process may be gone
            try:
                async with asyncio.timeout(_TICK_S):
                    await self._bell.wait()
            except TimeoutError:
                pass
            self._bell.clear()

    def _hold(self, tx: Tx) -> tuple[set[str], set[str]]:
        living = leases.live(tx, self._name)
        return {duty.name for duty in self._duties if leases.hold(tx, duty.name, self._name)}, living

    def _set(self, duty: Duty, held: bool) -> None:
        if held != duty.held:
            duty.held = held
            log.info("duty_begins" if held else "duty_ends", duty=duty.name)
            (duty.begin if held else duty.end)()


def task_duty(name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> Duty:
    """A duty that is a task while it is held."""
    running: list[asyncio.Task[None]] = []

    def begin() -> None:
        task = asyncio.create_task(work())
        task.add_done_callback(say_why)
        running.append(task)

    def end() -> None:
        running.pop().cancel()

    return Duty(name, begin, end)


def say_why(task: asyncio.Task[None]) -> None:
    """Logs why a task ended, unless it was cancelled; a task's `add_done_callback`."""
    with contextlib.suppress(asyncio.CancelledError):
        if (error := task.exception()) is not None:
            log.error("task_ended", error=type(error).__name__, alert=True)
