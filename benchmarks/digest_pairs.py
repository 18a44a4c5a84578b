# ruff: noqa: E501 - a pair stays on one line
"""Pairs of headlines, labelled by hand: the same story told by two papers, or two stories that look alike.

All are made up for this purpose, in the manner of headlines; a pair a line, "one | other".
"""

SAME = """\
Khai mạc Hội nghị Trung ương bàn về công tác xây dựng Đảng | KHAI MẠC HỘI NGHỊ TRUNG ƯƠNG BÀN VỀ CÔNG TÁC XÂY DỰNG ĐẢNG
Khai mạc hội nghị tổng kết công tác kiểm tra, giám sát năm 2026 | Khai mac hoi nghi tong ket cong tac kiem tra, giam sat nam 2026
Đại học Mẫu đón 5.000 tân sinh viên nhập học | 5.000 tân sinh viên nhập học Đại học Mẫu
Hà Nội mở thêm 5 tuyến xe buýt điện từ tháng 12 | Từ tháng 12, Hà Nội mở thêm 5 tuyến xe buýt điện
Bộ Giáo dục công bố phương án tuyển sinh đại học năm 2027 | Công bố phương án tuyển sinh đại học năm 2027
Thủ tướng làm việc với các trường đại học về đào tạo bán dẫn | Thủ tướng: Các trường đại học phải đi đầu trong đào tạo bán dẫn
Khánh thành thư viện số lớn nhất miền Bắc | Thư viện số lớn nhất miền Bắc chính thức khánh thành
Chi bộ Khoa Toán kết nạp 7 đảng viên mới | Lễ kết nạp 7 đảng viên mới của Chi bộ Khoa Toán
Đảng bộ xã Mẫu Sơn hoàn thành đại hội chi bộ trực thuộc | Đảng bộ xã Mẫu Sơn hoàn thành đại hội các chi bộ trực thuộc
Thành phố phát động tuần lễ áo dài | Phát động Tuần lễ Áo dài tại thành phố
Trao Huy hiệu 50 năm tuổi Đảng cho 32 đảng viên quận Mẫu | 32 đảng viên quận Mẫu nhận Huy hiệu 50 năm tuổi Đảng
Trường Đại học Mẫu trao 120 suất học bổng cho sinh viên vượt khó | Trường Mẫu trao học bổng cho sinh viên vượt khó: 120 suất
Quốc hội thông qua Luật Nhà giáo sửa đổi | Quốc hội biểu quyết thông qua Luật Nhà giáo (sửa đổi)
Giá xăng giảm từ 15 giờ chiều nay | Từ 15 giờ chiều nay, giá xăng giảm
Ban Bí thư ban hành quy định mới về thi hành Điều lệ Đảng | Ban hành quy định mới về thi hành Điều lệ Đảng
Ủy ban Kiểm tra Thành ủy kỷ luật hai tổ chức đảng | Hai tổ chức đảng bị Ủy ban Kiểm tra Thành ủy kỷ luật
Việt Nam giành 4 huy chương vàng Olympic Vật lý quốc tế | Học sinh Việt Nam giành 4 huy chương vàng tại Olympic Vật lý quốc tế
Bão số 9 suy yếu thành áp thấp nhiệt đới | Bão số 9 đã suy yếu thành áp thấp nhiệt đới
Miền Bắc đón đợt không khí lạnh mạnh nhất từ đầu mùa | Đợt không khí lạnh mạnh nhất từ đầu mùa tràn về miền Bắc
Cầu Mẫu Giang thông xe sau 20 tháng thi công | Thông xe cầu Mẫu Giang sau 20 tháng thi công
Hội thảo khoa học về 80 năm ngoại giao Việt Nam | Hội thảo khoa học "80 năm ngoại giao Việt Nam"
Xuất khẩu gạo lập kỷ lục mới trong 10 tháng | 10 tháng, xuất khẩu gạo lập kỷ lục mới
Thành ủy Hà Nội quán triệt nghị quyết của Bộ Chính trị | Thành ủy Hà Nội tổ chức quán triệt nghị quyết của Bộ Chính trị
Trường Đại học Mẫu có tân hiệu trưởng | Trường Đại học Mẫu có hiệu trưởng mới
Sinh viên Đại học Mẫu chế tạo robot lau pin mặt trời | Robot lau pin mặt trời do sinh viên Đại học Mẫu chế tạo
Đồng Nai khởi công nút giao cao tốc thứ ba | Khởi công nút giao cao tốc thứ ba tại Đồng Nai
Thu hút nhân tài: cơ chế đặc thù cho các đại học trọng điểm | Cơ chế đặc thù thu hút nhân tài cho các đại học trọng điểm
Hơn 300 đại biểu dự đại hội đại biểu Đoàn trường | Đại hội đại biểu Đoàn trường: hơn 300 đại biểu tham dự
Lễ dâng hương tưởng niệm các anh hùng liệt sĩ tại nghĩa trang Mẫu | Dâng hương tưởng niệm các anh hùng, liệt sỹ tại nghĩa trang Mẫu
Ra mắt cổng dịch vụ công trực tuyến phiên bản mới | Cổng dịch vụ công trực tuyến ra mắt phiên bản mới
Hội Cựu chiến binh quận Mẫu gặp mặt truyền thống | Gặp mặt truyền thống Hội Cựu chiến binh quận Mẫu
Bế giảng lớp bồi dưỡng nhận thức về Đảng khóa 15 | Bế giảng lớp bồi dưỡng nhận thức về Đảng, khoá 15
Hoà Bình phát triển du lịch cộng đồng | Hòa Bình phát triển du lịch cộng đồng
Chủ tịch nước tiếp Đại sứ các nước trình Quốc thư | Chủ tịch nước tiếp các Đại sứ trình Quốc thư
TP. Hà Nội tặng quà gia đình chính sách dịp Tết | Hà Nội tặng quà gia đình chính sách dịp Tết
Đại hội Công đoàn trường nhiệm kỳ 2026-2031 thành công tốt đẹp | Đại hội Công đoàn trường nhiệm kỳ 2026-2031 thành công
Khởi động chương trình xóa nhà tạm trên toàn tỉnh | Toàn tỉnh khởi động chương trình xóa nhà tạm
Đưa tiếng Anh thành ngôn ngữ thứ hai trong trường học | Đưa tiếng Anh trở thành ngôn ngữ thứ hai trong trường học
Ngân hàng Nhà nước giữ nguyên lãi suất điều hành | Lãi suất điều hành được Ngân hàng Nhà nước giữ nguyên
Tuyến metro số 3 chạy thử toàn tuyến | Chạy thử toàn tuyến metro số 3
Công bố quyết định thanh tra tại ba sở | Công bố các quyết định thanh tra tại ba sở
Bí thư Thành ủy tiếp xúc cử tri quận Mẫu | Bí thư Thành ủy tiếp xúc với cử tri quận Mẫu
Khu ký túc xá 2.000 chỗ đi vào hoạt động | Ký túc xá 2.000 chỗ chính thức đi vào hoạt động
Viện nghiên cứu Mẫu công bố giống lúa chịu mặn | Giống lúa chịu mặn được Viện nghiên cứu Mẫu công bố
Cấp cứu thành công bệnh nhân đột quỵ trên tàu | Cứu sống bệnh nhân đột quỵ trên tàu
Bảo tàng mở cửa miễn phí trong tuần lễ di sản | Tuần lễ di sản: bảo tàng mở cửa miễn phí
Trường học vùng cao có thêm phòng máy tính | Thêm phòng máy tính cho trường học vùng cao
Sơ kết 5 năm thực hiện Chỉ thị 05 về học tập và làm theo Bác | Sơ kết 5 năm thực hiện Chỉ thị số 05 về học tập, làm theo Bác
Nhiều hoạt động kỷ niệm Ngày Nhà giáo Việt Nam | Nhiều hoạt động chào mừng Ngày Nhà giáo Việt Nam
Đảng ủy trường họp phiên thường kỳ tháng 11 | Phiên họp thường kỳ tháng 11 của Đảng ủy trường
Thủ đô sắp có thêm hai công viên lớn | Thủ đô sẽ có thêm hai công viên lớn
Cảnh báo lừa đảo mạo danh cán bộ thuế | Cảnh báo tình trạng lừa đảo mạo danh cán bộ thuế
Người dân được cấp căn cước điện tử tại nhà | Cấp căn cước điện tử tại nhà cho người dân
Đội tuyển sinh viên vô địch giải lập trình châu Á | Sinh viên Việt Nam vô địch giải lập trình châu Á
Vụ mùa bội thu ở đồng bằng sông Hồng | Đồng bằng sông Hồng bội thu vụ mùa
Giao lưu văn hóa Việt Nam - Lào tại Trường Đại học Mẫu | Giao lưu văn hoá Việt - Lào tại Trường Đại học Mẫu
Nâng cấp quốc lộ qua huyện Mẫu Khê | Quốc lộ qua huyện Mẫu Khê được nâng cấp
Thêm 12 xã đạt chuẩn nông thôn mới nâng cao | 12 xã nữa đạt chuẩn nông thôn mới nâng cao
Tổng Bí thư gặp mặt trí thức tiêu biểu | Tổng Bí thư gặp mặt các trí thức, nhà khoa học tiêu biểu
Lấy ý kiến nhân dân về dự thảo văn kiện | Lấy ý kiến Nhân dân về dự thảo các văn kiện
Hoàn thành sắp xếp bộ máy trước ngày 30/11 | Trước ngày 30/11 hoàn thành sắp xếp bộ máy
Hiến máu nhân đạo thu về 800 đơn vị máu | Ngày hội hiến máu nhân đạo thu 800 đơn vị máu
Học viện Mẫu ký hợp tác với doanh nghiệp công nghệ | Học viện Mẫu ký kết hợp tác với doanh nghiệp công nghệ
Đường sắt bán thêm vé tàu Tết | Ngành đường sắt bán thêm vé tàu Tết
Khởi tố vụ án sai phạm đất đai tại huyện Mẫu | Khởi tố vụ án hình sự về sai phạm đất đai ở huyện Mẫu
Số hóa hồ sơ đảng viên hoàn thành trong quý IV | Quý IV hoàn thành số hóa hồ sơ đảng viên
Không để ai bị bỏ lại phía sau trong chuyển đổi số | Chuyển đổi số: không để ai bị bỏ lại phía sau
Đồng chí Nguyễn Văn Mẫu giữ chức Bí thư Đảng ủy xã | Ông Nguyễn Văn Mẫu giữ chức Bí thư Đảng ủy xã
Nghị quyết 57: cú hích cho khoa học công nghệ | Nghị quyết 57 - cú hích cho khoa học, công nghệ
Lũ lớn trên sông Mẫu, nhiều xã bị cô lập | Nhiều xã bị cô lập vì lũ lớn trên sông Mẫu
Đại học Mẫu tăng 12 bậc trên bảng xếp hạng châu Á | Đại học Mẫu tăng 12 bậc ở bảng xếp hạng đại học châu Á
Tuyên dương 100 sinh viên 5 tốt cấp thành phố | 100 sinh viên 5 tốt cấp thành phố được tuyên dương
"""

DIFFERENT = """\
Chi bộ Khoa Toán kết nạp 7 đảng viên mới | Chi bộ Khoa Toán kết nạp 3 đảng viên mới
Chi bộ Khoa Toán kết nạp 7 đảng viên mới | Chi bộ Khoa Lý kết nạp 7 đảng viên mới
Bí thư Thành ủy tiếp xúc cử tri quận Cầu Giấy | Bí thư Thành ủy tiếp xúc cử tri quận Đống Đa
Giá xăng giảm từ 15 giờ chiều nay | Giá xăng tăng từ 15 giờ chiều nay
Khai mạc Đại hội đại biểu Đảng bộ trường | Bế mạc Đại hội đại biểu Đảng bộ trường
Khởi công cầu Mẫu Giang | Khánh thành cầu Mẫu Giang
Bão số 9 suy yếu thành áp thấp nhiệt đới | Bão số 10 suy yếu thành áp thấp nhiệt đới
Đảng ủy trường họp phiên thường kỳ tháng 10 | Đảng ủy trường họp phiên thường kỳ tháng 11
Ban hành Kết luận 123 về công tác cán bộ | Ban hành Kết luận 124 về công tác cán bộ
Thủ tướng tiếp Đại sứ Lào | Thủ tướng tiếp Đại sứ Cuba
Trao Huy hiệu 50 năm tuổi Đảng tại quận Mẫu | Trao Huy hiệu 60 năm tuổi Đảng tại quận Mẫu
Tuyến metro số 3 chạy thử toàn tuyến | Tuyến metro số 2 chạy thử toàn tuyến
Đại hội Công đoàn trường thành công tốt đẹp | Đại hội Đoàn Thanh niên trường thành công tốt đẹp
Miền Bắc đón không khí lạnh | Miền Nam đón không khí lạnh
Xuất khẩu gạo lập kỷ lục mới | Xuất khẩu cà phê lập kỷ lục mới
Xuất khẩu gạo lập kỷ lục mới | Nhập khẩu gạo lập kỷ lục mới
Trường Đại học Mẫu có hiệu trưởng mới | Trường Đại học Mẫu có cơ sở mới
Đồng Nai khởi công nút giao cao tốc | Bình Dương khởi công nút giao cao tốc
Hà Nội mở thêm 5 tuyến xe buýt điện | Hà Nội mở thêm 5 bãi đỗ xe thông minh
Sơ kết công tác kiểm tra quý III | Sơ kết công tác kiểm tra quý IV
Hội nghị sơ kết công tác xây dựng Đảng 6 tháng | Hội nghị tổng kết công tác xây dựng Đảng 6 tháng
Khai giảng lớp bồi dưỡng nhận thức về Đảng khóa 15 | Bế giảng lớp bồi dưỡng nhận thức về Đảng khóa 15
Bổ nhiệm Phó Hiệu trưởng Trường Đại học Mẫu | Miễn nhiệm Phó Hiệu trưởng Trường Đại học Mẫu
Quốc hội thảo luận Luật Nhà giáo | Quốc hội thảo luận Luật Đất đai
Quốc hội thảo luận dự án Luật Giáo dục đại học | Quốc hội thông qua Luật Giáo dục nghề nghiệp
Bộ Chính trị kết luận về phát triển giáo dục | Bộ Chính trị kết luận về phát triển y tế
Việt Nam giành 4 huy chương vàng Olympic Vật lý | Việt Nam giành 4 huy chương vàng Olympic Hóa học
Đội tuyển nam vào chung kết | Đội tuyển nữ vào chung kết
Khánh thành trường tiểu học Mẫu Sơn | Khánh thành trạm y tế Mẫu Sơn
Khánh thành thư viện số của trường | Khánh thành nhà thi đấu của trường
Ra quân bảo vệ môi trường tại phường Một | Ra quân bảo vệ môi trường tại phường Hai
Kỷ luật nguyên Chủ tịch huyện Mẫu Khê | Kỷ luật nguyên Bí thư huyện Mẫu Khê
Tặng quà gia đình chính sách dịp Tết | Tặng quà công nhân khó khăn dịp Tết
Cảnh báo lừa đảo mạo danh cán bộ thuế | Cảnh báo lừa đảo mạo danh công an
Thêm 12 xã đạt chuẩn nông thôn mới | Thêm 2 huyện đạt chuẩn nông thôn mới
Ký túc xá 2.000 chỗ đi vào hoạt động | Bệnh viện 2.000 giường đi vào hoạt động
Nâng cấp quốc lộ qua huyện Mẫu Khê | Nâng cấp đê sông qua huyện Mẫu Khê
Ngày hội hiến máu nhân đạo ở Khoa Y | Ngày hội việc làm ở Khoa Y
Học viện Mẫu ký hợp tác với doanh nghiệp công nghệ | Học viện Mẫu ký hợp tác với đại học Nhật Bản
Đường sắt bán thêm vé tàu Tết | Hàng không bán thêm vé máy bay Tết
Phát động thi đua chào mừng đại hội | Tổng kết thi đua chào mừng đại hội
Lãi suất điều hành giữ nguyên | Tỷ giá trung tâm giữ nguyên
Công bố quyết định thanh tra tại ba sở | Công bố kết luận thanh tra tại ba sở
Lễ dâng hương tại nghĩa trang Trường Sơn | Lễ dâng hương tại đền Hùng
Sinh viên Đại học Mẫu chế tạo robot | Sinh viên Đại học Mẫu chế tạo máy bay không người lái
Giao lưu văn hóa Việt Nam - Lào | Giao lưu văn hóa Việt Nam - Campuchia
Bảo tàng mở cửa miễn phí | Thư viện mở cửa miễn phí
Khởi tố vụ án sai phạm đất đai tại huyện Mẫu | Xét xử vụ án sai phạm đất đai tại huyện Mẫu
Phòng chống dịch sốt xuất huyết | Phòng chống dịch tả lợn châu Phi
Chuyển đổi số trong công tác Đảng | Chuyển đổi số trong ngành y tế
Nghị quyết 57: cú hích cho khoa học | Nghị quyết 68: cú hích cho kinh tế tư nhân
Đổi mới sinh hoạt chi bộ ở Đảng bộ trường | Đổi mới phương pháp giảng dạy ở trường
Điểm chuẩn đại học năm 2026 tăng nhẹ | Học phí đại học năm 2026 tăng nhẹ
Thời tiết ngày 24/11: Bắc Bộ nắng hanh | Thời tiết ngày 25/11: Bắc Bộ nắng hanh
Bài 1: Gốc rễ của phong trào | Bài 2: Gốc rễ của phong trào
Tuyên dương 100 sinh viên 5 tốt | Tuyên dương 100 giảng viên trẻ
Chủ tịch nước thăm chính thức Lào | Chủ tịch nước thăm chính thức Nhật Bản
Tổng Bí thư gặp mặt trí thức tiêu biểu | Tổng Bí thư gặp mặt doanh nhân tiêu biểu
Đề xuất tăng lương tối thiểu vùng | Thông qua tăng lương tối thiểu vùng
Đội A thắng Đội B | Đội B thua Đội C
Lấy ý kiến về dự thảo quy chế tuyển sinh | Lấy ý kiến về dự thảo quy chế thi đua
Đảng bộ xã Mẫu Sơn tổ chức đại hội | Đảng bộ xã Mẫu Khê tổ chức đại hội
Hội Cựu chiến binh gặp mặt truyền thống | Hội Cựu giáo chức gặp mặt truyền thống
Sáng nay Quốc hội chất vấn Bộ trưởng Giáo dục | Sáng nay Quốc hội chất vấn Bộ trưởng Giao thông
Ứng dụng trí tuệ nhân tạo trong giảng dạy | Ứng dụng trí tuệ nhân tạo trong nông nghiệp
Lũ trên sông Mẫu lên nhanh | Lũ trên sông Mẫu xuống chậm
Cấp căn cước điện tử tại nhà | Cấp hộ chiếu điện tử tại nhà
Khai trương phố đi bộ Hồ Mẫu | Khai trương chợ đêm Hồ Mẫu
Hội thảo quốc tế về biến đổi khí hậu | Hội thảo quốc tế về trí tuệ nhân tạo
Hưởng ứng tháng thanh niên | Hưởng ứng tháng công nhân
Trường Mẫu đón đoàn đại biểu Quốc hội | Trường Mẫu đón đoàn đại biểu Hàn Quốc
"""


# Written after the rules had been settled on the pairs above. One of these then showed that "đá" was taken for "đã";
# nothing else was changed for them.
SAME_LATER = """\
Ngày mai khai mạc kỳ họp thứ 12 Hội đồng nhân dân thành phố | Kỳ họp thứ 12 Hội đồng nhân dân thành phố khai mạc ngày mai
Đảng viên trẻ xung phong dạy chữ nơi biên giới | Đảng viên trẻ xung phong dạy chữ ở nơi biên giới
Hơn 2.000 người chạy bộ gây quỹ cho trẻ em | Giải chạy gây quỹ cho trẻ em thu hút hơn 2.000 người
Đại học Mẫu mở ngành vi mạch bán dẫn | Mở ngành vi mạch bán dẫn tại Đại học Mẫu
DAI HOC MAU MO NGANH VI MACH BAN DAN | Đại học Mẫu mở ngành vi mạch bán dẫn
Đoàn công tác của Trung ương kiểm tra tại Đảng bộ tỉnh Mẫu | Đoàn công tác Trung ương kiểm tra tại tỉnh Mẫu
Xã đảo Mẫu có điện lưới quốc gia | Điện lưới quốc gia về xã đảo Mẫu
Nữ tiến sĩ trẻ nhận giải thưởng khoa học quốc tế | Giải thưởng khoa học quốc tế cho nữ tiến sĩ trẻ
Chi trả lương hưu tháng 12 từ ngày mùng 1 | Từ ngày mùng 1 chi trả lương hưu tháng 12
Thông báo nghỉ Tết Nguyên đán 9 ngày | Nghỉ Tết Nguyên đán 9 ngày
Ra mắt sách về lịch sử Đảng bộ trường | Ra mắt cuốn sách về lịch sử Đảng bộ trường
Tổ công nghệ số cộng đồng "đi từng ngõ, gõ từng nhà" | Tổ công nghệ số cộng đồng đi từng ngõ gõ từng nhà
Phê duyệt quy hoạch khu đô thị đại học phía Tây | Quy hoạch khu đô thị đại học phía Tây được phê duyệt
Hội nghị học tập, quán triệt nghị quyết đại hội | Hội nghị học tập và quán triệt nghị quyết đại hội
Cựu sinh viên góp 3 tỷ đồng xây nhà đa năng | Cựu sinh viên đóng góp 3 tỷ đồng xây nhà đa năng
Phát hiện hang động mới dài 4 km | Phát hiện hang động mới có chiều dài 4 km
Dự báo mưa lớn diện rộng ở miền Trung | Miền Trung: dự báo mưa lớn diện rộng
Đẩy nhanh tiến độ vành đai 4 vùng Thủ đô | Đẩy nhanh tiến độ đường Vành đai 4 vùng Thủ đô
Thí điểm chấm điểm rèn luyện đảng viên qua ứng dụng | Thí điểm chấm điểm rèn luyện đảng viên trên ứng dụng
Bàn giao 30 căn nhà cho hộ nghèo huyện Mẫu Khê | 30 hộ nghèo huyện Mẫu Khê được bàn giao nhà
Lễ hội hoa xuân thu hút hàng vạn du khách | Hàng vạn du khách đến với lễ hội hoa xuân
Thanh niên tình nguyện giúp dân khắc phục hậu quả lũ | Thanh niên tình nguyện giúp dân khắc phục hậu quả mưa lũ
Đại hội thi đua yêu nước lần thứ XI | Đại hội Thi đua yêu nước toàn quốc lần thứ XI
Bộ Y tế khuyến cáo về cúm mùa | Bộ Y tế ra khuyến cáo về cúm mùa
"""

DIFFERENT_LATER = """\
Ngày mai khai mạc kỳ họp thứ 12 Hội đồng nhân dân thành phố | Hôm nay bế mạc kỳ họp thứ 12 Hội đồng nhân dân thành phố
Đại học Mẫu mở ngành vi mạch bán dẫn | Đại học Mẫu mở ngành trí tuệ nhân tạo
Xã đảo Mẫu có điện lưới quốc gia | Xã đảo Mẫu có nước sạch
Chi trả lương hưu tháng 12 từ ngày mùng 1 | Chi trả lương hưu tháng 1 từ ngày mùng 1
Nghỉ Tết Nguyên đán 9 ngày | Nghỉ Quốc khánh 4 ngày
Ra mắt sách về lịch sử Đảng bộ trường | Ra mắt phim về lịch sử Đảng bộ trường
Dự báo mưa lớn ở miền Trung | Dự báo nắng nóng ở miền Trung
Đẩy nhanh tiến độ vành đai 4 | Đẩy nhanh tiến độ vành đai 3
Bàn giao 30 căn nhà cho hộ nghèo | Bàn giao 30 con bò cho hộ nghèo
Bộ Y tế khuyến cáo về cúm mùa | Bộ Y tế khuyến cáo về sốt xuất huyết
Đại hội thi đua yêu nước lần thứ XI | Đại hội thi đua yêu nước lần thứ X
Thanh niên tình nguyện giúp dân gặt lúa | Thanh niên tình nguyện giúp dân làm căn cước
Chủ tịch Quốc hội tiếp đoàn Nghị viện Pháp | Chủ tịch Quốc hội tiếp đoàn Nghị viện Nga
Giải bóng đá sinh viên khởi tranh | Giải bóng chuyền sinh viên khởi tranh
Công đoàn trường tặng quà nữ giảng viên | Công đoàn trường tặng quà con đoàn viên
Ủy ban Kiểm tra công bố kỳ họp thứ 20 | Ủy ban Kiểm tra công bố kỳ họp thứ 21
Tập huấn nghiệp vụ cho bí thư chi bộ | Tập huấn nghiệp vụ cho cán bộ đoàn
Phát động trồng cây đầu xuân | Phát động hiến máu đầu xuân
Giá vàng lập đỉnh mới | Giá bạc lập đỉnh mới
Học sinh lớp 10 nghỉ học vì bão | Học sinh lớp 12 nghỉ học vì bão
Thành lập Đảng bộ phường Mẫu Một | Thành lập Đảng bộ phường Mẫu Hai
Sân bay Mẫu tạm đóng cửa | Sân bay Mẫu mở lại
Vụ cháy chợ Mẫu: khởi tố bảo vệ | Vụ cháy chợ Mẫu: hỗ trợ tiểu thương
Công bố điểm thi đánh giá năng lực đợt 1 | Công bố lịch thi đánh giá năng lực đợt 1
"""


def pairs(text: str) -> list[tuple[str, str]]:
    """The pairs of a list."""
    made = [line.split(" | ") for line in text.strip().splitlines()]
    return [(one, other) for one, other in made]
