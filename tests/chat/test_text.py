"""Folding, keystroke residue and spelling out: the laws and the habits."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.text import clean, figures, flat, fold, is_syllable, repair, words, words_of

KNOWN = frozenset("da doc roi tinh hinh chua xac nhan ok van ban nhac".split())


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_flattening_keeps_every_position(text: str) -> None:
    assert len(flat(clean(text))) == len(clean(text))


@given(st.text(alphabet="aăâbcdđeêhiklmnoôơpqrstuưvxyáàảãạĐẶỜ /-", max_size=40))
def test_nfd_and_nfc_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ĐÃ ĐỌC ạ!", "da doc a"),
        ("Ðảng ủy", "dang uy"),
        ("52-KH/ĐU  1%", "52-kh/du 1%"),
        ("hoà hòa khoẻ", "hoa hoa khoe"),
        ("a\u200bb\u00a0c", "ab c"),
        ("👍🏿", "👍"),
    ],
)
def test_folded_form(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("typed", "word"),
    [("ddax", "đã"), ("ddocj", "đọc"), ("d9a4", "đã"), ("d9o5c", "đọc"), ("dduowcj", "được"), ("vieenj", "viện"),
     ("nhw", "như"),
     ("hoatj", "hoạt"), ("phis", "phí"), ("ddangr", "đảng"), ("chuwa", "chưa"), ("d9a3ng", "đảng"), ("vie6n", "viên"),
     ("chu7a", "chưa"), ("vanga", "vâng"), ("book", None), ("facebook", None), ("nq", None), ("hs", None),
     ("kh52", None),
     ("vb52", None), ("nhac52", None), ("19h30", None)],
)  # fmt: skip
def test_keystroke_residue(typed: str, word: str | None) -> None:
    assert repair(typed) == word


@pytest.mark.parametrize("word", "doc xoong nghieng gi gin quy khuyu thuyet uong yeu".split())
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["ddocj", "book", "vb", "qd", "nhw", "facebook", "bc", "okk"])
def test_no_syllables(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("dadoc", "da doc"),
        ("tinhhinh52", "tinh hinh 52"),
        ("okkk", "ok"),
        ("rồiiii r rùi", "roi roi roi"),
        ("ko hok k kg", "khong khong khong khong"),
        ("vb bn ntn j", "van ban bao nhieu nhu the nao gi"),
        ("đ/c d.v", "dong chi dang vien"),
        ("o.k 👍🏽", "ok 👍"),
        ("book", "book"),
        ("kkkk hihi haha", "haha haha haha"),
        ("d9o62ng y1", "dong y"),
        ("giấy a4", "giay a4"),
        ("xog xg", "xong xong"),
        ("kĩ quí", "ky quy"),
    ],
)
def test_spelling_out(text: str, spelt: str) -> None:
    assert " ".join(word.folded for word in words(text, KNOWN)) == spelt


@pytest.mark.parametrize(
    ("text", "figured"),
    [
        ("kế hoạch năm mươi hai", "kế hoạch 52"),
        ("nam muoi mot", "51"),
        ("mười hai đồng chí", "12 đồng chí"),
        ("hai mươi", "20"),
        ("mấy mươi người", "mấy mươi người"),
        ("mười", "mười"),
    ],
)
def test_spoken_tens(text: str, figured: str) -> None:
    assert figures(text) == figured


def test_a_flood_of_blanks_costs_nothing_more() -> None:
    from bot.directives.numbers import find

    # Each of these once took time that grew with the square of its length and more.
    for blank in (" ", "\n", "\t", "\u00a0", "\u3000"):
        assert clean(f"xem 52{blank * 4000}!") == f"xem 52{clean(blank)}!"
        assert [mention.number for mention in find(f"xem 52{blank * 4000}!")] == ["52"]


def test_a_long_word_without_end_is_not_taken_apart():
    class Counting(frozenset[str]):
        asked = 0

        def __contains__(self, word: object) -> bool:
            Counting.asked += 1
            return super().__contains__(word)

    known = Counting(("xac", "thuc", "thu"))
    assert [word.folded for word in words_of("xacthuc", "xacthuc", known)] == ["xac", "thuc"]
    Counting.asked = 0
    long = "xacthuc" * 600
    assert [word.folded for word in words_of(long, long, known)] == [long]
    assert Counting.asked < 10
