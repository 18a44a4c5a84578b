"""Several bots on one PostgreSQL: each chat's updates come in at one, then at another, and keep their order."""

import asyncio
import itertools
import re
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
from faulty import build
from kill_rounds import FIRST_USER, Loopback, post_words, reply_to
from killable import Killable
from sqlalchemy import func, select

from bot.store import inbox
from bot.store.tables.conversation import inbox as inbox_rows
from bot.store.tables.conversation import inbox_chats
from bot.store.tables.delivery import outbox
from bot.store.tables.directives import recipients
from bot.store.tx import Tx

PAPERS = 5
CONNECTIONS = 64


@dataclass
class Measured:
    """One run, counted in the database and at the platform."""

    processes: int
    updates: int
    effects: int
    order_violations: int
    """Replies of a chat that reached it before the reply to an earlier update, and updates stored so."""
    replies: int
    stored_per_s: float
    answered_per_s: float
    handled_by: int
    """How many processes handled some of them."""

    def plain(self) -> dict[str, Any]:
        return asdict(self)


class InOrder(Loopback):
    """Notes in which order each chat was told of which paper, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.papers: dict[str, list[str]] = {}
        self.last = 0.0

    def _note(self, chat: object, text: str) -> int:
        if found := reply_to(text):
            self.papers.setdefault(str(chat), []).append(found)
        self.last = time.perf_counter()
        return super()._note(chat, text)


async def measure(
    channel: str, members: int, folder: Path, bots: list[Killable], url: str, roles: tuple[str, ...] = ()
) -> Measured:
    """Every member acknowledges PAPERS papers in words, one after another, at the web processes in turn."""
    platform = InOrder()
    await platform.start()
    for bot in bots:
        bot.port = 0
    town = await asyncio.to_thread(build, folder, platform, channel, members, bots[0], "", url)
    try:
        users = [str(FIRST_USER + number) for number in range(members)]
        await town.link_all([SimpleNamespace(user_id=user) for user in users])
        roles = roles or ("all",) * len(bots)
        for bot, role in zip(bots, roles, strict=True):
            await bot.start(town.settings | {"role": role})
        names = [f"{101 + number}-KH/ĐU" for number in range(PAPERS)]
        for name in names:
            await town.directive(name, file=False)
        await _idle(town)
        platform.papers.clear()
        ports = [bot.port for bot, role in zip(bots, roles, strict=True) if role != "worker"]
        begun = time.perf_counter()
        await _pour(channel, users, names, ports)
        stored = time.perf_counter()
        await _idle(town)

        def look(tx: Tx) -> tuple[int, list[Any], int]:
            effects = tx.value(select(func.count()).where(recipients.c.acknowledged_ms.is_not(None)))
            rows = tx.rows(select(inbox_rows.c.chat_key, inbox_rows.c.update_key).order_by(inbox_rows.c.id))
            handlers = tx.value(select(func.count(func.distinct(inbox_chats.c.held_by))))
            return int(effects), rows, int(handlers)

        effects, rows, handlers = await town.write(look)
        counts = await town.write(inbox.counts)
        assert counts["waiting"] == counts["set_aside"] == 0, counts
        stored_in: dict[str, list[int]] = {}
        for row in rows:
            stored_in.setdefault(row.chat_key, []).append(int(re.sub(r"\D", "", row.update_key)))
        violations = sum(_out_of_order(told) for told in platform.papers.values())
        violations += sum(_out_of_order(keys) for keys in stored_in.values())
        updates = members * PAPERS
        return Measured(
            processes=len(bots),
            updates=updates,
            effects=effects,
            order_violations=violations,
            replies=sum(len(told) for told in platform.papers.values()),
            stored_per_s=round(updates / (stored - begun), 1),
            answered_per_s=round(updates / (platform.last - begun), 1),
            handled_by=handlers,
        )
    finally:
        for bot in bots:
            await asyncio.to_thread(bot.kill_at_once)
        town.engine.dispose()
        await platform.stop()


def _out_of_order(found: list[Any]) -> int:
    return sum(one > other for one, other in itertools.pairwise(found))


async def _pour(channel: str, users: list[str], names: list[str], ports: list[int]) -> None:
    left = list(enumerate(users))

    async def chat_after_chat(session: aiohttp.ClientSession) -> None:
        while left:
            number, user = left.pop()
            for at, name in enumerate(names):
                post = post_words(channel, 1 + number * len(names) + at, user, name)
                url = f"http://127.0.0.1:{ports[at % len(ports)]}{post.path}"
                async with session.post(url, data=post.body, headers=post.headers) as answer:
                    assert answer.status == 200

    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=60)
    ) as session:
        await asyncio.gather(*(chat_after_chat(session) for _ in range(CONNECTIONS)))


async def _idle(town: Any) -> None:
    def busy(tx: Tx) -> int:
        return int(tx.value(select(func.count()).where(outbox.c.state < 2))) + inbox.counts(tx)["waiting"]

    async with asyncio.timeout(300):
        while await town.write(busy):  # noqa: ASYNC110 - other processes work; only their database can tell
            await asyncio.sleep(0.05)
