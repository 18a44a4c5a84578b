"""Lists of people proposed for posts or under discipline: a heading and several rows with names below it."""

import re
from collections.abc import Sequence

from bot.directives.gate.models import Line, Why
from bot.directives.gate.spelling import fold, schemes, spell

_PEOPLE = r"(?:dang vien|can bo|cong chuc|vien chuc|nhan su|doi tuong|quan chung|nguoi|cac dong chi|dong chi|cap uy)"
_DISCIPLINE = re.compile(
    rf"(?:danh sach|bang tong hop|tong hop|bieu)\b.{{0,40}}{_PEOPLE}.{{0,60}}"
    r"\b(?:ky luat|ki luat|vi pham|khai tru|canh cao|khien trach|cach chuc|xoa ten|dinh chi|kiem diem)\b"
    r"|danh sach (?:ky luat|ki luat|khai tru|canh cao|khien trach|xoa ten)\b"
)
_PERSONNEL = re.compile(
    r"\bnhan su (?:du kien|gioi thieu|quy hoach|ung cu|de cu|cap uy|bau|tai cu|bo nhiem|dai hoi)\b"
    r"|(?:danh sach|trich ngang|bieu).{0,40}\b(?:nhan su|quy hoach|du kien (?:gioi thieu|bo nhiem|bau|ung cu)"
    r"|gioi thieu ung cu|ung cu|trich ngang)\b|\bdu kien nhan su\b|\btrich ngang (?:can bo|nhan su|ly lich)\b"
)
_FAMILIES = frozenset(
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh doan trinh dao mai truong lam "
    "luong cao ha chu to ta thai tang quach luu chau trieu kieu nong ma hua y quan la phung mac vuong tong "
    "thach giang au an bach ban cam che co cu danh diep han hong khong khuc kim luc nghiem ninh ong sam than "
    "tiet ton tu ung van vi viem giap a".split()
)
_ROWS_BELOW = 120
_ENOUGH = 3
_WORD = re.compile(r"[^\W\d_][^\W\d_']*")


def list_of_people(lines: Sequence[Line]) -> Why | None:
    """Which kind of list the lines hold: high precision, a heading alone is not enough."""
    for i, line in enumerate(lines):
        if len(line.text) > 200 or line.text.rstrip().endswith("."):
            continue
        for scheme in schemes(line.text):
            heading = " ".join(fold(spell(line.text, scheme)).split())
            discipline = _DISCIPLINE.search(heading)
            if not discipline and not _PERSONNEL.search(heading):
                continue
            names: set[str] = set()
            for row in lines[i + 1 : i + 1 + _ROWS_BELOW]:
                names.update(filter(None, map(_name, re.split(r"\t|\s{2,}|[|,;]", spell(row.text, scheme)))))
                if len(names) >= _ENOUGH:
                    return Why.DISCIPLINE_LIST if discipline else Why.PERSONNEL_LIST
    return None


def _name(cell: str) -> str | None:
    """The full name with which a cell begins ("1. Đ/c Nguyễn Văn Mẫu, 1970"), or None."""
    cell = re.sub(
        r"^\W*\d{0,4}\W*(?:(?:đ/c|đ\.c|đồng chí|ông|bà)\W+)?", "", cell.strip(), flags=re.IGNORECASE
    )
    words: list[str] = []
    for found in _WORD.findall(cell[:80])[:6]:
        if not found[0].isupper():
            break
        words.append(found)
    if len(words) < 2 or fold(words[0]) not in _FAMILIES or not (words[0].istitle() or words[0].isupper()):
        return None
    return " ".join(words).lower()
