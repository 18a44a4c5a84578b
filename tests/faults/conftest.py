"""The sandbox in the test's process, the bot in another that is really killed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from faulty import Town, build
from killable import Killable

from bot import testing
from bot.sandbox.server import start


@pytest.fixture(params=["zalo_oa", "telegram"])
def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killable]:
    """Everything is imported once."""
    killable = Killable(tmp_path_factory.mktemp("killable") / "bot.log")
    yield killable
    killable.close()


@pytest.fixture
async def town(
    tmp_path: Path, channel: str, parent: Killable
) -> AsyncIterator[Callable[..., Awaitable[Town]]]:
    """Builds a town of so many members; its bot is started by `town.up()`."""
    sandbox = await start()
    parent.port = 0
    built: list[Town] = []

    async def make(members: int, errand: str = "") -> Town:
        found = await asyncio.to_thread(build, tmp_path, sandbox, channel, members, parent, errand)
        built.append(found)
        return found

    yield make
    await asyncio.to_thread(parent.kill_at_once)
    for each in built:
        each.engine.dispose()
    await sandbox.stop()
    await testing.close()
