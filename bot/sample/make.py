"""Makes the sample roster and directives: `python -m bot.sample.make`. Nobody and nothing in them is real.

The same bytes every time. Needs the test extras (fpdf2, python-docx) and a DejaVu font on the system.
"""

import io
import random
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
_MADE = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
_FONTS = ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/TTF", "/usr/share/fonts/dejavu")

TOP = "Đảng bộ Trường Đại học Mẫu"
UNITS: dict[str, tuple[str, ...]] = {
    "Đảng bộ Khoa Tự nhiên": ("Toán - Cơ", "Vật lý", "Hóa học", "Sinh học"),
    "Đảng bộ Khoa Nhân văn": ("Lịch sử", "Văn học", "Ngôn ngữ", "Báo chí"),
    "Đảng bộ Khối Cơ quan": ("Tổ chức cán bộ", "Hành chính", "Thư viện", "Hưu trí"),
}
PER_BRANCH = 20
HEADER = (
    "STT",
    "Họ và tên",
    "Số thẻ Đảng viên",
    "Số CCCD",
    "Ngày sinh",
    "Ngày kết nạp",
    "Chi bộ đang sinh hoạt",
    "Chi bộ nơi cư trú",
    "Trạng thái",
    "Số điện thoại",
    "Ngày chính thức",
    "Loại đảng viên",
    "Chức vụ Đảng",
    "Mã chi bộ",
    "Đảng bộ cấp trên",
)
_FAMILY = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()
_MIDDLE = {"m": "Văn Đức Hữu Minh Quang Xuân Công".split(), "f": "Thị Ngọc Thu Thanh Kim Diệu Bích".split()}
_GIVEN = {
    "m": "An Bình Cường Dũng Đạt Giang Hảo Hùng Khánh Long Nam Phúc Quân Sơn Thắng Tùng Việt".split(),
    "f": "Anh Chi Diệp Dung Hà Hạnh Hiền Hoa Hương Lan Loan Mai Nga Oanh Phương Thảo Yến".split(),
}
_OTHERS = ("H'Hen Mẫu", "Y Thông Mẫu", "A Lăng-Mẫu")
_POSTS = {
    0: "Bí thư chi bộ",
    1: "Phó bí thư chi bộ",
    2: "Chi ủy viên",
}
_TOP_POSTS = {  # (branch, place in it)
    ("Tổ chức cán bộ", 3): "Cán bộ Ban Tổ chức Đảng ủy",
    ("Tổ chức cán bộ", 4): "Cán bộ Ban Tổ chức Đảng ủy",
    ("Hành chính", 3): "Chuyên viên Văn phòng Đảng ủy",
}
_STANDINGS = {
    12: "Sinh hoạt tạm thời đi",
    13: "Sinh hoạt tạm thời đến",
    18: "Miễn công tác và sinh hoạt đảng",
    19: "Miễn công tác và sinh hoạt đảng",
}
_RARE = {("Vật lý", 11): "Đang chuyển", ("Báo chí", 11): "Đình chỉ sinh hoạt"}


@dataclass(frozen=True)
class Paper:
    """A sample directive."""

    number: str
    day: date
    issuer: str
    kind: str
    title: str
    paragraphs: tuple[str, ...]

    @property
    def file_name(self) -> str:
        """File name without its ending."""
        return self.number.replace("/", "-").replace("Đ", "D")


PAPERS = (
    Paper(
        "52-KH/ĐU",
        date(2026, 11, 2),
        "ĐẢNG ỦY TRƯỜNG ĐẠI HỌC MẪU",
        "KẾ HOẠCH",
        "Triển khai sử dụng sổ tay đảng viên trên ứng dụng nhắn tin",
        (
            "1. Mục đích: mỗi đảng viên nhận văn bản của cấp ủy nhanh, đủ, và xác nhận đã đọc ngay trên điện thoại.",
            "2. Các chi bộ phát phiếu xác thực cho đảng viên trong cuộc họp tháng này; bí thư giúp người cao tuổi.",
            "3. Mỗi đảng viên đọc kế hoạch này và xác nhận trước thời hạn ghi trong tin nhắn.",
            "4. Ban Tổ chức tổng hợp theo từng chi bộ, báo cáo Ban Thường vụ vào cuối tháng.",
        ),
    ),
    Paper(
        "51-TB/ĐU",
        date(2026, 10, 26),
        "ĐẢNG ỦY TRƯỜNG ĐẠI HỌC MẪU",
        "THÔNG BÁO",
        "Lịch sinh hoạt chuyên đề quý IV",
        (
            "1. Các chi bộ sinh hoạt chuyên đề trong tuần thứ hai của tháng sau.",
            "2. Tài liệu gửi đảng viên trước cuộc họp ít nhất một ngày.",
            "3. Đảng viên vắng mặt báo lý do cho bí thư chi bộ trước giờ họp.",
        ),
    ),
    Paper(
        "03-HD/BTCĐU",
        date(2026, 10, 19),
        "BAN TỔ CHỨC ĐẢNG ỦY TRƯỜNG ĐẠI HỌC MẪU",
        "HƯỚNG DẪN",
        "Rà soát danh sách đảng viên trước khi đưa vào sổ tay",
        (
            "1. Đối chiếu họ tên, ngày sinh, số thẻ và chi bộ đang sinh hoạt của từng đảng viên.",
            "2. Không đưa vào tệp các cột dân tộc, tôn giáo, gia đình.",
            "3. Gửi tệp về Ban Tổ chức qua đường công văn nội bộ.",
        ),
    ),
)


def roster_rows() -> list[list[object]]:
    """The people, a row each, in the order of the header."""
    chance = random.Random(52)  # noqa: S311 - samples, not secrets; the seed makes them the same every time
    rows: list[list[object]] = []
    branch_number = 0
    for unit, branches in UNITS.items():
        for branch in branches:
            branch_number += 1
            for place in range(PER_BRANCH):
                ordinal = len(rows) + 1
                sex = chance.choice("mf")
                name = " ".join(chance.choice(part) for part in (_FAMILY, _MIDDLE[sex], _GIVEN[sex]))
                if branch_number <= len(_OTHERS) and place == 9:
                    name = _OTHERS[branch_number - 1]
                probationary = place in {16, 17}
                elder = place >= 18 or branch == "Hưu trí"
                year = chance.randint(1940, 1955) if elder else chance.randint(1968, 1999)
                born = date(year, chance.randint(1, 12), chance.randint(1, 28))
                joined = born.replace(year=year + chance.randint(20, 26))
                if probationary:
                    joined = date(2026, chance.randint(2, 9), chance.randint(1, 28))
                official = None if probationary else joined + timedelta(days=366)
                card = None if probationary else f"99{ordinal:06d}"
                cccd = f"000{'0' if sex == 'm' else '1'}{year % 100:02d}{ordinal:06d}"
                rows.append(
                    [
                        ordinal,
                        name.upper(),
                        card,
                        cccd,
                        _day(born),
                        _day(joined),
                        f"Chi bộ {branch}",
                        "Khu dân cư Mẫu",
                        _RARE.get((branch, place), _STANDINGS.get(place, "Đang sinh hoạt")),
                        f"0000{ordinal:06d}",
                        _day(official),
                        "Dự bị" if probationary else "Chính thức",
                        _TOP_POSTS.get((branch, place), _POSTS.get(place, "")),
                        f"99.001.{branch_number:03d}",
                        f"{TOP} > {unit}",
                    ]
                )
    return rows


def _day(value: date | None) -> str | None:
    return None if value is None else value.strftime("%d/%m/%Y")


def roster() -> bytes:
    """The sample roster in the export's layout, with title rows and a footer."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "DS_DANGVIEN"
    sheet.append(["ĐẢNG BỘ TRƯỜNG ĐẠI HỌC MẪU"])
    sheet.append(["DANH SÁCH ĐẢNG VIÊN (DỮ LIỆU MẪU: không có người thật, số thẻ và số điện thoại bịa)"])
    sheet.append([])
    sheet.append(list(HEADER))
    rows = roster_rows()
    for row in rows:
        sheet.append(row)
    sheet.append([f"Tổng số: {len(rows)}"])
    for cell in (sheet["A1"], sheet["A2"], *sheet[4]):
        cell.font = Font(name="Times New Roman", bold=True)
    for column, width in zip(
        "BCDEFGHIJKLMNO", (24, 12, 15, 12, 12, 24, 18, 24, 13, 12, 12, 26, 12, 52), strict=True
    ):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A5"
    buffer = io.BytesIO()
    book.save(buffer)
    return _steady(buffer.getvalue())


def pdf(paper: Paper) -> bytes:
    """A sample directive as PDF."""
    from fpdf import FPDF
    from fpdf.enums import XPos, YPos

    fonts = next(Path(each) for each in _FONTS if (Path(each) / "DejaVuSerif.ttf").exists())
    document = FPDF(format="A4")
    document.set_creation_date(_MADE)
    document.set_title(f"{paper.number} (VĂN BẢN MẪU)")
    document.set_margin(25)
    document.add_font("serif", "", fonts / "DejaVuSerif.ttf")
    document.add_font("serif", "B", fonts / "DejaVuSerif-Bold.ttf")
    document.add_page()
    for style, size, align, line in _lines(paper):
        document.set_font("serif", style, size)
        document.multi_cell(0, size * 0.6, line, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        document.ln(2)
    return bytes(document.output())


def docx(paper: Paper) -> bytes:
    """A sample directive as DOCX."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    document = Document()
    document.core_properties.title = f"{paper.number} (VĂN BẢN MẪU)"
    document.core_properties.author = "Mẫu"
    document.core_properties.created = document.core_properties.modified = _MADE.replace(tzinfo=None)
    for style, size, align, line in _lines(paper):
        paragraph = document.add_paragraph()
        run = paragraph.add_run(line)
        run.bold = style == "B"
        run.font.size = Pt(size)
        run.font.name = "Times New Roman"
        if align == "C":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    buffer = io.BytesIO()
    document.save(buffer)
    return _steady(buffer.getvalue())


def _lines(paper: Paper) -> list[tuple[str, int, str, str]]:
    """Style, size, alignment and text of every line."""
    day = paper.day
    return [
        ("B", 11, "C", "VĂN BẢN MẪU - không có giá trị, chỉ để thử phần mềm"),
        ("B", 12, "C", "ĐẢNG CỘNG SẢN VIỆT NAM"),
        ("B", 12, "C", paper.issuer),
        ("", 12, "C", f"Số {paper.number}"),
        ("", 12, "C", f"Nơi mẫu, ngày {day:%d} tháng {day:%m} năm {day:%Y}"),
        ("B", 14, "C", paper.kind),
        ("B", 12, "C", paper.title),
        *(("", 12, "L", paragraph) for paragraph in paper.paragraphs),
        ("", 11, "L", "Nơi nhận: các chi bộ; lưu Văn phòng (mẫu)."),
    ]


def _steady(content: bytes) -> bytes:
    """The same Office file without the moment it was written."""
    buffer = io.BytesIO()
    stamp = _MADE.strftime("%Y-%m-%dT%H:%M:%SZ")
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp.encode(), data)
            new.writestr(zipfile.ZipInfo(entry.filename, _MADE.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def main() -> None:
    """Writes everything beside this file."""
    (HERE / "roster.xlsx").write_bytes(roster())
    for paper in PAPERS:
        (HERE / f"{paper.file_name}.pdf").write_bytes(pdf(paper))
        (HERE / f"{paper.file_name}.docx").write_bytes(docx(paper))


if __name__ == "__main__":
    main()
