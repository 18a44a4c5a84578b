"""The words of the errands, as patterns over spelt-out folded words (`§` stands for a document number).

Patterns are general: heads, objects, blockers. Whole sentences are nowhere listed.
"""

import re


def rx(pattern: str) -> re.Pattern[str]:
    """A pattern that starts and ends at words."""
    joined = re.sub(r"\n *", "", pattern)
    return re.compile(rf"(?<!\S)(?:{joined})(?!\S)")


def words_in(pattern: str) -> frozenset[str]:
    return frozenset(re.findall(r"\b[a-z]{2,}\b", pattern))


# Who speaks, politeness and filling: never change what is meant.
SELF = "toi|em|chau|con|minh|tui|to|anh|chi|co|chu|bac|thay"
PARTICLE = (
    "a|ah|aa|nhe|nha|nhaa|nhen|nghen|hen|hi|he|day|do|vay|the|ne|no|lam|luon|oi|di"  # they soften, no more
)
SOFT = rx(f"(?:{SELF}|{PARTICLE})")
SOFT = rx(f"(?:{SELF}|{PARTICLE})")
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
GREETING = rx(
    f"(?:(?:dong chi|bot|ban|em|anh|chi|co|chu|bac) )+oi|"
    f"(?:(?:kinh )?(?:thua|chao|bao cao|xin chao)|kinh gui)(?: (?:{ADDRESSEE}))*"
    rf"(?:(?<=chi|thu) (?!da |doc |xem |chua |toi )\S+(?: \S+){{0,2}}(?= (?:toi|em|chau|minh|tui) ))?"
)

OPENER = re.compile(
    r"(?:(?:vang|ok|u|da(?= (?:cho|em|xin|thua|toi|chau|con|anh|chi|vang|ok|khong|chua)(?!\S)))(?: a| nhe)*(?!\S) ?|"
    rf"{GREETING.pattern}(?: a| nhe)* ?)+"
)
"""Politeness before the matter itself: "dạ", "vâng", "chào đồng chí"."""

# --- what makes an acknowledgement impossible --------------------------------------------------------------
NEGATION = rx("khong|chua|chang|cha|dau|dung co|cho co|khoi|deo|eo|quen|👎|dech|mieng|thieu|dung")
QUESTION = rx(
    r"""\?|ai|gi|nao|may|bao nhieu|bao gio|bao lau|khi nao|luc nao|o dau|dau|sao|tai sao|vi sao|the nao|
    nhu the nao|nhi|ha|
    ho|phai khong|dung khong|duoc khong|co khong|chua|khong|co phai|lam sao|the a~|a~"""
)
NOT_YET = rx(
    r"""se|de|mai|ngay mai|lat|lat nua|ty nua|chut nua|ti nua|tam|đang|dang(?! (?:uy|vien|bo|phi|ta))|sap|dinh|tinh|
    phai|can|muon|nen|hay|nho|
    neu|khi|cho den|doi|chuan bi|bat dau|hua|co gang|tranh thu|co the|chac|hinh nhu|tuong|gan|gan xong|suyt|
    le ra|dang le|gia vo|gia su|coi nhu|(?:ve )?co ban|mien cuong|danh phai|
    cu cho|ranh|ve (?:nha|nhà)|cho la|cho rang|coi la|cu|sau|tuan sau|cuoi tuan|toi nay|chieu nay|chieu|hom sau|bua sau|hen|xin phep|yeu cau|bat|
    buoc|de nghi|
    mot nua|nua|mot phan|mot it|luot|so qua|qua loa|loang thoang|(?<!cam )doan|
    nhung|tuy|nhung ma|ma|song|ho|dum|bao|noi|nghe|ke|hoi|xem thu|duoc mot|moi (?:chi )?(?:doc|xem|coi|nhan|
    biet|nghe)(?! (?:xong|het|ky))|gui lai|tro lai|vi|tai|
    nham|lon|lo tay|hoac|hay la|khac|nguoi khac|cung duoc|truoc khi|thoi|bo qua|xoa|huy|rut|sai|loi|mat"""
)
PARTIAL = rx(  # a part was read, or only what stands around the text
    r"""(?:muc|phan|trang|chuong|dieu|khoan|doan|diem)(?: so)? (?:\d\S*|§|mot|hai|ba|dau(?: tien)?|cuoi|tren|duoi|[ivx]+)|
    (?:\d+|mot|hai|ba|may|vai|it) (?:trang|muc|phan|chuong|dong|chu|doan|dieu)|tieu de|ten|trich yeu|tom tat|phu luc|
    mo dau|so bo|dai khai|dai loai|thoang|nhanh|vo vap|mot chut|mot ty|duoc (?:nua|it|chut|ty)|\d+ ?%|phan tram"""
)
OBJECTION = rx(
    r"""phan doi|tu choi|vo ly|nham nhi|vo van|vut|buc xuc|khieu nai|kien nghi|gop y|bat cap|de xuat|ban lai|xem lai|sua|
    met|chan|xam|linh tinh|vo bo|vo nghia|con khi|lam (?:gi|quai gi)|y kien"""
)
OTHERS = rx(
    r"""(?:anh|chi|co|chu|bac|ong|ba|em|con|chau|dua) (?:ay|ta|kia)|
    (?:con|em|chau|anh|chi|co|chu|bac|to|thay|ong|ba|dong chi|ban) (?:trai |gai |lon |nho |ho |cua |nha )*(?:toi|minh|tui)|
    (?:con|em|chau|vo|ong|ba|anh) (?:trai|gai|dau|re|ho|nha|xa|lon|nho|ut)|nhà|^nha (?:toi|minh|tui)|toi toi|ca (?:to|tổ|nhom|lop|phong|don vi|chi bo|doan|nha|hai|ba|bon)|(?:doc|xem|xac nhan|ky|bam|tiep thu) thay|thay mat|thay cho|chi em|co bac|ong ba|bo me|
    bo(?= (?:toi|em|chau|minh|da|doc))|no|ho|chung no|moi nguoi|cac dong chi|anh em|
    ca nha|tat ca|
    vo|chong|bo|me|bo toi|ban toi|nguoi ta|hang xom|ca hai|hai vo chong"""
)
HARMLESS = (  # said often, and changing nothing: taken out before the blockers are looked for
    rx(
        r"khong (?:con )?(?:co )?(?:y kien|thac mac|van de|cau hoi|vuong mac|gop y|ban khoan)(?: (?:gi|nao|khac|"
        r"them|ca|het))*"
    ),
    rx(r"khong (?:can |phai )?hoi(?: gi| them| lai| nua)*|khong (?:co )?gi (?:thac mac|them|khac)(?: (?:ca|het|a))*"),
    rx(
        r"(?<!da )(?:se )?(?:co gang |nghiem tuc |xin |quyet tam |hua |luon )*(?:se )?(?:chap hanh|thuc hien|trien khai|"
        r"quan triet|pho bien|"
       r"tuan thu|lam theo|lam dung|thi hanh|tham gia|tham du|phấn dau|hoan thanh)(?: (?:nghiem tuc|day du|"
       r"dung|theo|tot|ngay|nghiem|"
       r"quy dinh|chi dao|tinh than|ke hoach|yeu cau|noi dung|van ban|nhiem vu|den|toi|cac|chi bo|dang vien|"
       r"trong|moi nguoi|cho|cac dong chi|toan the|anh em|ca|lai|nhe))*"),
    rx(r"(?:luc|vao|ngay|hoi|tu) (?:ngay |luc )?\d\S*(?: (?:gio|phut|sang|chieu|toi|\d+)(?!\S))*"),
    rx(
        r"nghiem tuc|(?:xin )?tran trong(?: kinh chao)?|kinh thu|xin chuc.*|chuc .*|(?:xin |rat )?cam on(?: (?:cac|dong chi|bi thu|chi uy|chi bo|anh|chi|em|co|chu|bac|"
        r"dang uy|ban|bot|nhieu|rat|lam|(?:vi )?(?:da )?(?:gui|nhac|thong bao|cung cap|trien khai|chuyen)(?: nho)?(?: (?:cho|toi|"
        r"em|van ban|thong bao|tin|§|ke hoach|file|tai lieu))*))*"
    ),
    rx(
        r"(?:xin loi|sorry|mong thong cam)(?: \S+){0,6}? (?:muon|cham|tre)(?: a)?|xin loi(?: (?:dong chi|bi thu|anh|chi|"
        r"em|bac|chi bo))*|(?:tra loi|phan hoi|xac nhan) (?:hoi )?(?:muon|cham|tre)"
    ),
    rx(r"tu (?:dau|trang dau)(?: \S+)? (?:den|toi|chi|ve) (?:cuoi|trang cuoi|het|chan)"),
    rx(r"(?<=roi )(?:nghe|hen|hi|ma)(?= a$| em$| day$| do$|$)|(?:sang|trua|chieu) gio"),
    rx(
        r"(?:ngay |luc |vao |tu )?(?:(?:sang|trua|chieu|toi|dem) )?(?:hom qua|hom kia|sang nay|toi qua|chieu qua|dem qua|"
        r"trua nay(?= toi| em| da)|hom nay|vua nay|hom truoc|hom no|hoi nay|hoi sang|tuan truoc|thang truoc)|tu lau|(?:ngay )?luc (?:sang|trua|chieu|toi|dem|nay|som)|"
        r"tu (?:sang|trua|som)"
    ),
)  # fmt: skip

# --- acknowledging -------------------------------------------------------------------------------------------
_ADVERB = (
    "ky|cung|xong|het|roi|day du|nghiem tuc|hoan toan|toan bo|can than|chi tiet|ro|duoc|lai|ca|luon|rat|ngay|qua|"
    "nghien|va|deu|thuc su|xin|vua|toan van|hai lan|ba lan|nhieu lan"
)
_READ = "doc|xem|coi|nghien cuu|quan triet|tiep thu|tim hieu|hoc tap"
_GRASP = (
    "ro|hieu|nam ro|nam bat|nam duoc|nam|thong suot|thong nhat|thong|thau suot|thau hieu|tiep thu|quan triet|xac nhan|"
    "nhat tri|dong y|tan thanh|ung ho"
)
_NOUN = (
    "§|van ban|noi dung|toan van|thong bao|tai lieu|cong van|chi dao|file|cai nay|nay|do|thong tin|nhiem vu|chu truong|"
    "tren|o tren|toan bo|tinh than|"
    "day du|tat ca cac muc|cac muc|van ban nay"
)
TYPE_NOUN = (
    "ke hoach|nghi quyet|chi thi|ket luan|quyet dinh|quy dinh|quy che|huong dan|chuong trinh|de an|to trinh|"
    "bien ban|giay moi"
)
OBJECT = rx(rf"(?:{_NOUN}|{TYPE_NOUN}|bao cao)")
READ_DONE = rx(
    rf"""da (?:tiep )?nhan(?: duoc)?(?: §)* (?:va )?(?:da )?(?:{_READ})|da (?:(?:{_ADVERB}) )*(?:{_READ}|{_GRASP})|vua (?:moi )?(?:{_READ})(?: xong| het)?|
    (?:{_READ})(?: ky| het| xong| qua| day du| can than| toan van| lau| hai lan| nhieu lan)* roi|(?:{_READ}) (?:ky |can than |
    day du )?(?:xong|het)|
    (?:{_READ})(?: (?:ky|het|xong|{_NOUN}|{TYPE_NOUN}))+ roi|
    (?:{_GRASP})(?: (?:ky|het|duoc|ro|{_NOUN}))* roi|(?:da )?doc va (?:da )?(?:hieu|nam|tiep thu|ro)(?: ro)?|
    (?:nghiem tuc |xin |hoan toan )+(?:tiep thu|xac nhan|nhat tri|dong y)|xac nhan da (?:doc|xem|nam)"""
)
YES = rx(
    r"ok|ro|vang|u|👍|duoc|dong y|nhat tri|tiep thu|xac nhan|thong suot|thong nhat|thong|tuan lenh|nhan ro|chuan|da~|dung the|tan thanh|ung ho|hieu|chap hanh"
)
YES_FILLER = rx(
    rf"(?:{SELF}|{ADDRESSEE}|{_NOUN}|{TYPE_NOUN}|{PARTICLE}|xin|da|voi (?:§|chu truong|cac noi dung)|cao|tron|sach|nghiem|"
    rf"kinh|thua|bao cao|roi|chap hanh|"
    "cam on|nhieu|rat|tot|hihi|haha|hehe|ok|con|chau|hoan toan|va|cung|ky|het|xong|toan bo|ve|cho|chon|bam|"
    "an|nhan|danh dau|la|"
    "tui|minh|em|to|ca|day du|chinh thuc|ro|duoc|hieu|lenh|noi dung|oi|lam)"
)
BEFORE_DONE = rx(
    rf"(?:{SELF}|ok|ro|vang|u|👍|duoc|a|da|xin|chon|bam|an|danh dau|xac nhan|bao cao|cho|nhan duoc|nhan|va|la|"
    rf"rang|§|{_NOUN}|{TYPE_NOUN}|"
    "mo|cam ket|cam doan|ban than|ca nhan|deu|thi|roi|nha|nhe|hom nay|oi|cung|rat|chinh(?= toi| em| minh)|that ra|^chuan|dung|vua|moi|xong|minh|dong y|nhat tri)"
)
AFTER_DONE = rx(
    rf"{YES_FILLER.pattern}|{READ_DONE.pattern}|{YES.pattern}|da|(?:{_READ}|{_GRASP})|toan van|ngay|nay|"
    r"(?:\d+|hai|ba|nhieu|ca) lan"
)
# After the paper's name comes what it is about; "cũ", "năm 2025" after it make it another paper.
TITLE = rx(
    r"§(?: (?:§|nay|tren))* (?:(?:anh|chi|em|dong chi|bi thu|chi bo|chi uy|thay|co|bac) (?:vua |da |moi )?gui|ve|cua|ngay|do|ma|kem|ban hanh|trien khai|hom|vua|duoc|dinh kem|gui|day du)"
    r"(?! .*(?:nam \d|nam (?:ngoai|truoc|cu)|ky truoc|lan truoc|khac)) .*"
)
THING_DONE = rx(r"(?:da )?(?:doc|xem) (?:bao|sach|truyen|tin tuc|face\w*|sai|nham)")

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
    r"huy|huy bo|thoi|dung lai|dừng(?: lai)?|bo di|khong lam(?: nua| tiep)?|ngung|thoat|thoat ra|cancel|stop|ket thuc|exit|bo qua"
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
    (?:muc|diem|cho|phan|doan)(?: \S+){0,3} (?:la sao|the nao|la gi)|hoi (?:mot )?(?:chut|ty|cau|can bo|bi thu|dong chi)|cau hoi|giai thich|giai dap|kho hieu|khuc mac|
    lam ro|noi ro|vuong mac|ban khoan|
    hoi ve|nghia la (?:gi|sao)|la sao|y la gi|(?<!thu )(?<!chi )(?<!dai )hoi"""
)
ASK_ONLY = rx(
    rf"(?:{SELF}|{ADDRESSEE}|{_NOUN}|{TYPE_NOUN}|a|nhe|nha|voi|cho|xin|muon|can|co|mot|chut|ty|cau|them|hoi|"
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
