"""Dates as people type them into a phone."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.dates import parse_birth_date, parse_deadline
from bot.clock import VIETNAM

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=VIETNAM)  # a Tuesday
BORN = date(1961, 3, 12)


@pytest.mark.parametrize(
    "typed",
    """12/3/1961|12-03-1961|12.3.61|12/3/61|12031961|120361|ngày 12 tháng 3 năm 1961|12 tháng 3 1961|
    1961-03-12|12 3 1961|12 / 03 / 1961|ngay 12 thang 3 nam 1961|NGÀY 12 THÁNG 3 NĂM 1961|
    tôi sinh ngày 12/3/1961 ạ|sinh ngày 12-3-1961|12 tháng ba năm 1961|12,3,1961|12/03/1961.|12–3–1961|
    19610312|1961/3/12|ngày sinh: 12/03/1961|１２/３/１９６１""".replace("\n", "").split("|"),
)
def test_birth_dates_as_typed(typed: str) -> None:
    assert parse_birth_date(typed, TODAY) == BORN


@pytest.mark.parametrize(
    "typed",
    ["😀", "", "abc", "31/2/1961", "12/13/1961", "24/11/2027", "25/11/2026", "1961", "12/3", "0", "/", "52-KH/ĐU",
     "12/3/1800", "99999999", "12/3/1961 13/4/1962", "một hai ba", "1" * 300, "-12/3/1961-5"],
)  # fmt: skip
def test_nonsense_is_no_birth_date(typed: str) -> None:
    assert parse_birth_date(typed, TODAY) is None


def test_two_digit_years_make_a_person_of_18_to_110() -> None:
    assert parse_birth_date("1/2/05", TODAY) == date(2005, 2, 1)
    assert parse_birth_date("24/11/08", TODAY) == date(2008, 11, 24)
    assert parse_birth_date("25/11/08", TODAY) is None  # 17 today, and 118 the other way
    assert parse_birth_date("5/6/20", TODAY) == date(1920, 6, 5)


@given(st.dates(date(1917, 1, 1), date(2008, 1, 1)), st.sampled_from(["/", "-", ".", " "]), st.booleans())
def test_every_birth_date_comes_back(day: date, sep: str, padded: bool) -> None:
    form = f"%d{sep}%m{sep}%Y" if padded else f"{day.day}{sep}{day.month}{sep}%Y"
    assert parse_birth_date(day.strftime(form), TODAY) == day
    assert parse_birth_date(day.isoformat(), TODAY) == day


@given(st.text(max_size=40))
def test_any_text_is_survived(text: str) -> None:
    parse_birth_date(text, TODAY)
    parse_deadline(text, NOW)


DEADLINES = {
    "thứ 6 tuần này": "2026-11-27T17:00",
    "thu 6 tuan nay": "2026-11-27T17:00",
    "thứ sáu": "2026-11-27T17:00",
    "T6": "2026-11-27T17:00",
    "thứ 2": "2026-11-30T17:00",
    "thứ 2 tuần sau": "2026-11-30T17:00",
    "thứ 6 tuần sau": "2026-12-04T17:00",
    "chủ nhật": "2026-11-29T17:00",
    "CN tuần sau": "2026-12-06T17:00",
    "30/11": "2026-11-30T17:00",
    "30-11": "2026-11-30T17:00",
    "30/11/2026": "2026-11-30T17:00",
    "ngày 30/11": "2026-11-30T17:00",
    "ngày 30 tháng 11": "2026-11-30T17:00",
    "30 tháng 11 năm 2026": "2026-11-30T17:00",
    "hết ngày 30/11": "2026-11-30T23:59",
    "17h30 ngày 30/11": "2026-11-30T17:30",
    "trước 17h mai": "2026-11-25T17:00",
    "truoc 17h ngay mai": "2026-11-25T17:00",
    "trước 9h sáng mai": "2026-11-25T09:00",
    "8h mai": "2026-11-25T08:00",
    "5h chiều mai": "2026-11-25T17:00",
    "5h mai": "2026-11-25T17:00",
    "7h tối nay": "2026-11-24T19:00",
    "19h30 thứ 5": "2026-11-26T19:30",
    "7g30 thứ 5": "2026-11-26T07:30",
    "8 giờ rưỡi sáng thứ 5": "2026-11-26T08:30",
    "8 giờ kém 15 thứ 5": "2026-11-26T07:45",
    "16:30 hôm nay": "2026-11-24T16:30",
    "hôm nay": "2026-11-24T17:00",
    "cuối ngày hôm nay": "2026-11-24T17:00",
    "hết hôm nay": "2026-11-24T23:59",
    "hết ngày hôm nay": "2026-11-24T23:59",
    "hết ngày mai": "2026-11-25T23:59",
    "trước 17h": "2026-11-24T17:00",
    "24h ngày 30/11": "2026-11-30T23:59",
    "0h ngày 1/12": "2026-12-01T00:00",
    "sáng mai": "2026-11-25T12:00",
    "chiều mai": "2026-11-25T17:00",
    "tối mai": "2026-11-25T21:00",
    "mai": "2026-11-25T17:00",
    "ngày kia": "2026-11-26T17:00",
    "cuối tuần": "2026-11-29T17:00",
    "cuối tuần sau": "2026-12-06T17:00",
    "cuối tháng": "2026-11-30T17:00",
    "cuối tháng sau": "2026-12-31T17:00",
    "cuối tháng 12": "2026-12-31T17:00",
    "cuối tháng 2": "2027-02-28T17:00",
    "cuối năm": "2026-12-31T17:00",
    "mùng 3": "2026-12-03T17:00",
    "ngày 28": "2026-11-28T17:00",
    "3 ngày nữa": "2026-11-27T17:00",
    "trong 3 ngày": "2026-11-27T17:00",
    "trong vòng một tuần": "2026-12-01T17:00",
    "2 tiếng nữa": "2026-11-24T12:00",
    "3/1": "2027-01-03T17:00",
    "hạn nộp trước thứ 6 nhé": "2026-11-27T17:00",
    "thứ sáu tuần tới": "2026-12-04T17:00",
    "thứ 4 tuần tới": "2026-12-02T17:00",
    "thứ hai tuần tới": "2026-11-30T17:00",
    "8 giờ tối nay": "2026-11-24T20:00",  # and not in eight hours
    "8 giờ tối": "2026-11-24T20:00",
    "trong vòng 24 giờ": "2026-11-25T10:00",
    "trong 48h": "2026-11-26T10:00",
    "trong 2 giờ": "2026-11-24T12:00",
    "sau 17 giờ": "2026-11-24T17:00",
    "12h đêm nay": "2026-11-24T23:59",
    "12h tối mai": "2026-11-25T23:59",
    "12h trưa mai": "2026-11-25T12:00",
    "cuối năm sau": "2027-12-31T17:00",
    "hết năm 2027": "2027-12-31T17:00",
    "cuối quý": "2026-12-31T17:00",
    "cuối quý sau": "2027-03-31T17:00",
    "hết quý 1/2027": "2027-03-31T17:00",
    "hết quý II": "2027-06-30T17:00",
    "cuối tháng 3/2028": "2028-03-31T17:00",
}
NO_DEADLINES = ["20/11", "31/11", "25h mai", "thứ 2 tuần này", "hôm qua", "", "😀", "abc", "trước 9h", "8h61 mai",
                "20/11/2026", "52-KH/ĐU", "không có hạn"]  # fmt: skip


@pytest.mark.parametrize(("typed", "iso"), DEADLINES.items())
def test_deadlines_as_typed(typed: str, iso: str) -> None:
    found = parse_deadline(typed, NOW)
    assert found is not None
    assert found.isoformat() == iso + ":00+07:00"


@pytest.mark.parametrize("typed", NO_DEADLINES)
def test_past_and_impossible_deadlines_are_none(typed: str) -> None:
    assert parse_deadline(typed, NOW) is None
