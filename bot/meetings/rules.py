"""Rules of meetings: pure functions. Who is counted where comes from the table of standings."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction

from bot.clock import VIETNAM
from bot.meetings.models import Invitee, Mark, MeetingKind, Rsvp
from bot.organisation.models import MembershipKind, Standing
from bot.organisation.rules import is_counted, is_member

LENGTH = timedelta(minutes=90)
"""What the calendar shows: a branch meets for 90 minutes at least (domain 4.1)."""
EARLIEST_ROLL = timedelta(hours=1)
"""Before the start: from then on attendance can be marked."""
LATEST_CODE = timedelta(hours=4)
"""After the start: until then the check-in code works, unless the roll is closed before."""
CODE_BEFORE = timedelta(minutes=30)
MAX_TRIES = 10
"""Wrong check-in codes of one member for one meeting."""
AHEAD = timedelta(days=366)
"""A meeting is called at most so long ahead."""
MAX_INVITED = 2_000
"""Members called by one invitation, in one commit."""
MAX_PLACE, MAX_AGENDA, MAX_CHAIR, MAX_WORDS = 300, 1_000, 120, 300
STAGES = (timedelta(days=3), timedelta(days=1), timedelta(hours=2))
"""Reminders before the start. All but the last go to the silent alone."""
_QUIET_FROM, _QUIET_UNTIL = time(21), time(6)
IN_A_ROW = 3
"""Absences one after the other of which the secretary is told."""
MAX_QUESTION, MAX_OPTION, MAX_OPTIONS = 300, 60, 5
"""Of a straw poll: characters, and as many options as Zalo has buttons."""
FEWEST_ANSWERS = 3
"""With fewer answers a poll's result says only how many there were: the split would name people."""

QUORUM: dict[MeetingKind, Fraction | None] = {
    MeetingKind.REGULAR: Fraction(2, 3),
    MeetingKind.TOPICAL: Fraction(2, 3),
    MeetingKind.CONGRESS: Fraction(2, 3),
    MeetingKind.COMMITTEE: None,
    MeetingKind.STUDY: None,
}
"""Share of the official members that makes a meeting able to decide (Party Statutes); None: nothing is voted."""


class Category(StrEnum):
    """Where somebody who must attend stands. Exactly one each."""

    PRESENT = "present"
    EXCUSED = "excused"
    UNEXCUSED = "unexcused"
    OPEN = "open"
    """Not marked, no reason known: never "không lý do" unless the secretary says so."""


def must_attend(invitee: Invitee) -> bool:
    """Whether this member is in the base: exempt members and visitors are called and not counted."""
    return is_counted(invitee.standing)


def category(invitee: Invitee) -> Category:
    """The category of one who must attend. A mark decides; without one a reason that was not refused excuses.

    A member away on temporary transfer is counted here, at home, and being there is a reason.
    """
    if invitee.mark is not None:
        return Category(invitee.mark.value)
    if invitee.standing == Standing.AWAY or (invitee.answer == Rsvp.ABSENT and invitee.accepted is not False):
        return Category.EXCUSED
    return Category.OPEN


@dataclass(frozen=True, slots=True)
class Count:
    """The figures of a meeting, each with its members. `must` = present + excused + unexcused + open."""

    total: int
    """Members of the unit: with those exempt and away, without visitors and those who have left."""
    exempt: int
    away: int
    must: int
    present: tuple[int, ...]
    excused: tuple[int, ...]
    unexcused: tuple[int, ...]
    open: tuple[int, ...]
    others_present: tuple[int, ...]
    """Came without being counted: exempt members, visitors."""
    official_present: int
    official_base: int
    """Official members who are convened: without those exempt or away who did not come."""
    needed: int | None
    """Official members who must be present for a quorum; None when the kind needs none."""

    @property
    def quorum(self) -> bool | None:
        """Whether there is a quorum; None when none is needed."""
        return None if self.needed is None else self.official_present >= self.needed


def count(kind: MeetingKind, invitees: Iterable[Invitee]) -> Count:
    """The figures of a meeting, from how it stands for each member."""
    listed = list(invitees)
    own = [each for each in listed if is_member(each.standing) and each.standing != Standing.VISITING]
    must = [each for each in listed if must_attend(each)]
    found = {which: tuple(i.member_id for i in must if category(i) == which) for which in Category}
    here = [each for each in listed if each.mark == Mark.PRESENT]
    official = [each for each in own if each.membership == MembershipKind.OFFICIAL]
    convened = [
        each
        for each in official
        if each.mark == Mark.PRESENT or (must_attend(each) and each.standing != Standing.AWAY)
    ]
    share = QUORUM[kind]
    return Count(
        total=len(own),
        exempt=sum(each.standing == Standing.EXEMPT for each in own),
        away=sum(each.standing == Standing.AWAY for each in own),
        must=len(must),
        present=found[Category.PRESENT],
        excused=found[Category.EXCUSED],
        unexcused=found[Category.UNEXCUSED],
        open=found[Category.OPEN],
        others_present=tuple(each.member_id for each in here if not must_attend(each)),
        official_present=sum(each.mark == Mark.PRESENT for each in convened),
        official_base=len(convened),
        needed=None if share is None else -(-len(convened) * share.numerator // share.denominator),
    )


def may_be_polled(invitee: Invitee, *, voting: bool) -> bool:
    """Whether a poll asks this member: on a vote neither probationary members nor visitors (domain 2.4)."""
    official = invitee.membership == MembershipKind.OFFICIAL
    return not voting or (official and invitee.standing != Standing.VISITING)


def next_month(before: datetime, now: datetime) -> list[datetime]:
    """When a meeting "như tháng trước" may be: the same day of the next month, and the same weekday of it.

    At the same hour, in Vietnam's time; of the first month after the one of `before` that is not past. A day
    that the month does not have is its last.
    """
    local = before.astimezone(VIETNAM)
    months = local.year * 12 + local.month - 1
    while True:
        months += 1
        year, month = divmod(months, 12)
        weekdays, length = monthrange(year, month + 1)
        same_day = min(local.day, length)
        first = 1 + (local.weekday() - weekdays) % 7
        same_weekday = min(first + (local.day - 1) // 7 * 7, first + (length - first) // 7 * 7)
        found = [
            local.replace(year=year, month=month + 1, day=day) for day in sorted({same_day, same_weekday})
        ]
        if ahead := [each for each in found if each > now]:
            return ahead


def stage_moment(starts: datetime, stage: int) -> datetime:
    """When a reminder is due; one that falls into the quiet hours (21:00-06:00) goes at 20:00 before them."""
    due = (starts - STAGES[stage]).astimezone(VIETNAM)
    if due.time() >= _QUIET_FROM:
        return datetime.combine(due.date(), time(20), VIETNAM)
    if due.time() < _QUIET_UNTIL:
        return datetime.combine(due.date() - timedelta(days=1), time(20), VIETNAM)
    return due


def stages_past(starts: datetime, now: datetime) -> int:
    """How many reminders are due by now."""
    return sum(stage_moment(starts, stage) <= now for stage in range(len(STAGES)))


def documents_late(file_at: datetime | None, starts: datetime) -> bool:
    """Whether the documents did not go out one day before the meeting (domain 4.1)."""
    return file_at is None or file_at > starts - timedelta(days=1)


def absent_in_a_row(newest_first: Iterable[Category]) -> int:
    """How many meetings one after the other, the newest first, somebody missed. OPEN is not known, and ends it."""
    missed = 0
    for each in newest_first:
        if each not in (Category.EXCUSED, Category.UNEXCUSED):
            break
        missed += 1
    return missed
