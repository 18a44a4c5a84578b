"""The loop: inbox row -> event -> handler -> one commit -> replies on their way.

Every update is stored before the platform hears 200. Of each chat one update at a time is handled, in
order of arrival; different chats share a commit. What the handler wrote, the dialog, the done mark and
the replies are committed together or not at all; an update that raises is tried again twice, then set
aside, and its person is told.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from bot.channels.webhooks import InboxFailed, InboxFull
from bot.chat.events import Event
from bot.chat.replies import Say, To
from bot.chat.router import Router
from bot.clock import from_ms, now_ms
from bot.delivery import outbox
from bot.delivery.outbox import Outgoing
from bot.delivery.sender import Sender
from bot.i18n import _, speaking
from bot.store import inbox
from bot.store.inbox import Waiting
from bot.store.tx import Tx
from bot.store.writer import Writer, WriterStopped

log = structlog.get_logger()

TRIES = 3
PAUSES_S = (1.0, 5.0)
"""Waits before the second and the third try."""
IN_MEMORY = 1_000
"""Updates whose content is kept in memory while they wait; of the others only where they stand."""

Translate = Callable[[Any, datetime], Event]
"""A channel's `translate`: the parsed payload, and when it was taken in, to our event."""


class Worker:
    """Takes updates in (it is the webhooks' `Inbox`) and has them handled."""

    def __init__(
        self,
        writer: Writer,
        router: Router[Tx],
        sender: Sender,
        translators: Mapping[str, Translate],
        *,
        limit: int,
        chat_limit: int = 100,
        pauses: tuple[float, ...] = PAUSES_S,
    ) -> None:
        """Above `limit` updates waiting, or `chat_limit` of one chat, a channel that repeats is told to."""
        self._writer = writer
        self._router = router
        self._sender = sender
        self._translators = translators
        self._limit = limit
        self._chat_limit = chat_limit
        self._pauses = pauses
        self._chats: dict[tuple[str, str], deque[Waiting]] = {}
        self.on_jobs: Callable[[], None] = lambda: None
        """Called when an event has asked for slow work, after its commit."""
        self.waiting = 0
        """Updates taken in and not yet handled."""

    async def start(self) -> None:
        """Goes on with what an earlier run took in and did not finish."""
        for row in await self._writer.run(inbox.waiting):
            self.take(row)

    async def put(
        self, channel: str, update_key: str, chat_key: str, payload: bytes, update: Any = None
    ) -> None:
        """Stores an update; returns when it is committed. A repeated key counts as taken.

        Raises InboxFull when too much waits, of all chats or of this one, on a channel that repeats
        (Telegram); InboxFailed.
        """
        if channel == "telegram" and (
            self.waiting >= self._limit or len(self._chats.get((channel, chat_key), ())) >= self._chat_limit
        ):
            raise InboxFull
        try:
            row_id = await self._writer.run(
                lambda tx: inbox.put(tx, channel, update_key, chat_key, payload), arrives=True
            )
        except Exception as error:
            log.error("inbox_failed", channel=channel, error=type(error).__name__)
            raise InboxFailed from error
        if row_id is not None:
            self.take(Waiting(row_id, channel, chat_key, payload, now_ms(), update))

    def ring(self) -> None:
        """Something may wait in the database: nothing that this process does not know, when it is the only one."""

    def take(self, row: Waiting) -> None:
        """Has a stored update handled, after the earlier ones of its chat."""
        self.waiting += 1
        if self.waiting > IN_MEMORY:
            row = replace(row, payload=None, update=None)
        key = (row.channel, row.chat_key)
        queue = self._chats.get(key)
        if queue is None:
            self._chats[key] = deque([row])
            self._submit(row, 1)
        else:
            queue.append(row)

    def _submit(self, row: Waiting, attempt: int) -> None:
        with suppress(WriterStopped):  # it waits in the inbox for the next start
            self._sender.settle()  # who answers a notice answers one that is recorded
            self._writer.submit(partial(self._handle, row), partial(self._done, row, attempt))

    def _event(self, row: Waiting, tx: Tx) -> Event:
        update = row.update
        if update is None:
            update = json.loads(inbox.payload(tx, row.id) if row.payload is None else row.payload)
        return self._translators[row.channel](update, from_ms(row.received_ms))

    def _handle(self, row: Waiting, tx: Tx) -> None:
        event = self._event(row, tx)
        said = self._router.handle(event, tx)
        leaving: list[Outgoing] = []
        for reply in said:
            if isinstance(reply, To):
                channel, chat_id, words = reply.channel, reply.chat_id, reply.reply
            else:
                channel, chat_id, words = event.address.channel, event.address.chat_id, reply
            leaving.append(outbox.reply(tx, channel, chat_id, words, self._sender.name))
        inbox.done(tx, row.id)
        if tx.asked_for_work:
            tx.after_commit.append(self.on_jobs)
        if leaving:
            tx.after_commit.append(partial(self._sender.hand, leaving))

    def _done(self, row: Waiting, attempt: int, _result: None, error: BaseException | None) -> None:
        if error is None:
            self._next(row)
            return
        log.error(
            "event_failed", channel=row.channel, row=row.id, attempt=attempt, error=type(error).__name__
        )
        loop = asyncio.get_running_loop()
        if attempt < TRIES:
            loop.call_later(self._pauses[attempt - 1], self._submit, row, attempt + 1)
            return
        aside = partial(self._set_aside, row, attempt, type(error).__name__)
        with suppress(WriterStopped):
            self._writer.submit(aside, lambda _r, _e: self._next(row))

    def _set_aside(self, row: Waiting, attempt: int, error: str, tx: Tx) -> None:
        inbox.set_aside(tx, row.id, attempt, error)
        try:
            address = self._event(row, tx).address
        except Exception:
            return  # not even an event: there is nobody to tell
        if address.group:
            return
        with speaking("vi"):
            sorry = Say(
                _("Xin lỗi đồng chí, việc này chưa làm được. Người phụ trách đã được báo; mời thử lại sau.")
            )
        said = outbox.reply(tx, address.channel, address.chat_id, sorry, self._sender.name)
        tx.after_commit.append(partial(self._sender.hand, [said]))

    def _next(self, row: Waiting) -> None:
        self.waiting -= 1
        key = (row.channel, row.chat_key)
        queue = self._chats[key]
        queue.popleft()
        if queue:
            self._submit(queue[0], 1)
        else:
            del self._chats[key]
