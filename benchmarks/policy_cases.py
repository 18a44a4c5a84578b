"""What people may ask: forty questions with the topic that answers them, other wordings, and other things.

A line: topic, with marks, then as phones type it (in the files with a "~"). What was mended after a set had been
measured makes it a seen one: the entries' other wordings after `FRESH`; the guards after `told`; questions about other
things after those of `told` and `stories`. `unseen` was written last, from the forty questions alone, by somebody
who had seen nothing else here; of it, two questions that the guards refused were looked at when those were made anew.
"""

from pathlib import Path

FORTY = """1 | Mức đóng đảng phí hiện nay là bao nhiêu? | dang phi bn | muc dong dang phi hien nay
2 | Đảng viên nghỉ hưu đóng đảng phí thế nào? | dv nghi huu dong dang phi ntn | huu tri dong bn %
3 | Sinh viên đóng đảng phí bao nhiêu? | sv dong dang phi bn | dvsv dp bao nhieu
4 | Nghỉ thai sản có phải đóng đảng phí không? | thai san co dong dang phi ko
5 | Được miễn đảng phí khi nào? | khi nao dc mien dang phi | mien dp
6 | Nộp đảng phí trên Cổng Dịch vụ công thế nào? | nop dang phi online | dong dp qua dvc ntn
7 | Không đóng đảng phí mấy tháng thì bị xóa tên? | ko dong dang phi may thang bi xoa ten
8 | Thủ tục chuyển sinh hoạt đảng chính thức? | chuyen shd can giay to j | thu tuc chuyen sh dang
9 | Chuyển sinh hoạt đảng tạm thời khi nào, bao lâu? | chuyen shd tam thoi | di hoc 1 nam chuyen sh tam thoi dc ko
10 | Thời hạn nộp giấy giới thiệu sinh hoạt đảng? | giay gioi thieu shd may ngay | qua han nop ggt thi sao
11 | Sinh viên tốt nghiệp chuyển sinh hoạt đảng về đâu? | sv tot nghiep chuyen sh dang ve dau
12 | Đi nước ngoài học thì sinh hoạt đảng thế nào? | di du hoc shd ntn | ra nuoc ngoai chuyen dang
13 | Điều kiện miễn sinh hoạt đảng? | dk mien sinh hoat dang | mien shd
14 | Đảng viên miễn sinh hoạt có phải xếp loại không? | mien sh co xep loai ko
15 | Một tháng chi bộ họp mấy lần? | cb hop may lan 1 thang | lich hop cb
16 | Vắng họp chi bộ phải xin phép ai? | vang hop cb xin phep ai | nghi hop chi bo
17 | Bỏ sinh hoạt đảng bao lâu thì bị xóa tên? | bo shd bao lau bi xoa ten
18 | Sinh hoạt chuyên đề mấy lần một năm? | sh chuyen de may lan | chuyen de quy
19 | Mẫu biên bản họp chi bộ? | mau bb hop cb | bien ban shcb
20 | Chi bộ họp trực tuyến được không? | hop cb online dc ko
21 | Thời gian dự bị là bao lâu? | du bi bao lau | tg du bi
22 | Hồ sơ chuyển đảng chính thức gồm gì? | ho so chuyen dang ct | hs cong nhan dv chinh thuc
23 | Đảng viên dự bị có quyền biểu quyết không? | dv du bi dc bieu quyet ko
24 | Điều kiện kết nạp Đảng? | dk ket nap dang | vao dang can dk j
25 | Lý lịch người xin vào Đảng khai thế nào? | khai ly lich dang ntn | llđv
26 | Tuổi đảng tính từ ngày nào? | tuoi dang tinh tu ngay nao
27 | Mất thẻ đảng viên thì làm thế nào? | mat the dang vien | mat the dv lam sao
28 | Số thẻ đảng của tôi là gì? | so the dang cua toi | sothe
29 | Đổi thẻ đảng viên mới khi nào? | doi the dv moi
30 | Huy hiệu 30 năm tuổi Đảng xét khi nào? | huy hieu 30 nam | hh dang
31 | Những điều đảng viên không được làm? | nhung dieu dv ko dc lam | 19 dieu
32 | Đảng viên sinh con thứ ba có bị kỷ luật không? | sinh con thu 3 co bi ky luat ko
33 | Đánh giá, xếp loại đảng viên cuối năm thế nào? | xep loai dv cuoi nam | xl đv
34 | Mẫu bản kiểm điểm cá nhân cuối năm? | mau kiem diem dv | bkd ca nhan
35 | Tỷ lệ hoàn thành xuất sắc tối đa? | xuat sac bn %
36 | Lấy nhận xét nơi cư trú ở đâu? | nhan xet noi cu tru | qd 213
37 | Hình thức kỷ luật đảng viên gồm gì? | ky luat dv co may hinh thuc
38 | Kế hoạch 52 của Đảng ủy nói gì? | kh 52 | 52-kh/du | kế hoạch 52/ĐU
39 | Quên mật khẩu Sổ tay đảng viên điện tử? | so tay dv ko dang nhap dc | stdvdt loi otp
40 | Bí thư chi bộ tôi là ai, số điện thoại? | bt cb toi la ai | sdt bi thu"""

FRESH = """1 | Lương 10 triệu thì tháng này nộp đảng phí mấy đồng? | thang nay phai dong dang phi bao nhieu vay
2 | Mẹ tôi đã về hưu, đảng phí đóng theo mức nào? | luong huu tinh dang phi sao
3 | Đang là sinh viên năm cuối, đảng phí của em thế nào? | e la sv thi dp dong may tien
4 | Tôi đang nghỉ sinh em bé, có phải nộp đảng phí không? | dang nghi de co phai nop dp k
5 | Trường hợp nào không cần nộp đảng phí? | ai dc mien dong dp
6 | Cách nộp đảng phí bằng điện thoại | nop dp qua cong dich vu cong lm sao
7 | Ba tháng liền chưa nộp đảng phí có sao không? | no dang phi 3 thang co bi xoa ten ko
8 | Tôi chuyển sang trường khác dạy, làm thủ tục đảng ra sao? | chuyen cong tac thi chuyen shd the nao
9 | Đi biệt phái sáu tháng thì chuyển sinh hoạt tạm thời thế nào? | di cong tac 6 thang co phai chuyen sh tam thoi ko
10 | Giấy giới thiệu cầm bao lâu thì hết hạn? | cam ggt shd dc bao lau
11 | Học xong đại học thì hồ sơ đảng chuyển về đâu? | moi ra truong chuyen dang ve dau
12 | Sắp đi Nhật học thạc sĩ, sinh hoạt đảng xử lý thế nào? | sap di du hoc thi lam tt dang ntn
13 | Bố tôi yếu lắm, muốn xin thôi sinh hoạt chi bộ | xin mien shd can dk gi
14 | Người đã miễn sinh hoạt có phải viết kiểm điểm cuối năm không? | mien shd co phai kiem diem ko
15 | Bao lâu thì chi bộ sinh hoạt một lần? | cb sh may lan trong thang
16 | Bận công tác không họp chi bộ được thì báo ai? | ko di hop cb dc thi bao ai
17 | Nghỉ sinh hoạt đảng nhiều tháng liền thì bị gì? | ko sh dang 3 thang bi gi
18 | Một quý phải sinh hoạt chuyên đề mấy buổi? | bao lau sh chuyen de 1 lan
19 | Ghi biên bản cuộc họp chi bộ cần những nội dung gì? | cach ghi bien ban hop chi bo
20 | Chi bộ có thể họp qua mạng không? | sh chi bo qua zoom dc khong
21 | Sau khi kết nạp bao lâu thì lên chính thức? | dv du bi may thang
22 | Muốn được công nhận chính thức phải nộp giấy tờ nào? | giay to xet dv ct
23 | Là đảng viên dự bị thì tôi có được bỏ phiếu không? | dvdb co dc bau cu ko
24 | Cần tiêu chuẩn gì để trở thành đảng viên? | muon vao dang can gi
25 | Hướng dẫn viết lý lịch khi xin vào Đảng | viet ly lich vao dang the nao
26 | Tính tuổi đảng bắt đầu từ hôm nào? | cach tinh tuoi dang
27 | Tôi làm rơi thẻ đảng thì phải làm gì? | roi the dang vien phai lam sao
28 | Cho tôi biết số thẻ đảng viên của tôi | tra so the dv cua toi
29 | Khi nào thì được cấp thẻ đảng mẫu mới? | bao h doi the dang vien kieu moi
30 | Ba mươi năm tuổi đảng thì được nhận huy hiệu lúc nào? | xet huy hieu dang vao dip nao
31 | Đảng viên bị cấm làm những việc gì? | dv ko dc lam nhung gi
32 | Có con thứ ba thì đảng viên có bị xử lý không? | dv de con thu 3 co sao ko
33 | Cuối năm xếp loại đảng viên theo những mức nào? | cac muc xep loai dv
34 | Viết bản tự kiểm điểm cuối năm theo mẫu nào? | mau tu kiem diem dang vien
35 | Chi bộ được bao nhiêu người xếp loại xuất sắc? | ty le dv xuat sac la bn
36 | Xin nhận xét của nơi cư trú như thế nào? | xin giay nhan xet noi o
37 | Đảng viên vi phạm thì có thể bị kỷ luật những hình thức nào? | cac hinh thuc ky luat dang
38 | Cho tôi xem nội dung kế hoạch số 52 | ke hoach so 52 ve so tay dv
39 | Vào sổ tay điện tử không được vì quên mật khẩu | quen mk so tay dang vien
40 | Ai là bí thư chi bộ của tôi? | cho xin sdt bi thu chi bo"""

OUTSIDE = """Bao giờ trường nghỉ Tết? | bao gio nghi tet
Đóng học phí học kỳ hai hạn đến khi nào? | han dong hoc phi
Phạt không đội mũ bảo hiểm bao nhiêu? | ko doi mu bao hiem phat bn
Công thức tính diện tích hình tròn | dien tich hinh tron
Giá xăng hôm nay | gia xang
Chuyển khoản nhầm lấy lại thế nào? | chuyen khoan nham lam sao
Thời tiết Hà Nội ngày mai | mai ha noi co mua ko
Đội nào vô địch bóng đá? | bong da toi nay
Đăng ký xe máy cần giấy tờ gì? | dang ky xe may can gi
Thủ tục nhận con nuôi | nhan con nuoi can gi
Thừa kế đất đai chia thế nào? | chia dat thua ke
Tuổi nghỉ hưu của nữ là bao nhiêu? | nu bao nhieu tuoi nghi huu
Xin cấp lại bằng lái xe | mat bang lai xe
Bảo hiểm thất nghiệp tính thế nào? | bhtn tinh sao
Nghe nói lãnh đạo sắp từ chức phải không? | nghe noi sap thay lanh dao
Đồng chí Tuấn bị kỷ luật gì? | d/c tuan dong dang phi chua
Số điện thoại của chị Lan | sdt cua chi lan
Có nên theo đa đảng không? | bot nghi gi ve bau cu
Làm thơ tặng ngày 20/11 | viet tho di
Món ăn ngon ở Hải Phòng | an gi o hai phong
Cách trồng hoa lan | trong lan the nao
Mua nhà trả góp lãi bao nhiêu? | vay mua nha
Tội đánh bạc bị tù mấy năm? | danh bac phat tu may nam
Khám sức khỏe ở đâu tốt? | kham benh o dau
Wifi tầng 3 mật khẩu gì? | mk wifi"""


def written(name: str) -> tuple[list[tuple[int, str, str]], list[str]]:
    """The questions of a file, as `cases` gives them, and those of other things (after an empty line)."""
    text = Path(__file__).with_name(f"policy_{name}.txt").read_text(encoding="utf-8")
    asked, others = text.split("\n\n")
    found = []
    for line in asked.splitlines():
        topic, *questions = (part.strip() for part in line.split("|"))
        found += [(int(topic), "phone" if q[0] == "~" else "text", q.lstrip("~")) for q in questions]
    return found, [part.strip() for line in others.splitlines() for part in line.split("|")]


def cases(lines: str) -> list[tuple[int, str, str]]:
    """(topic, "text" or "phone", question)."""
    found = []
    for line in lines.splitlines():
        topic, text, *phones = (part.strip() for part in line.split("|"))
        found.append((int(topic), "text", text))
        found += [(int(topic), "phone", phone) for phone in phones]
    return found


def others() -> list[str]:
    """Questions that must not be answered."""
    return [part.strip() for line in OUTSIDE.splitlines() for part in line.split("|")]


def guarded() -> list[tuple[str, str]]:
    """(label, text) by two who had seen none of this: "ok", or why it must be refused. Nothing was mended by them."""
    lines = Path(__file__).with_name("policy_guards.txt").read_text(encoding="utf-8").splitlines()
    return [(label, text) for label, text in (line.split("\t") for line in lines)]
