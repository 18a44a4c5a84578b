"""The legal clock (Decree 356/2025/NĐ-CP): two working days to answer, 15 days to do, 15 more at most once."""

from datetime import date, datetime, time, timedelta

from bot.clock import VIETNAM

ANSWER_DAYS = 2
"""Working days: Monday to Friday. Public holidays are not left out, so our clock is never later than the law's."""
DO_DAYS = 15
EXTENSION_DAYS = 15
WARN_BEFORE = timedelta(hours=36)
"""How long before a limit the officers are reminded. Limits end at midnight: at noon of the day before."""
SATURDAY = 5


def answer_by(made: datetime) -> datetime:
    """The end of the second working day after a request came in, in Vietnam's time."""
    day = made.astimezone(VIETNAM).date()
    left = ANSWER_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return _end_of(day)


def done_by(made: datetime, *, extended: bool = False) -> datetime:
    """The end of the 15th day after a request came in; of the 30th when it was extended."""
    days = DO_DAYS + (EXTENSION_DAYS if extended else 0)
    return _end_of(made.astimezone(VIETNAM).date() + timedelta(days=days))


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), VIETNAM)  # shown to people, so not the midnight after
