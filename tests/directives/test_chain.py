"""When reminders come, as laws over deadlines, sendings and quiet hours."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import VIETNAM
from bot.delivery.quiet import NEVER, Quiet
from bot.directives import chain
from bot.directives.models import Directive, State, Urgency

NIGHT = Quiet.parse("21:00-06:00")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


def _paper(sent: datetime, deadline: datetime | None, urgency: Urgency = Urgency.NORMAL) -> Directive:
    return Directive(
        1, "52-KH/ĐU", date(2026, 1, 1), "", "", urgency, deadline, 1, 1, State.OPEN, None, None, sent
    )


def _vietnam(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=VIETNAM).astimezone(UTC)  # type: ignore[misc, arg-type] # year to minute


def test_a_paper_with_ten_days_is_reminded_in_the_mornings_and_at_its_deadline():
    paper = _paper(_vietnam(2026, 11, 2, 9), _vietnam(2026, 11, 12, 17))
    assert chain.steps(paper) == [
        _vietnam(2026, 11, 9, 8),
        _vietnam(2026, 11, 11, 8),
        _vietnam(2026, 11, 12, 17),
        _vietnam(2026, 11, 13, 8),
    ]


def test_what_would_come_right_after_the_sending_is_left_out():
    paper = _paper(_vietnam(2026, 11, 11, 7), _vietnam(2026, 11, 12, 17))
    assert chain.steps(paper) == [_vietnam(2026, 11, 12, 17), _vietnam(2026, 11, 13, 8)]


def test_a_unit_may_want_other_days_and_a_paper_for_later_counts_from_its_hour():
    paper = _paper(_vietnam(2026, 11, 2, 9), _vietnam(2026, 11, 20, 17))
    assert chain.steps(paper, [-7 * chain.DAY]) == [_vietnam(2026, 11, 13, 8)]
    later = replace(paper, send_at=_vietnam(2026, 11, 18, 9))
    assert chain.steps(later)[0] == _vietnam(2026, 11, 19, 8)


@given(sent=MOMENTS, days=st.floats(0.05, 60), urgency=st.sampled_from(Urgency))
def test_steps_are_in_order_after_the_sending_and_never_later_than_promised(sent, days, urgency):
    deadline = sent + timedelta(days=days)
    paper = _paper(sent, deadline, urgency)
    found = chain.steps(paper)
    assert found == sorted(set(found))
    assert all(at >= sent + chain.GAPS[urgency] for at in found)
    for offset in chain.CHAINS[urgency]:
        promised = deadline + timedelta(minutes=offset)
        if offset < 0 and promised - timedelta(days=1) >= sent + chain.GAPS[urgency]:
            assert any(promised - timedelta(days=1) <= at <= promised for at in found)
    escalations = chain.escalations(paper)
    assert escalations is not None
    assert escalations[0] == deadline
    assert escalations[1] >= deadline


@given(sent=MOMENTS)
def test_without_a_deadline_it_is_reminded_all_the_same(sent):
    assert len(chain.steps(_paper(sent, None))) == 2


@given(at=MOMENTS)
def test_quiet_hours_end(at):
    after = NIGHT.after(at)
    assert after >= at
    assert after - at <= timedelta(hours=9)
    assert not NIGHT.holds(after)
    assert (after == at) == (not NIGHT.holds(at))
    assert not NEVER.holds(at)
    assert not NEVER.begins_within(at, timedelta(days=2))


@given(at=MOMENTS)
def test_quiet_hours_begin(at):
    if not NIGHT.holds(at):
        soon = NIGHT.begins_within(at, timedelta(minutes=30))
        clock = at.astimezone(VIETNAM).time()
        assert soon == (time(20, 30) <= clock < time(21))
        assert NIGHT.ends_after(at).astimezone(VIETNAM).time() == time(6)
        assert NIGHT.ends_after(at) - at >= timedelta(hours=9)
