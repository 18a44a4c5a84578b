"""Several processes on one PostgreSQL: the order of a chat, the roles, who takes over, a server that restarts."""

import asyncio
import json
import time
from collections.abc import Iterator
from types import SimpleNamespace

import aiohttp
import pytest
from faulty import build
from kill_rounds import FIRST_USER, Loopback, post_words
from killable import Killable
from several import measure
from sqlalchemy import func, select

from bot.store import inbox, leases
from bot.store.tables.audit import audit
from bot.store.tables.delivery import outbox


@pytest.fixture(scope="session")
def second_parent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killable]:
    killable = Killable(tmp_path_factory.mktemp("second") / "bot.log")
    yield killable
    killable.close()


@pytest.mark.parametrize("roles", [("all", "all"), ("web", "worker")])
@pytest.mark.parametrize("channel", ["telegram"], indirect=True)
async def test_two_processes_keep_every_chats_order(
    tmp_path, channel, postgres_url, parent, second_parent, roles
):
    found = await measure(channel, 40, tmp_path, [parent, second_parent], postgres_url, roles)
    assert found.order_violations == 0
    assert found.effects == found.replies == found.updates == 200
    assert found.handled_by == (2 if roles[0] == "all" else 1)


class Home:
    """A small town on PostgreSQL whose platform only takes messages."""

    def __init__(self, town, platform, users) -> None:
        self.town, self.platform, self.users = town, platform, users

    async def waits(self, wanted, seconds: float = 60) -> None:
        async with asyncio.timeout(seconds):
            while not await self.town.write(wanted):  # noqa: ASYNC110 - other processes work
                await asyncio.sleep(0.02)


@pytest.fixture
async def home(tmp_path, channel, postgres_url, parent):
    platform = Loopback()
    await platform.start()
    parent.port = 0
    town = await asyncio.to_thread(build, tmp_path, platform, channel, 30, parent, "", postgres_url)
    users = [str(FIRST_USER + number) for number in range(30)]
    await town.link_all([SimpleNamespace(user_id=user) for user in users])
    yield Home(town, platform, users)
    await asyncio.to_thread(parent.kill_at_once)
    town.engine.dispose()
    await platform.stop()


def nothing_left(tx) -> bool:
    open_rows = tx.value(select(func.count()).where(outbox.c.state < 2))
    return not open_rows and not inbox.counts(tx)["waiting"]


@pytest.mark.parametrize("channel", ["telegram"], indirect=True)
async def test_when_the_sender_is_killed_another_has_its_channel_within_ten_seconds(
    home, parent, second_parent
):
    second_parent.port = 0
    try:
        await parent.start(home.town.settings)
        await home.waits(lambda tx: "send:telegram" in leases.holders(tx))
        await second_parent.start(home.town.settings)
        await home.waits(lambda tx: len(leases.live(tx, "the test")) == 3)
        holder = (await home.town.write(leases.holders))["send:telegram"]
        ready = [json.loads(line) for line in parent.log.read_text().splitlines() if '"ready"' in line]
        assert ready[-1]["process"] == holder
        parent.kill_at_once()
        killed = time.monotonic()
        await home.waits(lambda tx: leases.holders(tx).get("send:telegram", holder) != holder)
        assert time.monotonic() - killed < 10
        await home.town.directive(file=False)
        await home.waits(nothing_left)
        told = {chat for chat, words in home.platform.told if "52-KH/ĐU" in words}
        assert told == set(home.users)
        # The one that ends in order gives its duties back at once.
        await parent.start(home.town.settings)
        await home.waits(lambda tx: len(leases.live(tx, "the test")) == 3)
        second = (await home.town.write(leases.holders))["send:telegram"]
        await second_parent.stop()
        stopped = time.monotonic()
        await home.waits(lambda tx: leases.holders(tx).get("send:telegram", second) != second)
        assert time.monotonic() - stopped < leases.TTL_MS / 1000
    finally:
        await asyncio.to_thread(second_parent.kill_at_once)


async def test_a_server_that_crashes_and_comes_back_loses_nothing(home, parent, postgres_server, channel):
    """No 200 while it is gone; afterwards the same bot goes on, and every effect is there once."""
    if not postgres_server.ours:
        pytest.skip("the given PostgreSQL is not ours to crash")
    await parent.start(home.town.settings)
    await home.town.directive("101-KH/ĐU", file=False)
    await home.waits(nothing_left)
    home.platform.told.clear()
    posts = [post_words(channel, 1 + at, user, "101-KH/ĐU") for at, user in enumerate(home.users)]
    answers: list[int] = []
    answered: set[int] = set()
    refused = asyncio.Event()

    async def deliver(session: aiohttp.ClientSession, part: list) -> None:
        for post in part:
            url = f"http://127.0.0.1:{parent.port}{post.path}"
            while post.number not in answered:
                async with session.post(url, data=post.body, headers=post.headers) as answer:
                    answers.append(answer.status)
                    if answer.status == 200:
                        answered.add(post.number)
                        continue
                refused.set()
                await asyncio.sleep(0.1)  # the platform's own pause before it repeats

    async with aiohttp.ClientSession() as session:
        first = asyncio.gather(*(deliver(session, posts[at:15:3]) for at in range(3)))
        while len(answered) < 5:  # noqa: ASYNC110 - looked at each turn of the loop
            await asyncio.sleep(0)
        await asyncio.to_thread(postgres_server.down, "immediate")
        rest = asyncio.gather(*(deliver(session, posts[15 + at :: 3]) for at in range(3)))
        await asyncio.wait_for(refused.wait(), 30)
        said = len(answered)
        await asyncio.to_thread(postgres_server.up)
        await asyncio.wait_for(asyncio.gather(first, rest), 60)
    assert said < len(posts)
    assert set(answers) == {200, 503}
    home.town.engine.dispose()  # the test's own connections were lost as well
    await home.waits(nothing_left)
    noted = await home.town.write(
        lambda tx: [row.member_id for row in tx.rows(select(audit)) if row.action == "directive.acknowledge"]
    )
    assert len(noted) == len(set(noted)) == len(posts)
    told = {chat for chat, words in home.platform.told if "101-KH/ĐU" in words}
    assert told == set(home.users)
    assert (await home.town.write(inbox.counts))["set_aside"] == 0
