"""The pair of tokens: renewed by one, committed before use, and words for a person when it cannot be."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from migrated import created
from sqlalchemy import Engine
from structlog.testing import capture_logs

from bot.channels.zalo_oa import tokens
from bot.channels.zalo_oa.oauth import Grant, OAuth
from bot.channels.zalo_oa.tokens import Pair, Tokens
from bot.chat.errors import TokenExpired
from bot.clock import CLOCK
from bot.sandbox.server import Sandbox, start
from bot.store.engine import make_engine
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault
from bot.store.writer import Writer, write

HOUR = 3600


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    running = await start()
    yield running
    await running.stop()


@pytest.fixture
def turn() -> Callable[[float], None]:
    return lambda seconds: CLOCK.turn(timedelta(seconds=seconds))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.db"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{path}")
    created(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def vault() -> Vault:
    return Vault(Keys.new())


class Desk:
    """A database, processes that share it, and what administrators were told."""

    def __init__(self, sandbox: Sandbox, engine: Engine, vault: Vault) -> None:
        self.oauth = sandbox.zalo.oauth
        self.base = sandbox.info()["zalo_oa"]["oauth_url"]
        self.api = sandbox.info()["zalo_oa"]["base_url"]
        self.engine = engine
        self.vault = vault
        self.told: list[str] = []
        self.opened: list[tuple[Tokens, Writer]] = []

    def process(self, name: str = "a", secret: str | None = None) -> Tokens:
        """One more process on this database."""
        writer = Writer(self.engine, self.vault, loop=asyncio.get_running_loop())
        writer.start()
        client = OAuth(self.oauth.app_id, secret or self.oauth.app_secret, self.base)
        made = Tokens(writer, client, name=name, tell=lambda tx, words, works: self.told.append(words))
        self.opened.append((made, writer))
        return made

    def connect(self) -> str:
        """A connection made now; the access token."""
        lives = 90 * 86_400
        self.oauth.access_token, self.oauth.refresh_token = self.oauth._grant(
            self.oauth.world.now_ms() + lives * 1000
        )
        grant = Grant(self.oauth.access_token, self.oauth.refresh_token, 90_000, lives)
        write(
            self.engine, self.vault, partial(tokens.connect, app_id=self.oauth.app_id, oa_id="1", grant=grant)
        )
        return grant.access

    def pair(self) -> Pair:
        found = write(self.engine, self.vault, partial(tokens.read, app_id=self.oauth.app_id))
        assert found is not None
        return found

    def good(self, token: str) -> bool:
        return self.oauth.access.get(token, 0) > self.oauth.world.now_ms()


@pytest.fixture
async def desk(sandbox: Sandbox, engine: Engine, vault: Vault) -> AsyncIterator[Desk]:
    made = Desk(sandbox, engine, vault)
    yield made
    for each, writer in made.opened:
        await each.close()
        await asyncio.to_thread(writer.stop)


async def test_a_connected_account_has_a_token_and_asks_nobody(desk: Desk) -> None:
    access = desk.connect()
    process = desk.process()
    assert [await process.token() for _ in range(3)] == [access] * 3
    assert desk.oauth.renewals == 0


async def test_tokens_are_sealed(desk: Desk) -> None:
    access, refresh = desk.connect(), desk.oauth.refresh_token
    with desk.engine.connect() as conn:
        dump = "".join(conn.connection.driver_connection.iterdump())
    assert desk.oauth.app_id in dump
    for secret in (access, refresh):
        assert secret not in dump
        assert secret.encode().hex() not in dump.lower()


async def test_an_account_that_was_never_connected_is_told_in_words(desk: Desk) -> None:
    process = desk.process()
    with pytest.raises(TokenExpired):
        await process.token()
    with capture_logs() as logs:
        await process.look()
        await process.look()
    assert [entry["say"] for entry in logs if "say" in entry] == [
        "Bot chưa được nối với Zalo OA. Hãy chạy: sotay zalo connect"
    ]


async def test_it_is_renewed_ahead_of_its_end(desk: Desk, turn: Callable[[float], None]) -> None:
    first = desk.connect()
    process = desk.process()
    await process.look()
    assert await process.token() == first
    turn(13 * HOUR)
    await process.look()
    assert await process.token() != first
    assert desk.good(await process.token())
    assert desk.oauth.renewals == 1
    await process.look()
    assert desk.oauth.renewals == 1


async def test_it_goes_on_by_itself(desk: Desk, turn: Callable[[float], None]) -> None:
    desk.connect()
    process = desk.process()
    for _ in range(30):
        turn(12.6 * HOUR)
        await process.look()
        assert desk.good(await process.token())
    assert desk.oauth.renewals == 30
    assert desk.told == []


@pytest.mark.parametrize("ends_old", [False, True])
async def test_fifty_in_three_processes_at_the_moment_of_expiry_renew_once(
    desk: Desk, turn: Callable[[float], None], ends_old: bool
) -> None:
    desk.oauth.switches["refresh_ends_old"] = ends_old
    first = desk.connect()
    processes = [desk.process(name) for name in "abc"]
    assert [await each.token() for each in processes] == [first] * 3
    turn(25 * HOUR + 1)
    found = await asyncio.gather(*(each.token() for each in processes for _ in range(50)))
    assert len(set(found)) == 1
    assert desk.good(found[0])
    assert desk.oauth.renewals == 1
    assert desk.oauth.world.stats["zalo_oa"]["oauth_-14020"] == 0


async def test_a_refused_token_is_renewed_once_for_all(desk: Desk, turn: Callable[[float], None]) -> None:
    first = desk.connect()
    turn(HOUR)
    desk.oauth.expire()
    one, other = desk.process("one"), desk.process("other")
    found = await asyncio.gather(*(each.renewed(first) for each in (one, other) for _ in range(20)))
    assert len(set(found)) == 1
    assert desk.good(found[0])
    assert desk.oauth.renewals == 1
    with pytest.raises(TokenExpired):  # refused again within the minute: another pair would be, too
        await one.renewed(found[0])
    assert desk.oauth.renewals == 1


async def test_a_new_pair_is_committed_before_anybody_uses_it(
    desk: Desk, turn: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.connect()
    turn(25 * HOUR)
    process = desk.process()
    tries = []

    def failing(tx: Tx, app_id: str, version: int, grant: Grant) -> Any:
        tries.append(version)
        if len(tries) < 3:
            raise OSError("the disk is full")
        return keep(tx, app_id, version, grant)

    keep = tokens._keep
    monkeypatch.setattr(tokens, "_keep", failing)
    monkeypatch.setattr(tokens, "PAUSES_S", (0.01,) * 4)
    found = await process.token()
    assert len(tries) == 3
    assert desk.pair().access == found
    assert desk.good(found)


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "no answer": ({"drop": "before"}, "unclear"),
    "a page": ({"http_status": 502}, "unclear"),
    "a page with 200": ({"http_status": 200}, "unclear"),
    "disabled": ({"error": -14002, "description": "Application is not active"}, "app_disabled"),
    "secret": ({"error": -14004, "description": "Invalid secret key"}, "secret_wrong"),
    "unknown": ({"error": -99, "description": "?"}, "refused"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_what_passes_is_tried_again_and_the_token_stays_in_use(
    desk: Desk, turn: Callable[[float], None], name: str
) -> None:
    fault, problem = FAULTS[name]
    first = desk.connect()
    turn(13 * HOUR)
    process = desk.process()
    await _fault(desk, **fault)
    await process.look()
    assert await process.token() == first
    assert desk.pair().problem == problem
    # a lost answer needs nobody yet; what a person can mend is told at once, with how long it still works
    assert len(desk.told) == (problem != "unclear")
    assert all("Tin vẫn gửi được đến" in words for words in desk.told)
    await process.look()
    assert desk.oauth.renewals == 0  # not before its time
    turn(601)
    await process.look()
    assert desk.oauth.renewals == 1
    assert desk.pair().problem is None
    assert await process.token() != first


async def test_an_answer_that_was_lost_means_a_person_must_connect(
    desk: Desk, turn: Callable[[float], None]
) -> None:
    first = desk.connect()
    turn(13 * HOUR)
    process = desk.process()
    await _fault(desk, drop="after")
    await process.look()
    assert desk.pair().problem == "unclear"
    turn(61)
    with capture_logs() as logs:
        await process.look()
    assert desk.pair().problem == "interrupted"
    assert desk.oauth.world.stats["zalo_oa"]["oauth_-14020"] == 1
    (said,) = desk.told
    assert "bị ngắt giữa chừng" in said
    assert "sotay zalo connect" in said
    assert said in [entry.get("say") for entry in logs]
    assert await process.token() == first  # half a day is left
    for _ in range(3):
        turn(601)
        await process.look()
    assert desk.oauth.world.stats["zalo_oa"]["oauth_-14020"] == 1  # it is not tried again
    turn(13 * HOUR)
    with pytest.raises(TokenExpired):
        await process.token()
    turn(24 * HOUR)
    await process.look()
    assert len(desk.told) == 2  # told once a day
    assert "Tin vẫn gửi được" not in desk.told[1]
    desk.connect()
    await process.look()
    assert desk.good(await process.token())
    assert desk.pair().problem is None


async def test_a_refresh_token_used_elsewhere_is_told(desk: Desk, turn: Callable[[float], None]) -> None:
    desk.connect()
    desk.oauth.spent.add(desk.oauth.refresh_token)
    turn(13 * HOUR)
    process = desk.process()
    await process.look()
    assert desk.pair().problem == "spent"
    assert "Zalo không nhận mã làm mới nữa" in desk.told[0]


async def test_a_slow_process_still_brings_the_only_pair_that_lives(
    desk: Desk, turn: Callable[[float], None]
) -> None:
    """Its claim ran out, another process tried the same token and was refused."""
    desk.connect()
    turn(13 * HOUR)
    slow, quick = desk.process("slow"), desk.process("quick")
    answered, go_on = _hold(slow)
    looking = asyncio.create_task(slow.look())
    await answered.wait()
    turn(61)
    await quick.look()
    assert desk.pair().problem == "interrupted"
    go_on.set()
    await looking
    assert desk.pair().problem is None
    assert desk.good(await slow.token())


async def test_a_sender_that_gives_up_does_not_take_the_renewal_along(
    desk: Desk, turn: Callable[[float], None]
) -> None:
    desk.connect()
    turn(26 * HOUR)
    process = desk.process()
    answered, go_on = _hold(process)
    waiting = asyncio.create_task(process.token())
    await answered.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    await process.close()
    assert desk.oauth.renewals == 1
    assert desk.good(desk.pair().access)


async def test_a_person_is_told_days_before_the_three_months_end(
    desk: Desk, turn: Callable[[float], None]
) -> None:
    desk.connect()
    process = desk.process()
    await _fault(desk, error=-99, times=1000)
    turn(75 * 24 * HOUR)
    await process.look()
    assert "sắp hết hạn" not in desk.told.pop()
    for _ in range(8):
        turn(12 * HOUR)
        await process.look()
    assert "sắp hết hạn" in desk.told[0]
    assert len(desk.told) == 4  # once a day


def _hold(process: Tokens) -> tuple[asyncio.Event, asyncio.Event]:
    """Holds a process between Zalo's answer and the commit: (told when it is there, lets it go on)."""
    answered, go_on = asyncio.Event(), asyncio.Event()
    refresh = process._oauth.refresh

    async def slowly(token: str) -> Grant:
        grant = await refresh(token)
        answered.set()
        await go_on.wait()
        return grant

    process._oauth.refresh = slowly  # type: ignore[method-assign]  # the machine is slow
    return answered, go_on


async def _fault(desk: Desk, **fault: Any) -> None:
    from bot.sandbox.world import Fault

    desk.oauth.world.faults.clear()
    desk.oauth.world.faults.append(Fault("zalo_oa", "access_token", **fault))
