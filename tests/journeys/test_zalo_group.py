"""A group that the Official Account owns: made, told of directives, lost when its package ends."""

import pytest

from bot import testing


@pytest.fixture
def channel() -> str:
    return "zalo_oa"


async def _made(house, secretary, days=30):
    await testing.control(house.control, "zalo_oa/gmf", {"seats": 100, "days": days})
    await secretary.says("/taonhom")
    await secretary.sees("Tạo nhóm Zalo của Sổ tay cho Chi bộ Một và mời 2 đồng chí")
    await secretary.taps("Tạo nhóm")
    await secretary.sees("Đã tạo nhóm của Chi bộ Một")
    return next(chat.chat_id for chat in house.sandbox.world.chats.values() if chat.kind == "group")


async def test_a_branch_gets_its_group_and_directives_with_a_code(house):
    secretary = await house.member("Trần Thị Bí Thư")
    member = await house.member("Lê Văn Bé")
    group = await _made(house, secretary)
    assert set(house.sandbox.world.chat("zalo_oa", group).members) == {secretary.user_id, member.user_id}
    await house.directive()
    said = await member.sees("52-KH/ĐU", chat_id=group)
    assert not said.buttons
    assert "Lê Văn Bé" not in said.text
    code = said.text.partition("nhắn mã ")[2][:5]
    await member.sees("52-KH/ĐU")
    await member.says(code)
    await member.taps("Đã đọc, tiếp thu")
    await member.sees("Đã ghi nhận")
    await member.says("đã đọc", chat_id=group)  # nothing about a person is answered there
    await member.says("/taonhom")
    await member.sees("dành cho cấp ủy")
    await secretary.says("/taonhom")
    await secretary.sees("Chi bộ Một đã có nhóm Zalo")


async def test_without_a_package_the_ready_text_is_named(house):
    secretary = await house.member("Trần Thị Bí Thư")
    await secretary.says("/taonhom")
    await secretary.taps("Tạo nhóm")
    await secretary.sees("hết gói nhóm Zalo")


async def test_a_package_that_ends_is_told_to_the_secretary_and_people_get_theirs(house):
    await testing.control(house.control, "switches", {"zalo_oa": {"tokens_end": False}})
    secretary = await house.member("Trần Thị Bí Thư")
    member = await house.member("Lê Văn Bé")
    await _made(house, secretary, days=1)
    house.turn(days=1, minutes=1)
    await house.directive()
    await member.sees("52-KH/ĐU")
    await secretary.sees("Nhóm của Chi bộ Một không nhận tin nữa")
