"""What the tests with aiogram's client share."""

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.sandbox.server import Sandbox


def client(sandbox: Sandbox, token: str = "") -> Bot:
    server = TelegramAPIServer.from_base(sandbox.info()["telegram"]["base_url"])
    return Bot(token or sandbox.telegram.token, session=AiohttpSession(api=server))


def keys(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text=label, callback_data=f"d:{label}")] for label in labels]
    )
