"""A meeting from the invitation to the line for the minutes."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from bot import testing
from bot.clock import now
from bot.meetings import queries, service

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def said_date(days: int) -> str:
    day = (now() + timedelta(days=days)).astimezone(VIETNAM)
    return f"19h30 ngày {day:%d/%m/%Y}"


async def call(secretary, *, days=5, place="Phòng 302 nhà A", papers="Gửi sau", kind="Sinh hoạt thường kỳ"):
    """The dialog of /taohop up to the sent invitation."""
    await secretary.says("/taohop")
    await secretary.sees("họp gì")
    await secretary.taps(kind)
    await secretary.sees("Họp lúc nào")
    await secretary.says(said_date(days))
    await secretary.sees("Họp ở đâu")
    await secretary.says(place)
    await secretary.sees("Nội dung họp")
    await secretary.says("Kiểm điểm tháng 11, kế hoạch tháng 12")
    await secretary.sees("Ai chủ trì")
    await secretary.taps("Trần Thị Bí Thư")
    await secretary.sees("Tài liệu họp")
    await secretary.taps(papers)
    preview = await secretary.sees("Xem trước giấy mời")
    await secretary.taps("Gửi giấy mời")
    await secretary.sees("Đã mời 4 đồng chí")
    return preview


async def the_meeting(house):
    """The one meeting there is. From here on the tests turn the clock by days; the house's token is fixed."""
    await testing.control(house.control, "switches", {"zalo_oa": {"tokens_end": False}})
    secretary = await house.member_id("Trần Thị Bí Thư")

    def unit(tx):
        [(meeting, _row)] = queries.of_member(tx, secretary)
        return meeting

    return await house.write(unit)


@pytest.mark.names_abroad
async def test_a_meeting_from_invitation_to_the_line_for_the_minutes(house):
    secretary = await house.member("Trần Thị Bí Thư")
    be = await house.member("Lê Văn Bé")
    cao = await house.member("Phạm Thị Cao")
    exempt = await house.member("Vũ Văn Miễn")
    preview = await call(secretary)
    assert "Mời 4 đồng chí, trong đó 3 đồng chí phải dự; 0 đồng chí chưa có cách nhận" in preview.text

    card = await be.sees("Giấy mời: Sinh hoạt thường kỳ")
    for part in ("Phòng 302", "19:30", "Kiểm điểm tháng 11", "Trần Thị Bí Thư", "Tài liệu: gửi sau"):
        assert part in card.text, part
    await be.taps("Sẽ dự")
    await be.sees("Đã ghi: đồng chí sẽ dự")
    await exempt.sees("Giấy mời")
    await exempt.says("toi se du")
    await exempt.sees("không tính vào tỷ lệ")

    await cao.sees("Giấy mời")
    await cao.taps("Xin vắng")
    await cao.sees("vì lý do gì")
    await cao.says("cong tac")  # six reasons: by number or words on Zalo
    await cao.sees("ghi thêm một câu")
    await cao.says("Đi công tác Huế với khoa")
    await cao.sees("Đã chuyển tới bí thư")
    asked = await secretary.sees("Phạm Thị Cao xin vắng")
    assert "Huế" in asked.text
    await secretary.taps("Đồng ý lý do")
    await secretary.sees("Đã ghi: đồng ý lý do")
    await cao.sees("Bí thư đã đồng ý để đồng chí vắng")

    await be.says("em den muon 15p a")  # a change of mind, in words
    await be.sees("đến muộn khoảng 15 phút")
    await secretary.says("lich hop")
    await secretary.sees("Lịch họp của đồng chí")
    await secretary.taps("Ai dự")
    who = await secretary.sees("Phải dự: 3")
    assert "sẽ dự: 0; đến muộn: 1; xin vắng: 1; chưa trả lời: 1" in who.text
    assert "Lê Văn Bé: đến muộn 15 phút" in who.text
    assert "Vũ Văn Miễn: sẽ dự · miễn sinh hoạt, không tính" in who.text

    meeting = await the_meeting(house)
    house.turn(seconds=(meeting.starts - now()).total_seconds() + 60)
    await be.taps("Xin vắng")
    await be.sees("Đã tới giờ họp")
    await secretary.says("/diemdanh")
    await secretary.sees("Mã điểm danh lúc này")
    await secretary.sees("Có mặt 0/3")
    await secretary.says("ok toi")
    await secretary.sees("nhắn các số trước tên")
    await secretary.says("3, 4")  # the secretary and the exempt member, at once
    await secretary.sees("Có mặt 1/3")
    await secretary.says("bo lan ghi vua roi")
    await secretary.sees("Có mặt 0/3")
    await secretary.says("3, 4")
    await secretary.sees("Có mặt 1/3")
    for guest, before in (("Ông Khách Một", "Khách mời là ai"), ("Bà Khách Hai", "đã ghi: Ông Khách Một")):
        await secretary.says("ghi khach moi")
        await secretary.sees(before)
        await secretary.says(guest)
        await secretary.sees("Có mặt 1/3")
    await secretary.says("xong")
    await secretary.sees("Lê Văn Bé vắng. Ghi thế nào")
    await secretary.taps("Vắng không lý do")
    line = (await secretary.sees("Ghi biên bản")).text
    for part in (
        "Tổng số đảng viên: 4",
        "Ông Khách Một; Bà Khách Hai",
        "Miễn sinh hoạt: 1",
        "Phải dự: 3",
        "Có mặt: 1",
        "Vắng có lý do: 1 (Phạm Thị Cao)",
        "Vắng không lý do: 1 (Lê Văn Bé)",
        "33,3%",
        "(1/3)",
        "Dự mà không tính (miễn, tạm thời đến): 1",
        "chính thức có mặt 2/4, cần ít nhất 3",
        "chưa đủ",
    ):
        assert part in line, part
    await secretary.taps("Biên bản (bản nháp .docx)")
    await secretary.sees("bien-ban-hop.docx", 30)


@pytest.mark.parametrize("channel", ["telegram"])
async def test_where_names_do_not_travel_the_roll_is_called_without_one(house):
    secretary = await house.member("Trần Thị Bí Thư")
    be = await house.member("Lê Văn Bé")
    await call(secretary)
    await be.taps("Xin vắng")
    await be.sees("vì lý do gì")
    await be.taps("Công tác")
    await be.sees("ghi thêm một câu")
    await be.says("Đi Huế")
    await be.sees("Đã chuyển tới bí thư")
    await secretary.says("lich hop")
    await secretary.taps("Ai dự")
    who = (await secretary.sees("Phải dự: 3")).text
    meeting = await the_meeting(house)
    house.turn(seconds=(meeting.starts - now()).total_seconds() + 60)
    await secretary.says("/diemdanh")
    asked = await secretary.sees("Có mặt 0/3. Tên không hiện trên kênh này")
    await secretary.says("1 2")
    await secretary.sees("chọn một việc")
    await secretary.taps("Tất cả còn lại có mặt")
    await secretary.sees("Có mặt 2/3")
    await secretary.taps("Xong, ghi người vắng")
    line = (await secretary.sees("Ghi biên bản")).text
    assert "Có mặt: 2" in line
    assert "Phải dự: 3" in line
    for text in (who, line, asked.text, *asked.buttons):
        assert not any(name in text for name in ("Lê Văn Bé", "Phạm Thị Cao", "Vũ Văn Miễn")), text
    assert "xem tên trên Zalo" in who
    assert "xem tên trên Zalo" in line


async def test_a_change_and_a_cancellation_reach_everybody(house):
    secretary = await house.member("Trần Thị Bí Thư")
    be = await house.member("Lê Văn Bé")
    await call(secretary)
    await be.sees("Giấy mời")
    await be.says("dang phi bao nhieu")
    await be.sees("gửi câu hỏi cho cán bộ")
    await be.says("2")  # of the one choice there is: no answer to the invitation above it
    await be.sees("không có số này")
    await be.taps("Sẽ dự")
    await be.sees("Đã ghi")
    await be.taps("Thêm vào lịch")
    await be.sees(".ics", 30)
    await secretary.says("lịch họp")
    await secretary.taps("Ai dự")
    await secretary.sees("Ai dự họp")
    await secretary.taps("Đổi giờ")
    await secretary.sees("Họp lúc nào")
    await secretary.says(said_date(6))
    await secretary.sees("Đã báo 2 đồng chí")
    changed = await be.sees("Thay đổi giấy mời")
    assert f"{(now() + timedelta(days=6)).astimezone(VIETNAM):%d/%m}" in changed.text
    await be.says("sẽ dự")
    await be.sees("Đã ghi")
    await secretary.says("lịch họp")
    await secretary.taps("Ai dự")
    await secretary.sees("sẽ dự: 1")
    await secretary.says("huy hop")
    await secretary.sees("đổi hoặc hủy cuộc họp nào")
    await secretary.says("1")
    await secretary.sees("sẽ dự: 1")
    await secretary.taps("Hủy cuộc họp")
    await secretary.sees("Mọi đồng chí được mời sẽ được báo")
    await secretary.taps("Hủy cuộc họp")
    await secretary.sees("Đã báo 2 đồng chí")
    await be.sees("không họp nữa")
    await be.says("lich hop")
    await be.sees("Chưa có cuộc họp nào sắp tới")


async def test_the_check_in_code_works_in_the_room_and_nowhere_else(house):
    secretary = await house.member("Trần Thị Bí Thư")
    be = await house.member("Lê Văn Bé")
    other = await house.member("Đỗ Thị Hai")
    await call(secretary)
    await be.sees("Giấy mời")
    meeting = await the_meeting(house)
    early = await house.write(lambda tx: service.code_of(tx, meeting))
    await be.says(early)
    await be.sees("")
    house.turn(seconds=(meeting.starts - now()).total_seconds() + 60)
    await secretary.says("diem danh")
    shown = await secretary.sees("Mã điểm danh lúc này")
    code = re.search(r"\d{6}", shown.text)[0]
    screen = re.search(r"http\S+/man-hinh/\S+", shown.text)[0]
    async with httpx.AsyncClient() as room:
        page = await room.get(screen)
        forged = await room.get(f"{screen[:-1]}{'0' if screen[-1] != '0' else '1'}")
    assert re.search(r"\d{3} \d{3}", page.text) and "Đã có mặt: 0/3" in page.text
    assert "Lê Văn Bé" not in page.text and (page.status_code, forged.status_code) == (200, 410)
    await other.says(code)
    await other.sees("")
    await be.says("000000" if code != "000000" else "111111")
    await be.sees("Mã không đúng")
    await be.says(code)
    await be.sees("Đã điểm danh: đồng chí có mặt")
    house.turn(minutes=3)
    cao = await house.member("Phạm Thị Cao")
    await cao.says(code)
    await cao.sees("hết một phút")
    found = await house.write(lambda tx: service.count_of(tx, meeting))
    assert len(found.present) == 1 and found.must == 3


async def test_reminders_go_to_the_silent_and_the_last_to_all(house):
    secretary = await house.member("Trần Thị Bí Thư")
    be = await house.member("Lê Văn Bé")
    cao = await house.member("Phạm Thị Cao")
    await call(secretary)
    await be.sees("Giấy mời")
    await be.taps("Sẽ dự")
    await be.sees("Đã ghi")
    await cao.sees("Giấy mời")
    meeting = await the_meeting(house)

    async def turn_to(before):
        house.turn(seconds=(meeting.starts - before - now()).total_seconds() + 60)
        assert await house.write(service.tick)
        assert not await house.write(service.tick)
        house.app.sender.ring()

    await turn_to(timedelta(days=3))
    await cao.sees("Nhắc trả lời")
    await turn_to(timedelta(days=1))
    await cao.sees("Nhắc trả lời")
    await secretary.sees("tài liệu chưa gửi")
    await be.sees_nothing_new("Nhắc trả lời")
    await be.says("menu")
    await turn_to(timedelta(hours=2))
    await be.sees("Sắp họp")
    await cao.sees("Sắp họp")


@pytest.mark.parametrize("words", ["ok", "vâng ạ"])
async def test_ok_with_a_paper_and_an_invitation_open_says_neither(house, words):
    secretary = await house.member("Trần Thị Bí Thư")
    be = await house.member("Lê Văn Bé")
    directive = await house.directive()
    await be.sees("52-KH/ĐU")
    await call(secretary)
    await be.sees("Giấy mời")
    house.turn(minutes=2)
    await be.says(words)
    await be.sees("Đồng chí muốn nói về việc nào")
    assert (await house.totals(directive)).acknowledged == 0
    await be.taps("Sẽ dự")
    await be.sees("Đã ghi: đồng chí sẽ dự")
    await be.says("ok")
    await be.sees("Đã ghi nhận: đồng chí đã đọc, tiếp thu 52-KH/ĐU")


async def test_a_stranger_to_the_unit_neither_answers_nor_sees_names(house):
    secretary = await house.member("Trần Thị Bí Thư")
    other = await house.member("Đỗ Thị Hai")  # secretary of the other branch
    be = await house.member("Lê Văn Bé")
    await call(secretary)
    card = await be.sees("Giấy mời")
    await be.says("lịch họp")
    await be.sees("Lịch họp của đồng chí")
    for label, payload in zip(card.buttons, card.payloads, strict=True):
        if label in ("Sẽ dự", "Xin vắng", "Thêm vào lịch"):
            await other.says(payload) if house.channel == "zalo_oa" else await other.says("menu")
            if house.channel == "zalo_oa":
                await other.sees("không gửi tới đồng chí")
    await be.says("/taohop")
    await be.sees("việc của bí thư")
