"""What this room talks about: rules, their articles, officers' entries, answers. Values only."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.chat.choices import action


class Kind(StrEnum):
    """Where an answer comes from. There is no fourth."""

    QUOTATION = "quotation"
    ENTRY = "entry"
    CALCULATION = "calculation"


class Verdict(StrEnum):
    """What a question gets."""

    ANSWER = "answer"
    CHOICES = "choices"
    NONE = "none"


class Validity(StrEnum):
    """Whether a document holds on a day."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    REPLACED = "replaced"
    EXPIRED = "expired"


class DocumentState(StrEnum):
    """Only approved ones answer."""

    UNCHECKED = "unchecked"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Document:
    """A rule as it is registered. One without articles is known by name only."""

    number: str
    """"01-QĐ/TW": unique only with its date."""
    title: str
    issuer: str
    issued_on: date | None
    """None where no source for it is known: then none is shown."""
    in_force_from: date | None = None
    in_force_until: date | None = None
    replaces: tuple[str, ...] = ()
    """Numbers of the rules that this one replaced."""
    replaced_by: str = ""
    link: str = ""
    """Where the original stands, if it is public."""
    sample: bool = False

    def validity(self, day: date) -> Validity:
        """Whether it holds on that day."""
        if self.replaced_by:
            return Validity.REPLACED
        if self.in_force_until is not None and day > self.in_force_until:
            return Validity.EXPIRED
        if self.in_force_from is not None and day < self.in_force_from:
            return Validity.NOT_YET
        return Validity.IN_FORCE


@dataclass(frozen=True, slots=True)
class Article:
    """An article (điều) with its clauses, one a line; or a numberless piece of a document without articles."""

    number: str
    """"5", "12a"; "" where the document has none."""
    heading: str
    text: str
    path: str = ""
    """ "Chương II › Mục 1"."""
    page: int = 0
    """Counted from 1; 0 where the file has no pages."""
    offset: int = 0
    """Characters from the start of the document's text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A question answered by an officer in their own words, with its reference."""

    question: str
    answer: str
    variants: tuple[str, ...] = ()
    """Other ways to ask the same."""
    rule: str = ""
    """Number of the document it rests on."""
    reference: str = ""
    """Where in it, or what else it rests on."""
    topic: int | None = None
    """The number of the question in the list of the forty that members ask most."""
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """A number of a rule that arithmetic needs, with the days on which it holds."""

    name: str
    """"wage", "benefit", "pension" (shares), "badge" (years), "probation" (months)."""
    value: str
    """A decimal number."""
    base: str
    """What it is taken of, in words."""
    rule: str
    since: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Source:
    """A document with its articles, as an import found it."""

    document: Document
    articles: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing an answer can be: an article or an entry. `key` is its row in the database, 0 outside one."""

    kind: Kind
    heading: str
    text: str
    document: Document | None
    number: str = ""
    reference: str = ""
    topic: int | None = None
    key: int = 0
    sample: bool = False
    page: int = 0
    path: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found. `pieces` are the best first: the answer, or what is offered to choose from."""

    verdict: Verdict
    pieces: tuple[Piece, ...] = ()
    related: tuple[Piece, ...] = ()
    clause: str = ""
    """The words of the first piece that fit the question best, for the quotation."""
    confidence: float = 0.0
    understood: str = ""
    """The question as it was read, where that differs from what was typed."""
    replaced: tuple[tuple[str, str], ...] = ()
    """Rules the question names that no longer hold, each with its successor's number ("" unknown)."""
    why: str = ""
    """Why there is none: "others", "opinion", "abuse", "empty"; "no_text": a rule was named whose text is not held."""


@action("pol")
@dataclass(frozen=True, slots=True)
class ShowPiece:
    """Shows an article or an entry as an answer. `kind` is "a" or "e"."""

    kind: str
    key: int


@action("polw")
@dataclass(frozen=True, slots=True)
class ShowWhole:
    """A page of a whole article."""

    key: int
    page: int


@action("polf")
@dataclass(frozen=True, slots=True)
class RateAnswer:
    """Whether an answer was right: `good` is 1 or 0."""

    kind: str
    key: int
    good: int


@action("polq")
@dataclass(frozen=True, slots=True)
class AskOfficer:
    """Sends a kept question to the responsible officer."""

    question: int


@action("pola")
@dataclass(frozen=True, slots=True)
class AnswerTicket:
    """The officer answers a ticket."""

    ticket: int


@action("polr")
@dataclass(frozen=True, slots=True)
class ReviewDocument:
    """Shows an officer a page of the tree of a document that waits for approval."""

    document: int
    page: int


@action("polj")
@dataclass(frozen=True, slots=True)
class JudgeDocument:
    """Approves ("yes") a document that waits, or sets it aside ("no")."""

    document: int
    verdict: str


@action("poldrop")
@dataclass(frozen=True, slots=True)
class WithdrawDocument:
    """Asks whether an approved document shall answer no more ("ask"), does it ("yes") or leaves it ("no")."""

    document: int
    verdict: str


@action("polall")
@dataclass(frozen=True, slots=True)
class ApprovedDocuments:
    """A page of the approved documents, to withdraw one."""

    page: int


@action("pole")
@dataclass(frozen=True, slots=True)
class ReviewEntries:
    """Shows the first entry that waits for approval."""


@action("polv")
@dataclass(frozen=True, slots=True)
class JudgeEntry:
    """Approves ("yes") an entry that waits, or sets it aside ("no")."""

    entry: int
    verdict: str
