"""Weeks on the turned clock: the digest's tap alone keeps a member reachable on Zalo, and is nobody's figure."""

import pytest
from sqlalchemy import func, select
from test_digest import HEAD, lasting_token, reads, turn_to  # noqa: F401 - the fixture is used by its name

from bot import testing
from bot.clock import VIETNAM, now
from bot.delivery import window
from bot.news import queries
from bot.store.tables.audit import audit
from bot.store.tables.delivery import SENT, UNREACHABLE, outbox


@pytest.fixture
def channel() -> str:
    return "zalo_oa"


async def _sent(house, name):
    """How many digests reached a member, and how many found the window closed."""
    member_id = await house.member_id(name)

    def counted(tx):
        mine = (outbox.c.notice == queries.NOTICE, outbox.c.recipient_id == member_id)
        return tuple(
            tx.value(select(func.count()).select_from(outbox).where(*mine, outbox.c.state == state))
            for state in (SENT, UNREACHABLE)
        )

    return await house.write(counted)


@pytest.mark.parametrize("days", [9, pytest.param(30, marks=pytest.mark.long)])
async def test_the_tap_alone_keeps_the_window_open(house, days):
    member = await house.member("Lê Văn Bé")
    silent = await house.member("Phạm Thị Cao")
    before = await house.write(lambda tx: tx.value(select(func.count()).select_from(audit)))
    for day in range(1, days + 1):
        turn_to(house, 5, 50)
        await reads(house)
        turn_to(house, 6, 31)
        await house.app.newsroom.send()
        await member.sees(HEAD)
        await member.taps("Đã xem")
        await member.sees("Hẹn đồng chí sáng mai")
        if day <= 6:
            await silent.sees(HEAD)
    await testing.control(house.control, "idle", platform="zalo_oa", wait=20, quiet=0.2)
    assert await _sent(house, "Lê Văn Bé") == (days, 0)
    reached, closed = await _sent(house, "Phạm Thị Cao")
    assert reached + closed == days and closed >= days - 7
    found = await house.write(
        lambda tx: window.of(tx, [("zalo_oa", member.user_id), ("zalo_oa", silent.user_id)])
    )
    now_ms = await house.write(lambda tx: tx.now_ms)
    assert found["zalo_oa", member.user_id].is_open(now_ms)
    assert not found["zalo_oa", silent.user_id].is_open(now_ms)
    assert (await testing.control(house.control, "zalo_oa/books"))["closed"] == 0
    assert await house.write(lambda tx: tx.value(select(func.count()).select_from(audit))) == before
    directive = await house.directive("52-KH/ĐU")
    await member.sees("52-KH/ĐU")
    totals = await house.totals(directive)
    assert (totals.sent, totals.acknowledged) == (1, 0)


async def test_digests_leave_what_is_kept_of_the_months_messages_to_directives(house):
    if now().astimezone(VIETNAM).day > 20:  # or the month ends in between, and its messages begin anew
        turn_to(house, 5, 50, days=12)
    house.settings.zalo_oa_kept = 0.5
    await house.down()
    await testing.control(house.control, "switches", {"zalo_oa": {"package": 4, "pays": False}})
    await house.up()
    officer = await house.member("Bùi Văn Tổ Chức")
    silent = [await house.member(each) for each in ("Lê Văn Bé", "Phạm Thị Cao")]
    for days in (2, 0, 0):
        turn_to(house, 5, 50, days=days)
        await reads(house)
        await officer.says("menu")
        await officer.sees("Sổ tay")
        turn_to(house, 6, 31)
        await house.app.newsroom.send()
        await officer.sees(HEAD)  # who wrote lately gets theirs for nothing
        await testing.control(house.control, "idle", platform="zalo_oa", wait=20, quiet=0.2)
    assert [await _sent(house, each) for each in ("Lê Văn Bé", "Phạm Thị Cao")] == [(1, 2), (1, 2)]
    told = [each for each in await officer.messages() if "phần giữ lại cho văn bản và nhắc việc" in each.text]
    assert len(told) == 1
    await house.directive("52-KH/ĐU", file=False)
    for member in silent:
        await member.sees("52-KH/ĐU")
