"""Cells of a roster as people fill them in: headers, dates, numbers, standings, posts. Pure functions.

Each reader returns what it read and, where a person must look, a sentence. Nothing is corrected silently:
a value that is not certain is left out and the likely one is proposed in the sentence.
"""

import re
from datetime import date, datetime, timedelta
from typing import Any

from bot.i18n import _
from bot.organisation.models import MembershipKind, Role, Standing
from bot.organisation.rules import clean, fold

Cell = Any
"""What a spreadsheet reader gives: str, int, float, bool, date, datetime, timedelta or None."""

# Folded headers to our fields; the layout of the database's export and what universities write.
HEADERS: dict[str, str] = {
    header: field
    for field, headers in {
        "full_name": (
            "ho ten",
            "ho va ten",
            "ho va ten khai sinh",
            "ho ten khai sinh",
            "ho va ten dang vien",
        ),
        "card_number": ("so the", "so the dv", "so the dang", "so the dang vien", "the dang vien"),
        "cccd": ("cccd", "so cccd", "cmnd", "so cmnd", "so dinh danh", "so dinh danh ca nhan", "cccd cmnd"),
        "birth_date": ("ngay sinh", "ns", "nam sinh", "ngay thang nam sinh", "sinh ngay"),
        "joined_on": ("ngay vao dang", "ngay ket nap", "ngay vd", "ngay kn", "ngay vao dang du bi"),
        "official_on": ("ngay chinh thuc", "ngay ct", "ngay vao dang chinh thuc"),
        "branch": (
            "chi bo",
            "cb",
            "chi bo dang sinh hoat",
            "chi bo sinh hoat",
            "don vi sinh hoat",
            "ten chi bo",
            "to chuc dang",
        ),
        "branch_code": ("ma chi bo", "ma to chuc", "ma cb", "ma to chuc dang"),
        "committees": ("dang bo", "cap tren", "dang bo cap tren", "to chuc cap tren", "dang bo truc thuoc"),
        "phone": ("sdt", "dien thoai", "so dt", "so dien thoai", "di dong", "dtdd"),
        "standing": ("trang thai", "tinh trang", "trang thai sinh hoat"),
        "posts": ("chuc vu dang", "chuc vu trong dang", "chuc vu"),
        "membership": ("loai dang vien", "loai dv", "loai", "chinh thuc du bi"),
    }.items()
    for header in headers
}
ORDINAL_HEADERS = frozenset({"stt", "tt", "so tt", "so thu tu"})

_STANDINGS: tuple[tuple[str, Standing], ...] = (
    # the first that the folded text begins with counts; longer ones before their beginnings
    ("dang sinh hoat", Standing.ACTIVE),
    ("dang chuyen", Standing.TRANSFERRING),
    ("da chuyen", Standing.TRANSFERRED),
    ("chuyen di", Standing.TRANSFERRED),
    ("mien", Standing.EXEMPT),
    ("duoc mien", Standing.EXEMPT),
    ("tam thoi den", Standing.VISITING),
    ("sinh hoat tam thoi den", Standing.VISITING),
    ("sinh hoat tam thoi tu noi khac", Standing.VISITING),
    ("tam thoi di", Standing.AWAY),
    ("di tam thoi", Standing.AWAY),
    ("sinh hoat tam thoi di", Standing.AWAY),
    ("sinh hoat tam thoi noi khac", Standing.AWAY),
    ("chuyen sinh hoat tam thoi di", Standing.AWAY),
    ("chuyen sinh hoat tam thoi den", Standing.VISITING),
    ("chuyen sinh hoat chinh thuc", Standing.TRANSFERRED),
    ("dinh chi", Standing.SUSPENDED),
    ("xoa ten", Standing.REMOVED),
    ("bi xoa ten", Standing.REMOVED),
    ("khai tru", Standing.EXPELLED),
    ("bi khai tru", Standing.EXPELLED),
    ("xin ra", Standing.RESIGNED),
    ("ra khoi dang", Standing.RESIGNED),
    ("tu tran", Standing.DECEASED),
    ("da tu tran", Standing.DECEASED),
    ("da mat", Standing.DECEASED),
)


def text(cell: Cell) -> str:
    """A cell as cleaned text; whole numbers without ".0"."""
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return clean(str(cell))


def read_date(cell: Cell) -> tuple[date | None, int | None, str]:
    """A date, or the year where that is all, and a remark ("" when there is nothing to say).

    Takes date cells, serial numbers, ISO, and day-first dates with / - . or in words. A date that makes
    sense only month-first is proposed, never taken.
    """
    if isinstance(cell, datetime):
        return cell.date(), None, ""
    if isinstance(cell, date):
        return cell, None, ""
    written = text(cell)
    if not written:
        return None, None, ""
    if re.fullmatch(r"(19|20)\d\d", written):
        return None, int(written), _("chỉ có năm sinh {year}", year=written)
    if re.fullmatch(r"\d{5}", written):
        return date(1899, 12, 30) + timedelta(days=int(written)), None, ""
    if found := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", written):
        year, month, day = map(int, found.groups())
    elif found := re.fullmatch(r"(?:ngay )?(\d{1,2}) (?:thang )?(\d{1,2}) (?:nam )?(\d{4})", fold(written)):
        day, month, year = map(int, found.groups())
    else:
        return None, None, _("không đọc được ngày “{value}”, cần dạng 31/12/1980", value=written[:40])
    try:
        return date(year, month, day), None, ""
    except ValueError:
        pass
    try:
        swapped = date(year, day, month)
    except ValueError:
        return None, None, _("không có ngày “{value}” trong lịch", value=written[:40])
    return (
        None,
        None,
        _(
            "“{value}” có thể đã bị đảo ngày và tháng; nếu đúng là {proposal}, xin sửa trong tệp",
            value=written[:40],
            proposal=swapped.strftime("%d/%m/%Y"),
        ),
    )


def read_card(cell: Cell, pattern: str = r"\d{8}|\d{12}") -> tuple[str | None, str]:
    """A Party card number as digits (8 on the classic card, 12 on the new one), zeros kept."""
    written = text(cell)
    if not written:
        return None, ""
    number = re.sub(r"[\s.\-]", "", written)
    if re.search(r"\d[eE]\+?\d", written):
        return None, _("số thẻ “{value}” đã bị bảng tính làm tròn, cần nhập lại dạng chữ", value=written[:20])
    if not re.fullmatch(pattern, number):
        return number[:40], _("số thẻ “{value}” không đúng dạng", value=written[:20])
    return number, ""


def read_cccd(cell: Cell) -> tuple[str | None, str]:
    """A citizen's number: exactly 12 digits. Eleven probably lost a leading zero: proposed, not taken."""
    written = text(cell)
    number = re.sub(r"[\s.\-]", "", written)
    if not written or re.fullmatch(r"\d{12}", number):
        return number or None, ""
    if re.search(r"\d[eE]\+?\d", written):
        return None, _("số CCCD đã bị bảng tính làm tròn, cần nhập lại dạng chữ")
    if re.fullmatch(r"\d{11}", number):
        return None, _(
            "số CCCD chỉ có 11 chữ số, có thể mất số 0 ở đầu (0…{last}); xin sửa trong tệp", last=number[-4:]
        )
    return None, _("số CCCD không đủ 12 chữ số")


def read_phone(cell: Cell) -> tuple[str | None, str]:
    """A phone number as 0xxxxxxxxx; +84 and 84 are understood, a lost zero is proposed, not taken."""
    written = text(cell)
    if not written:
        return None, ""
    number = re.sub(r"[\s.\-()]", "", written)
    number = re.sub(r"^\+?84(?=\d{9}$)", "0", number)
    if re.fullmatch(r"0\d{9}", number):
        return number, ""
    if re.fullmatch(r"[1-9]\d{8}", number):
        return None, _("số điện thoại có thể mất số 0 ở đầu; xin sửa trong tệp")
    return None, _("số điện thoại không đúng dạng 10 chữ số")


def read_standing(cell: Cell) -> tuple[Standing | None, str]:
    """A standing; None with a remark when the words are not known, None without when there are none."""
    written = text(cell)
    if not written:
        return None, ""
    words = fold(written)
    found = [(len(start), standing) for start, standing in _STANDINGS if words.startswith(start)]
    if not found:
        return None, _("chưa rõ trạng thái “{value}”", value=written[:60])
    return max(found, key=lambda pair: pair[0])[1], ""


def read_membership(cell: Cell) -> MembershipKind | None:
    """Chính thức or dự bị, where the words say so."""
    words = fold(text(cell))
    if "du bi" in words:
        return MembershipKind.PROBATIONARY
    return MembershipKind.OFFICIAL if "chinh thuc" in words else None


def read_posts(written: str) -> tuple[list[tuple[Role, str]], list[str]]:
    """Posts in a "chức vụ Đảng" cell as (role, where), and the parts that were not understood.

    `where` is "branch", "parent" (the organisation above the branch), "root" (the top of the tree) or the
    folded name of the organisation that the cell names.
    """
    posts: list[tuple[Role, str]] = []
    unknown: list[str] = []
    for part in re.split(r"[;,\n]+", written):
        words = fold(part)
        if not words or words in {"dang vien", "khong", "dv"}:
            continue
        found = _post(words)
        if found is None:
            unknown.append(part.strip())
        else:
            posts.append(found)
    return posts, unknown


_LEADING = (
    (r"(pho bi thu|pbt)", Role.DEPUTY_SECRETARY),
    (r"(bi thu|bt)", Role.SECRETARY),
)


def _post(words: str) -> tuple[Role, str] | None:
    if words in {"chi uy vien", "cuv", "uy vien chi uy"}:
        return Role.COMMITTEE_MEMBER, "branch"
    if words in {"dang uy vien", "uy vien ban chap hanh", "uy vien bch"}:
        return Role.COMMITTEE_MEMBER, "parent"
    if "uy ban kiem tra" in words or "ubkt" in words:
        return Role.INSPECTOR, "root"
    if "ban to chuc" in words:
        return Role.OFFICER, "root"
    if "van phong dang uy" in words:
        return Role.OFFICE, "root"
    for start, role in _LEADING:
        if found := re.fullmatch(rf"{start}(?: (?P<of>.*))?", words):
            of = found["of"] or ""
            if of in {"", "chi bo", "cb"}:
                return role, "branch"
            if of in {"dang uy", "dang bo"}:
                return role, "parent"
            return role, re.sub(r"^dang uy ", "dang bo ", of)
    return None
