"""A straw poll in the room: asked by the secretary, answered by number, told with its base."""

import re

from sqlalchemy import select
from test_meeting import call, the_meeting

from bot.clock import now
from bot.store.tables.conversation import inbox


async def in_the_room(house):
    """The secretary and two members, a minute after the start, with one of them checked in."""
    secretary = await house.member("Trần Thị Bí Thư")
    be = await house.member("Lê Văn Bé")
    cao = await house.member("Phạm Thị Cao")
    await call(secretary)
    await be.sees("Giấy mời")
    await cao.sees("Giấy mời")
    meeting = await the_meeting(house)
    house.turn(seconds=(meeting.starts - now()).total_seconds() + 60)
    return secretary, be, cao


async def test_the_room_is_asked_and_told_with_the_base_and_without_names(house):
    secretary, be, cao = await in_the_room(house)
    await secretary.says("tham do y kien")
    await secretary.sees("Câu hỏi là gì")
    await secretary.says("Đồng chí đồng ý họp vào mùng 5?")
    await secretary.sees("Các phương án")
    await secretary.says("Phương án 1")
    await secretary.sees("2 đến 5 phương án khác nhau")
    await secretary.says("Đồng ý; Không; Ngày khác")
    await secretary.sees("chuẩn bị biểu quyết")
    await secretary.says("1")
    preview = await secretary.sees("Xem trước thăm dò ý kiến")
    assert "Hỏi 4 đồng chí" in preview.text and "• Ngày khác" in preview.text
    await secretary.says("1")
    await secretary.sees("Đã trả lời: 0/4")
    card = await be.sees("Thăm dò ý kiến, Chi bộ Một")
    assert "không có giá trị biểu quyết" in card.text and "Ẩn danh" in card.text
    await be.says("2")
    said = await be.sees("Đã cộng câu trả lời")
    assert "Không" not in said.text.replace("Không giữ", "")
    await be.says("1")
    await be.sees("")
    await cao.sees("Thăm dò ý kiến")
    await cao.says("1")
    await cao.sees("Đã cộng câu trả lời")
    await secretary.sees("Thăm dò ý kiến, Chi bộ Một")
    await secretary.taps("Đồng ý")
    await secretary.sees("Đã cộng câu trả lời")
    await secretary.says("/thamdo")
    running = await secretary.sees("Đã trả lời: 3/4")
    assert "Đồng ý:" not in running.text  # how many, and nothing of what, while it runs
    await secretary.taps("Kết thúc thăm dò")
    for person in (secretary, be, cao):
        told = await person.sees("Kết quả thăm dò ý kiến")
        for part in (
            "1. Đồng ý: 2/3 (66,7%)",
            "2. Không: 1/3",
            "Đã trả lời: 3/4 đồng chí được hỏi (75%)",
            "Chốt lúc",
        ):
            assert part in told.text, part
        assert "Mẫu số" in told.text and "Lê Văn Bé" not in told.text
    assert not any(b"mvote" in each for each in await house.write(came_in))  # no press is kept


def came_in(tx) -> list[bytes]:
    """What is left of what came in."""
    rows = tx.rows(select(inbox).where(inbox.c.payload.is_not(None)))
    return [
        tx.vault.open_bytes("inbox.payload", f"{row.channel}:{row.update_key}", row.payload) for row in rows
    ]


async def test_few_answers_are_not_split_and_a_vote_is_no_vote(house):
    secretary, be, _cao = await in_the_room(house)
    await secretary.says("diem danh")
    code = re.search(r"\d{6}", (await secretary.sees("Mã điểm danh lúc này")).text)[0]
    await secretary.says("hủy")
    await be.says(code)
    await be.sees("Đã điểm danh")
    await secretary.says("/thamdo")
    for words in ("Đề nghị kết nạp quần chúng A?", "1", "2"):
        await secretary.says(words)
    preview = await secretary.sees("Xem trước thăm dò ý kiến")
    assert "Hỏi 1 đồng chí" in preview.text and "Không hỏi đảng viên dự bị" in preview.text
    await secretary.says("1")
    card = await be.sees("Thăm dò ý kiến, Chi bộ Một")
    assert "không thay biểu quyết của chi bộ" in card.text
    await be.taps("Không đồng ý")
    await be.sees("Đã cộng câu trả lời")
    await be.taps("Đồng ý")
    await be.sees("không xem lại, không đổi được")
    await secretary.says("/thamdo")
    await secretary.taps("Kết thúc thăm dò")
    told = await be.sees("Kết quả thăm dò ý kiến")
    assert "dưới 3 câu" in told.text and "Không đồng ý" not in told.text
    await secretary.says("/thamdo")
    await secretary.sees("Câu hỏi là gì")
