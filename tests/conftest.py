"""For all tests: random tests repeat themselves, and the run says how many journeys each channel had."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import settings

from bot.clock import CLOCK
from bot.store import ids
from tools import postgres
from tools.postgres import Postgres

# No deadline: tests do not depend on how fast this machine is today.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def real_time() -> Iterator[None]:
    """Whatever a test turned the clock by, the next one begins in the real hour, with ids of that hour."""
    clock, last = CLOCK._offset_ms, ids._last
    yield
    CLOCK._offset_ms, ids._last = clock, last


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One throw-away server a run (and a worker of pytest-xdist)."""
    if why := postgres.why_not():
        pytest.skip(why)
    server = Postgres.start()
    yield server
    server.close()


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """A database of one's own, with all tables."""
    url = postgres_server.database()
    yield url
    postgres_server.drop(url)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the journeys that passed, by channel."""
    passed = [report.nodeid for report in terminalreporter.stats.get("passed", [])]
    journeys = [name for name in passed if "tests/journeys/" in name]
    if journeys:
        known = ("zalo_oa", "telegram")
        counts = Counter(next((c for c in known if f"[{c}" in name), "on one only") for name in journeys)
        shown = ", ".join(f"{channel} {count}" for channel, count in sorted(counts.items()))
        terminalreporter.write_line(f"journeys passed: {shown}")
