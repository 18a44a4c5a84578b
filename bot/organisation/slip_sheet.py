"""Slips and posters as PDF: A4, eight slips a page. Pure: values in, bytes out; takes some 10 ms a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import segno
from fpdf import FPDF

from bot.clock import VIETNAM
from bot.i18n import _, full_date
from bot.organisation.rules import show_code
from bot.organisation.slips import PrintedSlip

FONTS = Path(__file__).parent / "fonts"
COLUMNS, ROWS = 2, 4
WIDTH, HEIGHT = 105.0, 74.25  # of a slip, in millimetres: A4 in eight
MARGIN = 7.0
QR = 25.0
"""Side of a QR code with its quiet zone, in millimetres."""
QUIET = 4
"""White modules around a code (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class Door:
    """A channel's way in. `code_link` takes the digits, where a link can carry them ("" : it cannot)."""

    channel: str
    link: str
    code_link: str = ""

    def of(self, code: str) -> str:
        """What a slip's QR code says."""
        return self.code_link.format(code=code) if self.code_link else self.link


def doors(oa_link: str, telegram_username: str) -> list[Door]:
    """The configured channels. Telegram's link carries the code; Zalo's opens the account, and it is typed."""
    found = [Door("Zalo", oa_link)] if oa_link else []
    if telegram_username:
        link = f"https://t.me/{telegram_username.removeprefix('@')}"
        found.append(Door("Telegram", link, link + "?start={code}"))
    return found


def sheet(slips: Sequence[PrintedSlip], ways_in: Sequence[Door]) -> bytes:
    """The slips, eight a page, with lines to cut along."""
    pdf = _paper()
    for place, slip in enumerate(slips):
        if place % (COLUMNS * ROWS) == 0:
            pdf.add_page()
            _cutting_lines(pdf)
        row, column = divmod(place % (COLUMNS * ROWS), COLUMNS)
        _slip(pdf, slip, ways_in, column * WIDTH, row * HEIGHT)
    return bytes(pdf.output())


def poster(branch: str, ways_in: Sequence[Door]) -> bytes:
    """One page for the meeting room: one large QR code, and how to begin in three lines."""
    pdf = _paper()
    pdf.add_page()
    door = ways_in[0]
    pdf.set_xy(15, 22)
    pdf.set_font("vi", "B", 30)
    pdf.multi_cell(180, 14, _("Sổ tay đảng viên"), align="C", new_x="LMARGIN", new_y="NEXT")
    pdf.set_x(15)
    pdf.set_font("vi", "", 20)
    pdf.multi_cell(180, 10, branch, align="C", new_x="LMARGIN", new_y="NEXT")
    _qr(pdf, door.link, 45, 62, 120)
    pdf.set_xy(15, 186)
    pdf.set_font("vi", "B", 18)
    pdf.multi_cell(180, 10, _("Quét bằng {channel}", channel=door.channel), align="C")
    pdf.set_xy(22, 204)
    pdf.set_font("vi", "", 17)
    steps = [
        _("1. Mở {channel}, quét mã trên.", channel=door.channel),
        _("2. Bấm “Xác thực” (hoặc nhắn: xac thuc)."),
        _("3. Nhắn mã trên phiếu riêng của đồng chí, rồi ngày sinh. Chưa có phiếu: hỏi bí thư chi bộ."),
    ]
    pdf.multi_cell(166, 11, "\n".join(steps), align="L")
    pdf.set_xy(22, 268)
    pdf.set_font("vi", "", 11)
    pdf.multi_cell(
        166, 6, _("Sổ tay không bao giờ hỏi mật khẩu, mã OTP, số tài khoản hay ảnh CCCD."), align="C"
    )
    return bytes(pdf.output())


def _paper() -> FPDF:
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(0)
    pdf.add_font("vi", "", FONTS / "DejaVuSans-vi.ttf")
    pdf.add_font("vi", "B", FONTS / "DejaVuSans-Bold-vi.ttf")
    return pdf


def _cutting_lines(pdf: FPDF) -> None:
    pdf.set_draw_color(170)
    pdf.set_dash_pattern(dash=1.5, gap=1.5)
    pdf.line(WIDTH, 0, WIDTH, ROWS * HEIGHT)
    for row in range(1, ROWS):
        pdf.line(0, row * HEIGHT, COLUMNS * WIDTH, row * HEIGHT)
    pdf.set_dash_pattern()


def _slip(pdf: FPDF, slip: PrintedSlip, ways_in: Sequence[Door], left: float, top: float) -> None:
    inner = WIDTH - 2 * MARGIN
    pdf.set_xy(left + MARGIN, top + 5)
    _line(pdf, slip.branch, inner, 4, "", 8)
    pdf.set_xy(left + MARGIN, top + 9.5)
    _line(pdf, slip.name, inner, 6, "B", 12)
    pdf.set_xy(left + MARGIN, top + 17)
    pdf.set_font("vi", "B", 27)
    pdf.cell(inner, 11, show_code(slip.code))
    pdf.set_xy(left + MARGIN, top + 28.5)
    until = full_date(slip.until.astimezone(VIETNAM).date())
    _line(pdf, _("Dùng một lần, đến hết ngày {day}.", day=until), inner, 4, "", 9)
    pdf.set_xy(left + MARGIN, top + 66)
    _line(pdf, _("Phiếu của riêng đồng chí: không đưa cho ai, không chụp gửi ai."), inner, 4, "", 8)
    for place, door in enumerate(ways_in[:2]):
        x = left + MARGIN + place * (QR + 3)
        _qr(pdf, door.of(slip.code), x, top + 34, QR)
        pdf.set_xy(x, top + 34 + QR)
        pdf.set_font("vi", "B", 8)
        pdf.cell(QR, 4, door.channel, align="C")
    shown = min(len(ways_in), 2)
    x = left + MARGIN + shown * (QR + 3)
    pdf.set_xy(x, top + 36)
    pdf.set_font("vi", "", 8)
    steps = [
        _("1. Quét mã, mở trò chuyện."),
        _("2. Bấm “Xác thực”, nhắn 9 chữ số trên."),
        _("3. Nhắn ngày sinh. Xong!"),
    ]
    for step in steps:
        pdf.set_x(x)
        pdf.multi_cell(left + WIDTH - 4 - x, 4.2, step, align="L", new_x="LEFT", new_y="NEXT")
        pdf.set_y(pdf.get_y() + 1)


def _line(pdf: FPDF, words: str, width: float, height: float, style: str, size: float) -> None:
    """One line, set smaller until it fits: a name is never cut."""
    pdf.set_font("vi", style, size)
    while pdf.get_string_width(words) > width - 2 and size > 4:
        size -= 0.5
        pdf.set_font("vi", style, size)
    pdf.cell(width, height, words)


def _qr(pdf: FPDF, content: str, x: float, y: float, side: float) -> None:
    """A QR code as filled rectangles, runs of a row in one: sharp at any size of print."""
    matrix = segno.make_qr(content, error="m").matrix
    size = side / (len(matrix) + 2 * QUIET)
    pdf.set_fill_color(0)
    for row, modules in enumerate(matrix):
        start = None
        for column, dark in enumerate([*modules, 0]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                left = x + (QUIET + start) * size
                pdf.rect(left, y + (QUIET + row) * size, (column - start) * size, size, style="F")
                start = None
