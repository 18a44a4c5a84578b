"""aiogram's client drives every method of the sandbox's Telegram; its own parser judges the answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.filters import Command, CommandStart
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from bot.sandbox.server import Sandbox
from bot.testing import ControlRefused, Person, control

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def client(sandbox: Sandbox, token: str = "") -> Bot:
    server = TelegramAPIServer.from_base(sandbox.info()["telegram"]["base_url"])
    return Bot(token or sandbox.telegram.token, session=AiohttpSession(api=server))


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    made = client(sandbox)
    yield made
    await made.session.close()


@pytest.fixture
async def person(sandbox: Sandbox) -> Person:
    made = await Person.create(sandbox.control_url, "telegram", name="Trần Thị Mẫu", phone="0912 000 111")
    await made.starts()
    return made


def keys(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text=label, callback_data=f"d:{label}")] for label in labels]
    )


async def test_the_bot_knows_itself_and_a_wrong_token_is_refused(bot: Bot, sandbox: Sandbox) -> None:
    me = await bot.get_me()
    assert me.is_bot and me.username == sandbox.telegram.username and me.can_join_groups
    stranger = client(sandbox, "123:wrong")
    with pytest.raises(TelegramUnauthorizedError):
        await stranger.get_me()
    await stranger.session.close()


async def test_an_unknown_method_is_not_found(bot: Bot) -> None:
    with pytest.raises(TelegramNotFound):
        await bot.get_user_profile_photos(1)


async def test_html_becomes_entities_counted_in_utf16(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(
        person.chat_id,
        ' 😀 <b>Kính gửi <i>đồng chí</i></b> &lt;52&gt; <a href="https://a.vn/x">xem</a> ',
        parse_mode="HTML",
    )
    assert sent.text == "😀 Kính gửi đồng chí <52> xem"
    assert [(e.type, e.extract_from(sent.text)) for e in sent.entities or []] == [
        ("bold", "Kính gửi đồng chí"),
        ("italic", "đồng chí"),
        ("text_link", "xem"),
    ]
    assert (await person.sees("Kính gửi đồng chí")).entities == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<b>a", "can't parse entities: Can't find end tag corresponding to start tag \"b\""),
        ("đ <x>", 'can\'t parse entities: Unsupported start tag "x" at byte offset 3'),
        ("<b><i>a</b></i>", "can't parse entities: Unmatched end tag at byte offset 7"),
        ("a < b", "can't parse entities: Unclosed start tag at byte offset 2"),
        ("</b>", "can't parse entities: Unexpected end tag at byte offset 0"),
        ("<b> </b>", "message text is empty"),
        ("a" * 4097, "message is too long"),
    ],
)
async def test_broken_texts_are_400_in_telegrams_words(
    bot: Bot, person: Person, text: str, words: str
) -> None:
    with pytest.raises(TelegramBadRequest) as error:
        await bot.send_message(person.chat_id, text, parse_mode="HTML")
    assert words in error.value.message


async def test_the_limit_counts_after_the_markup_is_read(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(person.chat_id, "<b>" + "ệ" * 4096 + "</b>", parse_mode="HTML")
    assert len(sent.text or "") == 4096


async def test_markdown_v2_is_read_too(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(person.chat_id, r"*Số* 52\-KH `x`", parse_mode="MarkdownV2")
    assert sent.text == "Số 52-KH x"
    assert [e.type for e in sent.entities or []] == ["bold", "code"]
    with pytest.raises(TelegramBadRequest, match="reserved"):
        await bot.send_message(person.chat_id, "52-KH", parse_mode="MarkdownV2")


async def test_keyboards_of_every_kind(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(person.chat_id, "Chọn", reply_markup=keys("Một", "Hai"))
    assert sent.reply_markup is not None
    assert [row[0].callback_data for row in sent.reply_markup.inline_keyboard] == ["d:Một", "d:Hai"]
    contact = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Gửi số", request_contact=True)]])
    await bot.send_message(person.chat_id, "Số", reply_markup=contact)
    await bot.send_message(person.chat_id, "Thôi", reply_markup=ReplyKeyboardRemove())
    await bot.send_message(person.chat_id, "Đáp", reply_markup=ForceReply())
    assert [m.keyboard for m in await person.messages() if m.from_bot] == [
        "inline",
        "reply",
        "remove",
        "force_reply",
    ]


async def test_refused_keyboards(bot: Bot, person: Person) -> None:
    for button, words in [
        (InlineKeyboardButton(text="a", callback_data="đ" * 33), "BUTTON_DATA_INVALID"),
        (InlineKeyboardButton(text="a"), "Text buttons are unallowed"),
        (InlineKeyboardButton(text="a", url="ftp://x"), "is invalid"),
    ]:
        with pytest.raises(TelegramBadRequest, match=words):
            await bot.send_message(
                person.chat_id, "x", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]])
            )


async def test_replies(bot: Bot, person: Person) -> None:
    first = await bot.send_message(person.chat_id, "Một")
    second = await bot.send_message(
        person.chat_id, "Hai", reply_parameters=ReplyParameters(message_id=first.message_id)
    )
    assert second.reply_to_message is not None and second.reply_to_message.text == "Một"
    with pytest.raises(TelegramBadRequest, match="message to be replied not found"):
        await bot.send_message(person.chat_id, "Ba", reply_parameters=ReplyParameters(message_id=999))


async def test_edits(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(person.chat_id, "Cũ", reply_markup=keys("Một"))
    where = {"chat_id": person.chat_id, "message_id": sent.message_id}
    edited = await bot.edit_message_text("Mới", reply_markup=keys("Hai"), **where)
    assert isinstance(edited, Message) and edited.text == "Mới" and edited.edit_date
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_text("Mới", reply_markup=keys("Hai"), **where)
    await bot.edit_message_reply_markup(reply_markup=None, **where)
    assert (await person.sees("Mới")).buttons == ()
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("x", chat_id=person.chat_id, message_id=999)
    plain = await bot.send_message(person.chat_id, "Bàn phím", reply_markup=ReplyKeyboardRemove())
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await bot.edit_message_text("x", chat_id=person.chat_id, message_id=plain.message_id)


async def test_deleting(bot: Bot, person: Person, turn: Callable[[float], Awaitable[None]]) -> None:
    sent = await bot.send_message(person.chat_id, "Nhầm")
    await bot.delete_message(person.chat_id, sent.message_id)
    assert (await person.messages())[-1].deleted
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await bot.delete_message(person.chat_id, sent.message_id)
    old = await bot.send_message(person.chat_id, "Cũ")
    await turn(49 * 3600)
    with pytest.raises(TelegramBadRequest, match="can't be deleted"):
        await bot.delete_message(person.chat_id, old.message_id)
    fresh = await bot.send_message(person.chat_id, "Mới")
    assert await bot.delete_messages(person.chat_id, [fresh.message_id, 999])


async def test_files_up_down_and_by_id_again(bot: Bot, person: Person) -> None:
    data = b"%PDF-1.7 sample" * 1000
    sent = await bot.send_document(
        person.chat_id,
        BufferedInputFile(data, "52-KH.pdf"),
        caption="<b>Toàn văn</b>",
        parse_mode="HTML",
        reply_markup=keys("Đã đọc"),
    )
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.file_size, sent.caption) == (
        "52-KH.pdf",
        len(data),
        "Toàn văn",
    )
    back = await bot.download(sent.document.file_id)
    assert back is not None and back.read() == data
    again = await bot.send_document(person.chat_id, sent.document.file_id)
    assert again.document is not None and again.document.file_id == sent.document.file_id
    changed = await bot.edit_message_caption(
        chat_id=person.chat_id, message_id=sent.message_id, caption="Đã thay"
    )
    assert isinstance(changed, Message) and changed.caption == "Đã thay"
    seen = await person.sees("52-KH.pdf")
    assert seen.file_size == len(data)
    with pytest.raises(TelegramBadRequest, match="wrong file identifier"):
        await bot.send_document(person.chat_id, "nothing")
    with pytest.raises(TelegramBadRequest, match="caption is too long"):
        await bot.send_document(person.chat_id, sent.document.file_id, caption="x" * 1025)
    with pytest.raises(TelegramBadRequest, match="invalid file_id"):
        await bot.get_file("nothing")


async def test_photos(bot: Bot, person: Person) -> None:
    sent = await bot.send_photo(person.chat_id, BufferedInputFile(PNG, "p.png"))
    assert sent.photo
    with pytest.raises(TelegramBadRequest, match="IMAGE_PROCESS_FAILED"):
        await bot.send_photo(person.chat_id, BufferedInputFile(b"no picture", "p.png"))


async def test_commands_of_the_menu(bot: Bot) -> None:
    commands = [BotCommand(command="tinhhinh", description="Tình hình")]
    assert await bot.set_my_commands(commands)
    assert [(c.command, c.description) for c in await bot.get_my_commands()] == [("tinhhinh", "Tình hình")]
    assert await bot.get_my_commands(language_code="en") == []
    assert await bot.delete_my_commands() and await bot.get_my_commands() == []
    with pytest.raises(TelegramBadRequest, match="BOT_COMMAND_INVALID"):
        await bot.set_my_commands([BotCommand(command="Tình", description="x")])


async def test_who_cannot_be_written_to(bot: Bot, sandbox: Sandbox, person: Person) -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(1, "x")
    silent = await Person.create(sandbox.control_url, "telegram")
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(silent.chat_id, "x")
    await control(sandbox.control_url, "groups", {"members": [silent.user_id], "bot": True})
    with pytest.raises(TelegramForbiddenError, match="can't initiate conversation with a user"):
        await bot.send_message(silent.chat_id, "x")
    await person.blocks()
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(person.chat_id, "x")
    with pytest.raises(ControlRefused):
        await person.says("alo")
    await person.unblocks()
    await bot.send_message(person.chat_id, "x")
    updates = await bot.get_updates()
    standings = [u.my_chat_member.new_chat_member.status for u in updates if u.my_chat_member]
    assert standings == ["member", "kicked", "member"]


async def test_polling_moves_by_offset_and_filters(bot: Bot, person: Person) -> None:
    await person.says("Xin chào /help")
    first, second = await bot.get_updates(allowed_updates=["message"])
    assert first.message is not None and first.message.text == "/start"
    assert first.message.entities is not None and first.message.entities[0].type == "bot_command"
    assert second.message is not None and second.message.from_user is not None
    assert (second.message.from_user.first_name, second.message.from_user.last_name) == ("Trần", "Thị Mẫu")
    assert [u.update_id for u in await bot.get_updates(offset=second.update_id)] == [second.update_id]
    waiting = asyncio.create_task(bot.get_updates(offset=second.update_id + 1, timeout=10))
    await person.says("Nữa")
    assert [u.message.text for u in await waiting if u.message] == ["Nữa"]
    await person.blocks()
    assert [u.event_type for u in await bot.get_updates()] == ["message"]


async def test_two_pollers_conflict(bot: Bot, person: Person) -> None:
    (start,) = await bot.get_updates()
    pollers = {asyncio.create_task(bot.get_updates(offset=start.update_id + 1, timeout=20)) for _ in range(2)}
    done, waiting = await asyncio.wait(pollers, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    assert (len(done), len(waiting)) == (1, 1)
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates"):
        await done.pop()
    await person.says("Còn đó")
    assert [u.message.text for u in await waiting.pop() if u.message] == ["Còn đó"]


async def test_presses_toasts_and_old_queries(
    bot: Bot, person: Person, turn: Callable[[float], Awaitable[None]]
) -> None:
    await bot.get_updates()
    sent = await bot.send_message(person.chat_id, "Văn bản", reply_markup=keys("Đã đọc, tiếp thu", "Hỏi lại"))
    await person.taps("Đã đọc")
    query = next(u.callback_query for u in await bot.get_updates() if u.callback_query)
    assert query.data == "d:Đã đọc, tiếp thu" and query.message is not None
    assert query.message.message_id == sent.message_id
    assert await bot.answer_callback_query(query.id, text="Đã ghi nhận")
    await person.sees("Đã ghi nhận")
    await person.forges("x:gia-mao", str(sent.message_id))
    assert [u.callback_query.data for u in await bot.get_updates() if u.callback_query][-1] == "x:gia-mao"
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await bot.answer_callback_query("1")
    await turn(61)
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await bot.answer_callback_query(query.id)


async def test_contacts_tell_whose_they_are(bot: Bot, person: Person) -> None:
    await person.shares_contact()
    await person.shares_contact("other", phone="0900000000", name="Người Khác")
    await person.shares_contact("unknown", phone="0900000000")
    await person.shares_contact("own_without_id")
    contacts = [u.message.contact for u in await bot.get_updates() if u.message and u.message.contact]
    assert [c.user_id == int(person.user_id) for c in contacts] == [True, False, False, False]
    assert [c.user_id is None for c in contacts] == [False, False, True, True]
    assert contacts[0].phone_number == "84912000111"


async def test_media_a_person_sends(bot: Bot, person: Person) -> None:
    await bot.get_updates()
    await person.sends_file("mẫu #1.docx", b"PK sample", "application/msword", caption="Gửi chi bộ")
    await person.sends_sticker("👍")
    await person.sends_photo()
    await person.sends_voice()
    await person.act("location")
    messages = [u.message for u in await bot.get_updates() if u.message][1:]
    assert [m.content_type for m in messages] == ["document", "sticker", "photo", "voice", "location"]
    assert messages[0].caption == "Gửi chi bộ" and messages[1].sticker is not None
    assert messages[1].sticker.emoji == "👍"
    assert messages[0].document is not None
    back = await bot.download(messages[0].document)
    assert back is not None and back.read() == b"PK sample"


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
    await person.says("/xoa")
    await person.sees_nothing_new()
