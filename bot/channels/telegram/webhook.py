"""Telling Telegram where our webhook is."""

from bot.channels.telegram.api import Api
from bot.channels.telegram.inbound import ALLOWED_UPDATES

_SECONDS = 10.0


async def set_webhook(api: Api, url: str, secret: str, *, max_connections: int = 40) -> None:
    """Asks Telegram to post updates to `url` with `secret` (1-256 of A-Za-z0-9_-) in its header.

    Kept updates are delivered, not dropped. Raises the errors of `bot.chat.errors`.
    """
    asked = {
        "url": url,
        "secret_token": secret,
        "allowed_updates": list(ALLOWED_UPDATES),
        "max_connections": max_connections,
        "drop_pending_updates": False,
    }
    await api.call("setWebhook", asked, seconds=_SECONDS)
