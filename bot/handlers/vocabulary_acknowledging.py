"""Whether a sentence says that its writer has read, or agrees: the law of the acknowledgement.

What is often said and changes nothing is taken out, then anything that speaks against it refuses, then the
words must be known: a false acknowledgement is the worst that can happen here, so the unknown word loses.
"""

import re

from bot.handlers.vocabulary import ADDRESSEE, GREETING, NOUN, PARTICLE, SELF, SOFT, TYPE_NOUN, rx, without

# --- what makes an acknowledgement impossible --------------------------------------------------------------
NEGATION = rx("khong|chua|chang|cha|dau|dung co|cho co|khoi|deo|eo|quen|👎|dech|mieng|thieu|dung")
QUESTION = rx(
    r"""\?|ai|gi|nao|may|bao nhieu|bao gio|bao lau|khi nao|luc nao|o dau|dau|sao|tai sao|vi sao|the nao|
    nhu the nao|nhi|ha|
    ho|phai khong|dung khong|duoc khong|co khong|chua|khong|co phai|lam sao|the a~|a~"""
)
NOT_YET = rx(
    r"""se|de|mai|ngay mai|lat|lat nua|ty nua|chut nua|ti nua|tam|đang|chờ|cho (?:toi|em|minh|chau|chut|ty|
    lat)(?: ty| chut)?|dang(?! (?:uy|vien|bo|phi|ta))|sap|dinh|tinh|
    phai|can|muon|nen|hay|nho|
    neu|khi|cho den|doi|chuan bi|bat dau|hua|co gang|tranh thu|co the|chac|hinh nhu|tuong|gan|gan xong|suyt|
    le ra|dang le|(?:doc|xem|bam|xac nhan) di|gia vo|gia su|coi nhu|(?:ve )?co ban|mien cuong|danh phai|
    cu cho|ranh|ve (?:nha|nhà)|cho la|cho rang|coi la|cu|sau|tuan sau|cuoi tuan|toi nay|chieu nay|chieu|hom sau|
    bua sau|hen|xin phep|yeu cau|bat|
    buoc|de nghi|
    mot nua|nua|mot phan|mot it|luot|so qua|qua loa|loang thoang|(?<!cam )doan|
    nhung|tuy|nhung ma|ma|song|ho|dum|bao|noi|nghe|ke|hoi|xem thu|duoc mot|moi (?:chi )?(?:doc|xem|coi|nhan|
    biet|nghe)(?! (?:xong|het|ky))|gui lai|tro lai|vi|tai|
    nham|lon|lo tay|hoac|hay la|khac|nguoi khac|cung duoc|truoc khi|thoi|bo qua|xoa|huy|rut|sai|loi|mat"""
)
PARTIAL = rx(  # a part was read, or only what stands around the text
    r"""(?:muc|phan|trang|chuong|dieu|khoan|doan|diem)(?: so)? (?:\d\S*|§|mot|hai|ba|dau(?: tien)?|cuoi|tren|duoi|
    [ivx]+)|
    (?:\d+|mot|hai|ba|may|vai|it) (?:trang|muc|phan|chuong|dong|chu|doan|dieu)|tieu de|ten|trich yeu|tom tat|phu luc|
    mo dau|so bo|dai khai|dai loai|thoang|nhanh|vo vap|mot chut|mot ty|duoc (?:nua|it|chut|ty)|\d+ ?%|phan tram"""
)
OBJECTION = rx(
    r"""phan doi|tu choi|vo ly|nham nhi|vo van|vut|buc xuc|khieu nai|kien nghi|gop y|bat cap|de xuat|ban lai|
    xem lai|sua|
    met|chan|xam|linh tinh|vo bo|vo nghia|con khi|lam (?:gi|quai gi)|y kien"""
)
OTHERS = rx(
    r"""(?:anh|chi|co|chu|bac|ong|ba|em|con|chau|dua) (?:ay|ta|kia)|
    (?:con|em|chau|anh|chi|co|chu|bac|to|thay|ong|ba|dong chi|ban) (?:trai |gai |lon |nho |ho |cua |nha )*(?:toi|
    minh|tui)|
    (?:con|em|chau|vo|ong|ba|anh) (?:trai|gai|dau|re|ho|nha|xa|lon|nho|ut)|nhà|^nha (?:toi|em|minh|tui)|toi toi|
    ca (?:to|tổ|nhom|lop|phong|don vi|chi bo|doan|nha|hai|ba|bon)|(?:doc|xem|xac nhan|ky|bam|tiep thu) thay|
    thay mat|thay cho|(?:hieu|to|lop|pho|doan|phong|khoa|nhom) truong|
    truong (?:phong|khoa|doan|nhom|lop|ban)|giam doc|chi em|co bac|ong ba|bo me|
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
        r"(?<!da )(?:se )?(?:co gang |nghiem tuc |xin |quyet tam |hua |luon )*(?:se )?(?:chap hanh|thuc hien|"
        r"trien khai|"
        r"quan triet|pho bien|"
       r"tuan thu|lam theo|lam dung|thi hanh|tham gia|tham du|phấn dau|hoan thanh)(?: (?:nghiem tuc|day du|"
       r"dung|theo|tot|ngay|nghiem|"
       r"quy dinh|chi dao|tinh than|ke hoach|yeu cau|noi dung|van ban|nhiem vu|den|toi|cac|chi bo|dang vien|"
       r"trong|moi nguoi|cho|cac dong chi|toan the|anh em|ca|lai|nhe))*"),
    rx(r"(?:luc|vao|ngay|hoi|tu) (?:ngay |luc )?\d\S*(?: (?:gio|phut|sang|chieu|toi|\d+)(?!\S))*"),
    rx(
        r"nghiem tuc|(?:xin )?tran trong(?: kinh chao)?|kinh thu|xin chuc.*|chuc .*|(?:xin |rat )?cam on(?: (?:cac|"
        r"dong chi|bi thu|chi uy|chi bo|anh|chi|em|co|chu|bac|"
        r"dang uy|ban|bot|nhieu|rat|lam|(?:vi )?(?:da )?(?:gui|nhac|thong bao|cung cap|trien khai|"
        r"chuyen)(?: nho)?(?: (?:cho|toi|"
        r"em|van ban|thong bao|tin|§|ke hoach|file|tai lieu))*))*"
    ),
    rx(
        r"(?:xin loi|sorry|mong thong cam)(?: \S+){0,6}? (?:muon|cham|tre)(?: a)?|xin loi(?: (?:dong chi|bi thu|anh|"
        r"chi|"
        r"em|bac|chi bo))*|(?:tra loi|phan hoi|xac nhan) (?:hoi )?(?:muon|cham|tre)"
    ),
    rx(r"tu (?:dau|trang dau)(?: \S+)? (?:den|toi|chi|ve) (?:cuoi|trang cuoi|het|chan)"),
    rx(r"(?<=roi )(?:nghe|hen|hi|ma)(?= a$| em$| day$| do$|$)|(?:sang|trua|chieu) gio"),
    rx(
        r"(?:ngay |luc |vao |tu )?(?:(?:sang|trua|chieu|toi|dem) )?(?:hom qua|hom kia|sang nay|toi qua|chieu qua|"
        r"dem qua|"
        r"trua nay(?= toi| em| da)|hom nay|vua nay|hom truoc|hom no|hoi nay|hoi sang|tuan truoc|thang truoc)|tu lau|"
        r"(?:ngay )?luc (?:sang|trua|chieu|toi|dem|nay|som)|"
        r"tu (?:sang|trua|som)"
    ),
)  # fmt: skip

# --- acknowledging -------------------------------------------------------------------------------------------
_ADVERB = (
    "ky|cung|xong|het|roi|day du|nghiem tuc|hoan toan|toan bo|can than|chi tiet|ro|duoc|lai|ca|luon|rat|ngay|"
    "nghien|va|deu|thuc su|xin|vua|toan van|hai lan|ba lan|nhieu lan"
)
_READ = "doc|xem|coi|nghien cuu|quan triet|tiep thu|tim hieu|hoc tap"
_GRASP = (
    "ro|hieu|nam ro|nam bat|nam duoc|nam|thong suot|thong nhat|thong|thau suot|thau hieu|tiep thu|quan triet|"
    "xac nhan|"
    "nhat tri|dong y|tan thanh|ung ho"
)
OBJECT = rx(rf"(?:{NOUN}|{TYPE_NOUN}|bao cao)")
READ_DONE = rx(
    rf"""da (?:tiep )?nhan(?: duoc)?(?: §)* (?:va )?(?:da )?(?:{_READ})|da (?:(?:{_ADVERB}) )*(?:{_READ}|{_GRASP})|
    vua (?:moi )?(?:{_READ})(?: xong| het)?|
    (?:{_READ})(?: ky| het| xong| day du| can than| toan van| lau| hai lan| nhieu lan)* roi|(?:{_READ}) (?:ky |
    can than |
    day du )?(?:xong|het)|
    (?:{_READ})(?: (?:ky|het|xong|{NOUN}|{TYPE_NOUN}))+ roi|
    (?:{_GRASP})(?: (?:ky|het|duoc|ro|{NOUN}))* roi|(?:da )?doc va (?:da )?(?:hieu|nam|tiep thu|ro)(?: ro)?|
    (?:nghiem tuc |xin |hoan toan )+(?:tiep thu|xac nhan|nhat tri|dong y)|xac nhan da (?:doc|xem|nam)"""
)
YES = rx(
    r"ok|ro|vang|u|👍|duoc|dong y|nhat tri|tiep thu|xac nhan|thong suot|thong nhat|thong|tuan lenh|nhan ro|chuan|da~|"
    r"dung the|tan thanh|ung ho|hieu|chap hanh"
)
YES_FILLER = rx(
    rf"(?:{SELF}|{ADDRESSEE}|{NOUN}|{TYPE_NOUN}|{PARTICLE}|xin|da|voi (?:§|chu truong|cac noi dung)|cao|tron|sach|"
    rf"nghiem|"
    rf"kinh|thua|bao cao|roi|chap hanh|"
    "cam on|nhieu|rat|tot|hihi|haha|hehe|ok|con|chau|hoan toan|va|cung|ky|het|xong|toan bo|ve|chon|bam|"
    "an|nhan|danh dau|la|"
    "tui|minh|em|to|ca|day du|chinh thuc|ro|duoc|hieu|lenh|noi dung|oi|lam)"
)
BEFORE_YES = rx(
    rf"(?:{SELF}|{PARTICLE}|{NOUN}|{TYPE_NOUN}|xin|da|roi|cung|hoan toan|rat|chon|bam|an|nhan|danh dau|la|va|ve|"
    "ca nhan|ban than|thua|bao cao|cam on|kinh)"
)
BEFORE_DONE = rx(
    rf"(?:{SELF}|ok|ro|vang|u|👍|duoc|a|da|xin|chon|bam|an|danh dau|xac nhan|bao cao|nhan duoc|nhan|va|la|"
    rf"rang|§|{NOUN}|{TYPE_NOUN}|"
    "mo|cam ket|cam doan|ban than|ca nhan|deu|thi|roi|nha|nhe|hom nay|oi|cung|rat|chinh(?= toi| em| minh)|that ra|"
    "^chuan|dung|vua|moi|xong|minh|dong y|nhat tri)"
)
AFTER_DONE = rx(
    rf"{YES_FILLER.pattern}|{READ_DONE.pattern}|{YES.pattern}|da|(?:{_READ}|{_GRASP})|toan van|ngay|nay|"
    r"(?:\d+|hai|ba|nhieu|ca) lan"
)
# After the paper's name comes what it is about; "cũ", "năm 2025" after it make it another paper.
TITLE = rx(
    r"§(?: (?:§|nay|tren))* (?:(?:anh|chi|em|dong chi|bi thu|chi bo|chi uy|thay|co|bac) (?:vua |da |moi )?gui|ve|"
    r"cua|ngay|do|ma|kem|ban hanh|trien khai|hom|vua|duoc|dinh kem|gui|day du)"
    r"(?! .*(?:nam \d|nam (?:ngoai|truoc|cu)|ky truoc|lan truoc|khac)) .*"
)
THING_DONE = rx(r"(?:da )?(?:doc|xem) (?:bao|sach|truyen|tin tuc|face\w*|sai|nham)")
AGAINST = (NEGATION, QUESTION, NOT_YET, PARTIAL, OBJECTION, OTHERS, THING_DONE)


def claim(sentence: str) -> str:
    """What a spelt-out sentence claims: "read" (says so), "yes" (a bare yes), or "" (neither, or any doubt)."""
    s = re.sub(r"(?<!\S)can than(?!\S)", "ky", sentence)
    for pattern in HARMLESS:
        rest = without(pattern, s)
        s = rest if without(SOFT, rest) else s
    s = without(GREETING, s) or s
    s = " ".join(OBJECT.sub("§", s).split())
    if any(pattern.search(s) for pattern in AGAINST) or "~" in s:
        return ""
    if match := READ_DONE.search(s):
        if without(BEFORE_DONE, s[: match.start()]):
            return ""
        tail = TITLE.sub("§", s[match.end() :])
        known = len(tail.split()) <= 25 and not AFTER_DONE.sub("", tail).replace("§", "").split()
        return "read" if known else ""
    if re.search(r"(?<!\S)(?:(?<!xac )nhan(?! ro(?!\S))|chao)(?!\S)", sentence):
        return ""  # received is not read, and "dạ em chào anh" no yes
    if re.search(r"(?<!\S)tham (?:du|gia)(?!\S)", sentence):
        return ""  # a yes to coming is an answer to an invitation
    said = YES.search(s)
    if not said or without(BEFORE_YES, s[: said.start()]):
        return ""  # "bí thư nhất trí" is not this person's yes
    return "" if without(YES_FILLER, without(YES, s[said.end() :])) else "yes"
