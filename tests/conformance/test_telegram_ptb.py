"""python-telegram-bot's client and its Application drive the sandbox: another parser, another transport."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web
from listening import Listener, idle
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
)
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from bot.sandbox.server import Sandbox
from bot.testing import Person, control

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def bases(sandbox: Sandbox) -> dict[str, str]:
    base = sandbox.info()["telegram"]["base_url"]
    return {"base_url": f"{base}/bot", "base_file_url": f"{base}/file/bot"}


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    async with Bot(sandbox.telegram.token, **bases(sandbox)) as made:
        yield made


def keys(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=f"d:{label}")] for label in labels]
    )


async def test_a_wrong_token(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidToken):
        await Bot("123:wrong", **bases(sandbox)).initialize()


async def test_messages_edits_and_deletion(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(
        person.chat_id, "<b>Số 52</b> 😀", parse_mode="HTML", reply_markup=keys("Đã đọc")
    )
    assert sent.text == "Số 52 😀" and sent.parse_entities(["bold"]).popitem()[1] == "Số 52"
    changed = await sent.edit_text("Đã thay")
    assert changed is not True and changed.text == "Đã thay" and changed.reply_markup is None
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_text("Đã thay")
    with_keys = await sent.edit_reply_markup(keys("Một"))
    assert with_keys is not True and with_keys.reply_markup is not None
    answer = await sent.reply_text("Đáp", do_quote=True)
    assert answer.reply_to_message is not None
    assert await sent.delete() and await bot.delete_messages(person.chat_id, [answer.message_id])
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await sent.edit_text("x")
    with pytest.raises(BadRequest, match="Message text is empty"):
        await bot.send_message(person.chat_id, " ")
    with pytest.raises(BadRequest, match="Message is too long"):
        await bot.send_message(person.chat_id, "x" * 4097)
    with pytest.raises(BadRequest, match="Can't parse entities"):
        await bot.send_message(person.chat_id, "<b>x", parse_mode="HTML")
    with pytest.raises(BadRequest, match="Button_data_invalid"):
        await bot.send_message(person.chat_id, "x", reply_markup=keys("đ" * 40))


async def test_files_and_pictures(bot: Bot, person: Person) -> None:
    data = b"%PDF-1.7 sample" * 5000
    sent = await bot.send_document(
        person.chat_id, data, filename="52-KH.pdf", caption="Toàn văn", reply_markup=keys("x")
    )
    assert sent.document is not None and sent.document.file_name == "52-KH.pdf"
    assert bytes(await (await sent.document.get_file()).download_as_bytearray()) == data
    again = await bot.send_document(person.chat_id, sent.document.file_id)
    assert again.document is not None and again.document.file_unique_id == sent.document.file_unique_id
    changed = await sent.edit_caption("Khác")
    assert changed is not True and changed.caption == "Khác"
    assert (await bot.send_photo(person.chat_id, PNG)).photo
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await bot.send_document(person.chat_id, "nothing")


async def test_menu_chat_and_membership(bot: Bot, sandbox: Sandbox, person: Person) -> None:
    assert await bot.set_my_commands([BotCommand("tinhhinh", "Tình hình")])
    assert [c.command for c in await bot.get_my_commands()] == ["tinhhinh"]
    assert await bot.delete_my_commands() and not await bot.get_my_commands()
    assert await bot.send_chat_action(person.chat_id, "typing")
    assert (await bot.get_chat(person.chat_id)).last_name == "Thị Mẫu"
    made = await control(sandbox.control_url, "groups", {"members": [person.user_id], "bot": True})
    group = made["chat_id"]
    assert await bot.get_chat_member_count(group) == 2
    await control(sandbox.control_url, f"groups/{group}/bot", {"status": "administrator"})
    assert (await bot.get_chat_member(group, bot.id)).status == "administrator"
    moved = await control(sandbox.control_url, f"groups/{group}/migrate", {})
    with pytest.raises(ChatMigrated) as error:
        await bot.send_message(group, "x")
    assert str(error.value.new_chat_id) == moved["chat_id"]
    assert await bot.leave_chat(moved["chat_id"])
    with pytest.raises(Forbidden, match="bot is not a member"):
        await bot.send_message(moved["chat_id"], "x")
    with pytest.raises(BadRequest, match="Phone number can be requested in private chats only"):
        await control(sandbox.control_url, f"groups/{moved['chat_id']}/bot", {"status": "member"})
        contact = ReplyKeyboardMarkup([[KeyboardButton("Gửi số", request_contact=True)]])
        await bot.send_message(moved["chat_id"], "Số", reply_markup=contact)


async def test_errors_of_reaching_people(bot: Bot, sandbox: Sandbox, person: Person) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(1, "x")
    await person.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(person.chat_id, "x")
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query("1")
    await control(sandbox.control_url, "faults", {"platform": "telegram", "http_status": 502})
    with pytest.raises(NetworkError):
        await bot.get_me()


async def test_updates_by_hand(bot: Bot, person: Person) -> None:
    await person.shares_contact()
    updates = await bot.get_updates(timeout=1)
    assert updates[-1].message is not None and updates[-1].message.contact is not None
    assert updates[-1].message.contact.user_id == int(person.user_id)
    await bot.set_webhook("http://127.0.0.1:9/hook", secret_token="s", allowed_updates=["message"])
    info = await bot.get_webhook_info()
    assert info.pending_update_count == 2 and info.allowed_updates == ("message",)
    with pytest.raises(Conflict):
        await bot.get_updates()
    with pytest.raises(BadRequest, match="https url must be provided"):
        await bot.set_webhook("ftp://x")
    with pytest.raises(BadRequest, match="unallowed characters"):
        await bot.set_webhook("http://127.0.0.1:9/hook", secret_token="có dấu cách")
    assert await bot.delete_webhook(drop_pending_updates=True) and await bot.get_updates() == ()


async def test_retry_after_is_told_and_waiting_so_long_is_enough(
    bot: Bot, sandbox: Sandbox, person: Person
) -> None:
    await control(sandbox.control_url, "switches", {"telegram": {"limits": True}})
    await bot.send_message(person.chat_id, "Một")
    with pytest.raises(RetryAfter) as error:
        await bot.send_message(person.chat_id, "Hai")
    await asyncio.sleep(error.value._retry_after.total_seconds())
    await bot.send_message(person.chat_id, "Ba")
    assert [m.text for m in await person.messages() if m.from_bot] == ["Một", "Ba"]


# Its own Application, with the simplest handlers


def application(sandbox: Sandbox) -> Application:  # type: ignore[type-arg] - its six parameters say nothing here
    where = bases(sandbox)
    builder = ApplicationBuilder().token(sandbox.telegram.token)
    app = builder.base_url(where["base_url"]).base_file_url(where["base_file_url"]).build()

    async def start(update: Update, context: Any) -> None:
        assert update.message is not None
        await update.message.reply_text(f"Mã {context.args[0]}", reply_markup=keys("Đúng"))

    async def press(update: Update, context: Any) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("Nhận")
        await update.callback_query.edit_message_text("Đã xong")

    async def file(update: Update, context: Any) -> None:
        assert update.message is not None and update.message.document is not None
        data = await (await update.message.document.get_file()).download_as_bytearray()
        await update.message.reply_document(bytes(data), filename="lai.txt")

    async def echo(update: Update, context: Any) -> None:
        assert update.message is not None
        await update.message.reply_text(f"Nghe: {update.message.text}")

    app.add_handler(CommandHandler("start", start))
    app.add_handler(CallbackQueryHandler(press))
    app.add_handler(MessageHandler(filters.Document.ALL, file))
    app.add_handler(MessageHandler(filters.TEXT, echo))
    return app


async def errand(sandbox: Sandbox, name: str) -> None:
    person = await Person.create(sandbox.control_url, "telegram", name=name)
    await person.starts("abc-123")
    await person.sees("Mã abc-123")
    await person.taps("Đúng")
    await person.sees("Nhận")
    await person.sees("Đã xong")
    await person.sends_file("di.txt", "nội dung".encode())
    assert (await person.sees("lai.txt")).file_size == len("nội dung".encode())
    await person.says("Xin chào")
    await person.sees("Nghe: Xin chào")
    assert (await person.transcript())[-2:] == [f"{name}: Xin chào", "Sổ tay: Nghe: Xin chào"]


async def test_application_by_polling(sandbox: Sandbox) -> None:
    app = application(sandbox)
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling(timeout=5)
        await asyncio.gather(*(errand(sandbox, f"Người {n}") for n in range(5)))
        await app.updater.stop()
        await app.stop()


async def test_application_by_webhook(sandbox: Sandbox) -> None:
    app = application(sandbox)

    async def hook(request: web.Request) -> web.Response:
        assert request.headers["X-Telegram-Bot-Api-Secret-Token"] == "bi-mat"
        await app.process_update(Update.de_json(await request.json(), app.bot))
        return web.Response()

    served = web.Application()
    served.router.add_post("/hook", hook)
    runner = web.AppRunner(served)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with app:
        await app.bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token="bi-mat")
        await asyncio.gather(*(errand(sandbox, f"Người {n}") for n in range(5)))
        await idle(sandbox)
    await runner.cleanup()
    stats = await control(sandbox.control_url, "stats")
    assert (stats["telegram"]["updates_created"], stats["telegram"]["updates_answered"]) == (20, 20)


# What a webhook must stand


async def test_refused_deliveries_come_again_in_order(bot: Bot, sandbox: Sandbox, listener: Listener) -> None:
    await bot.set_webhook(listener.url, secret_token="bi-mat")
    listener.statuses = [500, 503]
    person = await Person.create(sandbox.control_url, "telegram")
    await person.starts()
    await person.says("Hai")
    await idle(sandbox)
    bodies = [json.loads(raw) for raw, _ in listener.got]
    assert [body["message"]["text"] for body in bodies] == ["/start", "/start", "/start", "Hai"]
    assert [body["update_id"] - bodies[0]["update_id"] for body in bodies] == [0, 0, 0, 1]
    assert {headers["X-Telegram-Bot-Api-Secret-Token"] for _, headers in listener.got} == {"bi-mat"}
    await control(sandbox.control_url, "deliveries/again", {"platform": "telegram"})
    await idle(sandbox)
    assert listener.got[-1][0] == listener.got[-2][0]


async def test_updates_wait_for_a_bot_that_is_down(bot: Bot, sandbox: Sandbox, listener: Listener) -> None:
    await bot.set_webhook("http://127.0.0.1:9/hook")
    person = await Person.create(sandbox.control_url, "telegram")
    await person.starts()
    await person.says("Có ai không?")
    waiting = await control(sandbox.control_url, "deliveries")
    assert waiting["telegram"]["pending"] == 2
    await bot.set_webhook(listener.url)
    await idle(sandbox)
    assert [json.loads(raw)["message"]["text"] for raw, _ in listener.got] == ["/start", "Có ai không?"]


async def test_a_webhooks_answer_may_be_a_call(bot: Bot, sandbox: Sandbox, listener: Listener) -> None:
    await bot.set_webhook(listener.url)
    person = await Person.create(sandbox.control_url, "telegram")
    listener.body = {"method": "sendMessage", "chat_id": int(person.chat_id), "text": "Trong câu trả lời"}
    await person.starts()
    await person.sees("Trong câu trả lời")


async def test_parameters_in_every_form(sandbox: Sandbox, session: ClientSession, person: Person) -> None:
    url = f"{bases(sandbox)['base_url']}{sandbox.telegram.token}/sendMessage"
    given = {"chat_id": person.chat_id, "text": "Như nhau", "reply_markup": json.dumps({"force_reply": True})}
    for how in ({"params": given}, {"data": given}, {"json": given}):
        async with session.post(url, **how) as answer:
            assert answer.status == 200 and (await answer.json())["result"]["text"] == "Như nhau"
    async with session.post(url, data=b"{", headers={"Content-Type": "application/json"}) as answer:
        body = await answer.json()
        assert (answer.status, body["error_code"], body["ok"]) == (400, 400, False)
    for broken in ({"reply_markup": "{"}, {"reply_parameters": [1]}, {"reply_markup": {"keyboard": [[1]]}}):
        async with session.post(url, json={**given, **broken}) as answer:
            assert answer.status == 400
    async with session.get(url.replace("sendMessage", "noSuchMethod")) as answer:
        assert answer.status == 404
    async with session.get(url.replace("sendMessage", "GETME")) as answer:
        assert answer.status == 200
