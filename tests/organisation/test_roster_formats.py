"""The same people come back out of every format and encoding, whoever they are."""

from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from roster_formats import Rows, cp1258, dxl, tcvn3, text_file, vni, workbook, xls

from bot.chat.old_codes import from_tcvn3, from_vni
from bot.organisation.roster_file import read_roster_bytes

HEADER: list[object] = ["Họ và tên", "Số thẻ", "Ngày sinh", "Chi bộ"]
FAMILY = "Nguyễn Trần Lê Phạm Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Trịnh Đoàn Đinh Tạ Quách".split()
MIDDLE = "Văn Thị Đức Hữu Minh Quang Xuân Công Ngọc Thu Thanh Kim Diệu Bích Mạnh Thế Như Tường Khắc".split()
GIVEN = "Anh Bình Cường Dũng Giang Hảo Hùng Khánh Long Nghĩa Phúc Quân Sơn Thắng Tuyết Việt Yến Thuý Lượng Hoà".split()
BRANCHES = ["Chi bộ Một", "Chi bộ Toán - Cơ", "Chi bộ Hưu trí", "Chi bộ Phòng Tổ chức cán bộ", "Chi bộ 12"]

people = st.lists(
    st.tuples(
        st.tuples(st.sampled_from(FAMILY), st.sampled_from(MIDDLE), st.sampled_from(GIVEN)).map(" ".join),
        st.dates(date(1930, 1, 1), date(2006, 12, 31)),
        st.sampled_from(BRANCHES),
    ),
    min_size=1,
    max_size=12,
)
forms = st.one_of(
    st.tuples(
        st.just("text"),
        st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258", "tcvn3", "vni"]),
        st.sampled_from([",", ";", "\t"]),
    ),
    st.tuples(st.just("xlsx"), st.sampled_from(["", "tcvn3", "vni"])),
    st.tuples(st.just("xls")),
    st.tuples(st.just("dxl")),
)


def written(rows: Rows, form: tuple[str, ...]) -> bytes:
    kind, *how = form
    if kind == "text":
        return text_file(rows, *how)
    return {"xlsx": workbook, "xls": xls, "dxl": dxl}[kind](rows, *how)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(people, forms)
@example([("Lê Bích Hà", date(1980, 4, 5), "Chi bộ 12")], ("text", "cp1258", ";"))
@example([("Hồ Kim Anh", date(1980, 4, 5), "Chi bộ Một")], ("text", "tcvn3", "\t"))
def test_every_format_and_encoding_gives_the_same_people_back(
    some: list[tuple[str, date, str]], form: tuple[str, ...]
) -> None:
    rows: Rows = [
        HEADER,
        *([name, f"{90000000 + n}", born, branch] for n, (name, born, branch) in enumerate(some)),
    ]
    read = read_roster_bytes(written(rows, form), "danh-sach.bin").people
    assert [(p.full_name, p.card_number, p.birth_date, p.branch) for p in read] == [
        (name, f"{90000000 + n}", born, branch) for n, (name, born, branch) in enumerate(some)
    ]


@pytest.mark.parametrize("name", [*FAMILY, *MIDDLE, *GIVEN, "Ngưỡng", "Thuở", "Ý Nhi", "Đặng Ỷ", "Ỵ"])
def test_old_codes_are_read_back_letter_by_letter(name: str) -> None:
    low = name.lower()
    assert from_tcvn3(tcvn3(low)) == low
    assert from_vni(vni(low)) == low
    assert cp1258(name).decode("cp1258")
