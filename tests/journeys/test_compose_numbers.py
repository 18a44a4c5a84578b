"""The whole errand on a Zalo that refuses buttons: read as numbered lists, answered by numbers, no diacritics."""

import pytest
from sample_papers import TEXT_PDF

from bot.testing import control


@pytest.fixture
def channel() -> str:
    return "zalo_oa"


async def _without_buttons(house):
    await control(house.control, "switches", {"zalo_oa": {"buttons_under_text": False}})


async def test_from_writing_to_recall_by_numbers_alone(house):
    await _without_buttons(house)
    clerk = await house.member("Ngô Thị Văn Phòng")
    officer = await house.member("Bùi Văn Tổ Chức")
    member = await house.member("Lê Văn Bé")
    other = await house.member("Phạm Thị Cao")
    await clerk.says("gui van ban")
    await clerk.sees("Số, ký hiệu")
    await clerk.says("van ban so 52")
    await clerk.sees("Cần đủ số")
    await clerk.says("52 kh du")
    await clerk.sees("52-KH/ĐU. Ngày ban hành")
    await clerk.says("9")
    await clerk.sees("chưa hiểu ngày này")
    await clerk.says("1")
    await clerk.sees("Trích yếu")
    await clerk.says("quay lai")
    await clerk.sees("Ngày ban hành")
    await clerk.says("quay lai")
    await clerk.sees("Số, ký hiệu")
    await clerk.says("52 kh du")
    await clerk.says("1")
    await clerk.sees("Trích yếu")
    await clerk.says("Hoc tap chuyen de mau")
    await clerk.sees("1. Bỏ qua")
    await house.down()
    await house.up()
    await clerk.says("1")
    await clerk.sees("Gửi tệp PDF")
    await clerk.says("7")
    await clerk.sees("cần một tệp")
    await clerk.sends_file("52-ke-hoach-mau.pdf", TEXT_PDF, "application/pdf")
    await clerk.sees("Hạn xác nhận", 30)
    await clerk.says("hom qua")
    await clerk.sees("hạn này đã qua")
    await clerk.says("3 ngay nua")
    await clerk.sees("1. Thường")
    await clerk.says("1")
    await clerk.sees("1. Đảng ủy Trường Mẫu")
    await clerk.says("1")
    await clerk.sees("1. Tất cả")
    await clerk.says("1")
    await clerk.sees("1. Gửi thử cho tôi")
    await clerk.says("1")
    await clerk.sees("(Thử) 52-KH/ĐU")
    await clerk.says("quay lai")  # a trial is no promise: every step can still be changed
    await clerk.sees("1. Gửi thử cho tôi")
    await clerk.says("quay lai")
    await clerk.sees("1. Tất cả")
    await clerk.says("1")
    await clerk.sees("2. Cam đoan")
    await clerk.says("2")
    await clerk.sees("đang tới 8 đồng chí")
    card = await member.sees("1. Đã đọc, tiếp thu")
    assert not card.buttons
    await member.says("1")
    await member.sees("Đã ghi nhận")
    await other.sees("1. Đã đọc, tiếp thu")
    await other.says("3")
    await other.sees("muốn hỏi gì")
    await other.says("Hoc o dau?")
    await other.sees("Đã gửi câu hỏi")
    await clerk.sees("Hoc o dau?")
    await officer.says("tinh hinh 52")
    await officer.sees("1/7")
    await officer.sees("1. ")
    await officer.says("chua xac nhan 52")
    await officer.sees("Phạm Thị Cao")
    await officer.says("1")
    await officer.sees("Đang nhắc")
    await other.sees("Nhắc (còn 3 ngày): 52-KH/ĐU")
    await clerk.says("thu hoi 52")
    await clerk.sees("1. Thu hồi ngay")
    await clerk.says("1")
    await clerk.sees("Đã thu hồi")
    await other.sees("đã được thu hồi")
    await other.says("1")
    await other.sees("đã được thu hồi")
