"""Clients that send one message to each of so many chats, 64 in flight; they note nothing.

`python -m benchmarks.peers.send NAME COUNT PORT WORDS`, where WORDS is JSON: text and buttons. Says "ready",
sends, and stays until it is ended, so that its memory can be read.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

IN_FLIGHT = 64
TOKEN = "42:" + "A" * 35
FIRST_CHAT = 700_000_000
Send = Callable[[int], Awaitable[object]]


async def raw_aiohttp(base: str, words: dict[str, Any]) -> Send:
    """One session, a JSON body for each message, the answer parsed."""
    import aiohttp

    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT))
    url = f"{base}/bot{TOKEN}/sendMessage"
    keyboard = [[button] for button in words["buttons"]]

    async def send(chat: int) -> None:
        body = {"chat_id": chat, "text": words["text"], "reply_markup": {"inline_keyboard": keyboard}}
        async with session.post(url, json=body) as answer:
            if not (await answer.json())["ok"]:
                raise RuntimeError("refused")

    return send


async def aiogram_stock(base: str, words: dict[str, Any]) -> Send:
    """`Bot.send_message` over the session that aiogram brings."""
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

    server = TelegramAPIServer.from_base(base)
    bot = Bot(TOKEN, session=AiohttpSession(api=server, limit=IN_FLIGHT))
    keyboard = InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(**button)] for button in words["buttons"]]
    )

    async def send(chat: int) -> None:
        await bot.send_message(chat, words["text"], reply_markup=keyboard)

    return send


async def ptb(base: str, words: dict[str, Any]) -> Send:
    """python-telegram-bot with a pool of as many connections, without its rate limiter."""
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup
    from telegram.ext import ExtBot
    from telegram.request import HTTPXRequest

    request = HTTPXRequest(connection_pool_size=IN_FLIGHT, pool_timeout=60)
    bot: Any = ExtBot(TOKEN, base_url=f"{base}/bot", request=request)
    await bot.initialize()
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton(**button)] for button in words["buttons"]])

    async def send(chat: int) -> None:
        await bot.send_message(chat, words["text"], reply_markup=keyboard)

    return send


CLIENTS = {"raw-aiohttp": raw_aiohttp, "aiogram-stock": aiogram_stock, "ptb": ptb}


async def _take(chats: Iterator[int], send: Send) -> None:
    for chat in chats:
        await send(chat)


async def _run(name: str, count: int, port: int, words: dict[str, Any]) -> None:
    send = await CLIENTS[name](f"http://127.0.0.1:{port}", words)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    chats = iter(range(FIRST_CHAT, FIRST_CHAT + count))
    await asyncio.gather(*(_take(chats, send) for _ in range(IN_FLIGHT)))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4])))
