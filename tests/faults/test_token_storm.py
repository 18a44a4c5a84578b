"""Three processes on one PostgreSQL at the moment of expiry; a refresher that is killed at the worst one."""

import asyncio
import json
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.zalo_oa import tokens
from bot.channels.zalo_oa.oauth import Grant
from bot.clock import CLOCK
from bot.sandbox.server import Sandbox, start
from bot.store.engine import make_engine
from bot.store.migrate import migrate
from bot.store.tables import delivery as tables
from bot.store.vault import Keys, Vault
from bot.store.writer import write

PROGRAM = Path(__file__).with_name("token_process.py")
SENDS = 200
HOURS = 3600


class Storm:
    """A database, the sandbox, people to write to, and processes that do."""

    def __init__(self, folder: Path, sandbox: Sandbox, database: str) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.oauth = sandbox.zalo.oauth
        self.database = database
        self.engine = make_engine(database)
        Keys.new().write(folder / "keys.json")
        self.vault = Vault(Keys.read(folder / "keys.json"))
        self.people: list[str] = []
        self.processes: list[asyncio.subprocess.Process] = []

    def connect(self, hours_ago: float) -> None:
        """The account was connected so long ago, with a pair of that moment."""
        CLOCK.turn(timedelta(hours=-hours_ago))
        try:
            access, refresh = self.oauth._grant(self.oauth.world.now_ms() + 90 * 24 * HOURS * 1000)
            grant = Grant(access, refresh, 25 * HOURS, 90 * 24 * HOURS)
            keep = partial(tokens.connect, app_id=self.oauth.app_id, oa_id=self.oauth.oa_id, grant=grant)
            write(self.engine, self.vault, keep)
        finally:
            CLOCK.turn(timedelta(hours=hours_ago))

    def gather(self, count: int) -> None:
        """So many people follow the account."""
        for _ in range(count):
            made = self.sandbox.control.zalo_people.create({})
            made.open = made.follows = True
            made.last_interaction = self.oauth.world.now_ms()
            self.people.append(made.user_id)

    async def process(
        self, name: str, people: list[str] | None = None, *, turned: float = 0, **how: bool
    ) -> asyncio.subprocess.Process:
        """One more process, loaded and waiting for "go", with a reply for each of these people."""
        made = await asyncio.create_subprocess_exec(
            sys.executable,
            str(PROGRAM),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self.processes.append(made)
        info = self.sandbox.info()["zalo_oa"]
        given: dict[str, Any] = {
            "name": name,
            "people": people or [],
            "turned": turned,
            "keys": str(self.folder / "keys.json"),
            "folder": str(self.folder),
            "database": self.database,
            "app_id": info["app_id"],
            "app_secret": info["app_secret"],
            "oauth": info["oauth_url"],
            "api": info["base_url"],
            "dies": False,
            "looks": False,
            "warm": False,
        }
        self.tell(made, json.dumps(given | how))
        assert await self.hears(made) == "ready"
        return made

    def tell(self, process: asyncio.subprocess.Process, line: str) -> None:
        assert process.stdin is not None
        process.stdin.write(f"{line}\n".encode())

    async def hears(self, process: asyncio.subprocess.Process) -> str:
        """The next line the process says; "" when it is dead."""
        assert process.stdout is not None
        async with asyncio.timeout(120):
            while line := (await process.stdout.readline()).decode().strip():
                if not line.startswith("{"):  # a line of the log
                    return line
        return ""

    async def end(self) -> None:
        for process in self.processes:
            if process.returncode is None:
                assert process.stdin is not None
                process.stdin.close()
                await process.wait()
        self.engine.dispose()

    def states(self) -> Counter[int]:
        with self.engine.connect() as conn:
            return Counter(row.state for row in conn.execute(select(tables.outbox.c.state)))

    def received(self) -> Counter[int]:
        """How many messages each person has -> how many people."""
        chats = self.sandbox.world.chats
        return Counter(len(chats["zalo_oa", person].messages) for person in self.people)

    def pair(self) -> tokens.Pair:
        found = write(self.engine, self.vault, partial(tokens.read, app_id=self.oauth.app_id))
        assert found is not None
        return found

    @property
    def counts(self) -> Counter[str]:
        return self.sandbox.world.stats["zalo_oa"]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    running = await start()
    yield running
    await running.stop()


@pytest.mark.parametrize("moment", ["by the clock", "refused by Zalo", "old pair ended by the new one"])
async def test_three_processes_renew_once_and_lose_nothing(
    tmp_path: Path, sandbox: Sandbox, postgres_url: str, moment: str
) -> None:
    storm = Storm(tmp_path, sandbox, postgres_url)
    try:
        storm.oauth.switches["refresh_ends_old"] = moment.startswith("old")
        storm.connect(25.1 if moment == "by the clock" else 10)
        storm.gather(SENDS)
        warm = moment != "by the clock"  # these three hold the pair in memory, and it still looks good
        three = await asyncio.gather(
            *(storm.process(name, storm.people[n::3], warm=warm) for n, name in enumerate("abc"))
        )
        storm.oauth.expire()
        for process in three:
            storm.tell(process, "go")
        assert await asyncio.gather(*(storm.hears(process) for process in three)) == ["sent"] * 3
        assert storm.oauth.renewals == 1
        assert storm.counts["oauth_-14020"] == 0
        assert storm.states() == {tables.SENT: SENDS}
        assert storm.received() == {1: SENDS}
        assert storm.pair().problem is None
        # each process met the end: each of its sends on the way was refused once
        assert storm.counts["refused"] >= 3 if warm else storm.counts["refused"] == 0
    finally:
        await storm.end()


async def test_the_refresher_is_killed_between_answer_and_commit(tmp_path: Path, sandbox: Sandbox) -> None:
    storm = Storm(tmp_path, sandbox, f"sqlite:///{tmp_path / 'storm.db'}")
    migrate(storm.engine)
    try:
        storm.connect(25.1)
        storm.gather(5)
        doomed = await storm.process("doomed", storm.people, dies=True)
        storm.tell(doomed, "go")
        assert await storm.hears(doomed) == ""
        assert await doomed.wait() == -signal.SIGKILL
        assert storm.oauth.renewals == 1  # Zalo has given the new pair, and nobody has it
        assert storm.pair().access not in (storm.oauth.access_token, "")

        nxt = await storm.process("next", turned=61, looks=True)
        storm.tell(nxt, "go")
        said = await storm.hears(nxt)
        assert said.startswith("told: Lần làm mới quyền trước đó bị ngắt giữa chừng")
        assert "Tin chưa gửi vẫn được giữ. Hãy chạy: sotay zalo connect" in said
        assert await storm.hears(nxt) == "looked"
        assert storm.pair().problem == "interrupted"
        assert storm.counts["oauth_-14020"] == 1  # asked once, to be sure; never again
        assert tables.SENT not in storm.states()

        storm.connect(0)
        after = await storm.process("after", turned=200)
        storm.tell(after, "go")
        assert await storm.hears(after) == "sent"
        assert storm.states() == {tables.SENT: 5}
        assert storm.received() == {1: 5}
        assert storm.counts["oauth_-14020"] == 1
    finally:
        await storm.end()
