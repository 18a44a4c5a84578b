"""Asking about the rules as people type on a phone: the rule quoted, a choice, or an honest none and an officer."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import func, select

from bot import testing
from bot.policy import service
from bot.policy.calculators import sample_rates
from bot.policy.models import Article, Document, Entry, Source
from bot.policy.reading import sample
from bot.store.tables.audit import audit
from bot.store.tables.policy import policy_entries, policy_questions, policy_tickets


@pytest.fixture
async def rules(house):
    """The sample corpus, approved and taken up."""
    sources, entries = await asyncio.to_thread(sample)
    await house.write(lambda tx: service.add_sample(tx, sources, entries, sample_rates()))
    await house.app.rulebook.refresh(house.app.writer)
    return house


async def test_shorthand_finds_the_rule_with_number_date_and_validity(rules):
    member = await rules.member("Lê Văn Bé")
    await member.says("dang phi bn")
    said = await member.sees("01-QĐ/TW")
    for part in ("1%", "03/02/2026", "còn hiệu lực", "mẫu", "Tôi hiểu là: “đảng phí bao nhiêu”"):
        assert part in said.text, part
    assert len(said.text.partition("\n\n1. ")[0]) <= 600  # the answer; its choices may stand below by number
    await member.says("can cu tinh dang phi ke khai the nao")
    said = await member.sees("Trích Điều")
    assert "11-QyĐ/MẪU" in said.text


async def test_fees_are_calculated_by_the_dated_rule(rules):
    member = await rules.member("Lê Văn Bé")
    await member.says("luong 12tr5 dong dang phi bn")
    said = await member.sees("125.000 đồng")
    for part in ("1% × 12.500.000", "01-QĐ/TW", "kiểm tra lại với chi bộ"):
        assert part in said.text, part


async def test_the_whole_article_follows_its_clause(rules):
    member = await rules.member("Lê Văn Bé")
    await member.says("điều 5 quy định 11")
    said = await member.sees("Thời điểm nộp")
    assert "“1. Đảng viên nộp đảng phí hằng tháng" in said.text
    await member.taps("Xem cả điều")
    said = await member.sees("Không để dồn sang quý sau")
    assert "11-QyĐ/MẪU" in said.text


@pytest.mark.parametrize(
    "asked", ["quyet dinh 342 con hieu luc khong", "Mức đóng theo Quyết định 342-QĐ/TW?"]
)
async def test_a_replaced_rule_is_answered_by_its_successor(rules, asked):
    member = await rules.member("Lê Văn Bé")
    await member.says(asked)
    said = await member.sees("342-QĐ/TW đã được thay bằng 01-QĐ/TW")
    assert "05-QyĐ" not in said.text


async def test_none_goes_to_an_officer_and_the_answer_comes_back_and_becomes_an_entry(rules):
    member = await rules.member("Lê Văn Bé")
    officer = await rules.member("Bùi Văn Tổ Chức")
    await member.says("quy định về nuôi chim bồ câu trong sân trường")
    await member.taps("Gửi câu hỏi cho cán bộ")
    await member.sees("sẽ thấy tên đồng chí")
    await member.taps("Gửi câu hỏi")
    await member.sees("Đã gửi")
    said = await officer.sees("Câu hỏi về quy định")
    assert "Lê Văn Bé" in said.text
    assert "bồ câu" in said.text
    await officer.taps("Trả lời")
    await officer.sees("Mời đồng chí nhắn câu trả lời")
    await officer.says("Nuôi chim bồ câu theo nội quy của trường, xin hỏi phòng Quản trị.")
    said = await member.sees("Cán bộ phụ trách trả lời")
    assert "nội quy" in said.text
    await officer.taps("Đưa vào hỏi đáp chung")
    await officer.sees("bỏ tên")
    await officer.says("Có được nuôi chim bồ câu trong sân trường không?")
    await officer.sees("Số quy định")
    await officer.says("không")
    await officer.sees("Đã đưa vào hỏi đáp chung")
    await rules.app.rulebook.refresh(rules.app.writer)
    other = await rules.member("Phạm Thị Cao")
    await other.says("nuoi chim bo cau o san truong dc ko")
    said = await other.sees("Nuôi chim bồ câu theo nội quy")
    assert "Lê Văn Bé" not in said.text


async def test_an_unanswered_ticket_is_told_again(rules):
    member = await rules.member("Lê Văn Bé")
    officer = await rules.member("Bùi Văn Tổ Chức")
    clerk = await rules.member("Ngô Thị Văn Phòng")
    await rules.write(lambda tx: service.keep_question(tx, "câu hỏi khó", "none"))
    await member.says("quy định về nuôi chim bồ câu trong sân trường")
    await member.taps("Gửi câu hỏi cho cán bộ")
    await member.sees("sẽ thấy tên đồng chí")
    await member.taps("Gửi câu hỏi")
    await officer.sees("Câu hỏi về quy định")
    await testing.control(rules.control, "switches", {"zalo_oa": {"tokens_end": False}})
    rules.turn(days=3)
    await rules.app.rulebook.tell_overdue(rules.app.writer, rules.app.sender.ring)
    await officer.sees("quá hạn")
    await clerk.sees("quá hạn")


async def test_questions_are_not_kept_with_who_asked(rules):
    member = await rules.member("Lê Văn Bé")
    await member.says("dang phi bn")
    await member.sees("01-QĐ/TW")
    count = await rules.write(lambda tx: tx.value(select(func.count()).select_from(policy_questions)))
    assert count == 0
    await member.says("quy định về nuôi chim bồ câu trong sân trường")
    await member.sees("cán bộ")
    rows = await rules.write(lambda tx: [dict(row._mapping) for row in tx.rows(select(policy_questions))])
    assert len(rows) == 1
    assert set(rows[0]) == {"id", "words", "day", "why"}
    assert await rules.write(lambda tx: tx.value(select(func.count()).select_from(policy_tickets))) == 0


async def test_other_people_opinions_and_strangers_get_a_boundary(rules):
    member = await rules.member("Lê Văn Bé")
    await member.says("đ/c Nam đóng đảng phí chưa?")
    await member.sees("thông tin của người khác")
    await member.says("nghe nói sắp thay bí thư đảng ủy phải không")
    await member.sees("chỉ trích quy định")
    stranger = await rules.stranger()
    await stranger.starts()
    await stranger.says("dang phi bn")
    said = await stranger.sees("xác thực bằng phiếu")
    assert "01-QĐ/TW" not in said.text


async def test_wrong_answers_and_gaps_are_seen_by_the_officer(rules):
    member = await rules.member("Lê Văn Bé")
    officer = await rules.member("Bùi Văn Tổ Chức")
    await member.says("dang phi bn")
    await member.sees("01-QĐ/TW")
    await member.taps("Chưa đúng")
    await member.sees("không ghi ai báo")
    for words in (
        "quy định về nuôi chim bồ câu trong sân trường",
        "quy dinh ve nuoi chim bo cau trong san truong",
    ):
        await member.says(words)
        await member.sees("cán bộ")
    await officer.says("/cauhoi")
    said = await officer.sees("Câu hỏi chưa có trả lời")
    assert "bồ câu trong sân trường (2)" in said.text
    assert "Mức đóng đảng phí hiện nay là bao nhiêu? (1)" in said.text
    await member.says("/cauhoi")
    await member.sees("dành cho cấp ủy")


async def test_a_withdrawn_document_answers_no_more_even_before_the_index_is_built_anew(house):
    member = await house.member("Lê Văn Bé")
    made_up = Document(
        "77-QyĐ/MẪU", "Quy định về trông giữ xe của chi bộ", "Đảng ủy Mẫu", date(2026, 1, 2), sample=True
    )
    source = Source(made_up, (Article("1", "Nơi để xe", "1. Đảng viên để xe ở nhà xe phía đông."),))
    entry = Entry("Để xe ở đâu khi họp chi bộ?", "Ở nhà xe phía đông.", sample=True)

    def add(tx):
        key, new = service.add_document(tx, source)
        assert new
        service.add_entries(tx, [entry], None, approved=False)
        return key

    key = await house.write(add)
    await house.app.rulebook.refresh(house.app.writer)
    await member.says("điều 1 quy định 77")
    await member.sees("hưa tìm thấy")  # nothing that is unchecked answers
    await house.write(lambda tx: service.approve(tx, key, None))
    await house.app.rulebook.refresh(house.app.writer)
    await member.says("điều 1 quy định 77")
    await member.sees("nhà xe phía đông")
    await house.write(lambda tx: service.withdraw(tx, key, None))
    await member.says("dieu 1 quy dinh 77")
    await member.sees("hưa tìm thấy")
    waiting = await house.write(lambda tx: tx.value(select(policy_entries.c.state)))
    assert waiting == "unchecked"


async def test_an_officer_sees_the_tree_and_approves_in_chat(house):
    officer = await house.member("Bùi Văn Tổ Chức")
    member = await house.member("Lê Văn Bé")
    articles = tuple(
        Article(str(at), f"Nhà xe số {at}", f"1. Xe của tổ {at} để ở nhà số {at}.", f"Chương {1 + at // 20}")
        for at in range(1, 41)
    )
    made_up = Document(
        "78-QyĐ/MẪU", "Quy định về nhà xe", "Đảng ủy Mẫu", date(2026, 1, 2), replaces=("70-QyĐ/MẪU",)
    )
    entry = Entry("Mấy giờ mở cửa nhà xe?", "Sáu giờ sáng.", rule="78-QyĐ/MẪU", sample=True)

    def add(tx):
        service.add_document(tx, Source(made_up, articles))
        service.add_entries(tx, [entry], None, approved=False)

    await house.write(add)
    await officer.says("duyệt quy định")
    await officer.sees("Quy định chờ duyệt")
    await officer.taps("78-QyĐ/MẪU")
    said = await officer.sees("Số điều: 40")
    for part in ("Thay thế: 70-QyĐ/MẪU", "Chương 1", "Điều 1. Nhà xe số 1", "02/01/2026"):
        assert part in said.text, part
    await officer.taps("Xem tiếp")
    assert "Điều 1. " not in (await officer.sees("(2/")).text
    await officer.taps("Duyệt")
    await officer.sees("Đã duyệt 78-QyĐ/MẪU")
    await officer.says("/duyetquydinh")
    await officer.sees("Quy định chờ duyệt")
    await officer.taps("Mục hỏi đáp (1)")
    assert "Sáu giờ sáng" in (await officer.sees("Mấy giờ mở cửa nhà xe")).text
    await officer.taps("Duyệt")
    await officer.sees("Đã duyệt mục hỏi đáp")
    await house.app.rulebook.refresh(house.app.writer)
    await member.says("điều 3 quy định 78")
    await member.sees("để ở nhà số 3")
    await member.says("/duyetquydinh")
    await member.sees("dành cho cấp ủy")


async def test_an_officer_withdraws_a_rule_after_saying_yes(rules):
    """It answers until then, and no more from that commit on; who may not is told so; the log knows."""
    officer = await rules.member("Bùi Văn Tổ Chức")
    member = await rules.member("Lê Văn Bé")
    await officer.says("rút quy định")
    assert "11-QyĐ/MẪU" not in (await officer.sees("Quy định đang dùng (1/")).text
    await officer.says("/rutquydinh 11-QyĐ/MẪU")
    await officer.sees("Đồng chí muốn thôi dùng 11-QyĐ/MẪU")
    await officer.taps("Giữ lại")
    await officer.sees("Vẫn dùng 11-QyĐ/MẪU")
    await member.says("điều 5 quy định 11")
    await member.sees("Thời điểm nộp")
    await officer.says("rut quy dinh 11-QyĐ/MẪU")
    await officer.sees("Đồng chí muốn thôi dùng 11-QyĐ/MẪU")
    await officer.says("1")
    await officer.sees("Đã rút 11-QyĐ/MẪU")
    await member.says("điều 5 quy định 11")
    assert "Thời điểm nộp" not in (await member.sees("")).text
    await member.says("rút quy định")
    await member.sees("dành cho cấp ủy")
    noted = select(func.count()).where(audit.c.action == "policy.withdraw")
    assert await rules.write(lambda tx: tx.value(noted)) == 1
