"""The words of the errands, as patterns over spelt-out folded words (`§` stands for a document number).

Patterns are general: heads, objects, blockers. Whole sentences are nowhere listed.
"""

import re

DIGEST = "điểm tin"
"""What the choice of a morning digest is about, as `bot.news.texts` has it. Where that is the newest message, "đã
đọc" may be said of the news, so the bot asks."""


def rx(pattern: str) -> re.Pattern[str]:
    """A pattern that starts and ends at words."""
    joined = re.sub(r"\n *", "", pattern)
    return re.compile(rf"(?<!\S)(?:{joined})(?!\S)")


def without(pattern: re.Pattern[str], sentence: str) -> str:
    """The sentence with every match taken out."""
    return " ".join(pattern.sub(" ", sentence).split())


def words_in(pattern: str) -> frozenset[str]:
    return frozenset(re.findall(r"\b[a-z]{2,}\b", pattern))


# Who speaks, politeness and filling: never change what is meant.
SELF = "toi|em|chau|con|minh|tui|to|anh|chi|co|chu|bac|thay"
PARTICLE = (
    "a|ah|aa|nhe|nha|nhaa|nhen|nghen|hen|hi|he|day|do|vay|the|ne|no|lam|luon|oi|di"  # they soften, no more
)
FILLER = rx(
    f"""(?:{SELF}|{PARTICLE}|nghe|voi|giup|gium|
    ho|dum|xin|dong chi|bi thu|pho bi thu|
    thu truong|sep|kinh|thua|chao|bao cao|gui|da|vang|u|roi|nay|kia|thi|la|cam on|cam on nhieu|cac|ban|ong|ba|
    ad|bot|chuc|khoe|tran trong|kinh gui|lanh dao|
    cap uy|dang uy|chi uy|chi bo|can bo|van phong|hihi|haha|hehe|nhieu|rat|ngay|di|cho|lai|cung|oi|het|👍|thanks|
    please|admin|👉)"""
)
ADDRESSEE = (
    "cac|dong chi|bi thu|pho bi thu|chi uy|cap uy|dang uy|chi bo|thu truong|anh|chi|em|co|chu|bac|thay|ban|ong|ba|"
    "lanh dao|can bo|van phong|truong|bot|sep|toan the|quy vi|ca nha|oi"
)
SOFT = rx(f"(?:{SELF}|{PARTICLE}|{ADDRESSEE})")
"""Says nothing by itself."""
GREETING = rx(
    f"(?:(?:dong chi|bot|ban|em|anh|chi|co|chu|bac) )+oi|"
    f"(?:(?:kinh )?(?:thua|chao|bao cao|xin chao)|kinh gui)(?: (?:{ADDRESSEE}))*"
    rf"(?:(?<=chi|thu) (?!da |doc |xem |chua |toi )\S+(?: \S+){{0,2}}(?= (?:toi|em|chau|minh|tui) ))?"
)

OPENER = re.compile(
    r"(?:(?:vang|ok|u|da(?= (?:cho|em|xin|thua|toi|chau|con|anh|chi|vang|ok|khong|chua)(?!\S)))(?: a| nhe)*(?!\S) ?|"
    rf"(?!bao cao){GREETING.pattern}(?: a| nhe)* ?)+"
)
"""Politeness before the matter itself: "dạ", "vâng", "chào đồng chí"; "báo cáo" may be the matter."""

# What is read, named or not.
NOUN = (
    "§|van ban|noi dung|toan van|thong bao|tai lieu|cong van|chi dao|file|cai nay|nay|do|thong tin|nhiem vu|"
    "chu truong|"
    "tren|o tren|toan bo|tinh than|"
    "day du|tat ca cac muc|cac muc|van ban nay"
)
TYPE_NOUN = (
    "ke hoach|nghi quyet|chi thi|ket luan|quyet dinh|quy dinh|quy che|huong dan|chuong trinh|de an|to trinh|"
    "bien ban|giay moi"
)

# --- the other answers ----------------------------------------------------------------------------------------
UNDO = rx(
    r"""(?:\S+ )?(?:bam|nhan|an|xac nhan|chon|tich|cham|go|ghi|tra loi|click|kich|danh dau)(?: (?:§|nut|da doc|
    vao|phai|do|bi|no|xac nhan))* (?:nham|lon|lo|sai)|
    nham (?:nut|tay|roi)|lo (?:tay|bam|xac nhan|an|nhan|cham)|trot (?:bam|xac nhan|an)|hoan tac|undo|
    rut (?:lai )?(?:xac nhan|loi|y kien|viec|cai)?|rut lai|(?:huy|bo|thu hoi|xoa|go|rut)(?: bo|
     lai)? (?:xac nhan|da doc|danh dau|cai vua|lan vua)|
    (?:chua doc|chua xem) ma (?:\S+ )*(?:bam|xac nhan|an)(?: \S+)*|bam bua|bam dai|(?:tre|chau|con) (?:no )?bam|
    toi nham|nham|lon roi"""
)
UNDO_NOT = rx(
    r"khong (?:phai )?(?:bam |do |he |bi )?(?:nham|lon)|hieu nham|doc nham|gui nham|nham so|nham nguoi|nham lan gi"
)
CANCEL = rx(
    r"huy|huy bo|thoi|dung lai|dừng(?: lai)?|bo di|khong lam(?: nua| tiep)?|ngung|thoat|thoat ra|cancel|stop|"
    r"ket thuc|exit|bo qua"
)
CANCEL_FILLER = rx(
    rf"(?:{SELF}|a|nhe|nha|di|muon|xin|cho|giup|voi|lenh|thao tac|nay|viec|khong|lam|nua|gui|day|khong can|bo|"
    rf"the|roi|vay|oi|nhap|ban|dong chi|bo qua|de|sau|luc khac|hom khac)"
)
BACK = rx(
    r"quay lai|tro lai|lui lai|quay ve|tro ve|back|lui|buoc truoc|ve truoc|quay lui|cau truoc|lui mot buoc"
)
BACK_FILLER = rx(
    rf"(?:{SELF}|a|nhe|nha|di|muon|xin|cho|giup|voi|buoc|truoc|buoc truoc|cau|cau truoc|mot|phan|phia|ve|day|lai|"
    rf"oi|phat|dong chi)"
)
ASK = rx(
    r"""hoi lai|khong (?:hieu|ro|nam ro|nam duoc)|chua (?:hieu|ro|nam ro|nam duoc|thong)|thac mac|(?:cho |xin |
    muon |can |co )(?:\S+ ){0,2}hoi(?: them)?|
    (?:co|muon|xin|them|can)(?: \S+){0,2}? (?:y kien|gop y|de xuat|kien nghi)|gop y|trao doi|hoi them|
    (?:muc|diem|cho|phan|doan)(?: \S+){0,3} (?:la sao|the nao|la gi)|hoi (?:mot )?(?:chut|ty|cau|can bo|bi thu|
    dong chi)|cau hoi|giai thich|giai dap|kho hieu|khuc mac|
    lam ro|noi ro|vuong mac|ban khoan|
    hoi ve|nghia la (?:gi|sao)|la sao|y la gi|(?<!thu )(?<!chi )(?<!dai )hoi"""
)
ASK_ONLY = rx(
    rf"(?:{SELF}|{ADDRESSEE}|{NOUN}|{TYPE_NOUN}|a|nhe|nha|voi|cho|xin|muon|can|co|mot|chut|ty|cau|them|hoi|"
    rf"lai|duoc|khong|\?|phan|muc|diem|cho nay|lam|gi|ca|"
    r"the|nay|vai|may|de|da|vang|doc|roi|ma|nhung|van|con|chua|xem|ky|xong|ve|doan|trang|so|gium|giup|oi|luon|"
    r"dieu|thi|la|nghia|giai|thich|sao|\d+)"
)
WISH = "gui|xin|cho (?:toi|em|minh|chau|bac)|can|muon|tai|lai"
OPEN_VERB = r"xem|doc|coi|gui|mo|tai|tai ve|cho|can|lay|muon|dau|tim|download|dua|down|goi|xin"
TEXT_NOUN = (
    r"toan van|van ban|file|tai lieu|noi dung|ban day du|day du|ban goc|pdf|word|cong van|thong bao|link|"
    r"chi tiet|toan bo|ban chinh|ban dau|"
    r"nguyen van|ban in|§|dinh kem|" + TYPE_NOUN
)
FULL_TEXT = rx(
    rf"""(?:{OPEN_VERB})(?: (?!hoi )\S+){{0,3}}? (?:{TEXT_NOUN})|(?:{TEXT_NOUN})(?: \S+)? (?:dau|o dau|gui cho toi)|
    toan van|file|nguyen van|link|pdf|word|(?:van ban |ban )(?:day du|goc|chinh)|
    xem(?: lai)?|mo(?: lai)?(?: ra)?|tai(?: ve)?|doc (?:o dau|cho nao)|xem o dau"""
)
FULL_TEXT_NOT = rx(
    rf"(?:khong|khoi|dung|chua)(?: (?:can|phai|muon|the|nen|ai|duoc|cho|co|nguoi nao|xac nhan|"
    rf"bam))* (?:{OPEN_VERB})(?: duoc)?|(?:{OPEN_VERB})(?: \S+){{0,3}} khong duoc|"
    r"da (?:\S+ )?(?:xem|doc|coi)|(?:se|mai|de|lat|tranh thu|dang|đang) (?:\S+ ){0,2}?(?:xem|doc|mo|coi|tai)|"
    r"(?:xem|doc|coi) roi|ban hanh"
)
FULL_TEXT_ASIDE = rx(
    rf"(?:{OPEN_VERB}|{TEXT_NOUN}|{SELF}|{ADDRESSEE}|a|nhe|nha|voi|giup|gium|cho|lai|duoc|khong|\?|de|bang|ra|"
    rf"len|moi|cua|nay|do|kia|o|di|da|vang|phan|"
    r"ve|may|dien thoai|muon|can|xin|ban|luon|oi|day|chua|ngay|nhanh|hay|ho|dum|so|them|ky|hon|dau|co|nao|ma|"
    r"nguoi|gap|truoc|roi|ok|con|cai|mot|thu|thay|\d+)"
)
