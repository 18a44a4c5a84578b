"""What goes wrong while writing: each is answered in words that say what to do, and the draft is kept."""

import io
import zipfile

import pytest
from pypdf import PdfReader, PdfWriter
from sample_papers import TEXT_PDF

from bot.clock import VIETNAM, now
from bot.organisation import queries as people
from bot.organisation.service import end_appointment


async def _begin(author, number="52-KH/ĐU"):
    await author.says("gui van ban")
    await author.sees("Số, ký hiệu")
    await author.says(number)
    await author.taps("Hôm nay")
    await author.sees("Trích yếu")


async def _to_the_file(author):
    await _begin(author)
    await author.says("Học tập chuyên đề mẫu")
    await author.says("1")
    await author.sees("Gửi tệp")


async def _rest(author, title="Học tập chuyên đề mẫu"):
    await author.says(title)
    for words in ("1", "1", "3 ngày nữa", "1", "1", "1"):
        await author.says(words)
    return await author.sees("Xem trước")


def _locked():
    writer = PdfWriter(PdfReader(io.BytesIO(TEXT_PDF)))
    writer.encrypt("mat-khau-mau")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "<Types/>")
        bomb.writestr("word/document.xml", b"<w>" + b"A" * 200_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("khoa.pdf", _locked, "bỏ mật khẩu"),
        ("bom.docx", _bomb, "quá lớn"),
        ("doi-ten.pdf", lambda: b"MZ khong phai PDF", "không đúng với nội dung"),
        ("hong.pdf", lambda: TEXT_PDF[:300], "bị hỏng"),
    ],
)
async def test_a_file_that_cannot_be_read_is_told_and_another_is_taken(house, name, make, says):
    clerk = await house.member("Ngô Thị Văn Phòng")
    await _to_the_file(clerk)
    await clerk.sends_file(name, make(), "application/pdf")
    await clerk.sees(says, 60)
    await clerk.sends_file("52.pdf", TEXT_PDF, "application/pdf")
    await clerk.sees("Hạn xác nhận", 30)


async def test_thirty_megabytes_are_told_at_once(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    await _to_the_file(clerk)
    try:
        await clerk.sends_file("to.pdf", b"%PDF-1.4\n" + bytes(30 << 20), "application/pdf")
    except Exception as refusal:
        pytest.skip(f"the platform itself takes no such file: {refusal}")
    await clerk.sees("giảm dung lượng", 60)
    await clerk.says("1")
    await clerk.sees("Hạn xác nhận")


async def test_a_title_of_3000_letters_or_with_markup(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    member = await house.member("Lê Văn Bé")
    await _begin(clerk)
    await clerk.says("Học tập chuyên đề mẫu " * 140)
    await clerk.sees("Mời đồng chí rút gọn")
    odd = "<b>Học</b> &amp; [tập] *chuyên* _đề_ {number} %s"
    preview = await _rest(clerk, odd)
    assert odd in preview.text
    await clerk.says("2")
    await clerk.sees("đang tới 8 đồng chí")
    assert odd in (await member.sees("52-KH/ĐU ngày")).text


async def test_a_deadline_in_the_past_and_an_empty_audience(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    await _begin(clerk)
    for words in ("Học tập chuyên đề mẫu", "1", "1"):
        await clerk.says(words)
    await clerk.sees("Hạn xác nhận")
    await clerk.says("1/1/2020")
    await clerk.sees("đã qua")
    await clerk.says("3 ngày nữa")
    await clerk.sees("Độ khẩn")
    await clerk.says("1")
    await clerk.taps("Chi bộ Một")
    await clerk.taps("Chỉ đảng viên dự bị")
    await clerk.sees("Không có đồng chí nào trong phạm vi này")
    await clerk.sees("Gửi tới đơn vị nào")  # the draft is kept: another audience, no new beginning
    await clerk.taps("Chi bộ Một")
    await clerk.sees("Gửi tới ai trong đơn vị")
    await clerk.taps("Tất cả")
    await clerk.sees("Xem trước")


async def test_a_number_that_is_taken_asks_for_another_and_keeps_the_rest(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    await _begin(clerk)
    await _rest(clerk)
    await clerk.says("2")
    await clerk.sees("đang tới 8 đồng chí")
    await clerk.says("gui van ban")
    await clerk.sees("Số, ký hiệu")
    await clerk.says("52-KH/ĐU")
    await clerk.sees("Ngày ban hành")
    await clerk.taps("Hôm nay")
    await clerk.sees("Đã có văn bản cùng số, cùng ngày")
    await clerk.says("53-KH/ĐU")
    await clerk.sees("53-KH/ĐU. Ngày ban hành")


async def test_what_happened_while_the_draft_lay_asks_that_step_again_alone(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    await _begin(clerk)
    await _rest(clerk)
    await house.directive(issued=now().astimezone(VIETNAM).date(), file=False)
    await clerk.sees("Mỗi chi bộ học một buổi")
    await clerk.says("tiếp tục")
    await clerk.taps("Tiếp tục")
    await clerk.taps("Cam đoan không mật và gửi")
    await clerk.sees("Đã có văn bản cùng số, cùng ngày")
    await clerk.says("53-KH/ĐU")
    await clerk.says("1")
    preview = await clerk.sees("Xem trước")
    assert "53-KH/ĐU" in preview.text
    assert "Học tập chuyên đề mẫu" in preview.text
    await clerk.taps("Cam đoan không mật và gửi")
    await clerk.sees("đang tới 8 đồng chí")


async def test_a_post_that_ended_this_morning_ends_the_open_dialog(house):
    secretary = await house.member("Trần Thị Bí Thư")
    await _begin(secretary, "03-NQ/CB")
    member_id = await house.member_id("Trần Thị Bí Thư")

    def end(tx):
        for post in people.appointments_of(tx, member_id):
            end_appointment(tx, post.id)

    await house.write(end)
    house.turn(minutes=1)
    await secretary.says("Học tập chuyên đề mẫu")
    await secretary.sees("hỏi bí thư chi bộ")
