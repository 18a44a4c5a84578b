"""What this room talks about. Values only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bot.chat.choices import action

if TYPE_CHECKING:  # the process that reads feeds needs no database
    from bot.store.tx import Tx


class Topic(StrEnum):
    """What a story is about, in the order of the digest."""

    NOTICE = "notice"  # posted by an officer
    PARTY = "party"  # xây dựng Đảng
    POLITICS = "politics"  # chính trị, thời sự
    SCHOOL = "school"  # the university's or unit's own
    EDUCATION = "education"  # giáo dục, khoa học
    CITY = "city"  # Hà Nội
    SOCIETY = "society"  # kinh tế, xã hội


@dataclass(frozen=True, slots=True)
class Source:
    """A feed as the configuration names it."""

    name: str
    url: str
    topic: Topic
    public: bool
    tried: bool
    """Whether somebody saw items come out of this very address."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed and how it is."""

    id: int
    url: str
    name: str
    topic: Topic
    public: bool
    unit_id: int | None
    etag: str | None
    modified: str | None
    ok_at: datetime | None
    """When items last came out of it."""
    items: int
    failures: int
    error: str | None
    """A word of ours: "empty", "timeout", "too_big", "entities", "foreign_host", "private_address", …"""


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a feed, cleaned."""

    title: str
    summary: str
    """One sentence, or ""."""
    url: str
    published: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """One story, with all who tell it."""

    id: int
    title: str
    summary: str
    url: str
    topic: Topic
    public: bool
    unit_id: int | None
    published: datetime
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Habit:
    """How a unit's digest is made. Minutes of the day, Vietnam's time."""

    minute: int
    preview_minute: int
    silence: str
    """"send": an editor's silence lets it go out as it is; "hold": nothing goes out."""


USUAL = Habit(6 * 60 + 30, 17 * 60, "send")
"""Where the settings say nothing."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a member wishes."""

    minute: int | None = None
    """None: the unit's hour."""
    without: frozenset[Topic] = frozenset()
    weekdays: bool = False
    off: bool = False


@dataclass(frozen=True, slots=True)
class Edition:
    """A unit's digest of one day, before it is made each member's own."""

    unit_id: int
    day: date
    stories: tuple[Story, ...]
    """In order; more than a digest shows, since topics and units choose among them."""
    pinned: frozenset[int]
    lines: tuple[str, ...]
    """Editors' own, the highest level first."""
    goes: bool
    """False: held, or waiting for an editor's word."""

    @property
    def units(self) -> frozenset[int]:
        """The units whose own stories it holds."""
        return frozenset(story.unit_id for story in self.stories if story.unit_id is not None)


class Waiting(Protocol):
    """What waits for members: asked by the digest, answered by other rooms through `app`."""

    def waiting(self, tx: "Tx", member_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        """Per member the lines to show, in the language of the moment; who waits for nothing is left out."""
        ...


@dataclass(frozen=True, slots=True)
class Together:
    """What waits in several rooms, the lines of the first before those of the next."""

    rooms: tuple[Waiting, ...]

    def waiting(self, tx: "Tx", member_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        """All lines per member."""
        found: dict[int, list[str]] = {}
        for room in self.rooms:
            for member_id, lines in room.waiting(tx, member_ids).items():
                found.setdefault(member_id, []).extend(lines)
        return found


@dataclass(frozen=True, slots=True)
class Desk:
    """What editors go by: how a digest is made where no unit says, and which addresses feeds may have."""

    habit: Habit = USUAL
    may_fetch: Callable[[str], bool] = lambda _url: False


@action("dgseen")
@dataclass(frozen=True, slots=True)
class DigestSeen:
    """The tap under a digest: it keeps Zalo's window open, and is nobody's figure."""


@action("dgday")
@dataclass(frozen=True, slots=True)
class ShowNews:
    """The news of so many days ago (0: today's), a page of it."""

    back: int
    page: int


@action("dgset")
@dataclass(frozen=True, slots=True)
class SetWish:
    """Changes a wish: "minute", "topic", "weekdays", "off" or "menu", and to what."""

    what: str
    value: str


@action("dgpub")
@dataclass(frozen=True, slots=True)
class OrderPublic:
    """Orders ("yes") or ends ("no") the public digest."""

    answer: str


@action("dged")
@dataclass(frozen=True, slots=True)
class EditDigest:
    """An editor's wish about a unit's digest of a day (20261124): "edit", "send" or "hold"."""

    unit: int
    day: int
    what: str
