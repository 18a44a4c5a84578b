"""A small bot on python-telegram-bot: commands, buttons, an edit, a shared contact, a file.

BOT_TOKEN=… BOT_API=http://127.0.0.1:8081/telegram python examples/ptb_bot.py              # by polling
BOT_TOKEN=… BOT_API=… python examples/ptb_bot.py http://127.0.0.1:8300/hook                # by webhook
"""

import os
import sys
from secrets import token_hex
from urllib.parse import urlsplit

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

Context = ContextTypes.DEFAULT_TYPE


async def start(update: Update, context: Context) -> None:
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Đã đọc", callback_data="read")]])
    await update.message.reply_html("<b>Văn bản mẫu số 1</b>", reply_markup=keys)


async def pressed(update: Update, context: Context) -> None:
    await update.callback_query.answer("Đã ghi nhận")
    await update.callback_query.edit_message_text("Văn bản mẫu số 1: đã đọc")


async def phone(update: Update, context: Context) -> None:
    share = ReplyKeyboardMarkup([[KeyboardButton("Gửi số điện thoại", request_contact=True)]])
    await update.message.reply_text("Mời đồng chí gửi số.", reply_markup=share)


async def contact(update: Update, context: Context) -> None:
    await update.message.reply_text(f"Số của đồng chí: {update.message.contact.phone_number}")


async def file(update: Update, context: Context) -> None:
    data = await (await update.message.document.get_file()).download_as_bytearray()
    await update.message.reply_document(bytes(data), filename="tra-lai.txt", caption=f"{len(data)} byte")


async def echo(update: Update, context: Context) -> None:
    await update.message.reply_text(f"Đồng chí nói: {update.message.text}")


api = os.environ["BOT_API"]
app = Application.builder().token(os.environ["BOT_TOKEN"])
app = app.base_url(f"{api}/bot").base_file_url(f"{api}/file/bot").build()
app.add_handlers(
    [CommandHandler("start", start), CommandHandler("phone", phone), CallbackQueryHandler(pressed)]
)
app.add_handlers([MessageHandler(filters.CONTACT, contact), MessageHandler(filters.Document.ALL, file)])
app.add_handler(MessageHandler(filters.TEXT, echo))
if sys.argv[1:]:
    hook = urlsplit(sys.argv[1])
    app.run_webhook(hook.hostname, hook.port, hook.path, webhook_url=sys.argv[1], secret_token=token_hex())
else:
    app.run_polling()
