"""aiogram's client in groups, at the limits, under faults; its Dispatcher by polling and by webhook."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.filters import Command, CommandStart
from aiogram.methods import SendDocument
from aiogram.types import BufferedInputFile, CallbackQuery, KeyboardButton, Message, ReplyKeyboardMarkup
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web
from with_aiogram import client, keys

from bot.sandbox.server import Sandbox
from bot.testing import Person, control


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    made = client(sandbox)
    yield made
    await made.session.close()


async def test_groups_privacy_and_migration(bot: Bot, sandbox: Sandbox, person: Person) -> None:
    await bot.get_updates()
    made = await control(
        sandbox.control_url, "groups", {"title": "Chi bộ Mẫu", "members": [person.user_id], "bot": True}
    )
    group = made["chat_id"]
    question = await bot.send_message(group, "Ai dự họp?")
    await person.says("Chuyện riêng", chat_id=group)
    await person.says("/tinhhinh@other_bot", chat_id=group)
    await person.says("/tinhhinh 52", chat_id=group)
    await person.says("Tôi", chat_id=group, reply_to=str(question.message_id))
    texts = [u.message.text for u in await bot.get_updates() if u.message and u.message.text]
    assert texts == ["/start", "/tinhhinh 52", "Tôi"]
    assert (await bot.get_chat(group)).title == "Chi bộ Mẫu"
    assert (await bot.get_chat_member(group, int(person.user_id))).status == "creator"
    assert (await bot.get_chat_member(group, bot.id)).status == "member"
    assert await bot.get_chat_member_count(group) == 2
    await control(sandbox.control_url, f"groups/{group}/bot", {"status": "administrator"})
    await person.says("Ai cũng thấy", chat_id=group)
    assert (await bot.get_updates())[-1].message is not None
    moved = await control(sandbox.control_url, f"groups/{group}/migrate", {})
    with pytest.raises(TelegramMigrateToChat) as error:
        await bot.send_message(group, "x")
    assert str(error.value.migrate_to_chat_id) == moved["chat_id"]
    await bot.send_message(moved["chat_id"], "Ở đây")
    with pytest.raises(TelegramBadRequest, match="private chats only"):
        contact = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Gửi số", request_contact=True)]])
        await bot.send_message(moved["chat_id"], "Số", reply_markup=contact)
    joined = await Person.create(sandbox.control_url, "telegram", name="Lê Mẫu")
    await joined.act("join", chat_id=moved["chat_id"])
    last = (await bot.get_updates())[-1].message
    assert last is not None and last.new_chat_members is not None
    assert await bot.leave_chat(moved["chat_id"])
    with pytest.raises(TelegramForbiddenError, match="bot is not a member of the supergroup chat"):
        await bot.send_chat_action(moved["chat_id"], "typing")


async def test_limits_of_the_platform(bot: Bot, sandbox: Sandbox, person: Person) -> None:
    await control(sandbox.control_url, "switches", {"telegram": {"limits": True}})
    await bot.send_message(person.chat_id, "1")
    with pytest.raises(TelegramRetryAfter) as error:
        await bot.send_message(person.chat_id, "2")
    assert error.value.retry_after == 1
    group = (await control(sandbox.control_url, "groups", {"members": [person.user_id], "bot": True}))[
        "chat_id"
    ]
    results = await asyncio.gather(
        *(bot.send_message(group, str(n)) for n in range(25)), return_exceptions=True
    )
    refused = [r for r in results if isinstance(r, TelegramRetryAfter)]
    assert len(refused) == 5 and all(50 <= r.retry_after <= 60 for r in refused)


async def test_no_more_than_thirty_a_second_overall(bot: Bot, sandbox: Sandbox) -> None:
    people = [await Person.create(sandbox.control_url, "telegram") for _ in range(40)]
    await asyncio.gather(*(p.starts() for p in people))
    await control(sandbox.control_url, "switches", {"telegram": {"limits": True}})
    loop = asyncio.get_running_loop()
    begun = loop.time()
    results = await asyncio.gather(
        *(bot.send_message(p.chat_id, "x") for p in people), return_exceptions=True
    )
    taken = sum(isinstance(r, Message) for r in results)
    assert 30 <= taken <= 30 * (1 + int(loop.time() - begun))


async def test_injected_faults(bot: Bot, sandbox: Sandbox, person: Person) -> None:
    async def fault(**how: object) -> None:
        await control(sandbox.control_url, "faults", {"platform": "telegram", "method": "sendMessage", **how})

    await fault(error=429, description="Too Many Requests: retry after 7", parameters={"retry_after": 7})
    with pytest.raises(TelegramRetryAfter) as error:
        await bot.send_message(person.chat_id, "x")
    assert error.value.retry_after == 7
    await fault(error=500, description="Internal Server Error")
    with pytest.raises(TelegramServerError):
        await bot.send_message(person.chat_id, "x")
    await fault(drop="after")
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(person.chat_id, "Đã gửi rồi")
    await person.sees("Đã gửi rồi")
    await fault(drop="before", chat_id="1")
    await bot.send_message(person.chat_id, "Không đụng tới")
    await fault(delay=2)
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(person.chat_id, "x", request_timeout=1)


async def test_a_dispatcher_by_polling(bot: Bot, sandbox: Sandbox) -> None:
    dispatcher = echoing()
    running = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, polling_timeout=5))
    await whole_errand(sandbox)
    await dispatcher.stop_polling()
    await running


async def test_a_dispatcher_by_webhook(bot: Bot, sandbox: Sandbox) -> None:
    dispatcher = echoing()
    app = web.Application()
    SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token="bi-mat").register(
        app, "/hook"
    )
    setup_application(app, dispatcher, bot=bot)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    assert await bot.set_webhook(url, secret_token="bi-mat", max_connections=10)
    with pytest.raises(TelegramConflictError, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await whole_errand(sandbox)
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.max_connections) == (url, 0, 10)
    await bot.set_webhook(url, secret_token="sai")
    refused = asyncio.create_task(sandbox.world.next_tick(10))
    await asyncio.sleep(0)  # the task listens before anything can happen
    await (await Person.create(sandbox.control_url, "telegram")).starts()
    await refused
    assert (await bot.get_webhook_info()).last_error_message == "Wrong response from the webhook: 401"
    assert await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == []
    await runner.cleanup()


def echoing() -> Dispatcher:
    dispatcher = Dispatcher()

    @dispatcher.message(CommandStart(deep_link=True))
    async def linked(message: Message) -> None:
        await message.answer(f"Mã {(message.text or '').split()[1]}", reply_markup=keys("Đúng"))

    @dispatcher.message(Command("xoa"))
    async def delete(message: Message) -> None:
        await message.delete()

    @dispatcher.message(Command("tep"))
    async def file(message: Message) -> SendDocument:  # by webhook: sent as the answer itself
        return message.answer_document(BufferedInputFile(b"trong tep", "tep.txt"), caption="Tệp đây")

    @dispatcher.message(F.text)
    async def echo(message: Message) -> None:
        await message.reply(f"Nghe: {message.text}")

    @dispatcher.callback_query()
    async def press(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        await query.answer("Nhận")
        await query.message.edit_text("Đã xong")

    return dispatcher


async def whole_errand(sandbox: Sandbox) -> None:
    person = await Person.create(sandbox.control_url, "telegram", name="Phạm Mẫu")
    await person.starts("abc-123")
    await person.sees("Mã abc-123")
    await person.taps("Đúng")
    await person.sees("Nhận")
    await person.sees("Đã xong")
    await person.says("Xin chào")
    await person.sees("Nghe: Xin chào")
    await person.says("/tep")
    assert (await person.sees("Tệp đây")).file_size == len(b"trong tep")
    await person.says("/xoa")
    await person.sees_nothing_new()
