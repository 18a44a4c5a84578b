"""A directive reaches its people; they acknowledge in their own ways; officers see it."""

import asyncio
from datetime import date, timedelta

import pytest

from bot.clock import now

on_both_stores = pytest.mark.parametrize("store", ["sqlite", "postgresql"])


async def _silence(house, person):
    """Holds when everything was handled and nothing more was said."""
    await person.sees_nothing_new()


@on_both_stores
async def test_member_taps_and_the_count_is_right(house):
    member = await house.member("Lê Văn Bé")
    directive = await house.directive()
    await member.sees("52-KH/ĐU ngày 17/11/2026")
    await member.sees("van-ban-mau.pdf")
    await member.taps("Đã đọc, tiếp thu")
    said = await member.sees("Đã ghi nhận: đồng chí đã đọc")
    assert "52-KH/ĐU" in said.text
    totals = await house.totals(directive)
    assert (totals.recipients, totals.sent, totals.acknowledged, totals.unreachable) == (8, 1, 1, 7)


@pytest.mark.parametrize("words", ["1", "da doc", "ĐÃ ĐỌC Ạ", "ok", "rõ", "vâng", "👍", "Đã đọc, tiếp thu"])
async def test_member_without_diacritics_acknowledges_by_number_or_words(house, words):
    member = await house.member("Phạm Thị Cao")
    directive = await house.directive()
    await member.sees("52-KH/ĐU")
    await member.says(words)
    await member.sees("Đã ghi nhận: đồng chí đã đọc")
    assert (await house.totals(directive)).acknowledged == 1


@pytest.mark.parametrize("words", ["chưa đọc", "ok chưa?", "không đồng ý", "đã đọc 51", "mai toi doc"])
async def test_near_misses_never_acknowledge(house, words):
    member = await house.member("Phạm Thị Cao")
    directive = await house.directive()
    await member.sees("52-KH/ĐU")
    await member.says(words)
    await member.sees("")
    assert (await house.totals(directive)).acknowledged == 0


async def test_a_thumbs_up_acknowledges_the_paper_it_stands_at_and_no_other(house):
    member = await house.member("Phạm Thị Cao")
    directive = await house.directive()
    card = await member.sees("52-KH/ĐU")
    await member.says("cảm ơn")
    thanks = await member.sees("")
    await member.act("react", message_id=thanks.id, emoji="👍")
    await member.sees_nothing_new()
    assert (await house.totals(directive)).acknowledged == 0
    await member.act("react", message_id=card.id, emoji="👍")
    await member.sees("Đã ghi nhận: đồng chí đã đọc")
    assert (await house.totals(directive)).acknowledged == 1


async def test_twice_is_once_and_can_be_taken_back_for_ten_minutes(house):
    member = await house.member("Lê Văn Bé")
    directive = await house.directive()
    await member.sees("52-KH/ĐU")
    await member.taps("Đã đọc, tiếp thu")
    await member.sees("Đã ghi nhận")
    await member.says("1")
    await member.sees("đã xác nhận 52-KH/ĐU")
    await member.says("bam nham")
    await member.sees("Đã hoàn tác")
    assert (await house.totals(directive)).acknowledged == 0
    await member.says("ok")
    await member.sees("Đã ghi nhận")
    house.turn(minutes=11)
    await member.taps("hoàn tác")
    await member.sees("quá 10 phút")
    assert (await house.totals(directive)).acknowledged == 1


async def test_two_open_cards_make_the_bot_ask_which(house):
    member = await house.member("Lê Văn Bé")
    first = await house.directive("52-KH/ĐU")
    await member.sees("52-KH/ĐU")
    second = await house.directive("51-TB/ĐU")
    await member.sees("51-TB/ĐU")
    await member.says("ok")
    await member.sees("văn bản nào")
    await member.says("3")
    await member.sees("chọn một việc")
    assert (await house.totals(first)).acknowledged == (await house.totals(second)).acknowledged == 0
    await member.says("đã đọc 51")
    await member.sees("Đã ghi nhận: đồng chí đã đọc, tiếp thu 51-TB/ĐU")
    await member.says("văn bản của tôi")
    await member.sees("52-KH/ĐU")


@pytest.mark.parametrize("words", ["1", "da doc a"])
async def test_who_quotes_an_older_card_answers_that_one(house, words):
    member = await house.member("Lê Văn Bé")
    first = await house.directive("52-KH/ĐU")
    older = await member.sees("52-KH/ĐU")
    second = await house.directive("53-TB/ĐU")
    await member.sees("53-TB/ĐU")
    await member.says(words, reply_to=older.id)
    await member.sees("Đã ghi nhận: đồng chí đã đọc, tiếp thu 52-KH/ĐU")
    assert ((await house.totals(first)).acknowledged, (await house.totals(second)).acknowledged) == (1, 0)


async def test_small_words_get_a_small_answer(house):
    person = await house.member("Lê Văn Bé")
    for said, heard in (
        ("cam on dong chi nhieu a", "Không có gì"),
        ("chào bot", "Đồng chí chọn một việc"),
        ("khong biet lam sao", "Đồng chí chọn một việc"),
        ("da doc roi", "không có văn bản nào chờ"),  # and is no question about the rules
        ("doi gio nhan tin 8h", "Cài đặt điểm tin"),
    ):
        await person.says(said)
        await person.sees(heard)


async def test_a_number_that_is_not_there_offers_the_same_again(house):
    await house.directive(file=False)
    person = await house.member("Lê Văn Bé")
    await person.says("menu")
    await person.sees("Đồng chí chọn một việc")
    for _time in range(2):
        await person.says("9")
        await person.sees("không có số này")
    await person.says("1")
    await person.sees("52-KH/ĐU ngày")


async def test_a_sticker_gets_a_helpful_line_and_full_text_sends_the_file(house):
    member = await house.member("Lê Văn Bé")
    directive = await house.directive()
    await member.sees("52-KH/ĐU")
    await member.sends_sticker("🌸")
    await member.sees("chỉ đọc được chữ")
    await member.says("xem toan van")
    await member.sees("Toàn văn 52-KH/ĐU")
    assert (await house.totals(directive)).acknowledged == 0


@on_both_stores
async def test_member_asks_and_the_author_reads_it(house):
    author = await house.member("Ngô Thị Văn Phòng")
    member = await house.member("Lê Văn Bé")
    await house.directive()
    await member.sees("52-KH/ĐU")
    await author.sees("52-KH/ĐU")
    await member.taps("Hỏi lại")
    await member.sees("Đồng chí muốn hỏi gì")
    await member.says("TUYỆT MẬT\nNội dung mẫu không ai được gửi")
    await member.sees("mật")
    await member.says("Chi bộ tôi học hôm nào?")
    await member.sees("Đã gửi câu hỏi")
    said = await author.sees("Chi bộ tôi học hôm nào?")
    assert "Lê Văn Bé" in said.text


async def test_a_question_whose_author_cannot_be_told_goes_to_the_nearest_who_can_or_is_not_said_to_be_sent(
    house,
):
    member = await house.member("Lê Văn Bé")
    await house.directive()
    await member.sees("52-KH/ĐU")
    await member.taps("Hỏi lại")
    await member.sees("Đồng chí muốn hỏi gì")
    await member.says("Chi bộ tôi học hôm nào?")
    await member.sees("Chưa gửi được")
    secretary = await house.member("Trần Thị Bí Thư")
    await member.taps("Hỏi lại")
    await member.sees("Đồng chí muốn hỏi gì")
    await member.says("Chi bộ tôi học ở đâu?")
    await member.sees("tới đồng chí phụ trách")
    await secretary.sees("Chi bộ tôi học ở đâu?")


async def test_exempt_member_is_informed_and_not_counted(house):
    officer = await house.member("Bùi Văn Tổ Chức")
    exempt = await house.member("Vũ Văn Miễn")
    await house.directive()
    await exempt.sees("52-KH/ĐU")
    await exempt.taps("Đã đọc, tiếp thu")
    await exempt.sees("không tính vào tỷ lệ")
    await officer.says("/tinhhinh 52-KH/ĐU")
    said = await officer.sees("Đã xác nhận: 0/7")
    assert "không tính: 1" in said.text


@pytest.mark.parametrize(
    "words", ["/tinhhinh 52-KH/ĐU", "tinh hinh 52", "kh 52 tinh hinh sao roi", "trạng thái KH 52"]
)
async def test_officer_sees_the_whole_tree_with_rule_and_reasons(house, words):
    officer = await house.member("Bùi Văn Tổ Chức")
    member = await house.member("Lê Văn Bé")
    late = await house.member("Hồ Văn Năm")
    await house.directive(deadline=now() + timedelta(minutes=91))
    await member.sees("52-KH/ĐU")
    await late.sees("52-KH/ĐU")
    await member.taps("Đã đọc, tiếp thu")
    await member.sees("Đã ghi nhận")
    house.turn(hours=2)
    await late.taps("Đã đọc, tiếp thu")
    await late.sees("tính là muộn")
    await officer.says(words)
    said = await officer.sees("Tình hình 52-KH/ĐU")
    for part in (
        "2/7 (28,6%)",
        "Đúng hạn 1",
        "muộn 1",
        "chưa xác nhận 1",
        "chưa xác thực 4",
        "Chi bộ Một: 1/3",
        "Mẫu số",
    ):
        assert part in said.text, part


async def test_secretary_sees_only_the_own_branch(house):
    secretary = await house.member("Trần Thị Bí Thư")
    await house.directive()
    await secretary.sees("52-KH/ĐU")
    await secretary.says("tinh hinh 52")
    said = await secretary.sees("Tình hình 52-KH/ĐU")
    assert "Chi bộ Một" in said.text
    assert "Chi bộ Hai" not in said.text
    assert "/3" in said.text


async def test_member_may_not_see_figures_and_stranger_learns_nothing(house):
    member = await house.member("Lê Văn Bé")
    stranger = await house.stranger()
    await house.directive()
    await member.sees("52-KH/ĐU")
    await member.says("tinh hinh 52")
    await member.sees("dành cho cấp ủy")
    await stranger.starts()
    await stranger.sees("xác thực bằng phiếu")
    await stranger.says("tinh hinh 52")
    said = await stranger.sees("đã xác thực")
    assert "52" not in said.text


async def test_forged_and_foreign_payloads_change_nothing(house):
    member = await house.member("Đỗ Thị Hai")
    stranger = await house.stranger()
    directive = await house.directive(to="Chi bộ Một", author="Trần Thị Bí Thư")
    for person, answer in ((member, "không gửi tới"), (stranger, "xác thực")):
        if house.channel == "zalo_oa":
            await person.starts()
            await person.says(f"#ack.{_base36(directive)}")
        else:
            await person.starts()
            hello = await person.sees("Sổ tay")
            await person.forges(f"#ack.{_base36(directive)}", hello.id)
        await person.sees(answer)
    assert (await house.totals(directive)).acknowledged == 0


def _base36(number):
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = digits[rest] + text
    return text


async def test_blocked_member_is_unreachable_with_the_reason_and_comes_back(house):
    officer = await house.member("Bùi Văn Tổ Chức")
    member = await house.member("Lê Văn Bé")
    await member.blocks()
    await _silence(house, member)
    first = await house.directive("52-KH/ĐU")
    await officer.sees("52-KH/ĐU")
    await officer.says("tinh hinh 52")
    await officer.sees("đã chặn")
    assert (await house.totals(first)).sent == 1
    await member.unblocks()
    await member.starts()
    await member.sees("Sổ tay")
    await house.directive("53-KH/ĐU", issued=date(2026, 11, 18))
    await member.sees("53-KH/ĐU")


async def test_member_who_left_loses_access_at_once(house):
    member = await house.member("Lê Văn Bé")
    directive = await house.directive()
    await member.sees("52-KH/ĐU")
    member_id = await house.member_id("Lê Văn Bé")
    from bot.organisation.accounts import end_membership

    await house.write(lambda tx: end_membership(tx, [member_id]))
    await member.taps("Đã đọc, tiếp thu")
    await member.sees("dành cho đảng viên đã xác thực")
    assert (await house.totals(directive)).acknowledged == 0


@on_both_stores
async def test_restart_loses_nothing(house):
    members = [await house.member(name) for name in ("Lê Văn Bé", "Phạm Thị Cao", "Hồ Văn Năm")]
    directive = await house.directive()
    for member in members:
        await member.sees("52-KH/ĐU")
    await house.down()
    await members[0].says("1")
    await house.up()
    await asyncio.gather(*(member.says("1") for member in members[1:]))
    if house.channel == "zalo_oa":
        from bot import testing

        await testing.control(house.control, "deliveries/retry", {})
    for member in members:
        await member.sees("Đã ghi nhận", 30)
    totals = await house.totals(directive)
    assert (totals.acknowledged, totals.people_doubled) == (3, 0)


async def test_a_number_answers_the_question_which(house):
    member = await house.member("Lê Văn Bé")
    first = await house.directive("52-KH/ĐU")
    await member.sees("52-KH/ĐU")
    second = await house.directive("51-TB/ĐU")
    await member.sees("51-TB/ĐU")
    await member.says("1")
    await member.sees("văn bản nào")
    await member.says("1")
    await member.sees("Đã ghi nhận: đồng chí đã đọc, tiếp thu 51-TB/ĐU")
    await member.says("1")
    await member.sees("Đồng chí đã xác nhận 51-TB/ĐU")
    await member.says("đã đọc 52")
    await member.sees("Đã ghi nhận: đồng chí đã đọc, tiếp thu 52-KH/ĐU")
    assert [(await house.totals(each)).acknowledged for each in (first, second)] == [1, 1]


async def test_its_author_pauses_and_goes_on(house):
    author = await house.member("Ngô Thị Văn Phòng")
    member = await house.member("Lê Văn Bé")
    directive = await house.directive(send_at=now() + timedelta(hours=2))
    await author.says("tam dung 52")
    await author.sees("Đã tạm dừng 52-KH/ĐU ngày 17/11/2026: còn chưa gửi tới 2 đồng chí")
    house.turn(hours=3)
    await author.says("menu")
    await author.sees("Sổ tay")
    await member.sees_nothing_new("52-KH/ĐU")
    await member.says("tam dung 52")
    await member.sees("dành cho cấp ủy")
    await author.says("gui tiep 52")
    await author.sees("Gửi tiếp 52-KH/ĐU ngày 17/11/2026 tới 2 đồng chí")
    await member.sees("van-ban-mau.pdf")
    assert (await house.totals(directive)).recipients == 8


async def test_an_officer_who_names_what_is_not_there_is_told_so(house):
    officer = await house.member("Bùi Văn Tổ Chức")
    await house.directive()
    await officer.says("tình hình Khoa Toán")  # and not the figures of all
    await officer.sees("chưa tìm thấy văn bản hay đơn vị “khoa toan”")
    await officer.says("tình hình abc")
    await officer.sees("chưa tìm thấy văn bản hay đơn vị “abc”")
    for known in ("tình hình chi bộ hai", "tình hình chi bộ tôi", "tinh hinh cac chi bo"):
        await officer.says(known)
        await officer.sees("Tình hình 52-KH/ĐU")
