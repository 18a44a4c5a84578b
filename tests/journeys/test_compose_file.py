"""The file of a directive: handed in on the one-time page, or let through once by a second person."""

import re

import httpx
from sample_papers import DRAFT_PDF, SECRET_DRAFT_PDF, SECRET_SENTENCE, TEXT_PDF
from sqlalchemy import select

from bot.organisation import queries as people
from bot.organisation.models import Role
from bot.organisation.service import appoint
from bot.store.tables.audit import audit


async def _up_to_the_file(author):
    await author.says("gui van ban")
    await author.says("52-KH/ĐU")
    await author.taps("Hôm nay")
    await author.sees("Trích yếu")
    await author.says("Học tập chuyên đề mẫu")
    await author.says("1")
    return await author.sees("nhắn “gửi tệp”")


async def _page(author, words="gui tep"):
    await author.says(words)
    said = await author.sees("mở trang này")
    return re.search(r"http\S+/gui-tep/\S+", said.text)[0]


async def _hands_in(address, name, data):
    async with httpx.AsyncClient() as phone:
        return await phone.post(address, files={"file": (name, data, "application/pdf")}, timeout=60)


async def _second_person(house):
    """Another clerk of the level."""

    def post(tx):
        member = people.member_by_card(tx, "90000008")
        top = people.find_organisation(tx, "Đảng ủy Trường Mẫu")
        return appoint(tx, member.id, Role.OFFICE, top.id)

    await house.write(post)
    return await house.member("Bùi Văn Tổ Chức")


async def test_a_file_by_the_one_time_page_returns_to_the_dialog(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    await _up_to_the_file(clerk)
    address = await _page(clerk)
    async with httpx.AsyncClient() as phone:
        page = await phone.get(address)
    assert (page.status_code, "Gửi tệp cho Sổ tay" in page.text) == (200, True)
    answer = await _hands_in(address, "52-ke-hoach-mau.pdf", TEXT_PDF)
    assert "Đã nhận tệp" in answer.text
    await clerk.sees("Hạn xác nhận", 30)
    assert (await _hands_in(address, "52-ke-hoach-mau.pdf", TEXT_PDF)).status_code == 410
    for words in ("3 ngày nữa", "1", "1", "1"):
        await clerk.says(words)
    preview = await clerk.sees("Xem trước")
    assert "Học tập chuyên đề mẫu" in preview.text
    member = await house.member("Lê Văn Bé")
    await clerk.says("2")
    await clerk.sees("đang tới 8 đồng chí", 20)
    await member.sees("52-ke-hoach-mau.pdf")


async def test_a_refused_file_on_the_page_leaves_nothing_and_a_new_page_is_had(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    await _up_to_the_file(clerk)
    answer = await _hands_in(await _page(clerk), "52.pdf", SECRET_DRAFT_PDF)
    assert "dấu độ mật" in answer.text
    await clerk.sees("dấu độ mật", 20)
    for path in house.folder.rglob("*"):
        if path.is_file():
            assert SECRET_SENTENCE.encode() not in path.read_bytes(), path
    assert "Đã nhận tệp" in (await _hands_in(await _page(clerk, "gửi tệp"), "52.pdf", TEXT_PDF)).text
    await clerk.sees("Hạn xác nhận", 20)


async def test_a_page_that_is_too_old_or_comes_too_late_is_said_to_be(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    await _up_to_the_file(clerk)
    old = await _page(clerk)
    house.turn(minutes=11)
    answer = await _hands_in(old, "52.pdf", TEXT_PDF)
    assert answer.status_code == 410
    assert "nhắn “gửi tệp”" in answer.text
    left = await _page(clerk)
    await clerk.says("hủy")
    await clerk.sees("Đã dừng")
    await _hands_in(left, "52.pdf", TEXT_PDF)
    await clerk.sees("phần soạn đã dừng", 20)


async def test_the_page_survives_a_restart_and_the_chat_still_takes_the_file(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    await _up_to_the_file(clerk)
    address = await _page(clerk)
    await house.down()
    await house.up()
    await clerk.sends_file("52.pdf", TEXT_PDF, "application/pdf")
    await clerk.sees("Hạn xác nhận", 30)
    await clerk.says("quay lại")
    await clerk.sees("mở trang này")
    assert "Đã nhận tệp" in (await _hands_in(address, "52.pdf", TEXT_PDF)).text
    await clerk.sees("Hạn xác nhận", 20)


async def test_a_false_alarm_is_released_once_by_a_second_person_and_noted(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    second = await _second_person(house)
    await _up_to_the_file(clerk)
    await clerk.sends_file("52.pdf", DRAFT_PDF, "application/pdf")
    await clerk.sees("“dự thảo”", 30)
    await clerk.says("2")
    await clerk.sees("nhắn “gửi tệp”")
    assert "Ngô Thị Văn Phòng xin mở cổng" in (await second.sees("Xin mở cổng bảo mật")).text
    await second.taps("mở một lần")
    await second.sees("việc này được ghi lại")
    await clerk.sees("mở một lần cho tệp có ghi “dự thảo”")
    await clerk.sends_file("52.pdf", DRAFT_PDF, "application/pdf")
    await clerk.sees("nhờ lượt mở cổng", 30)
    await clerk.says("2")  # another file: the release is used up
    await clerk.sees("nhắn “gửi tệp”")
    await clerk.sends_file("52.pdf", DRAFT_PDF, "application/pdf")
    await clerk.sees("“dự thảo”", 30)
    noted = await house.write(
        lambda tx: [
            (row.action, row.object)
            for row in tx.rows(select(audit).where(audit.c.action.like("gate.%")).order_by(audit.c.id))
        ]
    )
    asker = f"member:{await house.member_id('Ngô Thị Văn Phòng')}"
    assert noted == [("gate.ask", asker), ("gate.release", asker), ("gate.use", asker)]
    await second.taps("Không mở")
    await second.sees("đã được quyết định")


async def test_a_released_file_still_needs_the_second_look_before_it_goes(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    second = await _second_person(house)
    await _up_to_the_file(clerk)
    await clerk.sends_file("52.pdf", DRAFT_PDF, "application/pdf")
    await clerk.taps("xin mở một lần", 30)
    await second.taps("mở một lần")
    await clerk.sees("gửi lại tệp")
    await clerk.sends_file("52.pdf", DRAFT_PDF, "application/pdf")
    await clerk.taps("Tôi cam đoan", 30)
    await clerk.sees("Hạn xác nhận")
    for words in ("3 ngày nữa", "1", "1", "1"):
        await clerk.says(words)
    await clerk.taps("xin duyệt")
    await second.sees("Xin duyệt: 52-KH/ĐU")
    await second.sees("52.pdf")


async def test_a_secrecy_mark_is_never_released(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    second = await _second_person(house)
    await _up_to_the_file(clerk)
    await clerk.sends_file("52.pdf", DRAFT_PDF, "application/pdf")
    await clerk.taps("xin mở một lần", 30)
    await second.taps("mở một lần")
    await clerk.sees("gửi lại tệp")
    await clerk.sends_file("52.pdf", SECRET_DRAFT_PDF, "application/pdf")  # behind the back of the second
    await clerk.sees("dấu độ mật", 30)
    assert not any("mở một lần" in label for label in (await clerk.messages())[-1].buttons)


async def test_the_committees_rule_lets_a_kind_of_mark_through(house):
    setattr(house.settings, f"gate_allow_{house.channel}", "draft")
    await house.down()
    await house.up()
    clerk = await house.member("Ngô Thị Văn Phòng")
    await _up_to_the_file(clerk)
    await clerk.sends_file("52.pdf", DRAFT_PDF, "application/pdf")
    await clerk.sees("Hạn xác nhận", 30)
