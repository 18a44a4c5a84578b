"""As fast as the platform allows, and never faster: Telegram's limits as the sandbox has them, on turned time."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from posting import Learned
from turned_loop import TurnedLoop

from bot.channels.telegram.capabilities import TELEGRAM
from bot.chat.errors import RetryAfter
from bot.chat.replies import Reply, Say
from bot.delivery import outbox
from bot.delivery.outbound import Sent
from bot.delivery.outbox import NORMAL, Notice
from bot.delivery.pace import Limits, Most, Pace
from bot.delivery.sender import Sender
from bot.sandbox.telegram import ApiError, Limiter
from bot.sandbox.world import Chat
from bot.store.engine import make_engine
from bot.store.tables import metadata
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault
from bot.store.writer import Writer

RATE = 30
LIMITS = Limits(RATE, TELEGRAM.limits.chat, TELEGRAM.limits.group, TELEGRAM.limits.groups)
GROUPS, SLOW = ("-100", "-200"), "slow"


class FarAway:
    """Telegram behind a way that takes 30 to 120 ms there and as long back; one chat takes 4 s."""

    channel = "telegram"

    def __init__(self) -> None:
        self._limiter = Limiter()
        self._random = random.Random(10)
        self.came: list[tuple[float, str]] = []
        self.refused = 0

    async def _way(self, chat_id: str) -> None:
        await asyncio.sleep(2.0 if chat_id == SLOW else 0.03 + self._random.random() * 0.03)

    async def send(self, chat_id: str, reply: Reply) -> Sent:
        await self._way(chat_id)
        kind = "group" if chat_id.startswith("-") else "private"
        try:
            self._limiter.check(Chat("telegram", chat_id, kind))
        except ApiError as error:
            self.refused += 1
            raise RetryAfter(error.parameters["retry_after"]) from None
        self.came.append((asyncio.get_running_loop().time(), chat_id))
        await self._way(chat_id)
        return Sent(str(len(self.came)))

    async def close(self) -> None:
        """Nothing is open."""


class Hurry:
    """Sender and writer on turned time: it stands still while the writer works."""

    def __init__(self, folder: Path) -> None:
        engine = make_engine(f"sqlite:///{folder}/t.db")
        metadata.create_all(engine)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, TurnedLoop)
        self.engine, self.writer, self.telegram = (
            engine,
            Writer(engine, Vault(Keys.new()), loop=loop),
            FarAway(),
        )
        self._waiting = 0
        loop.busy = lambda: self._waiting > 0
        submit = self.writer.submit

        def counted(unit, done=None, **options):
            self._waiting += 1

            def told(result, error):
                self._waiting -= 1
                if done is not None:
                    done(result, error)

            submit(unit, told, **options)

        self.writer.submit = counted  # type: ignore[method-assign]
        self.writer.start()
        self.sender = Sender(self.writer, [self.telegram], Learned(), name="p", limits={"telegram": LIMITS})

    async def sends(self, chats: list[str]) -> None:
        def post(tx: Tx) -> None:
            words = outbox.content(tx, Say("giấy mời"))
            notices = [Notice("telegram", chat, number, words) for number, chat in enumerate(chats)]
            outbox.post(tx, notices, kind="try", kind_id=1, priority=NORMAL, due_ms=tx.now_ms)

        await self.writer.run(post)
        self.sender.start()
        while await self.writer.run(outbox.waiting):
            self.sender.ring()
            await asyncio.sleep(1)
        await self.sender.stop()
        await asyncio.to_thread(self.writer.stop)
        self.engine.dispose()


def hurried(folder: Path, chats: list[str]) -> FarAway:
    async def run() -> FarAway:
        hurry = Hurry(folder)
        await hurry.sends(chats)
        return hurry.telegram

    with asyncio.Runner(loop_factory=TurnedLoop) as runner:
        return runner.run(run())


def rate(came: list[float]) -> float:
    return (len(came) - 1) / (came[-1] - came[0])


def test_a_broadcast_goes_at_the_possible_rate_and_is_never_asked_to_wait(tmp_path):
    telegram = hurried(tmp_path, [f"c{number}" for number in range(900)])
    assert telegram.refused == 0
    assert len(telegram.came) == 900
    # What the way takes up and down by chance (60 ms at most, both ways) is lost, and real time for our own work.
    assert rate([at for at, _ in telegram.came]) >= 0.8 * RATE


def test_two_groups_and_a_slow_chat_do_not_slow_the_rest(tmp_path):
    people = [f"c{number}" for number in range(600)]
    slowed = [chat for chat in (*GROUPS, SLOW) for _ in range(30)]  # all of them first in line
    telegram = hurried(tmp_path, slowed + people)
    assert telegram.refused == 0
    counts = Counter(chat for _, chat in telegram.came)
    assert [counts[chat] for chat in (*GROUPS, SLOW)] == [30, 30, 30]
    assert sum(counts.values()) == 690
    last = max(at for at, chat in telegram.came if chat in set(people))
    meanwhile = [at for at, _ in telegram.came if at <= last]
    assert rate(meanwhile) >= 0.8 * RATE  # none of the places stood empty
    for group in GROUPS:
        times = [at for at, chat in telegram.came if chat == group]
        assert times[20] - times[0] >= 60


@given(
    st.lists(st.tuples(st.floats(0, 0.4), st.floats(0, 0.4)), min_size=1, max_size=120),
    st.integers(1, 40),
    st.integers(1, 3),
)
def test_no_span_ever_holds_more_than_the_limit(ways, most, messages):
    """Whatever way the messages take, once the shortest way is known."""

    async def run() -> list[float]:
        pace, loop, came = Pace(Limits(most)), asyncio.get_running_loop(), []

        async def one(there: float, back: float) -> None:
            await pace.turn()
            began = loop.time()
            pace.begins("c")
            await asyncio.sleep(there)
            came.append(loop.time())
            await asyncio.sleep(back)
            pace.ended("c", began, 1)

        await one(0, 0)
        await asyncio.gather(*(one(*way) for way in ways))
        return came

    with asyncio.Runner(loop_factory=TurnedLoop) as runner:
        came = sorted(runner.run(run()))
    for first, beyond in zip(came, came[most:], strict=False):
        assert beyond - first >= 1


async def test_what_took_several_messages_counts_as_several():
    pace = Pace(Limits(4))
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await pace.turn()
    pace.begins("c")
    pace.ended("c", begun, 4)
    await pace.turn()
    assert loop.time() - begun >= 0.99


def test_a_group_has_a_limit_of_its_own():
    limits = Limits(30, Most(1, 1), Most(20, 60), "-")
    assert limits.of("-5") == Most(20, 60)
    assert limits.of("5") == Most(1, 1)
    assert limits.is_group("-5")
    assert not Limits(30).is_group("-5")


@pytest.mark.parametrize("replies", [0, 15])
def test_replies_take_the_places_of_notices(replies):
    """Both together stay within the rate."""

    async def run() -> list[float]:
        pace, loop, came = Pace(Limits(30)), asyncio.get_running_loop(), []

        async def one(*, reply: bool) -> None:
            if reply:
                pace.overtakes()
            else:
                await pace.turn()
            began = loop.time()
            pace.begins("c")
            came.append(loop.time())
            await asyncio.sleep(0.01)
            pace.ended("c", began, 1)

        notices = [asyncio.create_task(one(reply=False)) for _ in range(90)]
        for _ in range(replies):
            await asyncio.sleep(0.1)
            await one(reply=True)
        await asyncio.gather(*notices)
        return came

    with asyncio.Runner(loop_factory=TurnedLoop) as runner:
        came = sorted(runner.run(run()))
    assert len(came) == 90 + replies
    worst = max(sum(at <= other < at + 1 for other in came) for at in came)
    assert worst <= 35  # a reply goes though all places are taken; ten a second came, and notices made room
