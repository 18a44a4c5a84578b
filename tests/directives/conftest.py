"""The fixtures of a small branch."""

from collections.abc import Iterator

import pytest
from small_branch import START, VAULT, World, stock
from sqlalchemy import Engine

from bot.store.engine import make_engine
from bot.store.tables import metadata
from bot.store.tx import Tx


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    made = make_engine("sqlite://")
    metadata.create_all(made)
    with made.begin() as conn:
        stock(Tx(conn, START, VAULT))
    yield made
    made.dispose()


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    made = World(engine)
    yield made
    made.end()
