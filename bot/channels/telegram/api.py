"""Calls of the Telegram Bot API: plain JSON over kept connections, its errors as ours.

No library stands between: its models cost 130 MB, seconds at every start and two thirds of the time of a
call, and a dozen methods are all that is used.
"""

import json
from typing import Any
from urllib.parse import quote

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, FormData

from bot.channels.pipe import Pipe
from bot.chat.errors import (
    OUT_OF_ORDER,
    Rejected,
    RetryAfter,
    TokenExpired,
    Unavailable,
    Uncertain,
    Unreachable,
)

OFFICIAL = "https://api.telegram.org"
_SECONDS = 30.0


class Api:
    """One bot on one server; `base` is another server that speaks the Bot API (a sandbox)."""

    def __init__(self, token: str, base: str | None = None) -> None:
        self._base = (base or OFFICIAL).rstrip("/")
        self._bot = f"/bot{quote(token, safe=':')}/"
        self._pipe = Pipe(self._base)
        self._file = f"{self._base}/file{self._bot}"

    async def call(
        self,
        method: str,
        body: dict[str, Any] | bytes,
        *,
        seconds: float = _SECONDS,
        form: FormData | None = None,
    ) -> Any:
        """Returns the method's result; `body` is as `as_json` takes it, or as it made it.

        `form` is sent instead of JSON: an upload. Raises the errors of `bot.chat.errors`.
        """
        if form is not None:
            status, content = await self._upload(method, form, seconds)
        else:
            data = body if isinstance(body, bytes) else as_json(body)
            status, content = await self._pipe.post(self._bot + method, data, seconds)
        if status in OUT_OF_ORDER:
            raise Unavailable(f"{method}: {status}")
        try:
            answer = json.loads(content)
        except ValueError:
            raise Uncertain(f"{method}: {status}") from None
        if isinstance(answer, dict) and answer.get("ok") is True and status == 200:
            return answer.get("result")
        raise _ours(method, status, answer)

    def file_url(self, path: str) -> str:
        """Where a file is fetched; holds the token."""
        return self._file + path

    async def close(self) -> None:
        """Closes connections."""
        self._pipe.close()

    async def _upload(self, method: str, form: FormData, seconds: float) -> tuple[int, bytes]:
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=seconds)) as session,
                session.post(self._base + self._bot + method, data=form) as response,
            ):
                return response.status, await response.read()
        except ClientConnectorError as error:
            raise Unavailable(type(error).__name__) from None
        except (TimeoutError, ClientError) as error:
            # the error's own words may hold the address, and with it the token
            raise Uncertain(type(error).__name__) from None


def as_json(body: dict[str, Any]) -> bytes:
    """The body of a call; a field that is None is left out."""
    return json.dumps({key: value for key, value in body.items() if value is not None}).encode()


def says(error: Rejected, *phrases: str) -> bool:
    """Whether Telegram's words hold one of these."""
    why = error.why.lower()
    return any(phrase in why for phrase in phrases)


def _ours(method: str, status: int, answer: object) -> Exception:
    if not isinstance(answer, dict) or status == 200:
        return Uncertain(f"{method}: {status}")
    parameters = answer.get("parameters")
    if not isinstance(parameters, dict):
        parameters = {}
    if parameters.get("retry_after"):
        return RetryAfter(float(parameters["retry_after"]))
    if parameters.get("migrate_to_chat_id"):
        return Unreachable("chat_gone", str(parameters["migrate_to_chat_id"]))
    if status in {401, 404}:
        # 404 for a method that exists means that no bot has this token
        return TokenExpired(f"{method}: {status}")
    if status == 403:
        return Unreachable("blocked")
    if status == 413:
        return Rejected("too large")
    if status >= 500:
        return Uncertain(f"{method}: {status}")
    error = Rejected(str(answer.get("description")))
    if says(error, "chat not found", "peer_id_invalid", "user not found"):
        return Unreachable("chat_gone")
    if says(error, "not enough rights", "have no rights", "chat_write_forbidden"):
        return Unreachable("refused")
    return error
