"""At a start: does Telegram know the token, and does it take our webhook's address?"""

import asyncio

import structlog

from bot.channels.telegram.api import Api
from bot.channels.telegram.webhook import set_webhook
from bot.chat.errors import NotAccepted, PlatformError, Rejected, TokenExpired
from bot.i18n import _

log = structlog.get_logger()

Hook = tuple[str, str]
"""The webhook's address, and the secret of its header."""
_LONGEST_PAUSE_S = 300.0
_KNOWN_WITHIN_S = 5.0
"""Telegram may be blocked on the way: nothing waits for it longer at a start."""


async def join(api: Api, hook: Hook | None) -> None:
    """Sets the webhook; without one asks whether the token is known.

    Raises NotAccepted, its text for the administrator; other errors of `bot.chat.errors`: not reached.
    """
    try:
        if hook is None:
            await api.call("getMe", {}, seconds=_KNOWN_WITHIN_S)
        else:
            await set_webhook(api, *hook)
    except TokenExpired:
        raise NotAccepted(
            _(
                "Telegram không nhận SOTAY_TELEGRAM_TOKEN. Hãy lấy lại mã của bot ở @BotFather, sửa rồi chạy lại."
            )
        ) from None
    except Rejected as error:
        if hook is None:
            raise  # nothing of ours was refused: something on the way answers in Telegram's place
        raise NotAccepted(
            _(
                "Telegram không nhận địa chỉ webhook. Hãy xem lại SOTAY_PUBLIC_URL: https và tên miền công khai."
            ),
            error.why,
        ) from None


async def join_later(api: Api, hook: Hook | None) -> None:
    """Tries until it is done; Telegram keeps updates meanwhile."""
    pause = 1.0
    try:
        while True:
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
            try:
                await join(api, hook)
            except NotAccepted as no:
                log.error("telegram_not_accepted", say=str(no), why=no.why, alert=True)
            except PlatformError as error:
                log.warning("telegram_not_reached", error=type(error).__name__, seconds=pause)
            else:
                return
    finally:
        await api.close()
