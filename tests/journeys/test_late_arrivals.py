"""Who missed something gets it as soon as there is a way: verified, unblocked, window open, other channel."""

import asyncio
from datetime import timedelta

import pytest
from house import BORN

from bot import testing
from bot.clock import now
from bot.organisation.verification import verify_by_slip

IN_A_FORTNIGHT = timedelta(days=14)


@pytest.fixture(autouse=True)
async def lasting_token(house):
    """Tokens that end after 25 hours have tests of their own."""
    await testing.control(house.control, "switches", {"zalo_oa": {"tokens_end": False}})


async def _sent(house, directive, count):
    async with asyncio.timeout(10):
        while (await house.totals(directive)).sent != count:
            await house.write(lambda tx: None)


async def _verifies(house, name):
    """The whole dialog, as a stranger does it."""
    person = await house.stranger(name)
    code = await house.slip(name)
    await person.starts()
    await person.sees("Sổ tay")
    await person.taps("Xác thực")
    await person.sees("Xin phép")
    await person.taps("Tôi đồng ý")
    await person.sees("Mã trên phiếu")
    await person.says(code)
    await person.sees("Ngày sinh")
    await person.says(f"{BORN.day}/{BORN.month}/{BORN.year}")
    await person.sees("Xác thực xong")
    return person


async def test_who_verifies_late_gets_the_open_directive_at_once(house):
    directive = await house.directive()
    member = await _verifies(house, "Lê Văn Bé")
    await member.sees("van-ban-mau.pdf", timeout=5)
    await member.sees("52-KH/ĐU ngày 17/11/2026")
    await member.taps("Đã đọc, tiếp thu")
    await member.sees("Đã ghi nhận: đồng chí đã đọc")
    totals = await house.totals(directive)
    assert (totals.sent, totals.unreachable, totals.acknowledged) == (1, 7, 1)


async def test_verified_two_days_later_acknowledges_everything_from_one_message(house):
    officer = await house.member("Bùi Văn Tổ Chức")
    later = now() + IN_A_FORTNIGHT
    papers = [
        await house.directive(number, deadline=later) for number in ("52-KH/ĐU", "53-TB/ĐU", "54-CV/ĐU")
    ]
    recalled = await house.directive("55-KH/ĐU", deadline=later)
    await officer.sees("55-KH/ĐU")
    await officer.says("thu hoi 55")
    house.turn(days=2)
    clerk = await house.member("Ngô Thị Văn Phòng")
    await clerk.says("thu hoi 55")
    await clerk.taps("Thu hồi ngay")
    await clerk.sees("Đã thu hồi")
    member = await _verifies(house, "Lê Văn Bé")
    said = await member.sees("Đồng chí có 3 văn bản chưa xác nhận")
    for number in ("52-KH/ĐU", "53-TB/ĐU", "54-CV/ĐU"):
        assert number in said.text
    assert "55-KH/ĐU" not in said.text
    await officer.says("tinh hinh 53")
    assert "chưa xác thực 4" in (await officer.sees("Tình hình 53-TB/ĐU")).text
    await member.taps("Xem 53-TB/ĐU")
    await member.sees("van-ban-mau.pdf")
    await member.taps("Đã đọc, tiếp thu cả 3 văn bản")
    done = await member.sees("Đã ghi nhận: đồng chí đã đọc, tiếp thu 3 văn bản")
    assert "54-CV/ĐU" in done.text
    assert [(await house.totals(each)).acknowledged for each in papers] == [1, 1, 1]
    assert (await house.totals(recalled)).acknowledged == 0
    await member.says("hoan tac 53")
    await member.sees("Đã hoàn tác. 53-TB/ĐU")
    await member.says("van ban cua toi")
    await member.sees("53-TB/ĐU")
    assert [(await house.totals(each)).acknowledged for each in papers] == [1, 0, 1]


async def test_the_choice_for_all_is_for_what_was_listed_and_nothing_newer(house):
    later = now() + IN_A_FORTNIGHT
    for number in ("52-KH/ĐU", "53-TB/ĐU"):
        await house.directive(number, deadline=later)
    member = await _verifies(house, "Lê Văn Bé")
    await member.sees("Đồng chí có 2 văn bản chưa xác nhận")
    newer = await house.directive("54-CV/ĐU", deadline=later)
    await member.sees("54-CV/ĐU")
    await member.taps("Đã đọc, tiếp thu cả 2 văn bản")
    await member.sees("tiếp thu 2 văn bản")
    assert (await house.totals(newer)).acknowledged == 0


async def test_who_blocked_the_bot_gets_it_after_unblocking(house):
    member = await house.member("Lê Văn Bé")
    await member.blocks()
    await member.sees_nothing_new()
    directive = await house.directive()
    async with asyncio.timeout(10):
        while (await house.totals(directive)).unreachable != 8:
            await house.write(lambda tx: None)
    await member.unblocks()
    await member.starts()
    await member.sees("van-ban-mau.pdf")
    await _sent(house, directive, 1)


async def test_a_paper_for_later_comes_at_its_hour_to_who_verified_meanwhile(house):
    directive = await house.directive(send_at=now() + timedelta(hours=5))
    member = await house.member("Lê Văn Bé")
    await member.says("menu")
    await member.sees("Sổ tay")
    await member.sees_nothing_new("52-KH/ĐU")
    house.turn(hours=5)
    await member.sees("52-KH/ĐU")
    await _sent(house, directive, 1)


async def test_what_is_recalled_is_told_to_who_had_it_from_a_list(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    later = now() + IN_A_FORTNIGHT
    for number in ("52-KH/ĐU", "53-TB/ĐU"):
        await house.directive(number, deadline=later)
    member = await _verifies(house, "Lê Văn Bé")
    await member.sees("Đồng chí có 2 văn bản chưa xác nhận")
    await clerk.says("thu hoi 52")
    await clerk.taps("Thu hồi ngay")
    await member.sees("52-KH/ĐU ngày 17/11/2026 đã được thu hồi")


async def test_who_has_two_accounts_gets_it_on_the_one_that_works(house):
    """The other channel is not in this run's sandbox; what it would carry is looked for in the outbox."""
    member = await house.member("Lê Văn Bé")
    other = "telegram" if house.channel == "zalo_oa" else "zalo_oa"
    code = await house.slip("Lê Văn Bé")
    await house.write(lambda tx: verify_by_slip(tx, other, "77", "77", code, BORN))
    await member.blocks()
    await member.sees_nothing_new()
    directive = await house.directive()
    waiting = await house.write(lambda tx: _rows(tx, directive))
    assert waiting == [(other, "77")]


def _rows(tx, directive):
    from sqlalchemy import select

    from bot.store.tables.delivery import QUEUED, outbox

    found = tx.rows(
        select(outbox.c.channel, outbox.c.chat_id).where(
            outbox.c.notice_id == directive, outbox.c.state == QUEUED
        )
    )
    return [tuple(row) for row in found]
