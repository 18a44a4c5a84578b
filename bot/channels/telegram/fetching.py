"""Fetching a file that somebody sent to the bot on Telegram, by its file id."""

from bot.channels.fetching import Fetch, FetchRefused, download
from bot.channels.telegram.api import Api


def fetcher(api: Api) -> Fetch:
    """A `Fetch` over this bot: getFile, then the file's address, which never leaves this function."""

    async def fetch(handle: str, limit: int) -> bytes:
        found = await api.call("getFile", {"file_id": handle})
        if (found.get("file_size") or 0) > limit or not found.get("file_path"):
            raise FetchRefused("too_big")
        return await download(api.file_url(found["file_path"]), limit)

    return fetch
