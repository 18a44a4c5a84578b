"""kill -9 of the sender in the middle of a broadcast, on one channel for each store."""

from pathlib import Path

import pytest
from killable import Killable
from sender_rounds import SenderRounds


@pytest.mark.parametrize(
    ("store", "channel", "kills"), [("sqlite", "zalo_oa", 3), ("postgresql", "telegram", 1)]
)
async def test_the_sender_is_killed_and_nobody_is_left_out(
    tmp_path: Path, store: str, channel: str, kills: int, parent: Killable, request: pytest.FixtureRequest
) -> None:
    """`python -m benchmarks.sender_faults`: 5,000 recipients and twenty kills on each store and channel."""
    url = "" if store == "sqlite" else request.getfixturevalue("postgres_url")
    found = await SenderRounds(channel, store, kills, 300, tmp_path, parent, url).run()
    assert (found.recipients, found.kills, found.lost) == (300, kills, 0)
    assert found.in_flight > 0
    assert found.doubles <= found.in_flight + found.uncommitted, found
