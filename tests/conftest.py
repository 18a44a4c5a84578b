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


TWINS = (
    "test_kill.py::test_acknowledgements_and_five_kills[zalo_oa-sqlite]",
    "test_kill.py::test_acknowledgements_and_five_kills[telegram-postgresql]",
    "test_kill.py::test_acknowledgements_in_flight_when_the_kill_comes_count_exactly_once[zalo_oa]",
    "test_kill.py::test_killed_between_any_two_steps_of_verification_and_acknowledgement[zalo_oa]",
    "test_several.py::test_two_processes_keep_every_chats_order[telegram-roles0]",
    "test_bytes.py::test_the_disk_holds_no_value_of_the_roster_and_no_answer[zalo_oa]",
    "test_erasure_bytes.py::test_an_erased_member_is_gone_from_bytes_and_from_behind_the_seals[zalo_oa]",
    "test_token_storm.py::test_three_processes_renew_once_and_lose_nothing[refused by Zalo]",
    "test_token_storm.py::test_three_processes_renew_once_and_lose_nothing[old pair ended by the new one]",
    "test_demo.py::test_the_script_plays_to_its_end_and_its_figures_agree[telegram]",
    "test_screen_page.py::test_the_code_fits_and_renews_itself[1024-768]",
    "test_screen_page.py::test_the_code_fits_and_renews_itself[1920-1080]",
    "test_demo_live.py::test_the_demo_opens_and_leaves_nothing_behind[2]",
    "test_evaluation.py::test_the_object_is_whole[train]",
)
TWIN_FILES = (
    "test_calling.py",
    "test_compose_bad_input.py",
    "test_digest.py",
    "test_roster_in_chat.py",
    "test_wrong_twice.py",
)
"""Heavy tests whose twin, on the other channel, store or size, stays in `make test`; these run in `make bench`.
Of the files the journeys on Telegram."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the twins as long."""
    for item in items:
        if item.nodeid.endswith(TWINS) or (item.path.name in TWIN_FILES and "[telegram" in item.nodeid):
            item.add_marker(pytest.mark.long)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the journeys that passed, by channel."""
    passed = [report.nodeid for report in terminalreporter.stats.get("passed", [])]
    journeys = [name for name in passed if "tests/journeys/" in name]
    if journeys:
        known = ("zalo_oa", "telegram")
        counts = Counter(next((c for c in known if f"[{c}" in name), "on one only") for name in journeys)
        shown = ", ".join(f"{channel} {count}" for channel, count in sorted(counts.items()))
        terminalreporter.write_line(f"journeys passed: {shown}")
