"""A sender to send with."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from migrated import created
from posting import Post

from bot.store.engine import make_engine
from bot.store.vault import Keys, Vault


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    engine = make_engine(f"sqlite:///{tmp_path}/t.db")
    created(engine)
    post = Post(engine, Vault(Keys.new()))
    yield post
    for platform in (post.telegram, post.zalo):
        platform.gate.set()
    await post.sender.stop()
    await asyncio.to_thread(post.writer.stop)
    engine.dispose()
