"""Slips on paper: rendered by one library we did not write, decoded by another."""

from datetime import UTC, datetime

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from bot.organisation.rules import show_code, with_check_digit
from bot.organisation.slip_sheet import doors, poster, sheet
from bot.organisation.slips import PrintedSlip

OA, USERNAME = "https://zalo.me/4318657068771012646", "@sotay_mau_bot"
UNTIL = datetime(2026, 12, 24, 3, tzinfo=UTC)
NAMES = ("Nguyễn Thị Hồng Nhung", "H'Hen Niê", "Tôn Nữ Hoàng Phương Thảo Nguyên Có Tên Rất Dài", "Vũ Đức")


def slips(count: int) -> list[PrintedSlip]:
    return [
        PrintedSlip("Chi bộ Mẫu", NAMES[n % 4], with_check_digit(f"{n * 7654321 % 10**8:08d}"), UNTIL)
        for n in range(1, count + 1)
    ]


def decoded(page: pypdfium2.PdfPage) -> list[str]:
    picture = page.render(scale=200 / 72).to_pil()  # as a cheap printer would
    return sorted(found.text for found in zxingcpp.read_barcodes(picture))


def test_eight_a_page_and_every_code_is_read_back() -> None:
    made = slips(9)
    document = pypdfium2.PdfDocument(sheet(made, doors(OA, USERNAME)))
    assert len(document) == 2
    assert (round(document[0].get_width()), round(document[0].get_height())) == (595, 842)
    for page, part in ((0, made[:8]), (1, made[8:])):
        links = [f"https://t.me/sotay_mau_bot?start={slip.code}" for slip in part]
        assert decoded(document[page]) == sorted(links + [OA] * len(part))


def test_names_and_large_digits_are_on_the_paper(tmp_path) -> None:
    made = slips(4)
    path = tmp_path / "p.pdf"
    path.write_bytes(sheet(made, doors(OA, USERNAME)))
    words = PdfReader(path).pages[0].extract_text()
    for slip in made:
        assert slip.name in words
        assert show_code(slip.code) in words
    assert "24/12/2026" in words
    for step in ("1. Quét mã", "2. Bấm “Xác thực”", "3. Nhắn ngày sinh"):
        assert words.count(step) == 4


@pytest.mark.parametrize(("oa", "username", "codes"), [(OA, "", 1), ("", USERNAME, 1), ("", "", 0)])
def test_only_channels_that_exist_have_a_code(oa: str, username: str, codes: int) -> None:
    document = pypdfium2.PdfDocument(sheet(slips(1), doors(oa, username)))
    assert len(decoded(document[0])) == codes


def test_a_poster_has_one_code_that_opens_the_account_and_no_persons_digits() -> None:
    document = pypdfium2.PdfDocument(poster("Chi bộ Mẫu", doors(OA, USERNAME)))
    assert len(document) == 1
    assert decoded(document[0]) == [OA]


def test_nothing_is_drawn_beyond_a_slips_edge() -> None:
    """The margins around the cutting lines stay white, however long a name is."""
    picture = pypdfium2.PdfDocument(sheet(slips(8), doors(OA, USERNAME)))[0].render(scale=2).to_pil()
    grey = picture.convert("L")
    middle = grey.width // 2
    strips = [(middle - 14, middle - 3), (grey.width - 10, grey.width)]
    near = [grey.crop((left, 0, right, grey.height)) for left, right in strips]
    for strip in near:
        assert strip.getextrema()[0] > 100  # nothing darker than the cutting lines
