"""Where the header of a table is and which column holds what. Pure functions."""

import itertools
import re
from dataclasses import dataclass, field
from typing import Any

from bot.organisation.roster_text import text
from bot.organisation.rules import fold

WITHIN = 40
"""Rows in which a header is looked for."""
TALLEST = 3
"""Lines a header may have."""

# Folded headers without spaces to our fields, the surer one first; the layout of the database's export,
# what universities write, names of items in Notes.
_SYNONYMS: dict[str, str] = {
    "full_name": """ho ten|ho va ten|ho va ten khai sinh|ho ten khai sinh|ho va ten dang vien|ho ten dang vien|
        ten dang vien|full name|fullname""",
    "family_name": "ho|ho dem|ho va dem|ho va ten dem|ho ten dem|ho lot|ho va chu lot|ho va ten lot|ho chu dem",
    "given_name": "ten",
    "card_number": """so the dang vien|so the dang|so the dv|the dang vien|so the|so tdv|ma the|ma the dang|card number|
        card no""",
    "cccd": """so cccd|cccd|so dinh danh ca nhan|so dinh danh|can cuoc cong dan|so can cuoc cong dan|so can cuoc|
        cccd cmnd|so cccd cmnd|so cmnd cccd|cmnd cccd|so cmnd|cmnd|ma dinh danh|so cmt|cmt|so giay to""",
    "dossier": """so ly lich dang vien|so ly lich|so ly lich dv|so lldv|so lly|so ll|so ho so dang vien|so ho so dang|
        so hsdv|ma ly lich|ma ho so dang vien|so ly lich cua dang vien|dossier number|dossier no""",
    "birth_date": """ngay sinh|ngay thang nam sinh|sinh ngay|ns|nam sinh|ngay thang sinh|date of birth|birth date|dob|
        nam sinh nam|nam sinh nu|ngay sinh nam|ngay sinh nu|ngay thang nam sinh nam|ngay thang nam sinh nu|
        ngay thang nam sinh""",
    "joined_on": """ngay ket nap|ngay ket nap dang|ngay vao dang|ngay vao dang du bi|ngay vd|ngay kn|ket nap|vao dang|
        ngay du bi|ngay thang nam vao dang|ngay thang nam ket nap|ngay thang nam vao dang du bi|ngay vao dang ket nap|
        ngay vao dang cong san viet nam""",
    "official_on": """ngay chinh thuc|ngay ct|ngay vao dang chinh thuc|ngay cong nhan chinh thuc|
        ngay thang nam chinh thuc|ngay thang nam vao dang chinh thuc|chinh thuc|ngay chuyen chinh thuc""",
    "branch": """chi bo dang sinh hoat|chi bo sinh hoat|chi bo sinh hoat dang|chi bo|ten chi bo|cb|don vi sinh hoat|
        noi sinh hoat|dang sinh hoat tai chi bo|dang sinh hoat tai|sinh hoat tai chi bo|to chuc dang|
        to chuc dang dang sinh hoat|chi bo hien nay|branch""",
    "branch_code": "ma chi bo|ma to chuc|ma cb|ma to chuc dang|ma don vi",
    "committees": """dang bo|cap tren|dang bo cap tren|to chuc cap tren|dang bo truc thuoc|dang uy cap tren|dang uy|
        dang bo co so""",
    "phone": """so dien thoai|dien thoai|sdt|so dt|di dong|dtdd|dt|so di dong|dien thoai di dong|so dien thoai di dong|
        phone|mobile|tel""",
    "standing": "trang thai sinh hoat|tinh trang sinh hoat|trang thai|tinh trang|trang thai dang vien|status",
    "posts": "chuc vu dang|chuc vu trong dang|chuc vu dang hien nay|chuc vu",
    "membership": "loai dang vien|loai dv|loai|chinh thuc du bi|dang vien chinh thuc du bi|dien dang vien",
}
FIELDS: dict[str, tuple[str, int]] = {
    header.strip().replace(" ", ""): (name, rank)
    for name, headers in _SYNONYMS.items()
    for rank, header in enumerate(headers.split("|"))
}
_SEVERAL = frozenset({"birth_date"})  # a year in the column of men or of women
ORDINAL = frozenset({"stt", "tt", "sott", "sothutu", "no"})

# What a longer header is about, where the words above do not match whole.
_NOT = re.compile(
    r"\b(cu tru|noi cap|ngay cap|noi sinh|cha|bo de|me|vo|chong|con|gia dinh|nguoi gioi thieu|gioi thieu|ghi chu|"
    r"213|que quan|email|dia chi|chinh quyen|cu|truoc day|chuyen den|chuyen di|tuoi)\b"
)
_LONGER = (
    (re.compile(r"^(stt |tt )?ho (va )?ten( |$)(?!dem|lot)"), "full_name"),
    (re.compile(r"\b(cccd|cmnd|can cuoc|dinh danh|chung minh)\b"), "cccd"),
    (re.compile(r"^(so )?the dang|^so the\b"), "card_number"),
    (re.compile(r"^(so|ma) (ly lich|ho so dang vien)\b"), "dossier"),
    (re.compile(r"^(ngay|nam|sinh)\b.*\bsinh\b(?! hoat)|^sinh (ngay|nam)"), "birth_date"),
    (re.compile(r"\bchinh thuc\b.*\b(ngay|nam)\b|\b(ngay|nam)\b.*\bchinh thuc\b"), "official_on"),
    (re.compile(r"\b(ngay|nam)\b.*\b(ket nap|vao dang|vao dcs|du bi)\b"), "joined_on"),
    (re.compile(r"^ma (so )?(chi bo|to chuc)"), "branch_code"),
    (re.compile(r"^(ten )?chi bo\b|sinh hoat (tai )?chi bo|^(noi|don vi) sinh hoat"), "branch"),
    (re.compile(r"\b(dien thoai|sdt|di dong)\b|^so dt\b"), "phone"),
    (re.compile(r"^chuc vu\b.*\b(dang|cap uy)\b"), "posts"),
    (re.compile(r"^(trang thai|tinh trang)\b"), "standing"),
)
_PRIVATE = re.compile(
    r"\b(dan toc|ton giao|thanh phan|gia dinh|que quan|suc khoe|ho (va )?ten (bo|cha|me|vo|chong|con)|(bo|me) de)\b"
)


@dataclass(frozen=True, slots=True)
class Header:
    """A header: its last row (index), the columns of each field, and what is not read."""

    first: int
    last: int
    columns: dict[str, tuple[int, ...]]
    left_out: tuple[str, ...] = ()
    private: tuple[str, ...] = field(default=())
    """Of what is not read: ethnicity, religion, family and the like, which must never be kept."""


def find(rows: list[list[Any]], *, merged: bool = False) -> Header | None:
    """The header among the first rows; None without one. `merged`: merged cells are filled already."""
    best: Header | None = None
    best_score = (0, 0)
    for first in range(min(len(rows), WITHIN)):
        for height in range(1, TALLEST + 1):
            if first + height > len(rows):
                break
            found = _read(rows, first, height, merged=merged)
            score = (_score(found.columns), -height)
            if score[0] and score > best_score:
                best, best_score = found, score
    return best


def _score(columns: dict[str, tuple[int, ...]]) -> int:
    """How many fields a header names; 0 when it is none: names and something else must be there."""
    named = "full_name" in columns or ("given_name" in columns and "family_name" in columns)
    return len(columns) if named and len(columns) > 1 else 0


def _read(rows: list[list[Any]], first: int, height: int, *, merged: bool) -> Header:
    lines = [[label(cell) for cell in row] for row in rows[first : first + height]]
    width = max((len(line) for line in lines), default=0)
    for line in lines:
        line.extend([""] * (width - len(line)))
    if not merged:
        for upper, lower in itertools.pairwise(lines):
            for column in range(1, width):  # a title over several columns stands over the first of them alone
                if not upper[column] and lower[column]:
                    upper[column] = upper[column - 1]
    chosen: dict[str, list[tuple[int, int]]] = {}
    left_out: list[str] = []
    private: list[str] = []
    for column in range(width):
        parts = list(dict.fromkeys(line[column] for line in lines if line[column]))
        if not parts:
            continue
        # A column's header over several lines; below a line that is blank here, the upper word alone.
        low = lines[-1][column] or height == 1
        named = (
            means(" ".join(parts))
            or (means(parts[-1]) if low else None)
            or (means(parts[0]) if len(parts) == 1 else None)
        )
        if named is not None:
            chosen.setdefault(named[0], []).append((named[1], column))
        elif "".join(parts).replace(" ", "") not in ORDINAL:
            written = " ".join(
                dict.fromkeys(filter(None, (_at(row, column) for row in rows[first : first + height])))
            )
            left_out.append(written[:60])
            if _PRIVATE.search(" ".join(parts)):
                private.append(written[:60])
    columns: dict[str, tuple[int, ...]] = {}
    for name, found in chosen.items():
        found.sort()
        columns[name] = tuple(column for _rank, column in (found if name in _SEVERAL else found[:1]))
    if "full_name" in columns:
        # "Họ và tên" over two columns: the given name stands in the second.
        at = columns["full_name"][0]
        twins = [column for _rank, column in chosen["full_name"] if column == at + 1]
        blank = at + 1 < width and not any(line[at + 1] for line in lines)
        if "given_name" not in columns and (twins or (blank and _names_below(rows[first + height :], at))):
            columns["full_name"] = (at, at + 1)
        columns.pop("given_name", None)
        columns.pop("family_name", None)
    return Header(
        first, first + height - 1, columns, tuple(dict.fromkeys(left_out)), tuple(dict.fromkeys(private))
    )


def _at(row: list[Any], column: int) -> str:
    return text(row[column]) if column < len(row) else ""


def _names_below(rows: list[list[Any]], at: int) -> bool:
    """Whether the columns `at` and the next hold one name together: words in both, one word in the second."""
    pairs = [(text(row[at]), text(row[at + 1])) for row in rows[:20] if len(row) > at + 1]
    both = [second for first, second in pairs if first and second]
    return len(both) > 0 and all(second.isalpha() or "'" in second for second in both)


def label(cell: Any) -> str:
    """A header cell as a key: folded; brackets, signs and the joints of a Notes item's name taken out."""
    if not isinstance(cell, str):
        return fold(text(cell)) if cell else ""
    words = re.sub(r"\(.*?\)|\[.*?\]", " ", cell)  # "Ngày sinh (dd/mm/yyyy)"
    if " " not in words.strip():
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words)
    return fold(words) or fold(cell)


def means(words: str) -> tuple[str, int] | None:
    """The field that folded header words name, and how surely (0 is surest); None when they name none."""
    known = FIELDS.get(words.replace(" ", ""))
    if known is not None:
        return known
    if _NOT.search(words) or len(words) > 80:
        return None
    for pattern, name in _LONGER:
        if pattern.search(words):
            return name, 100
    return None
