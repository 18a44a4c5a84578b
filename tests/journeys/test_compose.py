"""A clerk writes a directive on the phone; its life goes on: asked about, reminded of, taken back."""

from datetime import timedelta

import pytest
from sample_papers import TEXT_PDF  # a PDF with a text layer, made once

from bot.clock import now


async def _compose(author, *, file=True, unit="Đảng ủy Trường Mẫu", who=("Tất cả",), pace=("Thường",)):
    """Up to the preview."""
    await author.says("gui van ban")
    await author.sees("Số, ký hiệu")
    await author.says("52 kh/du")
    await author.sees("52-KH/ĐU. Ngày ban hành")
    await author.taps("Hôm nay")
    await author.sees("Trích yếu")
    await author.says("Học tập chuyên đề mẫu")
    await author.sees("Tóm tắt")
    await author.says("Mỗi chi bộ học một buổi.")
    await author.sees("Gửi tệp")
    if file:
        await author.sends_file("52-ke-hoach-mau.pdf", TEXT_PDF, "application/pdf")
    else:
        await author.taps("Không có tệp")
    await author.sees("Hạn xác nhận", 30)
    await author.says("3 ngày nữa")
    await author.sees("Độ khẩn")
    await author.taps(pace[0])
    for words in pace[1:]:
        await author.sees("Gửi lúc nào")
        await author.says(words)
    await author.sees("Gửi tới đơn vị nào")
    await author.taps(unit)
    await author.sees("Gửi tới ai")
    await author.taps(who[0])
    for words in who[1:]:
        await author.sees("Nhắn")
        await author.says(words)
    return await author.sees("Xem trước")


async def test_clerk_composes_tests_confirms_and_members_acknowledge(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    member = await house.member("Lê Văn Bé")
    preview = await _compose(clerk)
    for part in ("52-KH/ĐU", "Học tập chuyên đề mẫu", "2 đồng chí", "chưa gửi được: 6"):
        assert part in preview.text, part
    await clerk.taps("Gửi thử cho tôi")
    await clerk.sees("(Thử) 52-KH/ĐU")
    await clerk.sees("Xem trước")
    await clerk.taps("Cam đoan không mật và gửi")
    await clerk.sees("đang tới 8 đồng chí; 6 đồng chí")
    await member.sees("52-KH/ĐU")
    await member.sees("52-ke-hoach-mau.pdf")
    await member.says("1")
    await member.sees("Đã ghi nhận")
    await clerk.says("tinh hinh 52")
    await clerk.sees("1/7")


async def test_wrong_answers_back_twice_and_a_restart_keep_the_draft(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    await clerk.says("/guivanban")
    await clerk.sees("Số, ký hiệu")
    await clerk.says("năm mươi hai")
    await clerk.sees("Cần đủ số, loại và cơ quan")
    await clerk.says("52-KH/ĐU")
    await clerk.sees("Ngày ban hành")
    await clerk.says("31/11")
    await clerk.sees("chưa hiểu ngày này")
    await clerk.says("17/11/2026")
    await clerk.sees("Trích yếu")
    await clerk.says("quay lại")
    await clerk.sees("Ngày ban hành")
    await clerk.says("quay lại")
    await clerk.sees("Số, ký hiệu")
    await clerk.says("53-KH/ĐU")
    await clerk.sees("53-KH/ĐU. Ngày ban hành")
    await house.down()
    await house.up()
    await clerk.says("18/11/2026")
    await clerk.sees("Trích yếu")
    house.turn(days=1 if house.channel == "telegram" else 0, hours=2)
    await clerk.says("hom nay troi dep qua")
    await clerk.sees("đang làm dở: bản nháp văn bản")
    await clerk.says("1")
    await clerk.sees("Trích yếu")
    await clerk.says("huy")
    await clerk.sees("Đã dừng")


async def test_secretary_sends_to_the_own_branch_only(house):
    secretary = await house.member("Trần Thị Bí Thư")
    await secretary.says("gửi văn bản")
    await secretary.sees("Số, ký hiệu")
    await secretary.says("03-NQ/CB")
    await secretary.taps("Hôm nay")
    await secretary.sees("Trích yếu")
    await secretary.says("Nghị quyết mẫu của chi bộ")
    await secretary.sees("Tóm tắt")
    await secretary.says("1")
    await secretary.sees("Gửi tệp")
    await secretary.says("không có tệp")
    await secretary.sees("Hạn xác nhận")
    await secretary.says("khong dat han")
    await secretary.sees("Độ khẩn")
    await secretary.says("Thường")
    said = await secretary.sees("Gửi tới đơn vị nào")
    assert "Chi bộ Một" in "".join([said.text, *said.buttons])
    assert "Chi bộ Hai" not in "".join([said.text, *said.buttons])
    await secretary.taps("Chi bộ Một")
    await secretary.taps("Tất cả")
    await secretary.sees("Xem trước")
    await secretary.taps("Cam đoan không mật và gửi")
    await secretary.sees("đang tới 4 đồng chí")


@pytest.mark.parametrize(
    ("audience", "reached"),
    [
        (("Chọn đơn vị", "2"), 4),
        (("Chỉ đảng viên dự bị",), 1),
        (("Trừ một đồng chí", "le van be"), 7),
    ],
)
async def test_audience_within_the_unit(house, audience, reached):
    clerk = await house.member("Ngô Thị Văn Phòng")
    await _compose(clerk, file=False, who=audience)
    await clerk.taps("Cam đoan không mật và gửi")
    await clerk.sees(f"đang tới {reached} đồng chí")


async def test_a_directive_for_later_waits_for_its_hour(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    member = await house.member("Lê Văn Bé")
    await _compose(clerk, file=False, pace=("Hẹn giờ gửi", "2 tiếng nữa"))
    await clerk.taps("Cam đoan không mật và gửi")
    await clerk.sees("đang tới 8 đồng chí")
    await clerk.says("tinh hinh 52")
    await clerk.sees("đang gửi 2")
    await member.says("văn bản của tôi")
    await member.sees("không có văn bản nào")
    house.turn(hours=2, minutes=1)
    house.app.sender.ring()
    await member.sees("52-KH/ĐU")


async def test_above_the_threshold_a_second_person_approves(house):
    house.settings.approve_above = 5
    await house.down()
    await house.up()
    clerk = await house.member("Ngô Thị Văn Phòng")
    await _compose(clerk, file=False)
    await clerk.taps("xin duyệt")
    await clerk.sees("Chưa có ai khác có quyền duyệt")


async def test_confirming_twice_sends_once(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    member = await house.member("Lê Văn Bé")
    await _compose(clerk, file=False)
    await clerk.taps("Cam đoan không mật và gửi")
    await clerk.taps("Cam đoan không mật và gửi")
    await member.sees("52-KH/ĐU")
    await clerk.sees_nothing_new("đang tới 8 đồng chí lần hai")
    cards = [message for message in await member.messages() if "Học tập chuyên đề mẫu" in message.text]
    assert len(cards) == 1


async def test_member_may_not_compose(house):
    member = await house.member("Lê Văn Bé")
    await member.says("gửi văn bản")
    await member.sees("dành cho cấp ủy")


async def test_a_secret_mark_is_refused_and_leaves_nothing(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    await clerk.says("gui van ban")
    await clerk.says("54-KH/ĐU")
    await clerk.taps("Hôm nay")
    await clerk.sees("Trích yếu")
    await clerk.says("Học tập chuyên đề mẫu")
    await clerk.says("1")
    await clerk.sees("Gửi tệp")
    from sample_papers import SECRET_PDF, SECRET_SENTENCE

    await clerk.sends_file("54.pdf", SECRET_PDF, "application/pdf")
    await clerk.sees("Gửi tệp", 30)
    said = "\n".join(message.text for message in await clerk.messages())
    assert "mật" in said.lower()
    for path in house.folder.rglob("*"):
        if path.is_file():
            assert SECRET_SENTENCE.encode() not in path.read_bytes(), path
    assert not list((house.folder / "files").glob("*")) if (house.folder / "files").exists() else True


async def test_a_scan_needs_a_declaration_and_a_second_person(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    await house.write(lambda tx: _second_clerk(tx))
    second = await house.member("Bùi Văn Tổ Chức")
    from sample_papers import SCAN_PDF

    await clerk.says("gui van ban")
    await clerk.says("55-KH/ĐU")
    await clerk.taps("Hôm nay")
    await clerk.sees("Trích yếu")
    await clerk.says("Học tập chuyên đề mẫu")
    await clerk.says("1")
    await clerk.sees("Gửi tệp")
    await clerk.sends_file("55.pdf", SCAN_PDF, "application/pdf")
    await clerk.taps("Tôi cam đoan", 30)
    await clerk.sees("Hạn xác nhận")
    await clerk.says("3 ngày nữa")
    await clerk.sees("Độ khẩn")
    await clerk.says("1")
    await clerk.taps("Đảng ủy Trường Mẫu")
    await clerk.taps("Tất cả")
    await clerk.taps("xin duyệt")
    await clerk.sees("đồng chí thứ hai")
    await second.sees("Xin duyệt: 55-KH/ĐU")
    await second.taps("Đã xem, duyệt gửi")
    await second.sees("Đã duyệt")
    await clerk.sees("đã được duyệt")
    await second.sees("55-KH/ĐU ngày")
    await second.taps("Đã xem, duyệt gửi")
    await second.sees("đã được quyết định trước đó")


def _second_clerk(tx):
    from bot.organisation import queries as people
    from bot.organisation.models import Role
    from bot.organisation.service import appoint

    member = people.member_by_card(tx, "90000008")
    top = people.find_organisation(tx, "Đảng ủy Trường Mẫu")
    return appoint(tx, member.id, Role.OFFICE, top.id)


@pytest.mark.parametrize("words", ["ai chưa đọc 52", "/chuaxacnhan 52-KH/ĐU", "chua xac nhan kh 52"])
async def test_officer_sees_the_silent_by_name_and_reminds_them_once(house, words):
    officer = await house.member("Bùi Văn Tổ Chức")
    silent = await house.member("Lê Văn Bé")
    done = await house.member("Phạm Thị Cao")
    await house.directive()
    await done.sees("52-KH/ĐU")
    await done.taps("Đã đọc, tiếp thu")
    await done.sees("Đã ghi nhận")
    await officer.taps("Đã đọc, tiếp thu")
    await officer.sees("Đã ghi nhận")
    await officer.says(words)
    said = await officer.sees("Chưa xác nhận 52-KH/ĐU: 1 đồng chí")
    assert ("Lê Văn Bé" in said.text) == (house.channel == "zalo_oa")  # no lists of names abroad
    assert ("• Chi bộ Một: 1" in said.text) == (house.channel == "telegram")
    assert "Phạm Thị Cao" not in said.text
    await officer.taps("Nhắc các đồng chí này")
    await officer.sees("Đang nhắc 1 đồng chí")
    await silent.sees("Nhắc (còn 3 ngày): 52-KH/ĐU")
    await officer.says("nhắc 52")
    await officer.sees("trong vòng 4 giờ")
    await silent.says("đã đọc")
    await silent.sees("Đã ghi nhận")


async def test_recall_tells_who_received_it_and_the_choices_die(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    member = await house.member("Lê Văn Bé")
    directive = await house.directive()
    card = await member.sees("52-KH/ĐU")
    await clerk.sees("52-KH/ĐU")
    await clerk.says("/thuhoi 52")
    await clerk.sees("Thu hồi 52-KH/ĐU")
    await clerk.says("khong")
    await clerk.sees("giữ nguyên")
    await clerk.says("/thuhoi 52")
    await clerk.sees("Thu hồi 52-KH/ĐU")
    await clerk.says("dong y")  # to this question, and to no card above it
    await clerk.sees("đang báo 2 đồng chí")
    await clerk.says("tinh hinh 52")
    await clerk.sees("đã được thu hồi, nên")
    await member.sees("đã được thu hồi")
    old = {message.id: message for message in await member.messages()}[card.id]
    assert old.deleted == (house.channel == "telegram")  # Zalo deletes nothing: there the words must do
    if not old.deleted:
        await member.taps("Đã đọc, tiếp thu")
        await member.sees("đã được thu hồi")
    assert (await house.totals(directive)).acknowledged == 0


async def test_recall_after_two_days_still_tells_everybody(house):
    """Telegram deletes nothing older than 48 hours; the words must come all the same."""
    if house.channel != "telegram":
        pytest.skip("Zalo deletes nothing at any age, and its access token ends within the two days")
    clerk = await house.member("Ngô Thị Văn Phòng")
    member = await house.member("Lê Văn Bé")
    await house.directive(deadline=now() + timedelta(days=9))
    card = await member.sees("52-KH/ĐU")
    house.turn(hours=49)
    await clerk.says("thu hoi 52")
    await clerk.taps("Thu hồi ngay")
    await member.sees("đã được thu hồi")
    assert not {message.id: message for message in await member.messages()}[card.id].deleted
