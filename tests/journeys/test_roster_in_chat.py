"""An officer brings the roster up to date by sending the file; nothing is written before the choice."""

import sys
from pathlib import Path

import pytest

from bot.organisation import queries as people

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "organisation"))

from roster_formats import text_file, workbook

OFFICER = "Bùi Văn Tổ Chức"
HEADER = ["Họ và tên", "Số thẻ", "Ngày sinh", "Chi bộ", "Trạng thái"]


def row(number, name, branch, standing="Đang sinh hoạt"):
    return [name, f"{90000000 + number}", "12/03/1961", branch, standing]


ONE = [
    row(1, "Trần Thị Bí Thư", "Chi bộ Một"),
    row(2, "Lê Văn Bé", "Chi bộ Một"),
    row(3, "Phạm Thị Cao", "Chi bộ Một"),
    row(4, "Vũ Văn Miễn", "Chi bộ Một", "Miễn sinh hoạt"),
]
TWO = [
    row(5, "Đỗ Thị Hai", "Chi bộ Hai"),
    row(6, "Hồ Văn Năm", "Chi bộ Hai"),
    row(7, "Ngô Thị Văn Phòng", "Chi bộ Hai"),
    row(8, "Bùi Văn Tổ Chức", "Chi bộ Hai"),
]


def csv(rows, encoding="utf-8-sig"):
    return text_file([HEADER, *rows], encoding, ";")


async def names_in(house, branch):
    def unit(tx):
        found = people.find_organisation(tx, branch)
        return sorted(people.names(tx, [each.id for each in people.members_of(tx, [found.id])]).values())

    return await house.write(unit)


async def test_officer_sends_the_file_confirms_and_takes_it_back(house):
    officer = await house.member(OFFICER)
    member = await house.member("Phạm Thị Cao")
    left = [*ONE[:2], row(3, "Phạm Thị Cao", "Chi bộ Một", "Đã chuyển"), ONE[3]]
    new = [row(20 + n, f"Lê Thị Mới {'ABCD'[n]}", "Chi bộ Một") for n in range(2)]
    await officer.sends_file("danh-sach.csv", csv([*left, *new, *TWO]), "text/csv")
    told = await officer.sees("10 người trong tệp: 2 mới", 30)
    assert "1 không còn" in told.text
    assert "Lê Thị Mới" not in told.text
    assert len(await names_in(house, "Chi bộ Một")) == 4
    await officer.says("ghi danh sach nay")
    await officer.sees("Đã ghi danh sách", 30)
    assert len(await names_in(house, "Chi bộ Một")) == 5
    await member.says("văn bản của tôi")
    await member.sees("đảng viên đã xác thực")  # who has left is a stranger at once
    await officer.says("2")
    await officer.sees("Đã hoàn tác", 30)
    assert len(await names_in(house, "Chi bộ Một")) == 4
    await member.says("văn bản của tôi")
    await member.sees("không có văn bản nào")  # and back again
    assert not list((house.folder / "rosters").glob("*"))


async def test_by_command_a_wrong_file_first_then_an_old_code_and_a_restart(house):
    officer = await house.member(OFFICER)
    await officer.says("NHAP DANH SACH")
    await officer.sees("Gửi tệp danh sách")
    await officer.says("đây")
    await officer.sees("Bước này cần một tệp")
    await officer.sends_file("anh.pdf", b"%PDF-1.4", "application/pdf")
    await officer.sees("Danh sách phải là tệp")
    await officer.sends_file("ds.csv", "Họ và tên\n".encode() * 3, "text/csv")
    await officer.sees("không có dòng tiêu đề", 30)
    await officer.sees("Gửi tệp danh sách")
    await officer.sends_file(
        "ds.csv", csv([*ONE, row(30, "Nguyễn Văn Hảo", "Chi bộ Một")], "tcvn3"), "text/csv"
    )
    told = await officer.sees("TCVN3 (ABC), đã chuyển: ", 30)
    assert "→ “Hảo”" in told.text or "→ “Một”" in told.text
    await house.down()
    await house.up()
    await officer.says("1")
    await officer.sees("5 người trong tệp: 1 mới", 30)
    await officer.says("xong")
    await officer.sees("Danh sách mới đang được dùng")
    assert "Nguyễn Văn Hảo" in await names_in(house, "Chi bộ Một")


async def test_too_many_losses_cannot_be_confirmed(house):
    officer = await house.member(OFFICER)
    await officer.sends_file("ds.csv", csv(ONE[:2]), "text/csv")
    told = await officer.sees("Dừng lại", 30)
    assert "Ghi danh sách này" not in "".join([told.text, *told.buttons])
    await officer.says("Không ghi")
    await officer.sees("Chưa ghi gì")
    assert len(await names_in(house, "Chi bộ Một")) == 4


async def test_a_workbook_where_the_channel_takes_one(house):
    officer = await house.member(OFFICER)
    await officer.sends_file("ds.xlsx", workbook([HEADER, *ONE]))
    await officer.sees("4 người trong tệp", 30)


async def test_a_file_from_who_may_not_is_not_kept(house):
    member = await house.member("Lê Văn Bé")
    await member.sends_file("ds.csv", csv(ONE), "text/csv")
    await member.sees("không giữ tệp này")
    await member.says("/nhapdanhsach")
    await member.sees("dành cho cấp ủy")
    assert not (house.folder / "rosters").exists()


@pytest.mark.parametrize("channel", ["zalo_oa"])
async def test_on_a_page_where_the_chat_takes_no_file(house, channel):
    import re

    import aiohttp

    officer = await house.member(OFFICER)
    await officer.says("nhập danh sách")
    await officer.sees("Gửi tệp danh sách")
    await officer.says("gửi tệp")
    told = await officer.sees("mở trang này")
    address = re.search(r"https?://\S+", told.text)[0]
    async with aiohttp.ClientSession() as browser:
        form = aiohttp.FormData()
        form.add_field("file", workbook([HEADER, *ONE]), filename="ds.xlsx")
        async with browser.post(address, data=form) as answer:
            assert answer.status == 200, await answer.text()
    await officer.sees("4 người trong tệp", 30)
