"""A member's own data: seen, exported, corrected, taken back, erased; and what the officer does."""

from functools import partial

import pytest
from aiohttp import ClientSession
from sqlalchemy import select

from bot import testing
from bot.clock import now, to_ms
from bot.organisation import queries as people
from bot.organisation.models import Role
from bot.organisation.service import appoint
from bot.privacy import queries, service
from bot.store.tables.directives import recipients
from bot.store.tables.privacy import data_requests

BE = "Lê Văn Bé"
OFFICER = "Bùi Văn Tổ Chức"
SECRETARY = "Trần Thị Bí Thư"


async def officer_of(house):
    """The committee's officer, over both branches."""
    officer = await house.member(OFFICER)
    member_id = await house.member_id(OFFICER)
    await house.write(
        lambda tx: appoint(tx, member_id, Role.OFFICER, people.find_organisation(tx, "Đảng ủy Trường Mẫu").id)
    )
    return officer


async def test_the_notice_says_what_is_held_in_plain_words_to_strangers_too(house):
    person = await house.stranger()
    await person.starts()
    await person.says("/quyenriengtu")
    said = await person.sees("Quyền riêng tư")
    assert "2 ngày làm việc" in said.text
    assert not said.buttons  # nothing here is theirs yet


async def test_one_sees_and_downloads_ones_own_data(house):
    member = await house.member(BE)
    await house.directive()
    await member.says("DU LIEU CUA TOI")
    said = await member.sees("Dữ liệu của đồng chí")
    assert BE in said.text
    assert "12/03/1961" in said.text
    assert ("90000002" in said.text) == (house.channel == "zalo_oa")  # abroad its end alone is shown
    await member.taps("Tải về")
    await member.sees("du-lieu-cua-toi.csv", 20)


async def test_taking_back_one_purpose_works_at_once_and_can_be_given_again(house):
    member = await house.member(BE)
    member_id = await house.member_id(BE)
    await member.says("/rutdongy")
    said = await member.sees("ngừng nhận văn bản ngay")
    assert "Điểm tin: đang đồng ý" in said.text
    await member.says("rut: van ban, giay moi")
    await member.sees("có hiệu lực ngay")
    first = await house.directive()
    await member.says("rut dong y")
    await member.taps("Đồng ý lại")
    await member.sees("đồng ý lại")
    second = await house.directive("53-KH/ĐU")

    def obstacle(directive):
        mine = (recipients.c.directive_id == directive, recipients.c.member_id == member_id)
        return house.write(lambda tx: tx.value(select(recipients.c.obstacle).where(*mine)))

    assert await obstacle(first) == "withdrawn"
    assert await obstacle(second) is None
    await member.sees("53-KH/ĐU")


async def test_a_correction_goes_to_the_officer_and_back(house):
    officer = await officer_of(house)
    member = await house.member(BE)
    await member.says("SUA THONG TIN")
    await member.sees("Thông tin nào sai")
    await member.says("x")
    await member.sees("vài chữ")
    await member.says("Ngày sinh đúng là 12/4/1961")
    await member.sees("Yêu cầu số 1")
    await officer.sees("sửa thông tin số 1")
    await member.says("/suathongtin")
    await member.sees("Thông tin nào sai")
    await member.says("Số điện thoại đúng là 0900000001")
    await member.sees("Yêu cầu số 1")
    await officer.says("yeu cau du lieu")
    await officer.sees("Số 1, sửa thông tin: chưa trả lời")
    await officer.taps("Xem số 1")
    said = await officer.sees("Ngày sinh đúng là 12/4/1961")
    assert "Số điện thoại đúng là 0900000001" in said.text
    await officer.taps("Gia hạn")
    await officer.sees("Lý do?")
    await officer.says("cần xác minh với chi bộ")
    await officer.sees("báo người yêu cầu")
    await member.sees("cần thêm thời gian: cần xác minh với chi bộ")
    await officer.says("/yeucaudulieu")
    await officer.taps("Xem số 1")
    await officer.taps("Đã sửa trong danh sách")
    await officer.sees("Đã ghi")
    await member.sees("đã làm xong")


async def test_what_is_added_to_a_request_has_an_end_and_says_so(house):
    member = await house.member(BE)
    for each in range(4):
        await member.says("/suathongtin")
        await member.sees("Thông tin nào sai")
        await member.says(f"{each} " + "sai " * 115)
        await member.sees("Yêu cầu số 1")
    await member.says("/suathongtin")
    await member.sees("Thông tin nào sai")
    await member.says("9 " + "sai " * 115)
    await member.sees("câu vừa rồi tôi chưa ghi")
    request = await house.write(lambda tx: queries.get(tx, 1))
    assert len(request.words) <= service.MAX_WORDS


async def test_erasing_is_asked_decided_done_and_proven(house):
    officer = await officer_of(house)
    secretary = await house.member(SECRETARY)
    member = await house.member(BE)
    directive = await house.directive()
    await member.sees("52-KH/ĐU")
    await member.taps("Đã đọc, tiếp thu")
    await member.sees("Đã ghi nhận")
    before = await house.totals(directive)
    await member.says("XOA DU LIEU")
    await member.sees("hồ sơ đảng viên ở cấp ủy không đổi")
    await member.says("gui yeu cau xoa")
    await member.sees("Yêu cầu số 1")
    await secretary.says("/yeucaudulieu")
    await secretary.sees("dành cho cấp ủy")
    await officer.says("/yeucaudulieu")
    await officer.taps("Xem số 1")
    await officer.taps("Tiếp nhận")
    await member.sees("đã được tiếp nhận")
    await officer.says("/yeucaudulieu")
    await officer.taps("Xem số 1")
    await officer.taps("Thực hiện xóa")
    await officer.sees("không lấy lại được")
    await officer.taps("Xóa ngay")
    said = await officer.sees("Mã chứng nhận")
    told = await member.sees("Đã xóa dữ liệu của đồng chí")
    code = said.text.split("Mã chứng nhận: ")[1][:9]
    assert code in told.text
    await member.says("văn bản của tôi")
    await member.sees("đã xác thực")  # a stranger again
    assert await house.totals(directive) == before  # counts stay, without a name
    assert (await house.write(lambda tx: tx.first(select(data_requests)))).words is None


async def test_the_officers_are_reminded_of_the_clock_once(house):
    officer = await officer_of(house)
    member = await house.member(BE)
    await member.says("/xoadulieu")
    await member.taps("Gửi yêu cầu xóa")
    await member.sees("Yêu cầu số 1")
    assert await house.write(service.warn) == 0
    request = await house.write(lambda tx: queries.get(tx, 1))
    house.turn(seconds=(request.answer_by - now()).total_seconds() - 37 * 3600)
    assert await house.write(service.warn) == 0
    house.turn(hours=2)
    await house.write(service.warn)  # the bell may have been faster
    assert (await house.write(lambda tx: tx.first(select(data_requests)))).warned_ms is not None
    if house.channel == "zalo_oa":
        return  # the house's token lives 25 hours: nothing goes out after two days
    house.app.sender.ring()
    await officer.sees("Sắp hết hạn")
    assert await house.write(service.warn) == 0
    house.turn(days=2)
    await officer.says("/yeucaudulieu")
    await officer.sees("QUÁ HẠN")
    by = await house.write(lambda tx: people.account_of(tx, house.channel, officer.user_id).member_id)
    request = await house.write(partial(service.take, request_id=1, by=by))
    house.turn(seconds=(request.done_by - now()).total_seconds() - 30 * 3600)
    await house.write(service.warn)
    assert (await house.write(lambda tx: tx.first(select(data_requests)))).warned_ms is not None


async def test_slips_are_printed_where_they_may_travel(house):
    secretary = await house.member(SECRETARY)
    await secretary.says("/phieu")
    await secretary.sees("3 đồng chí chưa xác thực")
    await secretary.taps("In phiếu")
    if house.channel == "telegram":
        await secretary.sees("không đi qua kênh này")
    else:
        await secretary.sees("phieu-xac-thuc.pdf", 30)
    await secretary.says("/phieu")
    await secretary.sees("chưa xác thực")
    await secretary.taps("In áp phích")
    await secretary.sees("ap-phich.pdf" if house.channel == "zalo_oa" else "Chưa cấu hình kênh", 30)


async def test_the_share_by_unit_has_its_rule(house):
    secretary = await house.member(SECRETARY)
    await secretary.says("TY LE XAC THUC")
    said = await secretary.sees("Tỷ lệ sử dụng")
    assert "Đã xác thực: 1/3 (33,3%)" in said.text  # the exempt one is in no denominator
    assert "Mẫu số: đảng viên đang sinh hoạt" in said.text
    assert "Tính đến" in said.text


async def test_active_is_who_answered_and_agreed_to_be_counted(house):
    """Reading and asking are no activity and are written down nowhere; who did not agree is a number of its own."""
    await testing.control(house.control, "switches", {"zalo_oa": {"tokens_end": False}})  # a month passes
    secretary = await house.member(SECRETARY)
    code = await house.slip(BE)
    member = await house.stranger(BE)
    await member.starts()
    await member.taps("Xác thực")
    await member.taps("Tôi đồng ý cả bốn việc")
    await member.sees("Mã trên phiếu")
    await member.says(code)
    await member.says("12/3/1961")
    await member.sees("Xác thực xong")

    async def active():
        await secretary.says("/tyle")
        return (await secretary.sees("Hoạt động trong 30 ngày")).text

    await house.directive()
    await member.sees("52-KH/ĐU", 15)
    await member.says("/tin")
    await member.says("điều kiện kết nạp đảng viên")
    await member.sees("chưa tìm thấy quy định")
    said = await active()
    assert "Hoạt động trong 30 ngày: 0/3 (0%)" in said
    assert "Đã xác thực, chưa đồng ý tính hoạt động: 1" in said  # the secretary's account was linked by hand
    await member.says("da doc 52")
    await member.sees("52-KH/ĐU")
    said = await active()
    assert "Hoạt động trong 30 ngày: 1/3 (33,3%)" in said
    assert "bấm “Đã xem” không tính" in said
    house.turn(days=31)
    assert "Hoạt động trong 30 ngày: 0/3" in await active()
    await member.says("da doc 52")
    await member.sees("đã xác nhận")
    assert "Hoạt động trong 30 ngày: 0/3" in await active()  # saying it again is nothing new
    await member.says("menu")
    await house.directive("53-KH/ĐU")
    await member.sees("53-KH/ĐU", 15)
    await member.says("da doc 53")
    await member.sees("53-KH/ĐU")
    assert "Hoạt động trong 30 ngày: 1/3" in await active()
    await member.says("/rutdongy")
    await member.taps("Thống kê sử dụng")
    await member.sees("Đã rút")
    said = await active()
    assert "Hoạt động trong 30 ngày: 0/3" in said
    assert "chưa đồng ý tính hoạt động: 2" in said


@pytest.mark.parametrize("channel", ["zalo_oa"])
async def test_asking_zalo_to_delete_ones_data_opens_a_request_with_its_clock(house):
    officer = await officer_of(house)
    member = await house.member(BE)
    raw, headers = house.sandbox.control.zalo_people.signed(
        {
            "app_id": house.sandbox.zalo.app_id,
            "oa_id": house.sandbox.zalo.oa_id,
            "event_name": "user_withdraw",
            "user_id": member.user_id,
            "timestamp": str(to_ms(now())),
        }
    )
    address = f"http://127.0.0.1:{house.app.port}/webhook/zalo"
    async with ClientSession() as session, session.post(address, data=raw, headers=headers) as answer:
        assert answer.status == 200
    await officer.sees("Có yêu cầu xóa dữ liệu số 1")
