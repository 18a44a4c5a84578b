"""What this room talks about: organisations, members, posts, accounts, slips. Values only."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What an organisation is. The tree's depth is free; only a branch or a cell holds members."""

    COMMITTEE = "committee"  # đảng bộ
    SECTION = "section"  # đảng bộ bộ phận
    BRANCH = "branch"  # chi bộ
    CELL = "cell"  # tổ đảng


class MembershipKind(StrEnum):
    """Chính thức or dự bị."""

    OFFICIAL = "official"
    PROBATIONARY = "probationary"


class Standing(StrEnum):
    """Where a member stands. What each may do and where each counts is one table: `rules.STANDINGS`."""

    ACTIVE = "active"  # đang sinh hoạt
    EXEMPT = "exempt"  # miễn công tác và sinh hoạt
    AWAY = "away"  # sinh hoạt tạm thời nơi khác; home is here
    VISITING = "visiting"  # sinh hoạt tạm thời đến; home is elsewhere
    TRANSFERRING = "transferring"  # đang chuyển; the old branch keeps its rights until the new one confirms
    SUSPENDED = "suspended"  # đình chỉ sinh hoạt
    TRANSFERRED = "transferred"  # đã chuyển đi
    REMOVED = "removed"  # xóa tên
    EXPELLED = "expelled"  # khai trừ
    RESIGNED = "resigned"  # xin ra khỏi Đảng
    DECEASED = "deceased"  # từ trần
    ERASED = "erased"  # đã xóa dữ liệu theo yêu cầu: an empty row, which past figures still count


class Role(StrEnum):
    """A post. It gives rights over its organisation and all below, between two dates."""

    SECRETARY = "secretary"  # bí thư
    DEPUTY_SECRETARY = "deputy_secretary"  # phó bí thư
    COMMITTEE_MEMBER = "committee_member"  # cấp ủy viên, chi ủy viên
    CELL_LEADER = "cell_leader"  # tổ trưởng tổ đảng
    OFFICER = "officer"  # cán bộ Ban Tổ chức
    OFFICE = "office"  # Văn phòng
    INSPECTOR = "inspector"  # Ủy ban Kiểm tra
    HELPER = "helper"  # người hỗ trợ: sees who still needs help to verify, and nothing else
    ADMINISTRATOR = "administrator"  # quản trị: runs the bot, reads nobody's content


class Verb(StrEnum):
    """What a post may allow. Which role has which is one table: `rules.RIGHTS`."""

    SEND_DIRECTIVE = "send_directive"
    SEE_STATUS = "see_status"
    SEE_NAMES = "see_names"
    REMIND = "remind"
    IMPORT_ROSTER = "import_roster"
    MAKE_SLIPS = "make_slips"
    APPROVE_LINK = "approve_link"
    SEE_UNVERIFIED = "see_unverified"
    ANSWER_REQUESTS = "answer_requests"
    SEE_AUDIT = "see_audit"
    EDIT_NEWS = "edit_news"
    ADMINISTER = "administer"
    HOLD_MEETING = "hold_meeting"
    KEEP_RULES = "keep_rules"  # approve rules and entries, answer questions about them


class Way(StrEnum):
    """How somebody proves who they are. What works where is one table: `rules.WAYS`."""

    SLIP = "slip"  # a slip from the branch, and the date of birth
    CONTACT = "contact"  # the phone number that the platform vouches for, and the date of birth
    NUMBER = "number"  # card or dossier number and date of birth, then the secretary's word
    PHONE = "phone"  # a phone number as typed: a claim, so the secretary's word as well
    HAND = "hand"  # an officer beside the person types the code shown on their phone


class Purpose(StrEnum):
    """What a member agrees to, one by one (Law 91/2025/QH15)."""

    VERIFY = "verify"
    DIRECTIVES = "directives"
    DIGEST = "digest"
    FIGURES = "figures"


@dataclass(frozen=True, slots=True)
class Place:
    """A messenger user and the chat they write in."""

    channel: str
    user_id: str
    chat_id: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody shows: a way, and the code or number it goes by."""

    way: Way
    key: str


class NotAllowed(Exception):
    """Somebody asked for what their posts do not cover. The text is for the log, not for them."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A Party organisation; `parent_id` is its parent at the moment that was asked for."""

    id: int
    code: str
    name: str
    kind: Kind
    parent_id: int | None


class Member(NamedTuple):
    """A member as counting needs one: nothing personal is opened for it."""

    id: int
    branch_id: int
    membership: MembershipKind
    standing: Standing
    missing: bool
    """Not in the newest roster file of their branch."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A post of a member."""

    id: int
    member_id: int
    role: Role
    organisation_id: int
    from_ms: int
    until_ms: int | None


class Account(NamedTuple):
    """A messenger account linked to a member."""

    id: int
    channel: str
    user_id: str
    chat_id: str
    member_id: int
    branch_id: int
    standing: Standing
    language: str
    state: str
    """"active", "pending" or "revoked"."""
    blocked: bool
    way: Way = Way.SLIP
    """How it was proven."""


@dataclass(frozen=True, slots=True)
class Consent:
    """An answer to one purpose: which words were shown, and when it was given and taken back (ms)."""

    version: str
    given_ms: int
    withdrawn_ms: int | None


@dataclass(frozen=True, slots=True)
class Adoption:
    """How many of those who must use the bot in a branch have verified an account, and how many act."""

    branch_id: int
    verified: int
    must_use: int
    agreed: int
    """To be counted among the active."""
    active: int


class Result(StrEnum):
    """How an attempt to verify ended."""

    LINKED = "linked"
    PENDING = "pending"  # a second account, or a mere claim: the old account or the secretary decides
    FAILED = "failed"  # one answer for every cause
    LOCKED = "locked"  # this account failed too often
    BUSY = "busy"  # too many failures everywhere in this hour
    ALREADY = "already"  # this account is linked


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt to verify came to. Member and account are known only when it succeeded."""

    result: Result
    account: Account | None = None
    tries_left: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """An approved or refused link, with the account that it replaced or would have replaced."""

    account: Account
    replaced: Account | None


class PersonRow(NamedTuple):  # made a hundred thousand times: a frozen dataclass takes three times as long
    """One person as a roster file gives them, cleaned but not completed."""

    sheet: str
    row: int
    """Counted from 1, as the spreadsheet shows it."""
    full_name: str
    """As written, cleaned; `rules.display_name` makes capitals readable."""
    branch: str
    branch_code: str = ""
    committees: tuple[str, ...] = ()
    """Names of the organisations above the branch, the highest first."""
    birth_date: date | None = None
    birth_year: int | None = None
    """Set when only the year is known."""
    card_number: str | None = None
    cccd: str | None = None
    dossier: str | None = None
    """Number of the Party dossier (số lý lịch); of it a keyed hash is kept, nothing else."""
    phone: str | None = None
    joined_on: date | None = None
    official_on: date | None = None
    membership: MembershipKind | None = None
    standing: Standing | None = None
    posts: str = ""

    @property
    def birth(self) -> str | None:
        """The birth date as it is stored: ISO date, or the year, or None."""
        if self.birth_date is not None:
            return self.birth_date.isoformat()
        return None if self.birth_year is None else str(self.birth_year)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Something a person must look at in one row. `held`: the row is not applied until it is settled."""

    sheet: str
    row: int
    suspicious: bool
    """Suspicious rows may be right; the others are errors."""
    reason: str
    held: bool = False


@dataclass(frozen=True, slots=True)
class Converted:
    """A column that was written before Unicode, with one cell as it stood and as it is read."""

    sheet: str
    column: str
    code: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster file, read."""

    people: tuple[PersonRow, ...]
    problems: tuple[RowProblem, ...]
    left_out: tuple[str, ...]
    """Headers of columns that were not read."""
    columns: frozenset[str]
    """Which of our fields the file has at all."""
    file_hash: str
    notes: tuple[str, ...] = ()
    """What must be said of the file as a whole; sentences."""
    converted: tuple[Converted, ...] = ()
    """To be shown before anything is applied."""


class Change(StrEnum):
    """What an import would do with one row, or with one member who is not in the file."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    LEFT = "left"
    SAME = "same"
    NONE = "none"  # held back


class ReportRow(NamedTuple):
    """One line of the report; `person` is None for a member who is missing from the file."""

    sheet: str | None
    row: int | None
    change: Change
    reason: str = ""
    suspicious: bool = False
    error: bool = False
    person: PersonRow | None = None

    @property
    def kind(self) -> str:
        """What to show first: "error", "suspicious", or the change."""
        return "error" if self.error else "suspicious" if self.suspicious else self.change.value


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a file holds and what importing it does (or did, when `import_id` is set)."""

    rows: tuple[ReportRow, ...]
    left_out: tuple[str, ...]
    new_organisations: tuple[str, ...] = ()
    stopped: str = ""
    """Why the file must not be applied as it is; a sentence for people."""
    import_id: int | None = None
    counts: dict[str, int] = field(default_factory=dict)
    """members, new, changed, moved, left, suspicious, errors."""
    notes: tuple[str, ...] = ()
    converted: tuple[Converted, ...] = ()


class RosterError(Exception):
    """The file cannot be used. The text is for the person who sent it and says what to do next."""
