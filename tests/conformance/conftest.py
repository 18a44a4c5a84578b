"""A fresh sandbox for each test, and a place for bots to listen."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import table
from aiohttp import ClientSession, web
from listening import Listener

from bot import testing
from bot.sandbox.server import Sandbox, start
from bot.testing import Person, control


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    running = await start()
    yield running
    await testing.close()
    await running.stop()


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as opened:
        yield opened


@pytest.fixture
async def person(sandbox: Sandbox) -> Person:
    """Somebody on Telegram who opened the bot's chat."""
    made = await Person.create(sandbox.control_url, "telegram", name="Trần Thị Mẫu", phone="0912 000 111")
    await made.starts()
    return made


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    heard = Listener()
    app = web.Application()
    app.router.add_post("/hook", heard.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    heard.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield heard
    await runner.cleanup()


@pytest.fixture
def turn(sandbox: Sandbox) -> Callable[[float], Awaitable[None]]:
    """Turns the clock by seconds."""

    async def by(seconds: float) -> None:
        await control(sandbox.control_url, "clock", {"seconds": seconds})

    return by


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """How much of the platform was driven by whom; the whole table when only these tests were asked for."""
    passed = {
        report.nodeid.rpartition("[")[2].rstrip("]")
        for report in terminalreporter.stats.get("passed", ())
        if "test_every_method_by_every_client[" in report.nodeid
    }
    if not passed:
        return
    terminalreporter.section("Telegram's methods x clients")
    if any("conformance" in argument for argument in config.args):
        terminalreporter.write_line(table.render())
    terminalreporter.write_line(f"{table.counted()}; driven in this run: {len(passed)}")
