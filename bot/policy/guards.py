"""Questions that the rules must not be asked: other people's affairs, opinions and rumours, abuse.

Narrow on purpose: a member's own question that is refused by mistake is worse than one more "chưa tìm thấy".
"""

import re
import unicodedata

from bot.chat.text import fold

_CAPITALS = "A-Z" + "".join(char for char in map(chr, range(0xC0, 0x1F00)) if char.isupper())
_NOT_A_NAME = (
    r"(?!Rịa|Bí|Chủ|Tổng|Đảng|Chi|Ủy|Phó|Trưởng|Ban|Thư|Cán|Giám|Mẹ|Em\b|Hưu|Cấp|Đội|Viện"
    r"|Hiệu (?:[Tt]rưởng|[Pp]hó)|Công (?:[Aa]n|[Nn]hân|[Cc]hức)|Sinh [Vv]iên|Quân [Nn]hân|Thường (?:[Tt]rực|[Vv]ụ)"
    r"|Cô\b|(?:Thiếu|Trung|Thượng|Đại) (?:[Tt]á|[Úú]y|[Tt]ướng))"
)
_NAMED = re.compile(
    r"(?:(?<=\s)|(?<=[(“\"])|^)(?<!huyện )(?<!xã )"
    rf"(?![Bb]ác Hồ(?! [{_CAPITALS}]))"
    r"(?:[Đđ]/[Cc]|[Đđ]ồng chí|[Dd]ong chi|[Aa]nh|[Cc]hị|[ÔôOo]ng|[Bb]à|[Cc]ô|[Tt]hầy|[Cc]hú|[Bb]ác|d/c)\s+"
    rf"{_NOT_A_NAME}[{_CAPITALS}](?:[a-zà-ỹ]+|(?!\w))"
)
_ABOUT = "da|chua|co|dong|nop|bi|duoc|dc|vi pham|xep loai|sinh hoat|vao|ket nap|chuyen|vang|o chi bo|thuoc|la dang vien"
_NAMES = "|".join(
    (
        "an anh bach bang bao bich binh cam chau chien chinh cong cuc cuong dao dat diep dinh duc dung duong "
        "duy duyen gia giang ha hai han hang hanh hao hau hien hiep hieu hoa hoai hoan hoang hong hue hung "
        "huong huu huy huyen khai khanh khoa khoi kien kieu kim ky lam lan lien linh loan loc loi long luan "
        "luc luong ly mai manh mau my nam nga ngan nghia ngoc nguyen nguyet nhan nhat nhi nhu nhung ninh oanh "
        "phong phu phuc phung phuong quan quang que quoc quy quyen quynh sam sang sinh son tai tam tan thach "
        "thai than thang thanh thao thien thinh tho thoa thom thu thuan thuat thuc thuong thuy tien tiep tinh "
        "toan tra trang tri trinh truc trung truong tuan tuat tue tung tuyen tuyet uyen viet vinh vuong vy "
        "xuan yen"
    ).split()
)
"""Given names without marks: what stands after "đồng chí" is somebody's affair only where it is a name."""
_KINDS = (
    "huu tri|sinh vien|cong (?:an|nhan|chuc)|quan (?:nhan|doi)|hieu (?:truong|pho)|nhan vien|tai (?:xe|ngu)"
    "|truong (?:thon|xom|ban|phong|khoa|doan|khu)|tam (?:tru|thoi)|tan binh|hang xom|thuong (?:truc|vu|binh)"
    "|thu ky|trung (?:ta|uy|tuong|uong)|bao ve"
)
"""Kinds of people whose first word is a name too: a pensioner's question is no question about Mr Hữu."""
_FOLDED = re.compile(
    rf"(?:(?:^| )(?:d/c|dong chi)|^dc(?! huong| tham| mien)) (?!(?:{_KINDS})(?: |$))(?:{_NAMES}|[a-z])"
    rf" (?:[a-z]+ ){{0,2}}(?:{_ABOUT})(?: |$)"
)
_OTHERS_YET = re.compile(
    rf"(?:^| )(?:anh|ong|ba|bac|chu|chi|co(?! qu| tien)|thay) (?:{_NAMES}|[a-z]) (?:da )?"
    r"(?:dong|nop|bi|vao|chuyen) .*chua$"
)
_LOWER = re.compile(
    r"(?:^| )(?:anh|chị|ông|bà|cô|thầy|bác|chú) (?!hùng )([a-zà-ỹ]+) (?:có )?(?:bị|xếp loại|vi phạm)(?: |$)"
)
_SURNAMES = "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Ngô|Dương"
_IN_FULL = re.compile(
    rf"^(?:{_SURNAMES})(?: [{_CAPITALS}][a-zà-ỹ]+){{1,3}} (?:có bị|bị|đã|chưa|đóng|nộp|xếp loại|vi phạm)(?: |$)"
)
_ANYBODY = "|".join(
    (
        _KINDS,
        "nghi|huu|duoc|bi(?! thu)|chuyen|vao|moi|da|dang|du|ghi|mien|thuoc",
        "ba|con|giao|nuoi|bo doi|nao|khac|trong",
    )
)
"""What stands after "của đồng chí" where anybody of a kind is meant."""
_THEIR = re.compile(
    r"(?:so the(?: dang(?: vien)?)?|so dien thoai|sdt|dia chi|cccd|can cuoc|ngay sinh|luong|dang phi|xep loai|ho so)"
    r" (?:dang )?cua (?:d/c|dong chi|anh|ong|ba|co(?! quan)|thay|chu|bac|chi(?! bo| uy))"
    rf" (?!(?:toi|em|minh|ay|{_ANYBODY})(?: |$))[a-z]+"
    rf"|(?:so dien thoai|sdt|dia chi) (?:nha )?(?:d/c|dong chi|anh|chi|ong|ba|co(?! quan)|thay|chu|bac)"
    rf" (?:{_NAMES})(?: |$)"
)
_LIST = re.compile(
    r"(?:(?:danh sach|ten) (?:[a-z]+ ){0,4}(?:chua dong|chua nop|no dang phi|bi ky luat|bi xoa ten|bi khai tru)"
    r"|(?:^| )(?:nhung ai|nguoi nao|ai) (?:[a-z]+ ){0,3}(?:chua dong|chua nop|no dang phi|bi ky luat|bi khai tru))"
    r"(?!.* (?:may|khi|thi|bao lau|co duoc|khong duoc|(?:gui|nop|luu) (?:cho )?(?:ai|o dau))(?: |$))"
)
_RUMOUR = re.compile(
    r"(?:^| )nghe (?:noi|don|bao|dau) (?!.* thi )"
    r"(?=.*(?:bi thu|lanh dao|chu tich|thu truong|hieu truong|giam doc|uy vien|sep|dong chi|trung uong))"
    r".*(?:thay|bat|cach chuc|tu chuc|ky luat|khai tru|bo nhiem|dieu (?:di|dong|chuyen)|tham nhung|di tu)(?: |$)"
)
_OPINION = re.compile(
    r"(?:^| )(?:theo bot|bot thay (?:gi|sao|the nao)|ai xung dang|"
    r"sap bi (?:bat|cach chuc|thay)|"
    r"dang nao cung|don rang|bot nghi (?:gi|sao)|y kien cua bot|quan diem cua bot|"
    r"nghi (?:gi|sao) ve|nhan su (?:trung uong|sap toi)|"
    r"suc khoe (?:cua )?(?:lanh dao|bi thu|chu tich)|dau da noi bo|"
    r"co nen bo dang(?! phi)|che do (?:nay|ta) (?:co|the nao))(?: |$)"
)
_PUNISHED = "bi (?:ky luat|xu ly|khai tru|canh cao)"
_UNLESS_RULED = (
    (r"tong bi thu|chu tich nuoc", r"(?:may|bao nhieu) (?:nhiem ky|nam)|nhiem ky cua|dang phi|do ai|noi xau"),
    (r"ai se (?:lam|len|thay|giu)", r"vang|nghi|khi(?! nao)"),
    (
        r"phan dong|lat do|bieu tinh|tham nhung (?:o|cua) [a-z]+|tin don",
        rf"{_PUNISHED}|muc nao|dang vien (?:co )?duoc",
    ),
)
_TOUCHY = re.compile(
    "|".join(rf"^(?!.*\b(?:{rule})\b).*(?:^| )(?:{words})(?: |$)" for words, rule in _UNLESS_RULED)
)
"""Opinion or rumour, unless words beside it ask for a rule: how many terms, who stands in, what punishment."""
_MARKED_ABUSE = re.compile(r"mất dạy")
_MARKED_OPINION = re.compile(r"đa đảng|đa nguyên|dân chủ kiểu|phe cánh")
_ABUSE = re.compile(
    r"(?:^| )(?:do ngu|ngu (?:the|qua|nhu|vl)|vcl|dcm|clgt|cut di|khon nan|cho chet|(?:do|lu|quan|bon) mat day)(?: |$)"
)
_SPELT = re.compile(r"[a-z0-9]")


def refused(question: str) -> str:
    """Why a question is not looked up: "empty", "others", "opinion", "abuse"; "" when it may be."""
    folded = fold(question)
    if not _SPELT.search(folded):
        return "empty"
    composed = unicodedata.normalize("NFC", question)
    if _ABUSE.search(folded) or _MARKED_ABUSE.search(composed.lower()):
        return "abuse"
    system = _MARKED_OPINION.search(composed.lower()) and not re.search(_PUNISHED, folded)
    if system or any(pattern.search(folded) for pattern in (_OPINION, _TOUCHY, _RUMOUR)):
        return "opinion"
    by_name = any(pattern.search(composed) for pattern in (_NAMED, _IN_FULL))
    if by_name or any(pattern.search(folded) for pattern in (_FOLDED, _OTHERS_YET, _THEIR, _LIST)):
        return "others"
    lower = _LOWER.search(composed)
    return "others" if lower and re.fullmatch(f"{_NAMES}|minh", fold(lower[1])) and lower[1] != "mình" else ""
