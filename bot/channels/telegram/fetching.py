"""Fetching a file that somebody sent to the bot on Telegram, by its file id."""

from bot.channels.fetching import Fetch, FetchRefused, download
from bot.channels.telegram.outbound import TelegramOutbound, ours


def fetcher(outbound: TelegramOutbound) -> Fetch:
    """A `Fetch` over this bot: getFile, then the file's address, which never leaves this function."""
    from aiogram.exceptions import AiogramError

    async def fetch(handle: str, limit: int) -> bytes:
        bot = outbound.bot
        try:
            found = await bot.get_file(handle)
        except AiogramError as error:
            raise ours(error) from error
        if (found.file_size or 0) > limit or not found.file_path:
            raise FetchRefused("too_big")
        return await download(bot.session.api.file_url(bot.token, found.file_path), limit)

    return fetch
