"""When a notice of which messages fail is held: by hundreds as they were first tried."""

import random

import pytest

from bot.chat.replies import Say
from bot.delivery.budget import Budget
from bot.delivery.outbox import Outgoing


def _row(number: int, notice: tuple[str, int] | None = ("directive", 1)) -> Outgoing:
    return Outgoing(number, "telegram", str(number), Say("x"), 1, 0, notice is None, notice=notice)


def _first_held(budget: Budget, fails: list[bool]) -> int | None:
    """Each is tried and ends before the next; at which the notice is held."""
    for number, failed in enumerate(fails):
        budget.tries(_row(number))
        if budget.spend(_row(number), failed=failed):
            return number
    return None


@pytest.mark.parametrize(
    ("fails", "held"),
    [
        ([True] * 30, 19),  # not before twenty were tried
        ([False] * 16 + [True] * 4, 19),
        ([False] * 17 + [True] * 3 + [False] * 80, None),
        ([False] * 80 + [True] * 20, 99),
        ([False] * 5_000 + [True] * 30, 5_019),  # trouble that begins later is noticed as soon
        ([False] * 95 + [True] * 25, 119),  # and no later than in the next hundred
        ([number % 10 == 0 for number in range(5_000)], None),
    ],
)
def test_a_fifth_of_a_hundred_may_not_fail(fails, held):
    assert _first_held(Budget(), fails) == held


def test_those_tried_again_end_together_at_the_end_and_hold_nothing():
    budget, chance = Budget(), random.Random(7)
    again = [number for number in range(3_000) if chance.random() < 0.09]
    lost = set(chance.sample(again, len(again) // 4))
    for number in range(3_000):
        budget.tries(_row(number))
        if number not in again:
            assert not budget.spend(_row(number), failed=False)
    for number in again:
        budget.tries(_row(number))
        assert not budget.spend(_row(number), failed=number in lost)
    assert len(lost) > 50


def test_what_was_in_flight_when_its_notice_was_held_spends_nothing_of_the_next_try():
    budget = Budget()
    for number in range(60):
        budget.tries(_row(number))
    held = [number for number in range(60) if budget.spend(_row(number), failed=True)]
    assert held == [11]  # a fifth of sixty
    assert _first_held(budget, [False] * 100) is None


def test_replies_have_no_budget():
    budget = Budget()
    for number in range(50):
        budget.tries(_row(number, None))
        assert not budget.spend(_row(number, None), failed=True)
