"""Several processes on one PostgreSQL: the order of a chat, the roles, who takes over, a server that restarts."""

from collections.abc import Iterator

import pytest
from killable import Killable
from several import measure


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
