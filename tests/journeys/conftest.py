"""The house as a fixture: over both channels, the main journeys by numbers and without buttons besides."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from house import House, prepare

from bot import testing
from bot.sandbox.server import start
from bot.store import ids

MAIN = {
    "test_member_taps_and_the_count_is_right",
    "test_clerk_composes_tests_confirms_and_members_acknowledge",
    "test_member_verifies_with_slip_and_birth_date",
}
"""Journeys that `make test` also plays with every answer typed as a number, and without any buttons."""
BY_NUMBER, WITHOUT_BUTTONS = "zalo_oa, numbers typed", "zalo_oa, no buttons"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every journey on every channel; on Zalo also by number alone, the lesser ones of these in `make bench`."""
    if "way" in metafunc.fixturenames:
        marks = [] if metafunc.function.__name__ in MAIN else [pytest.mark.long]
        more = [pytest.param(each, marks=marks) for each in (BY_NUMBER, WITHOUT_BUTTONS)]
        metafunc.parametrize("way", ["zalo_oa", "telegram", *more], indirect=True)


@pytest.fixture
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def channel(way: str) -> str:
    return way.split(",")[0]


@pytest.fixture
def store() -> str:
    """Which database a journey runs on; the main ones run on "postgresql" as well."""
    return os.environ.get("SOTAY_TEST_STORE", "sqlite")


@pytest.fixture
async def house(
    tmp_path: Path, channel: str, store: str, request: pytest.FixtureRequest
) -> AsyncIterator[House]:
    url = "" if store == "sqlite" else request.getfixturevalue("postgres_url")
    ids._last = 0  # a house of its own: other processes work on it, and know nothing of earlier tests' clocks
    sandbox = await start()
    way = request.getfixturevalue("way") if "way" in request.fixturenames else ""
    if way == WITHOUT_BUTTONS:
        await testing.control(
            sandbox.control_url, "switches", {"zalo_oa": {"buttons_under_text": False, "list": False}}
        )
    testing.BY_NUMBER = way in (BY_NUMBER, WITHOUT_BUTTONS)
    settings, vault = await asyncio.to_thread(prepare, tmp_path, sandbox, channel, database_url=url)
    if request.node.get_closest_marker("names_abroad"):
        settings.abroad_may_carry = "names"
    home = House(channel, tmp_path, sandbox, settings, vault)
    await home.up()
    try:
        yield home
    finally:
        if home.app is not None:
            await home.down()
        await sandbox.stop()
        await testing.close()
        testing.BY_NUMBER = False
