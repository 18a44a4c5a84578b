"""Every kind of mess has its test; its name is the mess."""

import json
from datetime import date, datetime

import pytest
from organisation_doubles import xlsx

from bot.organisation.models import Roster, RosterError
from bot.organisation.roster_check import check, report_as_json
from bot.organisation.roster_file import read_roster_bytes

HEADER = [
    "STT",
    "Họ và tên",
    "Số thẻ Đảng viên",
    "Số CCCD",
    "Ngày sinh",
    "Ngày kết nạp",
    "Chi bộ đang sinh hoạt",
]


def read(*rows: list[object], header: list[str] = HEADER) -> Roster:
    return read_roster_bytes(xlsx(("DS", [list(header), *rows])), "ds.xlsx")


def row(**given: object) -> list[object]:
    fields = {
        "stt": 1,
        "name": "Lê Mẫu",
        "card": "01234567",
        "cccd": "001080123456",
        "born": "05/04/1980",
        "joined": "03/02/2005",
        "branch": "Chi bộ Một",
    }
    return list({**fields, **given}.values())


def reason(roster: Roster) -> str:
    return "; ".join(problem.reason for problem in roster.problems)


def test_sample_is_read_whole(sample: Roster) -> None:
    assert len(sample.people) == 240
    assert sample.problems == ()
    assert sample.left_out == ("Chi bộ nơi cư trú",)
    assert "H'HEN MẪU" in {person.full_name for person in sample.people}  # as written; readable once stored


def test_title_rows_blank_rows_and_footer() -> None:
    content = xlsx(
        (
            "S",
            [
                ["ĐẢNG BỘ MẪU"],
                ["Danh sách"],
                [],
                HEADER,
                row(),
                [],
                row(stt=2, card="01234568"),
                ["Tổng số: 2"],
            ],
        )
    )
    roster = read_roster_bytes(content, "a.xlsx")
    assert [person.row for person in roster.people] == [5, 7]


def test_names_that_look_like_a_footer_are_people() -> None:
    header = ["Họ tên", "Ngày sinh", "Chi bộ"]
    roster = read(
        ["Công Mẫu", "1/2/1980", "CB"], ["Tống Sơ", None, "CB"], ["Tổng số: 2"], ["Cộng", None], header=header
    )
    assert [person.full_name for person in roster.people] == ["Công Mẫu", "Tống Sơ"]


def test_several_sheets_one_a_branch() -> None:
    header = ["Họ tên", "Ngày sinh"]
    content = xlsx(
        ("Chi bộ Một", [header, ["Lê A", "1/2/1980"]]), ("Chi bộ Hai", [["x"], header, ["Lê B", "1/2/1981"]])
    )
    people = read_roster_bytes(content, "a.xlsx").people
    assert [(p.branch, p.row) for p in people] == [("Chi bộ Một", 2), ("Chi bộ Hai", 3)]


def test_header_synonyms_without_marks_and_with_a_format() -> None:
    roster = read(
        ["Lê A", "01234567", "1.2.1980", "CB Một"],
        header=["HO TEN", "so the", "Ngày sinh (dd/mm/yyyy)", "cb"],
    )
    assert roster.people[0].birth_date == date(1980, 2, 1)
    assert roster.people[0].card_number == "01234567"


def test_columns_of_ethnicity_religion_family_are_not_read() -> None:
    header = [*HEADER, "Dân tộc", "Tôn giáo", "Thành phần gia đình"]
    roster = read([*row(), "Kinh-X", "Không-X", "Nông-X"], header=header)
    assert roster.left_out == ("Dân tộc", "Tôn giáo", "Thành phần gia đình")
    assert "-X" not in repr(roster)


def test_capitals_nfd_nbsp_and_zero_width() -> None:
    roster = read(row(name="TRA\u0302\u0300N\u00a0VA\u0306N  \u200bAN ", branch="Chi\u00a0bộ  Một"))
    assert (roster.people[0].full_name, roster.people[0].branch) == ("TRẦN VĂN AN", "Chi bộ Một")


@pytest.mark.parametrize(
    "written",
    [
        "05/04/1980",
        "5-4-1980",
        "5.4.1980",
        "1980-04-05",
        29316,
        datetime(1980, 4, 5),
        "ngày 05 tháng 4 năm 1980",
    ],
)
def test_dates_as_text_serials_iso_and_cells(written: object) -> None:
    roster = read(row(born=written))
    assert roster.people[0].birth_date == date(1980, 4, 5)
    assert roster.problems == ()


def test_year_only_is_flagged() -> None:
    roster = read(row(born=1980))
    assert (roster.people[0].birth_date, roster.people[0].birth_year) == (None, 1980)
    assert "chỉ có năm sinh 1980" in reason(roster)
    assert not roster.problems[0].held


def test_us_swapped_date_is_proposed_not_taken() -> None:
    roster = read(row(born="04/25/1980"))
    assert roster.people[0].birth_date is None
    assert "25/04/1980" in reason(roster)


def test_a_day_that_does_not_exist() -> None:
    assert "31/02/1980" in reason(read(row(born="31/02/1980")))


def test_eleven_digit_cccd_is_proposed_not_fixed() -> None:
    roster = read(row(cccd=1080123456 + 10**10))
    assert roster.people[0].cccd is None
    assert "11 chữ số" in reason(roster)
    assert "11080123456" not in reason(roster)


def test_numbers_rounded_by_the_spreadsheet() -> None:
    roster = read(row(cccd="1.2E+11", card="1.2E+07"))
    assert (roster.people[0].cccd, roster.people[0].card_number) == (None, None)
    assert reason(roster).count("làm tròn") == 2


def test_cards_with_dots_keep_their_zeros() -> None:
    assert read(row(card="01.234567")).people[0].card_number == "01234567"


def test_cccd_against_birth_year() -> None:
    assert "không khớp số CCCD" in reason(read(row(cccd="001081123456")))
    assert "không khớp" not in reason(read(row(cccd="001204123456", born="05/04/2004", joined="1/6/2023")))


def test_under_eighteen_future_and_wrong_order() -> None:
    header = [*HEADER, "Ngày chính thức"]
    assert "18 tuổi" in reason(read(row(joined="03/02/1997")))
    assert "tương lai" in reason(read(row(joined="03/02/2999")))
    assert "trước ngày kết nạp" in reason(read([*row(), "03/02/2004"], header=header))


def test_phone_forms() -> None:
    header = [*HEADER, "SĐT"]
    forms = ["0000 000 001", "+84000000001", "84.000.000.001", "0000000001"]
    for form in forms:
        assert read([*row(), form], header=header).people[0].phone == "0000000001"
    lost = read([*row(), 912000001], header=header)
    assert lost.people[0].phone is None
    assert "mất số 0" in reason(lost)


def test_unknown_standing_is_held() -> None:
    roster = read([*row(), "Đi vắng luôn"], header=[*HEADER, "Trạng thái"])
    assert roster.problems[0].held
    assert check(roster).counts["errors"] == 1


def test_missing_name_and_missing_branch_are_errors() -> None:
    roster = read(row(name=""), row(branch=None))
    assert [(p.row, p.suspicious) for p in roster.problems] == [(2, False), (3, False)]


def test_duplicates_in_the_file() -> None:
    same = check(read(row(), row(stt=2)))
    assert [r.change.value for r in same.rows] == ["new", "none"]
    other = check(read(row(), row(stt=2, name="Ngô Khác", cccd=None)))
    assert [r.change.value for r in other.rows] == ["none", "none"]
    assert "trùng số thẻ với dòng 3" in other.rows[0].reason


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv(delimiter: str, encoding: str) -> None:
    lines = [["Danh sách"], ["Họ tên", "Số thẻ", "Chi bộ"], ["LÊ HẢO", "01234567", "Chi bộ Một"]]
    content = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    person = read_roster_bytes(content, "a.csv").people[0]
    assert (person.full_name, person.card_number, person.row) == ("LÊ HẢO", "01234567", 3)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (xlsx(("S", [["a", "b"], ["Lê A", "x"]])), "không có dòng tiêu đề"),
        (b"", "trống"),
        (b"PK\x03\x04 broken", "bị hỏng"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "có mật khẩu"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "bị hỏng"),
        (b"%PDF-1.7\n\xff\xfe", "không phải bảng tính"),
        (xlsx(("S", [HEADER]))[:900], "bị hỏng"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_do(content: bytes, says: str) -> None:
    with pytest.raises(RosterError, match=says) as caught:
        read_roster_bytes(content, "tệp.xlsx")
    assert "ồng chí" in str(caught.value)


def test_report_as_json_has_every_person_as_read() -> None:
    report = report_as_json(
        check(read(row(name="LÊ HẢO"), row(stt=2, card="01234568", cccd=None, born="1975")))
    )
    assert {"members": 2, "new": 2, "suspicious": 1, "errors": 0}.items() <= report.items()
    first, second = json.loads(json.dumps(report))["rows"]
    assert (first["sheet"], first["row"], first["kind"]) == ("DS", 2, "new")
    assert first["full_name"] == "LÊ HẢO"
    assert first["birth_date"] == "1980-04-05"
    assert first["card_number"] == "01234567"
    assert first["branch"] == "Chi bộ Một"
    assert (second["kind"], second["birth_date"]) == ("suspicious", None)


@pytest.mark.parametrize(
    "title", ["Số lý lịch", "SỐ LÝ LỊCH ĐẢNG VIÊN", "So LL DV", "Số hồ sơ đảng viên", "SoLyLich"]
)
def test_a_dossier_number_under_each_of_its_titles(title: str) -> None:
    roster = read([*row(), " 012 345-ab "], header=[*HEADER, title])
    assert (roster.people[0].dossier, roster.left_out) == ("012345AB", ())


def test_a_dossier_number_that_cannot_be_one_is_left_out_and_said() -> None:
    header = [*HEADER, "Số lý lịch"]
    assert "mất số 0" in reason(read([*row(), 12345], header=header))
    broken = read([*row(), "Chưa có số"], header=header)
    assert (broken.people[0].dossier, reason(broken)) == (None, "số lý lịch không đúng dạng")


def test_one_dossier_number_for_two_people_is_held() -> None:
    other = row(stt=2, name="Ngô Khác", card="01234568", cccd=None)
    roster = read([*row(), "012345AB"], [*other, "012345ab"], header=[*HEADER, "Số lý lịch"])
    report = check(roster)
    assert ["trùng số lý lịch" in line.reason for line in report.rows] == [True, True]
    assert report.counts["new"] == 0
