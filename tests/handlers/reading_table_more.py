"""More texts of strangers, each table named by its habit and situation. `|` between texts.

`want` is a meaning or a command; "not acknowledge" leaves open what else it is. `document` as expected, where
the situation decides it.
"""

from typing import NamedTuple

KH, TB, QD = "52-KH/ĐU", "51-TB/ĐU", "294-QĐ/TW"


class Table(NamedTuple):
    """Texts of one kind in one situation."""

    category: str
    want: str
    texts: str
    opened: tuple[str, ...] = (KH,)
    acknowledged: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    role: str = "member"
    document: str | None = None


MORE = (
    # --- the person has read, or agrees ---
    Table("polite", "acknowledge", """Em chào thầy ạ, em đọc xong văn bản rồi ạ|thưa chi bộ tôi đã nghiên cứu kỹ|
dạ em chào anh em đã đọc xong văn bản anh gửi rồi ạ em cảm ơn anh nhiều|Tôi đã đọc xong. Trân trọng!|
cảm ơn chi ủy đã gửi văn bản tôi đã đọc và tiếp thu nghiêm túc|xin lỗi vì trả lời muộn, tôi đã đọc rồi|
kính gửi đồng chí bí thư tôi đã nhận được văn bản và đã đọc kỹ toàn bộ nội dung xin tiếp thu và thực hiện"""),
    Table("voice to text", "acknowledge", """tôi đã đọc hết văn bản từ đầu đến cuối và không có ý kiến gì thêm|
ô kê|đã đọc kế hoạch năm mươi hai|kính thưa các đồng chí tôi đã đọc xong kế hoạch số năm mươi hai xin cảm ơn"""),
    Table("when", "acknowledge", """đã đọc từ hôm qua rồi|tối hôm qua tôi đã đọc|dạ con đọc xong hồi trưa rồi|
vừa nãy em đọc rồi|em đọc lâu rồi ạ|sáng giờ đọc rồi|mới đọc xong ạ|da doc hom qua roi"""),
    Table("capitals", "acknowledge", "EM DA DOC XONG A|DẠ RÕ THƯA ĐỒNG CHÍ|NHAT TRI|DDAX DDOCJ XONG|XAC NHAN DA DOC"),
    Table("short forms", "acknowledge", "da doc xog|e doc xong r ạ|ok c nhé|đọc rùi nhé|"
    "em da doc xong kh 52 cua dang uy roi a|xn da doc|uk"),
    Table("keyboards", "acknowledge", "ddax ddocj xong aj|d9o62ng y1|vaangj aj|da4 ro4|nhaats tris aj|"
    "ddocj roofi aj"),
    Table("regions", "acknowledge", "tui đọc xong hết trơn rồi|đọc rồi nghen|đọc rồi hén|em coi rồi ạ|đọc rồi nha"),
    Table("agreement", "acknowledge", """xin chấp hành|tôi nhất trí cao|xác nhận|tán thành|thông suốt|đã quán triệt|
tôi thống nhất với nội dung văn bản|nhất trí với kế hoạch 52-KH/ĐU|hiểu ạ|ok bí thư|đọc kĩ rồi ạ|xong, đã đọc"""),
    Table("number spellings", "acknowledge", """52 đã đọc|52-KH/ĐU: đã đọc|đã đọc 52/KH-ĐU|da doc 52 kh du|KH52 rõ|
đã đọc 52 - KH / ĐU|kế hoạch số 52: đã đọc, tiếp thu|xác nhận 52|
đã đọc văn bản số 52-KH/ĐU về việc triển khai sổ tay"""),
    Table("signs", "acknowledge", "✅|đã đọc 🙏|1️⃣|(1)|#1|[1]|🫡", document=KH),
    # --- near misses ---
    Table("not yet", "not acknowledge", """em vẫn chưa đọc|chưa có đọc|đang đọc dở|đọc được nửa|đọc được 80% rồi|
đọc gần xong rồi|còn 2 trang nữa|để tối đọc|tối tôi xác nhận|chiều tôi đọc|ok lát nhé|vâng chờ em chút|đọc sau nhé|
sắp đọc|định đọc mà quên|chua dau a|em dang doc do|toi se doc toi nay|đọc 1 phần|1 tiếng nữa đọc|ok mai"""),
    Table("a part only", "not acknowledge", """đã đọc mục 1|đã đọc phần đầu|đọc hết trang đầu rồi|đã đọc tóm tắt|
mới đọc mỗi tiêu đề|liếc qua rồi|doc xong 1 nua|đã đọc chương 1|đọc lướt rồi"""),
    Table("someone else", "not acknowledge", """tổ tôi đã đọc|nhà tôi đọc rồi|anh Chính đọc rồi|đồng chí Minh đã đọc|
cô Tư đã đọc|ông xã em đã đọc|con bé đọc rồi|cả tổ ok rồi|xác nhận thay|thay mặt chi bộ đã đọc|vợ tôi xác nhận hộ|
cháu đọc cho ông nghe rồi|nha e doc roi|ca to ok roi|ảnh đọc rồi|đơn vị tôi đã đọc|bọn nó đọc rồi"""),
    Table("something else", "not acknowledge", """đã đọc tin nhắn|đã xem ảnh|đã đọc 520|đã đọc 52-QĐ/ĐU|
đã đọc 52-KH/TW|
đã đọc kế hoạch năm 2025|đã đọc kế hoạch cũ|đã đọc bản nháp|ok 51|tiếp thu 51|đã đọc 52/QĐ-ĐU|
đã đọc 53, còn 52 chưa"""),
    Table("other states", "not acknowledge", """đã nhận ạ|đã tải về|đã lưu|đã in để mai đọc|nhận rồi mai đọc|
ăn xong rồi|
biết rồi khổ lắm nói mãi|mở xong rồi|quên rồi|đã nghe"""),
    Table("if and whether", "not acknowledge", """giả sử tôi đã đọc thì sao|nếu tôi đọc rồi|đọc rồi mới xác nhận chứ|
tôi đã đọc chưa nhỉ|có lẽ đã đọc|cho là tôi đã đọc đi|cứ coi như đọc rồi|đọc rồi chứ|đọc rồi phải không|ok cái gì"""),
    Table("scorn", "not acknowledge", """đã đọc cái con khỉ|đã đọc và vứt|đọc rồi, vớ vẩn|haha đã đọc cơ đấy|
đọc làm quái gì|thời gian đâu mà đọc|ừ thì đọc rồi đấy, vui chưa"""),
    Table("doubt and dissent", "not acknowledge", """đã đọc, không nhất trí mục 3|đồng ý có điều kiện|cơ bản nhất trí|
nhất trí một phần|ok trừ mục 3|đã đọc xong và có vài góp ý|tôi bảo lưu ý kiến|tôi đồng ý với ý kiến chị Lan"""),
    Table("quoting and asking how", "not acknowledge", """bot bảo "đã đọc" là gì|"đã đọc"|nút đã đọc ở đâu|
xác nhận đi|
gõ đã đọc là xong à|nhắn tin "ok" có được tính là đã đọc không|muốn xác nhận đã đọc thì bấm đâu|1 à|1 hay 2"""),
    Table("other words", "not acknowledge", "đã độc|rò rồi|vàng|dạ em chào anh|dạ, cảm ơn bot|tối|đang lái xe"),
    Table("another word with other marks", "not acknowledge", """đọc dở rồi|vâng bận|hiệu trưởng nhất trí|chờ tôi ok|
tôi chỉ đã đọc|tụi đã đọc|dì đã đọc|ok thẻ"""),
    Table("another's yes", "not acknowledge", "bí thư nhất trí|lãnh đạo đồng ý|chi bộ nhất trí|bi thu nhat tri|"
    "ban to chuc da ro"),
    # --- the card's other answers ---
    Table("full text", "full_text", """dạ, cho em xin file|cho tôi xin văn bản 52|link văn bản|xin bản pdf|
tải kế hoạch 52|
xem toanf vawn|vâng cho tôi xem toàn văn|GUI LAI FILE|cho coi văn bản""", document=KH),
    Table("ask", "ask", """cho hỏi về văn bản này|tôi có ý kiến|tôi muốn góp ý|điểm này là thế nào|mục 3 là sao|
dạ cho em hỏi chút|đã đọc có chỗ chưa rõ|hoir laij|tôi muốn trao đổi thêm""", document=KH),
    Table("cancel", "cancel", "bỏ đi|dừng lại|không làm nữa|dạ thôi ạ|dạ, hủy|huyr"),
    Table("back", "back", "back lại|dạ, quay lại|lùi lại một bước|quay laij"),
    # --- taking back ---
    Table("undo", "undo", "lộn rồi|nhầm|lỡ tay ạ|undo|/hoantac|baams nhaafm|rút lại|hủy xác nhận 52-KH/ĐU|"
    "chưa đọc mà bấm nhầm",
          (), (KH,), document=KH),
    Table("undo beside another card", "undo", "bấm nhầm|rút lại xác nhận kế hoạch 52", (TB,), (KH,), document=KH),
    Table("no undo", "not acknowledge", "không bấm nhầm|đã đọc 52|ok", (), (KH,)),
    # --- several cards ---
    Table("which of two", "unclear", "ok ạ|em đọc rồi ạ|tôi đã đọc 52 và 51|nhất trí|👍|"
    "tiếp thu cả hai văn bản", (KH, TB)),
    Table("one of two", "acknowledge", "tb 51 đã đọc|tiếp thu 51-TB/ĐU|51 tôi đọc rồi|rõ 51", (KH, TB), document=TB),
    Table("none of two", "not acknowledge", "đã đọc 52 chưa đọc 51|đã đọc 53|51|7|đã đọc 51-KH/ĐU", (KH, TB)),
    Table("one of three", "acknowledge", "đã đọc QĐ294|đã đọc quyết định 294", (KH, TB, QD), document=QD),
    Table("named of two", "full_text", "xem 51|toàn văn 51|dạ, gửi file 51", (KH, TB), document=TB),
    # --- officers ---
    Table("status", "status", """52 thế nào rồi|52 đọc đến đâu rồi|/tinh_hinh 52|tinhhinh52|báo cáo 52|
52: bao nhiêu đã đọc|
thống kê kế hoạch 52 theo chi bộ|dạ, tình hình 52|tổng số đã xác nhận 52|mức độ đọc kế hoạch 52|tinhf hinhf 52""",
          (), (), (KH, TB), "officer", KH),
    Table("status of all", "status", "tình hình chung|báo cáo|dạ, báo cáo|bc tinh hinh cb 3|"
    "mấy người xác nhận rồi", (), (), (), "officer"),
    Table("missing", "missing", """ai còn nợ 52|chua doc 52 la nhung ai|những đồng chí chưa đọc 52|52 còn thiếu ai|
ai đang nợ xác nhận 52|bao nhiêu đồng chí chưa đọc 52|
con bao nhieu dc chua doc 52""", (), (), (KH, TB), "officer", KH),
    Table("remind", "remind", "giục mọi người đọc 52|đề nghị nhắc 52|đôn đốc các đồng chí đọc 52|nhắc lần nữa kh 52|"
    "nhac chi bo 3 doc kh 52",
          (), (), (KH, TB), "officer", KH),
    Table("rate", "rate", "chi bộ 3 cài được bao nhiêu phần trăm|số người dùng bot|tỷ lệ đảng viên đã kích hoạt|"
    "phần trăm sử dụng", ()),
    Table("attendance", "attendance", "ai có mặt hôm nay|mo diem danh hop|ddieemr danh", (), (), (), "officer"),
    Table("meeting", "meeting", "tuần sau họp không|bao h hop|họp chi bộ tháng 12 khi nào|dạ, mai có họp không ạ|"
    "triệu tập họp", ()),
    # --- secretaries ---
    Table("compose", "compose", "/gui_van_ban|gửi tài liệu cho chi bộ|triển khai văn bản tới đảng viên|"
    "gửi 1 thông báo|guwir vawn banr|ra thông báo",
          (), (), (), "secretary"),
    Table("slips", "slips", "cấp mã cho đảng viên|tạo phiếu xác minh|cap lai ma cho dong chi Nam|"
    "in lại phiếu", (), (), (), "secretary"),
    Table("with a card open", "acknowledge", "đã đọc|ok ạ|tôi đọc rồi", role="secretary", document=KH),
    # --- everybody ---
    Table("news", "news", "điểm tin sáng|tin hom nay|có tin gì không|/tin_tuc", ()),
    Table("help", "help", "danh mục lệnh|làm thế nào để dùng|hd su dung|tôi phải làm gì|dạ, hướng dẫn|"
    "bot này để làm gì|dùng bot này như nào", ()),
    Table("verify", "verify", "đăng ký|liên kết tài khoản|xác minh|tôi muốn xác thực", ()),
    Table("inbox", "inbox", "hộp thư|có văn bản mới không|danh sách văn bản|văn bản của tôi", ()),
    Table("question", "question", """19 dieu|llđv|viết bản kiểm điểm thế nào|mức đóng cho hưu trí|
đảng viên được làm những gì|
mat the dv lam sao|dạ, cho em hỏi đảng phí sinh viên|hs chuyen shd|stdvdt loi otp|quy dinh 19 dieu|
ddangr phis bao nhieeu""", ()),
    Table("other", "other", """kkk|=))|địt mẹ mày|thời tiết hôm nay thế nào|1+1=?|https://youtube.com/watch?v=1|
0912 345 678|
xem ngay https://bit.ly/abc trúng thưởng|Ưu đãi thẻ tín dụng hoàn tiền 20% liên hệ ngay|sđt tôi 0912 000 111|
ăn sáng chưa|
Theo VnExpress, giá vàng hôm nay tăng mạnh lên 150 triệu đồng|dạ, cảm ơn bot|giá xăng hôm nay bao nhiêu""", ()),
)  # fmt: skip
