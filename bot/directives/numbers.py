"""Document numbers as the Party writes them (`52-KH/ĐU`) and as people type them (`kh 52`, `52/KH-ĐU`).

A number runs per type, issuer and term, so the same number comes again; only with its date is it unique.
State documents (`13/2023/NĐ-CP`, `91/2025/QH15`) carry their year. Sources: 399-QĐ/TW and 05-HD/VPTW
(layout of Party documents), Decree 30/2020/NĐ-CP (layout of state documents).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.chat.text import clean, flat

# Code as displayed, its name, other spellings of the code. Where TW uses QĐ both for decisions and for
# regulations, lower levels also write QyĐ.
TYPES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("NQ", ("nghi quyet",), ()),
    ("CT", ("chi thi",), ()),
    ("KL", ("ket luan",), ()),
    ("QĐ", ("quyet dinh", "quy dinh"), ("qyd", "qdi")),
    ("QC", ("quy che",), ()),
    ("TB", ("thong bao",), ()),
    ("TC", ("thong cao",), ()),
    ("HD", ("huong dan",), ()),
    ("CTr", ("chuong trinh",), ()),
    ("KH", ("ke hoach",), ()),
    ("ĐA", ("de an",), ()),
    ("BC", ("bao cao",), ()),
    ("BB", ("bien ban",), ()),
    ("TTr", ("to trinh",), ()),
    ("CV", ("cong van",), ()),
    ("TT", ("thong tri", "thong tu"), ()),
    ("PA", ("phuong an",), ()),
    ("GM", ("giay moi",), ()),
    ("GGT", ("giay gioi thieu",), ()),
    ("PB", ("phieu bao",), ()),
    ("NĐ", ("nghi dinh",), ()),
)
ISSUERS = (
    "TW", "TU", "ĐU", "ĐB", "CB", "BTV", "BCH", "TT.ĐU", "UBKT", "BTG", "BTGDV", "BTC", "BDV", "BNC", "VP", "HU",
    "BTCTW", "BTGTW", "BTGDVTW", "BDVTW", "BNCTW", "VPTW", "UBKTTW", "BTCTU", "BTGTU", "BTGDVTU", "VPTU", "UBKTTU",
    "BTCĐU", "BTGĐU", "BTGDVĐU", "VPĐU", "UBKTĐU", "BTVĐU", "ĐUK", "CP", "TTg", "QH", "UBND", "HĐND", "CTN", "BCT",
)  # fmt: skip
_ISSUER_NAMES = {
    "dang uy": "ĐU", "trung uong": "TW", "thanh uy": "TU", "tinh uy": "TU", "chinh phu": "CP",
    "ban to chuc trung uong": "BTCTW", "van phong trung uong": "VPTW",
}  # fmt: skip
_TYPE_OF = {flat(code): code for code, _, _ in TYPES} | {
    other: code for code, _, more in TYPES for other in more
}
_NAMED = {name: code for code, names, _ in TYPES for name in names}
_ISSUER_OF = {flat(issuer): issuer for issuer in ISSUERS}


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A document's number: figures as written (leading zeros stay), type and issuer codes, year if it has one."""

    number: str
    type: str
    issuer: str
    year: str = ""

    def __str__(self) -> str:
        """As an official letterhead shows it: 52-KH/ĐU, 13/2023/NĐ-CP, 4099/UBND-KSTTHC."""
        if self.year or not self.type or self.type == "NĐ":
            return "/".join(
                filter(None, (self.number, self.year, "-".join(filter(None, (self.type, self.issuer)))))
            )
        return f"{self.number}-{self.type}" + (f"/{self.issuer}" if self.issuer else "")


@dataclass(frozen=True, slots=True)
class Mention:
    """A number named in a sentence, as far as it was typed; empty parts were not."""

    number: str
    type: str
    issuer: str
    year: str
    start: int
    """Where it stands in the cleaned text (`bot.chat.text.clean`), end exclusive."""
    end: int
    bare: bool = False
    """Only figures stood there, no word that says "document"."""

    def __str__(self) -> str:
        return str(DocumentNumber(self.number, self.type, self.issuer, self.year))


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_CODE = _any(_TYPE_OF.keys() - {"da"})  # "da" is "đã" far more often than "đề án": only inside a full number
_NAME = _any(_NAMED)
_ISSUER = _any(_ISSUER_OF)
_BY_NAME = _any(_ISSUER_NAMES)
_START = r"(?<![a-z0-9/.,%-])"
_PREFIX = rf"(?:(?:(?P<name>{_NAME}|{_CODE})|van ban|vban|vb|tai lieu|luat)?\s*(?:so\s*)?[:.-]?\s*)"
_FREE_ISSUER = r"[a-z]{2,9}(?:\.[a-z]{2,4})?\d{0,2}"
# What follows a count, an hour or a sum of money, and so speaks against a document's number.
_DAY_UNIT = (
    r"(?!\s*(?:%|(?:h|g|gio|phut|nguoi|dong chi|d/c|dc|dang vien|chi bo|ngay|thang|nam|tuan|lan|tuoi|trang|buoi|"
    r"dong|trieu|nghin|ngan|ty|k|d|vnd|usd|cai|ban|van ban|phan|muc|dieu|khoan|ong|ba|anh|chi|em|"
    r"thong bao|cong van|tai lieu|"
    r"don vi|nhom|to|cau|giay|file|tep|tin|so|noi dung|phieu|bai|cuoc|noi|hinh|y|kien|mon|kg|km|m)(?![a-z])))"
)
# After a type's name ("kế hoạch 52 …") little speaks against it.
_SUM_UNIT = (
    r"(?!\s*(?:%|(?:h|g|gio|phut|nguoi|ngay|tuan|thang|nam|trieu|nghin|ngan|ty|vnd|kg|km|dieu)(?![a-z])))"
)
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # 13/2023/NĐ-CP, 91/2025/QH15, 123/2025/QĐ-TTg
        rf"{_START}{_PREFIX}?(?P<n>\d{{1,5}})\s*/\s*(?P<year>(?:19|20)\d\d)\s*/\s*(?P<tail>[a-z]+(?:-[a-z]+)?\d*)(?![a-z0-9])",
        # 4099/UBND-KSTTHC
        rf"{_START}{_PREFIX}?(?P<n>\d{{1,5}})/(?P<tail>(?!(?:{_CODE}|da)-)[a-z]{{3,}}-[a-z]{{2,}})(?![a-z0-9])",
        # 52-KH/ĐU, 52/KH-ĐU, 52 kh/du, 52kh/đu, kế hoạch số 52-KH/ĐU
        rf"{_START}{_PREFIX}?(?P<n>\d{{1,5}})\s*[-/.]?\s*(?P<code>{_CODE}|da)\s*[-/.]\s*(?P<issuer>{_FREE_ISSUER})(?![a-z0-9])",
        rf"{_START}{_PREFIX}?(?P<n>\d{{1,5}})\s*[-/.]?\s*(?P<code>{_CODE}|da)\s+(?P<issuer>{_ISSUER})(?![a-z0-9])",
        rf"{_START}{_PREFIX}?(?P<n>\d{{1,5}})\s*[-/]?\s*(?P<code>{_CODE})\s*(?:cua\s+)?(?P<by>{_BY_NAME})(?![a-z0-9])",
        # KH/ĐU 52
        rf"{_START}(?P<code>{_CODE}|da)\s*[-/]\s*(?P<issuer>{_ISSUER})\s*(?:so\s*)?(?P<n>\d{{1,5}})(?![a-z0-9/-])",
        # nghị định 13/2023
        rf"{_START}(?P<name>nghi dinh|thong tu|quyet dinh|luat|nd)\s*(?:so\s*)?"
        r"(?P<n>\d{1,5})/(?P<year>(?:19|20)\d\d)(?![\d/])",
        # kh 52, kế hoạch số 52/ĐU, qđ294, kế hoạch 52 của Đảng ủy
        rf"{_START}(?P<name>{_NAME}|{_CODE})\s*(?P<said>so\s*)?[:.-]?\s*(?P<n>\d{{1,5}})(?![\da-z/-]|:\d)"
        rf"(?:\s+(?:cua\s+)?(?P<by>{_BY_NAME})(?![a-z0-9]))?{_SUM_UNIT}",
        rf"{_START}(?P<name>{_NAME}|{_CODE})\s*(?P<said>so\s*)?[:.-]?\s*(?P<n>\d{{1,5}})\s*[/-]\s*(?P<issuer>{_ISSUER})(?![a-z0-9])",
        # 52-KH, 52kh
        rf"{_START}(?P<n>\d{{1,5}})(?:-|/)?(?P<code>{_CODE})(?![a-z0-9/-])",
        rf"{_START}(?P<n>\d{{1,5}})\s+(?P<code>KH|{_any(('nq', 'qd', 'kl', 'cv', 'ctr', 'ttr'))})(?![a-z0-9/-])",
        # văn bản số 52, vb52, số 52
        rf"{_START}(?:van ban|vban|vb|tai lieu)\s*(?:so\s*)?[:.-]?\s*(?P<n>\d{{1,5}})(?![\da-z/-]|[:.]\d){_SUM_UNIT}",
        rf"{_START}so\s*:?\s*(?P<n>\d{{1,5}})(?![\da-z/-]|[:.]\d){_DAY_UNIT}",
    )
)
_BARE = re.compile(
    r"(?<![a-z0-9/.,:%+=*-])"
    r"(?<!\bthang )(?<!\bngay )(?<!\bnam )(?<!\bthu )(?<!\blan )(?<!\bchi bo )(?<!\bcb )(?<!\bto )"
    r"(?<!\btrang )(?<!\bdieu )(?<!\bkhoan )(?<!\bmuc )(?<!\bphan )(?<!\bquy )(?<!\bluc )(?<!\bkhoang )(?<!\bhon )"
    r"(?<!\bkhoa )(?<!\bphong )(?<!\bnhom )(?<!\bcau )(?<!\bdu )(?<!\bmung )(?<!\btuoi )(?<!\bhang )(?<!\d )"
    rf"(?P<n>(?!(?:19|20)\d\d(?!\d))\d{{1,4}})(?![\da-z/%-]|[:.,]\d| \d|\s*[+=*]){_DAY_UNIT}"
)


def _issuer(folded: str, typed: str) -> str:
    if folded in _ISSUER_OF:
        return _ISSUER_OF[folded]
    if match := re.fullmatch(r"(.*?)(\d+)", folded):
        return _issuer(match[1], typed[: len(match[1])]) + match[2]
    if "." in folded:
        return ".".join(_issuer(f, t) for f, t in zip(folded.split("."), typed.split("."), strict=True))
    if typed.lower() != folded:  # typed with its marks: believed
        return typed.upper()
    return re.sub("D(?=[UB]$)", "Đ", typed.upper())


def _mention(match: re.Match[str], cleaned: str) -> Mention | None:
    parts = match.groupdict()
    kind, issuer, year = "", "", parts.get("year") or ""
    if name := parts.get("name"):
        kind = _NAMED.get(name) or _TYPE_OF.get(name, "")
    if parts.get("code"):
        kind = _TYPE_OF[parts["code"].lower()]
    if parts.get("issuer"):
        issuer = _issuer(parts["issuer"], cleaned[match.start("issuer") : match.end("issuer")])
    elif by := parts.get("by"):
        issuer = _ISSUER_NAMES[by]
    elif tail := parts.get("tail"):
        typed = cleaned[match.start("tail") : match.end("tail")]
        code, dash, rest = tail.partition("-")
        if dash and code in _TYPE_OF:
            kind, issuer = _TYPE_OF[code], _issuer(rest, typed[len(code) + 1 :])
        else:
            pieces = zip(tail.split("-"), typed.split("-"), strict=True)
            kind, issuer = "", "-".join(_issuer(folded, piece) for folded, piece in pieces)
    number = parts["n"]
    unspecific = name and not issuer and not year and not parts.get("said")
    if unspecific and re.fullmatch(r"(?:19|20)\d\d", number):
        return None  # "kế hoạch 2026" names a year
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    return Mention(number, kind, issuer, year, start, match.end())


def find(text: str) -> list[Mention]:
    """Every document number named in a sentence, in order; bare figures too where nothing speaks against it.

    Dates, hours, phone numbers, money, percentages and counts ("52 người") are none.
    """
    cleaned = clean(text)[:20_000]
    flattened = flat(cleaned)
    # A lone "kh" after figures is "không" as often as "kế hoạch"; capitals decide.
    capitals = flattened
    for match in re.finditer(r"\d\s+KH(?![A-Za-z0-9])", cleaned):
        capitals = capitals[: match.end() - 2] + "KH" + capitals[match.end() :]
    found: list[Mention] = []
    taken = bytearray(len(flattened))
    for pattern in _PATTERNS:
        for match in pattern.finditer(capitals if "KH|" in pattern.pattern else flattened):
            mention = _mention(match, cleaned)
            if mention and not any(taken[mention.start : mention.end]):
                taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
                found.append(mention)
    for match in _BARE.finditer(flattened):
        if not any(taken[match.start() : match.end()]):
            found.append(Mention(match["n"], "", "", "", match.start(), match.end(), bare=True))
    return sorted(found, key=lambda mention: mention.start)


def parse(text: str) -> DocumentNumber | None:
    """The document number that is the whole text, in any spelling; None when a part is missing."""
    if len(text) > 200:
        return None
    mentions = find(text)
    cleaned = clean(text).strip(" .,;:!?()\"'\n\t")
    if len(mentions) != 1 or not mentions[0].issuer:
        return None
    mention = mentions[0]
    if clean(text)[mention.start : mention.end].strip() != cleaned:
        return None
    return DocumentNumber(mention.number, mention.type, mention.issuer, mention.year)


def matches(mention: Mention, number: DocumentNumber) -> bool:
    """Whether the document may be the one mentioned: no typed part contradicts it; 01 and 1 are the same."""
    return (
        int(mention.number) == int(number.number)
        and mention.type in ("", number.type)
        and flat(mention.issuer) in ("", flat(number.issuer))
        and mention.year in ("", number.year)
    )


def complete(mention: Mention, candidates: Iterable[DocumentNumber]) -> list[DocumentNumber]:
    """The candidates that may be the document mentioned, in their order, each once."""
    return [number for number in dict.fromkeys(candidates) if matches(mention, number)]
