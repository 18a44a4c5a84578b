"""The secretary records by hand; the member is told, may object, and the figures keep it apart."""

import pytest


@pytest.mark.names_abroad
async def test_recorded_by_hand_has_its_own_column_and_the_member_may_object(house):
    secretary = await house.member("Trần Thị Bí Thư")
    member = await house.member("Lê Văn Bé")
    await house.directive()
    await member.sees("52-KH/ĐU")
    await secretary.sees("52-KH/ĐU")
    await secretary.says("ghi nhan tay 52")
    menu = await secretary.sees("Ghi nhận tay 52-KH/ĐU")
    assert "Phạm Thị Cao" in menu.text + "".join(menu.buttons)
    assert "Hồ Văn Năm" not in menu.text + "".join(menu.buttons)  # of the other branch
    await secretary.taps("Lê Văn Bé")
    await secretary.sees("bằng cách nào, ngày nào")
    await secretary.taps("Đã đọc tại cuộc họp")
    await secretary.sees("Đã ghi nhận 1 đồng chí nắm được 52-KH/ĐU")
    told = await member.sees("Cấp ủy ghi nhận đồng chí đã nắm được 52-KH/ĐU")
    assert "ngày" in told.text
    await secretary.says("tinh hinh 52")
    figures = await secretary.sees("Tình hình 52-KH/ĐU")
    assert "Đã xác nhận: 0/3" in figures.text
    assert "Cấp ủy ghi nhận tay, tính riêng: 1" in figures.text
    await member.taps("Không đúng")
    await member.sees("không còn được tính")
    heard = await secretary.sees("báo ghi nhận tay với 52-KH/ĐU")
    assert "Lê Văn Bé" in heard.text
    await secretary.says("tinh hinh 52")
    assert "ghi nhận tay" not in (await secretary.sees("Tình hình 52-KH/ĐU")).text
    await secretary.says("ghi nhan tay 52")
    await secretary.taps("Lê Văn Bé")
    await secretary.taps("Nhận bản giấy")
    await secretary.sees("Không còn ai cần ghi nhận")  # an objection is settled by talking
    await member.says("da doc 52")
    await member.sees("Đã ghi nhận: đồng chí đã đọc")
    await secretary.says("tinh hinh 52")
    assert "Đã xác nhận: 1/3" in (await secretary.sees("Tình hình 52-KH/ĐU")).text


async def test_many_at_once_and_who_acknowledges_later_counts_as_that(house):
    secretary = await house.member("Trần Thị Bí Thư")
    member = await house.member("Lê Văn Bé")
    directive = await house.directive()
    await member.sees("52-KH/ĐU")
    await secretary.sees("52-KH/ĐU")
    await secretary.taps("Đã đọc, tiếp thu")
    await secretary.sees("Đã ghi nhận")
    await secretary.says("ghi nhan tay 52")
    await secretary.taps("Cả 2 đồng chí")
    await secretary.taps("Đã được báo qua điện thoại")
    await secretary.sees("Đã ghi nhận 2 đồng chí nắm được 52-KH/ĐU")
    await secretary.says("tinh hinh 52")
    assert "tính riêng: 2" in (await secretary.sees("Tình hình 52-KH/ĐU")).text
    await member.sees("Cấp ủy ghi nhận")
    await member.taps("Đã đọc, tiếp thu")
    await member.sees("Đã ghi nhận: đồng chí đã đọc")
    await secretary.says("tinh hinh 52")
    said = await secretary.sees("Tình hình 52-KH/ĐU")
    assert "Đã xác nhận: 2/3" in said.text
    assert "tính riêng: 1" in said.text
    assert (await house.totals(directive)).acknowledged == 2
