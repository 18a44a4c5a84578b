"""Builds sample files for the gate: nobody and nothing in them is real. Needs the test extras."""

import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document
from fpdf import FPDF
from openpyxl import Workbook

_FONTS = ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/TTF", "/usr/share/fonts/dejavu")
HEADING = (
    "ĐẢNG BỘ TRƯỜNG ĐẠI HỌC MẪU",
    "CHI BỘ KHOA TOÁN",
    "Số: 52-KH/CB",
    "Địa danh mẫu, ngày 03 tháng 11 năm 2026",
)
BODY = (
    "Thực hiện chương trình công tác năm, chi bộ tổ chức sinh hoạt chuyên đề vào tối thứ Năm tuần này tại hội "
    "trường tầng hai, đề nghị các đồng chí sắp xếp thời gian tham dự đầy đủ và đúng giờ.",
    "Các tổ đảng chuẩn bị ý kiến phát biểu, gửi về thư ký trước ngày họp để tổng hợp.",
)
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_NAMESPACES = (
    _W + ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


def font() -> Path:
    """A font with Vietnamese letters. Raises FileNotFoundError when the system has none."""
    for folder in _FONTS:
        path = Path(folder) / "DejaVuSans.ttf"
        if path.exists():
            return path
    try:
        import matplotlib  # type: ignore[import-not-found, unused-ignore]  # only where it happens to be

        return Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"
    except ImportError:
        raise FileNotFoundError("no DejaVuSans.ttf: install the system's DejaVu fonts") from None


def png(width: int = 80, height: int = 40) -> bytes:
    """A small grey picture with a dark bar."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)

    rows = b"".join(
        b"\0" + bytes(30 if 10 < x < 60 and 12 < y < 20 else 220 for x in range(width)) for y in range(height)
    )
    header = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def new_pdf() -> FPDF:
    """An empty PDF with the font set."""
    pdf = FPDF()
    pdf.set_creation_date(datetime(2026, 11, 2, tzinfo=UTC))
    pdf.add_font("DejaVu", "", str(font()))
    pdf.set_font("DejaVu", size=12)
    return pdf


def pdf(*lines: str, pages: int = 1, before: Callable[[FPDF], Any] | None = None, body: bool = True) -> bytes:
    """Pages with the heading, the lines and ordinary text; `before` may draw on the last page."""
    made = new_pdf()
    for page in range(pages):
        made.add_page()
        last = page == pages - 1
        for line in (*(HEADING if body else ()), *(lines if last else ()), *(BODY if body else ())):
            made.multi_cell(0, 7, line, new_x="LMARGIN", new_y="NEXT")
        if last and before is not None:
            before(made)
    return bytes(made.output())


def docx(*paragraphs: str, edit: Callable[[Any], Any] | None = None, body: bool = True) -> bytes:
    """What python-docx makes."""
    made = Document()
    for text in (*(HEADING if body else ()), *paragraphs, *(BODY if body else ())):
        made.add_paragraph(text)
    if edit is not None:
        edit(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def xlsx(rows: Sequence[Sequence[Any]], edit: Callable[[Workbook], Any] | None = None) -> bytes:
    """What openpyxl makes."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    if edit is not None:
        edit(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def zipped(files: dict[str, bytes | str], comment: bytes = b"") -> bytes:
    """An archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.comment = comment
    return out.getvalue()


def raw_docx(body: str, more: dict[str, bytes | str] | None = None, rels: str = "") -> bytes:
    """A DOCX by hand, as other programs write it: only the parts it needs."""
    text = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in (*HEADING, *BODY))
    return zipped(
        {
            "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
            'content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/'
            'document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.'
            'main+xml"/></Types>',
            "word/document.xml": f"<w:document {_NAMESPACES}><w:body>{text}{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            f'relationships">{rels}</Relationships>',
            **(more or {}),
        }
    )


def paragraph(*runs: str) -> str:
    """A Word paragraph of several runs."""
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def word_part(kind: str, inner: str) -> str:
    """A Word part of its own: comments, footnotes, hdr, ftr."""
    return f"<w:{kind} {_NAMESPACES}>{inner}</w:{kind}>"


def text_box(text: str) -> str:
    """A text box in both of Word's forms."""
    content = f"<w:txbxContent>{paragraph(text)}</w:txbxContent>"
    return (
        "<w:p><w:r><w:t>Chi bộ thông báo</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='wps'><wp:anchor>"
        f"<wp:positionH><wp:align>center</wp:align></wp:positionH><wps:txbx>{content}</wps:txbx></wp:anchor>"
        f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{content}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r><w:r><w:t> tới các đồng chí</w:t></w:r></w:p>"
    )


def odt(*paragraphs: str, more: dict[str, bytes | str] | None = None, kind: str = "text") -> bytes:
    """An OpenDocument text."""
    text = "".join(f"<text:p>{line}</text:p>" for line in (*HEADING, *paragraphs, *BODY))
    urn = "urn:oasis:names:tc:opendocument:xmlns:"
    names = f'xmlns:office="{urn}office:1.0" xmlns:text="{urn}text:1.0"'
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f"<office:document-content {names}><office:body><office:text>{text}</office:text>"
            "</office:body></office:document-content>",
            "META-INF/manifest.xml": "<manifest/>",
            **(more or {}),
        }
    )


def pptx(*paragraphs: str, more: dict[str, bytes | str] | None = None) -> bytes:
    """A presentation with one slide."""
    text = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in (*HEADING, *paragraphs, *BODY))
    names = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="urn:p"'
    return zipped(
        {
            "[Content_Types].xml": "<Types><Override PartName='/ppt/presentation.xml' ContentType='application/vnd."
            "openxmlformats-officedocument.presentationml.presentation.main+xml'/></Types>",
            "ppt/slides/slide1.xml": f"<p:sld {names}>{text}</p:sld>",
            **(more or {}),
        }
    )


def raw_pdf(content: bytes, more: Sequence[bytes] = (), resources: bytes = b"", page: bytes = b"") -> bytes:
    """A one-page PDF by hand; objects from number 6 on are `more`."""
    objects = [
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources <</Font <</F1 5 0 R>> " + resources + b">> " + page + b">>",
        b"<</Length %d>>\nstream\n" % len(content) + content + b"\nendstream",
        b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>",
        *more,
    ]
    made = b"%PDF-1.4\n"
    offsets = []
    for number, thing in enumerate(objects, 1):
        offsets.append(len(made))
        made += b"%d 0 obj\n" % number + thing + b"\nendobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        made
        + table
        + b"trailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(made))
    )


PLAIN_LINES = b"BT /F1 12 Tf 72 760 Td 16 TL (KE HOACH) Tj T* (Moi chi bo hoc mot buoi trong quy.) Tj T* ET\n"
