"""A database of one's own, keys of one's own, the sample roster."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from migrated import created
from organisation_doubles import Begin
from sqlalchemy import Engine

from bot.clock import now
from bot.organisation.models import Roster
from bot.organisation.roster_file import read_roster
from bot.organisation.roster_import import import_roster
from bot.store.engine import make_engine
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault

SAMPLE = Path(__file__).resolve().parents[2] / "bot" / "sample" / "roster.xlsx"


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault(Keys.new())


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path}/t.db")
    created(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def begin(engine: Engine, vault: Vault) -> Begin:
    """A transaction, committed at the end of the block."""

    @contextmanager
    def begin() -> Iterator[Tx]:
        with engine.begin() as conn:
            yield Tx(conn, now(), vault)

    return begin


@pytest.fixture
def tx(begin: Begin) -> Iterator[Tx]:
    with begin() as tx:
        yield tx


@pytest.fixture(scope="session")
def sample() -> Roster:
    return read_roster(SAMPLE)


@pytest.fixture
def stocked(tx: Tx, sample: Roster) -> Tx:
    """A transaction in which the sample roster was imported."""
    import_roster(tx, sample)
    return tx
