"""The words of the commands, of the rules and of small talk, as patterns over spelt-out folded words."""

from bot.handlers.vocabulary import (
    ADDRESSEE,
    ASK,
    BACK,
    CANCEL,
    FILLER,
    FULL_TEXT,
    SELF,
    TYPE_NOUN,
    UNDO,
    rx,
    words_in,
)
from bot.handlers.vocabulary_acknowledging import HARMLESS, NEGATION, NOT_YET, QUESTION, READ_DONE, YES

# --- subjects that only rules or the officer can answer ----------------------------------------------------
POLICY = rx(
    r"""dang phi|sinh hoat dang|sinh hoat (?:chi bo|chuyen de|tam thoi|dinh ky)|chuyen (?:sinh hoat|dang)|
    mien (?:sinh hoat|dang phi|cong tac)|ket nap|the dang(?: vien)?|
    huy hieu|ky luat|xep loai|kiem diem|du bi|chinh thuc|ho so|dieu le|bieu quyet|nghi quyet|quy dinh|quy che|
    bi thu|so the|tuoi dang|ly lich|gioi thieu|
    so tay|otp|dang nhap|mat khau|hop (?:chi bo|truc tuyen|online|may lan)|chi bo|dang vien|xoa ten|dong phi|
    nop phi|cu tru|sinh con|khai tru|khen thuong|
    bau cu|dai hoi|chi uy|cap uy|dang uy|nghi huu|thai san|nuoc ngoai|du hoc|tot nghiep|nhung dieu|hoc tap|
    luong huu|huu tri|muc dong|thu tuc|giay to|mau|dang(?! (?:doc|xem|coi|hop|di|ban|lai|lam|o|mo|nghien|an|ngu|
    cho)(?!\S))|(?:mat|cap|doi|lam|phat|nhan|hong|so)(?: lai)? the|chuyen de|\d+ dieu|
    so dien thoai|huong dan|nghi dinh|luat|thong tu|bien ban|xuat sac|kem cap|canh cao|khien trach|boi duong|
    quyen|nghia vu|nhiem ky|phe binh|to cao|khieu nai|vang hop|nghi hop|sinh hoat|ke hoach|cong van"""
)
# Words of members' affairs that make a question one for the rules, though alone they are no subject.
AFFAIRS = rx(
    r"""hop|phi|nop|dong|chuyen|mien|giam|giay|don|xin phep|can bo|nghi phep|bieu mau|khai|phu cap|luong|hoc|lop|
    thi|ra khoi|
    ket qua|tieu chuan|dieu kien|thoi han|han|quyen loi|trach nhiem|nhiem vu|doan vien|cong doan|uy|vien|thuong|phat|
    bau|ung cu|cu tri|tap huan|tai lieu|van ban|thong bao|xac nhan|tai khoan|ung dung|app|zalo|so tay|van phong|
    phu trach|lien he|gap ai|gui ai|hoi ai|o dau"""
)
CHAT = rx(
    r"""chao(?: .*)?|hello|hi|hey|alo|xin chao|chuc .*|cam on|thoi tiet|an com|bong da|da bong|xo so|gia vang|ngu|yeu|
    buon|vui|troi|khoe khong|tam biet|bye|hihi|haha|nong|lanh|mua|
    ban la ai|may gio roi|ten gi|bao nhieu tuoi|nguoi yeu|nhac vang|phim|do ngu|cut|bien di|vo van|lua dao|
    may ngu|chan|met|an (?:sang|trua|toi|gi)|me mày|me may|di choi|nhau|ca phe|nau an|ca kho|chung khoan|bitcoin|
    facebook|tiktok|game"""
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
    "roster": "nhapdanhsach danhsach roster import",
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

ROSTER = rx(r"(?:nhap|cap nhat|tai len) danh sach(?: dang vien| chi bo)?")
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
    r"hoc tap|hoc|chi tiet|tong hop|theo|tung|chung|tong the|toan bo|hien tai|chung cua)"
)
STATUS_HEAD = rx(
    r"tinh hinh|trang thai|tien do|thong ke|bao cao|ket qua|so lieu|tong hop|muc do|status|tinhhinh"
)
STATUS_ALLOWED = rx(_AUDIENCE)
STATUS = rx(
    rf"{_WHO}(?: \S+)?? (?:da |dang |đang )?{_DID}(?: xong| roi)?|da (?:doc|xac nhan) (?:duoc )?(?:bao nhieu|"
    rf"may)(?: \S+)?|"
    rf"{_EVERYONE}(?: \S+){{0,2}}? (?:da )?{_DID}(?: \S+){{0,3}} (?:chua|den dau)|co (?:ai|bao nhieu|"
    rf"may nguoi)(?: \S+){{0,2}} {_DID}|tong so(?: \S+)? da {_DID}"
)
STATUS_OF = rx(  # what an overseer asks of a paper; a member's "52 thế nào" is about what it says
    r"§(?: (?:da|doc|trien khai|thuc hien|xac nhan|duoc|den nay|thi|gio|hien|dang|đang))* (?:den dau|toi dau|"
    r"the nao|"
    r"nhu the nao|ra sao|sao)(?: roi)?"
)
MISSING = rx(
    rf"{_WHO}(?: \S+){{0,2}}? (?:chua|khong|thieu)(?: chiu| co| he)? {_DID}|(?:con )?(?:thieu|sot) (?:ai|"
    rf"nhung ai|nguoi nao|bao nhieu|may)|(?:con )?{_EVERYONE} nao(?: con)? chua|"
    rf"{_WHO} (?:con |dang |đang )?(?:chua|no)|con (?:nhung )?ai(?: nua)?(?= a$|$)|chua {_DID} (?:§ )?(?:la |co |"
    rf"gom )?(?:nhung )?(?:ai|nguoi nao|bao nhieu|may)"
)
MISSING_BARE = rx(
    rf"(?:danh sach |con |nhung |cac |nguoi |dong chi |dang vien )*chua {_DID}(?: §| van ban| van ban §)?"
)
REMIND = rx(
    r"nhac(?: nho| lai| cac| anh em| moi nguoi| chi bo| §| van ban| dang vien| giup| gium| ho| nhung| nguoi|"
    r" dong chi| tiep| them| ngay| doc| di| cong van| ke hoach| thong bao| mot)*"
    r"(?: \S+)*|don doc(?: \S+)*|gui (?:lai )?(?:loi |tin |thong bao )?nhac(?: nho)?(?: \S+)*|remind(?: \S+)*|"
    rf"(?:giuc|thuc|hoi thuc|thuc giuc)(?: giup| gium| ho| lai)? {_EVERYONE}(?: \S+)*"
)
REMIND_BEFORE = rx(
    rf"(?:{SELF}|hay|giup|gium|cho|muon|can|xin|da|vang|lam|on|dong chi|bot|oi|thua|nho|ok|lai|ban|de nghi|yeu cau)"
)
RATE = rx(
    r"ty le(?: (?:su dung|dung|cai dat|cai|dang ky|kich hoat|tham gia|nguoi dung|so tay|ung dung|dang vien|"
    r"app|zalo|bot|cua|chi bo|\d+|toi|minh|em|bao nhieu|hien nay|the nao|thang|nay|a|\?|la|dien tu|xem|don vi|"
    r"cac|"
    r"nhu the nao|dang bo|truong|khoa|toan|roi|duoc|may|phan tram|xac thuc))*|"
    r"bao nhieu phan tram(?: \S+){0,3} (?:su dung|dung|cai)(?: \S+){0,3}|(?:bao nhieu|may) (?:nguoi|dong chi|"
    r"dang vien) (?:da |dang |đang )?(?:su dung|dung|cai|cai dat)(?: \S+){0,4}"
)
RATE_HOW = rx(
    r"ty le|phan tram|%|(?:bao nhieu|may|so|luong) (?:nguoi|dong chi|dang vien|tai khoan)|bao nhieu"
)
RATE_USE = rx(
    r"su dung|cai dat|(?:da|duoc) cai|cai (?:app|bot|so tay|ung dung|zalo|duoc)|dung (?:so tay|app|bot|ung dung)|"
    r"dung so tay|kich hoat|"
    r"xac thuc"
)
ATTENDANCE = rx(
    r"(?:ai|nhung ai|(?:bao nhieu|may) (?:nguoi|dong chi|dang vien)) (?:co mat|vang mat|den hop|di hop|"
    r"du hop)(?: \S+){0,3}|"
    r"(?:mo |bat dau |cho |lam |toi |muon |can )*(?:diem danh|check in|checkin)(?: (?:hop|cuoc hop|buoi hop|"
    r"chi bo|hom nay|toi nay|di|dau gio|sinh hoat|a|nhe|\d+|cho|moi nguoi|dang vien|buoi|nay|lop|hoi nghi|"
    r"giup|toi|em|minh|thang|voi))*"
)
_MEET = r"(?:hop|sinh hoat)(?: chi bo| dang| chi uy| dinh ky| thuong ky| toi| minh)*"
_WHEN = r"(?:bao gio|khi nao|luc nao|may gio|ngay nao|hom nao|ngay may|thu may|o dau|luc may gio)"
_DAY = (
    r"(?:hom nay|toi nay|ngay mai|mai|chieu nay|sang mai|toi mai|tuan nay|tuan sau|thang nay|thang sau|thang toi|"
    r"tuan toi|chi bo|chi bo minh|chi bo toi|cuoi tuan|thang \d+|thu (?:\d|hai|ba|tu|nam|sau|bay)|chu nhat|"
    r"ngay \d\S*)"
)
MEETING = rx(
    rf"(?:tao|lap|to chuc|len lich|moi|dat|them|trieu tap|xem|cho xem|cho toi xem)(?: mot| cuoc| lich| buoi|"
    rf" giay moi)* {_MEET}|lich (?:hop|sinh hoat|hop chi bo)(?: \S+){{0,3}}|"
    rf"(?:{_DAY} )?{_WHEN}(?: \S+){{0,2}}? (?:co )?{_MEET}|"
    rf"(?:{_DAY} )?{_MEET}(?: {_DAY})? (?:vao |luc |la )?{_WHEN}|"
    rf"{_DAY}(?: \S+){{0,2}}? (?:co )?(?:lich )?{_MEET}(?: gi| khong| \?)+|"
    rf"{_DAY}(?: \S+){{0,2}}? co (?:lich )?{_MEET}|co {_MEET} khong|cuoc hop (?:sap toi|toi|"
    rf"tiep theo|toi day)|giay moi(?: hop)?|"
    r"(?:doi|sua|hoan|lui|huy)(?: lai)?(?: gio| ngay| lich| noi| cuoc| buoi)* hop(?: chi bo)?"
)
MEETING_NOT = rx(
    r"vang|nghi|mien|xin phep|may lan|truc tuyen|online|bien ban|mau|quy dinh|bat buoc|chuyen|khong hop|ky luat"
)
_PAPER = (
    rf"(?:(?:mot |them |cai |\d+ )*(?:van ban|thong bao|cong van|tai lieu(?: moi)?|tin bao|giay|{TYPE_NOUN}))"
)
COMPOSE = rx(
    rf"(?:gui|soan|soan thao|phat hanh|tao|ban hanh|dang|ra|phat|chuyen|day|lam)(?: di| ra| xuong|"
    rf" cho)? {_PAPER}(?: (?!cho toi|cho em|cho minh|lai)\S+)*|thong bao|viet {_PAPER}|soan|"
    rf"trien khai {_PAPER} (?:cho|toi|den|xuong|ve) \S+(?: \S+)*"
)
COMPOSE_NOT = rx(
    r"cho (?:toi|em|minh|chau|tui|bac|co|chu|anh|chi(?! bo))|lai|xin|gui (?:toi|em|minh)|khi nao|may gio|ai|"
    r"o dau|chua|khong|tu dau"
)
SLIPS_FOR = rx(  # "cấp lại mã cho …": a verb, the thing, then whoever it is for
    r"(?:in|cap|tao|phat|lay|xuat)(?: (?:lai|moi|cho|bo sung|them))* (?:phieu(?! (?:bau|tin nhiem|danh gia|lay|kiem|"
    r"gop|"
    r"dang vien|khao sat))|ma)(?: \S+){0,6}"
)
SLIPS = rx(
    r"(?:in |tao |cap |xem |xuat |lam |cho |lay |phat |toi |can |muon |xin |em |lai )*(?:phieu(?: ma|"
    r" xac thuc| dang nhap| kich hoat)*|ma (?:xac thuc|kich hoat))(?: (?:xac thuc|ma|chi bo|\d+|cho|lai|moi|"
    r"dong chi|dang vien|cua|toi|nam|a|nhe|ca|em|minh|kich hoat|in|de|di|voi|giup))*"
)
NEWS = rx(
    r"(?:doc |xem |cho |toi |co |hom nay |sang nay |ngay nay |diem |nghe |gui |cap nhat |em |muon |ban |"
    r"xin )*(?:tin|tin tuc|tin moi|diem tin|ban tin|thoi su)(?: (?:hom nay|moi|gi|khong|sang nay|sang|chieu|toi|"
    r"trong ngay|"
    r"tuc|nhat|nay|a|nhe|\?|di|ngay|dang|voi|cho|toi|nghe|xem|ve|vnu|truong|thoi su|nong|tuan|the))*"
)
VERIFY = rx(
    r"dang ky(?: (?:tai khoan|su dung|dung|so tay|bot|moi))*|(?:lien ket|ket noi) (?:tai khoan|zalo|telegram)|"
    r"(?:dang ky |lam |bat dau |tien hanh |duoc )*(?:xac thuc|xac minh|dang nhap|kich hoat)(?: (?:tai khoan|"
    r"dang vien|lai|"
    r"bang phieu|thong tin|so tay))*"
)
INBOX = rx(
    r"(?:xem |doc |con |nhung |cac |mo |co )*(?:van ban|cong van)(?: (?:nao|gi|dang|con))*"
    r"(?: (?:cua|cho|chua|can|phai)(?: (?:toi|minh|em|xac nhan|doc|xem|doi|khong|\\?))*)+|(?:co )?(?:van ban|"
    r"cong van) moi(?: nao| gi)?(?: khong| \?)*|hop thu|danh sach van ban"
)
HELP = rx(
    r"""(?:menu|help|tro giup|(?:can |xin |hay |nho )?(?:giup|giup do|ho tro)|(?:xem |doc )?huong dan|bat dau|start|
    cac lenh|
    (?:danh sach|danh muc|bang|xem) (?:cac )?lenh|lenh|chuc nang|\?+|cach (?:dung|su dung|xai|thao tac)|
    (?:dung|su dung|xai|thao tac)(?: (?:bot|cai|so tay|ung dung|app|nay))* (?:the nao|nhu the nao|ra sao|sao|kieu gi)|
    (?:lam (?:the nao|sao)|the nao) (?:de|ma) (?:dung|su dung|xai|thao tac)|toi (?:phai|nen|can) lam gi|
    huong dan su dung|lam (?:duoc|nhung) (?:gi|nhung gi)|(?:dung|de|dung de) lam gi|biet lam gi|lam sao day|
    (?:toi )?(?:phai )?lam gi (?:day|bay gio|tiep)|
    khong biet (?:dung|bam|lam|su dung|xai|thao tac)(?: \S+){0,3})"""
)
HELP_ALLOWED = rx(
    rf"(?:{SELF}|{ADDRESSEE}|a|nhe|nha|voi|giup|do|can|xin|muon|cho|su dung|dung|xai|bot|so tay|dien tu|"
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

WHOLE = (
    ("rate", RATE),
    ("attendance", ATTENDANCE),
    ("roster", ROSTER),
    ("slips", SLIPS),
    ("news", NEWS),
    ("verify", VERIFY),
    ("inbox", INBOX),
)
"""Errands named by the whole of what was typed."""
