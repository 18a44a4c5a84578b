"""A sent paper is corrected: acknowledgements stay, or everybody is asked anew; versions are kept."""

from datetime import timedelta

from bot.clock import now
from bot.directives import correcting


async def _correct(clerk, *, title, answer):
    """The dialog, by words and numbers alone, up to the end."""
    await clerk.says("dinh chinh 52")
    await clerk.sees("Đính chính 52-KH/ĐU")
    await clerk.says("1")
    await clerk.sees("Trích yếu của văn bản")
    await clerk.says(title)
    await clerk.sees("(đã sửa)")
    await clerk.says("xem lại")
    await clerk.sees("Đã có 1 xác nhận")
    await clerk.says(answer)
    preview = await clerk.sees("Xem trước")
    assert title in preview.text
    await clerk.says("1")


async def test_a_small_mistake_is_corrected_and_acknowledgements_stay(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    done = await house.member("Lê Văn Bé")
    silent = await house.member("Phạm Thị Cao")
    directive = await house.directive(deadline=now() + timedelta(days=9))
    old = await silent.sees("52-KH/ĐU")
    await done.sees("52-KH/ĐU")
    await done.says("1")
    await done.sees("Đã ghi nhận")
    await _correct(clerk, title="Học tập chuyên đề mẫu hai", answer="giữ xác nhận đã có")
    await clerk.sees("1 xác nhận trước vẫn được tính")
    for person in (done, silent):
        card = await person.sees("Đính chính văn bản 52-KH/ĐU")
        assert "Học tập chuyên đề mẫu hai" in card.text
        assert "không cần xác nhận lại" in card.text
    shown = {message.id: message for message in await silent.messages()}[old.id]
    assert shown.deleted == (house.channel == "telegram")
    await done.says("1")
    await done.sees("Đồng chí đã xác nhận 52-KH/ĐU")
    await silent.says("da doc a")
    await silent.sees("Đã ghi nhận")
    await clerk.says("tình hình 52")
    said = await clerk.sees("Đã xác nhận: 2/7")
    assert "có 1 đồng chí xác nhận bản trước" in said.text
    versions = await house.write(lambda tx: correcting.versions(tx, directive))
    assert [(each.version, each.title) for each in versions] == [
        (1, "Học tập chuyên đề mẫu"),
        (2, "Học tập chuyên đề mẫu hai"),
    ]
    assert not versions[1].anew


async def test_asked_anew_the_old_button_acknowledges_nothing_and_says_why(house):
    clerk = await house.member("Ngô Thị Văn Phòng")
    member = await house.member("Lê Văn Bé")
    directive = await house.directive(deadline=now() + timedelta(days=9))
    old = await member.sees("52-KH/ĐU")
    await member.says("1")
    await member.sees("Đã ghi nhận")
    if house.channel == "telegram":  # which deletes nothing so old: the old card stays in the chat
        house.turn(hours=49)
    await _correct(clerk, title="Học tập chuyên đề mẫu hai", answer="2")
    await clerk.sees("1 xác nhận trước không còn tính")
    await member.sees("kể cả khi đã xác nhận bản trước")
    if old.buttons:
        await member.act("tap", message_id=old.id, index=0)
        await member.sees("đã được đính chính sau tin đồng chí vừa bấm")
        await member.sees("Bản đính chính lần 1")
    else:
        await member.says("1", reply_to=old.id)
        await member.sees("Tin đồng chí trả lời không còn chọn được")
    assert (await house.totals(directive)).acknowledged == 0
    await member.says("1")
    await member.sees("Đã ghi nhận")
    await clerk.says("tinh hinh 52")
    said = await clerk.sees("Đã xác nhận: 1/7")
    assert "Chỉ tính xác nhận từ bản đính chính lần 1" in said.text
