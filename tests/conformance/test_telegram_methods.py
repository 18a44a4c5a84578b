"""Every method the sandbox has, by every client: the client's own parser takes the answer."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiogram
import aiogram.types
import pytest
import table
import telegram
from table import CALLS, CANNOT, CLIENTS, METHODS, Scene
from with_aiogram import client

from bot.sandbox.server import Sandbox
from bot.testing import Person, control

DOCS = Path(__file__).parents[2] / "docs" / "sandbox.md"


@pytest.fixture
async def scene(request: pytest.FixtureRequest, sandbox: Sandbox, person: Person) -> AsyncIterator[Scene]:
    if request.param == "aiogram":
        bot: Any = client(sandbox)
        types, file = aiogram.types, aiogram.types.BufferedInputFile
    else:
        base = sandbox.info()["telegram"]["base_url"]
        bot = telegram.Bot(sandbox.telegram.token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot")
        types, file = telegram, telegram.InputFile
        await bot.initialize()
    made = await control(sandbox.control_url, "groups", {"members": [person.user_id], "bot": True})
    await control(sandbox.control_url, f"groups/{made['chat_id']}/bot", {"status": "administrator"})
    found = Scene(bot, types, file, person, int(made["chat_id"]), 0, 0, "", "")
    sent = await bot.send_message(chat_id=found.chat, text="Cũ", reply_markup=found.keys("Một"))
    document = await bot.send_document(chat_id=found.chat, document=file(b"%PDF-", "cu.pdf"), caption="Cũ")
    found.sent, found.document = sent.message_id, document.message_id
    found.file_id = document.document.file_id
    found.query = (await person.taps("Một"))["callback_query_id"]
    yield found
    await (bot.session.close() if request.param == "aiogram" else bot.shutdown())


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("scene", CLIENTS, indirect=True)
async def test_every_method_by_every_client(scene: Scene, name: str, sandbox: Sandbox) -> None:
    result = await CALLS[name](scene)
    assert result not in (None, False)
    log = (await control(sandbox.control_url, "log", platform="telegram"))["log"]
    call = [entry for entry in log if entry["kind"] == "call"][-1]
    assert (call["name"].lower(), call["status"], call["answer"]["ok"]) == (name.lower(), 200, True)


def test_every_method_has_its_call_and_nothing_else_has() -> None:
    assert set(CALLS) == set(METHODS)
    assert set(CANNOT) <= {(name, client) for name in METHODS for client in CLIENTS}


def test_the_docs_show_the_table() -> None:
    text = DOCS.read_text(encoding="utf-8")
    shown = text.partition("<!-- methods -->")[2].partition("<!-- /methods -->")[0]
    assert shown.strip() == f"{table.render()}\n\n{table.counted()}."
