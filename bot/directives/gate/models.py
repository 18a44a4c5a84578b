"""Values of the secrecy gate: what was found, how much a file may cost, where a line of text came from."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What may happen to a file or text."""

    PASS = "pass"  # noqa: S105  a verdict, no password
    REFUSE = "refuse"
    NEEDS_DECLARATION = "needs_declaration"


class Why(StrEnum):
    """The reason of a verdict: the kind of what was found, never its content."""

    CLEAR = "clear"
    # marked secret: never by messenger, whatever the settings say
    SECRET_MARK = "secret_mark"  # noqa: S105  a reason, no password
    SECRET_NAME = "secret_name"  # noqa: S105  a reason, no password
    # not for public messengers by default; a setting may allow them
    INTERNAL = "internal"
    DRAFT = "draft"
    NOT_FOR_CIRCULATION = "not_for_circulation"
    RETURNED_AFTER_MEETING = "returned_after_meeting"
    PERSONNEL_LIST = "personnel_list"
    DISCIPLINE_LIST = "discipline_list"
    # cannot be read, so cannot be passed
    EMPTY = "empty"
    UNKNOWN_TYPE = "unknown_type"
    WRONG_TYPE = "wrong_type"
    OLD_OFFICE = "old_office"
    MACROS = "macros"
    EMBEDDED = "embedded"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    UNSAFE = "unsafe"
    TOO_LARGE = "too_large"
    TOO_COMPLEX = "too_complex"
    UNREADABLE = "unreadable"
    # a person must look and declare
    PICTURE = "picture"
    DRAWING = "drawing"
    NO_TEXT = "no_text"
    UNREADABLE_FONT = "unreadable_font"


SECRET = frozenset({Why.SECRET_MARK, Why.SECRET_NAME})
RELEASABLE = frozenset(
    {
        Why.INTERNAL,
        Why.DRAFT,
        Why.NOT_FOR_CIRCULATION,
        Why.RETURNED_AFTER_MEETING,
        Why.PERSONNEL_LIST,
        Why.DISCIPLINE_LIST,
    }
)
"""What a channel's rule may allow and a second person may release once; everything else stays refused."""
DECLARABLE = frozenset({Why.PICTURE, Why.DRAWING, Why.NO_TEXT, Why.UNREADABLE_FONT})


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer. `texts.sentence(verdict)` says it to a person."""

    verdict: Outcome
    why: Why


CLEAR = Verdict(Outcome.PASS, Why.CLEAR)


def verdict(why: Why) -> Verdict:
    """The verdict that goes with a reason."""
    if why is Why.CLEAR:
        return CLEAR
    return Verdict(Outcome.NEEDS_DECLARATION if why in DECLARABLE else Outcome.REFUSE, why)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    file_bytes: int = 30_000_000
    unpacked_bytes: int = 120_000_000
    """All parts of all archives in the file together, as really unpacked."""
    ratio: int = 200
    """A part of more than a megabyte that grows by more than this is a bomb."""
    parts: int = 3_000
    depth: int = 3
    """Archives within archives."""
    pages: int = 600
    characters: int = 8_000_000
    seconds: int = 20
    """Of CPU time; twice as much, and a little, by the clock."""
    memory_bytes: int = 1_500_000_000


LIMITS = Limits()


class Kind(StrEnum):
    """Where a line came from: it decides what standing alone means."""

    PARAGRAPH = "paragraph"  # a paragraph of its own, or a message
    WRAPPED = "wrapped"  # a line as laid out: it may go on from the line before
    CELLS = "cells"  # a table row, cells parted by tabs
    PROPERTY = "property"  # title, keywords, names of sheets and shapes
    NAME = "name"  # a file name


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text without line breaks."""

    text: str
    kind: Kind


class Refused(Exception):
    """Raised while reading a file that cannot be passed."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why
