"""Calls of the Telegram Bot API: plain JSON over one kept session, its errors as ours.

No library stands between: its models cost 130 MB, seconds at every start and two thirds of the time of a
call, and a dozen methods are all that is used.
"""

import json
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    FormData,
)
from yarl import URL

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
_TIMEOUT = ClientTimeout(total=30)
_JSON = {"Content-Type": "application/json"}


class Api:
    """One bot on one server; `base` is another server that speaks the Bot API (a sandbox)."""

    def __init__(self, token: str, base: str | None = None) -> None:
        self._token = token
        self._base = (base or OFFICIAL).rstrip("/")
        self._urls: dict[str, URL] = {}
        self._session: ClientSession | None = None

    async def call(
        self,
        method: str,
        body: dict[str, Any] | bytes,
        *,
        seconds: float | None = None,
        form: FormData | None = None,
    ) -> Any:
        """Returns the method's result; `body` is as `as_json` takes it, or as it made it.

        `form` is sent instead of JSON: an upload. Raises the errors of `bot.chat.errors`.
        """
        data: FormData | bytes
        if form is None:
            data, headers = body if isinstance(body, bytes) else as_json(body), _JSON
        else:
            data, headers = form, {}
        timeout = _TIMEOUT if seconds is None else ClientTimeout(total=seconds)
        try:
            async with self._opened().post(
                self._url(method), data=data, headers=headers, timeout=timeout
            ) as response:
                status, content = response.status, await response.read()
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise Unavailable(type(error).__name__) from None
        except (TimeoutError, ClientError) as error:
            # the error's own words may hold the address, and with it the token
            raise Uncertain(type(error).__name__) from None
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
        return f"{self._base}/file/bot{self._token}/{path}"

    async def close(self) -> None:
        """Closes connections."""
        if self._session is not None:
            await self._session.close()

    def _url(self, method: str) -> URL:
        if method not in self._urls:
            self._urls[method] = URL(f"{self._base}/bot{self._token}/{method}")
        return self._urls[method]

    def _opened(self) -> ClientSession:
        if self._session is None or self._session.closed:
            # Telegram sets no cookies, so none are looked up for each call.
            self._session = ClientSession(cookie_jar=DummyCookieJar())
        return self._session


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
