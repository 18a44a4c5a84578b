"""The detector: secrecy marks and other marks that keep a paper off public messengers, in lines of text.

A mark is a stamp or a heading that stands by itself; a paper *about* secrets ("bảo vệ bí mật nhà nước",
"mật độ", "bảo mật") is ordinary. In doubt a stamp is refused: a person can release it.
Levels: Tuyệt mật, Tối mật, Mật (Law on the protection of state secrets); the mark, the scope of circulation
and "dự thảo" are parts of a Party document's layout (36-HD/VPTW, 2018).
"""

import re
from collections.abc import Iterable, Sequence

from bot.directives.gate import names
from bot.directives.gate.lists import list_of_people
from bot.directives.gate.models import SECRET, Kind, Line, Why
from bot.directives.gate.spelling import fold, loose, schemes, spell, squeeze
from bot.directives.gate.words import (
    COMPOUND_AFTER,
    COMPOUND_BEFORE,
    OPEN_ENDS,
    TALKED_ABOUT,
    first_word,
    last_word,
)

_LONG_LINE = 40
"""Characters from which a laid-out line may have been broken by the margin."""
_MAX_STAMP = 80

_INTEREST = re.compile(
    loose("mật|lưuhành|dựthảo|phổbiến|thuhồi|mớiđượcbóc|(?:độ|mức|dấu)[:=]")  # on squeezed text
)
_WORDS = "(?:tuyệt|tối)?mật"
_LEVEL = loose(_WORDS)
_STAMP = re.compile(
    loose(
        "(?:mứcđộmật|mứcđộ|độmật|độ|cấpđộmật|cấpđộ|cấp|dấuđộmật|dấuđộ|dấuchỉđộmật|dấumật|dấu|đóngdấu|tàiliệu|"
        "vănbản|hồsơ|côngvăn|báocáo|kếhoạch|côngvăn|loại|bản|khẩn|thượngkhẩn|hỏatốc|hoảtốc)*"
        f"(?P<level>{_WORDS})(?P=level)*"
        "(?:bảnsố|bản|số|khẩn|thượngkhẩn|hỏatốc|hoảtốc|khôngsaochụp|cấmsaochụp|lưuhànhnộibộ|khôngphổbiến|"
        "thuhồisaucuộchọp|thuhồisauhộinghị|thuhồi)*"
    )
)
_ONLY_LABEL = re.compile(loose("(?:mức|cấp|dấu|dấuchỉ|mứcđộ)?(?:độ)?mật"))
_STATE_SECRET = re.compile(
    loose(f"(?P<kind>tàiliệu|vănbản|hồsơ)?(?:thuộc)?(?:phạmvi)?bímậtnhànước(?:độ)?(?P<level>{_WORDS})?")
)
_OPEN_BY_NAME = re.compile(loose("chỉngườicótênmớiđượcbóc(?:bì)?"))
_SAID = re.compile(
    loose(
        f"(?:đâylà|đínhkèm|kèmtheo|emgửi|tôigửi|xingửi|gửi).{{0,20}}?(?:tàiliệu|vănbản|côngvăn|hồsơ){_WORDS}(?:ạ|nhé|này)?"
    )
)
"""What a person says about a file or a text of theirs."""
_ITEM = re.compile(r"^\s*(?:[^\W\d_]{1,2}|\d{1,2})\s*[.)]\s+|^\s*[-+•–—*]\s+(?![^-–—*]*[-–—*]\s*$)")
_LISTED = re.compile(loose(r"^\W*(?:\w{1,2}\s*[.)]\s*)?(?:độ\s+)?(tuyệt\s+mật|tối\s+mật|mật)(?!\w)"), re.I)
_TICKED = re.compile("[☑☒✓✔✗✘]|\\[\\s*[xX]\\s*\\]")
_LABEL = re.compile(
    loose(
        r"(?<!\w)(?P<label>(?:(?:mức\s+độ|mức|độ|cấp\s+độ|cấp)\s+mật|dấu(?:\s+chỉ)?(?:\s+độ|\s+mức\s+độ)?(?:\s+mật)?"
        r"|(?:mức\s+)?độ|mức))\s*(?P<sign>[:=\t–—-]|\.{2,}|…)[\s.:…\"“'(\[]*"
        r"(?P<value>(?:tuyệt\s*|tối\s*)?mật|[abc])(?!\w)(?=\W*$|\s*[;,|)\].\"”']|\s{2,}|\t)"
    ),
    re.IGNORECASE,
)
_LABELLED = re.compile(loose(r"^\W*(?:mức\s+độ|mức|độ|cấp\s+độ|cấp)\s+mật\s*:\s*(?P<value>\w.*)$"), re.I)
_NO_LEVEL = frozenset(
    "khong|thuong|binh thuong|khong mat|khong co|cong khai|none|thong thuong|0|pho thong".split("|")
)
_BRACKETED = re.compile(
    loose(r"[(\[{<]\s*(?:(?:tài liệu|văn bản|độ|dấu)\s*)?:?\s*(?P<level>(?:tuyệt\s*|tối\s*)?mật)\s*[)\]}>]"),
    re.I,
)
_CAPITAL = r"(?:(?:TUYỆT|TỐI)\s*)?MẬT"
_AT_END = re.compile(rf"(?<!\w){_CAPITAL}[\s*_~)\]/|-]*$")
_AT_START = re.compile(rf"^[\s*_~(\[/|-]*{_CAPITAL}(?!\w)")
_PLAIN_AT_END = re.compile(r"[\d/)][\w/-]*\s+(?:(?:TUYET|TOI)\s+)?MAT[\s*_~-]*$")
_HEADER = re.compile(
    loose(
        "(?<!\\w)(?:đảng bộ|đảng ủy|đảng uỷ|chi bộ|đảng cộng sản|tỉnh ủy|tỉnh uỷ|thành ủy|thành uỷ|ủy ban|uỷ ban|"
        "ban thường vụ|ban chấp hành|ban tổ chức|văn phòng|cộng hòa|cộng hoà|số)(?!\\w)|\\d/"
    ),
    re.I,
)
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][\s.·•*_|/,~-]{1,4}){2,}[^\W\d_](?!\w)")
_GAPS = re.compile(r"\t|\s{2,}|\||\s[-–—•·;]\s")

_INTERNAL = re.compile(
    loose(
        "(?:tàiliệu|vănbản|bản|sách|thôngtin|hồsơ|chỉ|được|để)*lưuhànhnộibộ(?P<rest>.{0,20})|"
        "phạmvilưuhành(?:lưuhành)?nộibộ.{0,20}|lưuhànhtrongnộibộ.{0,20}"
    )
)
_INTERNAL_INSIDE = re.compile(loose(r"[(\[][^()\[\]]{0,30}lưu\s+hành\s+nội\s+bộ[^()\[\]]{0,30}[)\]]"), re.I)
_INTERNAL_CAPITALS = re.compile(r"LƯU\s+HÀNH\s+NỘI\s+BỘ")
_DRAFT_WORD = re.compile(loose("dựthảo"))
_DRAFT = re.compile(
    loose("(?:bản)?dựthảo(?:lần(?:thứ)?[^\\W\\d_]{0,6}|số|ngàythángnăm|ngày|tháng|năm|v|bản)*")
)
_DRAFT_INSIDE = re.compile(
    loose(r"[(\[]\s*(?:bản\s+)?dự\s+thảo(?:\s+(?:lần|số|ngày)[^()\[\]]{0,20})?\s*[)\]]"), re.I
)
_PAPER = (
    "nghị quyết|báo cáo|kế hoạch|quyết định|quy chế|quy định|chương trình|hướng dẫn|thông báo|tờ trình|"
    "đề án|kết luận|chỉ thị|văn kiện|công văn|biên bản|thông tri"
)
_DRAFT_HEADING = re.compile(
    loose(rf"^[^\w\d]*(?:bản\s+)?dự\s+thảo\s+(?:lần\s+\w+\s*[-:]?\s*)?(?:{_PAPER})(?!\w)"), re.I
)
_DISCUSSED = re.compile(
    "gop y|y kien|thao luan|tham gia|lay y|ve viec|"
    "tiep thu|tong hop|trien khai|huong dan|xay dung|dong gop|ve$|vao$|cho$|cac$|cua$"
)
_NOT_FOR_CIRCULATION = re.compile(
    loose(
        "(?:tàiliệu|vănbản|bản)?(?:mật)?(?:khôngsaochụp)?khôngphổbiến(?:rộngrãi|rangoài|côngkhai|khôngsaochụp|saochụp)?"
    )
)
_NOT_FOR_CIRCULATION_INSIDE = re.compile(
    loose(r"[(\[]\s*(?:tài\s+liệu\s+)?không\s+phổ\s+biến[^()\[\]]{0,20}[)\]]"), re.I
)
_RETURNED = re.compile(
    loose(
        "(?:tàiliệu|vănbản|đềnghị|lưuý|yêucầu|sẽ|được|này|cần|phải|bản|nộplạivà|nộplại)*thuhồi(?:lại|ngay|tàiliệu)*sau"
        "(?:khi)?(?:kếtthúc)?(?:cuộc|buổi|kỳ)?(?:họp|hộinghị|hội|sinhhoạt|làmviệc)(?:kếtthúc|xong)?|tàiliệuthuhồi|"
        "thuhồitàiliệusau(?:cuộchọp|hộinghị)"
    )
)
_RETURNED_INSIDE = re.compile(
    loose(
        r"[(\[][^()\[\]]{0,30}thu\s+hồi\s+(?:lại\s+)?sau\s+(?:khi\s+)?(?:kết\s+thúc\s+)?(?:cuộc\s+|buổi\s+)?(?:họp|hội)"
        r"[^()\[\]]{0,30}[)\]]"
    ),
    re.I,
)


def find(lines: Sequence[Line], allow: Iterable[Why] = ()) -> Why | None:
    """The gravest mark in the lines, or None. Marks in `allow` (a channel's rule) are passed over."""
    return _Reader(lines, frozenset(allow) - SECRET).find()


def interesting(text: str) -> bool:
    """Whether a closer look at a page may find something: a cheap test before a costly one."""
    return any(_INTEREST.search(squeeze(spell(text, scheme))) for scheme in schemes(text))


class _Reader:
    """One pass over the lines, in every code page a line may have been written in."""

    def __init__(self, lines: Sequence[Line], allow: frozenset[Why]) -> None:
        self.lines = [line for line in lines if line.text.strip()]
        self.allow = allow
        self.found: Why | None = None

    def find(self) -> Why | None:
        run: list[str] = []
        for i, line in enumerate(self.lines):
            for scheme in schemes(line.text):
                text = spell(line.text, scheme)
                letters = squeeze(text)
                if scheme == "plain":
                    run = [*run[-10:], letters] if len(letters) <= 6 else []
                    if len(run) > 1 and self._runs(run):
                        return Why.SECRET_MARK
                if not _INTEREST.search(letters) and not _LABEL.search(text):
                    continue
                if self._secret(i, text, scheme):
                    return Why.SECRET_NAME if line.kind is Kind.NAME else Why.SECRET_MARK
                if self.found is None:
                    self.found = self._other(i, text, scheme)
        if self.found is None:
            found = list_of_people([line for line in self.lines if line.kind is not Kind.NAME])
            self.found = found if found not in self.allow else None
        return self.found

    @staticmethod
    def _runs(run: list[str]) -> bool:
        """Letters of a stamp one or a few a line: "M", "Ậ", "T"."""
        joined = ""
        for letters in reversed(run):
            joined = letters + joined
            if len(joined) > 8:
                return False
            if joined != run[-1] and re.fullmatch(_LEVEL, joined):
                # "bảo" / "mật" never joins; a plain "mat" only from single letters
                return not joined.endswith("mat") or len(run[-1]) == 1
        return False

    # --- secrecy --------------------------------------------------------------------------------------
    def _secret(self, i: int, text: str, scheme: str) -> bool:
        kind = self.lines[i].kind
        if kind is Kind.NAME:
            return names.secret(text)
        if _SPACED.search(text):
            joined = _SPACED.sub(lambda found: squeeze(found.group()).upper(), text)
            if joined != text and self._marked(i, joined, scheme):
                return True
        return self._marked(i, text, scheme)

    def _marked(self, i: int, text: str, scheme: str) -> bool:
        kind = self.lines[i].kind
        if _labelled(text) or _open_by_name(text):
            return True
        if self._alone(i, text, scheme):
            return True
        if kind is Kind.PROPERTY and (
            names.secret(text) or any(_stamp(part) for part in re.split(r"[,;|/]", text))
        ):
            return True
        return self._segment(i, text) or _bracketed(text) or self._at_edge(i, text, scheme)

    def _alone(self, i: int, text: str, scheme: str) -> bool:
        """The whole line is a stamp."""
        level = _stamp(text)
        state = None if level else _state_secret(text)
        if level is None and state is None:
            return False
        before = self._beside(i, -1, scheme)
        if last_word(before) in COMPOUND_BEFORE and _compound(text) and not text.strip().startswith("("):
            return False
        if (
            self.lines[i].kind is Kind.WRAPPED
            and last_word(before) in TALKED_ABOUT
            and len(before.split()) > 2
            and not before.rstrip().endswith(":")
        ):
            return False
        short = level is not None and squeeze(text) == level
        if not short and (last_word(before) in OPEN_ENDS or before.rstrip().endswith(",")):
            return False
        return not self._continues(i, text, before) and not self._levels_listed(i, scheme)

    def _segment(self, i: int, text: str) -> bool:
        """A stamp in a column or cell of its own."""
        segments = [part for part in _GAPS.split(text) if part.strip()]
        if len(segments) < 2:
            return False
        cells = self.lines[i].kind is Kind.CELLS
        for at, segment in enumerate(segments):
            if _stamp(segment) is None or (not cells and segment.strip()[:1].islower()):
                continue
            before = last_word(segments[at - 1]) if at else ""
            after = first_word(segments[at + 1]) if at + 1 < len(segments) else ""
            if cells and squeeze(segment) != "mat":
                return not self._levels_listed(i, "plain")
            if (
                not cells
                and _count_levels(text) == 1
                and before not in COMPOUND_BEFORE | TALKED_ABOUT
                and after not in COMPOUND_AFTER
            ):
                return True
        return False

    def _at_edge(self, i: int, text: str, scheme: str) -> bool:
        """In capitals at the beginning or end of a short line that is not about marks."""
        text = text.strip()
        if len(text) > 120 or text.endswith((".", ";", ",", ":")) or _count_levels(text) != 1:
            return False
        if text.isascii():
            return _PLAIN_AT_END.search(text) is not None
        found = _AT_END.search(text)
        before = text[: found.start()] if found else ""
        if found is None:
            found = _AT_START.search(text)
            after = text[found.end() :] if found else ""
            if found is None or not re.match(r"[\s\W]*[A-ZĐÀ-ỸƯƠÂÊÔĂ\d]", after):
                return False
            if first_word(after) in COMPOUND_AFTER | TALKED_ABOUT:
                return False
            if self._continues(i, "m", self._beside(i, -1, scheme)):
                return False
        elif (
            last_word(before) in COMPOUND_BEFORE | TALKED_ABOUT
            or before.rstrip().endswith((",", '"', "“", "'", "«", "‘"))
            or (self.lines[i].kind is Kind.WRAPPED and self._beside(i, 1, scheme).strip()[:1].islower())
        ):
            return False
        if text.upper() == text and len(squeeze(found.group())) == 3:
            # All in capitals: "ĐẢNG ỦY XÃ MẪU MẬT" is a header with a stamp, "NUÔI ONG LẤY MẬT" is a title.
            return bool(_HEADER.search(text)) and "ONG" not in text.split()
        return True

    def _continues(self, i: int, text: str, before: str) -> bool:
        """Whether the margin broke a sentence just before this line."""
        if self.lines[i].kind is not Kind.WRAPPED or not before.strip():
            return False
        unfinished = before.rstrip().endswith(",") or last_word(before) in OPEN_ENDS | TALKED_ABOUT
        ended = text.rstrip().endswith((".", ";", ","))
        if len(before.strip()) < _LONG_LINE and not unfinished and not ended:
            return False
        start = next((c for c in text if c.isalpha()), "")
        return start.islower() and before.rstrip()[-1:] not in ".;:!?…"

    def _levels_listed(self, i: int, scheme: str) -> bool:
        """The three levels one under the other are a list in a rule or a form, unless one is ticked."""
        seen: set[str] = set()
        for other in self.lines[max(0, i - 6) : i + 7]:
            text = spell(other.text, scheme)
            for part in text.split("\t"):
                found = _LISTED.match(part)
                if found is None:
                    continue
                if _TICKED.search(part):
                    return False
                seen.add(fold(found.group(1)))
        return len({" ".join(level.split()) for level in seen}) == 3

    def _beside(self, i: int, step: int, scheme: str) -> str:
        at = i + step
        return spell(self.lines[at].text, scheme) if 0 <= at < len(self.lines) else ""

    # --- other marks ----------------------------------------------------------------------------------
    def _other(self, i: int, text: str, scheme: str) -> Why | None:
        line = self.lines[i]
        if line.kind is Kind.NAME:
            found = names.other(text)
            return found if found not in self.allow else None
        before = self._beside(i, -1, scheme)
        parts = [text, *(part for part in _GAPS.split(text) if len(part.strip()) > 5)]
        for part in parts:
            if part is text and self._continues(i, part, before):
                continue
            if (
                line.kind is Kind.WRAPPED
                and part.lstrip()[:1].islower()
                and part.rstrip().endswith((",", ";"))
            ):
                continue
            for why in _kinds(part, before, line.kind):
                if why not in self.allow:
                    return why
        return None


def _stamp(text: str) -> str | None:
    """The letters of the level when the text is nothing but a stamp."""
    if len(text.strip()) > _MAX_STAMP:
        return None
    text = _ITEM.sub("", text)
    letters = squeeze(text)
    found = _STAMP.fullmatch(letters)
    if found is None:
        return None
    if _ONLY_LABEL.fullmatch(letters) and letters != found["level"] and not _is_stamp_label(letters, text):
        return None
    level: str = found["level"]
    if level == "mat" and not re.search("[ậâạ]", letters):
        # Without marks "mat" is too many words: only capitals or brackets make it a stamp.
        raw = [c for c in text if c.isalpha()]
        if re.search(r"mat\d|\dmat|[a-z]+mat", text, re.I) or not (
            all(c.isupper() for c in raw) or re.search(r"[(\[]\s*mat\s*[)\]]", text, re.I)
        ):
            return None
    return level


def _is_stamp_label(letters: str, text: str) -> bool:
    # "DẤU MẬT" stands where the stamp goes; "Độ mật" is the head of a column.
    return bool(re.fullmatch(loose("dấumật"), letters)) and re.search("MẬT|MAT", text) is not None


def _compound(text: str) -> bool:
    return squeeze(text) in ("mật", "mat", "mât", "mạt")


def _state_secret(text: str) -> str | None:
    if len(text.strip()) > _MAX_STAMP:
        return None
    found = _STATE_SECRET.fullmatch(squeeze(text))
    if found is None or _ITEM.match(text):
        return None
    bare = found["kind"] is None and found["level"] is None
    if bare and text.upper() != text and not re.search(r"^\W*[(\[]", text):
        return None
    return found.group()


def _labelled(text: str) -> bool:
    """ "Độ mật: Tối mật", also without marks and with the letters A, B, C of the envelopes."""
    for found in _LABEL.finditer(text):
        if len(found["value"]) == 1 and "mat" not in fold(found["label"]):
            continue
        if found["sign"] in "-–—" and "mat" in fold(found["label"]) and len(text) > _MAX_STAMP:
            continue
        if _count_levels(text[found.start("value") :]) <= 1:
            return True
    whole = _LABELLED.match(text)
    if whole is None:
        return False
    value = fold(whole["value"]).strip(" .…_-")
    return (
        bool(value) and len(value.split()) <= 3 and value not in _NO_LEVEL and not value.startswith("khong")
    )


def _open_by_name(text: str) -> bool:
    letters = squeeze(text) if len(text) <= _MAX_STAMP else ""
    return _OPEN_BY_NAME.fullmatch(letters) is not None or _SAID.fullmatch(letters) is not None


def _count_levels(text: str) -> int:
    return sum(
        1
        for found in re.finditer(loose(r"(?:(?:tuyệt|tối)\s*)?(?<!\w)mật(?!\w)|(?:tuyệt|tối)mật"), text, re.I)
        if last_word(text[: found.start()]) not in COMPOUND_BEFORE
    )


def _bracketed(text: str) -> bool:
    """ "(Mật)" at the beginning or end of a line, or in a short one."""
    for found in _BRACKETED.finditer(text):
        level = found["level"]
        if last_word(text[: found.start()]) in TALKED_ABOUT or _count_levels(text) != 1:
            continue
        if fold(level) == level.lower() and not (text.isascii() and level.isupper()):
            continue  # without marks only in capitals, in a text without marks: (MAT) is also a code
        edge = not text[found.end() :].strip(" .*_-") or not text[: found.start()].strip(" .*_-")
        if edge or (len(text) <= 100 and not level[0].islower()):
            return True
    return False


def _kinds(text: str, before: str, kind: Kind) -> Iterable[Why]:
    letters = squeeze(text)
    short = len(text.strip()) <= _MAX_STAMP
    found = _INTERNAL.fullmatch(letters) if short else None
    if (
        (found and not _goes_on(found["rest"] or "", text))
        or _INTERNAL_INSIDE.search(text)
        or (
            _INTERNAL_CAPITALS.search(text)
            and (text.upper() != text or short)
            and '"' not in text
            and "“" not in text
        )
    ):
        yield Why.INTERNAL
    if (short and _NOT_FOR_CIRCULATION.fullmatch(letters)) or _NOT_FOR_CIRCULATION_INSIDE.search(text):
        yield Why.NOT_FOR_CIRCULATION
    if (short and _RETURNED.fullmatch(letters)) or _RETURNED_INSIDE.search(text):
        yield Why.RETURNED_AFTER_MEETING
    if _draft(text, letters, before, kind):
        yield Why.DRAFT


def _goes_on(rest: str, text: str) -> bool:
    return bool(rest) and (
        text.rstrip().endswith(".") or re.match("do|được|là|phải|và|theo|của|khi|tài", rest) is not None
    )


def _draft(text: str, letters: str, before: str, kind: Kind) -> bool:
    if not _DRAFT_WORD.search(letters):
        return False
    discussed = _DISCUSSED.search(fold(before).strip()) is not None
    if len(text.strip()) <= 60 and _DRAFT.fullmatch(letters):
        return not (discussed and last_word(before) in OPEN_ENDS | {"ý", "y", "kiến", "kien"})
    if _DRAFT_INSIDE.search(text):
        return not _DISCUSSED.search(fold(text))
    if not _DRAFT_HEADING.match(text) or _ITEM.match(text) or len(text.strip()) > 160:
        return False
    if _DISCUSSED.search(fold(text)) or text.rstrip().endswith((".", ";", ",")) or discussed:
        return False
    return text.upper() == text or kind in (Kind.PARAGRAPH, Kind.PROPERTY) or len(text.strip()) <= 60
