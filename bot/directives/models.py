"""Directives as values."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.chat.choices import action
from bot.chat.replies import File
from bot.delivery.window import Window


class Urgency(StrEnum):
    """How fast a directive must reach people (domain: thường, khẩn, thượng khẩn, hỏa tốc)."""

    NORMAL = "normal"
    URGENT = "urgent"
    EXPRESS = "express"
    FLASH = "flash"


class State(StrEnum):
    """DRAFT -> FREEZING -> OPEN -> RECALLED, or DRAFT -> DROPPED; nothing is sent or counted before OPEN."""

    DRAFT = "draft"
    FREEZING = "freezing"
    OPEN = "open"
    RECALLED = "recalled"
    DROPPED = "dropped"


class How(StrEnum):
    """How somebody learned of a directive outside the messenger, as the secretary records it."""

    MEETING = "meeting"
    PAPER = "paper"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who, within the unit: empty fields leave nobody out."""

    units: tuple[int, ...] = ()
    """Only these units and what is below them."""
    kind: str = ""
    """Only this `MembershipKind`."""
    without: tuple[int, ...] = ()
    """Not these members."""


EVERYBODY = Audience()


@dataclass(frozen=True, slots=True)
class Forecast:
    """Whom a directive would reach."""

    ways: list[tuple[int, str, int]]
    """(branch, channel or obstacle, how many)."""
    windows: dict[str, list[Window | None]]
    """By channel, the window of each person it would reach; None for one without."""
    at_ms: int
    """For which moment this holds."""


@dataclass(frozen=True, slots=True)
class Check:
    """A question with one right answer, asked after "đã đọc" whether the directive was understood."""

    words: str
    options: tuple[str, ...]
    correct: int
    """Which option, from 1."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What an author says of a directive. Times are UTC."""

    number: str
    issued_on: date
    title: str
    summary: str
    urgency: Urgency
    deadline: datetime | None
    unit_id: int
    """For this organisation and all below it."""
    author_id: int
    file: File | None
    audience: Audience = EVERYBODY
    send_at: datetime | None = None
    """When to send; None: at once."""
    checks: tuple[Check, ...] = ()
    """At most `rules.MAX_CHECKS`."""


@dataclass(frozen=True, slots=True)
class Directive:
    """A stored directive."""

    id: int
    number: str
    issued_on: date
    title: str
    summary: str
    urgency: Urgency
    deadline: datetime | None
    unit_id: int
    author_id: int
    state: State
    file: File | None
    send_at: datetime | None = None
    """Until then nobody but its senders and officers knows of it."""
    opened_at: datetime | None = None
    """When its audience was frozen; None before."""
    version: int = 1
    """Which is in force; 1: as first sent."""
    counts_from: int = 1
    """The oldest version whose acknowledgements count."""
    checks: int = 0
    """How many questions follow "đã đọc"."""

    @property
    def sent_at(self) -> datetime | None:
        """From when on its recipients may have it; None when it was not opened."""
        if self.opened_at is None or self.send_at is None:
            return self.opened_at
        return max(self.opened_at, self.send_at)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a directive shall say from now on. `anew`: who had acknowledged it is asked again."""

    title: str
    summary: str
    deadline: datetime | None
    file: File | None
    anew: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer to a directive's question came to."""

    check: Check
    right: bool
    next: tuple[int, Check] | None
    """The next question and its place; None when this was the last."""
    done: "Acknowledged | None"
    """The acknowledgement, after the last."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What an acknowledgement did."""

    directive: Directive
    at: datetime
    first: bool
    """False when it had been acknowledged before: `at` is that earlier moment."""
    counted: bool
    """False for those who are only informed (exempt from activities)."""
    late: bool


@action("ack")
@dataclass(frozen=True, slots=True)
class Acknowledge:
    """ "Đã đọc, tiếp thu", of the version that the button stands under."""

    directive: int
    version: int = 1


@action("quiz")
@dataclass(frozen=True, slots=True)
class AnswerCheck:
    """An answer to the question at this place, both from 1."""

    directive: int
    version: int
    place: int
    option: int


@action("unack")
@dataclass(frozen=True, slots=True)
class Undo:
    """ "Bấm nhầm, hoàn tác"."""

    directive: int


@action("ackall")
@dataclass(frozen=True, slots=True)
class AcknowledgeAll:
    """ "Đã đọc, tiếp thu cả 3 văn bản": what waited from one directive to another (ids), sent by a moment."""

    first: int
    last: int
    by_ms: int


@action("paper")
@dataclass(frozen=True, slots=True)
class ShowPaper:
    """ "Xem 52-KH/ĐU": the card again."""

    directive: int


@action("full")
@dataclass(frozen=True, slots=True)
class FullText:
    """ "Xem toàn văn"."""

    directive: int


@action("ask")
@dataclass(frozen=True, slots=True)
class AskAuthor:
    """ "Hỏi lại"."""

    directive: int


@action("state")
@dataclass(frozen=True, slots=True)
class ShowStatus:
    """How a directive stands, for one unit and its parts (0: all the asker may see), from a page on."""

    directive: int
    unit: int
    page: int = 0


@action("sheet")
@dataclass(frozen=True, slots=True)
class MakeTable:
    """The same as a workbook."""

    directive: int
    unit: int


@action("judge")
@dataclass(frozen=True, slots=True)
class Judge:
    """A second person's decision on a draft: `answer` is "yes" or "no"."""

    directive: int
    answer: str


@action("who")
@dataclass(frozen=True, slots=True)
class ShowSilent:
    """Who has not acknowledged, from a page on."""

    directive: int
    page: int


@action("lost")
@dataclass(frozen=True, slots=True)
class ShowUnreached:
    """Whom a directive has not reached, and why, from a page on."""

    directive: int
    page: int


@action("nudge")
@dataclass(frozen=True, slots=True)
class Remind:
    """A reminder to the silent, now."""

    directive: int


@action("recall")
@dataclass(frozen=True, slots=True)
class Recall:
    """Takes a directive back; `sure` is "yes" after the question."""

    directive: int
    sure: str


@action("fix")
@dataclass(frozen=True, slots=True)
class Correct:
    """Begins the correction of a directive."""

    directive: int


@action("fixyes")
@dataclass(frozen=True, slots=True)
class JudgeCorrection:
    """A second person's decision on a correction: `answer` is "yes" or "no"."""

    correction: int
    answer: str


@action("results")
@dataclass(frozen=True, slots=True)
class ShowResults:
    """How the questions of a directive were answered."""

    directive: int


@action("hand")
@dataclass(frozen=True, slots=True)
class HandMenu:
    """Whom to record by hand, from a page on."""

    directive: int
    page: int


@action("handwho")
@dataclass(frozen=True, slots=True)
class HandFor:
    """Records by hand for one member, or for all who are open (0); asks how and when first."""

    directive: int
    member: int


@action("handset")
@dataclass(frozen=True, slots=True)
class HandSet:
    """Records it: `how` is a `How`, `day` the date as a number (20261124)."""

    directive: int
    member: int
    how: str
    day: int


@action("object")
@dataclass(frozen=True, slots=True)
class Object:
    """ "Không đúng": objects to what was recorded by hand."""

    directive: int


@action("pause")
@dataclass(frozen=True, slots=True)
class Pause:
    """Keeps a directive's messages back ("yes") or lets them go on ("no")."""

    directive: int
    answer: str
