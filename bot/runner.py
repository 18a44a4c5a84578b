"""Does slow work (jobs) outside any transaction and puts the results into the inbox.

A job found unfinished after a crash runs again; one that fails three times is answered with an error,
so that nobody waits for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from bot.chat.events import FAILED, Address, JobDone
from bot.store import jobs
from bot.store.jobs import Job
from bot.store.writer import Writer
from bot.worker import Worker

log = structlog.get_logger()

Doer = Callable[[Any], Awaitable[Any]]
"""Does one kind of job: takes and returns JSON values."""
AT_ONCE = 2
_PAUSE_S = 1.0
"""Before the next look when the database failed."""


def translate(payload: Any, received: datetime) -> JobDone:
    """A finished job's inbox row as an event."""
    address = Address(payload["channel"], payload["chat_id"], payload["user_id"])
    return JobDone(address, received, payload["job"], payload["result"])


class Runner:
    """Runs jobs, a few at once, in the order they were asked for."""

    def __init__(self, writer: Writer, worker: Worker, doers: Mapping[str, Doer]) -> None:
        self._writer = writer
        self._worker = worker
        self._doers = doers
        self._bell = asyncio.Event()
        self._running: set[int] = set()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        worker.on_jobs = self.ring

    def ring(self) -> None:
        """There may be new jobs."""
        self._bell.set()

    async def run(self) -> None:
        """Takes jobs until cancelled."""
        self.ring()
        try:
            while True:
                await self._bell.wait()
                self._bell.clear()
                for job in await self._unfinished():
                    if job.id not in self._running:
                        self._running.add(job.id)
                        task = asyncio.create_task(self._one(job))
                        self._tasks.add(task)
                        task.add_done_callback(self._tasks.discard)
        finally:
            for task in self._tasks:
                task.cancel()

    async def _unfinished(self) -> list[Job]:
        try:
            return await self._writer.run(jobs.unfinished)
        except DBAPIError as error:
            log.error("jobs_not_read", error=type(error).__name__)
            self._ring_later()
            return []

    def _ring_later(self) -> None:
        asyncio.get_running_loop().call_later(_PAUSE_S, self.ring)

    async def _one(self, job: Job) -> None:
        try:
            await self._do(job)
        except DBAPIError as error:
            log.error("job_not_recorded", kind=job.kind, job=job.id, error=type(error).__name__)
            self._ring_later()
        finally:
            self._running.discard(job.id)

    async def _do(self, job: Job) -> None:
        async with self._slots:
            result: Any = {"kind": job.kind, **FAILED}
            if job.attempts < jobs.MAX_ATTEMPTS and job.kind in self._doers:
                await self._writer.run(partial(jobs.begin, job_id=job.id))
                try:
                    result = await self._doers[job.kind](job.asked)
                except Exception as error:
                    log.error("job_failed", kind=job.kind, job=job.id, error=type(error).__name__)
            row = await self._writer.run(partial(jobs.finish, job=job, result=result))
            if row is not None:
                self._worker.take(row)
