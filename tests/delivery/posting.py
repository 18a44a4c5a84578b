"""A sender with its writer and two platforms that say everything a platform can say."""

import asyncio

from sqlalchemy import Engine, select

from bot.chat.replies import Choice, Reply, Say
from bot.delivery import outbox
from bot.delivery.outbound import Sent
from bot.delivery.outbox import NORMAL, Notice
from bot.delivery.pace import Limits
from bot.delivery.sender import Sender
from bot.store.tables.delivery import outbox as rows
from bot.store.tx import Tx
from bot.store.vault import Vault
from bot.store.writer import Writer


class Platform:
    """An `Outbound` that keeps what it took; `plan` answers calls to a chat with errors, in order."""

    def __init__(self, channel: str = "telegram") -> None:
        self.channel = channel
        self.took: list[tuple[str, str]] = []
        self.calls: list[tuple[float, str, str]] = []
        self.plan: dict[str, list[Exception]] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.news = asyncio.Condition()
        self.at_once: dict[str, int] = {}
        self.closed = False

    async def send(self, chat_id: str, reply: Reply) -> Sent:
        assert isinstance(reply, Say)
        self.calls.append((asyncio.get_running_loop().time(), chat_id, reply.text))
        self.at_once[chat_id] = self.at_once.get(chat_id, 0) + 1
        assert self.at_once[chat_id] == 1, "two messages at the same time in one chat"
        try:
            async with self.news:
                self.news.notify_all()
            await self.gate.wait()
            if self.plan.get(chat_id):
                raise self.plan[chat_id].pop(0)
            self.took.append((chat_id, reply.text))
            return Sent(f"m{len(self.took)}", "buttons" if reply.choices else "none")
        finally:
            self.at_once[chat_id] -= 1
            async with self.news:
                self.news.notify_all()

    async def close(self) -> None:
        self.closed = True

    def texts(self, chat_id: str) -> list[str]:
        return [text for chat, text in self.took if chat == chat_id]

    async def until(self, wanted) -> None:
        async with asyncio.timeout(8), self.news:
            await self.news.wait_for(wanted)


class Learned:
    """A `Reachability` that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    def unreachable(
        self, tx: Tx, channel: str, chat_id: str, reason: str, notice: tuple[str, int] | None = None
    ) -> None:
        self.told.append(("unreachable", channel, chat_id, reason))

    def moved(self, tx: Tx, channel: str, old: str, new: str) -> None:
        self.told.append(("moved", channel, old, new))

    def too_many_failed(self, tx: Tx, kind: str, kind_id: int, reason: str) -> None:
        self.told.append(("too_many_failed", kind, reason))
        outbox.hold(tx, kind=kind, kind_id=kind_id)

    def suspended(self, tx: Tx, channel: str, problem: str) -> None:
        self.told.append(("suspended", channel, problem))


class Post:
    """Sender, writer and two platforms."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self.writer = Writer(engine, vault, loop=asyncio.get_running_loop())
        self.writer.start()
        self.telegram, self.zalo = Platform("telegram"), Platform("zalo_oa")
        self.learned = Learned()
        self.sender = self.new_sender()

    def new_sender(self, name: str = "p1", rate: float = 0, in_flight: int = 64) -> Sender:
        limits = {"telegram": Limits(rate), "zalo_oa": Limits(rate)}
        return Sender(
            self.writer,
            [self.telegram, self.zalo],
            self.learned,
            name=name,
            limits=limits,
            in_flight=in_flight,
        )

    async def replies(self, *said: tuple[str, str], channel: str = "telegram") -> None:
        """Replies, committed as the worker does: claimed, and handed to the sender after the commit."""

        def unit(tx: Tx) -> None:
            made = [outbox.reply(tx, channel, chat, Say(text), self.sender.name) for chat, text in said]
            tx.after_commit.append(lambda: self.sender.hand(made))

        await self.writer.run(unit)

    async def notices(
        self, chats: list[str], text: str, *, priority: int = NORMAL, channel: str = "telegram"
    ) -> None:
        def unit(tx: Tx) -> None:
            words = outbox.content(tx, Say(text, choices=(Choice("Đã đọc", "#go.1"),), about=text))
            waiting = [Notice(channel, chat, 1, words) for chat in chats]
            outbox.post(tx, waiting, kind="try", kind_id=1, priority=priority, due_ms=tx.now_ms)

        await self.writer.run(unit)
        self.sender.ring()

    async def states(self) -> dict[str, list[tuple]]:
        """By chat: (state, reason, uncertain) of its rows, in order of posting."""

        def look(tx: Tx) -> dict[str, list[tuple]]:
            found: dict[str, list[tuple]] = {}
            for row in tx.rows(select(rows).order_by(rows.c.id)):
                found.setdefault(row.chat_id, []).append((row.state, row.reason, row.uncertain))
            return found

        return await self.writer.run(look)

    async def until_finished(self) -> None:
        """Until no row waits; the bell is rung here, as the bell of the app does."""
        async with asyncio.timeout(8):
            while await self.writer.run(outbox.waiting):
                self.sender.ring()
                await asyncio.sleep(0.01)
