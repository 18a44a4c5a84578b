"""The report of an import as a workbook, and its words; made for people who sort and print it."""

import io
from itertools import chain
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from bot.chat.text import inert
from bot.i18n import N_, _, number
from bot.organisation.models import Converted, ImportReport

KINDS = {
    "new": N_("mới"),
    "changed": N_("thay đổi"),
    "moved": N_("chuyển chi bộ"),
    "left": N_("không còn"),
    "same": N_("như cũ"),
    "none": N_("chưa ghi"),
    "suspicious": N_("cần xem"),
    "error": N_("lỗi"),
}
_CODES = {"tcvn3": "TCVN3 (ABC)", "vni": "VNI", "mojibake": "UTF-8 → 1252"}
_FONT = "Times New Roman"


def converted_line(each: Converted) -> str:
    """What was read from an old code, with a sample to judge by."""
    return _(
        "“{sheet}”, cột “{column}”: bảng mã {code}, đã chuyển sang Unicode: “{before}” → “{after}”.",
        sheet=each.sheet,
        column=each.column,
        code=_CODES[each.code],
        before=each.before,
        after=each.after,
    )


def workbook(report: ImportReport) -> bytes:
    """An .xlsx with a summary and every row that is not simply as before. Holds names: handle it as the roster."""
    book = Workbook(write_only=True)
    summary = book.create_sheet(_("Tóm tắt"))
    summary.column_dimensions["A"].width = 60

    def cell(text: object, *, bold: bool = False) -> Any:
        made = WriteOnlyCell(summary, value=inert(str(text)))
        made.font = Font(name=_FONT, size=12, bold=bold)
        made.alignment = Alignment(wrap_text=True, vertical="top")
        return made

    summary.append([cell(_("Báo cáo nhập danh sách đảng viên"), bold=True)])
    state = _("Đã ghi.") if report.import_id else _("Kiểm tra, chưa ghi gì.")
    summary.append([cell(state)])
    for name, words in (
        ("members", _("Người trong tệp")),
        ("new", _("Mới")),
        ("changed", _("Thay đổi")),
        ("moved", _("Chuyển chi bộ")),
        ("left", _("Không còn sinh hoạt")),
        ("suspicious", _("Cần xem lại")),
        ("errors", _("Lỗi")),
    ):
        summary.append([cell(words), cell(number(report.counts.get(name, 0)))])
    for line in chain(
        [report.stopped], report.notes, map(converted_line, report.converted), report.new_organisations
    ):
        if line:
            summary.append([cell(line)])
    if report.left_out:
        summary.append([cell(_("Không đọc các cột: {columns}.", columns=", ".join(report.left_out)))])
    rows = book.create_sheet(_("Chi tiết"))
    rows.freeze_panes = "A2"
    for column, width in zip("ABCDEFG", (22, 8, 14, 28, 30, 12, 70), strict=True):
        rows.column_dimensions[column].width = width
    titles = (_("Trang"), _("Dòng"), _("Loại"), _("Họ và tên"), _("Chi bộ"), _("Sẽ ghi"), _("Lý do"))
    rows.append([cell(title, bold=True) for title in titles])
    for row in report.rows:
        if row.kind == "same":
            continue
        person = row.person
        name, branch = (person.full_name, person.branch) if person else ("", "")
        kind, change = _(KINDS[row.kind]), _(KINDS[row.change])
        place = "" if row.row is None else str(row.row)
        rows.append(
            [cell(value) for value in (row.sheet or "", place, kind, name, branch, change, row.reason)]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
