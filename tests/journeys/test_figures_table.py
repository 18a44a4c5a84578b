"""Figures as a workbook: the same numbers as in the chat, the asker's part of the tree alone, no names."""

import io

import pytest
from openpyxl import load_workbook

from bot.chat.events import Address, JobDone
from bot.clock import now
from bot.directives import queries
from bot.handlers import adoption as adoption_errand
from bot.handlers import meetings as meetings_errand
from bot.handlers import officer
from bot.handlers import privacy as privacy_errand
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.reports import adoption, status, tables

PEOPLE = ("Lê Văn Bé", "Trần Thị Bí Thư", "Phạm Thị Cao")


async def test_the_table_says_what_the_chat_says(house):
    be = await house.member("Lê Văn Bé")
    clerk = await house.member("Bùi Văn Tổ Chức")
    directive_id = await house.directive()
    await be.sees("52-KH/ĐU")
    await be.taps("Đã đọc, tiếp thu")
    await be.sees("Đã ghi nhận")
    await clerk.says("xuat excel 52")
    await clerk.sees("tinh-hinh-52-kh-du.xlsx", 30)
    await clerk.says("tình hình 52")
    await clerk.taps("Bảng tính")
    await clerk.sees("không có tên người", 30)

    def both(tx):
        scope = people.scope(tx, member_id, Verb.SEE_STATUS)
        directive = queries.get(tx, directive_id)
        return status.status(tx, directive, scope), tables.of_directive(tx, directive, scope)

    member_id = await house.member_id("Bùi Văn Tổ Chức")
    said, table = await house.write(both)
    first = table.rows[0]
    assert first[1:3] == [said.total.denominator, said.total.numerator]
    assert first[3] == pytest.approx(said.total.numerator / said.total.denominator)
    assert first[2] >= 1
    by_name = {row[0].strip(): row[1:3] for row in table.rows}
    for part, figures in said.parts:
        assert by_name[part.name] == [figures.denominator, figures.numerator]
    sheet = load_workbook(io.BytesIO(tables.workbook(table))).active
    cells = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "52-KH/ĐU" in cells[0]
    assert sheet.cell(3, 2).value == first[1]
    assert sheet.cell(3, 4).number_format == "0.0%"
    assert not any(name in str(cell) for cell in cells for name in PEOPLE)


async def test_who_uses_it_as_a_table(house):
    clerk = await house.member("Bùi Văn Tổ Chức")
    await clerk.says("/tyle")
    await clerk.sees("Tỷ lệ sử dụng")
    await clerk.taps("Bảng tính")
    await clerk.sees("ty-le-su-dung.xlsx", 30)

    def both(tx):
        scope = people.scope(tx, member_id, Verb.SEE_STATUS)
        root = next(each for each in people.organisation_tree(tx) if each.id in scope)
        return adoption.together(adoption.of(tx, root.id)), tables.of_adoption(tx, scope)

    member_id = await house.member_id("Bùi Văn Tổ Chức")
    said, table = await house.write(both)
    first = table.rows[0]
    assert (first[1], first[2], first[4]) == (said.must_use, said.verified, said.active)
    below = [row for row in table.rows if row[0].startswith("    ") and row[0][4] != " "]
    assert sum(row[1] for row in below) == said.must_use


async def test_a_secretary_gets_the_own_branch_and_a_member_nothing(house):
    secretary = await house.member("Trần Thị Bí Thư")
    be = await house.member("Lê Văn Bé")
    directive_id = await house.directive()
    await secretary.says("xuất 52")
    await secretary.sees("tinh-hinh-52-kh-du.xlsx", 30)
    member_id = await house.member_id("Trần Thị Bí Thư")

    def units(tx):
        scope = people.scope(tx, member_id, Verb.SEE_STATUS)
        return [row[0].strip() for row in tables.of_directive(tx, queries.get(tx, directive_id), scope).rows]

    assert await house.write(units) == ["Chi bộ Một"]
    await be.says("xuất 52")
    await be.sees_nothing_new(".xlsx")


@pytest.mark.parametrize(
    "made", [adoption_errand.printed, privacy_errand.exported, meetings_errand.file_made, officer.table_made]
)
async def test_files_do_not_reach_an_account_that_was_closed_while_they_were_made(house, made):
    stranger = Address(house.channel, "nobody", "nobody")
    result = {"what": "docx", "file": ["1-1", "x.pdf", "application/pdf", 9], "count": 3}
    said = await house.write(lambda tx: made(JobDone(stranger, now(), "any", result), tx))
    assert said.file is None
    assert "xác thực" in said.text


def test_a_unit_named_like_a_formula_is_text():
    table = tables.Table("=1+1", ["Đơn vị"], [["=HYPERLINK(1)", ""], ["-2", ""]], (), [])
    sheet = load_workbook(io.BytesIO(tables.workbook(table))).active
    assert [sheet.cell(row, 1).value for row in (1, 3, 4)] == ["'=1+1", "'=HYPERLINK(1)", "'-2"]
    assert sheet.cell(3, 2).value is None
