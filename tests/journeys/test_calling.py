"""Calling a meeting the short ways: as last month, from the monthly nudge, from a file."""

import re
from datetime import datetime, timedelta
from io import BytesIO

import httpx
import pytest
from docx import Document
from openpyxl import Workbook
from sample_papers import SCAN_PDF, SECRET_DRAFT_PDF
from test_meeting import VIETNAM, call, said_date, the_meeting

from bot.clock import now
from bot.delivery.quiet import NEVER, Quiet
from bot.meetings import nudges, queries


def turn_to(house, when: datetime) -> None:
    house.turn(seconds=(when - now()).total_seconds())


def next_20th() -> datetime:
    local = now().astimezone(VIETNAM)
    found = local.replace(day=20, hour=9, minute=0)
    return found if found > local + timedelta(days=10) else (found + timedelta(days=45)).replace(day=20)


async def test_the_secretary_is_nudged_once_and_calls_as_last_month(house):
    secretary = await house.member("Trần Thị Bí Thư")
    await call(secretary, days=3)
    meeting = await the_meeting(house)
    turn_to(house, next_20th())

    async def ring(day=20, quiet=NEVER):
        told = await house.write(lambda tx: nudges.tick(tx, day=day, quiet=quiet))
        house.app.sender.ring()
        return told

    if house.channel == "zalo_oa":
        assert not await ring()  # the window is closed: nothing is said, and nothing is used up
    await secretary.says("menu")
    await secretary.sees("chọn một việc")
    assert not await ring(day=21) and not await ring(day=0)
    assert not await ring(quiet=Quiet.parse("08:00-10:00"))
    assert await ring()
    house.turn(days=3)
    assert not await ring()  # once a month
    nudge = await secretary.sees("Nhắc lịch họp tháng sau")
    assert "Chi bộ Một chưa có giấy mời" in nudge.text
    await secretary.taps("Như tháng trước")
    asked = await secretary.sees("Họp lúc nào")
    await secretary.says("1")
    await secretary.sees("Nội dung họp")
    await secretary.taps("Như lần trước")
    await secretary.sees("Tài liệu họp")
    await secretary.says("3")
    preview = await secretary.sees("Xem trước giấy mời")
    for part in ("19:30", "Phòng 302 nhà A", "Trần Thị Bí Thư", "Kiểm điểm tháng 11"):
        assert part in preview.text, (part, asked.text)
    await secretary.says("1")
    await secretary.sees("Đã mời 4 đồng chí")
    found = await house.write(lambda tx: queries.newest_of(tx, meeting.unit_id, meeting.kind))
    assert found.starts > now() and found.id != meeting.id


def docx(*lines: str) -> bytes:
    document, stream = Document(), BytesIO()
    for line in lines:
        document.add_paragraph(line)
    document.save(stream)
    return stream.getvalue()


def xlsx(*rows: list) -> bytes:
    book, stream = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


async def hand_in(house, secretary, name: str, data: bytes) -> None:
    """In the chat where the platform takes such a file, else on the one-time page."""
    if house.channel == "telegram":
        await secretary.sends_file(name, data)
        return
    await secretary.says("gui tep")
    page = re.search(r"http\S+/gui-tep/\S+", (await secretary.sees("mở trang này")).text)[0]
    async with httpx.AsyncClient() as phone:
        await phone.post(page, files={"file": (name, data, "application/octet-stream")}, timeout=60)


async def test_an_invitation_is_read_from_a_file_and_what_is_missing_is_asked(house):
    secretary = await house.member("Trần Thị Bí Thư")
    await secretary.says("tạo cuộc họp")
    await secretary.sees("gửi tệp giấy mời")
    await hand_in(house, secretary, "mat.pdf", SECRET_DRAFT_PDF)
    await secretary.sees("họp gì", 30)
    day = (now() + timedelta(days=9)).astimezone(VIETNAM)
    paper = docx(
        "GIẤY MỜI",
        "Kính mời các đồng chí dự sinh hoạt chi bộ thường kỳ.",
        f"1. Thời gian: 19 giờ 30, ngày {day:%d/%m/%Y}",
        "2. Địa điểm: Phòng 302, nhà A",
        "3. Nội dung:",
        "- Kiểm điểm công tác tháng trước;",
        "- Kế hoạch tháng sau.",
        "Đề nghị các đồng chí dự đầy đủ.",
    )
    await hand_in(house, secretary, "giay-moi.docx", paper)
    read = await secretary.sees("Đọc được từ tệp", 30)
    for part in (
        "Sinh hoạt thường kỳ",
        f"{day:%d/%m}, 19:30",
        "Phòng 302, nhà A",
        "Kiểm điểm công tác tháng trước; Kế hoạch tháng sau",
        "tôi sẽ hỏi: Chủ trì",
    ):
        assert part in read.text, part
    await secretary.says("1")
    await secretary.sees("Ai chủ trì")
    await secretary.says("1")
    await secretary.sees("Tài liệu họp")
    await secretary.says("3")
    preview = await secretary.sees("Xem trước giấy mời")
    assert "Kế hoạch tháng sau" in preview.text and "Trần Thị Bí Thư" in preview.text
    await secretary.says("1")
    await secretary.sees("Đã mời 4 đồng chí")


async def test_a_scan_goes_with_no_invitation_since_nobody_looks_at_it_twice(house):
    secretary = await house.member("Trần Thị Bí Thư")
    await secretary.says("/taohop")
    await secretary.sees("họp gì")
    await secretary.taps("Sinh hoạt thường kỳ")
    await secretary.sees("Họp lúc nào")
    await secretary.says(said_date(5))
    await secretary.sees("Họp ở đâu")
    await secretary.says("Phòng 302")
    await secretary.sees("Nội dung họp")
    await secretary.says("Kiểm điểm tháng 11")
    await secretary.sees("Ai chủ trì")
    await secretary.taps("Trần Thị Bí Thư")
    await secretary.sees("Tài liệu họp")
    await secretary.taps("Gửi kèm ngay")
    await secretary.sees("Gửi tệp")
    await secretary.sends_file("quet.pdf", SCAN_PDF, "application/pdf")
    await secretary.sees("Tệp này cần một đồng chí thứ hai xem", 30)
    await secretary.says("1")  # no file
    preview = await secretary.sees("Xem trước giấy mời")
    assert "quet.pdf" not in preview.text and not preview.file_name


@pytest.mark.parametrize(
    ("name", "rows", "said"),
    [
        (
            "lich.xlsx",
            [["Ngày", "Giờ", "Địa điểm"], ["3/1", "8h", "P1"], ["4/1", "8h", "P2"]],
            "nhiều cuộc họp",
        ),
        ("lich.xlsx", [["Tên", "Số"], ["Lê", "5"]], "không đọc được mục nào"),
    ],
)
async def test_what_cannot_be_read_is_not_guessed(house, name, rows, said):
    secretary = await house.member("Trần Thị Bí Thư")
    await secretary.says("/taohop họp")
    await secretary.sees("họp gì")
    await hand_in(house, secretary, name, xlsx(*rows))
    await secretary.sees(said, 30)
    await secretary.says("1")
    await secretary.sees("Họp lúc nào")
