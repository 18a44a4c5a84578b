"""kill -9 of the sender at random moments of a broadcast: nobody is left out, and doubles are accounted for.

A row is finished after the send, so what was on its way at a kill, or taken by the platform and not yet committed,
is sent again. Both are counted at each kill: on the platform, and in the database.
"""

import asyncio
import random
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from faulty import Town, build
from kill_rounds import Loopback
from killable import Killable
from sqlalchemy import func, insert, select

from bot.clock import now, to_ms
from bot.directives import queries
from bot.organisation import queries as people
from bot.store.ids import new_id
from bot.store.tables.delivery import SENT, windows
from bot.store.tables.delivery import outbox as rows
from bot.store.tables.organisation import ACTIVE, accounts
from bot.store.tx import Tx

FIRST_USER = 7_000_000_000
NUMBER = "52-KH/ĐU"
LONGEST_S = 0.02
DAY_MS = 86_400_000


@dataclass
class Outcome:
    """One run, counted."""

    recipients: int
    kills: int
    lost: int
    """Recipients whom the message never reached, or of whom it is not recorded."""
    doubles: int
    """Messages that reached somebody a second time."""
    in_flight: int
    """Messages on their way at the kills: come to the platform, not answered."""
    uncommitted: int
    """Messages answered by the platform at the kills and not yet recorded."""

    def plain(self) -> dict[str, int]:
        return asdict(self)


class Platform(Loopback):
    """Takes its time over each message, and has the bot killed at chosen ones."""

    def __init__(self, parent: Killable, chance: random.Random) -> None:
        super().__init__()
        self._parent = parent
        self._chance = chance
        self.kill_at: list[int] = []
        self.cards: Counter[str] = Counter()
        self.on_way = self.answered = self.after = 0
        self.at_kill = 0, 0
        self.killed = asyncio.Event()
        self.is_dying = self.is_down = False

    def _note(self, chat: object, text: str) -> int:
        number = super()._note(chat, text)
        if str(chat) != str(FIRST_USER):  # the author's chat has a card that keeps up
            self.cards[str(chat)] += 1
            self.after += self.is_down
        return number

    async def _telegram(self, request: web.Request) -> web.Response:
        return await self._slowly(super()._telegram, request)

    async def _zalo(self, request: web.Request) -> web.Response:
        return await self._slowly(super()._zalo, request)

    async def _slowly(self, answer: Any, request: web.Request) -> web.Response:
        before = sum(self.cards.values())
        response: web.Response = await answer(request)
        if sum(self.cards.values()) == before:
            return response
        self.on_way += 1
        if self.kill_at and not self.is_dying and sum(self.cards.values()) >= self.kill_at[0]:
            self.kill_at.pop(0)
            self.is_dying = True  # the next kill is the next run's, however close
            await asyncio.sleep(self._chance.random() * LONGEST_S)
            self.is_down = True
            self._parent.kill_at_once()
            self.at_kill = self.on_way, self.answered
            self.killed.set()
        await asyncio.sleep(self._chance.random() * LONGEST_S)
        self.on_way -= 1
        self.answered += not self.is_down
        return response


class SenderRounds:
    """A town with one directive to send, its bot that is killed, and the platform that takes the messages."""

    def __init__(
        self, channel: str, store: str, kills: int, recipients: int, folder: Path, parent: Killable, url: str
    ) -> None:
        self._channel, self._kills, self._count = channel, kills, recipients
        self._folder, self._parent, self._url = folder, parent, url
        self._random = random.Random(f"{channel} {store} {kills}")

    async def run(self) -> Outcome:
        platform = Platform(self._parent, self._random)
        await platform.start()
        self._parent.port = 0
        town = await asyncio.to_thread(
            build, self._folder, platform, self._channel, self._count + 1, self._parent, "", self._url
        )
        try:
            return await self._run(town, platform)
        finally:
            await asyncio.to_thread(self._parent.kill_at_once)
            town.engine.dispose()
            await platform.stop()

    async def _run(self, town: Town, platform: Platform) -> Outcome:
        author = await town.member_id(0)
        await town.write(lambda tx: self._link(tx, author))
        directive_id = await town.directive(NUMBER, file=False)
        step = self._count // (self._kills + 1)
        platform.kill_at = [step * n + self._random.randint(1, step) for n in range(self._kills)]
        kills = self._parent.kills
        in_flight = uncommitted = 0
        for _ in range(self._kills):
            platform.is_dying = platform.is_down = False
            platform.after = platform.on_way = 0
            platform.killed.clear()
            await self._parent.start(town.settings)
            async with asyncio.timeout(120):
                await platform.killed.wait()
            on_way, answered = platform.at_kill
            recorded = await town.write(self._recorded)
            await asyncio.sleep(2 * LONGEST_S)  # what the bot had handed to the network still comes
            in_flight += on_way + platform.after
            uncommitted += max(0, answered - recorded)
            platform.answered = recorded  # those between are sent again
        platform.is_down = False
        await self._parent.start(town.settings)
        async with asyncio.timeout(120):
            while await town.write(self._waiting):  # noqa: ASYNC110 - another process works; only its database can tell
                await asyncio.sleep(0.05)
        totals = await town.write(lambda tx: queries.totals(tx, directive_id))
        reached = len(platform.cards)
        return Outcome(
            recipients=self._count,
            kills=self._parent.kills - kills,
            lost=self._count - min(reached, totals.sent - 1),
            doubles=sum(platform.cards.values()) - reached,
            in_flight=in_flight,
            uncommitted=uncommitted,
        )

    def _link(self, tx: Tx, author: int) -> None:
        units = [unit.id for unit in people.organisation_tree(tx)]
        members = sorted(people.members_of(tx, units), key=lambda each: (each.id != author, each.id))
        made, opened = [], []
        for number, member in enumerate(members):
            user = str(FIRST_USER + number)
            named = {"id": new_id(), "user_id": user, "chat_id": user, "member_id": member.id}
            shared = {"channel": self._channel, "language": "vi", "state": ACTIVE}
            made.append({**named, **shared, "linked_ms": tx.now_ms, "served_ms": tx.now_ms})
            until = to_ms(now()) + DAY_MS
            window = {"last_ms": tx.now_ms, "free_until_ms": until, "until_ms": until}
            opened.append({"channel": self._channel, "chat_id": user, **window})
        tx.run(insert(accounts), made)
        if self._channel == "zalo_oa":
            tx.run(insert(windows), opened)

    @staticmethod
    def _recorded(tx: Tx) -> int:
        others = rows.c.chat_id != str(FIRST_USER)
        return int(tx.value(select(func.count()).where(rows.c.state == SENT, others)) or 0)

    @staticmethod
    def _waiting(tx: Tx) -> int:
        return int(tx.value(select(func.count()).where(rows.c.state < SENT)) or 0)
