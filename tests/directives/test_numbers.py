"""Every spelling of a document number that people use (domain reference 3.1), and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.text import flat
from bot.directives.numbers import ISSUERS, TYPES, DocumentNumber, complete, find, matches, parse

KH52 = DocumentNumber("52", "KH", "ĐU")
TYPE_CODES = [code for code, _, _ in TYPES if code != "NĐ"]
numbers = st.builds(
    DocumentNumber,
    st.one_of(st.integers(1, 4999).map(str), st.integers(1, 9).map(lambda n: f"0{n}")),
    st.sampled_from(TYPE_CODES),
    st.sampled_from(ISSUERS),
)


@pytest.mark.parametrize(
    "typed",
    """52-KH/ĐU|52-kh/du|52 KH/ĐU|52/KH-ĐU|52kh/đu|52-KH-ĐU|52 kh du|52 - KH/ĐU|52–KH/ĐU|KH/ĐU 52|kh 52/du|kh52/đu|
    kế hoạch 52/ĐU|ke hoach so 52-KH/DU|Kế hoạch số 52-KH/ĐU|KẾ HOẠCH 52 CỦA ĐẢNG ỦY|kế hoạch 52 của Đảng ủy|
    văn bản 52-KH/ĐU|số 52-KH/ĐU|vb so 52-kh/du|52-KH/ÐU|(52-KH/ĐU)|52-KH/ĐU.""".replace("\n    ", "").split(
        "|"
    ),
)
def test_every_full_spelling(typed: str) -> None:
    assert parse(typed) == KH52


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("cv số 132-CV/TU", "132-CV/TU"),
        ("13/2023/NĐ-CP", "13/2023/NĐ-CP"),
        ("13/2023/nd-cp", "13/2023/NĐ-CP"),
        ("nghị định 13/2023/NĐ-CP", "13/2023/NĐ-CP"),
        ("91/2025/QH15", "91/2025/QH15"),
        ("luật 91/2025/qh15", "91/2025/QH15"),
        ("4099/UBND-KSTTHC", "4099/UBND-KSTTHC"),
        ("123/2025/QĐ-TTg", "123/2025/QĐ-TTg"),
        ("03-nq/cb", "03-NQ/CB"),
        ("03-NQ/CB2", "03-NQ/CB2"),
        ("05-ctr/du", "05-CTr/ĐU"),
        ("07-ttr/btcdu", "07-TTr/BTCĐU"),
        ("02-da/tu", "02-ĐA/TU"),
        ("42-hd/btctw", "42-HD/BTCTW"),
        ("294-qyđ/tw", "294-QĐ/TW"),
        ("11-KL/tt.du", "11-KL/TT.ĐU"),
        ("4192-QĐ/BTCTW", "4192-QĐ/BTCTW"),
    ],
)
def test_true_case_is_shown(typed: str, shown: str) -> None:
    assert str(parse(typed)) == shown


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("kh 52", ["52-KH"]),
        ("qd 294", ["294-QĐ"]),
        ("QĐ294", ["294-QĐ"]),
        ("quy định 37", ["37-QĐ"]),
        ("kh52", ["52-KH"]),
        ("52-KH", ["52-KH"]),
        ("52kh", ["52-KH"]),
        ("52 KH", ["52-KH"]),
        ("số 52", ["52"]),
        ("văn bản 52", ["52"]),
        ("vb 52", ["52"]),
        ("vb52", ["52"]),
        ("đã đọc 51", ["51"]),
        ("đã đọc 51 và 52-KH/ĐU", ["51", "52-KH/ĐU"]),
        ("tình hình kh 52 và tb 51-TB/ĐU thế nào", ["52-KH", "51-TB/ĐU"]),
        ("đồng chí cho xem kế hoạch 52 của đảng ủy với", ["52-KH/ĐU"]),
        ("nghị định 13/2023", ["13/2023/NĐ"]),
        ("ai chưa đọc 52?", ["52"]),
        ("đã đọc 52 chưa", ["52"]),
        ("đề án 06", ["06-ĐA"]),
        ("tôi đã đọc 52 đã rõ", ["52"]),
        ("52: bao nhiêu đã đọc", ["52"]),
        ("văn bản 52 em đã đọc", ["52"]),
        ("kế hoạch số 52: đã đọc", ["52-KH"]),
    ],
)
def test_named_in_a_sentence(sentence: str, named: list[str]) -> None:
    assert [str(m) for m in find(sentence)] == named


@pytest.mark.parametrize(
    "sentence",
    ["họp ngày 30/11", "30/11/2026", "19h30", "17h", "lúc 17 giờ", "0912345678", "091 234 5678", "+84 912 345 678",
     "1.500.000 đ", "500k", "1tr5", "1%", "52 %", "52 người", "3 đồng chí", "chi bộ 3", "cb 3", "tháng 11", "thứ 5",
     "năm 2026", "kế hoạch 2026", "12-03-1961", "8:30", "hơn 200 đảng viên", "7 ngày", "030061001234", "8.8.2025",
     "kế hoạch 5 năm", "điều 4", "đọc 3 lần", "1+1=2", "gửi 1 thông báo", "quy định 19 điều"],
)  # fmt: skip
def test_dates_hours_phones_money_and_counts_are_none(sentence: str) -> None:
    assert find(sentence) == []


@given(numbers)
def test_what_is_shown_reads_back(number: DocumentNumber) -> None:
    assert parse(str(number)) == number


@given(numbers, st.data())
def test_all_spellings_of_a_number_are_one(number: DocumentNumber, data: st.DataObject) -> None:
    sep = data.draw(st.sampled_from(["-", " ", "/", "", " - "]))
    slash = data.draw(st.sampled_from(["/", "-", " / ", " "]))
    typed = f"{number.number}{sep}{number.type}{slash}{number.issuer}"
    spell = data.draw(st.sampled_from([str, str.lower, str.upper, flat]))
    prefix = data.draw(st.sampled_from(["", "số ", "văn bản ", "vb so "]))
    assert parse(prefix + spell(typed)) == number


@given(st.text(max_size=60))
def test_any_text_is_survived(text: str) -> None:
    assert all(mention.start < mention.end for mention in find(text))


def test_a_partial_number_is_completed_by_what_is_known() -> None:
    known = [KH52, DocumentNumber("52", "QĐ", "ĐU"), DocumentNumber("01", "HD", "TW")]
    assert complete(find("kh 52")[0], known) == [KH52]
    assert complete(find("văn bản 52")[0], known) == known[:2]
    assert complete(find("hd 1")[0], known) == known[2:]
    assert complete(find("51")[0], known) == []
    assert not matches(find("52-KH/TU")[0], KH52)
    assert parse("kh 52") is None
    assert parse("đã đọc 52-KH/ĐU") is None
