"""More comes in than the bot can work off. No clock: what counts is who was refused, and in which order it went."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from test_worker import Bench

from bot import worker
from bot.channels.webhooks import InboxFull
from bot.store.engine import make_engine
from bot.store.tables import metadata
from bot.store.vault import Keys, Vault

CONNECTIONS = 16


class Slow(Bench):
    """Its handler works only when it is let."""

    def begin(self) -> None:
        super().begin()
        self.most = 0
        self.open = asyncio.Event()
        self.open.set()
        submit = self.worker._submit

        def later(row, attempt):
            if self.open.is_set():
                submit(row, attempt)
            else:
                self.held.append((row, attempt))

        self.held: list = []
        self.worker._submit = later  # type: ignore[method-assign]

    def go(self) -> None:
        self.open.set()
        for row, attempt in self.held:
            self.worker._submit(row, attempt)
        self.held.clear()

    async def repeats(self, chat: str, text: str) -> int:
        """Posts as Telegram does: again until it is taken. Returns how often it was refused."""
        refused = 0
        while True:
            try:
                await self.put(chat, text)
            except InboxFull:
                refused += 1
                await asyncio.sleep(0)
            else:
                self.most = max(self.most, self.worker.waiting)
                return refused


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[Slow]:
    engine = make_engine(f"sqlite:///{tmp_path}/t.db")
    metadata.create_all(engine)
    made = Slow(engine, Vault(Keys.new()), limit=40, chat_limit=10)
    yield made
    await made.end()
    engine.dispose()


async def test_a_flood_is_held_at_the_limit_and_everything_taken_is_worked_off(slow):
    wanted = [(f"chat{number % 60}", str(number)) for number in range(240)]
    todo = iter(wanted)
    refused = 0

    async def connection():
        nonlocal refused
        for chat, text in todo:
            refused += await slow.repeats(chat, text)

    slow.open.clear()  # nothing is worked off until the flood stands at the limit
    posting = [asyncio.create_task(connection()) for _ in range(CONNECTIONS)]
    async with asyncio.timeout(20):
        while slow.worker.waiting < slow.limit:  # noqa: ASYNC110 - the worker rings no bell for it
            await asyncio.sleep(0)
        with pytest.raises(InboxFull):
            await slow.put("another", "x")
        slow.go()
        await asyncio.gather(*posting)
        await slow.hand.until(lambda: len(slow.hand.said) == len(wanted))
    assert refused > 0
    assert slow.most <= slow.limit + CONNECTIONS  # those on their way when the limit was reached
    assert sorted(slow.hand.said) == sorted((chat, f"xong {text}") for chat, text in wanted)
    assert await slow.counts() == {"waiting": 0, "done": len(wanted), "set_aside": 0}
    assert slow.worker.waiting == 0


async def test_zalo_is_stored_on_above_the_limit_without_keeping_it_in_memory(slow, monkeypatch):
    monkeypatch.setattr(worker, "IN_MEMORY", 30)
    slow.open.clear()
    await asyncio.gather(*(slow.put(f"z{n % 7}", str(n), channel="zalo_oa") for n in range(120)))
    kept = [row.payload for queue in slow.worker._chats.values() for row in queue if row.payload is not None]
    assert slow.worker.waiting == 120
    assert len(kept) == 30
    slow.go()
    await slow.hand.until(lambda: len(slow.hand.said) == 120)
    for chat in range(7):
        assert slow.hand.to(f"z{chat}") == [f"xong {n}" for n in range(chat, 120, 7)]


async def test_one_noisy_chat_fills_its_own_share_only(slow):
    slow.open.clear()
    taken = 0
    for number in range(30):
        try:
            await slow.put("noisy", str(number))
        except InboxFull:
            continue
        taken += 1
    assert taken == slow.chat_limit
    await slow.put("quiet", "x")  # there is room for everybody else
    slow.go()
    await slow.hand.until(lambda: len(slow.hand.said) == taken + 1)


async def test_one_noisy_chat_delays_the_others_by_no_more_than_its_turn(slow):
    slow.open.clear()
    for number in range(slow.chat_limit):
        await slow.put("noisy", str(number))
    others = [f"quiet{number}" for number in range(20)]
    for chat in others:
        await slow.put(chat, "x")
    slow.go()
    await slow.hand.until(lambda: len(slow.hand.said) == slow.chat_limit + len(others))
    chats = [chat for chat, _text in slow.hand.said]
    last = max(chats.index(chat) for chat in others)
    assert chats[:last].count("noisy") <= 2  # its first, and at most one more while the others had their turn
