"""The job that takes in a file somebody sent: fetched, checked by the secrecy gate, sealed when it passes.

A refused file leaves nothing behind: its bytes live in memory until the verdict, and nowhere else.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import structlog

from bot.channels.fetching import Fetch, FetchRefused
from bot.directives import rules
from bot.directives.gate.check import check
from bot.store.files import FileBox

log = structlog.get_logger()

CHECK_SECONDS = 60
"""How long the gate may look at one file."""


def _limit_memory() -> None:
    """In the gate's process: a hostile file must not take the machine's memory."""
    import resource

    gigabyte = 1 << 30
    resource.setrlimit(resource.RLIMIT_AS, (2 * gigabyte, 2 * gigabyte))


def _verdict(name: str, data: bytes) -> tuple[str, str]:
    found = check(name, data)
    return found.verdict, found.why


class Intake:
    """Answers jobs of kind "check_file" with {"verdict", "why", "file"}."""

    def __init__(self, fetchers: Mapping[str, Fetch], box: FileBox) -> None:
        self._fetchers = fetchers
        self._box = box
        self._pool: ProcessPoolExecutor | None = None

    async def check_file(self, asked: Any) -> Any:
        """`asked`: {"channel", "handle", "name"}. `file` is [id, name, media type, bytes] when it may be sent."""
        name: str = asked["name"]
        try:
            data = await self._fetchers[asked["channel"]](asked["handle"], rules.MAX_FILE)
        except FetchRefused as refusal:
            return {"verdict": "refuse", "why": refusal.code}
        media_type = rules.looks_like(name, data)
        if media_type is None:
            return {"verdict": "refuse", "why": "wrong_type"}
        verdict, why = await self._judge(name, data)
        log.info("file_checked", verdict=verdict, why=why)
        if verdict == "refuse":
            return {"verdict": verdict, "why": why}
        file_id = await asyncio.to_thread(self._box.put, data)
        return {"verdict": verdict, "why": why, "file": [file_id, name, media_type, len(data)]}

    async def _judge(self, name: str, data: bytes) -> tuple[str, str]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_limit_memory)
        work = asyncio.get_running_loop().run_in_executor(self._pool, _verdict, name, data)
        try:
            return await asyncio.wait_for(work, CHECK_SECONDS)
        except Exception as error:
            # Whatever breaks the gate does not pass it; a new process looks at the next file.
            log.warning("gate_broke", error=type(error).__name__)
            self.close()
            return "refuse", "unreadable"

    def close(self) -> None:
        """Ends the gate's process."""
        if self._pool is not None:
            for process in list((self._pool._processes or {}).values()):
                process.kill()
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
