"""aiogram's session for the messages that go out by the thousand: JSON, and an answer read only for its id.

The stock session builds a multipart form and validates the whole returned message: half of its time.
"""

import json
from typing import TYPE_CHECKING, Any, cast

from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageCaption,
    EditMessageReplyMarkup,
    EditMessageText,
    SendDocument,
    SendMessage,
)
from aiogram.types import Message
from aiohttp import ClientError, ClientTimeout

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.methods.base import TelegramMethod, TelegramType

_LEAN = (
    SendMessage,
    SendDocument,
    EditMessageText,
    EditMessageCaption,
    EditMessageReplyMarkup,
    AnswerCallbackQuery,
)


class JsonSession(AiohttpSession):
    """The stock session, but plain messages travel as JSON and come back as a Message with its id alone."""

    async def make_request(
        self,
        bot: "Bot",
        method: "TelegramMethod[TelegramType]",
        timeout: int | None = None,  # noqa: ASYNC109 - the base class's signature
    ) -> "TelegramType":
        """As the stock session: returns the method's result or raises aiogram's errors."""
        files: dict[str, Any] = {}
        values = method.model_dump(exclude_none=True, warnings=False) if isinstance(method, _LEAN) else {}
        body = {
            key: self.prepare_value(value, bot, files, _dumps_json=False) for key, value in values.items()
        }
        if not body or files:
            return await super().make_request(bot, method, timeout)
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        body = {key: value for key, value in body.items() if value is not None}
        try:
            async with session.post(
                url, json=body, timeout=ClientTimeout(total=timeout or self.timeout)
            ) as response:
                content = await response.text()
        except (TimeoutError, ClientError) as error:
            raise TelegramNetworkError(method=method, message=type(error).__name__) from error
        try:
            answer = json.loads(content)
            result = answer["result"] if response.status == 200 and answer["ok"] else None
        except (ValueError, TypeError, KeyError):
            result = None
        if isinstance(result, dict) and type(result.get("message_id")) is int:
            return cast("TelegramType", Message.model_construct(message_id=result["message_id"]))
        if result is True:
            return cast("TelegramType", True)
        checked = self.check_response(bot, method, response.status, content)
        return cast("TelegramType", checked.result)
