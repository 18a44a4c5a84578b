"""After an erasure nothing of the member is left: not in bytes, and not behind any seal."""

import asyncio
import sqlite3

from faulty import TOP, Town
from sqlalchemy import select
from test_bytes import QUESTION, dates, numbers, on_disk, roster, scan, texts

from bot.organisation import queries as people
from bot.organisation.models import Role
from bot.organisation.service import appoint
from bot.privacy.models import State
from bot.store.files import FileBox
from bot.store.rotation import row_of, sealed_columns
from bot.store.tables.privacy import data_requests
from bot.store.writer import write
from bot.testing import Person


def unsealed(home: Town) -> dict[str, bytes]:
    """Every sealed value and file as whoever holds the keys reads it."""

    def look(tx):
        found = {}
        for column in sealed_columns():
            rows = tx.rows(
                select(column.label("value"), *(e.label(f"r{n}") for n, e in enumerate(row_of(column))))
                .select_from(column.table)
                .where(column.is_not(None))
            )
            for row in rows:
                sealed_to = ":".join(str(part) for part in row[1:])
                place = f"{column.table.name}.{column.name}"
                found[f"{place}:{sealed_to}"] = tx.vault.open_bytes(place, sealed_to, row.value)
        return found

    found = write(home.engine, home.vault, look)
    box = FileBox(home.folder / "files", home.vault)
    return found | {path.name: box.get(path.name) for path in (home.folder / "files").glob("*")}


async def verified(home: Town, number: int) -> Person:
    person = await home.comes(number)
    code = await home.slip(number)
    await person.starts()
    await person.taps("Xác thực")
    await person.taps("Tôi đồng ý")
    await person.sees("Mã trên phiếu")
    await person.says(code)
    await person.sees("Ngày sinh")
    await person.says("12.3.1961")
    await person.sees("Xác thực xong")
    return person


async def test_an_erased_member_is_gone_from_bytes_and_from_behind_the_seals(town):
    home = await town(3)
    home.bot.log.write_bytes(b"")
    await home.up()
    member, officer = await verified(home, 1), await verified(home, 2)
    officer_id = await home.member_id(2)
    await home.write(lambda tx: appoint(tx, officer_id, Role.OFFICER, people.find_organisation(tx, TOP).id))
    author = await home.comes(0)
    await author.starts()
    await home.link_all([author])
    directive = await home.directive()
    await member.sees("52-KH/ĐU", 15)
    await member.taps("Hỏi lại")
    await member.sees("Đồng chí muốn hỏi gì")
    await member.says(QUESTION)
    await member.sees("Đã gửi câu hỏi")
    await member.says("da doc 52")
    await member.sees("52-KH/ĐU")
    counted = await home.totals(directive)
    await member.says("/dulieucuatoi")
    await member.taps("Tải về")
    await member.sees("du-lieu-cua-toi.csv", 20)
    await member.says("/xoadulieu")
    await member.taps("Gửi yêu cầu xóa")
    await member.sees("Yêu cầu số 1")

    row = home.members[1]
    patterns = {
        "name": texts(row.full_name),
        "card": numbers(row.card_number),
        "cccd": numbers(row.cccd),
        "dossier": texts(row.dossier),
        "phone": numbers(row.phone),
        "question": texts(QUESTION),
    }
    everything = roster(home) | {"account": texts(member.user_id)}
    hidden = {what for what, _where, _pattern in scan(unsealed(home), patterns)}
    assert {"name", "card", "phone", "question"} <= hidden  # the scan sees what is there before

    await officer.says("/yeucaudulieu")
    await officer.taps("Xem số 1")
    await officer.taps("Thực hiện xóa")
    await officer.taps("Xóa ngay")
    await member.sees("Đã xóa dữ liệu của đồng chí")
    async with asyncio.timeout(60):
        while await home.write(lambda tx: tx.value(select(data_requests.c.state))) != State.DONE:  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # another process works; only its database can tell
    await home.settled()
    await home.bot.stop()

    assert scan(unsealed(home), patterns) == []
    checkpoint = sqlite3.connect(home.folder / "sotay.db")
    assert checkpoint.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0  # not busy
    with sqlite3.connect(home.folder / "backup.db") as backup:
        checkpoint.backup(backup)
    checkpoint.close()
    # In bytes: nobody's values in database, log, files and backup; of the erased member the account, too.
    contents = on_disk(home)
    assert {"sotay.db", "backup.db", "log"} <= set(contents)
    assert scan(contents, everything) == []
    assert scan(contents, {"born": dates(row.birth_date)}) == []
    assert await home.totals(directive) == counted
