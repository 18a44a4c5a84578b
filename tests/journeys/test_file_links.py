"""What Zalo does not carry comes as a link: for one person, for a while, noted when it is opened."""

import re
from functools import partial

import aiohttp
import pytest
from sqlalchemy import select

from bot.chat.replies import File, Say
from bot.delivery import outbox
from bot.organisation import accounts
from bot.organisation import queries as people
from bot.store import files, links
from bot.store.files import FileBox
from bot.store.tables.audit import audit

BOOK = b"PK\x03\x04 a workbook of our own making"
NAME = "bảng tổng hợp.xlsx"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def channel() -> str:
    return "zalo_oa"


async def _sent(house, person):
    """The address that came in the place of a workbook."""
    box = FileBox(house.settings.files, house.vault)
    file = File(box.put(BOOK), NAME, TYPE, len(BOOK))

    def unit(tx):
        row = outbox.reply(tx, "zalo_oa", person.user_id, Say("Bảng tổng hợp đây.", file=file), "p")
        tx.after_commit.append(partial(house.app.sender.hand, [row]))

    await house.write(unit)
    said = await person.sees("Bảng tổng hợp đây.")
    return file, re.search(r"http://\S+", said.text)[0]


async def _openings(house):
    rows = await house.write(lambda tx: tx.rows(select(audit).where(audit.c.action == "file.open")))
    return [row.member_id for row in rows]


async def test_only_the_press_opens_and_it_is_no_acknowledgement(house):
    member = await house.member("Lê Văn Bé")
    directive = await house.directive()
    await member.sees("52-KH/ĐU")
    _file, url = await _sent(house, member)
    async with aiohttp.ClientSession() as phone:
        for _preview in range(3):  # a messenger looks at the address before the person does
            async with phone.get(url) as page:
                text = await page.text()
                assert page.status == 200 and NAME in text and "Mở tệp" in text
                assert page.headers["Referrer-Policy"] == "no-referrer"
        assert await _openings(house) == []
        async with phone.post(url, allow_redirects=False) as pressed:
            assert pressed.status == 303
            there = pressed.headers["Location"]
    base = url.partition("/tep/")[0]
    async with aiohttp.ClientSession() as downloads:  # asks without the cookie, perhaps twice
        for _again in range(2):
            async with downloads.get(base + there) as got:
                assert await got.read() == BOOK
                assert got.content_type == TYPE
                assert got.headers["Content-Disposition"].startswith("attachment")
        house.turn(minutes=11)
        async with downloads.get(base + there) as late:
            assert late.status == 410
    assert await _openings(house) == [await house.member_id("Lê Văn Bé")]
    assert (await house.totals(directive)).acknowledged == 0


async def test_a_link_that_travels_ends_and_a_device_is_known_again(house):
    member = await house.member("Lê Văn Bé")
    _file, url = await _sent(house, member)
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as own:
        for _time in range(5):
            async with own.post(url, allow_redirects=False) as pressed:
                assert pressed.status == 303
        for _device in range(links.MOST_DEVICES - 1):
            async with aiohttp.ClientSession() as other, other.post(url, allow_redirects=False) as pressed:
                assert pressed.status == 303
        async with aiohttp.ClientSession() as stranger, stranger.post(url, allow_redirects=False) as refused:
            assert refused.status == 410
            assert "bấm lại nút mở tệp" in await refused.text()
        async with own.post(url, allow_redirects=False) as pressed:
            assert pressed.status == 303


@pytest.mark.parametrize("how", ["forged", "expired", "recalled", "withdrawn"])
async def test_an_ended_link_opens_nothing(house, how):
    member = await house.member("Lê Văn Bé")
    file, url = await _sent(house, member)
    if how == "forged":
        url = url[:-1] + ("0" if url[-1] != "0" else "1")
    elif how == "expired":
        house.turn(days=house.settings.link_days, minutes=1)
    elif how == "recalled":
        await house.write(partial(links.revoke, file_id=file.file_id))
    else:
        account = await house.write(lambda tx: people.account_of(tx, "zalo_oa", member.user_id))
        await house.write(partial(accounts.withdraw, account_id=account.id))
    async with aiohttp.ClientSession() as phone:
        async with phone.get(url) as page:
            assert page.status == 410
        async with phone.post(url, allow_redirects=False) as pressed:
            assert pressed.status == 410
    assert await _openings(house) == []
    await house.write(links.forget_expired)
    assert await house.write(lambda tx: files.references(tx, "zalo_oa")) == {}
