"""Deliveries to the bot's address: a chat's in their order, many chats at once, until answered."""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.sandbox.world import Json, World


@dataclass(slots=True)
class Delivery:
    """One event on its way. `number` is Telegram's update_id; on Zalo it only counts."""

    number: int
    lane: str
    """Deliveries of one lane go in order: a chat, or a person."""
    body: Json
    attempts: int = 0
    due: int | None = None
    """Epoch ms of the next try, when it waits for one (Zalo's retry ladder)."""
    status: int | None = None
    """The last HTTP answer; 0 when there was none."""

    def view(self) -> Json:
        """What the control API tells of it."""
        return {"number": self.number, "attempts": self.attempts, "due": self.due, "status": self.status}


@dataclass(slots=True)
class Lanes:
    """Runs `deliver` over deliveries, in order within a lane, at most `limit` at once.

    `deliver` tells how many seconds to wait before the same delivery is tried again, with its lane held
    up meanwhile; None when the lane may go on.
    """

    deliver: Callable[[Delivery], Awaitable[float | None]]
    limit: int = 40
    _lanes: dict[str, deque[Delivery]] = field(default_factory=dict)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    _slots: asyncio.Semaphore | None = None

    def put(self, delivery: Delivery) -> None:
        """Queues at the end of its lane."""
        lane = self._lanes.get(delivery.lane)
        if lane is not None:
            lane.append(delivery)
            return
        self._lanes[delivery.lane] = deque([delivery])
        task = asyncio.get_running_loop().create_task(self._run(delivery.lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, name: str) -> None:
        lane = self._lanes[name]
        if self._slots is None:
            self._slots = asyncio.Semaphore(self.limit)
        while lane:
            async with self._slots:
                pause = await self.deliver(lane[0])
            if pause is None:
                lane.popleft()
            else:
                await asyncio.sleep(pause)
        if self._lanes.get(name) is lane:
            del self._lanes[name]

    async def clear(self) -> None:
        """Forgets what is queued and ends what is on its way."""
        self._lanes.clear()
        self._slots = None
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


class Poster:
    """POSTs bodies to the bot, and keeps what it answered in the log."""

    def __init__(self, world: World, platform: str) -> None:
        self._world = world
        self._platform = platform
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, raw: bytes, headers: dict[str, str], seconds: float) -> tuple[int, bytes]:
        """The bot's status and body; status 0 and a reason when it gave no answer in time."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
            )
        headers = {"Content-Type": "application/json", **headers}
        status, body = 0, b""
        try:
            async with self._session.post(
                url,
                data=raw,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=seconds),
                allow_redirects=False,
            ) as answer:
                body = await answer.read()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            body = f"{type(error).__name__}: {error}".encode()
        self._world.record(
            self._platform, "webhook", url, raw.decode(), status, body[:2000].decode(errors="replace")
        )
        return status, body

    async def close(self) -> None:
        """Closes connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def as_json(raw: bytes) -> Any:
    """What a body says when it is JSON, else None."""
    try:
        return json.loads(raw)
    except ValueError:
        return None
