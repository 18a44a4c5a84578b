"""Arithmetic by dated rules."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.calculators import calculate, months_after, read_rates, sample_rates
from bot.policy.models import Kind
from bot.policy.reading import Unreadable

TODAY = date(2026, 11, 24)
RATES = sample_rates()


def told(question, rates=RATES, today=TODAY):
    found = calculate(question, rates, today, lambda _number: None)
    return None if found is None else found.text


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("lương 10 triệu đóng đảng phí bao nhiêu", "= 100.000 đồng"),
        ("luong 12tr5 dp bn", "= 125.000 đồng"),
        ("luong 8.500.000 thi dang phi", "= 85.000 đồng"),
        ("lương hưu 6,2 triệu nộp đảng phí mấy đồng", "= 31.000 đồng"),
        ("tro cap thai san 9 trieu dang phi bn", "= 90.000 đồng"),
        ("lương 12 triệu 500 nghìn đóng đảng phí bao nhiêu", "= 125.000 đồng"),
        ("lương 5 triệu rưỡi đảng phí bn", "= 55.000 đồng"),
        ("lương 5 triệu 250 đảng phí bn", "= 52.500 đồng"),
        ("kết nạp 3/2/1996 thì tuổi đảng bao nhiêu", "tròn 30 năm"),
        ("ket nap 25.11.1996 huy hieu khi nao", "25/11/2026"),
        ("kết nạp ngày 31/8/2026 bao giờ lên chính thức", "31/08/2027"),
        ("ket nap 29-2-2024 het du bi ngay nao", "28/02/2025"),
    ],
)
def test_results(question, part):
    assert part in told(question)


@pytest.mark.parametrize(
    "question",
    [
        "đảng phí bao nhiêu",
        "sinh viên đóng đảng phí 5.000 đúng không",
        "không đóng đảng phí 3 tháng",
        "lương 10 triệu có cao không",
        "tuổi đảng tính từ ngày nào",
        "kết nạp 31/2/2026 bao giờ chính thức",
        "quyết định 342 năm 2010 về đảng phí",
        "huy hiệu 30 năm",
        "Tôi được công nhận chính thức ngày 5/3/2020, có được miễn sinh hoạt không?",
        "mất thẻ, tôi kết nạp 3/2/2001, xin cấp lại ở đâu",
        "vào đảng chính thức 5/3/1990 bao giờ được huy hiệu",
    ],
)
def test_what_does_not_say_enough_is_not_calculated(question):
    assert told(question) is None


def test_a_rate_holds_only_on_its_days():
    rates = read_rates(["wage\t1%\tlương\tA\t2026-01-01\t2026-06-30", "wage\t2%\tlương\tB\t2026-07-01"])
    assert "= 100.000" in told("lương 10 triệu đảng phí", rates, date(2026, 6, 30))
    assert "= 200.000" in told("lương 10 triệu đảng phí", rates, date(2026, 7, 1))
    assert told("lương 10 triệu đảng phí", rates, date(2025, 7, 1)) is None


@pytest.mark.parametrize(
    "line",
    ["wage\tx\tb\tr\t2026-01-01", "other\t1%\tb\tr\t2026-01-01", "wage\t1%", "wage\t0%\tb\tr\t2026-01-01"],
)
def test_rates_that_cannot_be_are_refused(line):
    with pytest.raises(Unreadable):
        read_rates([line])


@given(st.dates(date(1930, 1, 1), date(2060, 1, 1)), st.integers(0, 900))
def test_months_after_keeps_the_day_or_the_months_end(start, months):
    end = months_after(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day <= start.day


def test_a_calculation_names_its_kind_and_asks_to_be_checked():
    found = calculate("lương 10 triệu đảng phí", RATES, TODAY, lambda _number: None)
    assert found.kind is Kind.CALCULATION
    assert "kiểm tra lại với chi bộ" in found.text
