"""Windows and quotas as values and rows: who is open when, what is free, what the platform corrects."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from migrated import created

from bot.chat.replies import Say
from bot.clock import now, to_ms
from bot.delivery import outbox, reserve, window
from bot.delivery.outbound import Quota
from bot.delivery.outbox import DIGEST, NORMAL, Notice
from bot.delivery.window import Terms, Window, bill
from bot.store.engine import make_engine
from bot.store.tables.delivery import QUEUED, UNREACHABLE
from bot.store.tables.delivery import outbox as rows
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault

TERMS = Terms(timedelta(hours=48), timedelta(days=7))
HOUR = 3_600_000
ME = ("zalo_oa", "u1")


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Tx]:
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    created(engine)
    with engine.begin() as conn:
        yield Tx(conn, now(), Vault(Keys.new()))
    engine.dispose()


def mine(tx: Tx) -> Window:
    return window.of(tx, [ME])[ME]


def test_an_interaction_opens_for_two_and_seven_days(tx):
    at = tx.now_ms - HOUR
    window.interacted(tx, *ME, TERMS, at)
    found = mine(tx)
    assert found.free(at + 48 * HOUR, 2) == 2
    assert found.free(at + 48 * HOUR + 1, 2) == 0
    assert found.is_open(at + 7 * 24 * HOUR)
    assert not found.is_open(at + 7 * 24 * HOUR + 1)


def test_a_repeated_event_of_yesterday_changes_nothing_and_a_clock_that_runs_ahead_is_ours(tx):
    window.interacted(tx, *ME, TERMS, tx.now_ms)
    window.interacted(tx, *ME, TERMS, tx.now_ms - 24 * HOUR)
    assert mine(tx).last_ms == tx.now_ms
    window.interacted(tx, *ME, TERMS, tx.now_ms + 24 * HOUR)
    assert mine(tx).last_ms == tx.now_ms


def test_counted_free_messages_come_again_with_an_interaction(tx):
    window.interacted(tx, *ME, TERMS, tx.now_ms - HOUR)
    assert mine(tx).free_left is None
    window.heard(tx, *ME, Quota("reply", True, 1, 8, None), TERMS, tx.now_ms - HOUR)
    assert mine(tx).free(tx.now_ms, 2) == 1
    window.interacted(tx, *ME, TERMS, tx.now_ms)
    assert mine(tx).free_left == 8


def test_a_free_answer_to_somebody_of_whom_nothing_was_known_tells_a_last_interaction(tx):
    window.heard(tx, *ME, Quota("reply", True, None, None, None), TERMS, tx.now_ms)
    assert mine(tx).last_ms == tx.now_ms - 48 * HOUR
    assert mine(tx).is_open(tx.now_ms + 5 * 24 * HOUR)
    until = tx.now_ms + 40 * HOUR
    window.heard(tx, *ME, Quota("reply", True, None, None, until), TERMS, tx.now_ms)
    assert mine(tx).free_until_ms == until


def test_what_the_platform_refused_is_shut_unless_the_person_just_wrote(tx):
    window.shut(tx, *ME)
    assert not mine(tx).is_open(tx.now_ms)
    window.interacted(tx, *ME, TERMS, tx.now_ms)
    window.shut(tx, *ME)
    assert mine(tx).is_open(tx.now_ms)


def test_what_is_left_is_the_sum_of_what_has_not_ended(tx):
    assert window.left(tx, "zalo_oa") is None
    for kind, remaining, until in (
        ("sub_quota", 5, HOUR),
        ("reward_quota", 7, None),
        ("purchase_quota", 9, -HOUR),
    ):
        until_ms = None if until is None else tx.now_ms + until
        window.heard(tx, *ME, Quota(kind, False, remaining, 10, until_ms), TERMS, tx.now_ms)
    assert window.left(tx, "zalo_oa") == 12
    assert window.of(tx, [ME]) == {}


def test_a_notice_into_a_closed_window_ends_as_unreachable_and_the_next_in_line_goes(tx):
    window.shut(tx, "zalo_oa", "closed")
    words = outbox.content(tx, Say("Giấy mời"))
    for chat in ("closed", "open"):
        notice = [Notice("zalo_oa", chat, 1, words)]
        outbox.post(tx, notice, kind="directive", kind_id=1, priority=NORMAL, due_ms=tx.now_ms)
    outbox.reply(tx, "zalo_oa", "closed", Say("Chào đồng chí"), "p")  # an answer goes: the platform decides
    assert [row.chat_id for row in outbox.claim(tx, "zalo_oa", "p", 1)] == ["open"]
    closed = tx.first(rows.select().where(rows.c.chat_id == "closed", rows.c.notice.is_not(None)))
    assert (closed.state, closed.reason) == (UNREACHABLE, window.CLOSED)


@given(
    st.lists(st.tuples(st.integers(0, 400), st.one_of(st.none(), st.integers(0, 9)))),
    st.integers(1, 5),
    st.integers(0, 400),
)
def test_free_and_billable_are_all_messages_and_no_more_than_promised(people, messages, hours):
    at = to_ms(now())
    found = [Window(at - h * HOUR, at + (48 - h) * HOUR, at + (168 - h) * HOUR, left) for h, left in people]
    later = at + hours * HOUR
    taken = bill(found, messages, later)
    assert taken.free + taken.billable == messages * len(people)
    assert 0 <= taken.free <= sum(messages if left is None else min(left, messages) for _h, left in people)
    assert bill(found, messages, later + HOUR).free <= taken.free


def _digests(tx: Tx, chats: list[str]) -> None:
    words = outbox.content(tx, Say("Điểm tin"))
    notices = [Notice("zalo_oa", chat, 1, words) for chat in chats]
    outbox.post(tx, notices, kind="digest", kind_id=1, priority=DIGEST, due_ms=tx.now_ms)


def test_no_more_digests_are_on_their_way_than_there_are_messages_to_spare(tx):
    window.heard(tx, *ME, Quota("sub_quota", False, 13, 50, None), TERMS, tx.now_ms)
    window.interacted(tx, "zalo_oa", "awake", TERMS, tx.now_ms)
    told = []
    take = partial(
        outbox.claim,
        tx,
        "zalo_oa",
        "p",
        kept={"zalo_oa": 0.2},
        short=lambda _tx, channel, why: told.append((channel, why)),
    )
    _digests(tx, ["awake", "a", "b", "c", "d"])
    assert [row.chat_id for row in take(3)] == ["awake", "a", "b"]  # 13 - 10, and all may be billed
    assert take(9) == []
    waits = tx.rows(rows.select().where(rows.c.state == QUEUED))
    assert {(row.chat_id, row.attempts, row.due_ms > tx.now_ms) for row in waits} == {
        ("c", 0, True),
        ("d", 0, True),
    }
    window.heard(tx, *ME, Quota("sub_quota", False, 10, 50, None), TERMS, tx.now_ms)
    tx.run(rows.update().where(rows.c.state == QUEUED).values(due_ms=tx.now_ms))
    _digests(tx, ["awake", "e"])
    words = outbox.content(tx, Say("Khẩn"))
    urgent = [Notice("zalo_oa", "a", 1, words)]
    outbox.post(tx, urgent, kind="directive", kind_id=1, priority=NORMAL, due_ms=tx.now_ms)
    assert [(row.chat_id, row.notice) for row in take(9)] == [
        ("a", ("directive", 1)),
        ("awake", ("digest", 1)),
    ]
    ended = tx.rows(rows.select().where(rows.c.state == UNREACHABLE))
    assert {(row.chat_id, row.reason) for row in ended} == {(each, reserve.KEPT) for each in "cde"}
    _digests(tx, ["f"])
    assert take(9) == [] and told == [("zalo_oa", "kept")]
    assert outbox.claim(tx, "zalo_oa", "p", 9) == []


def test_where_the_platform_takes_money_for_each_message_nothing_is_kept(tx):
    window.heard(tx, *ME, Quota("purchase_quota", False, 0, 0, None), TERMS, tx.now_ms)
    _digests(tx, ["a"])
    assert len(outbox.claim(tx, "zalo_oa", "p", 9, kept={"zalo_oa": 1.0})) == 1
