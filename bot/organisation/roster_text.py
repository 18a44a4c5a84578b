"""Cells of a roster as people fill them in: dates, numbers, standings, posts. Pure functions.

Each reader returns what it read and, where a person must look, a sentence. Nothing is corrected silently:
a value that is not certain is left out and the likely one is proposed in the sentence.
"""

import re
from datetime import date, datetime, timedelta
from typing import Any

from bot.i18n import _
from bot.organisation.models import MembershipKind, Role, Standing
from bot.organisation.rules import clean, fold, parse_number

Cell = Any
"""What a spreadsheet reader gives: str, int, float, bool, date, datetime, timedelta or None."""

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
    ("qua doi", Standing.DECEASED),
    ("hy sinh", Standing.DECEASED),
    ("da chet", Standing.DECEASED),
    ("cho xin ra", Standing.RESIGNED),
    ("dang sinh hoat tam thoi di", Standing.AWAY),
    ("dang sinh hoat tam thoi noi khac", Standing.AWAY),
    ("dang sinh hoat tam thoi den", Standing.VISITING),
)
_ORDINARY = frozenset(
    """dang vien|chinh thuc|du bi|dang vien chinh thuc|dang vien du bi|sinh hoat chinh thuc|binh thuong""".split(
        "|"
    )
)


_BROKEN = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})


def text(cell: Cell) -> str:
    """A cell as cleaned text; whole numbers without ".0"; "" for a formula's error."""
    if isinstance(cell, str):
        return "" if cell in _BROKEN else clean(cell)
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
    if isinstance(cell, str) and len(cell) == 10 and cell[2] == cell[5] == "/" and cell.isascii():
        day, month, year = cell[:2], cell[3:5], cell[6:]  # "31/12/1980": nearly all
        if day.isdigit() and month.isdigit() and year.isdigit() and year != "0000":
            return _day(cell, int(year), int(month), int(day))
    written = text(cell).strip("'’ ")
    if not written or written in _NOTHING:
        return None, None, ""
    if re.fullmatch(r"(19|20)\d\d", written):
        return None, int(written), _("chỉ có năm sinh {year}", year=written)
    if found := re.fullmatch(r"(\d{5})(?:\.\d+)?", written):
        return date(1899, 12, 30) + timedelta(days=int(found[1])), None, ""
    if found := re.fullmatch(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})(?:[T ].*)?", written):
        return _day(written, *map(int, found.groups()))
    if found := re.fullmatch(r"((?:19|20)\d\d)(\d\d)(\d\d)", written):
        return _day(written, *map(int, found.groups()))
    words = fold(written)
    if found := _IN_WORDS.fullmatch(words):
        return _day(written, int(found[3]), int(found[2]), int(found[1]))
    if found := re.fullmatch(r"(?:thang )?(\d{1,2}) (?:nam )?((?:19|20)\d\d)", words):
        return None, int(found[2]), _("chỉ có tháng và năm “{value}”", value=written[:40])
    if found := re.fullmatch(r"(?:nam |khoang |sn |sinh nam )+((?:19|20)\d\d)", words):
        return None, int(found[1]), _("chỉ có năm sinh {year}", year=found[1])
    if re.fullmatch(r"\d{1,2} \d{1,2} \d\d", words):
        return None, None, _("năm trong “{value}” chỉ có hai chữ số; cần đủ bốn", value=written[:40])
    return None, None, _("không đọc được ngày “{value}”, cần dạng 31/12/1980", value=written[:40])


_IN_WORDS = re.compile(
    r"(?:ngay |sinh ngay |mung )?(\d{1,2}) (?:thang )?(\d{1,2}) (?:nam )?((?:18|19|20|21|29)\d\d)"
    r"(?: \d{1,2} \d\d(?: \d\d)?)?"  # a time of day behind it
)
_NOTHING = frozenset(
    {"-", "–", "—", "x", "X", "0", "không", "Không", "…", "...", ".", "N/A", "n/a", "null", "NULL", "None"}
)


def _day(written: str, year: int, month: int, day: int) -> tuple[date | None, int | None, str]:
    try:
        return date(year, month, day), None, ""
    except ValueError:
        pass
    try:
        swapped = date(year, day, month)
    except ValueError:
        return None, None, _("không có ngày “{value}” trong lịch", value=written[:40])
    return None, None, swapped_date(written, swapped)


def swapped_date(written: str, proposal: date) -> str:
    """The remark on a date whose day and month may have changed places."""
    return _(
        "“{value}” có thể đã bị đảo ngày và tháng; nếu đúng là {proposal}, xin sửa trong tệp",
        value=written[:40],
        proposal=proposal.strftime("%d/%m/%Y"),
    )


_CARD = re.compile(r"\d{8}|\d{12}")


def read_card(cell: Cell) -> tuple[str | None, str]:
    """A Party card number as digits (8 on the classic card, 12 on the new one), zeros kept."""
    if cell is None or cell == "":
        return None, ""
    if isinstance(cell, str) and len(cell) in (8, 12) and cell.isascii() and cell.isdigit():
        return cell, ""
    written = text(cell).lstrip("'’")
    if not written or written in _NOTHING:
        return None, ""
    if re.search(r"\d[eE]\+?\d", written):
        return None, _("số thẻ “{value}” đã bị bảng tính làm tròn, cần nhập lại dạng chữ", value=written[:20])
    number = re.sub(r"[\s.\-]", "", written)
    if _CARD.fullmatch(number):
        return number, ""
    if isinstance(cell, int | float) and _CARD.fullmatch(f"0{number}"):
        return number, _("số thẻ “{value}” có thể mất số 0 ở đầu; xin sửa trong tệp", value=number)
    return number[:40], _("số thẻ “{value}” không đúng dạng", value=written[:20])


def read_cccd(cell: Cell) -> tuple[str | None, str]:
    """A citizen's number: exactly 12 digits. Fewer probably lost leading zeros: proposed, not taken."""
    if cell is None or cell == "":
        return None, ""
    if isinstance(cell, str) and len(cell) == 12 and cell.isascii() and cell.isdigit():
        return cell, ""
    written = text(cell).lstrip("'’")
    number = re.sub(r"[\s.\-]", "", written)
    if not written or written in _NOTHING:
        return None, ""
    if re.fullmatch(r"\d{12}", number):
        return number, ""
    if re.search(r"\d[eE]\+?\d", written):
        return None, _("số CCCD đã bị bảng tính làm tròn, cần nhập lại dạng chữ")
    if re.fullmatch(r"\d{10,11}", number):
        return None, _(
            "số CCCD chỉ có {digits} chữ số, có thể mất số 0 ở đầu (0…{last}); xin sửa trong tệp",
            digits=len(number),
            last=number[-4:],
        )
    if re.fullmatch(r"\d{9}", number):
        return None, _("số CMND 9 chữ số cũ, không dùng; cần số CCCD 12 chữ số")
    return None, _("số CCCD không đủ 12 chữ số")


def read_dossier(cell: Cell) -> tuple[str | None, str]:
    """A dossier number as verification takes it: six digits and one to three letters, or digits alone."""
    if cell is None or cell == "":
        return None, ""
    written = text(cell).lstrip("'’")
    if not written or written in _NOTHING:
        return None, ""
    if (number := parse_number(written)) is not None:
        return number, ""
    if re.fullmatch(r"\d{1,5}[A-Za-z]{0,3}", written):
        return None, _("số lý lịch có thể mất số 0 ở đầu; xin sửa trong tệp")
    return None, _("số lý lịch không đúng dạng")


def read_phone(cell: Cell) -> tuple[str | None, str]:
    """A phone number as 0xxxxxxxxx; +84 and 84 are understood, a lost zero is proposed, not taken.

    Of several numbers in one cell the first is taken.
    """
    if cell is None or cell == "":
        return None, ""
    if isinstance(cell, str) and len(cell) == 10 and cell[0] == "0" and cell.isascii() and cell.isdigit():
        return cell, ""
    written = re.split(r"[;/,\n]| - ", text(cell).lstrip("'’"))[0].strip()
    if not written or written in _NOTHING:
        return None, ""
    number = re.sub(r"[\s.\-()]", "", written)
    number = re.sub(r"^(?:\+|00)?84(?=\d{9}$)", "0", number)
    if re.fullmatch(r"0\d{9}", number):
        return number, ""
    if re.fullmatch(r"[1-9]\d{8}", number):
        return None, _("số điện thoại có thể mất số 0 ở đầu; xin sửa trong tệp")
    return None, _("số điện thoại không đúng dạng 10 chữ số")


def read_standing(cell: Cell) -> tuple[Standing | None, str]:
    """A standing; None with a remark when the words are not known, None without when there are none."""
    if cell is None or cell == "":
        return None, ""
    written = text(cell)
    words = fold(written)
    if not words:
        return None, ""
    if words in _ORDINARY:
        return Standing.ACTIVE, ""
    found = [
        (len(start), standing)
        for start, standing in _STANDINGS
        # "tạm thời" without a direction says nothing of where somebody counts
        if words.startswith(start) and ("tam thoi" in start or "tam thoi" not in words)
    ]
    if not found:
        return None, _("chưa rõ trạng thái “{value}”", value=written[:60])
    return max(found, key=lambda pair: pair[0])[1], ""


def read_membership(cell: Cell) -> MembershipKind | None:
    """Chính thức or dự bị, where the words say so."""
    if not cell:
        return None
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
