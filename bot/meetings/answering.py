"""What words say to an invitation: yes, late, absent, undecided, unclear. Pure; when in doubt, unclear.

Written without marks "vang" is "vâng" or "vắng": alone it is unclear, and the bot asks.
"""

import re
from dataclasses import dataclass

from bot.chat.text import clean, figures, flat
from bot.meetings.models import Reason


@dataclass(frozen=True, slots=True)
class Answered:
    """`means` is "yes", "late", "absent", "undecided" or "unclear"."""

    means: str
    minutes_late: int | None = None
    reason: Reason | None = None


_SHORT = {
    **dict.fromkeys("ko k kg khg hok hong kh khum hem".split(), "khong"),
    **dict.fromkeys("dc đc dk duoc".split(), "duoc"),
    **dict.fromkeys("e em mk mik tui".split(), "toi"),
    **dict.fromkeys("a ah ạ nhe nhé nhá".split(), ""),
    **{"ctac": "cong tac", "ct": "cong tac", "gd": "gia dinh", "gđ": "gia dinh", "p": "phut", "ph": "phut"},
    **{"đ/c": "dong chi", "d/c": "dong chi", "okie": "ok", "oke": "ok", "okay": "ok", "oki": "ok", "uk": "u"},
    **{"cv": "cong viec", "bv": "benh vien", "sk": "suc khoe", "tg": "tham gia", "hop.": "hop"},
}
# Marks that were typed decide between words that fold alike: "~" keeps the other word from being taken for ours.
_MARKED = {
    **{"vâng": "da~", "dạ": "da~", "vắng": "vang!", "muộn": "muon!", "muốn": "muon~", "mượn": "muon~"},
    **{"trễ": "tre!", "trẻ": "tre~", "đã": "da", "bận": "ban!", "bạn": "ban~", "bàn": "ban~", "bán": "ban~"},
    **{
        "nhà": "nha",
        "thì": "thi~",
        "thi": "thi",
        "tới": "den",
        "tôi": "toi",
        "tối": "toi_",
        "đẻ": "de!",
        "để": "de~",
        "đề": "de~",
    },
    **{
        "đau": "dau!",
        "đâu": "dau~",
        "mổ": "mo!",
        "mở": "mo~",
        "hỏi": "hoi~",
        "giỗ": "gio!",
        "giờ": "gio",
        "gió": "gi~",
    },
    **{
        "cưới": "cuoi!",
        "cuối": "cuoi~",
        "tang": "tang!",
        "sốt": "sot!",
        "bệnh": "benh",
        "ốm": "om!",
        "ôm": "om~",
    },
    **{"nghỉ": "nghi!", "nghị": "nghi~", "nghĩ": "nghi~", "dự": "du!", "đủ": "du~", "dù": "du~", "cô": "co~"},
    **{
        "mẹ": "me!",
        "bố": "bo!",
        "bộ": "bo~",
        "bỏ": "bo~",
        "vợ": "vo!",
        "vở": "vo~",
        "chợ": "cho~",
        "cháu": "chau!",
    },
}


def _rx(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])")


_BE_THERE = (
    r"(?:du!?|tham du!?|tham gia|co mat|den|di|hop|ve|du!? hop|den hop|di hop|ve hop|den du!?|di du!?)"
)
_NOT = r"(?:khong|chang|chua|khoi)(?: the| co the| kip| sap xep| thu xep| den| di| ve| toi| tham gia)*"
_UNDECIDED = _rx(
    r"chua (?:biet|chac|ro|quyet|quyet dinh|xac dinh|sap xep|tra loi|bao|dam)(?: duoc)?|khong (?:chac|dam chac|biet)|"
    r"de~? (?:toi )?(?:xem|tinh|sap xep|thu xep|kiem tra|hoi~?)|xem (?:da|the nao|lai)(?: da)?|co the(?! du| khong)|"
    r"co le|chac la(?: duoc)?|hinh nhu|50/50|50 50|tuy(?: tinh hinh)?|neu|bao (?:lai )?sau|tra loi sau|"
    r"se bao (?:lai|sau)|(?:se )?co gang(?: \S+)*|chac chan sau|tinh sau|hen sau|gan ngay|con tuy|chua the tra loi"
)
_NOT_ABSENT = _rx(
    r"(?:khong|chang|khong he|khong xin) (?:vang!?(?: mat)?|nghi!?|xin vang!?|xin nghi!?|bo~?)|"
    r"khong (?:den |di |vao |toi )?(?:muon!|tre!)|khong ban!?(?: gi)?"
)
_LATE = _rx(
    r"(?:den|di|vao|toi|ve|hop|co mat|du!?|xin|xin phep|se|hoi|bi|co the|chac|xin den) "
    r"(?:hop )?(?:hoi )?(?:muon(?! (?:du|tham|di|biet|hoi|xem)(?!\S))!?|tre!?|cham)(?!~)(?: \S+)?|"
    r"(?:muon!?|tre!?|cham)(?: hop)?(?: khoang| chung| tam| do| mat| hon)* (?:\d+|nua|mot|vai|may|it|chut)(?: \S+)*|"
    r"(?:muon!?|tre!?) (?:mot chut|it phut|ti|xiu|chut)|(?:muon!|tre!)(?: hop)?|late|"
    r"(?:vao|den|toi|du!?)(?: hop)? sau (?:khoang )?(?:\d+|nua|mot) ?(?:phut|tieng|gio)|"
    r"khong (?:den|toi|vao|ve|kip)(?: kip)?(?: \S+)? (?:dung gio|dau gio|kip gio)|"
    r"(?:\d+ ?(?:h|gio)\d*|xong viec|xong) (?:toi )?moi (?:den|toi|ve|vao|xong|tan|qua)(?: \S+)*|den giua buoi|"
    r"het (?:gio|tiet|ca|viec)(?: \S+)? (?:toi )?moi (?:den|toi|ve|vao|qua)(?: \S+)?"
)
_BARE_LATE = re.compile(r"(?:toi |xin |da~ |thua |bao cao |dong chi |se |hoi )*(?:muon|tre)(?: toi)?")
_ABSENT = _rx(
    r"vang!(?: mat| hop)?|(?:xin|xin phep|bao|cho|toi|duoc|dang ky|phai|se|xin duoc|xin cho|xin bao) "
    r"(?:toi )?(?:vang!?|nghi!)(?: mat| hop| buoi| \S+)?|vang mat|xin (?:phep )?(?:nghi|mien)(?: hop)?|nghi! hop|"
    rf"{_NOT} {_BE_THERE}(?: duoc)?|{_NOT}(?: \S+)? (?:duoc|noi)|khong (?:muon|muon~) {_BE_THERE}|"
    r"toi ban!?(?: roi| viec| qua)*|ban! (?:roi|viec|qua|mat|mat roi|hom do|hop|di|cong|ca)|"
    r"co viec (?:ban|dot xuat|gap)(?: dot xuat| gap)?|"
    r"(?:bi )?ban!|khong thu xep|khong sap xep|khong ve kip|khong kip|bo hop|cao loi|vang hop|hop vang|👎|"
    r"xin phep (?:khong|vang|nghi)(?: \S+)*|khong du|khong di|khong den|khong tham gia|khong ve|ve khong kip"
)
_YES = _rx(
    r"(?:se |co |xin |dang ky |chac chan |van |toi )*(?:du!?|tham du!?|tham gia|co mat|di hop|den hop|den du!?|"
    r"di du!?|"
    r"di duoc|den duoc|du duoc|tham gia duoc)(?: duoc| day du| dung gio| hop)*|se (?:den|di|ve|hop)|van (?:den|di|ve)|"
    r"co (?:di|den|du)|(?:den|di) (?:dung gio|duoc|som)|dung gio|ok|ok\S*|dong y|nhat tri|san sang|duoc roi|"
    r"xac nhan(?: \S+)?|👍|yes|nhan loi|chap hanh|ro roi|toi di(?= nhe|$)"
)
_BARE_YES = re.compile(
    r"(?:da~|u|duoc|co|ro|ok|roi|👍|da~ ro|dong y|nhat tri|toi|dong chi|thua|bi thu|bao cao|cam on|xin| )+"
)
_AFFIRMS = _rx(r"da~|u|duoc|co|ro|ok|👍|dong y|nhat tri")
"""What a bare yes must have one of: “cảm ơn” and “rồi” only go along with it."""
_RECEIVED = _rx(
    r"(?:da )?(?:nhan duoc|nhan)(?: roi| giay moi| thong bao| tin)*|da (?:ro|biet|xem|doc)(?: roi)?"
)
_QUESTION = re.compile(
    r"\?|(?<![a-z])(?:may gio|o dau|luc nao|khi nao|bao gio|hom nao|ngay nao|ai (?:du|chu tri|hop)|noi dung gi|hop gi|"
    r"co phai|tai sao|vi sao|the nao|gi vay|gi the|co hop khong|may h|phong nao|dau~|duoc khong(?! \S))(?![a-z])"
)
_WISH = _rx(r"duoc khong|cho toi|xin|xin phep|duoc chu")
_OTHERS = re.compile(
    r"(?<!\w)(?:[đd][ồo]ng ch[íi]|anh|ch[ịi]|b[áa]c|[ôo]ng|b[àa]|c[ôo]|ch[úu]|th[ầa]y) (?!Bí|Bi |Tôi|Ơi|"
    r"Thư)[A-ZĐÀ-Ỹ]\w*"
    r"(?: [A-ZĐÀ-Ỹ]\w*)* (?:xin|báo|bao|không|khong|vang|vắng|se|sẽ|bận|ban|đi|di|ốm|om)"
)
_FAMILY = (
    r"(?:con|chau|chau!|vo!?|chong|me!?|bo!|bo me|cha|ba|ong|ba ngoai|ba noi|ong noi|ong ngoai|ca nha|nguoi nha|"
    r"nguoi than|em gai|em trai|anh trai|chi gai|bo~? vo|me chong|me vo|nha)"
)
_SICK = (
    r"(?:om!?|benh(?! vien)|sot!?|nam vien|nhap vien|cap cuu|di vien|mo!?|kham(?: benh)?|tai nan|dau!?|met|"
    r"cam|di benh vien|o benh vien)"
)
_REASONS: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    (Reason.FAMILY, _rx(rf"{_FAMILY}(?: \S+){{0,3}} (?:bi )?{_SICK}(?: \S+)?|"
                        rf"{_FAMILY}(?: toi)? (?:(?:sap |moi )?(?:sinh|de!)|(?:sap|moi) de)|"
                        rf"(?:{_FAMILY}|bo)(?: toi)? (?:moi )?(?:mat|qua doi)|"
                        rf"(?:cham|trong|dua|don|don|cho)(?: soc)? {_FAMILY}(?: \S+)?|con nho|con dau|dua con|"
                        r"cham (?:con|chau|me|bo|vo|nguoi)(?: \S+)*")),
    (Reason.BIRTH, _rx(r"thai san|nghi!? sinh|nghi!? de!?|sinh con|sap sinh|moi sinh|cho sinh|sinh em be|de! con|"
                       r"mang thai|co bau|bau bi|o cu|kham thai|nghi che do|sap de!?|moi de!|con so sinh|don em be")),
    (Reason.ILL, _rx(r"om!?(?! con)|bi benh|benh(?! vien)|sot!?|nam vien|nhap vien|cap cuu|di vien|di kham|"
    r"kham benh|lich mo|cach ly|dau! \S+|"
                     r"dau (?:bung|dau|chan|lung|rang|khop|mat|hong|day|nguoi|vai)|phau thuat|mo! ?\S*|tai nan|"
                     r"suc khoe(?: \S+)*|khong (?:duoc )?khoe|met|cam cum|cam lanh|covid|dieu tri|chua benh|cum|"
                     r"huyet ap|trung gio|te nga|gay (?:tay|chan)|dot quy|xuong khop|vien phoi|chay than|khong khoe")),
    (Reason.DUTY, _rx(r"cong tac|cong vu|(?:di |phai )?truc(?!tiep| tuyen)(?: \S+)?|ca truc|(?<!gio )lam viec|di lam|"
                      r"tang ca|"
                      r"nhiem vu|co quan|coi thi|gac thi|cham thi|day hoc|(?:co )?(?:tiet|lich|gio) day|day bu|"
                      r"di tinh|"
                      r"(?:di|o) nuoc ngoai|hop (?:khac|truong|khoa|o so|dot xuat|giao ban|co quan|cong ty|bo~?|tinh|"
                      r"ubnd|quan|phuong)|tiep (?:doan|khach)|cong viec|viec co quan|hoi nghi|hoi thao|du an|di xa|"
                      r"doan cong tac|kiem tra|thanh tra|di thuc te|ca dem|lam ca|viec truong|viec chuyen mon")),
    (Reason.STUDY, _rx(r"(?:di |dang |lich |co lich |ban!? |phai )hoc(?! nghi| tap nghi)|hoc(?: lop| bai|"
    r" cao hoc| them|"
                       r" ngoai ngu| chinh tri| boi duong| thac si| tien si| toi_?| online)|(?:di |on |ky |"
                       r"lich |bai )thi|"
                       r"thi (?:hoc|cuoi|giua|vao|tot|lai|ket|nang|cong chuc|het|sat hach|bang)|len lop|co lop|"
                       r"tap huan|"
                       r"boi duong|bao ve (?:luan an|luan van|de tai|khoa luan|do an)|khoa hoc|lop (?:hoc|cao cap|"
                       r"trung cap|ly luan|boi duong)|cao hoc|nghien cuu sinh|du hoc|thuc tap")),
    (Reason.FAMILY, _rx(r"gia dinh|viec nha|viec rieng gia dinh|nha co (?:viec|gio!?|tang|khach|hieu|hy|dam)(?: \S+)?|"
                        r"dam (?:cuoi!?|gio!?|ma|tang!?|hieu|hy|hoi|cuoi)(?: \S+)?|an hoi|an cuoi!?|cuoi! \S+|"
                        r"gio! \S+|"
                        r"ve que|chuyen nha|don nha|viec hieu|viec hy|viec tang|tang!? (?:le|gia)|nguoi nha|"
                        r"hop phu huynh|"
                        r"gio to|bo me|ong ba|sua nha|co tang|ho hang|nha toi|hop ho")),
)  # fmt: skip
_PAPER = re.compile(
    r"\b\d{1,5} ?[-/] ?[A-Za-zĐđ]{2,5}[-/][A-Za-zĐđƯư]{2,5}\b|\b\d{1,5}[-/][A-Za-zĐđ]{2,5}\b(?: [ĐđDd][UuỦủ]\b)?"
)
_BECAUSE = _rx(r"vi|do|boi|ly do|ban!?|viec|vi ly do|tai")


def without_papers(text: str) -> str:
    """The text without numbers of documents: the “ĐU” of 52-KH/ĐU is no “dự”, its 52 no minutes."""
    return _PAPER.sub(" ", text)


_NUMBER = re.compile(r"(?:so |chon |muc |y |so thu tu )*([123])")
_NO = ("khong", "khong dau", "khong duoc", "no")


def _said(text: str) -> tuple[str, str]:
    """The text cleaned, and folded with the words of `_MARKED` kept apart."""
    cleaned = figures(clean(without_papers(text[:600]))).strip()
    words = []
    for raw in re.findall(r"[^\s,.;:!()\"“”]+|\?", cleaned.lower()):
        word = raw.strip("?")
        words.append(_MARKED.get(word) or _SHORT.get(word) or _SHORT.get(flat(word)) or flat(word))
        if _SHORT.get(word) == "" or _SHORT.get(flat(word)) == "":
            words[-1] = "" if word not in ("à", "á") else "?"
        if raw.endswith("?"):
            words.append("?")
    return cleaned, " ".join(" ".join(words).split())


def is_bare(text: str) -> bool:
    """Whether it is only a number or a no: an answer to what was asked last, and to nothing above it."""
    said = _said(text)[1]
    return said in _NO or _NUMBER.fullmatch(said) is not None


def read_answer(text: str) -> Answered:
    """What a text says to the invitation that is open. Never raises."""
    cleaned, said = _said(text)
    if not said:
        return Answered("unclear")
    if number := _NUMBER.fullmatch(said):
        return Answered(("yes", "late", "absent")[int(number[1]) - 1])
    if said in _NO:
        return Answered("absent")
    if _OTHERS.search(cleaned) and not cleaned.isupper():
        return Answered("unclear")
    reason = _reason(said)
    if _UNDECIDED.search(said) and not re.search(r"vang!|xin (?:phep )?(?:vang|nghi)", said):
        return Answered("undecided")
    rest = said
    not_absent = _NOT_ABSENT.search(rest) is not None
    rest = _NOT_ABSENT.sub(" ", rest)
    late = _LATE.search(rest) is not None or _BARE_LATE.fullmatch(rest.strip()) is not None
    if late:
        return Answered("late", minutes_late=_minutes(rest))
    absent = _ABSENT.search(rest) is not None
    without = _ABSENT.sub(" ", rest)
    yes = not_absent or _YES.search(without) is not None
    turned = (
        re.search(r"(?:nhung|van|nhung van|roi)(?: \S+){0,3} (?:du!?|di|den|tham|co mat|hop)", without)
        is not None
    )
    asks = _QUESTION.search(said) is not None
    if absent:
        if asks and not _WISH.search(said) and "vang!" not in said and reason is None:
            return Answered("unclear")
        if yes and not turned and not not_absent and _YES.search(without.replace("hop", "")):
            return Answered("unclear")
        return Answered("yes") if turned else Answered("absent", reason=reason or _other(said))
    if reason is not None and not yes and not asks:
        return Answered("absent", reason=reason)
    if asks:
        return Answered("unclear")
    if yes or (_bare_yes(said) and "vang" not in said.split()):
        only = _YES.sub(" ", without) if yes else said
        if _RECEIVED.search(said) and not re.search(r"(?:se|xin) |du|tham|ok|dong y|👍", said):
            return Answered("unclear")
        return Answered("yes") if len(only.split()) <= 12 else Answered("unclear")
    return Answered("unclear")


def is_bare_yes(text: str) -> bool:
    """Whether a text is a "vâng", "ok" or "rõ" that names nothing it agrees to."""
    said = _said(text)[1]
    return _bare_yes(said)


def _bare_yes(said: str) -> bool:
    return _BARE_YES.fullmatch(said) is not None and _AFFIRMS.search(said) is not None


def _reason(said: str) -> Reason | None:
    return next((reason for reason, pattern in _REASONS if pattern.search(said)), None)


def _other(said: str) -> Reason | None:
    return Reason.OTHER if _BECAUSE.search(said) else None


def _minutes(said: str) -> int | None:
    """How many minutes late, when that is said; a range gives its start."""
    if found := re.search(r"(\d{1,3})(?: ?(?:-|den|toi) ?\d{1,3})? ?(?:phut|'|’|min)", said):
        return int(found[1])
    if re.search(r"(?:1|mot) (?:tieng|gio) ruoi", said):
        return 90
    if re.search(r"nua (?:tieng|gio)", said):
        return 30
    if found := re.search(
        r"(?:muon!?|tre!?|cham|sau|khoang|hon) (?:khoang )?(\d|mot|hai) ?(?:tieng|gio|h)(?![a-z])", said
    ):
        return {"mot": 60, "hai": 120}.get(found[1]) or int(found[1]) * 60
    if found := re.search(r"(?:muon!?|tre!?|cham)(?: khoang| tam)? (\d{1,2})(?! ?(?:h|gio|/))(?!\d)", said):
        return int(found[1])
    return None
