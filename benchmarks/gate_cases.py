"""The gate's hundred cases: 35 marked, 15 pictures and scans, 50 innocent; and more marked ones for the tests."""

# ruff: noqa: E501, PLW0108  (one case a line, each made the same way, reads as the table it is)

import io
import unicodedata
import zlib
from collections.abc import Callable
from typing import Any

from docx.shared import Inches
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as SheetPicture
from pypdf import PdfReader, PdfWriter

from benchmarks.gate_files import (
    PLAIN_LINES,
    docx,
    new_pdf,
    odt,
    paragraph,
    pdf,
    png,
    pptx,
    raw_docx,
    raw_pdf,
    text_box,
    word_part,
    xlsx,
    zipped,
)

Case = tuple[str, str, Callable[[], bytes]]
"""What it shows, the file's name, how it is made."""

ROWS = (
    ("STT", "Nội dung", "Ghi chú"),
    (1, "Sinh hoạt chuyên đề", "tối thứ Năm"),
    (2, "Đóng đảng phí", "quý IV"),
)
PEOPLE = (
    (1, "Nguyễn Văn Mẫu", 1970),
    (2, "Trần Thị Mẫu", 1982),
    (3, "Lê Văn Thử", 1975),
    (4, "Phạm Thị Thử", 1990),
)
TEXT = "ĐẢNG BỘ TRƯỜNG MẪU\nSố: 12-TB/ĐU\n{mark}\nĐề nghị các đồng chí tham dự đầy đủ.\n"


def _change(data: bytes, edit: Callable[[PdfWriter], Any]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    edit(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _column(made: Any) -> None:
    made.set_xy(10, 10)
    made.cell(90, 7, "")
    made.set_xy(150, 11)
    made.cell(50, 7, "TỐI MẬT")


def _watermark(made: Any) -> None:
    with made.rotation(45, 100, 150):
        made.set_font("DejaVu", size=60)
        made.text(30, 160, "TUYỆT MẬT")


def _letters(made: Any) -> None:
    for i, letter in enumerate("MẬT"):
        made.text(190, 60 + 14 * i, letter)


def _spread(made: Any) -> None:
    for i, letter in enumerate("TỐI MẬT"):
        made.text(100 + 9 * i, 200, letter)


def _property(name: str, value: str) -> Callable[[Any], None]:
    return lambda made: setattr(made.core_properties, name, value)


def _header(where: str, text: str) -> Callable[[Any], None]:
    def edit(made: Any) -> None:
        getattr(made.sections[0], where).paragraphs[0].text = text

    return edit


def _hidden_sheet(made: Any) -> None:
    sheet = made.create_sheet("Phụ lục")
    sheet["D7"] = "MẬT"
    sheet.sheet_state = "veryHidden"


def _comment(made: Any) -> None:
    made.active["B2"].comment = Comment("TUYỆT MẬT", "mẫu")


def _hidden_run(made: Any) -> None:
    made.add_paragraph("").add_run("TỐI MẬT").font.hidden = True


def _stamp_note() -> bytes:
    form = b"BT /F1 20 Tf 5 5 Td (TOI M) Tj (AT) Tj ET"
    return raw_pdf(
        PLAIN_LINES,
        [
            b"<</Type /Annot /Subtype /Stamp /Rect [300 700 400 730] /AP <</N 7 0 R>>>>",
            b"<</Type /XObject /Subtype /Form /BBox [0 0 100 30] /Resources <</Font <</F1 5 0 R>>>> /Length %d>>\n"
            b"stream\n" % len(form) + form + b"\nendstream",
        ],
        page=b"/Annots [6 0 R]",
    )


MARKED: list[Case] = [
    ("stamp line", "ke-hoach-1.pdf", lambda: pdf("MẬT")),
    ("stamp beside the heading", "ke-hoach-2.pdf", lambda: pdf(before=_column)),
    ("watermark across the page", "ke-hoach-3.pdf", lambda: pdf(before=_watermark)),
    ("after the number", "ke-hoach-4.pdf", lambda: pdf("Số: 15-BC/ĐU (Mật)")),
    ("spaced on page five", "ke-hoach-5.pdf", lambda: pdf("M Ậ T", pages=5)),
    ("letters one under the other", "ke-hoach-6.pdf", lambda: pdf(before=_letters)),
    (
        "in the title of the PDF",
        "ke-hoach-7.pdf",
        lambda: _change(pdf(), lambda w: w.add_metadata({"/Subject": "Tối mật"})),
    ),
    (
        "attached to the PDF",
        "ke-hoach-8.pdf",
        lambda: _change(pdf(), lambda w: w.add_attachment("phu-luc.docx", docx("MẬT"))),
    ),
    ("stamp note without marks", "ke-hoach-9.pdf", _stamp_note),
    ("NFD", "ke-hoach-10.pdf", lambda: pdf(unicodedata.normalize("NFD", "TUYỆT MẬT"))),
    ("stamp paragraph", "bao-cao-1.docx", lambda: docx("MẬT")),
    ("header", "bao-cao-2.docx", lambda: docx(edit=_header("header", "TỐI MẬT"))),
    ("footer of the first page", "bao-cao-3.docx", lambda: docx(edit=_header("first_page_footer", "Mật"))),
    ("text box", "bao-cao-4.docx", lambda: raw_docx(text_box("MẬT"))),
    (
        "comment",
        "bao-cao-5.docx",
        lambda: raw_docx(
            "",
            {
                "word/comments.xml": word_part(
                    "comments", f"<w:comment>{paragraph('Độ mật: Tối mật')}</w:comment>"
                )
            },
        ),
    ),
    (
        "footnote",
        "bao-cao-6.docx",
        lambda: raw_docx(
            "",
            {"word/footnotes.xml": word_part("footnotes", f"<w:footnote>{paragraph('(Mật)')}</w:footnote>")},
        ),
    ),
    (
        "tracked deletion",
        "bao-cao-7.docx",
        lambda: raw_docx(
            "<w:p><w:r><w:t>Kế hoạch năm </w:t></w:r><w:del><w:r><w:delText>TỐI MẬT</w:delText></w:r></w:del><w:r><w:t>2026 của chi bộ</w:t></w:r></w:p>"
        ),
    ),
    ("split over runs", "bao-cao-8.docx", lambda: raw_docx(paragraph("T", "ỐI", " ", "M", "Ậ", "T"))),
    ("hidden text", "bao-cao-9.docx", lambda: docx(edit=_hidden_run)),
    ("keywords", "bao-cao-10.docx", lambda: docx(edit=_property("keywords", "kế hoạch; mật"))),
    (
        "own property",
        "bao-cao-11.docx",
        lambda: raw_docx(
            "",
            {"docProps/custom.xml": "<Properties><property name='Độ mật'><v>C</v></property></Properties>"},
        ),
    ),
    (
        "WordArt watermark",
        "bao-cao-12.docx",
        lambda: raw_docx(
            "",
            {
                "word/header1.xml": word_part(
                    "hdr",
                    "<w:p><w:r><w:pict><v:shape id='x'><v:textpath string='TUYỆT MẬT'/></v:shape></w:pict></w:r></w:p>",
                )
            },
        ),
    ),
    (
        "workbook in a document",
        "bao-cao-13.docx",
        lambda: raw_docx("", {"word/embeddings/so-lieu.xlsx": xlsx([*ROWS, ("", "", "MẬT")])}),
    ),
    ("without marks", "bao cao 14.docx", lambda: docx("TOI MAT", "KE HOACH TO CHUC", body=False)),
    ("look-alike letters", "bao-cao-15.docx", lambda: docx("ТỐI МẬТ")),
    ("zero width", "bao-cao-16.docx", lambda: docx("M\u200bẬ\u200c\u2060T")),
    ("very hidden sheet", "so-lieu-1.xlsx", lambda: xlsx(ROWS, _hidden_sheet)),
    ("sheet comment", "so-lieu-2.xlsx", lambda: xlsx(ROWS, _comment)),
    ("label and cell", "so-lieu-3.xlsx", lambda: xlsx([("Độ mật", "Tối mật"), *ROWS])),
    ("cell of a table", "so-lieu-4.csv", lambda: "STT;Nội dung;Độ mật\n1;Kế hoạch;Mật\n".encode()),
    ("UTF-16", "ghi-chep-1.txt", lambda: TEXT.format(mark="TUYỆT MẬT").encode("utf-16")),
    ("TCVN3", "ghi-chep-2.txt", lambda: "§¶NG Bé TR¦êNG\nTèI MËT\nSinh ho¹t chuyªn ®Ò\n".encode("latin-1")),
    ("VNI", "ghi-chep-3.txt", lambda: "ÑAÛNG BOÄ\nMAÄT\nSinh hoaït chuyeân ñeà\n".encode("latin-1")),
    (
        "archive in an archive",
        "ho-so-1.zip",
        lambda: zipped({"a/b.zip": zipped({"thong-bao.txt": TEXT.format(mark="Độ mật: Mật")})}),
    ),
    ("file name", "ke-hoach-MAT.pdf", pdf),
]

MORE_MARKED: list[Case] = [
    ("letters apart on one line", "ke-hoach-11.pdf", lambda: pdf(before=_spread)),
    ("cp1258", "ghi-chep-4.txt", lambda: b"S\xf4\xec: 12-TB\nM\xc2\xf2T\nKe hoach n\xe3m\n"),
    ("UTF-16 without a mark of order", "ghi-chep-5.txt", lambda: TEXT.format(mark="MẬT").encode("utf-16-le")),
    ("dotted", "thong-bao-1.docx", lambda: docx("M.Ậ.T")),
    ("full width", "thong-bao-2.docx", lambda: docx("ＴỐＩ　ＭẬＴ")),
    ("file name without marks", "toi mat.docx", docx),
    ("file name of a plan", "KE HOACH 52 - mat.docx", docx),
    ("name in an archive", "ho-so-2.zip", lambda: zipped({"TUYỆT MẬT/ke-hoach.txt": TEXT.format(mark="")})),
    (
        "sheet header",
        "so-lieu-5.xlsx",
        lambda: xlsx(ROWS, lambda made: setattr(made.active.oddHeader.center, "text", "MẬT")),
    ),
    ("sheet name", "so-lieu-6.xlsx", lambda: xlsx(ROWS, lambda made: made.create_sheet("TỐI MẬT"))),
    (
        "defined name and format",
        "so-lieu-7.xlsx",
        lambda: xlsx(ROWS, lambda made: setattr(made.active["A1"], "number_format", '"MẬT"')),
    ),
    ("OpenDocument", "thong-bao-3.odt", lambda: odt("MẬT")),
    (
        "OpenDocument property",
        "thong-bao-4.odt",
        lambda: odt(
            more={
                "meta.xml": "<m xmlns:meta='u'><meta:user-defined meta:name='Độ mật'>Tối mật</meta:user-defined></m>"
            }
        ),
    ),
    ("slide", "trinh-bay.pptx", lambda: pptx("Tối mật")),
    ("label with an envelope's letter", "thong-bao-5.docx", lambda: docx("Độ mật: B")),
    ("marked as state secret", "thong-bao-6.docx", lambda: docx("TÀI LIỆU BÍ MẬT NHÀ NƯỚC")),
    ("taken out but saved behind", "ke-hoach-12.pdf", lambda: _appended(pdf("MẬT"))),
    (
        "note on the page",
        "ke-hoach-13.pdf",
        lambda: raw_pdf(
            PLAIN_LINES,
            [b"<</Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents <FEFF004D1EAC0054>>>"],
            page=b"/Annots [6 0 R]",
        ),
    ),
    (
        "old font in a PDF",
        "ke-hoach-14.pdf",
        lambda: raw_pdf(PLAIN_LINES + b"BT /F1 14 Tf 72 600 Td (T\xe8I M\xcbT) Tj ET"),
    ),
]

OTHER_MARKS: list[tuple[str, Case]] = [
    ("internal", ("internal", "tai-lieu-1.docx", lambda: docx("(Tài liệu lưu hành nội bộ)"))),
    ("internal", ("internal in TCVN3", "tai-lieu-2.docx", lambda: docx("L­u hµnh néi bé", body=False))),
    ("draft", ("draft", "tai-lieu-3.pdf", lambda: pdf("DỰ THẢO LẦN 2"))),
    ("draft", ("draft in the name", "du-thao-nghi-quyet.docx", docx)),
    ("draft", ("draft as heading", "tai-lieu-4.docx", lambda: docx("DỰ THẢO BÁO CÁO CHÍNH TRỊ"))),
    ("not_for_circulation", ("not for circulation", "tai-lieu-5.docx", lambda: docx("KHÔNG PHỔ BIẾN"))),
    ("returned_after_meeting", ("returned", "tai-lieu-6.pdf", lambda: pdf("Tài liệu thu hồi sau cuộc họp"))),
    ("personnel_list", ("personnel", "tai-lieu-7.xlsx", lambda: xlsx([("NHÂN SỰ DỰ KIẾN GIỚI THIỆU CẤP ỦY",), *PEOPLE]))),
    ("discipline_list", ("discipline", "tai-lieu-8.docx", lambda: docx("DANH SÁCH ĐẢNG VIÊN BỊ KỶ LUẬT NĂM 2026", *(f"{n}. {name}, sinh năm {year}" for n, name, year in PEOPLE)))),
    ("discipline_list", ("discipline in a table", "tai-lieu-9.csv", lambda: ("Danh sách đảng viên vi phạm bị khiển trách\n" + "\n".join(f"{n},{name},{year}" for n, name, year in PEOPLE)).encode())),
]  # fmt: skip


def _appended(data: bytes) -> bytes:
    """The page's text replaced by an update at the end of the file; the old text stays in its place."""
    reader = PdfReader(io.BytesIO(data))
    contents = reader.pages[0].raw_get("/Contents")
    start = int(data.rsplit(b"startxref", 1)[1].split()[0])
    new = b"%d 0 obj\n<</Length 0>>\nstream\n\nendstream\nendobj\n" % contents.idnum
    table = len(data) + len(new)
    root = reader.trailer.raw_get("/Root").idnum
    return (
        data
        + new
        + (
            b"xref\n%d 1\n%010d 00000 n \ntrailer <</Size %d /Root %d 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
            % (contents.idnum, len(data), int(reader.trailer["/Size"]), root, start, table)
        )
    )


def _picture_pdf(pages: int, scans: tuple[int, ...], text_too: bool = False) -> bytes:
    made = new_pdf()
    for page in range(pages):
        made.add_page()
        if page not in scans or text_too:
            made.multi_cell(0, 7, "Kế hoạch sinh hoạt chuyên đề của chi bộ trong quý IV.")
        if page in scans:
            made.image(io.BytesIO(png()), x=10, y=40, w=150)
    return bytes(made.output())


def _sheet_picture(made: Any) -> None:
    made.active.add_image(SheetPicture(io.BytesIO(png())), "D4")


def _header_picture(made: Any) -> None:
    made.sections[0].header.paragraphs[0].add_run().add_picture(io.BytesIO(png()), width=Inches(1))


def _outlines() -> bytes:
    letters = b"72 600 m 72 640 l 80 640 l 90 615 l 100 640 l 108 640 l 108 600 l 90 600 l f "
    return raw_pdf(PLAIN_LINES + letters)


def _type3() -> bytes:
    glyph = b"500 0 0 0 500 700 d1 0 0 m 250 700 l 500 0 l f"
    return raw_pdf(
        PLAIN_LINES + b"BT /F3 20 Tf 72 500 Td (aaa) Tj ET",
        [
            b"<</Type /Font /Subtype /Type3 /FontBBox [0 0 500 700] /FontMatrix [.001 0 0 .001 0 0] /CharProcs <</q 7 0 R>> "
            b"/Encoding <</Differences [97 /q]>> /FirstChar 97 /LastChar 97 /Widths [500] /Resources <<>>>>",
            b"<</Length %d>>\nstream\n" % len(glyph) + glyph + b"\nendstream",
        ],
        resources=b"",
    ).replace(b"/F1 5 0 R>>", b"/F1 5 0 R /F3 6 0 R>>")


def _inline() -> bytes:
    return raw_pdf(
        PLAIN_LINES
        + b"q 90 0 0 40 72 400 cm BI /W 8 /H 8 /BPC 1 /CS /G ID \xaa\x55\xaa\x55\xaa\x55\xaa\x55 EI Q\n"
    )


PICTURES: list[Case] = [
    ("one scanned page", "quet-1.pdf", lambda: _picture_pdf(1, (0,))),
    ("three scanned pages", "quet-2.pdf", lambda: _picture_pdf(3, (0, 1, 2))),
    ("one scan among text", "quet-3.pdf", lambda: _picture_pdf(6, (4,))),
    ("scan with a text layer", "quet-4.pdf", lambda: _picture_pdf(1, (0,), text_too=True)),
    ("inline picture", "quet-5.pdf", _inline),
    ("letters drawn as outlines", "quet-6.pdf", _outlines),
    ("font that tells nothing", "quet-7.pdf", _type3),
    ("empty page", "quet-8.pdf", lambda: pdf(body=False)),
    ("picture in a document", "anh-1.docx", lambda: docx(edit=lambda made: made.add_picture(io.BytesIO(png())))),
    ("picture in a header", "anh-2.docx", lambda: docx(edit=_header_picture)),
    ("linked picture", "anh-3.docx", lambda: raw_docx("", rels='<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="https://example.com/a.png" TargetMode="External"/>')),
    ("picture in a workbook", "anh-4.xlsx", lambda: xlsx(ROWS, _sheet_picture)),
    ("photograph", "anh-5.png", png),
    ("photographs in an archive", "anh-6.zip", lambda: zipped({"1.png": png(), "2.png": png(90, 50)})),
    ("picture in an OpenDocument", "anh-7.odt", lambda: odt(more={"Pictures/1.png": png()})),
]  # fmt: skip

_TRAPS: tuple[tuple[str, ...], ...] = (
    ("Nâng cao ý thức bảo mật thông tin trên không gian mạng.",),
    ("Mật độ dân số của phường là 12.000 người trên một ki-lô-mét vuông.",),
    ("Đồng chí không chia sẻ mật khẩu tài khoản cho người khác.",),
    ("Hội thi nuôi ong lấy mật của hội viên nông dân.", "Sản phẩm mật ong được trưng bày tại hội trường."),
    ("Cán bộ, đảng viên giữ bí mật công tác theo quy định.",),
    ("Tuyên truyền Luật Bảo vệ bí mật nhà nước năm 2018.",),
    ("KẾ HOẠCH TUYÊN TRUYỀN LUẬT BẢO VỆ", "BÍ MẬT NHÀ NƯỚC"),
    ("Bí mật nhà nước được phân thành ba độ: Tuyệt mật, Tối mật và Mật.",),
    ("a) Tuyệt mật: 30 năm;", "b) Tối mật: 20 năm;", "c) Mật: 10 năm."),
    ("Góp ý dự thảo văn kiện trình đại hội gửi về văn phòng trước thứ Sáu.",),
    ("HỘI NGHỊ GÓP Ý", "DỰ THẢO BÁO CÁO CHÍNH TRỊ"),
    ("Các chi bộ phối hợp mật thiết với công đoàn và đoàn thanh niên.",),
    ("Mặt trận Tổ quốc phát động quyên góp.", "MẶT TRẬN TỔ QUỐC VIỆT NAM"),
    ("Đồng chí vắng mặt có lý do đề nghị báo trước.", "CÓ MẶT"),
    ("Sinh hoạt tối thứ Năm, không để mất tài liệu.", "MẤT ĐIỆN"),
    (
        "Danh sách đảng viên được tặng Huy hiệu 30 năm tuổi Đảng",
        "1. Nguyễn Văn Mẫu",
        "2. Trần Thị Mẫu",
        "3. Lê Văn Thử",
    ),
    ("Việc quản lý tài liệu mật thực hiện theo quy định của pháp luật.",),
    ("Người soạn thảo đề xuất độ mật của văn bản, người ký quyết định.",),
    ("Văn bản này không thuộc bí mật nhà nước.",),
    ("Bệnh không phổ biến ở địa phương nhưng cần phòng ngừa.",),
    ("Dự thảo Luật đang được lấy ý kiến nhân dân trên cổng thông tin.",),
    ("Độ mật: Không",),
    ("Quy định về tài liệu lưu hành nội bộ và việc thu hồi tài liệu sau cuộc họp có hiệu lực từ năm nay.",),
    ("Công tác nhân sự đại hội được chuẩn bị kỹ lưỡng, dân chủ.",),
    ("Gặp mặt thân mật các đồng chí hưu trí.", "Bánh trung thu nhân mật"),
)


def _innocents() -> list[Case]:
    def case(n: int, lines: tuple[str, ...], make: Callable[..., bytes], name: str) -> Case:
        return f"{lines[0][:40]}", name.format(n=n), lambda: make(*lines)

    makers: tuple[tuple[Callable[..., bytes], str], ...] = (
        (pdf, "thong-bao-{n}.pdf"),
        (docx, "thong-bao-{n}.docx"),
        (lambda *lines: xlsx([*ROWS, *((5, line, "") for line in lines)]), "so-lieu-{n}.xlsx"),
        (lambda *lines: "\n".join(("ĐẢNG BỘ MẪU", *lines, "Trân trọng.")).encode(), "ghi-chep-{n}.txt"),
        (
            lambda *lines: raw_docx("".join(paragraph(*line.split(" ", 1)) for line in lines)),
            "van-ban-{n}.docx",
        ),
        (
            lambda *lines: ("STT,Nội dung\n" + "\n".join(f'1,"{line}"' for line in lines)).encode(),
            "bang-{n}.csv",
        ),
        (odt, "van-ban-{n}.odt"),
    )
    found = []
    for n, lines in enumerate(_TRAPS):
        found.append(case(n, lines, *makers[n % len(makers)]))
        found.append(case(n, lines, *makers[0 if n % len(makers) else 1]))
    named: dict[int, str] = {
        3: "mat-ong-rung.docx",
        9: "gop-y-du-thao-van-kien.pdf",
        11: "bao-mat-thong-tin.pdf",
        13: "Danh sach vang mat.pdf",
        25: "MAT TRAN TO QUOC.pdf",
        27: "danh-sach-co-mat.pdf",
    }
    return [
        (what, named.get(at, name) if name.endswith(named.get(at, "")[-4:]) else name, make)
        for at, (what, name, make) in enumerate(found)
    ]


INNOCENT: list[Case] = _innocents()


def bomb_docx() -> bytes:
    """A document that unpacks to far more than a machine should hold."""
    return raw_docx("", {"word/media.xml": b"<x>" + b" " * 90_000_000 + b"</x>"})


def entity_docx() -> bytes:
    """A document whose XML defines entities that multiply."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return raw_docx("", {"word/x.xml": f'<!DOCTYPE x [<!ENTITY e0 "x">{entities}]><x>&e11;</x>'})


def slow_pdf() -> bytes:
    """A page of millions of operators: small on disk, minutes to read."""
    content = zlib.compress(b"BT /F1 9 Tf " + b"1 0 0 1 9 9 Tm (M) Tj " * 3_000_000 + b"ET")
    page = raw_pdf(b"@")
    return page.replace(
        b"<</Length 1>>\nstream\n@", b"<</Filter /FlateDecode /Length %d>>\nstream\n" % len(content) + content
    )
