"""Telling Telegram where our webhook is."""

from typing import TYPE_CHECKING

from bot.channels.telegram.inbound import ALLOWED_UPDATES
from bot.channels.telegram.outbound import ours

if TYPE_CHECKING:
    from aiogram import Bot


async def set_webhook(bot: "Bot", url: str, secret: str, *, max_connections: int = 40) -> None:
    """Asks Telegram to post updates to `url` with `secret` (1-256 of A-Za-z0-9_-) in its header.

    Kept updates are delivered, not dropped. Raises the errors of `bot.chat.errors`.
    """
    from aiogram.exceptions import AiogramError

    try:
        await bot.set_webhook(
            url,
            secret_token=secret,
            allowed_updates=list(ALLOWED_UPDATES),
            max_connections=max_connections,
            drop_pending_updates=False,
        )
    except AiogramError as error:
        raise ours(error) from error
