"""aiogram's client drives every method of the sandbox's Telegram; its own parser judges the answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from with_aiogram import client, keys

from bot.sandbox.server import Sandbox
from bot.testing import ControlRefused, Person, control

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    made = client(sandbox)
    yield made
    await made.session.close()


async def test_the_bot_knows_itself_and_a_wrong_token_is_refused(bot: Bot, sandbox: Sandbox) -> None:
    me = await bot.get_me()
    assert me.is_bot and me.username == sandbox.telegram.username and me.can_join_groups
    stranger = client(sandbox, "123:wrong")
    with pytest.raises(TelegramUnauthorizedError):
        await stranger.get_me()
    await stranger.session.close()


async def test_an_unknown_method_is_not_found(bot: Bot) -> None:
    with pytest.raises(TelegramNotFound):
        await bot.get_my_default_administrator_rights()


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
        ("a < b", 'can\'t parse entities: Unsupported start tag "" at byte offset 2'),
        ("Số <5 ngày> sau", 'Unsupported start tag "5" at byte offset 5'),
        ("a <b", "can't parse entities: Unclosed start tag at byte offset 2"),
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
