"""A database of one's own, keys of one's own, and the writer."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.clock import now
from bot.store.engine import make_engine
from bot.store.tables import metadata
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault
from bot.store.writer import Writer


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault(Keys.new())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.db"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def tx(engine: Engine, vault: Vault) -> Iterator[Tx]:
    with engine.begin() as conn:
        yield Tx(conn, now(), vault)


@pytest.fixture
async def writer(engine: Engine, vault: Vault) -> AsyncIterator[Writer]:
    # A long batch: what waits goes into one commit however slow the machine is.
    writer = Writer(engine, vault, loop=asyncio.get_running_loop(), batch_ms=10_000)
    writer.start()
    yield writer
    await asyncio.to_thread(writer.stop)
