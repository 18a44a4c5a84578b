"""Questions that the rules must not be asked: other people's affairs, opinions and rumours, abuse.

Narrow on purpose: a member's own question that is refused by mistake is worse than one more "chưa tìm thấy".
"""

import re
import unicodedata

from bot.chat.text import fold

_NOT_A_NAME = r"(?!Rịa|Bí|Chủ|Tổng|Đảng|Chi|Ủy|Phó|Trưởng|Ban|Thư|Cán)"
_NAMED = re.compile(
    r"(?:(?<=\s)|(?<=[(“\"])|^)"
    r"(?:[Đđ]/[Cc]|[Đđ]ồng chí|[Dd]ong chi|[Aa]nh|[Cc]hị|[ÔôOo]ng|[Bb]à|[Cc]ô|[Tt]hầy|[Cc]hú|[Bb]ác|d/c)\s+"
    rf"{_NOT_A_NAME}[A-ZĐÀ-Ỹ](?:[a-zà-ỹ]+|(?!\w))"
)
_ABOUT = "da|chua|co|dong|nop|bi|duoc|dc|vi pham|xep loai|sinh hoat|vao|ket nap|chuyen|vang|o chi bo|thuoc|la dang vien"
_FOLDED = re.compile(
    r"(?:^| )(?:d/c|dong chi) (?!toi|em|minh|nao|oi|cho|xin|a|nhe|bi|pho|chi|dang|la|nay|do|se|co|can|hay|muon|hoi"
    r"|phai|duoc|khong|da|va|hoac|de|lam|ve|noi|nop|dong|ay giup|truong|chu|giup|tra|xem|vui|nghi|biet)"
    rf"[a-z]+ (?:[a-z]+ )?(?:{_ABOUT})(?: |$)"
)
_OTHERS_YET = re.compile(
    r"(?:^| )(?:anh|ong|bac|chu|chi (?!bo|uy|phi|doan|hoi|tieu)) ?(?!toi|em|minh|ay)[a-z]+ (?:da )?"
    r"(?:dong|nop|bi|vao|chuyen) .*chua$"
)
_THEIR = re.compile(
    r"(?:so the|so dien thoai|sdt|dia chi|cccd|can cuoc|ngay sinh|luong|dang phi|xep loai|ho so)"
    r" (?:dang )?cua (?:d/c|dong chi|anh|ong|ba|co|thay) (?!toi|em|minh|quan)[a-z]+"
    r"|(?:so the|so dien thoai|sdt|dia chi) cua chi (?!bo|uy|toi)[a-z]+"
)
_LIST = re.compile(
    r"(?:danh sach|ten) (?:[a-z]+ ){0,4}(?:chua dong|chua nop|no dang phi|bi ky luat|bi xoa ten|bi khai tru)"
    r"|(?:^| )(?:nhung ai|nguoi nao|ai) (?:[a-z]+ ){0,3}(?:chua dong|chua nop|no dang phi|bi ky luat|bi khai tru)"
    r"(?!.* (?:may|khi|thi)(?: |$))"
)
_OPINION = re.compile(
    r"(?:^| )(?:nghe noi|nghe don|nghe bao|theo bot|bot thay (?:gi|sao|the nao)|ai xung dang|"
    r"sap bi (?:bat|cach chuc|thay)|"
    r"dang nao cung|tin don|don rang|bot nghi (?:gi|sao)|y kien cua bot|quan diem cua bot|"
    r"nghi (?:gi|sao) ve|tong bi thu|chu tich nuoc|ai se (?:lam|len|thay|giu)|nhan su (?:trung uong|sap toi)|"
    r"suc khoe (?:cua )?(?:lanh dao|bi thu|chu tich)|phan dong|lat do|bieu tinh|dau da noi bo|"
    r"co nen bo dang|che do (?:nay|ta) (?:co|the nao)|tham nhung (?:o|cua) [a-z]+)(?: |$)"
)
_MARKED_OPINION = re.compile(r"đa đảng|đa nguyên|dân chủ kiểu|phe cánh")
_ABUSE = re.compile(
    r"(?:^| )(?:do ngu|ngu (?:the|qua|nhu|vl)|vcl|dcm|clgt|cut di|khon nan|cho chet|mat day)(?: |$)"
)
_SPELT = re.compile(r"[a-z0-9]")


def refused(question: str) -> str:
    """Why a question is not looked up: "empty", "others", "opinion", "abuse"; "" when it may be."""
    folded = fold(question)
    if not _SPELT.search(folded):
        return "empty"
    if _ABUSE.search(folded):
        return "abuse"
    composed = unicodedata.normalize("NFC", question)
    if _OPINION.search(folded) or _MARKED_OPINION.search(composed.lower()):
        return "opinion"
    if any(pattern.search(folded) for pattern in (_FOLDED, _OTHERS_YET, _THEIR, _LIST)) or _NAMED.search(
        composed
    ):
        return "others"
    return ""
