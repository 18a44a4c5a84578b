"""Practice: the errand is played with an invented paper; nothing of it is ever in a figure."""

import pytest
from sqlalchemy import func, select

from bot.store.tables.audit import audit
from bot.store.tables.delivery import outbox
from bot.store.tables.directives import directives, recipients

MARK = "TẬP HUẤN"


async def _rows(house):
    def count(tx):
        return [tx.value(select(func.count()).select_from(each)) for each in (directives, recipients, audit)]

    return await house.write(count)


@pytest.mark.parametrize(
    ("begin", "answer"),
    [("tap huan", "1"), ("/taphuan", "da doc roi a"), ("Tập huấn", "vâng rõ rồi đồng chí")],
)
async def test_member_practises_in_three_messages_and_nothing_is_kept(house, begin, answer):
    member = await house.member("Lê Văn Bé")
    before = await _rows(house)
    await member.says(begin)
    card = await member.sees(MARK)
    for part in ("00-TB/MẪU", "không tính vào số liệu", "Hạn xác nhận", "Nhắn “hủy” để dừng"):
        assert part in card.text, part
    assert "Đã đọc, tiếp thu" in card.text + "".join(card.buttons)
    await member.says(answer)
    said = await member.sees("Đã ghi nhận")
    assert MARK in said.text
    assert "hoàn tác" in said.text
    await member.says("di tiep")
    said = await member.sees("Không có gì được ghi lại")
    assert MARK in said.text
    assert await _rows(house) == before
    await member.says("1")
    assert "Đã ghi nhận" not in (await member.messages())[-1].text


async def test_by_taps_full_text_question_and_undo(house):
    member = await house.member("Lê Văn Bé")
    await member.says("tập huấn")
    await member.sees("00-TB/MẪU")
    await member.taps("Xem toàn văn")
    await member.sees("tệp toàn văn hiện ra ở đây")
    await member.taps("Hỏi lại")
    await member.sees("người gửi văn bản nhận được")
    await member.says("chưa đọc")
    await member.sees("nhắn số của mục")
    await member.taps("Đã đọc, tiếp thu")
    await member.sees("Đã ghi nhận")
    await member.says("bấm nhầm rồi ạ")
    await member.sees("trở lại là chưa xác nhận")
    await member.says("ok")
    await member.sees("Đã ghi nhận")
    await member.taps("Đi tiếp")
    await member.sees("Không có gì được ghi lại")


async def test_a_real_paper_is_never_answered_by_the_practice(house):
    officer = await house.member("Bùi Văn Tổ Chức")
    member = await house.member("Lê Văn Bé")
    directive = await house.directive()
    await member.sees("52-KH/ĐU")
    await member.says("tập huấn")
    await member.sees("00-TB/MẪU")
    await member.says("đã đọc 52-KH/ĐU")
    await member.sees("Đây là tập huấn")
    await member.says("đã đọc 00-TB/MẪU")
    await member.sees("Đã ghi nhận")
    await member.says("1")
    await member.sees("Không có gì được ghi lại")
    assert (await house.totals(directive)).acknowledged == 0
    await member.taps("Đã đọc, tiếp thu")  # the newest card with that button may be the practice's: gone
    await officer.says("tình hình")
    said = await officer.sees("Tình hình")
    assert "00-TB" not in said.text
    assert "/7" in said.text


async def test_who_may_send_goes_on_to_composing_and_figures_marked_as_samples(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    before = await _rows(house)
    await clerk.says("/taphuan")
    await clerk.sees("00-TB/MẪU")
    await clerk.says("1")
    await clerk.sees("Đã ghi nhận")
    await clerk.says("1")
    said = await clerk.sees("gửi văn bản")
    for part in (MARK, "số và ký hiệu", "dấu mật", "Xem tình hình"):
        assert part in "\n".join([said.text, *said.buttons]), part
    await clerk.says("1")
    said = await clerk.sees("33/41 (80,5%)")
    for part in (MARK, "số liệu mẫu", "Chi bộ Mẫu 1: 18/21 (85,7%)", "Mẫu số"):
        assert part in said.text, part
    assert not said.buttons
    await clerk.sees("Không có gì được ghi lại")
    assert await _rows(house) == before
    assert await house.write(lambda tx: tx.value(select(func.count()).select_from(outbox))) is not None


async def test_practice_can_be_left_and_resumed_and_stopped(house):
    member = await house.member("Lê Văn Bé")
    await member.says("tập huấn")
    await member.sees("00-TB/MẪU")
    await house.down()
    await house.up()
    house.turn(hours=2)
    await member.says("hom nay troi dep qua")
    await member.sees("đang làm dở: tập huấn")
    await member.says("1")
    await member.sees("00-TB/MẪU")
    await member.says("hủy")
    await member.sees("Đã dừng")


async def test_a_draft_is_not_lost_to_a_practice(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    await clerk.says("gửi văn bản")
    await clerk.sees("Số, ký hiệu")
    await clerk.says("52-KH/ĐU")
    await clerk.sees("Ngày ban hành")
    await clerk.says("/taphuan")
    await clerk.sees("đang làm dở")
    await clerk.taps("Tiếp tục")
    await clerk.sees("Ngày ban hành")


async def test_a_stranger_is_told_how_to_verify(house):
    stranger = await house.stranger()
    await stranger.starts()
    await stranger.sees("xác thực bằng phiếu")
    await stranger.says("tập huấn")
    said = await stranger.sees("đã xác thực")
    assert MARK not in said.text
