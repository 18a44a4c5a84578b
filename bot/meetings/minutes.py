"""A draft of the minutes in the layout of Party documents: no Quốc hiệu; the Party's name at the upper right.

A Party paper: its words are Vietnamese, whatever the reader's language.
"""

from collections.abc import Sequence
from io import BytesIO

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from bot.clock import VIETNAM
from bot.meetings import texts
from bot.meetings.models import Meeting

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "Times New Roman"
_DOTS = "." * 60


def make(meeting: Meeting, above: str, lines: Sequence[str]) -> bytes:
    """The draft as .docx. `above`: the organisation above the unit, or ""; `lines`: `texts.line`.

    What was said and decided is left to write by hand. A4, margins 20/20/30/15 mm, Times New Roman 14.
    """
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Cm(2), Cm(2), Cm(3), Cm(1.5)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(6)
    _head(document.add_table(rows=1, cols=2).rows[0].cells, meeting, above)
    document.add_paragraph()
    _centred(document.add_paragraph(), "BIÊN BẢN", size=16, bold=True)
    _centred(document.add_paragraph(), f"{texts.KINDS[meeting.kind]}, {meeting.unit}", bold=True)
    _centred(document.add_paragraph(), "-----")
    starts = meeting.starts.astimezone(VIETNAM)
    body = [
        f"Hôm nay, {starts:%H} giờ {starts:%M} ngày {starts:%d} tháng {starts:%m} năm {starts:%Y}, "
        f"tại {meeting.place}, {meeting.unit} tiến hành họp.",
        f"Chủ trì: đồng chí {meeting.chair}",
        f"Thư ký: đồng chí {_DOTS[:40]}",
    ]
    for text in body:
        document.add_paragraph(text)
    _titled(document.add_paragraph(), "1. Thành phần")
    for each in lines:
        document.add_paragraph(f"- {each}")
    for title in ("2. Nội dung", "3. Thảo luận", "4. Kết luận, nghị quyết", "5. Phân công"):
        _titled(document.add_paragraph(), title)
        document.add_paragraph(meeting.agenda if title == "2. Nội dung" else _DOTS)
    document.add_paragraph("Cuộc họp kết thúc hồi … giờ … cùng ngày.")
    _foot(document.add_table(rows=1, cols=2).rows[0].cells, meeting)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _head(cells: Sequence[_Cell], meeting: Meeting, above: str) -> None:
    left, right = cells
    if above:
        _centred(left.paragraphs[0], above.upper())
        _centred(left.add_paragraph(), meeting.unit.upper(), bold=True)
    else:
        _centred(left.paragraphs[0], meeting.unit.upper(), bold=True)
    _centred(left.add_paragraph(), "*")
    _centred(left.add_paragraph(), "Số …-BB/CB")
    party = _centred(right.paragraphs[0], "ĐẢNG CỘNG SẢN VIỆT NAM", bold=True)
    party.runs[0].font.underline = True
    starts = meeting.starts.astimezone(VIETNAM)
    dated = f"…………, ngày {starts:%d} tháng {starts:%m} năm {starts:%Y}"
    _centred(right.add_paragraph(), dated, size=13).runs[0].italic = True


def _foot(cells: Sequence[_Cell], meeting: Meeting) -> None:
    left, right = cells
    _centred(left.paragraphs[0], "THƯ KÝ", bold=True)
    _centred(right.paragraphs[0], "T/M CHI BỘ", bold=True)
    _centred(right.add_paragraph(), "CHỦ TRÌ")
    for _blank in range(3):
        right.add_paragraph()
    _centred(right.add_paragraph(), meeting.chair, bold=True)


def _centred(paragraph: Paragraph, text: str, *, size: int = 14, bold: bool = False) -> Paragraph:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)
    return paragraph


def _titled(paragraph: Paragraph, text: str) -> None:
    paragraph.add_run(text).bold = True
