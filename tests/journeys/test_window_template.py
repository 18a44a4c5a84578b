"""Approved templates: the paid way to somebody whose seven days are over, for who has switched it on."""

import asyncio
from datetime import timedelta

import pytest
from test_compose import _compose
from test_meeting import call, the_meeting
from typer.testing import CliRunner

from bot import testing
from bot.clock import VIETNAM, now
from bot.delivery import templates
from bot.delivery.templates import Approved
from bot.meetings import service

PAPER = (("so_van_ban", "number", 40), ("trich_yeu", "title", 60), ("han", "deadline", 40))
BUTTON = {"title": "Xem văn bản", "type": "oa.query.show", "payload": "Văn bản của tôi"}


@pytest.fixture
def channel() -> str:
    return "zalo_oa"


@pytest.fixture(autouse=True)
async def by_day(house):
    """At ten in the morning: Zalo takes no template at night. Tokens that end have tests of their own."""
    await testing.control(house.control, "switches", {"zalo_oa": {"tokens_end": False}})
    here = now().astimezone(VIETNAM)
    morning = here.replace(hour=10, minute=0)
    house.turn(seconds=((morning - here) % timedelta(days=1)).total_seconds())


async def _approve(house, kind="directive", fields=PAPER, template_id="4711"):
    known = {"template_id": template_id, "fields": {name: most for name, _o, most in fields}}
    await testing.control(house.control, "zalo_oa/templates", known | {"price": 300, "buttons": [BUTTON]})
    approved = Approved("zalo_oa", kind, template_id, fields, 300)
    await house.write(lambda tx: templates.keep(tx, approved))


async def _books(house):
    return await testing.control(house.control, "zalo_oa/books")


async def _settled(house):
    """Until nothing waits to be sent."""
    from bot.delivery.outbox import waiting

    async with asyncio.timeout(10):
        while await house.write(waiting):
            house.app.sender.ring()
            await asyncio.sleep(0)


async def test_a_closed_window_a_template_a_press_the_window_open_and_the_card(house):
    await _approve(house)
    clerk = await house.member("Ngô Thị Văn Phòng")
    silent = await house.member("Lê Văn Bé")
    house.turn(days=8)
    await clerk.says("menu")
    await clerk.sees("Sổ tay")
    preview = await _compose(clerk, file=False)
    assert "không gửi được qua Zalo (quá 7 ngày): 1 đồng chí" in preview.text
    assert "báo bằng mẫu trả phí 1 tin (khoảng 300 đ)" in preview.text
    await clerk.taps("Cam đoan không mật và gửi")
    told = await silent.sees("so_van_ban: 52-KH/ĐU")
    assert sorted(line.partition(":")[0] for line in told.text.splitlines()) == [
        "han",
        "so_van_ban",
        "trich_yeu",
    ]
    await _settled(house)
    assert (await _books(house))["templates"] == 1

    await clerk.says("tinh hinh 52")
    status = await clerk.sees("Tình hình 52-KH/ĐU")
    assert "báo bằng mẫu trả phí 1 tin (khoảng 300 đ)" in status.text
    assert "không gửi được qua Zalo (quá 7 ngày) 1" in status.text  # a template is no delivery

    await silent.taps("Xem văn bản")
    await silent.taps("Đã đọc, tiếp thu")
    await silent.sees("Đã ghi nhận")
    await clerk.says("tinh hinh 52")
    assert "Đã xác nhận: 1/" in (await clerk.sees("Tình hình 52-KH/ĐU")).text
    assert (await _books(house))["closed"] == 0


async def test_without_a_template_nothing_is_sent_and_with_one_only_to_the_closed(house):
    silent = await house.member("Lê Văn Bé")
    await house.member("Phạm Thị Cao")
    house.turn(days=8)
    await house.directive("51-KH/ĐU")
    await _settled(house)
    await silent.sees_nothing_new("51-KH/ĐU")
    await _approve(house)
    awake = house.persons["Phạm Thị Cao"]
    await awake.says("menu")
    await awake.sees("Sổ tay")
    directive = await house.directive("52-KH/ĐU")
    await awake.sees("52-KH/ĐU")
    await silent.sees("so_van_ban: 52-KH/ĐU")
    await _settled(house)
    assert (await _books(house))["templates"] == 1
    assert (await house.totals(directive)).sent == 1


async def test_who_comes_back_before_the_hour_gets_the_card_and_no_template(house):
    await _approve(house)
    silent = await house.member("Lê Văn Bé")
    house.turn(days=8)
    await house.directive("52-KH/ĐU", deadline=now() + timedelta(days=9), send_at=now() + timedelta(days=1))
    await silent.says("xin chao")
    await silent.sees("Đồng chí chọn một việc")
    house.turn(days=1, minutes=1)
    await silent.sees("Hạn xác nhận")
    await _settled(house)
    assert "templates" not in await _books(house)


async def test_what_zalo_says_of_a_window_leads_to_a_template_too(house):
    await _approve(house)
    member = await house.member("Lê Văn Bé")
    fault = {"platform": "zalo_oa", "method": "message/cs", "chat_id": member.user_id, "error": -230}
    await testing.control(house.control, "faults", fault)
    await house.directive("52-KH/ĐU")
    await member.sees("so_van_ban: 52-KH/ĐU")


@pytest.mark.parametrize("code", [-249, -321])
async def test_a_template_zalo_refuses_is_told_and_stops_and_nothing_else_does(house, code):
    await _approve(house)
    officer = await house.member("Bùi Văn Tổ Chức")
    silent = await house.member("Lê Văn Bé")
    house.turn(days=8)
    await officer.says("menu")
    await officer.sees("Sổ tay")
    await testing.control(
        house.control, "faults", {"platform": "zalo_oa", "method": "message/template", "error": code}
    )
    await house.directive("52-KH/ĐU")
    await officer.sees("52-KH/ĐU")
    await officer.sees("Zalo không nhận một mẫu tin trả phí")
    await _settled(house)
    [known] = await house.write(templates.known)
    assert known.problem == f"Zalo {code}"
    await house.directive("53-KH/ĐU")
    await officer.sees("53-KH/ĐU")
    await silent.sees_nothing_new("so_van_ban")


async def test_no_template_carries_what_the_gate_stops(house):
    from bot.directives.knocking import may_travel

    assert may_travel("52-KH/ĐU", "Học tập chuyên đề mẫu")
    assert not may_travel("52-KH/ĐU", "TỐI MẬT")
    assert not may_travel("52-KH/ĐU", "Độ mật: Mật")


async def test_an_invitation_and_its_change(house):
    fields = (("cuoc_hop", "title", 90), ("thoi_gian", "deadline", 40))
    await _approve(house, "meeting", fields, "88")
    secretary = await house.member("Trần Thị Bí Thư")
    silent = await house.member("Lê Văn Bé")
    house.turn(days=8)
    await call(secretary)
    told = await silent.sees("cuoc_hop: Giấy mời: Sinh hoạt thường kỳ, Chi bộ Một")
    assert "thoi_gian: " in told.text
    meeting = await the_meeting(house)
    moved = meeting.starts + timedelta(hours=1)
    by = meeting.author_id
    house.turn(minutes=1)
    await house.write(lambda tx: service.change(tx, meeting.id, by, starts=moved))
    house.app.sender.ring()
    await silent.sees("cuoc_hop: Thay đổi giấy mời")
    house.turn(minutes=1)
    await house.write(lambda tx: service.cancel(tx, meeting.id, by))
    house.app.sender.ring()
    await silent.sees("cuoc_hop: Hủy cuộc họp")
    await _settled(house)
    assert (await _books(house))["templates"] == 3


async def test_a_reminder_by_template_comes_once(house):
    await _approve(house, "reminder")
    silent = await house.member("Lê Văn Bé")
    await house.directive("52-KH/ĐU", deadline=now() + timedelta(days=12))
    await silent.sees("52-KH/ĐU")
    house.turn(days=9)
    await silent.sees("so_van_ban: 52-KH/ĐU")
    house.turn(days=2)
    await house.directive("53-KH/ĐU", deadline=now() + timedelta(days=30))
    await _settled(house)
    assert (await _books(house))["templates"] == 1
    await silent.taps("Xem văn bản")
    await silent.sees("53-KH/ĐU")  # what was missed meanwhile


async def test_the_terminal_lists_adds_tries_and_removes(house, monkeypatch):
    from bot.cli import cli

    monkeypatch.chdir(house.folder)
    for name in ("data_dir", "zalo_oa_app_id", "zalo_oa_api"):
        monkeypatch.setenv(f"SOTAY_{name.upper()}", str(getattr(house.settings, name)))
    token = house.settings.zalo_oa_access_token.get_secret_value()
    monkeypatch.setenv("SOTAY_ZALO_OA_ACCESS_TOKEN", token)
    monkeypatch.setenv("COLUMNS", "200")

    async def run(*words, code=0):
        done = await asyncio.to_thread(CliRunner().invoke, cli, ("zalo", "template", *words))
        assert done.exit_code == code, done.output
        return done.output

    assert "Chưa dùng mẫu nào" in await run("list")
    for wrong in (
        ("add", "digest", "1", "--price", "300"),
        ("add", "directive", "1", "--price", "300", "--field", "ten=full_name"),
        ("add", "meeting", "1", "--price", "300", "--field", "so=number"),
        ("add", "directive", "1", "--price", "300", "--field", "so=number:x"),
        ("add", "directive", "1", "--price", "300", "--field", "a=title", "--field", "a=number"),
    ):
        await run(*wrong, code=2)
    added = await run("add", "directive", "4711", "--price", "300", "--field", "trich_yeu=title:60")
    assert "300 đ một tin" in added
    stranger = await house.stranger()
    await stranger.starts()
    await stranger.sees("Kính chào")
    assert "mã -249" in await run("try", "directive", stranger.user_id, "--yes", code=1)
    approved = {"template_id": "4711", "fields": {"trich_yeu": 60}, "price": 300}
    await testing.control(house.control, "zalo_oa/templates", approved)
    await house.write(lambda tx: templates.refused(tx, "zalo_oa", "directive", "Zalo -249"))
    assert "đang ngừng: Zalo -249" in await run("list")
    assert "Zalo đã nhận tin thử" in await run("try", "directive", stranger.user_id, "--yes")
    await stranger.sees("trich_yeu: Tin thử của bot")
    assert "đang dùng" in await run("list")
    member = await house.member("Lê Văn Bé")
    assert "tài khoản của một đảng viên" in await run("try", "directive", member.user_id, "--yes", code=1)
    assert "Đã thôi dùng mẫu" in await run("remove", "directive")
    await run("remove", "directive", code=1)
