"""The worker of one of several processes on PostgreSQL: chats are claimed in the database, not kept in memory.

A round claims chats whose turn it is, handles their updates and commits; it is one unit of the writer.
New updates are stored by a writer of their own: an insert may wait for a chat that is being handled,
and must hold nothing that a round waits for.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

import structlog
from sqlalchemy.exc import DBAPIError

from bot.channels.webhooks import InboxFailed, InboxFull
from bot.chat.router import Router
from bot.delivery.sender import Sender
from bot.store import inbox_shared
from bot.store.engine import connection_lost, stands_in_the_way
from bot.store.inbox import Waiting
from bot.store.inbox_shared import Arrived
from bot.store.tx import Tx
from bot.store.writer import Writer, WriterStopped
from bot.worker import PAUSES_S, TRIES, Translate, Worker

log = structlog.get_logger()

_ROUND_S = 0.05
"""A round begins no further chat's update after so long: what it has locked waits for its commit."""
_FEWEST, _MOST = 4, 50
"""Chats claimed for a round: about twice as many as the last one had time for."""
_STORED_AT_ONCE = 200
_PAUSE_S = 1.0
"""Before the next round when the database failed."""


class _UpdateFailed(Exception):
    """The update of a round that raised; the round is rolled back."""

    def __init__(self, row: Waiting, attempts: int, first: bool) -> None:
        self.row = row
        self.attempts = attempts
        self.first = first
        """Whether it was its chat's first in this round: what came before it must not wait with it."""


class _Put(NamedTuple):
    arrived: Arrived
    stored: asyncio.Future[None]


class SharedWorker(Worker):
    """Takes updates in and handles what any process took in. `handles=False`: takes in only (`--role web`)."""

    def __init__(
        self,
        writer: Writer,
        intake: Writer,
        router: Router[Tx],
        sender: Sender,
        translators: Mapping[str, Translate],
        *,
        limit: int,
        chat_limit: int = 100,
        handles: bool,
        pauses: tuple[float, ...] = PAUSES_S,
    ) -> None:
        super().__init__(
            writer, router, sender, translators, limit=limit, chat_limit=chat_limit, pauses=pauses
        )
        self._intake = intake
        self._handles = handles
        self._incoming: list[_Put] = []
        self._storing: asyncio.Task[None] | None = None
        self._in_round = False
        self._rung = False
        self._at_once = _FEWEST
        self._suspects: set[int] = set()
        """Updates that failed behind others of their chat: next they are handled in a round after those."""
        self._crowded: dict[tuple[str, str], int] = {}
        self._since: Counter[tuple[str, str]] = Counter()
        """What came in here since `_crowded` was counted."""

    async def start(self) -> None:
        """Begins with what waits, whoever took it in."""
        await self.count()
        self.ring()

    async def count(self) -> None:
        """Learns how much waits in all processes together, and of whom much: above the limits Telegram repeats.

        Between two counts a chat's updates are added as they come in here, handled or not: a person never
        sends half the limit within a second.
        """
        self._since = Counter()
        self.waiting, self._crowded = await self._intake.run(self._look)

    def _look(self, tx: Tx) -> tuple[int, dict[tuple[str, str], int]]:
        waiting = inbox_shared.length(tx)
        return waiting, inbox_shared.crowded(tx, 1 + self._chat_limit // 2) if waiting else {}

    async def keep_count(self) -> None:
        """Counts every second, until cancelled."""
        while True:
            await asyncio.sleep(_PAUSE_S)
            try:
                await self.count()
            except DBAPIError as error:
                log.warning("not_counted", error=type(error).__name__)

    async def put(
        self, channel: str, update_key: str, chat_key: str, payload: bytes, update: Any = None
    ) -> None:
        """Stores an update; returns when it is committed. Raises as `Worker.put`."""
        chat = (channel, chat_key)
        if channel == "telegram" and (
            self.waiting >= self._limit
            or self._crowded.get(chat, self._chat_limit // 2) + self._since[chat] >= self._chat_limit
        ):
            raise InboxFull
        self._since[chat] += 1
        stored = asyncio.get_running_loop().create_future()
        self._incoming.append(_Put(Arrived(channel, update_key, chat_key, payload), stored))
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._store())
        try:
            await stored
        except Exception as error:
            log.error("inbox_failed", channel=channel, error=type(error).__name__)
            raise InboxFailed from error

    async def _store(self) -> None:
        """What arrives during one commit goes into the next."""
        while self._incoming:
            batch, self._incoming = self._incoming[:_STORED_AT_ONCE], self._incoming[_STORED_AT_ONCE:]
            try:
                new = await self._intake.run(
                    partial(inbox_shared.put, arrived=[each.arrived for each in batch])
                )
            except Exception as error:
                if len(batch) > 1 and not isinstance(error, WriterStopped):
                    for each in batch:  # one that the database does not take is no reason to refuse the rest
                        await self._store_alone(each)
                    continue
                _tell(batch, error)
            else:
                self._stored(batch, new)

    async def _store_alone(self, put: _Put) -> None:
        try:
            new = await self._intake.run(partial(inbox_shared.put, arrived=[put.arrived]))
        except Exception as error:
            _tell([put], error)
        else:
            self._stored([put], new)

    def _stored(self, batch: list[_Put], new: int) -> None:
        self.waiting += new
        _tell(batch, None)
        self.ring()

    def take(self, row: Waiting) -> None:
        """There is something to handle."""
        self.ring()

    def ring(self) -> None:
        """Updates may wait: look now. Called on the event loop."""
        if not self._handles:
            return
        self._rung = True
        if not self._in_round:
            self._go()

    def _go(self) -> None:
        self._rung = False
        self._in_round = True
        try:
            self._sender.settle()
            self._writer.submit(self._round, self._after)
        except WriterStopped:
            self._in_round = False

    def _round(self, tx: Tx) -> int:
        """Claims and handles. Returns how many updates were handled. Raises _UpdateFailed."""
        end = time.monotonic() + _ROUND_S
        handled = 0
        begun: set[tuple[str, str]] = set()
        ended: set[tuple[str, str]] = set()
        for row, attempts in inbox_shared.claim(tx, self._sender.name, self._at_once):
            chat = (row.channel, row.chat_key)
            if row.id in self._suspects and chat in begun:
                ended.add(chat)
            if chat in ended:
                continue
            try:
                self._handle(row, tx)
            except Exception as error:
                if connection_lost(error) or stands_in_the_way(error):
                    raise  # no fault of this update
                raise _UpdateFailed(row, attempts, chat not in begun) from error
            begun.add(chat)
            handled += 1
            if time.monotonic() > end:
                break
        self._at_once = min(_MOST, max(_FEWEST, 2 * len(begun)))
        if begun:
            inbox_shared.settle(tx, self._sender.name, begun)
        return handled

    def _after(self, handled: int, error: BaseException | None) -> None:
        self._in_round = False
        if isinstance(error, _UpdateFailed):
            self._failed(error)
        elif error is not None:
            log.error("round_failed", error=type(error).__name__)
            asyncio.get_running_loop().call_later(_PAUSE_S, self.ring)
            return
        else:
            self.waiting = max(0, self.waiting - handled)
        if error is not None or handled or self._rung:
            self._go()

    def _failed(self, failed: _UpdateFailed) -> None:
        row, attempt = failed.row, failed.attempts + 1
        if not failed.first:
            self._suspects.add(row.id)
            return
        self._suspects.discard(row.id)
        name = type(failed.__cause__).__name__
        log.error("event_failed", channel=row.channel, row=row.id, attempt=attempt, error=name)
        with suppress(WriterStopped):  # it waits in the inbox
            if attempt < TRIES:
                pause = self._pauses[attempt - 1]
                self._writer.submit(
                    partial(inbox_shared.put_off, row=row, pause_ms=round(pause * 1000)),
                    partial(self._ring_after, pause),
                )
            else:
                self._writer.submit(partial(self._give_up, row, attempt, name), self._given_up)

    def _ring_after(self, pause: float, _result: None, _error: BaseException | None) -> None:
        asyncio.get_running_loop().call_later(pause + 0.01, self.ring)

    def _given_up(self, _result: None, _error: BaseException | None) -> None:
        self.waiting -= 1
        self.ring()

    def _give_up(self, row: Waiting, attempt: int, error: str, tx: Tx) -> None:
        if inbox_shared.still_waits(tx, row):  # or another process was luckier
            self._set_aside(row, attempt, error, tx)


def _tell(batch: list[_Put], error: Exception | None) -> None:
    for each in batch:
        if each.stored.done():
            continue  # the platform hung up meanwhile
        if error is None:
            each.stored.set_result(None)
        else:
            each.stored.set_exception(error)
