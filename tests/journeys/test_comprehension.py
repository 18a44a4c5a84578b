"""Questions that follow "đã đọc": attached while composing, answered by number, left and resumed, counted."""

from test_compose import _compose


async def test_questions_are_answered_by_number_left_and_resumed(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    member = await house.member("Lê Văn Bé")
    await _compose(clerk, file=False)
    await clerk.says("4")
    await clerk.sees("Câu hỏi thứ 1")
    await clerk.says("Mỗi chi bộ học mấy buổi?")
    await clerk.sees("Nhắn 2 đến 4 câu trả lời")
    await clerk.says("Một buổi; Hai buổi")
    await clerk.sees("Câu trả lời nào đúng?")
    await clerk.says("1")
    await clerk.sees("Thêm câu nữa không?")
    await clerk.says("2")
    await clerk.says("Học xong thì làm gì?")
    await clerk.says("Không làm gì\nBáo cáo chi bộ\nChờ nhắc")
    await clerk.says("2")
    await clerk.says("đủ rồi")
    preview = await clerk.sees("Câu hỏi 2: Học xong thì làm gì?")
    assert "✓ Báo cáo chi bộ" in preview.text
    await clerk.says("2")
    await clerk.sees("đang tới 8 đồng chí")

    await member.sees("có 2 câu hỏi ngắn")
    await member.says("1")
    await member.sees("Câu 1/2: Mỗi chi bộ học mấy buổi?")
    await member.says("2")
    asked = await member.sees("Câu 2/2")
    assert "Chưa đúng. Câu trả lời đúng là: Một buổi." in asked.text
    await clerk.says("tinh hinh 52")
    await clerk.sees("Đã xác nhận: 0/7")  # silent until the last answer

    await member.says("van ban cua toi")  # left, and come back to it later
    await member.sees("52-KH/ĐU")
    await member.says("1")
    await member.sees("làm tiếp từ câu 2")
    await member.says("2")
    said = await member.sees("Đã ghi nhận")
    assert "Đúng rồi" in said.text
    await member.says("hoan tac")  # the acknowledgement, not the answers
    await member.sees("trở lại là chưa xác nhận")
    await member.says("1")
    await member.sees("Đã ghi nhận")
    await clerk.says("tinh hinh 52")
    await clerk.sees("Đã xác nhận: 1/7")
    await clerk.says("ket qua 52")
    said = await clerk.sees("Kết quả câu hỏi: 52-KH/ĐU")
    assert "Mới có 1 lượt trả lời" in said.text  # of one it would be known who was wrong
    assert "Tính đến" in said.text
