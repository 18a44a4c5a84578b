"""Pictures of marks: OCR refuses what it can read, and passes nothing."""

import io

import pytest
from PIL import Image, ImageDraw, ImageFont

from benchmarks.gate_files import font
from bot.directives.gate import ocr
from bot.directives.gate.check import check

pytestmark = pytest.mark.skipif(
    not ocr.available(), reason="tesseract with Vietnamese (tesseract-ocr-vie) is not installed here"
)


def _scan(*lines: str) -> Image.Image:
    page = Image.new("L", (1240, 1754), 255)
    draw = ImageDraw.Draw(page)
    for place, line in enumerate(lines):
        draw.text((150, 150 + 90 * place), line, fill=0, font=ImageFont.truetype(str(font()), 40))
    return page


def _saved(page: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    page.save(out, kind)
    return out.getvalue()


SECRET = ("TUYỆT MẬT", "KẾ HOẠCH", "Học tập chuyên đề mẫu trong quý bốn.")
PLAIN = ("KẾ HOẠCH", "Học tập chuyên đề mẫu trong quý bốn.", "Giữ bí mật mật khẩu, không ăn mật ong.")


@pytest.mark.parametrize(("name", "kind"), [("quet.png", "PNG"), ("quet.jpg", "JPEG"), ("quet.pdf", "PDF")])
def test_a_mark_in_a_scan_is_refused_and_a_clean_scan_still_needs_a_person(name, kind):
    found = check(name, _saved(_scan(*SECRET), kind))
    assert (found.verdict, found.why) == ("refuse", "secret_mark")
    assert check(name, _saved(_scan(*PLAIN), kind)).verdict == "needs_declaration"


def test_without_tesseract_nothing_is_passed_that_was_not_before(monkeypatch):
    from bot.directives.gate.check import judge
    from bot.directives.gate.models import LIMITS

    monkeypatch.setattr(ocr, "available", lambda: False)
    assert judge("quet.png", _saved(_scan(*SECRET), "PNG"), LIMITS, ()).verdict == "needs_declaration"
