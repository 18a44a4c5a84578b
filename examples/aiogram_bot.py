"""A small bot on aiogram: commands, buttons, an edit, a shared contact, a file.

BOT_TOKEN=… BOT_API=http://127.0.0.1:8081/telegram python examples/aiogram_bot.py
"""

import asyncio
import os

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command, CommandStart
from aiogram.types import BufferedInputFile, CallbackQuery, Message
from aiogram.utils.keyboard import InlineKeyboardBuilder, ReplyKeyboardBuilder

dispatcher = Dispatcher()


@dispatcher.message(CommandStart())
async def start(message: Message) -> None:
    keys = InlineKeyboardBuilder().button(text="Đã đọc", callback_data="read").as_markup()
    await message.answer("<b>Văn bản mẫu số 1</b>", parse_mode="HTML", reply_markup=keys)


@dispatcher.callback_query(F.data == "read")
async def pressed(query: CallbackQuery) -> None:
    await query.answer("Đã ghi nhận")
    await query.message.edit_text("Văn bản mẫu số 1: đã đọc")


@dispatcher.message(Command("phone"))
async def phone(message: Message) -> None:
    share = ReplyKeyboardBuilder().button(text="Gửi số điện thoại", request_contact=True).as_markup()
    await message.answer("Mời đồng chí gửi số.", reply_markup=share)


@dispatcher.message(F.contact)
async def contact(message: Message) -> None:
    await message.answer(f"Số của đồng chí: {message.contact.phone_number}")


@dispatcher.message(F.document)
async def file(message: Message, bot: Bot) -> None:
    data = (await bot.download(message.document)).read()
    await message.answer_document(BufferedInputFile(data, "tra-lai.txt"), caption=f"{len(data)} byte")


@dispatcher.message(F.text)
async def echo(message: Message) -> None:
    await message.answer(f"Đồng chí nói: {message.text}")


server = TelegramAPIServer.from_base(os.environ["BOT_API"])
bot = Bot(os.environ["BOT_TOKEN"], session=AiohttpSession(api=server))
asyncio.run(dispatcher.start_polling(bot))
