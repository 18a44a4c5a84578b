"""getUpdates, for a bot without a public address. The offset moves only after the inbox took the updates."""

import asyncio
import json
from typing import TYPE_CHECKING, Any

import aiohttp
import structlog

from bot.channels.telegram.inbound import ALLOWED_UPDATES, identify
from bot.channels.webhooks import InboxFailed, InboxFull
from bot.chat.errors import PlatformError, Rejected, RetryAfter, TokenExpired, Uncertain

if TYPE_CHECKING:
    from bot.channels.webhooks import Inbox

log = structlog.get_logger()

OFFICIAL = "https://api.telegram.org"
LONGEST_PAUSE_SECONDS = 30.0


class Polling:
    """Takes updates from Telegram into the inbox, raw.

    A crash before the next call repeats the last batch; the inbox knows what it has already.
    """

    def __init__(
        self, token: str, inbox: "Inbox", *, base: str | None = None, wait_seconds: int = 25
    ) -> None:
        self._url = f"{(base or OFFICIAL).rstrip('/')}/bot{token}"
        self._inbox = inbox
        self._wait_seconds = wait_seconds
        self.offset: int | None = None
        """The next update wanted; None before the first batch."""

    async def run(self) -> None:
        """Polls until cancelled. Raises TokenExpired when Telegram does not know the token."""
        pause = 0.0
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    if self.offset is None and not pause:
                        await self._call(session, "deleteWebhook", {})  # with one set, getUpdates is refused
                    await self.once(session)
                    pause = 0.0
                except TokenExpired:
                    raise
                except (PlatformError, InboxFull, InboxFailed) as error:
                    pause = min(max(1.0, 2 * pause), LONGEST_PAUSE_SECONDS)
                    if isinstance(error, RetryAfter):
                        pause = error.seconds
                    why = error.why if isinstance(error, Rejected) else ""
                    log.warning("polling_pauses", error=type(error).__name__, why=why, seconds=pause)
                    await asyncio.sleep(pause)

    async def once(self, session: aiohttp.ClientSession) -> int:
        """One batch into the inbox; returns how many updates there were.

        Raises InboxFull or InboxFailed, with the offset where it was, or the errors of `bot.chat.errors`.
        """
        asked: dict[str, Any] = {"timeout": self._wait_seconds, "allowed_updates": ALLOWED_UPDATES}
        if self.offset is not None:
            asked["offset"] = self.offset
        updates = await self._call(session, "getUpdates", asked)
        if not isinstance(updates, list):
            raise Uncertain("getUpdates: no list")
        puts = []
        after = self.offset or 0
        for update in updates:
            try:
                key, chat = identify(update)
            except ValueError:
                log.warning("telegram_update_unreadable")
                continue
            after = max(after, int(key) + 1)
            puts.append(self._inbox.put("telegram", key, chat, json.dumps(update).encode()))
        await asyncio.gather(*puts)  # started in order, committed together
        self.offset = after
        return len(updates)

    async def _call(self, session: aiohttp.ClientSession, method: str, body: dict[str, Any]) -> Any:
        timeout = aiohttp.ClientTimeout(total=self._wait_seconds + 15)
        try:
            async with session.post(f"{self._url}/{method}", json=body, timeout=timeout) as response:
                status = response.status
                answer = json.loads(await response.read())
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            # the error's own words may hold the address, and with it the token
            raise Uncertain(type(error).__name__) from None
        if not isinstance(answer, dict):
            raise Uncertain("no object")
        if answer.get("ok") is True:
            return answer.get("result")
        if status in {401, 404}:
            raise TokenExpired(f"{method}: {status}")
        seconds = (answer.get("parameters") or {}).get("retry_after")
        if seconds:
            raise RetryAfter(float(seconds))
        raise Uncertain(str(status)) if status >= 500 else Rejected(str(answer.get("description")))
