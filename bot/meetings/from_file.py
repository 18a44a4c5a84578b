"""A meeting read from an invitation or a small table: only what stands under its own label, the rest is asked."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.chat.dates import read_meeting_time
from bot.chat.text import clean, flat
from bot.meetings import rules
from bot.meetings.models import MeetingKind

_LABELS = {
    "time": r"thoi gian(?: hop| bat dau| to chuc)?|thoi diem|ngay gio|gio hop|bat dau|ngay hop|ngay|gio",
    "place": r"dia diem(?: hop| to chuc)?|noi hop|phong hop|phong|noi to chuc|link(?: hop)?|lien ket(?: hop)?",
    "agenda": r"(?:noi dung|chuong trinh)(?: cuoc hop| hop| sinh hoat| lam viec| chinh)?|agenda",
    "chair": r"(?:nguoi |dong chi )?(?:chu tri|chu toa)(?: cuoc hop| hoi nghi)?",
    "kind": r"(?:loai|hinh thuc|kieu)(?: cuoc hop| hop| sinh hoat)?",
}
_LABEL = {name: re.compile(words) for name, words in _LABELS.items()}
_BULLET = re.compile(r"^(?:[-+*•–]|\d{1,2}[.)]|[a-zđ][.)])\s*", re.IGNORECASE)
_ENDS = re.compile(
    r"noi nhan|t/m|tm[. ]|kinh mong|rat mong|de nghi|tran trong|vay|kinh moi|luu y|ghi chu|thanh phan|tai lieu|ky ten"
)
"""What stands behind the agenda of an invitation."""
_SPOKEN = re.compile(r"(?:vao )?(?:hoi|luc) \d{1,2} ?(?:h|g|gio|:)")
_KINDS = {
    MeetingKind.TOPICAL: r"chuyen de",
    MeetingKind.COMMITTEE: r"hop (?:chi uy|cap uy|ban chap hanh)|hoi nghi (?:chi uy|cap uy|ban chap hanh)",
    MeetingKind.CONGRESS: r"dai hoi (?:chi bo|dang bo|dang vien|dai bieu)",
    MeetingKind.STUDY: r"(?:hoc tap|quan triet)(?:,? (?:hoc tap|quan triet))* (?:cac )?(?:nghi quyet|chi thi)",
    MeetingKind.REGULAR: r"(?:sinh hoat|hop)(?: chi bo| dang)? (?:thuong ky|dinh ky|hang thang)",
}
_MOST = {"place": rules.MAX_PLACE, "agenda": rules.MAX_AGENDA, "chair": rules.MAX_CHAIR}


def read_invitation(lines: Sequence[str], now: datetime) -> dict[str, Any]:
    """What a file says of one meeting. `lines`: its lines of text, the cells of a table row parted by tabs.

    Of "kind", "starts" (ISO), "unsure" (the bot must ask about the moment), "place", "agenda" and "chair" those
    that are there once; what is missing, said twice in different words, or too long is left out. {"many": True}
    for a table of several meetings.
    """
    rows = [[" ".join(clean(cell).split()) for cell in line.split("\t")] for line in lines]
    rows = [row for row in rows if any(row)]
    found: dict[str, list[str]] = {name: [] for name in _LABELS}
    if (head := next((place for place, row in enumerate(rows) if _is_head(row)), None)) is not None:
        below = [row for row in rows[head + 1 :] if sum(map(bool, row)) > 1]
        if len(below) != 1:
            return {"many": True} if below else {}
        for title, cell in zip(rows[head], below[0], strict=False):
            if cell and (name := _label(title)):
                found[name].append(cell)
        found["time"] = [" ".join(found["time"])] if found["time"] else []
    else:
        _labelled(rows, found)
        if not found["time"]:
            whole = [" ".join(row) for row in rows]
            found["time"] = [each for each in whole if _SPOKEN.search(flat(each))]
    said: dict[str, Any] = {
        name: values[0]
        for name, most in _MOST.items()
        if len(values := list(dict.fromkeys(found[name]))) == 1 and 2 <= len(values[0]) <= most
    }
    times = {read for each in found["time"] if (read := read_meeting_time(each, now))[0] is not None}
    if len(times) == 1:
        [(moment, unsure)] = times
        if moment is not None and moment.hour:  # a day without an hour is asked for as a whole
            said |= {"starts": moment.isoformat(), "unsure": unsure}
    if (kind := _kind(found["kind"] or [" ".join(row) for row in rows])) is not None:
        said["kind"] = kind.value
    return said


def _label(cell: str) -> str | None:
    words = flat(cell).strip(" :.*")
    return next((name for name, pattern in _LABEL.items() if pattern.fullmatch(words)), None)


def _is_head(row: list[str]) -> bool:
    """A row of column titles: labels alone."""
    named = [_label(cell) for cell in row if cell]
    return sum(name is not None for name in named) >= 2 and not any(":" in cell.rstrip(": ") for cell in row)


def _labelled(rows: list[list[str]], found: dict[str, list[str]]) -> None:
    """ "Nhãn: lời", on one line or with the words below; or a table of two columns."""
    open_: str | None = None
    for row in rows:
        first, rest = row[0], " ".join(row[1:]).strip()
        bare = _BULLET.sub("", first)
        title, colon, words = bare.partition(":")
        if rest and (name := _label(bare)):
            found[name].append(rest)
            open_ = None
        elif colon and (name := _label(title)):
            words = f"{words} {rest}".strip()
            found[name].append(words)
            open_ = name if name == "agenda" or not words else None
        elif open_ and not (_ENDS.match(flat(bare)) or (colon and _new_title(title))):
            found[open_][-1] = f"{found[open_][-1]}\n{' '.join(row).strip()}".strip()
            open_ = open_ if open_ == "agenda" else None
        else:
            open_ = None
    for name, values in found.items():
        found[name] = [_joined(value) for value in values if value]


def _new_title(title: str) -> bool:
    return len(title.split()) <= 4 and _BULLET.match(title) is None


def _joined(value: str) -> str:
    """Lines of a list in one, as the dialog's own answers are."""
    parts = [_BULLET.sub("", part).strip(" ;.") for part in value.split("\n")]
    return "; ".join(part for part in parts if part)


def _kind(lines: list[str]) -> MeetingKind | None:
    said = flat(" ".join(lines))
    found = [kind for kind, words in _KINDS.items() if re.search(rf"\b(?:{words})\b", said)]
    return found[0] if len(found) == 1 else None
