"""Documents in the layouts offices use, made here as PDF, DOCX and HTML: the tree must be right."""

import io

import docx
import pytest
from fpdf import FPDF

from bot.policy.importing import read_file
from bot.policy.reading import Unreadable, read_entries

FIELDS = {"number": "31-QyĐ/MẪU", "title": "Quy định mẫu", "issuer": "Đảng ủy Mẫu", "issued": "2026-02-03"}
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
BODY = """Chương I
NHỮNG QUY ĐỊNH CHUNG
Điều 1. Phạm vi điều chỉnh
Quy định này nêu việc mượn phòng họp theo
khoản 2 Điều 3 của quy chế nhà trường.
Điều 2. Giải thích từ ngữ
1. Phòng họp là phòng có từ hai mươi chỗ.
2. Người mượn là:
a) chi bộ;
b) đoàn thể.
Chương II. VIỆC MƯỢN PHÒNG
Mục 1. Đăng ký
Điều 3. Cách đăng ký
1. Gửi phiếu trước ba ngày. Mục 3 của phiếu ghi rõ số người.
Điều 4a. Trả phòng
1. Trả phòng sạch.
Nơi nhận:
- Các chi bộ;
- Lưu Văn phòng.
PHỤ LỤC I
Mẫu phiếu mượn phòng
1. Họ tên người mượn
2. Ngày mượn"""
TREE = [
    ("Chương I. NHỮNG QUY ĐỊNH CHUNG", "1", "Phạm vi điều chỉnh", 1),
    ("Chương I. NHỮNG QUY ĐỊNH CHUNG", "2", "Giải thích từ ngữ", 4),
    ("Chương II. VIỆC MƯỢN PHÒNG › Mục 1. Đăng ký", "3", "Cách đăng ký", 1),
    ("Chương II. VIỆC MƯỢN PHÒNG › Mục 1. Đăng ký", "4a", "Trả phòng", 1),
    ("Phụ lục I", "", "Mẫu phiếu mượn phòng", 2),
]


def tree(source):
    return [(a.path, a.number, a.heading, a.text.count("\n") + 1) for a in source.articles]


def test_text_with_chapters_items_and_an_appendix():
    source = read_file("a.txt", BODY.encode(), FIELDS)
    assert tree(source) == TREE
    assert source.articles[0].text == (
        "Quy định này nêu việc mượn phòng họp theo khoản 2 Điều 3 của quy chế nhà trường."
    )
    assert source.articles[1].text.split("\n")[2] == "a) chi bộ;"


def _letterhead():
    document = docx.Document()
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text = "ĐẢNG BỘ TRƯỜNG MẪU\nĐẢNG ỦY KHOA MẪU\n*\nSố 31-QyĐ/MẪU"
    table.rows[0].cells[1].text = "ĐẢNG CỘNG SẢN VIỆT NAM\nHà Nội, ngày 03 tháng 2 năm 2026"
    document.add_paragraph("QUY ĐỊNH")
    document.add_paragraph("về mượn phòng họp")
    return document


def test_docx_with_a_two_column_letterhead_and_a_table_inside_an_article():
    document = _letterhead()
    for line in BODY.split("\n")[:10]:
        document.add_paragraph(line)
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("Phòng", "Số chỗ"), ("A1", "40")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    for line in BODY.split("\n")[10:]:
        document.add_paragraph(line)
    data = io.BytesIO()
    document.save(data)
    source = read_file("quy-dinh.docx", data.getvalue())
    assert source.document.number == "31-QyĐ/MẪU"
    assert source.document.issued_on.isoformat() == "2026-02-03"
    assert source.document.title == "Quy định về mượn phòng họp"
    assert "Khoa mẫu" in source.document.issuer or "khoa mẫu" in source.document.issuer
    assert [a.number for a in source.articles] == ["1", "2", "3", "4a", ""]
    assert "A1 | 40" in source.articles[1].text


def test_html_keeps_the_tree_and_drops_scripts():
    lines = "".join(f"<p>{line}</p>" for line in BODY.split("\n"))
    page = f"<html><head><title>x</title><script>Điều 9. Bẫy</script></head><body>{lines}</body></html>"
    source = read_file("a.html", page.encode(), FIELDS)
    assert [a.number for a in source.articles] == ["1", "2", "3", "4a", ""]


def _pdf(pages):
    pdf = FPDF()
    pdf.add_font("d", fname=FONT)
    pdf.set_font("d", size=12)
    for number, lines in enumerate(pages, 1):
        pdf.add_page()
        pdf.cell(text="ĐẢNG ỦY MẪU - Quy định mượn phòng", new_x="LMARGIN", new_y="NEXT")
        for line in lines:
            pdf.cell(text=line, new_x="LMARGIN", new_y="NEXT")
        pdf.cell(text=str(number), new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def test_pdf_with_page_numbers_and_running_heads_inside_articles():
    lines = BODY.split("\n")
    source = read_file("a.pdf", _pdf([lines[:4], lines[4:9], lines[9:]]), FIELDS)
    assert [a.number for a in source.articles] == ["1", "2", "3", "4a", ""]
    first = source.articles[0]
    assert first.text.endswith("theo khoản 2 Điều 3 của quy chế nhà trường.")
    assert first.page == 1
    assert source.articles[1].page == 2
    assert source.articles[2].page == 3
    assert not any("Quy định mượn phòng" in a.text for a in source.articles)


def test_a_scan_is_named_as_one():
    pdf = FPDF()
    pdf.add_page()
    pdf.rect(10, 10, 50, 50, style="F")
    with pytest.raises(Unreadable, match="quét"):
        read_file("scan.pdf", bytes(pdf.output()), FIELDS)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", b"PK broken"),
        ("a.pdf", b"%PDF-1.4 broken"),
        ("a.exe", b"MZ"),
        ("a.txt", b"\xff\xfe\x00"),
        ("b.md", b""),
    ],
)
def test_what_cannot_be_read_says_so(name, data):
    with pytest.raises(Unreadable):
        read_file(name, data, FIELDS)


def test_missing_fields_are_named():
    with pytest.raises(Unreadable, match="number"):
        read_file("a.txt", BODY.encode(), {"title": "x"})


def test_a_document_without_articles_is_cut_at_its_headings():
    text = "KẾ HOẠCH\nI. MỤC ĐÍCH\n1. Học tập.\nII. CÁCH LÀM\n1. Mỗi chi bộ một buổi.\n"
    source = read_file("a.txt", text.encode(), FIELDS)
    assert [a.heading for a in source.articles if a.heading] == ["MỤC ĐÍCH", "CÁCH LÀM"]


def test_entries_name_the_block_that_is_wrong():
    with pytest.raises(Unreadable, match="4"):
        read_entries("Hỏi: a?\nĐáp: b\n\nHỏi: c?\n")
