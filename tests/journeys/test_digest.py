"""The morning digest: made of three sites whatever they do, in time, once, each member's own way."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot import newsroom, testing
from bot.clock import VIETNAM, now
from bot.i18n import moment
from bot.meetings import service as meetings
from bot.meetings.models import Draft, MeetingKind
from bot.news import feeds, queries, service
from bot.organisation import accounts
from bot.organisation import queries as people
from bot.organisation.models import Purpose
from bot.sandbox.news import feed_list
from bot.store.tables.audit import audit
from bot.store.tables.news import stories

HEAD = "Điểm tin sáng"


@pytest.fixture(autouse=True)
async def lasting_token(house):
    """Tokens that end after a day are another journey's."""
    await testing.control(house.control, "switches", {"zalo_oa": {"tokens_end": False}})


def turn_to(house, hour, minute=0, *, days=0):
    """Turns the clock forward to this time of the day in Vietnam; the next one, then so many days on."""
    local = now().astimezone(VIETNAM)
    then = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if then <= local:
        then += timedelta(days=1)
    house.turn(seconds=(then + timedelta(days=days) - local).total_seconds())


async def reads(house, extra=""):
    """The bot reads the sandbox's sites now."""
    listed = feed_list(house.sandbox.base) + extra
    house.settings.news_feeds.write_text(listed, encoding="utf-8")
    found = feeds.sources(house.settings.news_feeds)
    await house.write(lambda tx: service.sync_sources(tx, found))
    await house.app.newsroom.gather()


def site(house, name, topic="society", public="false"):
    url = f"{house.sandbox.base}/news/{name}/feed"
    return f'[[feed]]\nname = "{name}"\nurl = "{url}"\ntopic = "{topic}"\npublic = {public}\n\n'


async def digests(person):
    return [
        m
        for m in await person.messages()
        if m.from_bot and m.text.startswith(HEAD) and "đang tắt" not in m.text
    ]


async def test_three_sites_make_one_digest_in_time_and_once(house, monkeypatch):
    monkeypatch.setattr(newsroom, "SECONDS", 2.0)
    member = await house.member("Lê Văn Bé")
    office = await house.member("Ngô Thị Văn Phòng")
    turn_to(house, 5, 50)
    await reads(house, site(house, "cham") + site(house, "hong"))
    turn_to(house, 6, 31)
    await house.app.newsroom.send()
    said = await member.sees(HEAD)
    assert said.text.startswith(f"{HEAD} {_today()}")
    lines = [line for line in said.text.split("\n") if line.startswith("•")]
    assert len(lines) == 5, said.text
    assert [("Nhân Dân Mẫu" in line) for line in lines] == [True, True, True, False, False]
    assert "(Thành phố Mẫu, Báo Mẫu)" in said.text
    links = re.findall(r"http\S+", said.text)
    assert len(links) == 5 and not any("utm_" in link for link in links)
    assert "script" not in said.text and "  " not in said.text
    await office.sees(HEAD)

    known = await house.write(lambda tx: queries.between(tx, *queries.day_span(_day()), ()))
    twice = [each for each in known if "học bổng" in each.title]
    assert [len(each.sources) for each in twice] == [2], [each.title for each in twice]
    assert all(each.published <= now() for each in known)
    assert {each.published.astimezone(VIETNAM).hour for each in known} == {5}

    await house.app.newsroom.send()
    await house.down()
    await house.up()
    await house.app.newsroom.gather()
    await house.app.newsroom.send()
    await member.says("menu")
    await member.sees("Sổ tay")
    assert len(await digests(member)) == 1

    await office.says("/nguontin")
    health = (await office.sees("Nguồn tin")).text
    assert "cham: LỖI: quá chậm" in health
    assert "hong: LỖI: máy chủ báo lỗi" in health
    assert "Nhân Dân Mẫu: 3 tin" in health


def _day():
    return now().astimezone(VIETNAM).date()


def _today():
    names = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
    return f"{names[_day().weekday()]} {_day():%d/%m}"


async def test_what_waits_is_told_and_the_tap_acknowledges_nothing(house):
    member = await house.member("Lê Văn Bé")
    directive = await house.directive("52-KH/ĐU")
    await member.sees("52-KH/ĐU")
    turn_to(house, 5, 50)
    await reads(house)
    turn_to(house, 6, 31)
    await house.app.newsroom.send()
    said = await member.sees(HEAD)
    assert "Đang chờ đồng chí:\n• xác nhận 52-KH/ĐU, hạn" in said.text
    before = await house.write(lambda tx: tx.value(select(func.count()).select_from(audit)))
    if house.channel == "zalo_oa":
        house.turn(minutes=2)
        await member.says("đã đọc")  # of the news, or of the paper?
        await member.sees("Tôi chưa ghi nhận gì")
        await member.taps("Đã xem")
        await member.sees("Còn văn bản chờ đồng chí xác nhận: 52-KH/ĐU")
    assert (await house.totals(directive)).acknowledged == 0
    assert await house.write(lambda tx: tx.value(select(func.count()).select_from(audit))) == before
    await member.says("da doc 52")
    await member.sees("Đã ghi nhận")


async def test_a_late_start_sends_late_and_after_eleven_not_at_all(house):
    member = await house.member("Lê Văn Bé")
    turn_to(house, 5, 50)
    await reads(house)
    await house.down()
    turn_to(house, 9, 40)
    await house.up()
    await house.app.newsroom.gather()
    await house.app.newsroom.send()
    await member.sees(HEAD)

    turn_to(house, 5, 50)
    await reads(house)
    await house.down()
    turn_to(house, 11, 1)
    await house.up()
    await house.app.newsroom.gather()
    await house.app.newsroom.send()
    await member.says("menu")
    await member.sees("Sổ tay")
    assert len(await digests(member)) == 1


async def test_a_member_chooses_hour_topics_days_and_none(house):
    member = await house.member("Lê Văn Bé")
    turn_to(house, 5, 50)
    await reads(house)
    await member.says("/caidattin")
    await member.sees("Giờ gửi: 06:30")
    await member.taps("Đổi giờ")
    await member.sees("lúc mấy giờ")
    await member.says("7")
    await member.sees("09:00 (mục 7) hay 07:00?")
    await member.says("7")  # the two that are offered are 1 and 2
    await member.sees("Giờ gửi: 07:00")
    await member.taps("Đổi giờ")
    await member.sees("lúc mấy giờ")
    await member.says("4")
    await member.sees("Giờ gửi: 07:30")
    await member.taps("Chọn chủ đề")
    await member.sees("Chọn chủ đề để bỏ")
    if house.channel == "zalo_oa":
        await member.says("1")  # more choices than Zalo has buttons
        await member.sees("Nhận lại: Xây dựng Đảng")
    else:
        await member.taps("Bỏ: Xây dựng Đảng")
        await member.sees("Chọn chủ đề để bỏ")
    turn_to(house, 6, 31)
    await house.app.newsroom.send()
    await member.says("menu")
    await member.sees("Sổ tay")
    assert not await digests(member)
    turn_to(house, 7, 31)
    await house.app.newsroom.send()
    said = await member.sees(HEAD)
    assert "Nhân Dân Mẫu" not in said.text and "Thành phố Mẫu" in said.text
    await member.says("tat diem tin")
    await member.sees("đang tắt")
    turn_to(house, 5, 50)
    await reads(house)
    turn_to(house, 8)
    await house.app.newsroom.send()
    await member.says("bat tin")
    await member.sees("Giờ gửi: 07:30")
    await member.taps("Chỉ ngày làm việc")
    await member.sees("thứ Hai đến thứ Sáu")
    while _day().weekday() != 5:
        turn_to(house, 5, 50)
    await reads(house)
    turn_to(house, 8)
    await house.app.newsroom.send()
    await member.says("menu")
    await member.sees("Sổ tay")
    found = await digests(member)
    assert len(found) == 1, [(each.text[:40], each.seq) for each in found]


async def test_an_editor_previews_drops_orders_adds_and_holds(house):
    office = await house.member("Ngô Thị Văn Phòng")
    officer = await house.member("Bùi Văn Tổ Chức")
    member = await house.member("Lê Văn Bé")
    turn_to(house, 16, 50)
    await reads(house)
    await house.app.newsroom.send()
    await office.says("menu")
    await office.sees("Sổ tay")
    turn_to(house, 17, 1)
    await house.app.newsroom.send()
    shown = await officer.sees("Xem trước điểm tin")
    assert "được gửi lúc 06:30 ngày" in shown.text
    assert len(re.findall(r"^• ", shown.text, re.MULTILINE)) == 5
    await officer.taps("Sửa")
    titles = _numbered(await officer.sees("Sửa điểm tin"))
    assert len(titles) >= 5
    await officer.says("bỏ 1")
    await officer.sees("Đã sửa.")
    await officer.says("xep 4 2")
    after = _numbered(await officer.sees("Đã sửa."))
    assert titles[0] not in after
    assert after[:2] == [titles[4], titles[2]]
    await officer.taps("Thêm một dòng")
    await officer.sees("Dòng cần thêm")
    await officer.says("Chiều nay họp giao ban lúc 14 giờ.")
    await officer.sees("Chiều nay họp giao ban")
    await officer.taps("Xong")
    await officer.sees("Đã xong phần sửa")
    turn_to(house, 6, 31)
    await house.app.newsroom.send()
    said = (await member.sees(HEAD)).text
    assert titles[0] not in said and "Chiều nay họp giao ban lúc 14 giờ." in said
    assert said.index(after[0]) < said.index(after[1])

    await member.says("/suadiemtin")
    await member.sees("dành cho cấp ủy")
    turn_to(house, 17, 1)
    await reads(house)
    await house.app.newsroom.send()
    await officer.sees("Xem trước điểm tin")
    await officer.taps("Không gửi")
    await officer.sees("được giữ lại")
    turn_to(house, 6, 31)
    await house.app.newsroom.send()
    await member.says("menu")
    await member.sees("Sổ tay")
    assert len(await digests(member)) == 1


def _numbered(said):
    """The stories of a list; the choices below it may have numbers of their own."""
    return re.findall(r"^\d\. (.+)$", said.text.partition("\n\n")[0], re.MULTILINE)


async def test_where_silence_means_no_an_editors_word_is_needed(house):
    officer = await house.member("Bùi Văn Tổ Chức")
    secretary = await house.member("Trần Thị Bí Thư")
    member = await house.member("Lê Văn Bé")
    other = await house.member("Đỗ Thị Hai")

    def strict(tx):
        service.set_habit(tx, None, people.find_organisation(tx, "Chi bộ Một").id, silence="hold", minute=420)

    await house.write(strict)
    turn_to(house, 17, 1)
    await reads(house)
    await house.app.newsroom.send()
    await officer.sees("Xem trước")
    assert "Chỉ gửi khi đồng chí bấm" in (await secretary.sees("Xem trước")).text
    turn_to(house, 7, 1)
    await house.app.newsroom.send()
    await other.sees(HEAD)
    await member.says("menu")
    await member.sees("Sổ tay")
    assert not await digests(member)
    await secretary.says("sua diem tin")
    await secretary.taps("Gửi như thế này")
    await secretary.sees("sẽ được gửi")


async def test_an_editor_sets_hour_silence_and_a_feed_in_the_chat(house):
    await reads(house)
    secretary = await house.member("Trần Thị Bí Thư")
    member = await house.member("Lê Văn Bé")
    await member.says("/caidatdonvi")
    await member.sees("dành cho")  # not a member's to set
    await secretary.says("cach gui diem tin")
    said = await secretary.sees("Điểm tin của Chi bộ Một")
    assert "Gửi lúc 06:30" in said.text
    assert "Người biên tập im lặng: vẫn gửi" in said.text
    await secretary.says("doi gio gui")
    await secretary.sees("mấy giờ sáng")
    await secretary.says("10:15")
    await secretary.says("7 ruoi")
    await secretary.sees("Gửi lúc 07:30")
    await secretary.taps("Khi im lặng")
    await secretary.taps("Không gửi")
    await secretary.sees("im lặng: không gửi")
    await secretary.says("them nguon tin")
    await secretary.sees("Địa chỉ RSS")
    await secretary.says("https://evil.example/rss")
    await secretary.sees("trang đã được cho phép")
    await secretary.says(f"{house.sandbox.base}/news/atom/feed")
    await secretary.sees("Tên nguồn")
    await secretary.says("Trang của khoa")
    await secretary.sees("Nguồn riêng: Trang của khoa")
    await secretary.says("bo nguon tin")
    await secretary.says("trang cua khoa")
    await secretary.sees("Nguồn riêng: chưa có")
    await secretary.says("xong")
    await secretary.sees("Đã xong")
    turn_to(house, 7, 31)
    await house.app.newsroom.send()
    assert await digests(member) == []  # silence means no, as it was set


async def test_the_next_meeting_stands_below_the_news(house):
    await reads(house)
    member = await house.member("Lê Văn Bé")
    two = await house.member("Đỗ Thị Hai")
    turn_to(house, 5)
    called = now().replace(microsecond=0)

    def call(tx):
        unit = people.find_organisation(tx, "Chi bộ Một")
        author = people.secretary_of(tx, unit.id)
        for days in (9, 3):
            starts = called + timedelta(days=days)
            meetings.call(
                tx, Draft(unit.id, MeetingKind.REGULAR, starts, "Phòng 302", "Việc", "Bí thư", author)
            )

    await house.write(call)
    await house.directive()
    await member.sees("52-KH/ĐU", 15)
    turn_to(house, 6, 31)
    await house.app.newsroom.send()
    said = (await member.sees(HEAD)).text
    waits = said.split("Đang chờ đồng chí:")[1].splitlines()[1:3]
    when = moment(called + timedelta(days=3))
    assert waits[0].startswith("• xác nhận 52-KH/ĐU")
    assert waits[1] == f"• họp Chi bộ Một, {when}: đồng chí chưa trả lời giấy mời"  # the nearest alone
    assert "họp" not in (await two.sees(HEAD)).text.split("Đang chờ đồng chí:")[1]


async def test_a_notice_comes_first_below_its_unit_alone(house):
    secretary = await house.member("Trần Thị Bí Thư")
    member = await house.member("Lê Văn Bé")
    other = await house.member("Hồ Văn Năm")
    turn_to(house, 5, 40)
    await reads(house)
    await secretary.says("/dangtin")
    await secretary.sees("Nội dung thông báo")
    await secretary.says("Độ mật: TỐI MẬT. Họp thứ Hai")
    await secretary.sees("mật")
    await secretary.says("Thu đảng phí quý bốn tại phòng 101 từ thứ Hai.")
    await secretary.sees("Địa chỉ trang kèm theo")
    await secretary.taps("Không kèm địa chỉ")
    await secretary.sees("Thông báo cho Chi bộ Một")
    await secretary.taps("Đăng")
    await secretary.sees("Đã đăng")
    turn_to(house, 6, 31)
    await house.app.newsroom.send()
    said = (await member.sees(HEAD)).text
    assert said.split("\n")[1] == "• Thông báo: Thu đảng phí quý bốn tại phòng 101 từ thứ Hai."
    assert "đảng phí" not in (await other.sees(HEAD)).text
    await other.says("tìm tin đảng phí")
    await other.sees("chưa có tin nào")
    await member.says("tim tin dang phi")
    await member.sees("Thu đảng phí quý bốn")
    stranger = await house.stranger()
    await stranger.says("tìm tin đảng phí")
    await stranger.sees("chưa có tin nào")


async def test_news_any_time_and_search_with_and_without_marks(house):
    member = await house.member("Lê Văn Bé")
    turn_to(house, 5, 50)
    await reads(house)
    await member.says("tin hôm nay")
    assert "Nhân Dân Mẫu" in (await member.sees("Tin Th" if _day().weekday() < 6 else "Tin Ch")).text
    await member.taps("Xem tiếp")
    await member.sees("Báo Mẫu")
    turn_to(house, 6, 31)
    await house.app.newsroom.send()
    await member.sees(HEAD)
    turn_to(house, 5)
    await member.says("/tin hôm qua")
    assert "Nhân Dân Mẫu" in (await member.sees("Tin ")).text
    for words in ("học bổng", "hoc bong", "HỌC BỔNG"):
        await member.says(f"tìm tin về {words}")
        await member.sees("vượt khó")
    await member.says("/tin xe buýt")
    await member.sees("xe buýt điện")
    await member.says("tìm tin không có đâu")
    await member.sees("chưa có tin nào")
    house.turn(days=31)
    await member.says("tìm tin học bổng")
    await member.sees("chưa có tin nào")
    house.turn(days=60)
    await house.write(service.forget_old)
    assert await house.write(lambda tx: tx.value(select(func.count()).select_from(stories))) == 0


async def test_who_is_not_verified_reads_and_orders_public_news_alone(house):
    stranger = await house.stranger()
    await stranger.starts()
    await stranger.sees("Sổ tay")
    turn_to(house, 5, 50)
    await reads(house)
    await stranger.says("tin")
    said = (await stranger.sees("Thành phố Mẫu")).text
    assert "Nhân Dân Mẫu" not in said and "Đảng" not in said
    await stranger.says("tim tin ket nap")
    await stranger.sees("chưa có tin nào")
    await stranger.says("tin")
    await stranger.sees("Thành phố Mẫu")
    await stranger.taps("Nhận tin mỗi sáng")
    await stranger.sees("Từ sáng mai")
    turn_to(house, 6, 31)
    await house.app.newsroom.send()
    said = (await stranger.sees("Điểm tin sáng")).text
    assert "Thành phố Mẫu" in said and "Đảng" not in said
    await stranger.says("tắt tin")
    await stranger.sees("Đã tắt điểm tin")
    turn_to(house, 5, 50)
    await reads(house)
    turn_to(house, 6, 31)
    await house.app.newsroom.send()
    await stranger.says("menu")
    await stranger.sees("Sổ tay")
    assert len([m for m in await stranger.messages() if "Điểm tin sáng" in m.text]) == 1


async def test_who_did_not_agree_to_the_digest_gets_none(house):
    member = await house.member("Lê Văn Bé")
    other = await house.member("Phạm Thị Cao")

    def refuse(tx):
        account = people.account_of(tx, house.channel, member.user_id)
        accounts.answer(tx, account, "2", Purpose.DIGEST, agreed=False)

    await house.write(refuse)
    turn_to(house, 5, 50)
    await reads(house)
    turn_to(house, 6, 31)
    await house.app.newsroom.send()
    await other.sees(HEAD)
    await member.says("/caidattin")
    await member.sees("chưa đồng ý nhận điểm tin")
    assert not await digests(member)
    await member.says("tin")
    await member.sees("Nhân Dân Mẫu")
