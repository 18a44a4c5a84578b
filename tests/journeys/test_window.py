"""Zalo's seven days: who can be reached, what it costs, and how the way opens again."""

import asyncio
from datetime import timedelta

import pytest
from test_compose import _compose

from bot import testing
from bot.clock import now


@pytest.fixture
def channel() -> str:
    return "zalo_oa"


@pytest.fixture(autouse=True)
async def lasting_token(house):
    """Tokens that end after 25 hours have tests of their own."""
    await testing.control(house.control, "switches", {"zalo_oa": {"tokens_end": False}})


async def _books(house):
    return await testing.control(house.control, "zalo_oa/books")


async def _unreached(house, directive, count):
    async with asyncio.timeout(10):
        while (await house.totals(directive)).unreachable != count:
            await house.write(lambda tx: None)


async def test_silent_for_eight_days_is_told_listed_and_reached_again(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    secretary = await house.member("Trần Thị Bí Thư")
    silent = await house.member("Lê Văn Bé")
    awake = await house.member("Phạm Thị Cao")
    await house.directive("51-KH/ĐU")
    await silent.sees("51-KH/ĐU")
    house.turn(days=8)
    for person in (clerk, secretary, awake):
        await person.says("menu")
        await person.sees("Sổ tay")
    house.turn(minutes=31)

    preview = await _compose(clerk, file=False)
    assert "không gửi được qua Zalo (quá 7 ngày): 1 đồng chí" in preview.text
    assert "qua Zalo: 3 đồng chí" in preview.text
    assert "miễn phí 3 tin, tính phí 0 tin" in preview.text
    await clerk.taps("Cam đoan không mật và gửi")
    await clerk.sees("đang tới 8 đồng chí")
    await awake.sees("52-KH/ĐU")
    await silent.sees_nothing_new("52-KH/ĐU")
    assert (await _books(house))["closed"] == 0

    await secretary.says("tinh hinh 52")
    status = await secretary.sees("Tình hình 52-KH/ĐU")
    assert "không gửi được qua Zalo (quá 7 ngày) 1" in status.text
    await secretary.taps("Ai chưa nhận được")
    listed = await secretary.sees("Chưa nhận được 52-KH/ĐU")
    assert "Lê Văn Bé: không gửi được qua Zalo (quá 7 ngày)" in listed.text

    await silent.taps("Đã đọc, tiếp thu")  # the button of the earlier directive
    await silent.sees("Đã ghi nhận")
    await house.directive("53-KH/ĐU")
    for person in (silent, awake, clerk, secretary):
        await person.sees("53-KH/ĐU")
    house.turn(days=8)
    await silent.says("xin chao")
    await silent.sees("Đồng chí chọn một việc")
    await house.directive("54-KH/ĐU")
    await silent.sees("54-KH/ĐU")
    assert (await _books(house))["closed"] == 0


async def test_a_window_that_closes_before_the_hour_of_sending_is_counted_so(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    member = await house.member("Lê Văn Bé")
    house.turn(days=6, hours=12)
    await clerk.says("menu")
    await clerk.sees("Sổ tay")
    preview = await _compose(clerk, file=False, pace=("Hẹn giờ gửi", "24 tiếng nữa"))
    assert "không gửi được qua Zalo (quá 7 ngày): 1 đồng chí" in preview.text
    await clerk.says("quay lai")
    await clerk.sees("Gửi tới ai")
    await clerk.says("huy")
    await clerk.sees("Đã dừng")
    preview = await _compose(clerk, file=False)
    assert "miễn phí 1 tin, tính phí 1 tin (khoảng 55 đ)" in preview.text
    await clerk.taps("Cam đoan không mật và gửi")
    await member.sees("52-KH/ĐU")
    await clerk.says("tinh hinh 52")
    status = await clerk.sees("Tình hình 52-KH/ĐU")
    assert (
        "Zalo: miễn phí 1 tin, tính phí 1 tin (khoảng 55 đ); hạn mức còn lại trong tháng: 1.999 tin"
        in status.text
    )
    await member.opens_chat()
    await member.sees_nothing_new()
    await clerk.says("tinh hinh 52")
    assert "Đã xem trên Zalo, chưa xác nhận: 1" in (await clerk.sees("Tình hình 52-KH/ĐU")).text
    assert "Đã xác nhận: 0/" in (await clerk.sees("Tình hình 52-KH/ĐU")).text


async def test_what_zalo_says_of_a_closed_window_is_believed(house):
    member = await house.member("Lê Văn Bé")
    fault = {"platform": "zalo_oa", "method": "message/cs", "chat_id": member.user_id, "error": -230}
    await testing.control(house.control, "faults", fault)
    directive = await house.directive("52-KH/ĐU")
    await _unreached(house, directive, 8)
    later = await house.directive("53-KH/ĐU")  # nobody asks Zalo again: it is known
    await _unreached(house, later, 8)
    await member.says("xin chao")
    await member.sees("Đồng chí chọn một việc")
    await house.directive("54-KH/ĐU")
    await member.sees("54-KH/ĐU")


async def test_a_window_that_opens_again_brings_what_was_missed_once(house):
    member = await house.member("Lê Văn Bé")
    house.turn(days=8)
    later = now() + timedelta(days=14)
    papers = [await house.directive(number, deadline=later) for number in ("52-KH/ĐU", "53-TB/ĐU")]
    await member.says("xin chao")
    await member.sees("Đồng chí có 2 văn bản chưa xác nhận")
    await member.says("xin chao")
    await member.sees("Đồng chí chọn một việc")
    await member.sees_nothing_new("Đồng chí có")
    assert [(await house.totals(each)).sent for each in papers] == [1, 1]
