"""The sandbox itself: alone in a terminal, under a crowd, and what its control API refuses."""

import asyncio
import json
import signal
import sys

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from listening import Listener, idle

from bot import testing
from bot.sandbox.server import Sandbox
from bot.testing import ControlRefused, Person, control


@pytest.mark.parametrize("as_json", [True, False])
async def test_alone_it_says_where_it_is_and_ends_on_sigterm(as_json: bool) -> None:
    code = f"from bot.sandbox.server import run; run(0, {as_json})"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
    if as_json:
        info = json.loads(line)
        assert set(info["telegram"]) == {"base_url", "token"}
        assert set(info["zalo_oa"]) == {
            "base_url",
            "oauth_url",
            "app_id",
            "oa_id",
            "oa_secret_key",
            "app_secret",
            "access_token",
            "refresh_token",
        }
        bot = Bot(
            info["telegram"]["token"],
            session=AiohttpSession(api=TelegramAPIServer.from_base(info["telegram"]["base_url"])),
        )
        assert (await bot.get_me()).is_bot
        await bot.session.close()
        assert await control(info["control_url"], "info") == info
        await testing.close()
    else:
        assert line.startswith("telegram.base_url: http://127.0.0.1:")
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_240_people_at_once(sandbox: Sandbox, listener: Listener) -> None:
    await control(sandbox.control_url, "switches", {"zalo_oa": {"webhook_timeout": 60.0}})
    await control(sandbox.control_url, "zalo_oa/webhook", {"url": listener.url})
    people = await asyncio.gather(
        *(Person.create(sandbox.control_url, "zalo_oa", name=f"Người {n}") for n in range(240))
    )
    await asyncio.gather(*(person.starts() for person in people))
    await asyncio.gather(*(person.says("Đã đọc") for person in people))
    await idle(sandbox)
    stats = (await control(sandbox.control_url, "stats"))["zalo_oa"]
    assert (stats["updates_created"], stats["updates_answered"], len(listener.got)) == (480, 480, 481)


async def test_a_person_says_what_is_missing(sandbox: Sandbox) -> None:
    person = await Person.create(sandbox.control_url, "telegram", name="Lê Mẫu")
    await person.starts()
    with pytest.raises(AssertionError, match=r"(?s)does not see 'Chào'.*Lê Mẫu: /start"):
        await person.sees("Chào", timeout=0.05)
    with pytest.raises(AssertionError, match="finds no button 'Đúng'"):
        await person.taps("Đúng", timeout=0.05)
    chat = sandbox.world.chat("telegram", person.chat_id)
    sandbox.telegram.write(chat, None, "text", {"text": "Da doc"})
    with pytest.raises(AssertionError, match="does not see"):
        await person.sees("Đã đọc", timeout=0.05)
    await person.sees("Da doc")
    await sandbox.telegram.set_webhook("", "", 40, drop=True)
    with pytest.raises(AssertionError, match="and should not"):
        await person.sees_nothing_new()
    await person.sees_nothing_new("Khác")


async def test_control_refuses_with_a_reason(sandbox: Sandbox) -> None:
    url = sandbox.control_url
    person = await Person.create(url, "telegram")
    for path, data in [
        ("people", {"platform": "fax"}),
        ("people/telegram/1/say", {"text": "x"}),
        (f"people/telegram/{person.user_id}/fly", {}),
        (f"people/telegram/{person.user_id}/say", {"text": ""}),
        (f"people/telegram/{person.user_id}/tap", {"message_id": 1, "index": 0}),
        (f"people/telegram/{person.user_id}/contact", {}),
        (f"people/telegram/{person.user_id}/join", {"chat_id": person.user_id}),
        ("groups", {"members": []}),
        ("clock", {"seconds": "x"}),
        ("faults", {"platform": "telegram", "drop": "sideways"}),
    ]:
        with pytest.raises(ControlRefused, match=r".+: .+"):
            await control(url, path, data)
    log = await control(url, "log", last=1)
    assert log["log"] == []
