"""Hours to choose from, as people name them."""

import pytest

from bot.chat.hours import named

LABELS = ("06:00", "06:30", "07:00", "07:30", "08:00", "08:30", "09:00")


@pytest.mark.parametrize(
    "typed",
    [
        "7",
        "7h",
        "7H",
        "07h00",
        "7 giờ",
        "7 gio",
        "7g",
        "7:00",
        "7.00",
        "lúc 7 giờ sáng ạ",
        "chon 7h nhe",
        "7h 00 phút",
    ],
)
def test_seven_as_typed(typed: str) -> None:
    assert named(typed, LABELS) == 2


@pytest.mark.parametrize("typed", ["7h30", "7 rưỡi", "7 giờ rưỡi", "7h ruoi", "7 giờ 30 phút", "07:30"])
def test_half_past_seven_as_typed(typed: str) -> None:
    assert named(typed, LABELS) == 3


@pytest.mark.parametrize("typed", ["", "5h", "7h15", "số 7", "7h hay 8h", "7h30p mai", "bảy", "17h", "7/12"])
def test_what_names_none_of_them(typed: str) -> None:
    assert named(typed, LABELS) is None


def test_among_other_choices_a_number_is_a_number() -> None:
    assert named("7", ("Đã đọc", "Xem toàn văn")) is None
