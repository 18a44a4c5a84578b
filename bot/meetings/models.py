"""Meetings as values. An answer (`Rsvp`) is not attendance: both are kept, and never derived from each other."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.chat.choices import action
from bot.chat.replies import File
from bot.organisation.models import MembershipKind, Standing


class MeetingKind(StrEnum):
    """Thường kỳ, chuyên đề, chi ủy, đại hội, học nghị quyết."""

    REGULAR = "regular"
    TOPICAL = "topical"
    COMMITTEE = "committee"
    CONGRESS = "congress"
    STUDY = "study"


class State(StrEnum):
    """OPEN -> CLOSED (the roll was closed) or CANCELLED."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Rsvp(StrEnum):
    """What an invited member answered."""

    YES = "yes"
    LATE = "late"
    ABSENT = "absent"


class Reason(StrEnum):
    """Class of a reason for absence (domain 4.2)."""

    DUTY = "duty"  # công tác
    ILL = "ill"  # ốm
    BIRTH = "birth"  # thai sản
    STUDY = "study"  # học
    FAMILY = "family"  # việc gia đình
    OTHER = "other"  # khác


class Mark(StrEnum):
    """What the roll says. Only the secretary sets UNEXCUSED."""

    PRESENT = "present"
    EXCUSED = "excused"
    UNEXCUSED = "unexcused"


@dataclass(frozen=True, slots=True)
class Draft:
    """What the caller says of a meeting."""

    unit_id: int
    kind: MeetingKind
    starts: datetime
    place: str
    agenda: str
    chair: str
    author_id: int
    file: File | None = None
    follows: bool = False
    """Documents will be sent later."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A stored meeting."""

    id: int
    unit_id: int
    unit: str
    kind: MeetingKind
    starts: datetime
    place: str
    agenda: str
    chair: str
    author_id: int
    state: State
    sequence: int
    file: File | None
    file_at: datetime | None
    follows: bool
    guests: str
    changed: datetime
    closed: datetime | None


@dataclass(frozen=True, slots=True)
class Invitee:
    """How a meeting stands for one member who was called."""

    member_id: int
    standing: Standing
    membership: MembershipKind
    obstacle: str | None = None
    answer: Rsvp | None = None
    minutes_late: int | None = None
    reason: Reason | None = None
    words: str = ""
    accepted: bool | None = None
    """The secretary's verdict on the reason; None: not looked at."""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """A straw poll ("thăm dò ý kiến") in a meeting: counts alone, never whose answer is which."""

    id: int
    meeting_id: int
    question: str
    voting: bool
    """Marked "biểu quyết": probationary and visiting members are not asked. Still no vote by the Statutes."""
    options: tuple[tuple[str, int], ...]
    """Label and how often it was chosen."""
    asked: int
    answered: int
    barred: int
    """Members not asked because of `voting`."""
    closed: datetime | None

    @property
    def labels(self) -> tuple[str, ...]:
        """What can be chosen."""
        return tuple(label for label, _answers in self.options)


@action("mgo")
@dataclass(frozen=True, slots=True)
class Attend:
    """ "Sẽ dự"."""

    meeting: int


@action("mlate")
@dataclass(frozen=True, slots=True)
class ComeLate:
    """ "Đến muộn"."""

    meeting: int


@action("mno")
@dataclass(frozen=True, slots=True)
class AskLeave:
    """ "Xin vắng"."""

    meeting: int


@action("mics")
@dataclass(frozen=True, slots=True)
class Calendar:
    """ "Thêm vào lịch": the calendar file."""

    meeting: int


@action("mpaper")
@dataclass(frozen=True, slots=True)
class Papers:
    """ "Xem tài liệu"."""

    meeting: int


@action("msee")
@dataclass(frozen=True, slots=True)
class ShowMeeting:
    """Who comes, for the secretary, from a page of names on."""

    meeting: int
    page: int = 0


@action("mjudge")
@dataclass(frozen=True, slots=True)
class JudgeReason:
    """The secretary on a reason: `answer` is "yes" or "no"."""

    meeting: int
    member: int
    answer: str


@action("mroll")
@dataclass(frozen=True, slots=True)
class CallRoll:
    """Opens the roll."""

    meeting: int


@action("mcode")
@dataclass(frozen=True, slots=True)
class ShowCode:
    """The check-in code of this minute."""

    meeting: int


@action("mline")
@dataclass(frozen=True, slots=True)
class ShowLine:
    """The line for the minutes."""

    meeting: int


@action("mdocx")
@dataclass(frozen=True, slots=True)
class MakeMinutes:
    """The draft of the minutes."""

    meeting: int


@dataclass(frozen=True, slots=True)
class Attended:
    """One meeting in the officers' figures: counts alone."""

    unit_id: int
    unit: str
    starts: datetime
    closed: bool
    present: int
    """Of those who must attend: the numerator."""
    must: int
    documents_late: bool


@action("mtable")
@dataclass(frozen=True, slots=True)
class MakeTable:
    """The officers' figures as a workbook."""

    months: int


@action("mchange")
@dataclass(frozen=True, slots=True)
class Change:
    """Changes a meeting; `what` is "time", "place", "papers" or "cancel"."""

    meeting: int
    what: str


@action("mpoll")
@dataclass(frozen=True, slots=True)
class AskPoll:
    """Begins a straw poll, or shows how far the open one is."""

    meeting: int


@action("mvote")
@dataclass(frozen=True, slots=True)
class Choose:
    """A member's answer to a poll: the place of an option."""

    poll: int
    place: int


@action("mend")
@dataclass(frozen=True, slots=True)
class EndPoll:
    """Ends a poll and tells the result."""

    poll: int


@action("magain")
@dataclass(frozen=True, slots=True)
class CallAgain:
    """ "Như tháng trước": calls a unit's ordinary meeting as the one before."""

    unit: int
