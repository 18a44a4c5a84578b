"""Rosters made of rows."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager

from openpyxl import Workbook

from bot.organisation.models import Roster
from bot.organisation.roster_file import read_roster_bytes
from bot.store.tx import Tx

Begin = Callable[[], AbstractContextManager[Tx]]

HEADER = ["STT", "Họ và tên", "Số thẻ Đảng viên", "Số CCCD", "Ngày sinh", "Ngày kết nạp"]
HEADER += [
    "Chi bộ đang sinh hoạt",
    "Trạng thái",
    "Chức vụ Đảng",
    "Mã chi bộ",
    "Đảng bộ cấp trên",
    "Số lý lịch",
]


def xlsx(*sheets: tuple[str, list[list[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def roster_of(rows: list[list[object]], header: list[str] = HEADER) -> Roster:
    return read_roster_bytes(xlsx(("DS", [list(header), *rows])), "ds.xlsx")


def someone(
    number: int, name: str = "TRẦN VĂN MẪU", branch: str = "Chi bộ Một", **other: object
) -> list[object]:
    """A row under HEADER; fields by keyword: standing, post, card, born, dossier."""
    return [
        number,
        name,
        other.get("card", f"99{number:06d}"),
        None,
        other.get("born", f"{number % 28 + 1:02d}/03/1980"),
        "03/02/2005",
        branch,
        other.get("standing", "Đang sinh hoạt"),
        other.get("post", ""),
        other.get("code", ""),
        other.get("above", "Đảng bộ Trường Mẫu"),
        other.get("dossier"),
    ]
