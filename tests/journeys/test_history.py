"""The audit trail is read by inspectors for their part, by an author for the own directive; reading is noted."""

import re
from pathlib import Path

import pytest

from bot import handlers
from bot.handlers.history import ACTIONS, ROLES
from bot.organisation import queries as people
from bot.organisation.models import Role
from bot.organisation.service import appoint, end_appointment

BOT = Path(handlers.__file__).parents[1]


def _post(role, unit, card="90000003"):
    def give(tx):
        member = people.member_by_card(tx, card)
        return appoint(tx, member.id, role, people.find_organisation(tx, unit).id)

    return give


def test_every_action_that_a_verb_writes_has_words() -> None:
    written = set()
    for path in BOT.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        written |= set(re.findall(r'audit\.record\(\s*tx,\s*"([^"]+)"', source))
    assert len(written) > 15
    assert written <= set(ACTIONS), written - set(ACTIONS)
    assert set(ROLES) == set(Role)


@pytest.mark.parametrize("words", ["lịch sử", "/lichsu"])
async def test_inspector_reads_the_whole_trail_without_names_page_by_page(house, words):
    inspector = await house.member("Phạm Thị Cao")
    await house.write(_post(Role.INSPECTOR, "Đảng ủy Trường Mẫu"))
    secretary = await house.member("Trần Thị Bí Thư")
    member = await house.member("Lê Văn Bé")
    await house.directive()
    await member.sees("52-KH/ĐU")
    await member.taps("Đã đọc, tiếp thu")
    await member.sees("Đã ghi nhận")
    await secretary.says("/chuaxacnhan 52")
    await secretary.sees("Chưa xác nhận 52-KH/ĐU")
    await inspector.says(words)
    said = await inspector.sees("Lịch sử thao tác")
    lines = said.text.splitlines()
    looked = "xem tên người chưa xác nhận" if house.channel == "zalo_oa" else "xem số liệu"
    assert f"Bí thư Chi bộ Một: {looked} 52-KH/ĐU" in lines[1]
    assert "Đảng viên Chi bộ Một: xác nhận đã đọc 52-KH/ĐU" in lines[2]
    assert "Văn phòng" in said.text
    assert "Lê Văn Bé" not in said.text
    assert "Trần Thị" not in said.text
    await inspector.taps("Xem tiếp")
    older = await inspector.sees("Máy chủ")
    assert "52-KH/ĐU" not in older.text
    await inspector.says(words)
    again = await inspector.sees("Lịch sử thao tác")
    assert "Đồng chí: xem lịch sử" in again.text.splitlines()[1]


async def test_inspector_of_a_branch_sees_that_branch_and_loses_it_with_the_post(house):
    inspector = await house.member("Phạm Thị Cao")
    post = await house.write(_post(Role.INSPECTOR, "Chi bộ Một"))
    theirs = await house.member("Lê Văn Bé")
    others = await house.member("Hồ Văn Năm")
    await house.directive()
    for person in (theirs, others):
        await person.sees("52-KH/ĐU")
        await person.taps("Đã đọc, tiếp thu")
        await person.sees("Đã ghi nhận")
    await inspector.says("lịch sử 52")
    said = await inspector.sees("Lịch sử 52-KH/ĐU")
    assert "Đảng viên Chi bộ Một" in said.text
    assert "Chi bộ Hai" not in said.text
    await inspector.says("/lichsu")
    said = await inspector.sees("Lịch sử thao tác")
    assert "Chi bộ Hai" not in said.text
    for _time in range(2):  # each look is an entry of its own, so there comes to be a second page
        await inspector.says("/lichsu")
        await inspector.sees("Lịch sử thao tác")
    await house.write(lambda tx: end_appointment(tx, post))
    await inspector.taps("Xem tiếp")
    await inspector.sees("Lịch sử dành cho Ủy ban Kiểm tra")


async def test_author_sees_the_trail_of_the_own_directive_even_when_recalled(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    secretary = await house.member("Trần Thị Bí Thư")
    member = await house.member("Lê Văn Bé")
    await house.directive()
    await member.sees("52-KH/ĐU")
    await member.taps("Đã đọc, tiếp thu")
    await member.sees("Đã ghi nhận")
    await secretary.sees("52-KH/ĐU")
    await secretary.says("/lichsu 52")
    await secretary.sees("Lịch sử dành cho Ủy ban Kiểm tra")
    await clerk.sees("52-KH/ĐU")
    await clerk.says("/thuhoi 52")
    await clerk.taps("Thu hồi ngay")
    await clerk.sees("Đã thu hồi")
    await clerk.says("/lichsu 52")
    said = await clerk.sees("Lịch sử 52-KH/ĐU")
    assert "Đồng chí: thu hồi" in said.text
    assert "Đảng viên Chi bộ Một: xác nhận đã đọc" in said.text  # the clerk's post shows no names
    assert "Lê Văn Bé" not in said.text
    await clerk.says("/lichsu 99")
    await clerk.sees("Chưa tìm thấy văn bản 99")


async def test_an_author_who_may_see_names_sees_them(house):
    secretary = await house.member("Trần Thị Bí Thư")
    member = await house.member("Lê Văn Bé")
    await house.directive("03-NQ/CB", to="Chi bộ Một", author="Trần Thị Bí Thư")
    await member.sees("03-NQ/CB")
    await member.taps("Đã đọc, tiếp thu")
    await member.sees("Đã ghi nhận")
    await secretary.sees("03-NQ/CB")
    await secretary.says("lịch sử")
    await secretary.taps("03-NQ/CB ngày")
    said = await secretary.sees("Lịch sử 03-NQ/CB")
    named = "Lê Văn Bé (Đảng viên Chi bộ Một)" if house.channel == "zalo_oa" else "Đảng viên Chi bộ Một"
    assert f"{named}: xác nhận đã đọc" in said.text


async def test_member_and_stranger_see_no_trail(house):
    member = await house.member("Lê Văn Bé")
    stranger = await house.stranger()
    await house.directive()
    await member.sees("52-KH/ĐU")
    for words in ("/lichsu", "lịch sử 52"):
        await member.says(words)
        await member.sees("Lịch sử dành cho Ủy ban Kiểm tra")
    await stranger.starts()
    await stranger.sees("xác thực bằng phiếu")
    await stranger.says("/lichsu 52")
    said = await stranger.sees("đã xác thực")
    assert "52" not in said.text
