"""The sender against a platform that says everything a platform can say."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bot.chat.errors import (
    Later,
    PlatformError,
    Rejected,
    RetryAfter,
    Suspended,
    TokenExpired,
    Unavailable,
    Uncertain,
    Unreachable,
)
from bot.chat.replies import Choice, Edit, File, Reply, Say, Toast
from bot.clock import CLOCK, now
from bot.delivery import due, outbox, sender, wire
from bot.delivery.outbound import Sent
from bot.delivery.outbox import DIGEST, FLASH, NORMAL, Notice
from bot.delivery.pace import Limits
from bot.delivery.sender import Sender
from bot.store import openings
from bot.store.engine import make_engine
from bot.store.tables import metadata
from bot.store.tables.delivery import FAILED, QUEUED, RECALLED, SENDING, SENT, UNREACHABLE
from bot.store.tables.delivery import outbox as rows
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault
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


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    engine = make_engine(f"sqlite:///{tmp_path}/t.db")
    metadata.create_all(engine)
    post = Post(engine, Vault(Keys.new()))
    yield post
    for platform in (post.telegram, post.zalo):
        platform.gate.set()
    await post.sender.stop()
    await asyncio.to_thread(post.writer.stop)
    engine.dispose()


async def test_replies_leave_from_memory_in_order_within_a_chat(post):
    await post.replies(*[(chat, f"{n}") for n in range(10) for chat in ("a", "b")])
    await post.telegram.until(lambda: len(post.telegram.took) == 20)
    assert post.telegram.texts("a") == post.telegram.texts("b") == [str(n) for n in range(10)]
    await post.until_finished()
    assert {state for found in (await post.states()).values() for state, *_ in found} == {SENT}


async def test_a_slow_chat_holds_nobody_else_up(post):
    post.telegram.gate.clear()
    await post.replies(("a", "1"))
    await post.telegram.until(lambda: len(post.telegram.calls) == 1)
    await post.replies(("z", "1"), channel="zalo_oa")
    await post.replies(("b", "1"))
    await post.zalo.until(lambda: post.zalo.took)
    await post.telegram.until(lambda: len(post.telegram.calls) == 2)


async def test_retry_after_pauses_its_channel_alone_and_keeps_the_order(post):
    post.sender.start()
    post.telegram.plan["a"] = [RetryAfter(0.4)]
    await post.replies(("a", "1"), ("a", "2"), ("b", "1"))
    await post.telegram.until(lambda: len(post.telegram.calls) >= 1)
    begun = post.telegram.calls[0][0]
    await post.replies(("a", "3"), ("c", "1"))  # while the channel is paused
    await post.replies(("z", "1"), channel="zalo_oa")
    await post.zalo.until(lambda: post.zalo.took)
    assert asyncio.get_running_loop().time() - begun < 0.4  # Zalo did not wait
    await post.until_finished()
    assert post.telegram.texts("a") == ["1", "2", "3"]
    assert post.telegram.texts("c") == ["1"]
    later = [at - begun for at, _, _ in post.telegram.calls if at - begun > 0.05]
    assert min(later) >= 0.39
    assert len(later) >= 4


async def test_later_holds_back_one_person_alone(post):
    post.sender.start()
    post.telegram.plan["a"] = [Later(0.3, "night")]
    await post.replies(("a", "1"), ("b", "1"))
    await post.telegram.until(lambda: post.telegram.texts("b"))
    await post.until_finished()
    assert post.telegram.texts("a") == ["1"]


async def test_an_account_that_may_not_send_keeps_everything_and_tells_a_person_once(post):
    post.sender.start()
    for chat in ("a", "b"):
        post.telegram.plan[chat] = [Suspended("oa_disabled")]
    await post.notices(["a"], "1")
    await post.replies(("b", "1"))
    async with asyncio.timeout(8):
        while not post.learned.told:
            await post.writer.run(lambda tx: None)
    await post.replies(("z", "1"), channel="zalo_oa")
    await post.zalo.until(lambda: post.zalo.took)  # the other channel goes on
    assert post.learned.told == [("suspended", "telegram", "oa_disabled")]
    states = await post.states()
    assert all(state in (QUEUED, SENDING) for chat in ("a", "b") for state, _why, _times in states[chat])


async def test_an_unknown_code_is_kept_with_the_message(post):
    post.sender.start()
    post.telegram.plan["a"] = [Rejected("zalo -999: new", "Zalo -999")]
    await post.notices(["a"], "1")
    await post.until_finished()
    assert [why for _state, why, _times in (await post.states())["a"]] == ["rejected:Zalo -999"]


async def test_nobody_calls_a_platform_during_its_pause(post):
    """Those who waited for a free place to send must look again before they call."""
    post.sender = post.new_sender(in_flight=2)
    post.telegram.gate.clear()
    post.telegram.plan["c0"] = [RetryAfter(0.3)]
    await post.replies(*[(f"c{n}", "1") for n in range(20)])
    await post.telegram.until(lambda: len(post.telegram.calls) == 2)
    post.telegram.gate.set()
    post.sender.start()
    await post.until_finished()
    begun = post.telegram.calls[0][0]
    assert [chat for at, chat, _ in post.telegram.calls if at - begun < 0.29] == ["c0", "c1"]
    assert sorted(chat for chat, _ in post.telegram.took) == sorted(f"c{n}" for n in range(20))


@pytest.mark.parametrize(
    "error, state, reason",
    [
        (Unreachable("blocked"), UNREACHABLE, "blocked"),
        (Unreachable("window_closed"), UNREACHABLE, "window_closed"),
        (Rejected("text is too long"), FAILED, "rejected"),
        (ValueError("a fault of ours"), FAILED, "broken"),
    ],
)
async def test_an_error_ends_its_row_and_not_the_chat(post, error, state, reason):
    post.telegram.plan["a"] = [error]
    await post.replies(("a", "1"), ("a", "2"))
    await post.until_finished()
    assert post.telegram.texts("a") == ["2"]
    assert (await post.states())["a"] == [(state, reason, 0), (SENT, None, 0)]
    wanted = [("unreachable", "telegram", "a", reason)] if isinstance(error, Unreachable) else []
    assert post.learned.told == wanted


async def test_uncertain_is_sent_again_once_in_order_and_marked(post, monkeypatch):
    monkeypatch.setattr(sender, "_UNCERTAIN_PAUSE_MS", 100)
    post.sender.start()
    post.telegram.plan["a"] = [Uncertain("time-out")]
    await post.replies(("a", "1"), ("a", "2"))
    await post.telegram.until(lambda: len(post.telegram.calls) == 1)
    await post.replies(("a", "3"))
    await post.until_finished()
    assert post.telegram.texts("a") == ["1", "2", "3"]
    assert (await post.states())["a"] == [(SENT, None, 1), (SENT, None, 0), (SENT, None, 0)]


async def test_uncertain_twice_has_failed(post, monkeypatch):
    monkeypatch.setattr(sender, "_UNCERTAIN_PAUSE_MS", 10)
    post.sender.start()
    post.telegram.plan["a"] = [Uncertain("1"), Uncertain("2")]
    await post.replies(("a", "1"))
    await post.replies(("a", "2"))
    await post.until_finished()
    assert post.telegram.texts("a") == ["2"]
    assert (await post.states())["a"] == [(FAILED, "uncertain", 1), (SENT, None, 0)]


async def test_a_platform_that_is_not_there_is_waited_for_and_costs_no_message(post, monkeypatch):
    """An outage of many tries: nothing fails, nothing is held, and all arrives when it is back."""
    monkeypatch.setattr(sender, "_back_off_s", lambda attempts: 0.01 * attempts)
    monkeypatch.setattr(sender, "_DOWN", 1000)  # pauses of a few hundredths of a second
    chats = [f"c{number}" for number in range(100)]
    for chat in chats:
        post.telegram.plan[chat] = [Unavailable()] * 4
    post.sender.start()
    await post.notices(chats, "1")
    await post.replies(("c0", "2"))
    await post.until_finished()
    assert sorted(post.telegram.took) == sorted([*((chat, "1") for chat in chats), ("c0", "2")])
    assert {tuple(found) for found in (await post.states()).values()} <= {
        ((SENT, None, 0),),
        ((SENT, None, 0), (SENT, None, 0)),
    }
    assert post.learned.told == []


async def test_a_channel_pauses_when_its_platform_is_gone(post, monkeypatch):
    monkeypatch.setattr(sender, "_back_off_s", lambda attempts: 0.0)
    monkeypatch.setattr(sender, "_DOWN", 5)
    post.sender = post.new_sender(in_flight=5)
    post.telegram.plan = {f"c{number}": [Unavailable()] for number in range(5)}
    await post.notices([f"c{number}" for number in range(5)], "1")
    post.sender.start()
    await post.until_finished()
    times = [at for at, *_ in post.telegram.calls]
    assert len(times) == 10
    assert min(times[5:]) - max(times[:5]) >= 0.9  # a second after five in a row


async def test_never_there_is_told_after_many_tries(post, monkeypatch):
    monkeypatch.setattr(sender, "_back_off_s", lambda attempts: 0.0)
    monkeypatch.setattr(sender, "_DOWN", 10**6)
    post.telegram.plan["a"] = [Unavailable()] * 12
    post.sender.start()
    await post.notices(["a"], "1")
    await post.until_finished()
    assert (await post.states())["a"] == [(FAILED, "unavailable", 0)]


async def test_a_chat_that_moved_gets_everything_at_its_new_id(post):
    post.sender.start()
    post.telegram.plan["old"] = [Unreachable("chat_gone", new_chat_id="new")]
    await post.replies(("old", "1"), ("old", "2"))
    await post.until_finished()
    assert post.telegram.texts("new") == ["1", "2"]
    assert post.telegram.texts("old") == []
    assert post.learned.told == [("moved", "telegram", "old", "new")]


async def test_an_expired_token_keeps_the_row_and_the_other_channel_goes_on(post, monkeypatch):
    monkeypatch.setattr(sender, "_TOKEN_PAUSE_S", 0.2)
    post.sender.start()
    post.zalo.plan["z"] = [TokenExpired()]
    await post.replies(("z", "1"), channel="zalo_oa")
    await post.zalo.until(lambda: post.zalo.calls)
    await post.replies(("a", "1"))
    await post.telegram.until(lambda: post.telegram.took)
    assert post.zalo.took == []
    await post.until_finished()
    assert post.zalo.texts("z") == ["1"]
    assert (await post.states())["z"] == [(SENT, None, 0)]


async def test_an_expired_claim_is_taken_again_and_a_living_one_is_not(post):
    await post.writer.run(lambda tx: outbox.reply(tx, "telegram", "a", Say("1"), "gone"))
    assert await post.writer.run(lambda tx: outbox.claim(tx, "telegram", "p1", 10)) == []
    CLOCK.turn(timedelta(milliseconds=outbox.CLAIM_MS + 1))
    post.sender.start()
    await post.until_finished()
    assert post.telegram.took == [("a", "1")]


async def test_a_claim_that_runs_out_while_its_message_leaves_does_not_send_it_again(post, monkeypatch):
    looked, over = asyncio.Event(), threading.Event()
    loop, claim = asyncio.get_running_loop(), post.sender._claim

    def slow(tx: Tx, **asked):
        found = claim(tx, **asked)
        if post.telegram.calls and asked["channel"] == "telegram":
            loop.call_soon_threadsafe(looked.set)
            over.wait(8)
        return found

    monkeypatch.setattr(post.sender, "_claim", slow)
    post.telegram.gate.clear()
    await post.notices(["a"], "giấy mời")
    post.sender.start()
    await post.telegram.until(lambda: post.telegram.calls)
    CLOCK.turn(timedelta(milliseconds=outbox.CLAIM_MS + 1))
    post.sender.ring()
    await looked.wait()  # it has found the row again, and its message leaves now
    post.telegram.gate.set()
    await post.telegram.until(lambda: post.telegram.took)
    over.set()
    await post.until_finished()
    await post.replies(("a", "hết"))
    await post.telegram.until(lambda: ("a", "hết") in post.telegram.took)
    assert post.telegram.texts("a") == ["giấy mời", "hết"]


async def test_a_restart_takes_back_every_claim_of_its_channels(post):
    await post.writer.run(lambda tx: outbox.reply(tx, "telegram", "a", Say("1"), "gone"))
    await post.writer.run(lambda tx: outbox.reply(tx, "fax", "f", Say("1"), "gone"))
    await post.writer.run(lambda tx: outbox.release(tx, ["telegram"]))
    post.sender.start()
    await post.telegram.until(lambda: post.telegram.took)
    assert post.telegram.took == [("a", "1")]
    assert (await post.states())["f"] == [(SENDING, None, 0)]


async def test_urgent_goes_first_and_only_what_is_due(post):
    post.sender = post.new_sender(in_flight=1)
    for chat, priority in (("digest", DIGEST), ("paper", NORMAL), ("flash", FLASH)):
        await post.notices([chat], chat, priority=priority)

    def later(tx: Tx) -> None:
        words = outbox.content(tx, Say("later"))
        for moment, kind_id in ((tx.now_ms + 60_000, 2), (outbox.NOT_YET, 3)):
            outbox.post(
                tx,
                [Notice("telegram", "l", 1, words)],
                kind="try",
                kind_id=kind_id,
                priority=FLASH,
                due_ms=moment,
            )

    await post.writer.run(later)
    post.sender.start()
    await post.telegram.until(lambda: len(post.telegram.took) == 3)
    assert [chat for chat, _ in post.telegram.took] == ["flash", "paper", "digest"]
    await post.writer.run(lambda tx: outbox.make_due(tx, kind="try", kind_id=3, due_ms=tx.now_ms))
    post.sender.ring()
    await post.telegram.until(lambda: len(post.telegram.took) == 4)
    async with asyncio.timeout(8):  # results are recorded several at a time
        while [state for state, *_ in (await post.states())["l"]] != [QUEUED, SENT]:
            post.sender.ring()
            await asyncio.sleep(0.01)


async def test_a_reply_overtakes_queued_notices(post):
    post.sender = post.new_sender(rate=20)
    await post.notices([f"n{number}" for number in range(60)], "giấy mời")
    post.sender.start()
    await post.telegram.until(lambda: len(post.telegram.took) >= 5)
    await post.replies(("a", "reply"))
    await post.telegram.until(lambda: ("a", "reply") in post.telegram.took)
    assert post.telegram.took.index(("a", "reply")) < 40  # most notices still wait for their turn
    assert len(post.telegram.took) < 60


async def test_notices_keep_to_the_rate(post):
    post.sender = post.new_sender(rate=50)
    await post.notices([f"n{number}" for number in range(75)], "giấy mời")
    post.sender.start()
    await post.until_finished()
    times = [at for at, *_ in post.telegram.calls]
    for at in times:
        assert sum(at <= other < at + 0.9 for other in times) <= 100  # a burst of one second and its rate
    assert times[-1] - times[0] >= 0.4


async def test_nothing_is_lost_when_the_sender_stops_in_between(post):
    chats = [f"n{number}" for number in range(300)]
    await post.notices(chats, "giấy mời")
    first, post.telegram.gate = post.sender, asyncio.Event()
    first.start()
    await post.telegram.until(lambda: len(post.telegram.calls) == 64)
    stopping = asyncio.ensure_future(first.stop())
    await asyncio.sleep(0)
    for task in list(first._tasks):  # its five seconds are over
        task.cancel()
    await stopping
    post.telegram.gate.set()
    assert post.telegram.took == []
    await post.writer.run(lambda tx: outbox.release(tx, ["telegram"]))
    post.sender = post.new_sender("p2")
    post.sender.start()
    await post.until_finished()
    assert sorted(chat for chat, _ in post.telegram.took) == sorted(chats)


async def test_what_is_in_flight_at_the_end_is_finished_and_recorded(post):
    post.telegram.gate.clear()
    await post.replies(("a", "1"))
    await post.telegram.until(lambda: post.telegram.calls)
    stopping = asyncio.ensure_future(post.sender.stop())
    await asyncio.sleep(0)
    post.telegram.gate.set()
    await stopping
    assert post.telegram.closed
    assert (await post.states())["a"] == [(SENT, None, 0)]


async def test_a_notices_choices_open_when_it_was_sent_a_replys_at_its_commit(post):
    post.telegram.gate.clear()
    await post.notices(["a"], "52-KH/ĐU")

    def reply(tx: Tx) -> None:
        said = Say("menu", choices=(Choice("Một", "#cmd.help"),))
        outbox.reply(tx, "telegram", "b", said, "p1")

    await post.writer.run(reply)
    post.sender.start()
    await post.telegram.until(lambda: post.telegram.calls)

    def open_in(chat: str):
        return post.writer.run(lambda tx: [o.labels for o in openings.of_chat(tx, "telegram", chat)])

    assert await open_in("a") == []
    assert await open_in("b") == [("Một",)]
    post.telegram.gate.set()
    await post.telegram.until(lambda: post.telegram.took)
    assert await open_in("a") == [("Đã đọc",)]


async def test_undo_and_a_dialogs_question_open_nothing(post):
    def reply(tx: Tx) -> None:
        undo = Say("undo", choices=(Choice("Hoàn tác", "#cmd.help"),), buttons_only=True)
        asked = Say("?", choices=(Choice("Có", "#q.1.1.yes"),))
        for said in (undo, asked, Say("no choices")):
            outbox.reply(tx, "telegram", "a", said, "p1")

    await post.writer.run(reply)
    assert await post.writer.run(lambda tx: openings.of_chat(tx, "telegram", "a")) == []


async def test_words_are_sealed_while_they_wait_and_gone_when_sent(post):
    post.telegram.gate.clear()
    await post.replies(("a", "lời riêng"))
    [body] = await post.writer.run(lambda tx: [row.body for row in tx.rows(select(rows.c.body))])
    assert b"ri" not in body or "lời riêng".encode() not in body
    post.telegram.gate.set()
    await post.until_finished()
    assert await post.writer.run(lambda tx: [row.body for row in tx.rows(select(rows.c.body))]) == [None]


async def test_what_was_recalled_in_flight_is_not_put_back(post):
    """A recall comes while the platform is being called, and the platform asks to come again later."""
    post.telegram.gate.clear()
    post.telegram.plan["a"] = [RetryAfter(0.05)]
    post.sender.start()
    await post.notices(["a"], "52-KH/ĐU")
    await post.telegram.until(lambda: post.telegram.calls)
    await post.writer.run(lambda tx: outbox.stop(tx, kind="try", kind_id=1))
    post.telegram.gate.set()
    await post.until_finished()
    await asyncio.wait_for(post.sender._wait_for_pause(post.sender._lanes["telegram"]), 2)
    post.sender.ring()
    await post.replies(("b", "end"))
    await post.telegram.until(lambda: ("b", "end") in post.telegram.took)
    assert post.telegram.texts("a") == []
    assert (await post.states())["a"] == [(RECALLED, None, 0)]


async def test_rows_of_one_chat_handed_twice_are_sent_once(post):
    post.telegram.gate.clear()
    made = await post.writer.run(lambda tx: outbox.reply(tx, "telegram", "a", Say("1"), "p1"))
    post.sender.hand([made])
    post.sender.hand([made])
    post.telegram.gate.set()
    await post.until_finished()
    assert post.telegram.took == [("a", "1")]


def test_every_error_of_ours_is_met_here():
    assert {kind.__name__ for kind in PlatformError.__subclasses__()} == {
        "Later",
        "RetryAfter",
        "Suspended",
        "Unreachable",
        "Rejected",
        "TokenExpired",
        "Unavailable",
        "Uncertain",
    }


@pytest.mark.parametrize(
    "reply",
    [
        Say("đủ"),
        Say(
            "x",
            "đầu",
            (Choice("a", "#go.1"), Choice("b", "#go.2")),
            File("f", "tên.pdf", "application/pdf", 9),
            "gửi số",
            "52-KH/ĐU",
            True,
            99,
            True,
            True,
        ),
        Edit("5", Say("y", choices=(Choice("a", "#go.1"),)), "progress"),
        Toast("đã ghi", "77"),
        Toast("", None),
    ],
)
def test_replies_wait_as_json_and_come_back_the_same(reply):
    assert wire.load(wire.dump(reply)) == reply
    assert now() >= now() - timedelta(seconds=1)


async def test_a_notice_of_which_too_many_fail_is_held_and_goes_on_when_a_person_says_so(post):
    chats = [f"c{number}" for number in range(600)]
    for chat in chats:
        post.telegram.plan[chat] = [Rejected("bad words", code="400")]
    post.sender.start()
    await post.notices(chats, "one")
    async with asyncio.timeout(8):
        while not any(told[0] == "too_many_failed" for told in post.learned.told):
            await post.writer.run(lambda tx: None)
    await post.replies(("someone", "still answered"))
    await post.telegram.until(lambda: ("someone", "still answered") in post.telegram.took)
    states = await post.states()
    failed = [chat for chat in chats if states[chat][0][0] == FAILED]
    assert 20 <= len(failed) <= 20 + 2 * 64  # what was in flight
    held = next(told for told in post.learned.told if told[0] == "too_many_failed")
    assert held[1:] == ("try", "rejected:400")
    for chat in chats:
        post.telegram.plan[chat] = []

    def go_on(tx: Tx) -> None:
        outbox.make_due(tx, tx.now_ms, kind="try", kind_id=1)

    await asyncio.sleep(0.1)
    await post.writer.run(go_on)
    await post.until_finished()
    states = await post.states()
    assert sum(states[chat][0][0] == SENT for chat in chats) == len(chats) - len(failed)


async def test_a_large_notice_is_let_go_by_slices_and_a_hold_in_between_holds(post, monkeypatch):
    monkeypatch.setattr(due, "RELEASED_AT_ONCE", 10)

    def begin(tx: Tx) -> bool:
        words = outbox.content(tx, Say("giấy mời"))
        notices = [Notice("telegram", f"c{number}", number + 1, words) for number in range(35)]
        outbox.post(tx, notices, kind="try", kind_id=7, priority=NORMAL, due_ms=outbox.NOT_YET)
        return outbox.make_due(tx, tx.now_ms, kind="try", kind_id=7)

    def more(tx: Tx) -> bool:
        return outbox.go_on_making_due(tx, tx.now_ms, kind="try", kind_id=7)

    def waiting(tx: Tx) -> tuple[int, list[int]]:
        return outbox.held(tx, kind="try", kind_id=7), outbox.releasing(tx, "try")

    assert await post.writer.run(begin)
    assert await post.writer.run(waiting) == (25, [7])
    assert await post.writer.run(more)
    assert await post.writer.run(lambda tx: outbox.hold(tx, kind="try", kind_id=7)) == 35
    assert not await post.writer.run(more)
    assert await post.writer.run(waiting) == (35, [])
    going = await post.writer.run(lambda tx: outbox.make_due(tx, tx.now_ms, kind="try", kind_id=7))
    while going:
        going = await post.writer.run(more)
    assert await post.writer.run(waiting) == (0, [])
    post.sender.start()
    await post.until_finished()
    assert len(post.telegram.took) == 35
