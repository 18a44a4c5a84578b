"""A peer as a process: `python -m benchmarks.peers.serve aiogram group FOLDER PORT PLATFORM_PORT`.

Each stores a press, answers it and sends the confirmation with its button, as our bot does: the same two
calls. With a commit each, all of it before the 200, as their users write it. With group commit the best we
know: the 200 leaves right after the commit, and replies go out so many at a time (httpx, under
python-telegram-bot, is fastest at eight). SIGUSR1 freezes the heap, once it is warm.
"""

import asyncio
import gc
import hmac
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from aiohttp import web

from benchmarks.front_door.platform import PATH, SECRET, TOKEN
from benchmarks.peers.rows import Write, writer

NOTE = "Đã ghi nhận 52-KH/ĐU"
WORDS = (
    "Đã ghi nhận: đồng chí đã đọc, tiếp thu 52-KH/ĐU ngày 20/11/2026, lúc Thứ Ba 24/11, 19:30.\n"
    "Nếu bấm nhầm, đồng chí nhắn “hoàn tác” trong 10 phút."
)
UNDO = "Bấm nhầm, hoàn tác"
AT_ONCE = {"aiogram": 64, "ptb": 8}


class Later:
    """Does work in order, so much at a time; what waits is kept in memory."""

    def __init__(self, at_once: int) -> None:
        self._waiting: asyncio.Queue[Coroutine[Any, Any, Any]] = asyncio.Queue()
        self._tasks = [asyncio.create_task(self._work()) for _ in range(at_once)]

    def __call__(self, work: Coroutine[Any, Any, Any]) -> None:
        self._waiting.put_nowait(work)

    async def _work(self) -> None:
        while True:
            await (await self._waiting.get())


def bare() -> web.Application:
    """The ceiling: a handler that does nothing."""

    async def handle(request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_post(PATH, handle)
    return app


def aiogram(how: str, write: Write, api: str) -> web.Application:
    """aiogram's own webhook handler, a callback-data filter (a bare F filter would cost a thread hop)."""
    from aiogram import Bot, Dispatcher, Router
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.filters.callback_data import CallbackData
    from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Update
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application

    class Acknowledge(CallbackData, prefix="ack"):
        directive: int

    router = Router()
    keyboard = InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text=UNDO, callback_data="undo:1")]]
    )
    app = web.Application()

    async def reply(query: CallbackQuery) -> None:
        await query.answer(NOTE)
        assert query.message is not None
        await query.message.answer(WORDS, reply_markup=keyboard)  # type: ignore[union-attr]

    @router.callback_query(Acknowledge.filter())
    async def pressed(query: CallbackQuery, event_update: Update) -> None:
        await write(event_update.update_id, query.from_user.id, query.data or "")
        if how == "group":
            app["later"](reply(query))
        else:
            await reply(query)

    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token=SECRET).register(app, PATH)
    setup_application(app, dispatcher, bot=bot)

    async def begin(app: web.Application) -> None:
        app["later"] = Later(AT_ONCE["aiogram"])

    app.on_startup.append(begin)
    return app


def ptb(how: str, write: Write, api: str) -> web.Application:
    """python-telegram-bot behind a route of the application's own, as its documentation shows it."""
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
    from telegram.ext import Application, CallbackQueryHandler
    from telegram.request import HTTPXRequest

    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton(UNDO, callback_data="undo:1")]])
    request = HTTPXRequest(connection_pool_size=64, pool_timeout=300, read_timeout=300)
    bot = (
        Application.builder().token(TOKEN).updater(None).request(request).base_url(f"{api}/bot").build()
    )  # fmt: skip
    app = web.Application()

    async def reply(query: Any) -> None:
        await query.answer(NOTE)
        await query.message.reply_text(WORDS, reply_markup=keyboard)

    async def pressed(update: Update, _context: object) -> None:
        query = update.callback_query
        assert query is not None
        await write(update.update_id, query.from_user.id, query.data or "")
        if how == "group":
            app["later"](reply(query))
        else:
            await reply(query)

    bot.add_handler(CallbackQueryHandler(pressed, pattern="^ack:"))

    async def handle(request: web.Request) -> web.Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given, SECRET):
            return web.Response(status=401)
        await bot.process_update(Update.de_json(await request.json(), bot.bot))
        return web.Response()

    async def begin(app: web.Application) -> None:
        await bot.initialize()
        app["later"] = Later(AT_ONCE["ptb"])

    app.router.add_post(PATH, handle)
    app.on_startup.append(begin)
    return app


PEERS: dict[str, Callable[[str, Write, str], web.Application]] = {"aiogram": aiogram, "ptb": ptb}


async def _serve(app: web.Application, port: int) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, _freeze)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await ended.wait()


def _freeze() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20)  # as ours


def main() -> None:
    """Serves until told to end."""
    import logging

    logging.disable(logging.INFO)
    name, how, folder, port, platform = sys.argv[1:]
    if name == "bare":
        app = bare()
    else:
        app = PEERS[name](how, writer(how, Path(folder) / "peer.db"), f"http://127.0.0.1:{platform}")
    asyncio.run(_serve(app, int(port)))


if __name__ == "__main__":
    main()
