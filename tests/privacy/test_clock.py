"""The legal clock, what may travel where, and files that no spreadsheet runs."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import VIETNAM
from bot.paperwork import as_csv
from bot.privacy import rules, travel
from bot.privacy.travel import Cargo

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("asked", "answer", "done"),
    [
        ("2026-11-24 10:00", "2026-11-26 23:59", "2026-12-09 23:59"),  # Tuesday: until Thursday's end
        ("2026-11-26 23:59", "2026-11-30 23:59", "2026-12-11 23:59"),  # Thursday: until Monday's end
        ("2026-11-27 08:00", "2026-12-01 23:59", "2026-12-12 23:59"),  # Friday: until Tuesday's end
        ("2026-11-28 08:00", "2026-12-01 23:59", "2026-12-13 23:59"),  # Saturday: until Tuesday's end
    ],
)
def test_two_working_days_to_answer_fifteen_days_to_do(asked: str, answer: str, done: str) -> None:
    made = datetime.fromisoformat(asked).replace(tzinfo=VIETNAM)
    assert rules.answer_by(made) == datetime.fromisoformat(answer).replace(tzinfo=VIETNAM)
    assert rules.done_by(made) == datetime.fromisoformat(done).replace(tzinfo=VIETNAM)
    assert rules.done_by(made, extended=True) - rules.done_by(made) == timedelta(days=15)


@given(MOMENTS)
def test_two_whole_working_days_lie_between(made: datetime) -> None:
    limit = rules.answer_by(made).astimezone(VIETNAM)
    first = made.astimezone(VIETNAM).date() + timedelta(days=1)
    days = [first + timedelta(days=n) for n in range((limit.date() - first).days + 1)]
    assert sum(day.weekday() < 5 for day in days) == 2
    assert days[-1].weekday() < 5


def test_what_travels_abroad_is_what_the_committee_allowed() -> None:
    for cargo in Cargo:
        assert travel.may_carry("zalo_oa", cargo)
        assert not travel.may_carry("telegram", cargo)
        assert travel.may_carry("telegram", cargo, travel.read(cargo.value))
    with pytest.raises(ValueError):
        travel.read("everything")


@given(st.text("0123456789 ", max_size=20))
def test_a_hidden_text_shows_no_long_number(text: str) -> None:
    assert not any(len(run) > 7 for run in travel.hidden(text).replace("…", " ").split())


def test_a_cell_that_would_be_a_formula_is_text() -> None:
    data = as_csv([("=1+1", "@x"), ("a", "-2")]).decode("utf-8-sig")
    assert data.splitlines()[1:] == ["'=1+1,'@x", "a,'-2"]
