"""Texts as members type them, by what they mean with the card of 52-KH/ĐU open. `|` between texts."""

ONE_CARD = {
    "acknowledge": """1|da doc|ĐÃ ĐỌC ạ|ok|okkk|oke ạ|rõ|Rõ!|
vâng|vâng ạ|dạ|dạ rõ|👍|👍🏽|👌|ddax ddocj|d9a4 d9o5c|dadoc|Đã đọc, tiếp thu|

da doc tiep thu|đã đọc rồi ạ|đọc rồi|doc xong roi a|tôi đã đọc kỹ rồi nhé|
em đã đọc xong ạ|thưa đồng chí tôi đã đọc|đã đọc 52|
da doc kh 52|đã đọc kế hoạch 52|đã đọc 52-KH/ĐU|ok đã đọc|tôi đã đọc văn bản, không có ý kiến gì|
số 1|một|chọn 1|1.|tiếp thu|
nhất trí|đồng ý|đã xem|toi xac nhan da doc van ban so 52|đã đọc và sẽ thực hiện nghiêm túc|đã rõ thưa đồng chí|
tôi đã đọc kỹ kế hoạch 52 về triển khai sổ tay đảng viên điện tử và xin nghiêm túc thực hiện|
cảm ơn đồng chí tôi đã đọc|
đã đọc nhé dc|/-strong|da doc roi cam on|vừa đọc xong|DA DOC ROI|1 da doc""",
    "not acknowledge": """chưa đọc|chua doc|ok chưa?|không đồng ý|
đã đọc đâu|để tôi đọc|sẽ đọc|mai đọc|ai đã đọc|đã đọc chưa|
đồng chí Nam đã đọc|đã đọc 51|đọc rồi à|đã đọc à|đã đọc?|ko doc|
k đọc|không rõ|đã nhận|anh ấy đã đọc|các đồng chí đã đọc|
coi như đã đọc|đang đọc|đọc chưa xong|mới đọc một nửa|vợ tôi đã đọc|
ok để mai|vâng tôi sẽ đọc|lát đọc|đọc|đã đọc báo hôm nay|4|52|

chuwa ddocj|chu7a d9o5c|nếu đã đọc thì sao|👎|ok?|dạ chưa|vâng chưa|
chưa|đã đọc thông báo 51|rõ chưa|đã đọc hộ bố tôi|chắc đã đọc""",
    "full_text": """2|xem toan van|gui file|cho xem van ban|mo file|
cho tôi xem toàn văn|gửi file cho tôi với|XEM TOÀN VĂN|xem|tải về|

cho doc van ban|gui lai van ban|văn bản đâu|cho xin file|xem kh 52|cho tôi đọc kế hoạch 52|mở văn bản ra|
chưa đọc được gửi lại file giúp tôi""",
    "ask": """3|hoi lai|hỏi lại|không hiểu|thắc mắc|cho hoi them|
chưa hiểu|tôi không hiểu mục 3|cho tôi hỏi|em muốn hỏi thêm|hỏi|

ko hieu gi ca|đọc rồi mà không hiểu|đã đọc nhưng chưa hiểu|chưa rõ|xin giải thích thêm|khong hieu noi dung van ban""",
    "cancel": "hủy|huỷ|huy|thôi|hủy bỏ|thoi khong lam nua|cancel|/huy|HỦY|huy nhe|tôi muốn hủy",
    "back": "quay lại|quay lai|/quaylai|trở lại|back|cho tôi quay lại|quay lại bước trước",
    "status": """tình hình|tinh hinh|tinhhinh|/tinhhinh 52-KH/ĐU|
tinh hinh kh 52|bao nhiêu đồng chí đã đọc 52|ai da doc|
trạng thái 52-KH/ĐU|ai đã đọc 52|/status 52|/tình hình 52|bao cao cb 3|mọi người đã đọc chưa|thong ke|
có bao nhiêu người đã đọc rồi|tiến độ đọc văn bản 52""",
    "missing": """chuaxacnhan|chuaxacnhan 52|ai chưa đọc 52|ai chua xac nhan|
/chuaxacnhan 52|con ai chua doc|những đồng chí nào chưa đọc|
danh sách chưa xác nhận|bao nhiêu người chưa đọc|ai chưa xem""",
    "remind": """nhắc|nhac lai vb 52|nhắc lại văn bản 52|/nhac 52|
nhắc các đồng chí chưa đọc|don doc moi nguoi|gửi nhắc nhở|nhac52""",
    "rate": """tỷ lệ sử dụng|tyle|ti le su dung|/tyle|tỷ lệ cài đặt chi bộ 3|bao nhiêu phần trăm đã dùng sổ tay""",
    "attendance": "điểm danh|diemdanh|/diemdanh|diem danh hop chi bo",
    "meeting": """tạo họp|taohop|lịch họp|lich hop|bao giờ họp|doi gio hop|hủy họp|hoan hop|huy cuoc hop|
khi nao hop chi bo|mấy giờ họp|/lichhop|tối nay có họp không|

chi bộ họp lúc mấy giờ""",
    "compose": "gửi văn bản|guivanban|/guivanban|thông báo|gui thong bao|soạn văn bản|tôi muốn gửi văn bản",
    "slips": "phiếu|/phieu|in phiếu|phieu ma chi bo 3|in phiếu xác thực",
    "news": "tin|điểm tin|tin tức|tin hôm nay|/tin|có tin gì mới không|xem tin",
    "help": """trợ giúp|help|menu|giúp|?|huongdan|hướng dẫn|batdau|
/start|giúp tôi với|hướng dẫn sử dụng|cách dùng|/help|???|
dung the nao""",
    "question": """dang phi bn|đảng phí bao nhiêu?|mien shd|huy hieu 30 nam|
thu tuc chuyen sh dang|cb hop may lan 1 thang|
vang hop cb xin phep ai|hop cb online dc ko|doi the dv moi|sinh con thu 3 co bi ky luat ko|
kế hoạch 52 của Đảng ủy nói gì?|
mat the dang vien|bt cb toi la ai|cho tôi hỏi đảng phí bao nhiêu|so tay dv ko dang nhap dc|điều kiện kết nạp đảng|
đ/c Nam đóng đảng phí chưa?|quyết định 342|khai ly lich dang ntn|xuat sac bn %|hướng dẫn nộp đảng phí|qd 213""",
    "other": """chào buổi sáng|xin chào|hello|cảm ơn đồng chí|
đồ ngu|hôm nay trời đẹp|asdfgh|😀|chúc mừng năm mới|ăn cơm chưa""",
}

# Written afterwards by a fresh eye, without looking at the rules.
ONE_CARD_FRESH = {
    "acknowledge": """Tôi đọc rồi nhé|e doc r ạ|Da doc va nam duoc noi dung|
báo cáo đồng chí bí thư tôi đã đọc xong văn bản|ok e|Ok ạ, em cảm ơn|

đã nghiên cứu kỹ văn bản|xác nhận đã đọc|tôi xin xác nhận|mình đọc xong rồi|
ĐÃ ĐỌC VÀ TIẾP THU|hoàn toàn nhất trí|rõ rồi|đã hiểu|hiểu rồi ạ|

vâng em đã đọc rồi ạ|dạ em đọc rồi ạ|cháu đã đọc xong|đã tiếp thu đầy đủ nội dung văn bản|
nghiêm túc tiếp thu|đã xem hết rồi|👍👍👍|đã đọc 👍|
đã đọc kh52|Kính thưa chi bộ, tôi đã đọc xong kế hoạch|doc roi|
roi doc roi|đã đọc 52 rồi nhé|bác đọc rồi nhé|oke em|vang a|Da, toi da doc|

ddax docj roofi|tooi ddax ddocj xong|da doc xong kh so 52/kh-du|
tôi đã đọc văn bản của đảng ủy gửi hôm qua|rồi tôi đã đọc|okie bạn|
tuân lệnh|rõ thưa thủ trưởng""",
    "not acknowledge": """tôi chưa có thời gian đọc|tối nay về tôi đọc|
chờ tôi đọc đã|có phải đọc không|đọc ở đâu|làm sao để xác nhận|
bấm vào đâu để xác nhận đã đọc|
nghe nói mọi người đã đọc|bao giờ phải đọc xong|anh Hùng đọc rồi|
chồng tôi đọc rồi|đọc xong sẽ báo|không nhất trí|chả hiểu gì|
đã đọc rồi mà sao vẫn nhắc|
hình như tôi đã đọc|tôi tưởng đã đọc rồi|đọc lướt qua rồi|chua xem dc|
ok mai nhé|ok nhưng chưa đọc|được không|vâng để tôi xem|đã mở đâu mà đọc|
sắp đọc xong rồi|
chưa kịp đọc bạn ơi|đã đọc 51 rồi|đã đọc quyết định 52|hôm nay tôi bận|
đã đọc cả 51 và 52|chi bộ tôi đã đọc|không phải tôi đọc|cần đọc kỹ đã|
đọc rồi hả|ai bảo đã đọc|
đã đọc 53-KH/ĐU|phải đọc rồi mới ký à|đã đọc xong đâu|đã đọc nhưng không mở được file|
đ/c Lan đã đọc xong rồi|ok em đọc đây|bố cháu đã đọc|đồng chí đã đọc chưa ạ""",
    "full_text": """gui toi file voi|cho em xin toàn văn với ạ|
mo van ban 52|cho tôi xem lại|file đâu rồi|tải văn bản|xem chi tiết|
cho xem nội dung|đọc toàn văn|xem toàn văn giúp bác""",
    "ask": """tôi có thắc mắc|em có câu hỏi ạ|chỗ này khó hiểu quá|
hoi lai dong chi|giải thích giúp tôi với|xin hỏi|chua ro lam|
tôi không hiểu văn bản này""",
    "status": """cho xem tinh hinh 52|tình hình đọc văn bản của chi bộ|
kết quả xác nhận 52|có ai đọc chưa|thống kê văn bản 52|mấy người đọc rồi""",
    "missing": """những ai chưa xác nhận|ds chưa đọc|còn thiếu ai|
ai còn chưa đọc|có ai chưa đọc không|đồng chí nào chưa xác nhận văn bản 52""",
    "remind": """nhắc giúp tôi các đồng chí chưa đọc|nhắc mọi người đọc văn bản|
hãy nhắc những người chưa xác nhận 52|nhac nho ca chi bo""",
    "meeting": """tuần này có họp không|khi nào chi bộ họp|lich sinh hoat chi bo|
lên lịch họp chi bộ|hôm nay họp mấy giờ""",
    "compose": "soạn thông báo mới|gui ke hoach cho chi bo|phát hành văn bản",
    "help": "tôi không biết dùng|lam sao day|bot làm được gì|cứu tôi với giúp tôi",
    "news": "cho tôi xem tin tức|hôm nay có tin gì",
    "question": """bao giờ được nhận huy hiệu 40 năm|nghỉ hưu thì đóng đảng phí thế nào|
vào đảng cần điều kiện gì|tôi muốn chuyển sinh hoạt đảng|quên mật khẩu sổ tay|
mẫu kiểm điểm cuối năm|dự bị có được biểu quyết không""",
    "other": "chúc cả nhà buổi sáng vui vẻ|bot ngu|trời hôm nay nóng quá|alo|tạm biệt",
}

# Found by trying further; received is not read, a wish for the text is not a yes.
ONE_CARD_LATER = {
    "acknowledge": """đọc kỹ rồi, xin chấp hành|đồng chí ơi tôi đọc rồi|
không cần hỏi gì đã đọc|đã đọc ngày 24/11|đã đọc lúc 8h|ok bạn nhé|
đã đọc đã hiểu đã rõ|tôi xem xong file rồi|đã đọc thông báo|tôi đã đọc và đồng ý""",
    "not acknowledge": """con tôi đọc rồi|em trai tôi đã đọc|rõ khổ|rõ ràng là chưa đọc|bí thư đã đọc|52 người đã đọc|
chị Hoa đọc xong rồi|đã đọc văn bản 50|đọc hộ tôi|đã đọc nhầm|tôi không phải đảng viên|
ok đợi tôi|nhận được rồi|da nhan duoc van ban|
vâng gửi tôi toàn văn|tôi đồng ý với đồng chí Nam|đồng ý không|1 hoặc 2|có|không|
xong rồi|thu hồi|tôi nguyễn văn nam đã đọc|tôi già rồi mắt kém không đọc được""",
    "full_text": "gửi lại văn bản 52 cho tôi",
    "meeting": "thứ 6 họp lúc mấy giờ|hop o dau",
    "compose": "gửi thông báo cho chi bộ 3",
}
