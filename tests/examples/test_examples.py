"""Ordinary bots, as their users would write them, against `sotay sandbox`: three processes, real HTTP."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import testing
from bot.testing import Person, control

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENCE_S = 60.0


@asynccontextmanager
async def running(*command: str, **environment: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=PIPE, env={**os.environ, **environment}
    )
    try:
        yield process
        # A bot that died before it was asked to is a failure of its own.
        assert process.returncode is None, f"{command} ended with {process.returncode}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), PATIENCE_S)


@pytest.fixture
async def info() -> AsyncIterator[dict[str, Any]]:
    async with running("-m", "bot", "sandbox", "--port", "0", "--json") as sandbox:
        assert sandbox.stdout is not None
        yield json.loads(await asyncio.wait_for(sandbox.stdout.readline(), PATIENCE_S))
        await testing.close()


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


@pytest.mark.parametrize("example", ["aiogram_bot.py", "ptb_bot.py", "ptb_bot.py by webhook"])
async def test_an_ordinary_bot_does_not_notice(info: dict[str, Any], example: str) -> None:
    name, _, by_webhook = example.partition(" ")
    hook = [f"http://127.0.0.1:{free_port()}/hook"] if by_webhook else []
    telegram = info["telegram"]
    bot = running(str(EXAMPLES / name), *hook, BOT_TOKEN=telegram["token"], BOT_API=telegram["base_url"])
    async with bot:
        person = await Person.create(info["control_url"], "telegram", name="Người Mẫu", phone="0912345678")
        await person.starts()
        card = await person.sees("Văn bản mẫu số 1", timeout=PATIENCE_S)
        assert card.entities == 1 and card.buttons == ("Đã đọc",)
        await person.taps("Đã đọc")
        await person.sees("Đã ghi nhận")
        assert (await person.sees("mẫu số 1: đã đọc")).buttons == ()
        await person.says("/phone")
        await person.taps("Gửi số điện thoại")
        await person.sees("Số của đồng chí: 84912345678")
        await person.sends_file("ghi-chu.txt", "nội dung".encode())
        assert (await person.sees("10 byte")).file_size == 10
        await person.says("Chào buổi sáng")
        await person.sees("Đồng chí nói: Chào buổi sáng")
        refused = (await control(info["control_url"], "stats"))["telegram"].get("refused", 0)
        assert refused == 0
