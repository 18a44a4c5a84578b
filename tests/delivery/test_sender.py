"""The sender against a platform that says everything a platform can say."""

import asyncio

import pytest

from bot.chat.errors import (
    Later,
    Rejected,
    RetryAfter,
    Suspended,
    TokenExpired,
    Unavailable,
    Uncertain,
    Unreachable,
)
from bot.delivery import sender
from bot.store.tables.delivery import FAILED, QUEUED, SENDING, SENT, UNREACHABLE


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
