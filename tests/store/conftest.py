"""A database of one's own, keys of one's own, and the writer."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from migrated import created
from sqlalchemy import Engine, NullPool, create_engine

from bot.clock import now
from bot.store.engine import make_engine
from bot.store.tables import metadata
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault
from bot.store.writer import Writer
from tools.postgres import Postgres


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault(Keys.new())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.db"


@pytest.fixture(scope="session")
def shared_database(postgres_server: Postgres) -> Iterator[str]:
    """One PostgreSQL database for all store tests, emptied after each."""
    url = postgres_server.database()
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on: both, unless it says otherwise."""
    return str(request.param)


@pytest.fixture
def url(store: str, path: Path, request: pytest.FixtureRequest) -> str:
    return f"sqlite:///{path}" if store == "sqlite" else str(request.getfixturevalue("shared_database"))


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    on_sqlite = engine.dialect.name == "sqlite"
    if on_sqlite:
        created(engine)
    yield engine
    if not on_sqlite:
        names = ", ".join(metadata.tables)
        with engine.begin() as conn:
            conn.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")
    engine.dispose()


@pytest.fixture
def other(url: str) -> Iterator[Engine]:
    """A second way to the same database, which knows nothing of ours."""
    other = create_engine(url, poolclass=NullPool)
    yield other
    other.dispose()


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
