"""What each row under a header is: a person, a heading of a chi bộ, a footer, or nothing."""

import re
from enum import Enum, auto
from typing import Any

from bot.organisation import roster_text as cells
from bot.organisation.roster_header import ORDINAL, Header, label, means
from bot.organisation.roster_table import Table, is_generic
from bot.organisation.rules import clean, fold


class Kind(Enum):
    """What a row is."""

    PERSON = auto()
    OTHER = auto()


_SIGNED = re.compile(
    r"^(nguoi lap( bieu)?|noi nhan|t m|tm|thay mat|k t|xac nhan cua|thu truong|lap bang|bi thu|pho bi thu)\b|"
    r"\bngay (\d+ )?thang (\d+ )?nam( \d+)?$"
)
_FOOTER = re.compile(r"^(tong so|tong cong|cong|tong|danh sach (nay )?(gom|co)|ghi chu|chi uy|dang uy)\b")
_SECTION = re.compile(r"^(?:(?:[ivx]+|\d+|[a-z]) )?(?:danh sach (?:dang vien )?)?((?:chi bo|cb|to dang) .+)$")
_NUMBERING = re.compile(r"^\s*(?:[IVXivx]+|\d+|[A-Za-z])\s*[.)/:\-–]+\s*")
_COUNT = re.compile(r"\s*[-:–(]*\s*\d+\s*(?:đảng viên|đ/c|đồng chí|người|ĐẢNG VIÊN|ĐỒNG CHÍ|đv|ĐV)\)?\s*$")
_SMALL = re.compile(r"\(?(?:\d{1,2}|[A-Z])\)?")
_KEYS = ("birth_date", "card_number", "cccd", "dossier", "joined_on", "phone")
"""What only a person has; one of them and a row is no footer."""


class Rows:
    """Goes through the rows of one table, remembering the chi bộ whose heading was last met."""

    def __init__(self, table: Table, header: Header, above: list[list[Any]]) -> None:
        self._table = table
        self._columns = header.columns
        self._names = header.columns.get("full_name") or (
            *header.columns["family_name"],
            *header.columns["given_name"],
        )
        self._single = [
            (name, columns[0])
            for name, columns in header.columns.items()
            if name not in ("full_name", "family_name", "given_name", "birth_date", "branch")
        ]
        self._births = header.columns.get("birth_date", ())
        self._branch = header.columns.get("branch", (None,))[0]
        self._places: dict[Any, str] = {}
        self._title = "" if self._branch is not None else _title(table, above)
        self._section = ""
        self._first = header.last + 1
        self._ended = False
        self._last = ""
        self.filled_down = self._runs(header.last + 1)

    def _runs(self, start: int) -> bool:
        """Whether the branch is written once over each run of its people (merged cells, saved as text)."""
        if self._branch is None or self._table.merged:
            return False
        people = [row for row in self._table.rows[start:] if self._name(row)]
        written = [len(row) > self._branch and cells.text(row[self._branch]) != "" for row in people]
        return len(written) > 3 and written[0] and sum(written) * 2 <= len(written)

    def _name(self, row: list[Any]) -> str:
        if len(self._names) == 1:
            at = self._names[0]
            return cells.text(row[at]) if at < len(row) else ""
        parts = [cells.text(row[at]) for at in self._names if at < len(row)]
        return (
            " ".join(dict.fromkeys(filter(None, parts)))
            if len(set(parts)) == 1
            else " ".join(filter(None, parts))
        )

    def take(self, index: int) -> tuple[Kind, dict[str, Any], str]:
        """What the row at this place is, its cells by field ("birth_date@" is their column), its chi bộ."""
        raw = self._table.rows[index]
        name = self._name(raw)
        width = len(raw)
        row: dict[str, Any] = {"full_name": name}
        for field, at in self._single:
            if at < width and raw[at] not in ("", None):
                row[field] = raw[at]
        for at in self._births:
            if at < width and raw[at] not in ("", None) and "birth_date" not in row:
                row["birth_date"], row["birth_date@"] = raw[at], at
        for field in ("joined_on", "official_on"):
            if field in row:
                row[f"{field}@"] = self._columns[field][0]
        branch = self._place(raw[self._branch]) if self._branch is not None and self._branch < width else ""
        if self._plainly_a_person(name, row):
            self._ended = False
        elif self._is_other(index, raw, name, row, branch):
            return Kind.OTHER, row, ""
        if branch:
            self._last = branch
        elif self._section:
            branch = self._section
        elif self._branch is None:
            branch = self._title
        elif self.filled_down:
            branch = self._last
        return Kind.PERSON, row, branch

    def _place(self, cell: Any) -> str:
        known = self._places.get(cell)
        if known is None:
            known = self._places[cell] = cells.text(cell)
        return known

    @staticmethod
    def _plainly_a_person(name: str, row: dict[str, Any]) -> bool:
        # A name of letters beside a birth date or a card: by far the most rows, decided at once.
        card = row.get("card_number")
        return len(name) > 3 and " " in name and card is not None and len(str(card)) > 5

    def _is_other(self, index: int, raw: list[Any], name: str, row: dict[str, Any], branch: str) -> bool:
        texts = [written for cell in raw if (written := cells.text(cell))]
        if not texts:
            return True
        folded = fold(name)
        if folded and means(label(name)) is not None and len(row) > 2 and self._header_again(raw):
            return True
        if all(map(_SMALL.fullmatch, texts)):
            return True  # "(1) (2) (3)" under the header, or an ordinal alone
        words = list(dict.fromkeys(texts))
        if self._heading(words):
            return True
        if not any(key in row for key in _KEYS):
            if any(_SIGNED.search(fold(each)) for each in words) or (
                not branch and any(_FOOTER.search(fold(each)) for each in words)
            ):
                self._ended = True
            first = fold(next((each for each in words if not each.replace(".", "").isdigit()), ""))
            if self._ended or first in ORDINAL:
                return True  # who signed below the table
        if index <= self._first + 1 and not name and not any(map(str.isdigit, "".join(words))):
            return True  # "Nam | Nữ" below "Năm sinh"
        return (
            not name
            and not any(
                cells.text(value)
                for key, value in row.items()
                if key != "full_name" and not key.endswith("@")
            )
            and not branch
        )

    def _header_again(self, raw: list[Any]) -> bool:
        return sum(means(label(cell)) is not None for cell in raw if isinstance(cell, str) and cell) > 1

    def _heading(self, words: list[str]) -> bool:
        """Notes a chi bộ when the row says nothing but its name (and a number before it, a count behind)."""
        told = [each for each in words if not re.fullmatch(r"[IVXivx]+\.?|\d+\.?|[A-Z][.)]?", each)]
        if len(told) != 1:
            return False
        section = branch_named(told[0])
        if section:
            self._section, self._ended = section, False
        return bool(section)


def branch_named(words: str) -> str:
    """The chi bộ that a heading names ("II. Chi bộ Toán - Cơ (12 đảng viên)"); "" when it names none."""
    if _SECTION.match(fold(words)) is None or len(words) > 150:
        return ""
    bare = _COUNT.sub("", _NUMBERING.sub("", words))
    bare = re.sub(r"(?i)^danh sách (đảng viên )?", "", bare)
    return clean(re.sub(r"(?i)^(chi bộ|cb|tổ đảng)\s*:\s*", r"\1 ", bare)).strip(" :-–")


def _title(table: Table, above: list[list[Any]]) -> str:
    """The chi bộ of a table without such a column: its sheet's name, else the heading over it."""
    stem = re.sub(r"\.[A-Za-z]{2,5}$", "", table.name)
    if table.numbers is None and not is_generic(stem):
        return clean(stem)
    for row in reversed(above):
        for cell in row:
            if isinstance(cell, str) and cell and (named := branch_named(cell.strip())):
                return named
    named = re.sub(r"[_]+", " ", stem)
    return clean(named) if fold(named).startswith(("chi bo ", "cb ")) else ""
