"""More mess, a test each; its name is the mess. (Cells, dates and numbers: test_roster_file.py.)"""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook, load_workbook
from organisation_doubles import xlsx
from roster_formats import dxl, tcvn3, text_file, vni, workbook, xls

from bot.organisation.models import Roster, RosterError
from bot.organisation.roster_check import check, report_as_json
from bot.organisation.roster_file import read_roster_bytes

HEADER: list[object] = ["STT", "Họ và tên", "Số thẻ", "Ngày sinh", "Chi bộ"]
BORN = date(1980, 4, 5)


def read(content: bytes, name: str = "danh-sach.xlsx") -> Roster:
    return read_roster_bytes(content, name)


def made(fill) -> bytes:
    book = Workbook()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(content: bytes, part: str, old: str, new: str) -> bytes:
    """A workbook with some of its XML changed by hand."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == part:
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            target.writestr(name, data)
    return out.getvalue()


def who(roster: Roster) -> list[tuple[str, str]]:
    return [(person.full_name, person.branch) for person in roster.people]


def test_two_line_header_with_merged_cells() -> None:
    def fill(book: Workbook) -> None:
        sheet = book.active
        sheet.append(["ĐẢNG BỘ MẪU"])
        sheet.append(["TT", "Họ và tên", "Ngày, tháng, năm", None, None, "Số thẻ", "Chi bộ"])
        sheet.append([None, None, "Sinh", "Vào Đảng", "Chính thức", None, None])
        sheet.append(["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"])
        sheet.append([1, "Lê Mẫu", "05/04/1980", "03/02/2005", "03/02/2006", "01234567", "Chi bộ Một"])
        sheet.merge_cells("C2:E2")
        for column in "ABFG":
            sheet.merge_cells(f"{column}2:{column}3")

    (person,) = read(made(fill)).people
    assert (person.row, person.birth_date, person.joined_on) == (5, BORN, date(2005, 2, 3))
    assert (person.official_on, person.card_number, person.branch) == (
        date(2006, 2, 3),
        "01234567",
        "Chi bộ Một",
    )


def test_two_line_header_in_a_csv_where_nothing_tells_of_merging() -> None:
    rows: list[list[object]] = [
        ["TT", "Họ và tên", "Ngày tháng năm", "", "Chi bộ"],
        ["", "", "sinh", "kết nạp", ""],
        ["1", "Lê Mẫu", "05/04/1980", "03/02/2005", "Chi bộ Một"],
    ]
    (person,) = read(text_file(rows, "utf-8", ","), "a.csv").people
    assert (person.birth_date, person.joined_on, person.branch) == (BORN, date(2005, 2, 3), "Chi bộ Một")


def test_branch_written_once_in_merged_cells() -> None:
    def fill(book: Workbook) -> None:
        book.active.append(HEADER)
        for n in range(1, 5):
            book.active.append(
                [
                    n,
                    f"Lê Mẫu {'ABCD'[n - 1]}",
                    f"0123456{n}",
                    "05/04/1980",
                    ["Chi bộ Một", None, "Chi bộ Hai", None][n - 1],
                ]
            )
        book.active.merge_cells("E2:E3")
        book.active.merge_cells("E4:E5")

    assert [branch for _name, branch in who(read(made(fill)))] == ["Chi bộ Một"] * 2 + ["Chi bộ Hai"] * 2


def test_branch_written_once_in_an_old_workbook() -> None:
    rows = [
        HEADER,
        *(
            [n, f"Lê Mẫu {'ABC'[n - 1]}", f"0123456{n}", BORN, "Chi bộ Một" if n == 1 else None]
            for n in (1, 2, 3)
        ),
    ]
    assert [branch for _name, branch in who(read(xls(rows, merged=((1, 3, 4, 4),))))] == ["Chi bộ Một"] * 3


def test_headings_of_branches_within_the_list() -> None:
    header = ["STT", "Họ và tên", "Ngày sinh"]
    rows = [
        ["DANH SÁCH ĐẢNG VIÊN"],
        header,
        ["I", "Chi bộ Toán - Cơ (2 đảng viên)"],
        [1, "Lê Mẫu A", "1980"],
        [2, "Lê Mẫu B", "05/04/1980"],
        ["II. CHI BỘ VẬT LÝ"],
        header,
        [1, "Lê Mẫu C", "05/04/1980"],
    ]
    assert who(read(xlsx(("Sheet1", rows)))) == [
        ("Lê Mẫu A", "Chi bộ Toán - Cơ"),
        ("Lê Mẫu B", "Chi bộ Toán - Cơ"),
        ("Lê Mẫu C", "CHI BỘ VẬT LÝ"),
    ]


def test_branch_in_the_title_over_the_table() -> None:
    rows = [
        ["DANH SÁCH ĐẢNG VIÊN CHI BỘ TOÁN"],
        ["STT", "Họ và tên", "Ngày sinh"],
        [1, "Lê Mẫu", "05/04/1980"],
    ]
    assert who(read(xlsx(("Sheet1", rows)))) == [("Lê Mẫu", "CHI BỘ TOÁN")]


@pytest.mark.parametrize("header", [["Họ đệm", "Tên"], ["Họ và tên", None]])
def test_name_in_two_columns(header: list[object]) -> None:
    rows = [["STT", *header, "Ngày sinh", "Chi bộ"], [1, "Lê Thị", "Mẫu", "05/04/1980", "Chi bộ Một"]]
    assert who(read(xlsx(("DS", rows)))) == [("Lê Thị Mẫu", "Chi bộ Một")]


def test_birth_year_in_a_column_for_men_and_one_for_women() -> None:
    def fill(book: Workbook) -> None:
        book.active.append(["STT", "Họ và tên", "Năm sinh", None, "Chi bộ"])
        book.active.append([None, None, "Nam", "Nữ", None])
        book.active.append([1, "Lê Mẫu", 1980, None, "Chi bộ Một"])
        book.active.append([2, "Lê Thị Mẫu", None, 1981, "Chi bộ Một"])
        book.active.merge_cells("C1:D1")

    assert [person.birth_year for person in read(made(fill)).people] == [1980, 1981]


@pytest.mark.parametrize(("code", "write"), [("tcvn3", tcvn3), ("vni", vni)])
def test_old_font_is_read_and_shown(code: str, write) -> None:
    rows = [HEADER, [1, "Nguyễn Văn Hảo", "01234567", "05/04/1980", "Chi bộ Một"]]
    roster = read(workbook(rows, code))
    assert who(roster) == [("Nguyễn Văn Hảo", "Chi bộ Một")]
    shown = next(each for each in roster.converted if each.after == "Nguyễn Văn Hảo")
    assert (shown.code, shown.before, shown.column) == (code, write("Nguyễn Văn Hảo"), "Họ và tên")
    report = report_as_json(check(roster))
    assert report["converted"]


def test_capital_font_of_tcvn3() -> None:
    rows = [HEADER, [1, "TRÇN V¡N H¶O", "01234567", "05/04/1980", "Chi bộ Một"]]
    assert who(read(xlsx(("DS", rows)))) == [("TRẦN VĂN HẢO", "Chi bộ Một")]


def test_old_font_in_one_column_and_unicode_in_the_others() -> None:
    rows = [
        HEADER,
        [1, "Lª ThÞ Hoµ", "01234567", "05/04/1980", "Chi bộ Đống Đa"],
        [2, "Bïi V¨n B¸", "01234568", "05/04/1981", "Chi bộ Hà Trì"],
    ]
    assert who(read(xlsx(("DS", rows)))) == [
        ("Lê Thị Hoà", "Chi bộ Đống Đa"),
        ("Bùi Văn Bá", "Chi bộ Hà Trì"),
    ]


def test_one_row_pasted_from_an_old_document() -> None:
    rows = [HEADER, *([n, "Lê Văn Hùng", f"0123456{n}", f"0{n}/04/1980", "Chi bộ Một"] for n in range(1, 9))]
    rows.append([9, "NguyÔn V¨n H¶o", "01234569", "05/04/1980", "Chi bộ Một"])
    assert who(read(xlsx(("DS", rows))))[-1] == ("Nguyễn Văn Hảo", "Chi bộ Một")


def test_plain_unicode_is_left_alone() -> None:
    names = ["Lê Bá Hà", "H'Hen Niê", "Y Thông", "Bùi Mạnh Tú", "Lò Thị Xuân", "Cà Văn Ân"]
    rows = [
        HEADER,
        *([n, name, f"0123456{n}", f"0{n + 1}/04/1980", "Chi bộ Hà"] for n, name in enumerate(names)),
    ]
    roster = read(xlsx(("DS", rows)))
    assert [name for name, _branch in who(roster)] == names
    assert roster.converted == ()


def test_utf8_that_was_read_as_western() -> None:
    rows = [
        [str(cell).encode().decode("cp1252", "replace") for cell in row]
        for row in [["Ho ten", "So the", "Chi bo"], ["Nguyễn Văn Sơn", "01234567", "Mẫu"]]
    ]
    rows[1][0] = "Nguyá»…n VÄƒn SÆ¡n"
    roster = read(xlsx(("DS", rows)))
    assert roster.people[0].full_name == "Nguyễn Văn Sơn"


def test_hidden_rows_are_told_and_held() -> None:
    def fill(book: Workbook) -> None:
        book.active.append(HEADER)
        for n in (1, 2, 3):
            book.active.append([n, f"Lê Mẫu {'ABC'[n - 1]}", f"0123456{n}", f"0{n}/04/1980", "Chi bộ Một"])
        book.active.row_dimensions[3].hidden = True

    report = check(read(made(fill)))
    assert [(row.row, row.kind, row.change.value) for row in report.rows] == [
        (2, "new", "new"),
        (3, "suspicious", "none"),
        (4, "new", "new"),
    ]
    assert "bị ẩn" in report.rows[1].reason


def test_hidden_sheet_is_not_read_and_said_so() -> None:
    def fill(book: Workbook) -> None:
        for sheet in (book.active, book.create_sheet("Cũ")):
            sheet.append(HEADER)
            sheet.append([1, "Lê Mẫu", "01234567", "05/04/1980", "Chi bộ Một"])
        book["Cũ"].sheet_state = "hidden"

    roster = read(made(fill))
    assert len(roster.people) == 1
    assert "“Cũ” đang ẩn" in "".join(roster.notes)


def test_formulas_give_their_values() -> None:
    rows = [HEADER, [1, "=B9", "01234567", "05/04/1980", "Chi bộ Một"]]
    content = xlsx(("DS", rows))
    part = "xl/worksheets/sheet1.xml"
    empty = read(content)
    assert "công thức chưa có giá trị" in "".join(problem.reason for problem in empty.problems)
    assert empty.problems[0].held
    full = changed(
        content,
        part,
        '<c r="B2"><f>B9</f><v></v></c>'
        if b"<v></v>" in zipfile.ZipFile(io.BytesIO(content)).read(part)
        else '<c r="B2"><f>B9</f><v /></c>',
        '<c r="B2" t="str"><f>B9</f><v>Lê Mẫu</v></c>',
    )
    assert who(read(full)) == [("Lê Mẫu", "Chi bộ Một")]
    assert read(full).problems == ()


def test_cells_in_error_are_empty() -> None:
    rows = [HEADER, [1, "Lê Mẫu", "#N/A", "#REF!", "Chi bộ Một"]]
    (person,) = read(xlsx(("DS", rows))).people
    assert (person.card_number, person.birth_date) == (None, None)


def test_password_of_a_new_and_of_an_old_workbook_is_named() -> None:
    locked = b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    old = xls([HEADER, [1, "Lê Mẫu", "01234567", BORN, "Chi bộ Một"]], locked=True)
    for content in (locked, old):
        with pytest.raises(RosterError, match="có mật khẩu"):
            read(content)


def test_old_workbook() -> None:
    rows = [["Danh sách"], HEADER, [1, "Lê Mẫu", 12345678, BORN, "Chi bộ Một"]]
    (person,) = read(xls(rows)).people
    assert (person.full_name, person.card_number, person.birth_date) == ("Lê Mẫu", "12345678", BORN)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258", "tcvn3", "vni"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_encoding(encoding: str, delimiter: str) -> None:
    rows = [["Danh sách, bản mẫu"], HEADER, [1, "Nguyễn Văn Hảo", "01234567", "05/04/1980", "Chi bộ Một"]]
    (person,) = read(text_file(rows, encoding, delimiter), "a.csv").people
    assert (person.full_name, person.branch, person.row) == ("Nguyễn Văn Hảo", "Chi bộ Một", 3)


def test_csv_that_names_its_separator() -> None:
    assert len(read("sep=;\r\nHọ tên;Chi bộ\r\nLê, Mẫu;Một\r\n".encode(), "a.csv").people) == 1


def test_domino_xml() -> None:
    rows = [["Họ và tên", "Số thẻ", "Ngày sinh", "Chi bộ"], ["Lê Mẫu", "01234567", BORN, "Chi bộ <Một>"]]
    (person,) = read(dxl(rows), "a.dxl").people
    assert (person.full_name, person.birth_date, person.branch) == ("Lê Mẫu", BORN, "Chi bộ <Một>")
    assert (person.sheet, person.row) == ("DangVien", 1)


def test_domino_xml_with_entities_is_refused() -> None:
    bomb = b"<?xml version='1.0'?><!DOCTYPE d [<!ENTITY a 'aaaa'>]><database><document form='x'/></database>"
    with pytest.raises(RosterError, match="DXL"):
        read(bomb, "a.dxl")


def test_numbers_that_lost_two_zeros_are_proposed() -> None:
    rows = [["Họ tên", "Số CCCD", "Chi bộ"], ["Lê Mẫu", 1080123456, "Một"]]
    roster = read(xlsx(("DS", rows)))
    assert roster.people[0].cccd is None
    assert "mất số 0 ở đầu (0…3456)" in roster.problems[0].reason
    assert not roster.problems[0].held


def test_numeric_card_that_lost_its_zero_is_pointed_out() -> None:
    roster = read(xlsx(("DS", [HEADER, [1, "Lê Mẫu", 1234567, "05/04/1980", "Một"]])))
    assert "có thể mất số 0" in roster.problems[0].reason


def test_dates_that_an_american_program_has_turned() -> None:
    text = [
        HEADER,
        *(
            [n, f"Lê Mẫu {'ABC'[n]}", f"0123456{n}", f"04/{day}/1980", "Một"]
            for n, day in enumerate(("25", "05", "28"))
        ),
    ]
    roster = read(xlsx(("DS", text)))
    assert [person.birth_date for person in roster.people] == [None] * 3
    assert "04/05/1980" in roster.problems[1].reason
    mixed: list[list[object]] = [HEADER]
    for n in range(1, 9):  # 1 to 8 March, read as 3 January … and the days above 12 left as text
        mixed.append([n, f"Lê Mẫu {'ABCDEFGH'[n - 1]}", f"0123456{n}", datetime(1980, n, 3), "Một"])
    mixed += [
        [n, f"Lê Khác {'ABCDEFGHI'[n - 20]}", f"012345{n}", f"{n}/03/1980", "Một"] for n in range(20, 29)
    ]
    found = read(xlsx(("DS", mixed)))
    assert [person.birth_date for person in found.people][:3] == [None, None, date(1980, 3, 3)]
    assert found.people[-1].birth_date == date(1980, 3, 28)


def test_footer_date_and_signature_are_nobody() -> None:
    rows = [
        HEADER,
        [1, "Lê Mẫu", "01234567", "05/04/1980", "Chi bộ Một"],
        ["Tổng số: 1 đảng viên"],
        [],
        [None, None, None, None, "Hà Nội, ngày 05 tháng 11 năm 2026"],
        [None, "NGƯỜI LẬP BIỂU", None, None, "T/M CHI BỘ"],
        [None, None, None, None, "BÍ THƯ"],
        [None, "Trần Văn Ký", None, None, "Lê Thị Đóng Dấu"],
    ]
    assert who(read(xlsx(("DS", rows)))) == [("Lê Mẫu", "Chi bộ Một")]


def test_a_sheet_that_is_no_list_is_told() -> None:
    roster = read(
        xlsx(("DS", [HEADER, [1, "Lê Mẫu", "01234567", "1980", "Một"]]), ("Hướng dẫn", [["Cách điền"]]))
    )
    assert len(roster.people) == 1
    assert "“Hướng dẫn”" in "".join(roster.notes)


def test_ids_typed_with_an_apostrophe() -> None:
    (person,) = read(xlsx(("DS", [HEADER, [1, "Lê Mẫu", "'01234567", "'05/04/1980", "Một"]]))).people
    assert (person.card_number, person.birth_date) == ("01234567", BORN)


def test_private_columns_are_left_out_and_said_so() -> None:
    roster = read(
        xlsx(
            (
                "DS",
                [
                    [*HEADER, "Dân tộc", "Tôn giáo"],
                    [1, "Lê Mẫu", "01234567", "1980", "Một", "X-Kinh", "X-Không"],
                ],
            )
        )
    )
    assert "không lưu các cột riêng tư: Dân tộc, Tôn giáo" in "".join(roster.notes)
    assert "X-" not in repr(roster)


def test_a_workbook_called_csv_and_a_csv_called_xlsx() -> None:
    content = xlsx(("DS", [HEADER, [1, "Lê Mẫu", "01234567", "1980", "Một"]]))
    assert load_workbook(io.BytesIO(content))
    assert len(read(content, "a.csv").people) == 1
    assert (
        len(
            read(text_file([HEADER, [1, "Lê Mẫu", "01234567", "1980", "Một"]], "utf-8", ";"), "a.xlsx").people
        )
        == 1
    )
