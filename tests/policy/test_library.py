"""The library over the sample corpus: understanding, look-ups, validity, honest none."""

from datetime import date

import pytest

from bot.policy.library import Library, elsewhere
from bot.policy.models import Article, Document, Kind, Source, Validity, Verdict
from bot.policy.reading import sample
from bot.policy.texts import document_line

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def library():
    return Library(*sample())


def test_the_sample_is_as_large_as_promised_and_names_no_unknown_rule():
    sources, entries = sample()
    known = {source.document.number for source in sources}
    assert sum(bool(source.articles) for source in sources) >= 12
    assert sum(len(source.articles) for source in sources) >= 250
    assert len(entries) >= 60
    assert {entry.topic for entry in entries if entry.topic} == set(range(1, 41))
    assert {entry.rule for entry in entries if entry.rule} <= known
    assert all(source.document.sample for source in sources if source.articles)
    assert all(entry.sample and len(entry.answer) <= 460 for entry in entries)


def test_a_rule_whose_date_has_no_source_is_named_without_one(library):
    document = library.document("213-QĐ/TW")
    assert document.issued_on is None
    assert document_line(document) == "213-QĐ/TW, Bộ Chính trị"
    assert ("76-QĐ/TW", "213-QĐ/TW") in library.ask("quy định 76 nói gì", TODAY).replaced


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("dang phi bn", "đảng phí bao nhiêu"),
        ("sothe", "số thẻ"),
        ("ddangr phis bao nhieeu", "đảng phí bao nhiêu"),
        ("dangphi", "đảng phí"),
        ("ket nap dang can dk j", "kết nạp đảng cần điều kiện gì"),
    ],
)
def test_shorthand_is_read_as_the_rules_spell_it(library, typed, understood):
    assert library.ask(typed, TODAY).understood == understood


@pytest.mark.parametrize(
    ("typed", "topic"),
    [("dang phi bn", 1), ("Mức đóng đảng phí hiện nay là bao nhiêu?", 1), ("kh 52", 38), ("quy định 37", 31)],
)
def test_the_right_entry_comes_first(library, typed, topic):
    found = library.ask(typed, TODAY)
    assert found.verdict is Verdict.ANSWER
    assert found.pieces[0].topic == topic
    assert found.pieces[0].kind is Kind.ENTRY


@pytest.mark.parametrize(
    "typed", ["điều 5 quy định 11", "dieu 5 qd 11", "Điều 5 11-QyĐ/MẪU", "dieu 5 quy dinh so 11"]
)
def test_article_and_rule_are_looked_up_directly(library, typed):
    found = library.ask(typed, TODAY)
    assert found.verdict is Verdict.ANSWER
    assert (found.pieces[0].document.number, found.pieces[0].number) == ("11-QyĐ/MẪU", "5")


@pytest.mark.parametrize(
    ("typed", "old", "new"),
    [
        ("mức đóng theo quyết định 342", "342-QĐ/TW", "01-QĐ/TW"),
        ("qd 24 con hieu luc ko", "24-QĐ/TW", "208-QĐ/TW"),
        ("nghị định 13/2023", "13/2023/NĐ-CP", "91/2025/QH15"),
        ("dieu 5 quy dinh 05-qyd/mau", "05-QyĐ/MẪU", "11-QyĐ/MẪU"),
    ],
)
def test_a_replaced_rule_is_answered_by_its_successor(library, typed, old, new):
    found = library.ask(typed, TODAY)
    assert (old, new) in found.replaced
    assert all(piece.document.number == new for piece in found.pieces)


def test_an_old_button_of_a_replaced_rule_says_that_it_is_replaced():
    """Approved still, it is shown by its key, as buttons of before do."""
    old = Document("1-QĐ/X", "Cũ", "Đảng ủy", date(2020, 1, 1))
    new = Document("2-QĐ/X", "Mới", "Đảng ủy", date(2026, 1, 1), replaces=("1-QĐ/X",))
    article = Article("1", "Phạm vi", "1. Quy định này về phạm vi.")
    both = Library([Source(old, (article,)), Source(new, (article,))], [], others=(), keys=(7, 8))
    piece, replaced = both.as_of(both.piece("a", 7), TODAY)
    assert piece.document.validity(TODAY) is Validity.REPLACED and replaced == (("1-QĐ/X", "2-QĐ/X"),)
    assert both.as_of(both.piece("a", 8), TODAY) == (both.piece("a", 8), ())


def test_what_is_replaced_or_not_yet_in_force_answers_nothing_unnamed(library):
    asked = library.ask("Đảng viên nộp tiền mặt cho người thu, ghi sổ giấy", TODAY)
    assert all(p.document is None or p.document.number != "05-QyĐ/MẪU" for p in asked.pieces)
    early = library.ask("Thủ tục chuyển sinh hoạt tạm thời", date(2026, 8, 25))
    assert all(p.document is None or p.document.number != "13-HD/MẪU" for p in early.pieces)


@pytest.mark.parametrize(
    "typed",
    [
        "thoi tiet hom nay",
        "giá vàng hôm nay",
        "cách nấu phở",
        "phạt nồng độ cồn bao nhiêu",
        "xin visa đi Nhật",
    ],
)
def test_other_things_are_not_answered(library, typed):
    assert library.ask(typed, TODAY).verdict is not Verdict.ANSWER


def test_any_text_is_survived(library):
    for text in (
        "",
        "?",
        "a" * 5000,
        "điều",
        "\u0300\u0301",
        "điều 999999999999 quy định 11",
        "👍 dang phi 👍",
    ):
        library.ask(text, TODAY)


def test_an_empty_library_says_none():
    assert Library([], []).ask("dang phi bn", TODAY).verdict is Verdict.NONE


def test_validity_by_the_day():
    document = Document("1-QyĐ/X", "t", "i", TODAY, date(2026, 12, 1), date(2027, 1, 1))
    assert document.validity(TODAY) is Validity.NOT_YET
    assert document.validity(date(2026, 12, 1)) is Validity.IN_FORCE
    assert document.validity(date(2027, 1, 2)) is Validity.EXPIRED


def test_two_documents_of_one_number_are_told_apart_by_date():
    old = Source(
        Document("01-HD/X", "Hướng dẫn cũ", "i", date(2016, 9, 20)), (Article("1", "Cũ", "1. Điều cũ."),)
    )
    new = Source(
        Document("01-HD/X", "Hướng dẫn mới", "i", date(2026, 5, 19)), (Article("1", "Mới", "1. Điều mới."),)
    )
    found = Library([old, new], []).ask("điều 1 hướng dẫn 01-HD/X", TODAY)
    assert found.pieces[0].heading == "Mới"


@pytest.mark.parametrize(
    "typed",
    [
        "Quên mật khẩu Gmail thì lấy lại thế nào?",
        "the sv bi gay xin doi the moi phong nao",
        "doan phi nam nay dong bn",
    ],
)
def test_other_things_that_share_words_with_rules_are_refused(library, typed):
    assert library.ask(typed, TODAY).verdict is not Verdict.ANSWER


def test_a_rule_of_ones_own_is_found_even_by_a_shipped_question_about_other_things():
    article = Article("7", "Thẻ thư viện", "1. Thẻ thư viện hết hạn được đổi ở phòng 101.", "", 1, 0)
    document = Document("32-QĐ/MẪU", "Quy định thư viện", "Mẫu", date(2026, 1, 5), date(2026, 1, 5))
    sources, entries = sample()
    asked = "Thẻ thư viện hết hạn đổi ở đâu?"
    assert asked in elsewhere()
    assert Library(sources, entries).ask(asked, TODAY).verdict is Verdict.NONE
    found = Library([*sources, Source(document, (article,))], entries).ask(asked, TODAY)
    assert found.verdict is Verdict.CHOICES
    assert found.pieces[0].number == "7"


def test_a_rule_about_such_a_thing_is_still_found():
    article = Article("4", "Đoàn phí", "1. Đoàn viên đóng đoàn phí mỗi tháng hai nghìn đồng.", "", 1, 0)
    document = Document("31-QĐ/MẪU", "Quy định về đoàn phí", "Mẫu", date(2026, 1, 5), date(2026, 1, 5))
    found = Library([Source(document, (article,))], []).ask(
        "Đoàn viên đóng đoàn phí mỗi tháng bao nhiêu?", TODAY
    )
    assert found.verdict is not Verdict.NONE
    assert found.pieces[0].number == "4"
