"""What waits in the outbox: claims and restarts, what goes first, what is sealed, held and let go."""

import asyncio
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.chat.errors import Later, PlatformError, Rejected, RetryAfter, Unavailable
from bot.chat.replies import Choice, Edit, File, Say, Toast
from bot.clock import CLOCK, now
from bot.delivery import due, outbox, sender, wire
from bot.delivery.outbox import DIGEST, FLASH, NORMAL, Notice
from bot.store import openings
from bot.store.tables.delivery import FAILED, QUEUED, RECALLED, SENDING, SENT
from bot.store.tables.delivery import outbox as rows
from bot.store.tx import Tx


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


async def test_a_notice_that_waits_for_the_morning_keeps_no_answer_back(post):
    post.telegram.plan["a"] = [Later(3600, "person_quota")]
    await post.notices(["a"], "nhắc")
    post.sender.start()
    await post.telegram.until(lambda: post.telegram.calls)
    await post.replies(("a", "trả lời"))
    await post.telegram.until(lambda: post.telegram.took)
    assert post.telegram.took == [("a", "trả lời")]
    assert [state for state, *_ in (await post.states())["a"]] == [QUEUED, SENT]


async def test_waiting_for_the_channel_is_no_try(post, monkeypatch):
    monkeypatch.setattr(sender, "_MAX_TRIES_UNAVAILABLE", 2)
    monkeypatch.setattr(sender, "_back_off_s", lambda attempts: 0.0)
    post.telegram.plan["a"] = [RetryAfter(0.01), RetryAfter(0.01), RetryAfter(0.01), Unavailable()]
    await post.notices(["a"], "1")
    post.sender.start()
    await post.until_finished()
    assert post.telegram.texts("a") == ["1"]
    assert (await post.states())["a"] == [(SENT, None, 0)]
