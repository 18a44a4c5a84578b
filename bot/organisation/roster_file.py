"""Reading a roster file: which sheet, which row is the header, who is on it. No database."""

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from bot.clock import VIETNAM, now
from bot.i18n import _
from bot.organisation import roster_text as cells
from bot.organisation.models import MembershipKind, PersonRow, Roster, RosterError, RowProblem
from bot.organisation.rules import clean, display_name, fold

MAX_BYTES = 50_000_000
MAX_UNPACKED = 1_000_000_000
MAX_CELLS = 20_000_000
_HEADER_WITHIN = 40  # rows in which a header is looked for
_LONGEST = 250  # letters of an organisation's name
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_FOOTER = re.compile(r"^(tong so|tong cong|cong|danh sach (nay )?gom|nguoi lap|nguoi lap bieu)\b")

Line = tuple[int, list[Any]]
"""A row with its number, counted from 1."""


def read_roster(path: Path) -> Roster:
    """Reads an .xlsx or .csv file. Raises RosterError with a sentence for the person who sent it."""
    try:
        content = path.read_bytes()
    except OSError:
        raise RosterError(
            _("Không mở được tệp {name}. Mời đồng chí kiểm tra lại đường dẫn.", name=path.name)
        ) from None
    return read_roster_bytes(content, path.name)


def read_roster_bytes(content: bytes, name: str) -> Roster:
    """The same for a file that is already in memory; what it is, is seen from its bytes, not its name."""
    if len(content) > MAX_BYTES:
        raise RosterError(_("Tệp {name} quá lớn (trên 50 MB). Mời đồng chí tách theo đảng bộ.", name=name))
    sheets = _workbook(content, name) if content[:4] in (_ZIP, _OLE) else {name: _csv(content, name)}
    reading = _Reading()
    found = False
    for sheet, lines in sheets.items():
        header = _header(lines)
        if header is not None:
            found = True
            reading.sheet(sheet, lines, *header)
    if not found:
        raise RosterError(
            _(
                "Tệp {name} không có dòng tiêu đề cột. Cần ít nhất hai cột “Họ và tên” và "
                "“Chi bộ đang sinh hoạt”; mời đồng chí thêm dòng tiêu đề rồi gửi lại.",
                name=name,
            )
        )
    return Roster(
        tuple(reading.people),
        tuple(reading.problems),
        tuple(dict.fromkeys(reading.left_out)),
        frozenset(reading.columns),
        sha256(content).hexdigest(),
    )


def _workbook(content: bytes, name: str) -> dict[str, list[Line]]:
    if content[:4] == _OLE and "EncryptedPackage".encode("utf-16-le") in content:
        raise RosterError(
            _("Tệp {name} có mật khẩu. Mời đồng chí bỏ mật khẩu (Lưu thành tệp mới) rồi gửi lại.", name=name)
        )
    broken = RosterError(
        _("Tệp {name} bị hỏng hoặc không phải bảng tính. Mời đồng chí mở, lưu lại rồi gửi lại.", name=name)
    )
    if content[:4] == _ZIP:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                    raise broken
        except zipfile.BadZipFile:
            raise broken from None
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets: dict[str, list[Line]] = {}
        for title in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(title)
            if sheet.total_height * sheet.total_width > MAX_CELLS:
                raise broken
            rows = sheet.to_python(skip_empty_area=False)
            sheets[title] = list(enumerate(rows, start=1))
        return sheets
    except (CalamineError, ValueError, OSError):
        raise broken from None


def _csv(content: bytes, name: str) -> list[Line]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RosterError(
            _("Tệp {name} không phải .xlsx hay .csv UTF-8. Mời đồng chí lưu lại dạng .xlsx.", name=name)
        ) from None
    head = text[:5000]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines: list[Line] = []
    start = 1
    try:
        for row in reader:
            lines.append((start, list(row)))
            start = reader.line_num + 1
    except csv.Error:
        raise RosterError(
            _(
                "Tệp {name} không đọc được từ dòng {row}. Mời đồng chí lưu lại dạng .xlsx.",
                name=name,
                row=start,
            )
        ) from None
    return lines


def _header(lines: list[Line]) -> tuple[int, dict[str, int], list[str]] | None:
    """Index of the header row, column of each field, headers that are not read; None without one."""
    best: tuple[int, dict[str, int], list[str]] | None = None
    for index, (_number, row) in enumerate(lines[:_HEADER_WITHIN]):
        columns: dict[str, int] = {}
        left_out: list[str] = []
        for column, cell in enumerate(row):
            words = fold(re.sub(r"\(.*?\)", "", cells.text(cell)))  # "Ngày sinh (dd/mm/yyyy)"
            field = cells.HEADERS.get(words)
            if field is not None and field not in columns:
                columns[field] = column
            elif words and words not in cells.ORDINAL_HEADERS:
                left_out.append(cells.text(cell))
        if "full_name" in columns and len(columns) >= 2 and (best is None or len(columns) > len(best[1])):
            best = index, columns, left_out
    return best


@dataclass(frozen=True, slots=True)
class _Row:
    """One row, by field."""

    values: dict[str, Any]

    def __getitem__(self, field: str) -> Any:
        return self.values.get(field)


class _Reading:
    """Collects people and problems over all sheets."""

    def __init__(self) -> None:
        self.people: list[PersonRow] = []
        self.problems: list[RowProblem] = []
        self.left_out: list[str] = []
        self.columns: set[str] = set()
        self._today = now().astimezone(VIETNAM).date()

    def sheet(
        self, title: str, lines: list[Line], header: int, columns: dict[str, int], left_out: list[str]
    ) -> None:
        """Reads the rows under the header of one sheet. Without a branch column its title is the branch."""
        self.left_out += left_out
        self.columns |= columns.keys()
        for number, raw in lines[header + 1 :]:
            row = _Row({field: raw[at] for field, at in columns.items() if at < len(raw)})
            name = clean(cells.text(row["full_name"]))
            first = next((words for cell in raw if (words := fold(cells.text(cell)))), "")
            if not any(cells.text(row[field]) for field in columns) or first in cells.ORDINAL_HEADERS:
                continue  # blank, an ordinal or a remark alone, or the header once more
            # "Tổng số: 25" names nobody; somebody called Tống or Công has a birth date or a branch.
            nobody = not cells.text(row["birth_date"]) and not cells.text(row["branch"])
            if nobody and (_FOOTER.match(first) or _FOOTER.match(fold(name))):
                continue
            self._person(title, number, row, name, "branch" in columns)

    def _person(self, sheet: str, number: int, row: _Row, name: str, branch_column: bool) -> None:
        remarks: list[str] = []
        errors: list[str] = []
        birth, year, remark = cells.read_date(row["birth_date"])
        remarks.append(remark)
        joined, joined_year, remark = cells.read_date(row["joined_on"])
        remarks.append(remark if joined_year is None else "")
        official, official_year, remark = cells.read_date(row["official_on"])
        remarks.append(remark if official_year is None else "")
        card, remark = cells.read_card(row["card_number"])
        remarks.append(remark)
        cccd, remark = cells.read_cccd(row["cccd"])
        remarks.append(remark)
        phone, remark = cells.read_phone(row["phone"])
        remarks.append(remark)
        standing, remark = cells.read_standing(row["standing"])
        errors.append(remark)
        branch = (clean(cells.text(row["branch"])) if branch_column else clean(sheet))[:_LONGEST]
        if not name:
            errors.append(_("thiếu họ và tên"))
        if not branch:
            errors.append(_("thiếu chi bộ đang sinh hoạt"))
        person = PersonRow(
            sheet=sheet,
            row=number,
            full_name=display_name(name),
            branch=branch,
            branch_code=cells.text(row["branch_code"])[:60],
            committees=tuple(
                part[:_LONGEST]
                for part in map(clean, re.split(r"\s*[>»→|]\s*", cells.text(row["committees"])))
                if part
            ),
            birth_date=birth,
            birth_year=year,
            card_number=card,
            cccd=cccd,
            phone=phone,
            joined_on=joined,
            official_on=official,
            membership=cells.read_membership(row["membership"]) or self._guess(card, joined, official),
            standing=standing,
            posts=cells.text(row["posts"]),
        )
        remarks += self._doubts(person)
        _roles, unknown = cells.read_posts(person.posts)
        remarks += [_("chưa rõ chức vụ “{value}”", value=value[:60]) for value in unknown]
        self.people.append(person)
        for reasons, suspicious in ((errors, False), (remarks, True)):
            if reason := "; ".join(filter(None, reasons)):
                self.problems.append(RowProblem(sheet, number, suspicious, reason, held=not suspicious))

    def _guess(self, card: str | None, joined: date | None, official: date | None) -> MembershipKind | None:
        """Where no column says it: only official members hold a card; probation lasts twelve months."""
        if card or official:
            return MembershipKind.OFFICIAL
        if joined is not None and self._today - joined < timedelta(days=366):
            return MembershipKind.PROBATIONARY
        return None

    def _doubts(self, person: PersonRow) -> list[str]:
        """What does not fit together within one row. Warnings: the row may still be right."""
        doubts: list[str] = []
        year = person.birth_date.year if person.birth_date else person.birth_year
        if person.cccd and year is not None:
            # Digits 4 to 6 of a citizen's number: century and sex (0, 1: 19xx; 2, 3: 20xx), then the year.
            written = (1900 + int(person.cccd[3]) // 2 * 100) + int(person.cccd[4:6])
            if written != year:
                doubts.append(_("năm sinh không khớp số CCCD"))
        for when in (person.birth_date, person.joined_on, person.official_on):
            if when is not None and when > self._today:
                doubts.append(_("ngày {when} ở tương lai", when=when.strftime("%d/%m/%Y")))
        if person.joined_on and person.official_on and person.official_on < person.joined_on:
            doubts.append(_("ngày chính thức trước ngày kết nạp"))
        if person.birth_date and person.joined_on and _age(person.birth_date, person.joined_on) < 18:
            doubts.append(_("chưa đủ 18 tuổi khi kết nạp"))
        return doubts


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
