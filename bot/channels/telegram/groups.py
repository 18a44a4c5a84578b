"""Asking Telegram about a group: the job of kind "group_admin"."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.telegram.api import Api
from bot.chat.errors import PlatformError

ADMINISTRATORS = frozenset({"creator", "administrator"})


def admin_asker(api: Api) -> Callable[[Any], Awaitable[Any]]:
    """Answers {"channel", "chat_id", "user_id", "unit"} with {"kind", "unit", "admin"}.

    `admin` is None when Telegram could not be asked: the person is told to try again.
    """

    async def ask(asked: Any) -> Any:
        admin: bool | None = None
        try:
            whom = {"chat_id": int(asked["chat_id"]), "user_id": int(asked["user_id"])}
            found = await api.call("getChatMember", whom)
            admin = found["status"] in ADMINISTRATORS
        except PlatformError:
            pass  # gone, or out of reach for the moment: nothing is linked on a guess
        return {"kind": "group_admin", "unit": asked["unit"], "admin": admin}

    return ask
