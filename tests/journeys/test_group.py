"""The group: linked by its branch's secretary, told of a directive once, kept up to date, and nobody named."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import insert
from test_compose import _compose

from bot import testing
from bot.clock import now
from bot.directives import groups, service
from bot.organisation import queries as people
from bot.organisation.models import MembershipKind, PersonRow, Roster, Standing
from bot.organisation.roster_import import import_roster
from bot.store.ids import new_id
from bot.store.tables.organisation import ACTIVE, accounts

BORN = date(1961, 3, 12)
SECRETARY, MEMBER, CLERK = "Trần Thị Bí Thư", "Lê Văn Bé", "Ngô Thị Văn Phòng"
telegram = pytest.mark.parametrize("channel", ["telegram"])


async def _group(house, *members, kind="supergroup"):
    """A group of these people, the first its owner, with the bot in it."""
    data = {"title": "Nhóm mẫu", "kind": kind, "members": [each.user_id for each in members], "bot": True}
    chat_id = (await testing.control(house.control, "groups", data))["chat_id"]
    await members[0].sees("không nêu tên ai", chat_id=chat_id)
    return chat_id


async def _linked(house, kind="supergroup"):
    """A group linked to Chi bộ Một by its secretary: (secretary, member, group)."""
    secretary, member = await house.member(SECRETARY), await house.member(MEMBER)
    chat = await _group(house, secretary, member, kind=kind)
    await secretary.says("/lienketnhom", chat_id=chat)
    await secretary.sees("Đã liên kết nhóm này với Chi bộ Một", chat_id=chat)
    return secretary, member, chat


async def _cards(person, chat, number="52-KH/ĐU"):
    return [each for each in await person.messages(chat) if each.from_bot and number in each.text]


async def _recall(house, directive):
    clerk = await house.member_id(CLERK)
    await house.write(lambda tx: service.recall(tx, directive, clerk))


@telegram
async def test_the_group_is_told_once_and_its_count_follows(house):
    secretary, member, chat = await _linked(house)
    await house.directive()
    card = await secretary.sees("Đã xác nhận 0/3", chat_id=chat)
    for part in ("52-KH/ĐU", "Học tập chuyên đề mẫu", "Hạn xác nhận", "nhắn riêng cho Sổ tay"):
        assert part in card.text
    assert not card.buttons
    await member.sees("52-KH/ĐU")
    await member.says("1")
    await member.sees("Đã ghi nhận")
    house.turn(seconds=11)
    card = await secretary.sees("Đã xác nhận 1/3", chat_id=chat)
    assert card.edited
    await member.says("hoàn tác")  # as if it had never been
    await member.sees("Đã hoàn tác")
    house.turn(seconds=11)
    await secretary.sees("Đã xác nhận 0/3", chat_id=chat)
    assert len(await _cards(secretary, chat)) == 1
    for said in await secretary.messages(chat):
        if said.from_bot:
            assert not any(name in said.text for name in (SECRETARY, MEMBER, CLERK)), said.text


@telegram
async def test_a_restart_does_not_tell_the_group_again(house):
    secretary, member, chat = await _linked(house)
    await house.directive()
    await secretary.sees("Đã xác nhận 0/3", chat_id=chat)
    await house.down()
    await house.up()
    await member.says("1")
    await member.sees("Đã ghi nhận")
    house.turn(seconds=11)
    await secretary.sees("Đã xác nhận 1/3", chat_id=chat)
    assert len(await _cards(secretary, chat)) == 1


@telegram
async def test_who_may_not_link_hears_the_same_words_whoever_they_are(house):
    stranger, member = await house.stranger(), await house.member(MEMBER)
    secretary = await house.member(SECRETARY)
    said = set()
    for speaker, members in (
        (stranger, (stranger,)),  # owner, unknown to the bot
        (member, (member,)),  # owner, no secretary
        (secretary, (stranger, secretary)),  # secretary, no administrator
    ):
        chat = await _group(house, *members)
        await speaker.says("/lienketnhom", chat_id=chat)
        said.add((await speaker.sees("Chưa liên kết", chat_id=chat)).text)
        assert await house.write(lambda tx, chat=chat: groups.linked_unit(tx, "telegram", chat)) is None
    assert len(said) == 1


@telegram
async def test_who_has_several_branches_says_which(house):
    clerk = await house.member(CLERK)
    chat = await _group(house, clerk)
    await clerk.says("/lienketnhom", chat_id=chat)
    asked = await clerk.sees("Nhóm này của chi bộ nào", chat_id=chat)
    assert "Chi bộ Một" in asked.text and "Chi bộ Hai" in asked.text
    two = await house.write(lambda tx: people.find_organisation(tx, "Chi bộ Hai"))
    assert two.code in asked.text
    await clerk.says("/lienketnhom KHONGCO", chat_id=chat)
    await clerk.sees("Nhóm này của chi bộ nào", chat_id=chat)
    await clerk.says(f"/lienketnhom {two.code}", chat_id=chat)
    await clerk.sees("Đã liên kết nhóm này với Chi bộ Hai", chat_id=chat)
    await house.directive("53-KH/ĐU", to="Chi bộ Một")
    await house.directive("54-KH/ĐU", to="Chi bộ Hai")
    await clerk.sees("54-KH/ĐU", chat_id=chat)
    assert not await _cards(clerk, chat, "53-KH/ĐU")


@telegram
async def test_a_group_that_is_let_go_is_told_nothing_more(house):
    secretary, member, chat = await _linked(house)
    await member.says("/bolienketnhom", chat_id=chat)
    await member.sees("Chưa bỏ liên kết", chat_id=chat)
    await secretary.says("/bolienketnhom", chat_id=chat)
    await secretary.sees("Đã bỏ liên kết", chat_id=chat)
    other = await _group(house, secretary)
    await secretary.says("/lienketnhom", chat_id=other)
    await secretary.sees("Đã liên kết", chat_id=other)
    await testing.control(house.control, f"groups/{other}/bot", {"status": "kicked"})
    await secretary.sees_nothing_new("52-KH/ĐU", chat_id=other)
    assert await house.write(lambda tx: groups.linked_unit(tx, "telegram", other)) is None
    third = await _group(house, secretary)
    await secretary.says("/lienketnhom", chat_id=third)
    await secretary.sees("Đã liên kết", chat_id=third)
    await house.directive()
    await secretary.sees("Đã xác nhận 0/3", chat_id=third)
    assert not await _cards(secretary, chat) and not await _cards(secretary, other)


@telegram
async def test_a_group_that_became_a_supergroup_keeps_its_link(house):
    secretary, _member, chat = await _linked(house, kind="group")
    directive = await house.directive()
    await secretary.sees("Đã xác nhận 0/3", chat_id=chat)
    fresh = (await testing.control(house.control, f"groups/{chat}/migrate", {}))["chat_id"]
    await house.directive("53-KH/ĐU")
    await secretary.sees("53-KH/ĐU", chat_id=fresh)
    # What was said in the old chat cannot be edited any more: the new one is told.
    await _recall(house, directive)
    await secretary.sees("52-KH/ĐU ngày 17/11/2026 đã được thu hồi", chat_id=fresh)
    [other] = await _cards(secretary, fresh, "53-KH/ĐU")
    assert "Đã xác nhận 0/3" in other.text


@telegram
async def test_recall_changes_the_card(house):
    secretary, _member, chat = await _linked(house)
    clerk = await house.member(CLERK)
    directive = await house.directive()
    await secretary.sees("Đã xác nhận 0/3", chat_id=chat)
    await clerk.sees("Đã gửi ")
    await _recall(house, directive)
    card = await secretary.sees("đã được thu hồi", chat_id=chat)
    assert card.edited and "Đã xác nhận" not in card.text
    assert len(await _cards(secretary, chat)) == 1


@telegram
async def test_the_deadline_closes_the_count(house):
    secretary, member, chat = await _linked(house)
    await house.directive(deadline=now() + timedelta(hours=2))
    await secretary.sees("Đã xác nhận 0/3", chat_id=chat)
    await member.says("1")
    await member.sees("Đã ghi nhận")
    house.turn(hours=2)
    card = await secretary.sees("Đã hết hạn", chat_id=chat)
    assert "Đã xác nhận 1/3" in card.text


@telegram
async def test_the_author_sees_a_live_card(house):
    clerk, member = await house.member(CLERK), await house.member(MEMBER)
    await house.directive()
    await member.sees("52-KH/ĐU")
    await clerk.sees("52-KH/ĐU")
    house.turn(seconds=11)
    await clerk.sees("Đã gửi 2/8 · đã xác nhận 0/7")
    await member.says("1")
    await member.sees("Đã ghi nhận")
    house.turn(seconds=11)
    card = await clerk.sees("Đã gửi 2/8 · đã xác nhận 1/7")
    assert card.edited
    assert len([each for each in await clerk.messages() if "Đã gửi" in each.text]) == 1


async def test_ready_text_for_a_group_and_its_short_code(house):
    secretary, member = await house.member(SECRETARY), await house.member(MEMBER)
    other = await house.member("Đỗ Thị Hai")
    stranger = await house.stranger()
    await house.directive(to="Chi bộ Một")
    await member.sees("52-KH/ĐU")
    await secretary.says("van ban cho nhom 52")
    ready = await secretary.sees("rồi chọn “Đã đọc")
    for part in ("52-KH/ĐU", "Học tập chuyên đề mẫu", "Hạn xác nhận"):
        assert part in ready.text
    assert ("https://zalo.me/" in ready.text) == (house.channel == "zalo_oa")
    assert not any(name in ready.text for name in (SECRETARY, MEMBER, CLERK))
    assert not ready.buttons
    code = ready.text.split("mã ")[1][:5]
    await secretary.says("/bannhom")
    await secretary.taps("52-KH/ĐU ngày")
    assert (await secretary.sees("rồi chọn “Đã đọc")).text == ready.text  # the same code, however often
    await member.says(f"mã {code.lower()}")
    await member.sees("52-KH/ĐU")
    await member.says("1")
    await member.sees("Đã ghi nhận")
    await other.says(code)
    refused = await other.sees("không gửi tới đồng chí")
    await other.says("A2B22" if code != "A2B22" else "A2B23")
    assert (
        await other.sees("không gửi tới đồng chí")
    ).text == refused.text  # nor whether there is such a code
    await stranger.starts()
    await stranger.says(code)
    await stranger.sees("đảng viên đã xác thực")
    await member.says("/bannhom 52")
    await member.sees("dành cho cấp ủy")


async def _crowd(house, count):
    """So many more members in a branch of their own, each with an account on this channel."""
    rows = tuple(
        PersonRow(
            "mẫu",
            number,
            f"Người Mẫu {number}",
            "Chi bộ Ba",
            committees=("Đảng ủy Trường Mẫu",),
            birth_date=BORN,
            card_number=f"{91000000 + number}",
            standing=Standing.ACTIVE,
            membership=MembershipKind.OFFICIAL,
        )
        for number in range(count)
    )
    columns = frozenset({"full_name", "card_number", "birth_date", "branch", "standing", "membership"})
    await house.write(lambda tx: import_roster(tx, Roster(rows, (), (), columns, "mẫu")))
    crowd = await asyncio.gather(*(house.stranger(row.full_name) for row in rows))
    await house.down()
    await testing.control(house.control, "zalo_oa/webhook", {"url": ""})
    await asyncio.gather(*(person.starts() for person in crowd))  # long ago: the bot hears nothing of it now
    await testing.control(house.control, "switches", {"zalo_oa": {"echo": False}})
    await house.up()

    def link(tx):
        for row, person in zip(rows, crowd, strict=True):
            member = people.member_by_card(tx, row.card_number)
            values = {"id": new_id(), "channel": house.channel, "user_id": person.user_id}
            values |= {"chat_id": person.user_id, "member_id": member.id, "language": "vi"}
            tx.run(insert(accounts).values(**values, state=ACTIVE, linked_ms=tx.now_ms))

    await house.write(link)
    return crowd


@pytest.mark.parametrize("channel", ["zalo_oa"])
async def test_a_broadcast_to_240_puts_at_most_four_messages_into_its_authors_zalo_chat(house):
    clerk = await house.member(CLERK)
    crowd = await _crowd(house, 240 - 8)
    await _compose(clerk)
    before = len([each for each in await clerk.messages() if each.from_bot])
    await clerk.taps("Cam đoan không mật và gửi")
    await clerk.sees("đang tới 240 đồng chí", 60)
    await crowd[-1].sees("52-KH/ĐU", 60)
    for person in crowd[::24]:
        await person.sees("52-KH/ĐU", 60)
        await person.says("đã đọc")
        await person.sees("Đã ghi nhận")
    house.turn(seconds=30)
    await clerk.sees_nothing_new("đã xác nhận", quiet=2)  # nothing there can be edited, so no counting up
    said = [each.text for each in await clerk.messages() if each.from_bot][before:]
    assert 2 <= len(said) <= 4, said
    await clerk.says("tinh hinh 52")
    await clerk.sees("10/239")


@telegram
async def test_nobody_is_verified_in_a_group_and_nobody_is_told_apart(house):
    member = await house.member(MEMBER)
    stranger = await house.stranger()
    await stranger.starts()
    chat_id = await _group(house, member, stranger)
    code = await house.slip("Phạm Thị Cao")
    await stranger.says(f"/start {code}", chat_id=chat_id)
    await stranger.sees("nhắn riêng cho tôi", chat_id=chat_id)
    await stranger.says("#cmd.verify", chat_id=chat_id)
    heard = []
    for person in (member, stranger):
        await person.says("/bolienketnhom", chat_id=chat_id)
        heard.append((await person.sees("liên kết", chat_id=chat_id)).text)
    assert heard[0] == heard[1]
    said = "\n".join(message.text for message in await member.messages(chat_id))
    assert "Xin phép" not in said
