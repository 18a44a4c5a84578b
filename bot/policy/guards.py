"""Questions that the rules must not be asked: other people's affairs, opinions and rumours, abuse.

Narrow on purpose: a member's own question that is refused by mistake is worse than one more "chưa tìm thấy".
"""

import re
import unicodedata

from bot.chat.text import fold

_CAPITALS = "A-Z" + "".join(char for char in map(chr, range(0xC0, 0x1F00)) if char.isupper())
_NOT_A_NAME = r"(?!Rịa|Bí|Chủ|Tổng|Đảng|Chi|Ủy|Phó|Trưởng|Ban|Thư|Cán)"
_NAMED = re.compile(
    r"(?:(?<=\s)|(?<=[(“\"])|^)"
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
_FOLDED = re.compile(
    rf"(?:(?:^| )(?:d/c|dong chi)|^dc(?! huong| tham| mien)) (?:{_NAMES}|[a-z]) (?:[a-z]+ ){{0,2}}(?:{_ABOUT})(?: |$)"
)
_OTHERS_YET = re.compile(
    rf"(?:^| )(?:anh|ong|ba|bac|chu|chi|co|thay) ?(?:{_NAMES}|[a-z]) (?:da )?(?:dong|nop|bi|vao|chuyen) .*chua$"
)
_THEIR = re.compile(
    r"(?:so the(?: dang(?: vien)?)?|so dien thoai|sdt|dia chi|cccd|can cuoc|ngay sinh|luong|dang phi|xep loai|ho so)"
    r" (?:dang )?cua (?:d/c|dong chi|anh|ong|ba|co|thay|chu|bac|chi(?! bo| uy)) (?!toi|em|minh|quan|ay)[a-z]+"
    rf"|(?:so dien thoai|sdt|dia chi) (?:nha )?(?:d/c|dong chi|anh|chi|ong|ba|co(?! quan)|thay|chu|bac)"
    rf" (?:{_NAMES})(?: |$)"
)
_LIST = re.compile(
    r"(?:(?:danh sach|ten) (?:[a-z]+ ){0,4}(?:chua dong|chua nop|no dang phi|bi ky luat|bi xoa ten|bi khai tru)"
    r"|(?:^| )(?:nhung ai|nguoi nao|ai) (?:[a-z]+ ){0,3}(?:chua dong|chua nop|no dang phi|bi ky luat|bi khai tru))"
    r"(?!.* (?:may|khi|thi|bao lau)(?: |$))"
)
_RUMOUR = re.compile(
    r"(?:^| )nghe (?:noi|don|bao|dau) "
    r"(?=.*(?:bi thu|lanh dao|chu tich|thu truong|hieu truong|giam doc|uy vien|sep|dong chi|trung uong))"
    r".*(?:thay|bat|cach chuc|tu chuc|ky luat|khai tru|bo nhiem|dieu (?:di|dong|chuyen)|tham nhung|di tu)(?: |$)"
)
_OPINION = re.compile(
    r"(?:^| )(?:theo bot|bot thay (?:gi|sao|the nao)|ai xung dang|"
    r"sap bi (?:bat|cach chuc|thay)|"
    r"dang nao cung|tin don|don rang|bot nghi (?:gi|sao)|y kien cua bot|quan diem cua bot|"
    r"nghi (?:gi|sao) ve|tong bi thu|chu tich nuoc|ai se (?:lam|len|thay|giu)|nhan su (?:trung uong|sap toi)|"
    r"suc khoe (?:cua )?(?:lanh dao|bi thu|chu tich)|phan dong|lat do|bieu tinh|dau da noi bo|"
    r"co nen bo dang|che do (?:nay|ta) (?:co|the nao)|tham nhung (?:o|cua) [a-z]+)(?: |$)"
)
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
    if _OPINION.search(folded) or _RUMOUR.search(folded) or _MARKED_OPINION.search(composed.lower()):
        return "opinion"
    if any(pattern.search(folded) for pattern in (_FOLDED, _OTHERS_YET, _THEIR, _LIST)) or _NAMED.search(
        composed
    ):
        return "others"
    return ""
