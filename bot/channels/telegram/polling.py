"""getUpdates, for a bot without a public address. The offset moves only after the inbox took the updates."""

import asyncio
import json
from typing import TYPE_CHECKING, Any

import structlog

from bot.channels.telegram.api import Api
from bot.channels.telegram.inbound import ALLOWED_UPDATES, identify
from bot.channels.webhooks import InboxFailed, InboxFull
from bot.chat.errors import PlatformError, Rejected, RetryAfter, TokenExpired, Uncertain

if TYPE_CHECKING:
    from bot.channels.webhooks import Inbox

log = structlog.get_logger()

LONGEST_PAUSE_SECONDS = 30.0


class Polling:
    """Takes updates from Telegram into the inbox, raw.

    A crash before the next call repeats the last batch; the inbox knows what it has already.
    """

    def __init__(
        self, token: str, inbox: "Inbox", *, base: str | None = None, wait_seconds: int = 25
    ) -> None:
        self._api = Api(token, base)
        self._inbox = inbox
        self._wait_seconds = wait_seconds
        self.offset: int | None = None
        """The next update wanted; None before the first batch."""

    async def run(self) -> None:
        """Polls until cancelled; also while Telegram does not know the token: it has said so wrongly before."""
        pause = 0.0
        alone = False
        try:
            while True:
                try:
                    if not alone:
                        await self._api.call("deleteWebhook", {})  # with one set, getUpdates is refused
                        alone = True
                    await self.once()
                    pause = 0.0
                except (PlatformError, InboxFull, InboxFailed) as error:
                    pause = min(max(1.0, 2 * pause), LONGEST_PAUSE_SECONDS)
                    if isinstance(error, RetryAfter):
                        pause = error.seconds
                    why = error.why if isinstance(error, Rejected) else ""
                    if isinstance(error, TokenExpired):
                        log.error("platform_token_expired", channel="telegram", alert=True)
                    log.warning("polling_pauses", error=type(error).__name__, why=why, seconds=pause)
                    await asyncio.sleep(pause)
        finally:
            await self._api.close()

    async def once(self) -> int:
        """One batch into the inbox; returns how many updates there were.

        Raises InboxFull or InboxFailed, with the offset where it was, or the errors of `bot.chat.errors`.
        """
        asked: dict[str, Any] = {"timeout": self._wait_seconds, "allowed_updates": ALLOWED_UPDATES}
        if self.offset is not None:
            asked["offset"] = self.offset
        updates = await self._api.call("getUpdates", asked, seconds=self._wait_seconds + 15)
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
            puts.append(self._inbox.put("telegram", key, chat, json.dumps(update).encode(), update))
        await asyncio.gather(*puts)  # started in order, committed together
        self.offset = after
        return len(updates)
