"""Reading a roster file: which sheet, which row is the header, who is on it. No database."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.chat import old_codes
from bot.clock import VIETNAM, now
from bot.i18n import _
from bot.organisation import roster_header as headers
from bot.organisation import roster_text as cells
from bot.organisation.models import Converted, MembershipKind, PersonRow, Roster, RosterError, RowProblem
from bot.organisation.roster_header import Header
from bot.organisation.roster_rows import Kind, Rows
from bot.organisation.roster_table import MAX_BYTES, Table, read_tables
from bot.organisation.rules import clean

_LONGEST = 250  # letters of an organisation's name
_SAMPLE = 3000
"""Cells of a column in which old codes are looked for."""
Progress = Callable[[int, int], None]
"""Told how many rows of how many are read."""


def read_roster(path: Path, progress: Progress | None = None) -> Roster:
    """Reads a roster file from disk. Raises RosterError with a sentence for the person who sent it."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RosterError(
                _("Tệp {name} quá lớn (trên 50 MB). Mời đồng chí tách theo đảng bộ.", name=path.name)
            )
        content = path.read_bytes()
    except OSError:
        raise RosterError(
            _("Không mở được tệp {name}. Mời đồng chí kiểm tra lại đường dẫn.", name=path.name)
        ) from None
    return read_roster_bytes(content, path.name, progress)


def read_roster_bytes(content: bytes, name: str, progress: Progress | None = None) -> Roster:
    """The same for a file in memory: .xlsx, .xls, .ods, .csv or DXL, seen from its bytes, not its name."""
    if not content.strip():
        raise RosterError(_("Tệp {name} trống. Mời đồng chí kiểm tra rồi gửi lại.", name=name))
    file_hash = sha256(content).hexdigest()
    tables = read_tables(content, name, _columns_found)
    del content
    reading = _Reading()
    total = sum(len(table.rows) for table in tables.tables)
    done = 0
    for table in tables.tables:
        reading.table(table, partial(_tell, progress, done, total))
        done += len(table.rows)
    if not reading.columns:
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
        file_hash,
        (*tables.notes, *reading.notes),
        tuple(reading.converted),
    )


def _tell(progress: Progress | None, before: int, total: int, row: int) -> None:
    if progress is not None:
        progress(before + row, total)


def _columns_found(rows: list[list[Any]]) -> int:
    found = _header(rows, merged=False)[0]
    return len(found.columns) if found else 0


def _header(rows: list[list[Any]], *, merged: bool) -> tuple[Header | None, list[list[Any]]]:
    """The header, and the rows in which it was found: as they stand, or read from an old code."""
    code, mostly = old_codes.detect(cell for row in rows for cell in row if isinstance(cell, str))
    found = headers.find(rows, merged=merged)
    if code == old_codes.PLAIN:
        return found, rows
    read = [[_read(cell, code, mostly=mostly) for cell in row] for row in rows]
    anew = headers.find(read, merged=merged)
    if anew is None or (found is not None and len(found.columns) > len(anew.columns)):
        return found, rows
    return anew, read


def _read(cell: Any, code: str, *, mostly: bool) -> Any:
    return old_codes.reads_better(cell, code, mostly=mostly) if isinstance(cell, str) else cell


class _Reading:
    """Collects people and problems over all tables."""

    def __init__(self) -> None:
        self.people: list[PersonRow] = []
        self.problems: list[RowProblem] = []
        self.left_out: list[str] = []
        self.columns: set[str] = set()
        self.notes: list[str] = []
        self.converted: list[Converted] = []
        self._today = now().astimezone(VIETNAM).date()
        self._posts: dict[str, list[str]] = {}
        self._standings: dict[Any, Any] = {}
        self._memberships: dict[Any, MembershipKind | None] = {}
        self._committees: dict[Any, tuple[str, ...]] = {}

    def table(self, table: Table, progress: Callable[[int], None]) -> None:
        """Reads the rows under the header of one table. Without a branch column its title is the branch."""
        header, plain = _header(table.rows[: headers.WITHIN + headers.TALLEST], merged=table.merged)
        if header is None:
            if any(any(cells.text(cell) for cell in row) for row in table.rows[: headers.WITHIN]):
                self.notes.append(_("Không đọc “{sheet}”: không thấy dòng tiêu đề.", sheet=table.name))
            return
        self.columns |= header.columns.keys()
        self.left_out += header.left_out
        if header.private:
            self.notes.append(
                _("Không đọc và không lưu các cột riêng tư: {columns}.", columns=", ".join(header.private))
            )
        self._convert(table, header, plain)
        rows = Rows(table, header, plain[: header.first])
        swapped = self._swapped(table, header)
        if rows.filled_down:
            self.notes.append(_("“{sheet}”: ô chi bộ để trống được hiểu là như dòng trên.", sheet=table.name))
        for index in range(header.last + 1, len(table.rows)):
            if index % 2000 == 0:
                progress(index)
            kind, row, branch = rows.take(index)
            table.rows[index] = []  # a file of a hundred thousand people is not kept twice
            if kind is Kind.PERSON:
                self._person(table, table.number(index), row, branch, swapped)

    def _convert(self, table: Table, header: Header, plain: list[list[Any]]) -> None:
        """Reads columns written before Unicode anew, and remembers one cell of each to show."""
        body = table.rows[header.last + 1 :]
        width = max((len(row) for row in body[:_SAMPLE]), default=0)
        texts = [
            [
                row[at]
                for row in body[:_SAMPLE]
                if at < len(row) and isinstance(row[at], str) and not row[at].isascii()
            ]
            for at in range(width)
        ]
        found = [old_codes.detect(column) for column in texts]
        codes = [code for code, mostly in found if mostly]
        common = max(codes, key=codes.count) if codes else old_codes.PLAIN
        for at, (code, mostly) in enumerate(found):
            if code == old_codes.PLAIN and common != old_codes.PLAIN and old_codes.fits(texts[at], common):
                code, mostly = common, True  # noqa: PLW2901 - "Chi bé Mét" says something as it stands, too
            if code == old_codes.PLAIN:
                continue
            shown = False
            for row in body:
                if at < len(row) and isinstance(row[at], str) and not row[at].isascii():
                    before = row[at]
                    row[at] = old_codes.reads_better(before, code, mostly=mostly)
                    if not shown and row[at] != before:
                        shown = True
                        title = cells.text(plain[header.last][at]) if at < len(plain[header.last]) else ""
                        self.converted.append(
                            Converted(table.name, title, code, clean(before)[:60], clean(row[at])[:60])
                        )

    def _swapped(self, table: Table, header: Header) -> frozenset[int]:
        """Columns of dates in which a program from the US has been at work, so that none can be believed.

        Either the text dates make sense only month first, or the program made date cells of all that did
        (days up to 12) and left the others as day-first text.
        """
        found: set[int] = set()
        for name in ("birth_date", "joined_on", "official_on"):
            for column in header.columns.get(name, ()):
                us = day_first = low = high = 0
                for row in table.rows[header.last + 1 : _SAMPLE]:
                    cell = row[column] if column < len(row) else None
                    if isinstance(cell, date):
                        low, high = (low + 1, high) if cell.day <= 12 else (low, high + 1)
                    elif isinstance(cell, str) and (two := _TWO_NUMBERS.match(cell.strip())):
                        us += int(two[2]) > 12
                        day_first += int(two[1]) > 12
                if us > day_first or (low > 4 and not high and day_first > low // 2):
                    found.add(column)
        return frozenset(found)

    def _person(
        self, table: Table, number: int, row: dict[str, Any], branch: str, swapped: frozenset[int]
    ) -> None:
        remarks: list[str] = []
        errors: list[str] = []
        dates: list[date | None] = []
        birth_year: int | None = None
        for name in ("birth_date", "joined_on", "official_on"):
            cell = row.get(name)
            when, year, remark = cells.read_date(cell) if cell is not None else (None, None, "")
            if (
                when is not None
                and row.get(f"{name}@") in swapped
                and when.day <= 12
                and when.day != when.month
            ):
                remark = cells.swapped_date(
                    when.strftime("%d/%m/%Y"), when.replace(month=when.day, day=when.month)
                )
                when = None
            if name == "birth_date":
                birth_year = year
            elif year is not None:
                remark = ""
            dates.append(when)
            if remark:
                remarks.append(remark)
        birth, joined, official = dates
        card, remark_card = cells.read_card(row.get("card_number"))
        cccd, remark_cccd = cells.read_cccd(row.get("cccd"))
        phone, remark_phone = cells.read_phone(row.get("phone"))
        dossier, remark_dossier = cells.read_dossier(row.get("dossier"))
        remarks += filter(None, (remark_card, remark_cccd, remark_dossier, remark_phone))
        written = row.get("standing")
        known = self._standings.get(written)
        if known is None:
            known = self._standings[written] = cells.read_standing(written)
        standing, remark = known
        if remark:
            errors.append(remark)
        full_name = row["full_name"]
        if not full_name:
            errors.append(_("thiếu họ và tên"))
        if not branch:
            errors.append(_("thiếu chi bộ đang sinh hoạt"))
        posts = cells.text(row.get("posts"))
        person = PersonRow(
            sheet=table.name,
            row=number,
            full_name=full_name,
            branch=branch[:_LONGEST],
            branch_code=cells.text(row.get("branch_code"))[:60],
            committees=self._above(row.get("committees")),
            birth_date=birth,
            birth_year=birth_year,
            card_number=card,
            cccd=cccd,
            dossier=dossier,
            phone=phone,
            joined_on=joined,
            official_on=official,
            membership=self._membership(row.get("membership"))
            or self._membership(written)
            or self._guess(card, joined, official),
            standing=standing,
            posts=posts,
        )
        remarks += self._doubts(person)
        if posts:
            unknown = self._posts.get(posts)
            if unknown is None:
                unknown = self._posts[posts] = cells.read_posts(posts)[1]
            remarks += [_("chưa rõ chức vụ “{value}”", value=value[:60]) for value in unknown]
        self.people.append(person)
        if number in table.hidden:
            self._problem(
                person, True, _("dòng đang bị ẩn trong tệp; chưa ghi, xin bỏ ẩn rồi gửi lại"), held=True
            )
        if number in table.unfinished:
            self._problem(
                person,
                True,
                _("có ô công thức chưa có giá trị; xin mở bằng Excel, lưu lại rồi gửi lại"),
                held=True,
            )
        for reasons, suspicious in ((errors, False), (remarks, True)):
            if reasons:
                self._problem(person, suspicious, "; ".join(reasons), held=not suspicious)

    def _problem(self, person: PersonRow, suspicious: bool, reason: str, *, held: bool) -> None:
        self.problems.append(RowProblem(person.sheet, person.row, suspicious, reason, held))

    def _above(self, cell: Any) -> tuple[str, ...]:
        if not cell:
            return ()
        known = self._committees.get(cell)
        if known is None:
            parts = map(clean, re.split(r"\s*[>»→|]\s*", cells.text(cell)))
            known = self._committees[cell] = tuple(part[:_LONGEST] for part in parts if part)
        return known

    def _membership(self, cell: Any) -> MembershipKind | None:
        if cell not in self._memberships:
            self._memberships[cell] = cells.read_membership(cell)
        return self._memberships[cell]

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
        birth, joined, official = person.birth_date, person.joined_on, person.official_on
        year = birth.year if birth else person.birth_year
        if person.cccd and year is not None:
            # Digits 4 to 6 of a citizen's number: century and sex (0, 1: 19xx; 2, 3: 20xx), then the year.
            written = (1900 + int(person.cccd[3]) // 2 * 100) + int(person.cccd[4:6])
            if written != year:
                doubts.append(_("năm sinh không khớp số CCCD"))
        for when in (birth, joined, official):
            if when is not None and when > self._today:
                doubts.append(_("ngày {when} ở tương lai", when=when.strftime("%d/%m/%Y")))
        if joined and official and official < joined:
            doubts.append(_("ngày chính thức trước ngày kết nạp"))
        if birth and joined and _age(birth, joined) < 18:
            doubts.append(_("chưa đủ 18 tuổi khi kết nạp"))
        elif birth and not joined and _age(birth, self._today) < 18:
            doubts.append(_("chưa đủ 18 tuổi"))
        return doubts


_TWO_NUMBERS = re.compile(r"(\d{1,2})[/\-.](\d{1,2})[/\-.]\d{4}")


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
