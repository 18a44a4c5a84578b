"""Asking Telegram about a group: the job of kind "group_admin"."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.telegram.outbound import TelegramOutbound

ADMINISTRATORS = frozenset({"creator", "administrator"})


def admin_asker(outbound: TelegramOutbound) -> Callable[[Any], Awaitable[Any]]:
    """Answers {"channel", "chat_id", "user_id", "unit"} with {"kind", "unit", "admin"}.

    `admin` is None when Telegram could not be asked: the person is told to try again.
    """
    from aiogram.exceptions import AiogramError

    async def ask(asked: Any) -> Any:
        admin: bool | None = None
        try:
            found = await outbound.bot.get_chat_member(int(asked["chat_id"]), int(asked["user_id"]))
            admin = found.status in ADMINISTRATORS
        except AiogramError:
            pass  # gone, or out of reach for the moment: nothing is linked on a guess
        return {"kind": "group_admin", "unit": asked["unit"], "admin": admin}

    return ask
