"""Commands that are said in a few fixed words alone: "/lichsu 52", "lịch sử", "thu hoi kh 52"."""

import re
from typing import NamedTuple

from bot.chat.text import clean, flat
from bot.directives.numbers import find

PLAIN = {
    "taphuan": "practice",
    "tap huan": "practice",
    "practice": "practice",
    "lichsu": "history",
    "lich su": "history",
    "history": "history",
    "thuhoi": "recall",
    "thu hoi": "recall",
    "recall": "recall",
    "dinhchinh": "correction",
    "dinh chinh": "correction",
    **dict.fromkeys(("xuat bang tinh", "xuat excel", "xuat bang", "xuat", "bang tinh", "excel"), "table"),
    "ketqua": "results",
    "ket qua": "results",
    "tamdung": "pause",
    "tam dung": "pause",
    "guitiep": "go_on",
    "gui tiep": "go_on",
    "ghinhantay": "by_hand",
    "ghi nhan tay": "by_hand",
    "rutdongy": "withdraw",
    "rut dong y": "withdraw",
    "caidattin": "news_settings",
    "cai dat tin": "news_settings",
    "cai dat diem tin": "news_settings",
    "tattin": "news_off",
    "tat tin": "news_off",
    "tat diem tin": "news_off",
    "battin": "news_on",
    "bat tin": "news_on",
    "bat diem tin": "news_on",
    "tin hom qua": "news_yesterday",
    "diem tin hom qua": "news_yesterday",
    "dangtin": "news_post",
    "dang tin": "news_post",
    "suadiemtin": "news_edit",
    "sua diem tin": "news_edit",
    "caidatdonvi": "digest_settings",
    "cach gui diem tin": "digest_settings",
    "cai dat don vi": "digest_settings",
    "nguontin": "news_feeds",
    "nguon tin": "news_feeds",
    "tracuu": "policy",
    "tra cuu": "policy",
    "lookup": "policy",
    "cauhoi": "questions",
    "questions": "questions",
    "duyetquydinh": "review_rules",
    "duyet quy dinh": "review_rules",
    "rutquydinh": "withdraw_rules",
    "rut quy dinh": "withdraw_rules",
    "thoi dung quy dinh": "withdraw_rules",
    "quyenriengtu": "privacy",
    "quyen rieng tu": "privacy",
    "dulieucuatoi": "my_data",
    "du lieu cua toi": "my_data",
    "suathongtin": "correct",
    "sua thong tin": "correct",
    "xoadulieu": "erase",
    "xoa du lieu": "erase",
    "yeucaudulieu": "requests",
    "yeu cau du lieu": "requests",
    "chuaxacthuc": "unverified",
    "chua xac thuc": "unverified",
    "ai chua xac thuc": "unverified",
    "canhotro": "unverified",
    "thamdo": "poll",
    "tham do y kien": "poll",
    "tham do": "poll",
    "poll": "poll",
    "lienket": "link",
    "lien ket": "link",
}
"""Folded: after a slash, or as the whole text but for a document."""
_NEEDS_DOCUMENT = frozenset({"xuat", "excel", "thu hoi", "dinh chinh", "ket qua", "tam dung", "gui tiep"})
"""Alone they may as well mean taking back one's own acknowledgement, or nothing of ours."""
_HOUR = re.compile(r"(?:toi muon |xin )?(?:doi|chinh|sua|dat) (?:lai )?gio (?:nhan |gui )?(?:diem )?tin\b.*")
"""“đổi giờ nhận tin 8h”: the wishes are shown, the hour is picked there."""
_LOOKED_FOR = re.compile(r"/?tim ?tin(?: tuc)?(?: (?:ve|noi ve|co))?(?:\s+|$)")
"""“tìm tin về …”, “/timtin …”: whatever follows is what is looked for, with the marks it was typed with."""


class PlainCommand(NamedTuple):
    """What was said: the command, the document as far as it was named, everything after the command."""

    name: str
    document: str | None
    rest: str


def plain_command(text: str) -> PlainCommand | None:
    """The command of `PLAIN` that a text is. In words, a document alone may follow."""
    whole = clean(text).strip()
    if looked_for := _LOOKED_FOR.match(flat(whole)):
        return PlainCommand("news_search", None, whole[looked_for.end() :].strip())
    if _HOUR.fullmatch(flat(whole)):
        return PlainCommand("news_settings", None, "")
    slash = text.lstrip().startswith("/")
    typed = clean(text).strip(" /\\.!?")
    spaced = flat(typed).replace("_", " ")
    words = next((each for each in PLAIN if re.match(re.escape(each) + r"(?![a-z])", spaced)), None)
    if words is None:
        return None
    rest = re.sub(r"^@\w+", "", typed[len(words) :]).strip()
    if PLAIN[words] == "link":  # what follows is a code read from another phone, and no document
        digits = re.fullmatch(r"[\d\s.\-]*", rest)
        return PlainCommand("link", None, rest) if slash or digits else None
    found = find(rest)
    left = (rest[: found[0].start] + rest[found[0].end :]).strip() if found else rest
    if not slash and (left or (words in _NEEDS_DOCUMENT and not found)):
        return None
    return PlainCommand(PLAIN[words], str(found[0]) if found else None, rest)
