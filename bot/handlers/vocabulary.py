"""The words of the errands, as patterns over spelt-out folded words (`§` stands for a document number).

Patterns are general: heads, objects, blockers. Whole sentences are nowhere listed.
"""

import re


def rx(pattern: str) -> re.Pattern[str]:
    """A pattern that starts and ends at words."""
    joined = re.sub(r"\n *", "", pattern)
    return re.compile(rf"(?<!\S)(?:{joined})(?!\S)")


def words_in(pattern: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]{2,}", pattern))


# Who speaks, politeness and filling: never change what is meant.
SELF = "toi|em|chau|con|minh|tui|to|anh|chi|co|chu|bac|thay"
FILLER = rx(
    f"""(?:{SELF}|a|ah|aa|aj|nhe|nha|nhaa|nhe|nhen|nghe|nghen|hen|he|day|do|vay|the|ne|lam|luon|voi|giup|gium|
    ho|dum|xin|dong chi|bi thu|pho bi thu|
    thu truong|sep|kinh|thua|chao|bao cao|gui|da|vang|u|roi|nay|kia|thi|la|cam on|cam on nhieu|cac|ban|ong|ba|
    ad|bot|chuc|khoe|tran trong|kinh gui|lanh dao|
    cap uy|dang uy|chi uy|chi bo|can bo|van phong|hihi|haha|hehe|nhieu|rat|ngay|di|cho|lai|cung|oi|het|👍|thanks|
    please|admin|👉)"""
)
_ADDRESSEE = (
    "cac|dong chi|bi thu|pho bi thu|chi uy|cap uy|dang uy|chi bo|thu truong|anh|chi|em|co|chu|bac|thay|ban|ong|ba|"
    "lanh dao|can bo|van phong|truong|bot|sep|toan the|quy vi|ca nha|oi"
)
GREETING = rx(
    f"(?:(?:dong chi|bot|ban|em|anh|chi|co|chu|bac) )+oi|"
    f"(?:(?:kinh )?(?:thua|chao|bao cao|xin chao)|kinh gui)(?: (?:{_ADDRESSEE}))*"
    rf"(?:(?<=chi|thu) (?!da |doc |xem |chua |toi )\S+(?: \S+){{0,2}}(?= (?:toi|em|chau|minh|tui) ))?"
)

# --- what makes an acknowledgement impossible --------------------------------------------------------------
NEGATION = rx("khong|chua|chang|cha|dau|dung co|cho co|khoi|deo|quen|👎|dech|mieng|thieu")
QUESTION = rx(
    r"""\?|ai|gi|nao|may|bao nhieu|bao gio|bao lau|khi nao|luc nao|o dau|dau|sao|tai sao|vi sao|the nao|
    nhu the nao|nhi|ha|
    ho|phai khong|dung khong|duoc khong|co khong|chua|khong|co phai|lam sao|the a~|a~"""
)
NOT_YET = rx(
    r"""se|de|mai|ngay mai|lat|lat nua|ty nua|chut nua|ti nua|tam|dang(?! (?:uy|vien|bo|phi|ta))|sap|dinh|tinh|
    phai|can|muon|nen|hay|nho|
    neu|khi|cho den|doi|chuan bi|bat dau|hua|co gang|tranh thu|co the|chac|hinh nhu|tuong|gan|gan xong|suyt|
    le ra|dang le|gia vo|gia su|coi nhu|
    cu cho|ranh|ve nha|sau|tuan sau|cuoi tuan|toi nay|chieu nay|chieu|hom sau|bua sau|hen|xin phep|yeu cau|bat|
    buoc|de nghi|
    mot nua|nua|mot phan|mot it|luot|so qua|qua loa|loang thoang|doan|trang dau|phan dau|
    nhung|tuy|nhung ma|ma|song|ho|dum|bao|noi|nghe|ke|hoi|xem thu|duoc mot|moi (?:chi )?(?:doc|xem|coi|nhan|
    biet|nghe)(?! (?:xong|het|ky))|gui lai|tro lai|vi|tai|
    nham|lon|lo tay|hoac|hay la|khac|nguoi khac|cung duoc|truoc khi|thoi|bo qua|xoa|huy|rut|sai|loi|mat"""
)
OTHERS = rx(
    r"""(?:anh|chi|co|chu|bac|ong|ba|em|con|chau) (?:ay|ta|kia)|
    (?:con|em|chau|anh|chi|co|chu|bac) (?:cua )?(?:toi|minh|tui)|no|ho|chung no|moi nguoi|cac dong chi|anh em|
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
        r"(?:se )?(?:co gang |nghiem tuc |xin |quyet tam |hua |luon )*(?:se )?(?:chap hanh|thuc hien|trien khai|"
        r"quan triet|pho bien|"
       r"tuan thu|lam theo|lam dung|thi hanh|tham gia|tham du|phan dau|hoan thanh)(?: (?:nghiem tuc|day du|"
       r"dung|theo|tot|ngay|nghiem|"
       r"quy dinh|chi dao|tinh than|ke hoach|yeu cau|noi dung|van ban|nhiem vu|den|toi|cac|chi bo|dang vien|"
       r"trong|moi nguoi))*"),
    rx(r"(?:luc|vao|ngay|hoi) (?:ngay |luc )?\d\S*(?: (?:gio|phut|sang|chieu|toi|\d+)(?!\S))*"),
    rx(
        r"nghiem tuc|xin chuc.*|chuc .*|(?:xin |rat )?cam on(?: (?:cac|dong chi|bi thu|anh|chi|em|co|chu|bac|"
        r"dang uy|chi bo|ban|bot|nhieu|rat|lam|da gui|da nhac|da thong bao))*"
    ),
    rx(
        r"(?:ngay |luc |vao )?(?:hom qua|hom kia|sang nay|toi qua|chieu qua|dem qua|hom nay|vua nay|hom truoc|"
        r"hoi nay)"
    ),
)  # fmt: skip

# --- acknowledging -------------------------------------------------------------------------------------------
_ADVERB = (
    "ky|cung|xong|het|roi|day du|nghiem tuc|hoan toan|toan bo|can than|chi tiet|ro|duoc|lai|ca|luon|rat|ngay|qua|"
    "nghien|va|deu|thuc su|xin|vua|toan van|hai lan|ba lan|nhieu lan"
)
_READ = "doc|xem|coi|nghien cuu|quan triet|tiep thu|tim hieu|hoc tap"
_GRASP = (
    "ro|hieu|nam|nam ro|nam bat|nam duoc|thong|thong suot|thau suot|thau hieu|tiep thu|quan triet|xac nhan|"
    "nhat tri|dong y"
)
_NOUN = (
    "§|van ban|noi dung|toan van|thong bao|tai lieu|cong van|chi dao|tin|tin nhan|file|muc|cai nay|nay|do|"
    "tren|o tren|toan bo|tinh than|"
    "day du|tat ca cac muc|cac muc|van ban nay"
)
TYPE_NOUN = (
    "ke hoach|nghi quyet|chi thi|ket luan|quyet dinh|quy dinh|quy che|huong dan|chuong trinh|de an|to trinh|"
    "bien ban|giay moi"
)
OBJECT = rx(rf"(?:{_NOUN}|{TYPE_NOUN}|bao cao)")
READ_DONE = rx(
    rf"""da (?:(?:{_ADVERB}) )*(?:{_READ}|{_GRASP})|vua (?:moi )?(?:{_READ})(?: xong| het)?|
    (?:{_READ})(?: ky| het| xong| qua| day du| can than| toan van| hai lan)* roi|(?:{_READ}) (?:ky |can than |
    day du )?(?:xong|het)|
    (?:{_READ})(?: (?:ky|het|xong|{_NOUN}|{TYPE_NOUN}))+ roi|
    (?:{_GRASP})(?: (?:ky|het|duoc|ro|{_NOUN}))* roi|(?:da )?doc va (?:da )?(?:hieu|nam|tiep thu|ro)(?: ro)?|
    (?:nghiem tuc |xin |hoan toan )+(?:tiep thu|xac nhan|nhat tri|dong y)|xac nhan da (?:doc|xem|nam)"""
)
YES = rx(r"ok|ro|vang|u|👍|duoc|dong y|nhat tri|tiep thu|xac nhan|thong|tuan lenh|nhan ro|chuan|da~|dung the")
YES_FILLER = rx(
    rf"(?:{SELF}|{_ADDRESSEE}|{_NOUN}|{TYPE_NOUN}|a|ah|aa|nhe|nha|nhen|hen|he|day|do|vay|the|ne|luon|xin|da|"
    rf"kinh|thua|bao cao|roi|chap hanh|"
    "cam on|nhieu|rat|tot|hihi|haha|hehe|ok|con|chau|hoan toan|va|cung|ky|het|xong|toan bo|ve|cho|chon|bam|"
    "an|nhan|danh dau|la|"
    "tui|minh|em|to|ca|day du|chinh thuc|ro|duoc|hieu|lenh|noi dung|oi|lam)"
)
BEFORE_DONE = rx(
    rf"(?:{SELF}|ok|ro|vang|u|👍|duoc|a|da|xin|chon|bam|an|danh dau|xac nhan|bao cao|cho|nhan duoc|nhan|va|la|"
    rf"rang|§|{_NOUN}|{TYPE_NOUN}|"
    "ban than|ca nhan|deu|thi|roi|nha|nhe|hom nay|oi|cung|rat|chinh|that ra|chuan|dung|vua|minh|dong y|nhat tri)"
)
AFTER_DONE = rx(
    rf"{YES_FILLER.pattern}|{READ_DONE.pattern}|{YES.pattern}|da|(?:{_READ}|{_GRASP})|toan van|ngay|nay"
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
    toi nham|nham"""
)
UNDO_NOT = rx(
    r"khong (?:phai )?(?:bam |do |he |bi )?(?:nham|lon)|hieu nham|doc nham|gui nham|nham so|nham nguoi|nham lan gi"
)
CANCEL = rx(r"huy|huy bo|thoi|dung lai|ngung|thoat|thoat ra|cancel|stop|ket thuc|exit|bo qua")
CANCEL_FILLER = rx(
    rf"(?:{SELF}|a|nhe|nha|di|muon|xin|cho|giup|voi|lenh|thao tac|nay|viec|khong|lam|nua|gui|day|khong can|bo|"
    rf"the|roi|vay|oi|nhap|ban|dong chi|bo qua)"
)
BACK = rx(
    r"quay lai|tro lai|lui lai|quay ve|tro ve|back|lui|buoc truoc|ve truoc|quay lui|cau truoc|lui mot buoc"
)
BACK_FILLER = rx(
    rf"(?:{SELF}|a|nhe|nha|di|muon|xin|cho|giup|voi|buoc|truoc|buoc truoc|cau|cau truoc|mot|phan|phia|ve|day|"
    rf"oi|phat|dong chi)"
)
ASK = rx(
    r"""hoi lai|khong (?:hieu|ro|nam ro|nam duoc)|chua (?:hieu|ro|nam ro|nam duoc|thong)|thac mac|(?:cho |xin |
    muon |can |co )(?:\S+ ){0,2}hoi(?: them)?|
    hoi them|hoi (?:mot )?(?:chut|ty|cau|can bo|bi thu|dong chi)|cau hoi|giai thich|giai dap|kho hieu|khuc mac|
    lam ro|noi ro|vuong mac|ban khoan|
    hoi ve|nghia la (?:gi|sao)|la sao|y la gi|(?<!thu )(?<!chi )(?<!dai )hoi"""
)
ASK_ONLY = rx(
    rf"(?:{SELF}|{_ADDRESSEE}|{_NOUN}|{TYPE_NOUN}|a|nhe|nha|voi|cho|xin|muon|can|co|mot|chut|ty|cau|them|hoi|"
    rf"lai|duoc|khong|\?|phan|muc|diem|cho nay|lam|gi|ca|"
    r"the|nay|vai|may|de|da|vang|doc|roi|ma|nhung|van|con|chua|xem|ky|xong|ve|doan|trang|so|gium|giup|oi|luon|"
    r"dieu|thi|la|nghia|giai|thich|sao|\d+)"
)
OPEN_VERB = r"xem|doc|coi|gui|mo|tai|tai ve|cho|can|lay|muon|dau|tim|download|dua|down|goi|xin"
TEXT_NOUN = (
    r"toan van|van ban|file|tai lieu|noi dung|ban day du|day du|ban goc|pdf|word|cong van|thong bao|link|"
    r"chi tiet|toan bo|ban chinh|ban dau|"
    r"nguyen van|ban in|§|dinh kem|" + TYPE_NOUN
)
FULL_TEXT = rx(
    rf"""(?:{OPEN_VERB})(?: \S+){{0,3}}? (?:{TEXT_NOUN})|(?:{TEXT_NOUN})(?: \S+)? (?:dau|o dau|gui cho toi)|
    toan van|file|nguyen van|
    xem(?: lai)?|mo(?: lai)?(?: ra)?|tai(?: ve)?|doc (?:o dau|cho nao)|xem o dau"""
)
FULL_TEXT_NOT = rx(
    rf"(?:khong|khoi|dung|chua)(?: (?:can|phai|muon|the|nen|ai|duoc|cho|co|nguoi nao|xac nhan|"
    rf"bam))* (?:{OPEN_VERB})(?: duoc)?|(?:{OPEN_VERB})(?: \S+){{0,3}} khong duoc|"
    r"da (?:\S+ )?(?:xem|doc|coi)|(?:se|mai|de|lat|tranh thu|dang) (?:\S+ ){0,2}?(?:xem|doc|mo|coi|tai)|"
    r"(?:xem|doc|coi) roi|ban hanh"
)
FULL_TEXT_ASIDE = rx(
    rf"(?:{OPEN_VERB}|{TEXT_NOUN}|{SELF}|{_ADDRESSEE}|a|nhe|nha|voi|giup|gium|cho|lai|duoc|khong|\?|de|bang|ra|"
    rf"len|moi|cua|nay|do|kia|o|di|da|vang|phan|"
    r"ve|may|dien thoai|muon|can|xin|ban|luon|oi|day|chua|ngay|nhanh|hay|ho|dum|so|them|ky|hon|dau|co|nao|ma|"
    r"nguoi|gap|truoc|roi|ok|con|cai|mot|thu|thay|\d+)"
)

# --- subjects that only rules or the officer can answer ----------------------------------------------------
POLICY = rx(
    r"""dang phi|sinh hoat dang|sinh hoat (?:chi bo|chuyen de|tam thoi|dinh ky)|chuyen (?:sinh hoat|dang)|
    mien (?:sinh hoat|dang phi|cong tac)|ket nap|the dang(?: vien)?|
    huy hieu|ky luat|xep loai|kiem diem|du bi|chinh thuc|ho so|dieu le|bieu quyet|nghi quyet|quy dinh|quy che|
    bi thu|so the|tuoi dang|ly lich|gioi thieu|
    so tay|otp|dang nhap|mat khau|hop (?:chi bo|truc tuyen|online|may lan)|chi bo|dang vien|xoa ten|dong phi|
    nop phi|cu tru|sinh con|khai tru|khen thuong|
    bau cu|dai hoi|chi uy|cap uy|dang uy|nghi huu|thai san|nuoc ngoai|du hoc|tot nghiep|nhung dieu|hoc tap|
    luong huu|thu tuc|giay to|mau|dang|the|chuyen de|
    so dien thoai|huong dan|nghi dinh|luat|thong tu|bien ban|xuat sac|kem cap|canh cao|khien trach|boi duong|
    quyen|nghia vu|nhiem ky|phe binh|to cao|khieu nai|vang hop|nghi hop|sinh hoat|ke hoach|cong van"""
)
CHAT = rx(
    r"""chao(?: .*)?|hello|hi|hey|alo|xin chao|chuc .*|cam on|thoi tiet|an com|bong da|xo so|gia vang|ngu|yeu|
    buon|vui|troi|khoe khong|tam biet|bye|hihi|haha|nong|lanh|mua|
    ban la ai|may gio roi|ten gi|bao nhieu tuoi|nguoi yeu|nhac vang|phim|do ngu|cut|bien di|vo van|lua dao|
    may ngu|chan|met|nhau|ca phe|nau an|ca kho|chung khoan|bitcoin|facebook|tiktok|game"""
)

# --- commands -------------------------------------------------------------------------------------------------
SLASH = {
    "status": "tinhhinh trangthai tiendo thongke status baocao report",
    "missing": "chuaxacnhan chuadoc aichuadoc missing silent",
    "remind": "nhac nhaclai nhacnho dondoc remind",
    "rate": "tyle tile tylesudung rate adoption",
    "attendance": "diemdanh attendance",
    "meeting": "taohop lichhop hop moihop meeting meetings schedule",
    "compose": "guivanban soanvanban guithongbao thongbao compose send",
    "slips": "phieu inphieu phieuma slips slip",
    "news": "tin diemtin tintuc bantin news digest",
    "verify": "xacthuc verify",
    "inbox": "vanbancuatoi vanban choxacnhan inbox mine",
    "help": "trogiup help menu giup huongdan batdau start lenh commands",
    "cancel": "huy huybo thoat cancel stop",
    "back": "quaylai trolai back",
    "undo": "hoantac bamnham undo",
}  # fmt: skip
COMMAND_OF = {name: command for command, names in SLASH.items() for name in names.split()}

_WHO = (
    r"(?:ai|nguoi nao|(?:nhung |cac )?(?:dong chi|dang vien|nguoi|can bo) nao|nhung ai|bao nhieu(?: \S+){0,2}?|"
    r"may (?:nguoi|dong chi|dang vien)|danh sach(?: \S+){0,2}?|so (?:nguoi|luong|dong chi|dang vien)(?: \S+)?|"
    r"ty le|liet ke)"
)
_EVERYONE = (
    r"(?:moi nguoi|(?:cac|nhung) (?:dong chi|dang vien)|anh em|chi bo(?: toi| minh| \d+)?|ca chi bo|tat ca|"
    r"toan the|don vi|cac chi bo|ba con|chi em|dang vien)"
)
_DID = r"(?:doc|xac nhan|xem|tiep thu|bam|tra loi|phan hoi|nhan|coi|nam)"
_AUDIENCE = (
    r"(?:doc|xac nhan|thuc hien|trien khai|tiep thu|van ban|§|chi bo|\d+|toi|minh|em|hien nay|hom nay|den nay|"
    r"the nao|nhu the nao|ra sao|roi|sao|\?|a|nhe|cua|ve|cho|xem|den|dau|dang uy|don vi|dang vien|cac|cong van|"
    r"ke hoach|chi thi|nghi quyet|thong bao|giup|bao cao|voi|nhan|gui|da|den dau|bao nhieu|xin|dong chi|anh|chi|"
    r"muon|biet|toan|dang bo|duoc|phan hoi|so|o|trong|may|nay|tuan|thang|khong|co|lam|to|khoa|truong|phong|"
    r"hoc tap|hoc|chi tiet|tong hop)"
)
STATUS_HEAD = rx(r"tinh hinh|trang thai|tien do|thong ke|bao cao|ket qua|so lieu|tong hop|status|tinhhinh")
STATUS_ALLOWED = rx(_AUDIENCE)
STATUS = rx(
    rf"{_WHO}(?: \S+)?? (?:da |dang )?{_DID}(?: xong| roi)?|da (?:doc|xac nhan) (?:duoc )?(?:bao nhieu|may)(?: \S+)?|"
    rf"{_EVERYONE}(?: \S+){{0,2}}? (?:da )?{_DID}(?: \S+){{0,3}} (?:chua|den dau)|co (?:ai|bao nhieu|"
    rf"may nguoi)(?: \S+){{0,2}} {_DID}"
)
MISSING = rx(
    rf"{_WHO}(?: \S+){{0,2}}? (?:chua|khong|thieu)(?: chiu| co| he)? {_DID}|(?:con )?(?:thieu|sot) (?:ai|"
    rf"nhung ai|nguoi nao|bao nhieu|may)|(?:con )?{_EVERYONE} nao(?: con)? chua|"
    rf"{_WHO} (?:con )?chua|chua {_DID} (?:la |co |gom )?(?:nhung )?(?:ai|nguoi nao|bao nhieu|may)"
)
MISSING_BARE = rx(
    rf"(?:danh sach |con |nguoi |cac dong chi |dong chi |nhung nguoi )?chua {_DID}(?: §| van ban| van ban §)?"
)
REMIND = rx(
    r"nhac(?: nho| lai| cac| anh em| moi nguoi| chi bo| §| van ban| dang vien| giup| gium| ho| nhung| nguoi|"
    r" dong chi| tiep| them| ngay| doc| di| cong van| ke hoach| thong bao| mot)*"
    r"(?: \S+)*|don doc(?: \S+)*|gui (?:lai )?(?:loi |tin |thong bao )?nhac(?: nho)?(?: \S+)*|remind(?: \S+)*"
)
REMIND_BEFORE = rx(
    rf"(?:{SELF}|hay|giup|gium|cho|muon|can|xin|da|vang|lam|on|dong chi|bot|oi|thua|nho|ok|lai|ban)"
)
RATE = rx(
    r"ty le(?: (?:su dung|dung|cai dat|cai|dang ky|kich hoat|tham gia|nguoi dung|so tay|ung dung|dang vien|"
    r"app|zalo|bot|cua|chi bo|\d+|toi|minh|em|bao nhieu|hien nay|the nao|thang|nay|a|\?|la|dien tu|xem|don vi|"
    r"cac|"
    r"nhu the nao|dang bo|truong|khoa|toan|roi|duoc|may|phan tram|xac thuc))*|"
    r"bao nhieu phan tram(?: \S+){0,3} (?:su dung|dung|cai)(?: \S+){0,3}|(?:bao nhieu|may) (?:nguoi|dong chi|"
    r"dang vien) (?:da |dang )?(?:su dung|dung|cai|cai dat)(?: \S+){0,4}"
)
ATTENDANCE = rx(
    r"(?:mo |bat dau |cho |lam |toi |muon |can )*(?:diem danh|check in|checkin)(?: (?:hop|cuoc hop|buoi hop|"
    r"chi bo|hom nay|toi nay|di|dau gio|sinh hoat|a|nhe|\d+|cho|moi nguoi|dang vien|buoi|nay|lop|hoi nghi|"
    r"giup|toi|em|minh|thang|voi))*"
)
_MEET = r"(?:hop|sinh hoat)(?: chi bo| dang| chi uy| dinh ky| thuong ky| toi| minh)*"
_WHEN = r"(?:bao gio|khi nao|luc nao|may gio|ngay nao|hom nao|ngay may|thu may|o dau|luc may gio)"
_DAY = (
    r"(?:hom nay|toi nay|ngay mai|mai|chieu nay|sang mai|toi mai|tuan nay|tuan sau|thang nay|thang sau|thang toi|"
    r"tuan toi|chi bo|chi bo minh|chi bo toi|cuoi tuan)"
)
MEETING = rx(
    rf"(?:tao|lap|to chuc|len lich|moi|dat|them|trieu tap|xem|cho xem|cho toi xem)(?: mot| cuoc| lich| buoi|"
    rf" giay moi)* {_MEET}|lich (?:hop|sinh hoat|hop chi bo)(?: \S+){{0,3}}|"
    rf"(?:{_DAY} )?{_WHEN}(?: \S+){{0,2}}? (?:co )?{_MEET}|"
    rf"(?:{_DAY} )?{_MEET}(?: {_DAY})? (?:vao |luc |la )?{_WHEN}|"
    rf"{_DAY}(?: \S+){{0,2}}? co (?:lich )?{_MEET}(?: gi| khong| \?)*|co {_MEET} khong|cuoc hop (?:sap toi|toi|"
    rf"tiep theo|toi day)|giay moi(?: hop)?"
)
MEETING_NOT = rx(
    r"vang|nghi|mien|xin phep|may lan|truc tuyen|online|bien ban|mau|quy dinh|bat buoc|chuyen|khong hop|ky luat"
)
_PAPER = rf"(?:(?:mot |them |cai )*(?:van ban|thong bao|cong van|tai lieu moi|tin bao|giay|{TYPE_NOUN}))"
COMPOSE = rx(
    rf"(?:gui|soan|soan thao|phat hanh|tao|ban hanh|dang|ra|phat|chuyen|day|lam)(?: di| ra| xuong|"
    rf" cho)? {_PAPER}(?: (?!cho toi|cho em|cho minh|lai)\S+)*|thong bao|(?:viet|soan)(?: {_PAPER})?"
)
COMPOSE_NOT = rx(
    r"cho (?:toi|em|minh|chau|tui|bac|co|chu|anh|chi(?! bo))|lai|xin|gui (?:toi|em|minh)|khi nao|may gio|ai|"
    r"o dau|chua|khong|tu dau"
)
SLIPS = rx(
    r"(?:in |tao |cap |xem |xuat |lam |cho |lay |phat |toi |can |muon |xin |em |lai )*(?:phieu(?: ma|"
    r" xac thuc| dang nhap| kich hoat)*|ma (?:xac thuc|kich hoat))(?: (?:xac thuc|ma|chi bo|\d+|cho|lai|moi|"
    r"dong chi|dang vien|cua|toi|nam|a|nhe|ca|em|minh|kich hoat|in|de|di|voi|giup))*"
)
NEWS = rx(
    r"(?:doc |xem |cho |toi |co |hom nay |sang nay |ngay nay |diem |nghe |gui |cap nhat |em |muon |ban |"
    r"xin )*(?:tin|tin tuc|tin moi|diem tin|ban tin|thoi su)(?: (?:hom nay|moi|gi|khong|sang nay|trong ngay|"
    r"tuc|nhat|nay|a|nhe|\?|di|ngay|dang|voi|cho|toi|nghe|xem|ve|vnu|truong|thoi su|nong|tuan|the))*"
)
VERIFY = rx(
    r"(?:dang ky |lam |bat dau |tien hanh |duoc )*(?:xac thuc|dang nhap|kich hoat)(?: (?:tai khoan|dang vien|lai|"
    r"bang phieu|thong tin|so tay))*"
)
INBOX = rx(
    r"(?:xem |doc |con |nhung |cac |mo |co )*(?:van ban|cong van)(?: (?:nao|gi|dang|con))*"
    r"(?: (?:cua|cho|chua|can|phai)(?: (?:toi|minh|em|xac nhan|doc|xem|doi|khong|\\?))*)+"
)
HELP = rx(
    r"""(?:menu|help|tro giup|(?:can |xin |hay |nho )?(?:giup|giup do|ho tro)|huong dan|bat dau|start|cac lenh|
    danh sach lenh|lenh|chuc nang|\?+|cach (?:dung|su dung|xai|thao tac)|
    (?:bot|cai nay|so tay|ung dung|app)? ?(?:dung|su dung|xai|thao tac) (?:the nao|nhu the nao|ra sao|sao)|
    lam (?:duoc|nhung) (?:gi|nhung gi)|biet lam gi|lam sao day|(?:toi )?(?:phai )?lam gi (?:day|bay gio|tiep)|
    khong biet (?:dung|bam|lam|su dung|xai|thao tac)(?: \S+){0,3})"""
)
HELP_ALLOWED = rx(
    rf"(?:{SELF}|{_ADDRESSEE}|a|nhe|nha|voi|giup|do|can|xin|muon|cho|su dung|dung|xai|bot|so tay|dien tu|"
    rf"dang vien|cach|the nao|cai|nay|app|ung dung|\?|lam|on|oi|day|xem|hien|mo|phan mem|chi|ban|duoc|nhung|gi|"
    rf"khong|ra|sao|cac|danh sach|huong dan|thao tac|hay|lai|zalo|nhu|biet|ve|phai|di|co|cuu)"
)
VOCABULARY = words_in(
    "|".join(
        pattern.pattern.replace(r"(?<!\S)", "").replace(r"(?!\S)", "").replace(r"\S", "").replace(r"\d", "")
        for pattern in (
            FILLER, NEGATION, QUESTION, NOT_YET, READ_DONE, YES, UNDO, CANCEL, BACK, ASK, FULL_TEXT, STATUS_HEAD,
            STATUS, MISSING,
            REMIND, RATE, ATTENDANCE, MEETING, COMPOSE, SLIPS, NEWS, VERIFY, INBOX, HELP, POLICY, *HARMLESS,
        )
    )
)  # fmt: skip
