"""The reminder chain on a turned clock: step by step, together, at decent hours, and up to who must know."""

from datetime import datetime, time, timedelta

import pytest

from bot import testing
from bot.clock import VIETNAM, now
from bot.directives.models import Urgency


@pytest.fixture(autouse=True)
async def nine_in_the_morning(house):
    """Tokens that end after 25 hours have tests of their own."""
    await testing.control(house.control, "switches", {"zalo_oa": {"tokens_end": False}})
    _to(house, 1, time(9))


def _at(days, clock):
    day = now().astimezone(VIETNAM).date() + timedelta(days=days)
    return datetime.combine(day, clock, VIETNAM)


def _to(house, days, clock):
    """Turns to a time of day in Vietnam, so many days on."""
    house.turn(seconds=(_at(days, clock) - now()).total_seconds())


async def test_the_chain_reminds_stops_at_once_and_goes_up(house):
    secretary = await house.member("Trần Thị Bí Thư")
    officer = await house.member("Bùi Văn Tổ Chức")
    silent = await house.member("Lê Văn Bé")
    quick = await house.member("Phạm Thị Cao")
    await house.directive(deadline=_at(5, time(17)))
    for person in (secretary, officer, quick):
        await person.sees("52-KH/ĐU")
        await person.taps("Đã đọc, tiếp thu")
        await person.sees("Đã ghi nhận")
    await silent.sees("52-KH/ĐU")
    _to(house, 2, time(8, 1))
    reminded = await silent.sees("Nhắc (còn 3 ngày): 52-KH/ĐU")
    assert "Đã đọc, tiếp thu" in reminded.text + "".join(reminded.buttons)
    await quick.sees_nothing_new("Nhắc")
    _to(house, 2, time(8, 1))
    await silent.sees("Nhắc (hạn ngày mai): 52-KH/ĐU")
    _to(house, 1, time(17, 1))
    await silent.sees("Nhắc (đã quá hạn): 52-KH/ĐU")
    told = await secretary.sees("Đến hạn: 52-KH/ĐU")
    assert "Chi bộ Một: đã xác nhận 2/3; đã nhận, chưa xác nhận 1; chưa nhận được 0." in told.text
    await secretary.taps("Ai chưa xác nhận")
    listed = (await secretary.sees("Chưa xác nhận 52-KH/ĐU")).text
    assert ("Lê Văn Bé" in listed) == (house.channel == "zalo_oa")  # no lists of names abroad
    await silent.taps("Đã đọc, tiếp thu")
    await silent.sees("tính là muộn")
    _to(house, 1, time(8, 1))
    above = await officer.sees("Chưa xong sau hạn: 52-KH/ĐU")
    assert "Chi bộ Hai: còn 3/4" in above.text
    assert "Chi bộ Một" not in above.text
    await silent.sees_nothing_new("Nhắc")


async def test_who_cannot_be_reached_is_on_the_secretarys_list_before_the_deadline(house):
    secretary = await house.member("Trần Thị Bí Thư")
    await house.directive(deadline=_at(5, time(17)))
    await secretary.sees("52-KH/ĐU")
    _to(house, 4, time(8, 1))
    said = await secretary.sees("Cần gọi điện: 52-KH/ĐU")
    assert "Chi bộ Một: 2 đồng chí chưa nhận được, vì chưa xác thực 2" in said.text
    await secretary.taps("Ai chưa nhận được")
    listed = await secretary.sees("Chưa nhận được 52-KH/ĐU")
    shown = "Lê Văn Bé: chưa xác thực" if house.channel == "zalo_oa" else "• Chi bộ Một: 2 (chưa xác thực 2)"
    assert shown in listed.text


async def test_several_come_in_one_message(house):
    member = await house.member("Lê Văn Bé")
    for number, hour in (("52-KH/ĐU", 15), ("53-TB/ĐU", 17)):
        await house.directive(number, deadline=_at(5, time(hour)))
        await member.sees(number)
    _to(house, 2, time(8, 1))
    said = await member.sees("Nhắc: đồng chí có 2 văn bản chưa xác nhận")
    assert "52-KH/ĐU" in said.text and "53-TB/ĐU" in said.text
    await member.taps("Đã đọc, tiếp thu cả 2 văn bản")
    await member.sees("tiếp thu 2 văn bản")
    _to(house, 2, time(8, 1))
    await member.sees_nothing_new("Nhắc")


async def test_a_bot_that_was_down_catches_up_once(house):
    member = await house.member("Lê Văn Bé")
    await house.directive(deadline=_at(5, time(17)))
    await member.sees("52-KH/ĐU")
    await house.down()
    _to(house, 4, time(10))  # three days before and one day before are both missed
    await house.up()
    await member.sees("Nhắc (hạn ngày mai): 52-KH/ĐU")
    reminders = [each for each in await member.messages() if "Nhắc (" in each.text]
    assert len(reminders) == 1
    await member.says("van ban cua toi")
    await member.sees("52-KH/ĐU")
    reminders = [each for each in await member.messages() if "Nhắc (" in each.text]
    assert len(reminders) == 1


async def test_quiet_hours_hold_everything_but_hoa_toc(house):
    await house.down()
    house.settings.quiet_hours = "21:00-06:00"
    await house.up()
    member = await house.member("Lê Văn Bé")
    _to(house, 0, time(21, 15))
    await house.directive("52-KH/ĐU", deadline=_at(4, time(17)))
    await house.directive("53-CĐ/ĐU", deadline=_at(1, time(17)), urgency=Urgency.FLASH)
    await member.sees("53-CĐ/ĐU")
    await member.says("menu")
    await member.sees("Sổ tay")  # an answer is no disturbance
    await member.sees_nothing_new("52-KH/ĐU")
    _to(house, 1, time(5, 50))
    await member.says("menu")
    await member.sees("Sổ tay")
    await member.sees_nothing_new("52-KH/ĐU")
    _to(house, 0, time(6, 1))
    await member.sees("52-KH/ĐU")


async def test_who_verifies_at_night_gets_what_waits_at_once(house):
    await house.down()
    house.settings.quiet_hours = "21:00-06:00"
    await house.up()
    await house.directive(deadline=_at(4, time(17)))
    _to(house, 0, time(23))
    member = await house.member("Lê Văn Bé")
    await member.sees("52-KH/ĐU")


async def test_a_reminder_that_waits_is_dropped_when_its_person_acknowledges(house):
    await house.down()
    house.settings.quiet_hours = "21:00-08:30"
    await house.up()
    member = await house.member("Lê Văn Bé")
    await house.directive(deadline=_at(3, time(17)))
    await member.sees("52-KH/ĐU")
    clerk = await house.member("Trần Thị Bí Thư")
    await clerk.sees("52-KH/ĐU")
    _to(house, 0, time(22))
    await clerk.says("nhac 52")
    await clerk.sees("Đang nhắc 2 đồng chí")
    await member.taps("Đã đọc, tiếp thu")
    await member.sees("Đã ghi nhận")
    _to(house, 1, time(8, 31))
    await clerk.sees("Nhắc (")
    await member.sees_nothing_new("Nhắc")
