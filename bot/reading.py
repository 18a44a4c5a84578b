"""A process of its own for reading what came from outside: it can hang, swell or break without us."""

import asyncio
import resource
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, resource_tracker
from typing import Any, TypeVar

T = TypeVar("T")


class ReadingProcess:
    """Begun when first asked, with so many bytes of memory at most; `close` ends it, a later call begins another."""

    _running = 0

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, seconds: float, do: Callable[..., T], *given: Any) -> T:
        """What `do` returns there. Raises what it raises, TimeoutError, or BrokenProcessPool when it died."""
        if self._pool is None:
            limits = (resource.RLIMIT_AS, (self._memory, self._memory))
            self._pool = ProcessPoolExecutor(
                1, mp_context=get_context("spawn"), initializer=resource.setrlimit, initargs=limits
            )
            ReadingProcess._running += 1
        with _deaf():
            work = asyncio.get_running_loop().run_in_executor(self._pool, do, *given)
        return await asyncio.wait_for(work, seconds)

    def close(self) -> None:
        """Ends the process, whatever it does."""
        if self._pool is None:
            return
        for process in list((self._pool._processes or {}).values()):
            process.kill()
            process.join()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None
        ReadingProcess._running -= 1
        if ReadingProcess._running == 0:
            # Spawning began a tracker, shared by all; it would outlive us by a moment, as a stray.
            resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined] # there is no public way


@contextmanager
def _deaf() -> Iterator[None]:
    """A process begun here never hears Ctrl-C, which a terminal sends to all: we end it ourselves."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
