"""Somebody of 68 years who answers wrongly, changes their mind, and types words where a choice was meant."""

import pytest
from test_compose import _compose
from test_meeting import call

from bot.testing import Person

SECRETARY, BE, CAO = "Trần Thị Bí Thư", "Lê Văn Bé", "Phạm Thị Cao"
SILENT = ("verify", "directives", "digest", "figures", "telegram", "zalo_oa", "SOTAY")
"""Words of the program that nobody reads in a chat."""


async def invited(house):
    """The secretary who called a meeting, and a member who holds the invitation."""
    secretary, cao = await house.member(SECRETARY), await house.member(CAO)
    await house.member(BE)
    await house.member("Vũ Văn Miễn")
    await call(secretary)
    await cao.sees("Giấy mời")
    return secretary, cao


async def asked_why(house):
    """The same; the member asked to be absent and is asked why."""
    secretary, cao = await invited(house)
    await cao.taps("Xin vắng")
    await cao.sees("vì lý do gì")
    return secretary, cao


async def test_a_reason_in_words_is_a_reason(house):
    secretary, cao = await asked_why(house)
    await cao.says("vi sao phai noi ly do")
    await cao.sees("chọn một lý do bên dưới, hoặc viết ra")
    await cao.says("7")
    await cao.sees("Nếu khó")
    await cao.says("toi dau chan khong leo cau thang duoc")
    await cao.sees("Đã chuyển tới bí thư: đồng chí xin vắng (ốm)")  # said once, not asked for again
    told = await secretary.sees("Phạm Thị Cao xin vắng")
    assert "khong leo cau thang" in told.text


@pytest.mark.parametrize("words", ["khong", "dạ không ạ", "không cần ghi thêm"])
async def test_no_is_no_sentence_for_the_secretary(house, words):
    secretary, cao = await asked_why(house)
    await cao.says("2")
    await cao.sees("ghi thêm một câu")
    await cao.says(words)
    await cao.sees("xin vắng (ốm)")
    told = await secretary.sees("Phạm Thị Cao xin vắng")
    assert words not in told.text


async def test_a_reason_of_no_class_is_taken_by_its_because(house):
    _secretary, cao = await asked_why(house)
    await cao.says("vi xe hong")
    await cao.sees("xin vắng (lý do khác)")


@pytest.mark.parametrize(
    "words, heard",
    [("thoi toi di duoc", "đồng chí sẽ dự"), ("toi den muon 15p", "đến muộn khoảng 15 phút")],
)
async def test_who_changes_their_mind_within_the_question_is_heard(house, words, heard):
    _secretary, cao = await asked_why(house)
    await cao.says(words)
    await cao.sees(heard)
    await cao.says("huy")
    await cao.sees("không có việc gì đang làm dở")


async def test_a_papers_number_typed_within_the_question_is_no_promise_to_come(house):
    _secretary, cao = await asked_why(house)
    await cao.says("52-KH/ĐU")
    await cao.sees("chọn một lý do bên dưới")
    await cao.says("om")
    await cao.sees("ghi thêm một câu")


async def test_a_papers_number_typed_under_an_invitation_is_no_promise_to_come(house):
    _secretary, cao = await invited(house)
    await cao.says("cho tôi xem 52-KH/ĐU")
    await cao.says("toi om khong du duoc")
    await cao.sees("xin vắng (ốm)")
    assert not any("đồng chí sẽ dự" in line for line in await cao.transcript())


async def test_late_is_asked_for_in_minutes_and_taken_in_words(house):
    _secretary, cao = await asked_why(house)
    await cao.says("toi den muon")
    await cao.sees("khoảng bao nhiêu phút")
    for wrong in ("999", "20h", "khong biet nua"):
        await cao.says(wrong)
        await cao.sees("từ 1 đến 180")
    await cao.says("tam nua tieng")
    await cao.sees("đến muộn khoảng 30 phút")


async def test_who_cannot_come_after_all_says_so_where_the_minutes_are_asked(house):
    _secretary, cao = await asked_why(house)
    await cao.says("den muon")
    await cao.sees("khoảng bao nhiêu phút")
    await cao.says("thoi toi xin nghi")
    await cao.sees("vì lý do gì")
    await cao.says("2")
    await cao.sees("ghi thêm một câu")
    await cao.says("khong ghi them")
    await cao.sees("xin vắng (ốm)")


async def test_an_answer_elsewhere_ends_the_question_why(house):
    _secretary, cao = await asked_why(house)
    await cao.says("lich hop")
    await cao.says("lich hop")  # the second time it is heard, and the question offered again
    await cao.sees("đang làm dở")
    await cao.says("toi khong du duoc vi ban di dam cuoi")
    await cao.sees("xin vắng (việc gia đình)")
    await cao.says("tiep tuc")
    said = await cao.sees("chưa hiểu")
    assert "đang làm dở" not in said.text


async def test_thanks_for_an_invitation_are_no_answer_to_it(house):
    secretary, cao = await house.member(SECRETARY), await house.member(CAO)
    await house.member(BE)
    await house.member("Vũ Văn Miễn")
    await call(secretary)
    await cao.sees("Giấy mời")
    await cao.says("cam on dong chi")
    await cao.sees("Không có gì")
    await cao.says("roi")
    await cao.sees("chưa ghi câu trả lời nào")
    await cao.says("ok")
    await cao.sees("đồng chí sẽ dự")


async def test_the_menu_is_never_sent_to_an_author(house):
    author, member = await house.member("Ngô Thị Văn Phòng"), await house.member(BE)
    await house.directive()
    await member.sees("52-KH/ĐU")
    await member.taps("Hỏi lại")
    await member.sees("muốn hỏi gì")
    await member.says("menu")
    await member.sees("đang làm dở: hỏi lại")
    await member.says("tiep tuc")
    await member.sees("muốn hỏi gì")
    await member.says("nop thu hoach o dau a")
    await member.sees("Đã gửi câu hỏi")
    asked = await author.sees("nop thu hoach")
    assert "trả lời trực tiếp" in asked.text  # there is no way to answer here, so it is said


async def test_what_is_typed_before_going_on_is_said_not_to_be_taken(house):
    author, member = await house.member("Ngô Thị Văn Phòng"), await house.member(BE)
    await house.directive()
    await member.sees("52-KH/ĐU")
    await member.taps("Hỏi lại")
    await member.sees("muốn hỏi gì")
    await member.says("menu")
    await member.sees("đang làm dở: hỏi lại")
    await member.says("nop thu hoach cho nguoi nao")
    said = await member.sees("Câu vừa rồi tôi chưa ghi")
    assert "“Tiếp tục” rồi đồng chí nhắn lại" in said.text
    await member.says("tiep tuc")
    await member.sees("muốn hỏi gì")
    await member.says("nop thu hoach cho nguoi nao")
    await author.sees("nop thu hoach")


async def test_a_question_about_a_paper_is_asked_again_when_the_answer_is_none(house):
    clerk, member = await house.member("Ngô Thị Văn Phòng"), await house.member(BE)
    await _compose(clerk, file=False)
    for said in ("4", "Mỗi chi bộ học mấy buổi?", "Một buổi; Hai buổi", "1", "khong", "2"):
        await clerk.says(said)
    await clerk.sees("đang tới 8 đồng chí")
    await member.sees("câu hỏi ngắn")
    await member.says("1")
    await member.sees("Câu 1/1")
    for wrong in ("khong biet", "7"):
        await member.says(wrong)
        again = await member.sees("Tôi chưa ghi câu trả lời")
        assert "Câu 1/1: Mỗi chi bộ học mấy buổi?" in again.text
    await member.says("1")
    await member.sees("Đã ghi nhận")


@pytest.mark.parametrize("wrong", [("52", "52/KH"), ("van ban 52", "kh 52")])
async def test_a_number_tried_again_stays_an_answer_to_who_composes(house, wrong):
    clerk = await house.member("Ngô Thị Văn Phòng")
    await house.directive("51-TB/ĐU")
    await clerk.says("gui van ban")
    await clerk.sees("Số, ký hiệu văn bản?")
    for typed in wrong:
        await clerk.says(typed)
        await clerk.sees("chưa đọc được số này")
    await clerk.says("52-KH/DU")
    await clerk.sees("Số văn bản: 52-KH/ĐU")


async def test_who_refused_papers_is_not_promised_any(house):
    code = await house.slip(CAO)
    person = await house.stranger(CAO)
    await person.starts()
    await person.says("xac thuc")
    await person.says("2")
    for heard, said in (
        ("ghi nhớ tài khoản", "vang"),
        ("gửi văn bản", "khong"),
        ("điểm tin", "1"),
        ("30 ngày", "1"),
        ("Mã trên phiếu", "Pham Thi Cao"),
        ("không cần họ tên", "12345678"),
        ("vừa nhắn 8 chữ số", f"ma so cua toi la {code} a"),
        ("Mời đồng chí nhắn ngày sinh", "31/2/1961"),
        ("có thật trên lịch", "12/3/1961"),
    ):
        await person.sees(heard)
        await person.says(said)
    done = await person.sees("Xác thực xong")
    assert "chưa đồng ý nhận văn bản" in done.text
    assert "Từ nay" not in done.text


async def test_small_words_when_nothing_waits(house):
    member = await house.member(BE)
    for said, heard in (
        ("huy", "đang làm dở"),
        ("thoi", "“hoàn tác”"),
        ("roi a", "không có văn bản nào chờ"),
    ):
        await member.says(said)
        await member.sees(heard)


async def test_a_wrong_number_is_answered_with_the_paper_and_the_range(house):
    member = await house.member(BE)
    await house.directive(file=False)
    await member.sees("52-KH/ĐU")
    for wrong in ("9", "0"):
        await member.says(wrong)
        again = await member.sees("không có số này")
        assert "52-KH/ĐU" in again.text
        assert "từ 1 đến 2" in again.text
    house.turn(hours=3)
    await member.says("1")
    await member.sees("Đã ghi nhận")
    stranger = await house.stranger()
    await stranger.starts()
    await stranger.says("9")
    await stranger.sees("không có số này")


async def test_ones_own_data_is_told_without_a_word_of_the_program(house):
    code = await house.slip(BE)
    member = await Person.create(house.control, house.channel, name=BE, phone="0912345678")
    await member.starts()
    for heard, typed in (
        ("Sổ tay", "xac thuc"),
        ("Xin phép", "1"),
        ("Mã trên phiếu", code),
        ("Ngày sinh", "12/3/1961"),
        ("Từ nay", "cam on"),
        ("Không có gì", "du lieu cua toi"),
    ):
        await member.sees(heard)
        await member.says(typed)
    said = await member.sees("Dữ liệu của đồng chí")
    assert "Đồng ý (Văn bản, giấy mời" in said.text
    assert [word for word in SILENT if word in said.text] == []
    await member.shares_contact()
    said = await member.sees("không cần số điện thoại")
    assert "phiếu" not in said.text  # whose slip was used already


async def test_an_officer_names_a_unit(house):
    secretary, member = await house.member(SECRETARY), await house.member(BE)
    await house.directive()
    await member.sees("52-KH/ĐU")
    await member.says("1")
    await member.sees("Đã ghi nhận")
    for words in ("tinh hinh chi bo mot", "tình hình 52 Chi bộ Một", "/tinhhinh chi bo mot kh 52"):
        await secretary.says(words)
        said = await secretary.sees("Tình hình 52-KH/ĐU")
        assert "Chi bộ Một" in said.text
        assert "1/3" in said.text
    for words in ("tinh hinh chi bo hai", "chua xac nhan 52 chi bo hai", "chua xac thuc chi bo hai"):
        await secretary.says(words)
        await secretary.sees("không phụ trách đơn vị này")
    await secretary.says("nhac")
    await secretary.sees("muốn nhắc về văn bản nào")
    await secretary.says("chua xac nhan 52 chi bo mot")
    said = await secretary.sees("Chưa xác nhận 52-KH/ĐU")
    assert [word for word in SILENT if word in said.text] == []
