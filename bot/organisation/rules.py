"""The rules of the room as tables and pure functions: standings, rights, slip codes, names."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from bot.organisation.models import Role, Standing, Verb, Way


@dataclass(frozen=True, slots=True)
class StandingRule:
    """What a standing means for the bot."""

    member: bool
    """False: membership here has ended, and every account closes at once."""
    access: bool
    """May use the bot."""
    counted: bool
    """Must acknowledge, and is in the denominator of the branch."""


# Exempt members are told but never counted; a member away on temporary transfer is counted once, at home
# (so a visitor is not counted here); who is moving stays with the old branch until the new one confirms.
STANDINGS: dict[Standing, StandingRule] = {
    Standing.ACTIVE: StandingRule(member=True, access=True, counted=True),
    Standing.EXEMPT: StandingRule(member=True, access=True, counted=False),
    Standing.AWAY: StandingRule(member=True, access=True, counted=True),
    Standing.VISITING: StandingRule(member=True, access=True, counted=False),
    Standing.TRANSFERRING: StandingRule(member=True, access=True, counted=True),
    Standing.SUSPENDED: StandingRule(member=True, access=False, counted=False),
    Standing.TRANSFERRED: StandingRule(member=False, access=False, counted=False),
    Standing.REMOVED: StandingRule(member=False, access=False, counted=False),
    Standing.EXPELLED: StandingRule(member=False, access=False, counted=False),
    Standing.RESIGNED: StandingRule(member=False, access=False, counted=False),
    Standing.DECEASED: StandingRule(member=False, access=False, counted=False),
    Standing.ERASED: StandingRule(member=False, access=False, counted=False),
}

RIGHTS: dict[Verb, frozenset[Role]] = {
    Verb.SEND_DIRECTIVE: frozenset({Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.OFFICE}),
    Verb.SEE_STATUS: frozenset(
        {
            Role.SECRETARY,
            Role.DEPUTY_SECRETARY,
            Role.COMMITTEE_MEMBER,
            Role.CELL_LEADER,
            Role.OFFICER,
            Role.OFFICE,
            Role.INSPECTOR,
        }
    ),
    Verb.SEE_NAMES: frozenset(
        {Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.COMMITTEE_MEMBER, Role.CELL_LEADER, Role.OFFICER}
    ),
    Verb.REMIND: frozenset(
        {Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.CELL_LEADER, Role.OFFICER, Role.OFFICE}
    ),
    Verb.IMPORT_ROSTER: frozenset({Role.OFFICER}),
    Verb.MAKE_SLIPS: frozenset({Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.OFFICER}),
    Verb.APPROVE_LINK: frozenset({Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.OFFICER}),
    Verb.SEE_UNVERIFIED: frozenset(
        {
            Role.SECRETARY,
            Role.DEPUTY_SECRETARY,
            Role.COMMITTEE_MEMBER,
            Role.CELL_LEADER,
            Role.OFFICER,
            Role.HELPER,
        }
    ),
    Verb.ANSWER_REQUESTS: frozenset({Role.OFFICER}),
    Verb.SEE_AUDIT: frozenset({Role.INSPECTOR}),
    Verb.EDIT_NEWS: frozenset({Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.OFFICE, Role.OFFICER}),
    Verb.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
    Verb.HOLD_MEETING: frozenset({Role.SECRETARY, Role.DEPUTY_SECRETARY}),
    Verb.KEEP_RULES: frozenset({Role.OFFICER, Role.OFFICE}),
}
"""Verb x role; the organisation and the date come from the appointment."""


@dataclass(frozen=True, slots=True)
class WayRule:
    """Where a way to verify works, and what it is worth."""

    channels: frozenset[str]
    approval: bool
    """The secretary, or the member's own older account, must agree before it counts."""
    neutral: bool = False
    """Right and wrong get one answer: who types it need not be the one it belongs to."""


EVERYWHERE = frozenset({"zalo_oa", "zalo_bot", "telegram"})
WAYS: dict[Way, WayRule] = {
    Way.SLIP: WayRule(EVERYWHERE, approval=False),
    # Only Telegram says whose number a shared contact is.
    Way.CONTACT: WayRule(frozenset({"telegram"}), approval=False),
    Way.NUMBER: WayRule(EVERYWHERE, approval=True),
    # Friends know phone and birth date, so an answer would tell them who is a member.
    Way.PHONE: WayRule(frozenset({"zalo_oa", "zalo_bot"}), approval=True, neutral=True),
    Way.HAND: WayRule(EVERYWHERE, approval=False),
}
"""Way -> rule. `docs/law.md` prints this table."""


def is_member(standing: Standing) -> bool:
    """Whether this standing is still membership here."""
    return STANDINGS[standing].member


def has_access(standing: Standing) -> bool:
    """Whether this standing may use the bot."""
    return STANDINGS[standing].access


def is_counted(standing: Standing) -> bool:
    """Whether this standing is in the denominator of its branch."""
    return STANDINGS[standing].counted


def must_acknowledge(standing: Standing) -> bool:
    """Whether a directive asks this standing for an acknowledgement: exactly those who are counted."""
    return is_counted(standing)


MEMBER_STANDINGS = frozenset(s for s in Standing if is_member(s))
ACCESS_STANDINGS = frozenset(s for s in Standing if has_access(s))
COUNTED_STANDINGS = frozenset(s for s in Standing if is_counted(s))


# --- slip codes: eight random digits and a check digit (H. M. Damm, 2004: every single wrong digit and
# every swap of neighbours is noticed).
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
SLIP_DIGITS = 9


REQUEST_DIGITS = 7
"""Digits of the code that somebody reads out to an officer, check digit included."""


def _damm(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return interim


def with_check_digit(digits: str) -> str:
    """Appends the check digit."""
    return digits + str(_damm(digits))


def show_code(code: str) -> str:
    """123456789 as "123 456 789"."""
    return " ".join(code[start : start + 3] for start in range(0, len(code), 3))


def parse_code(text: str, length: int = SLIP_DIGITS) -> str | None:
    """The digits of a typed slip code; None when it is none. Spaces, dots, dashes and O for 0 pass, and words
    around it ("mã: 123 456 789 ạ") when the text has no other digit."""
    plain = unicodedata.normalize("NFKC", text)
    digits = re.sub(r"[\s.\-–—_]+", "", plain).replace("O", "0").replace("o", "0")
    if not digits.isdigit():
        digits = re.sub(r"\D", "", plain)
    if len(digits) != length or not (digits.isascii() and digits.isdigit()) or _damm(digits):
        return None
    return digits


_DOSSIER = re.compile(r"\d{6}[A-Z]{1,3}")
_CARD = re.compile(r"\d{6,14}")


def parse_number(text: str) -> str | None:
    """A typed card or dossier number without its separators; None when it can be neither."""
    bare = re.sub(r"[\s.\-–—_/]+", "", unicodedata.normalize("NFKC", text)).upper()
    return bare if bare.isascii() and (_CARD.fullmatch(bare) or _DOSSIER.fullmatch(bare)) else None


def parse_phone(text: str) -> str | None:
    """A typed or shared Vietnamese mobile number as 0xxxxxxxxx; None when it is none."""
    digits = re.sub(r"[\s.\-–—()]+", "", unicodedata.normalize("NFKC", text))
    local = re.sub(r"^(\+84|0084|84(?=\d{9}$))0?", "0", digits)
    return local if re.fullmatch(r"0[0-9]{9}", local) and local.isascii() else None


# --- names
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")


def clean(text: str) -> str:
    """NFC, without invisible characters, NBSP and runs of spaces made one space."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def fold(text: str) -> str:
    """A key for comparing: no marks, lower case, everything but letters and digits a space.

    The conversation has its own, richer folding in `bot.chat`; this one stays as it is, because keyed
    hashes of names are made from it and stored.
    """
    return " ".join(filter(None, map(_fold_word, text.split())))


@lru_cache(maxsize=50_000)  # a roster of a hundred thousand people has a few thousand words
def _fold_word(word: str) -> str:
    word = _INVISIBLE.sub("", unicodedata.normalize("NFKC", word)).lower()
    word = word.replace("đ", "d").replace("ð", "d")
    bare = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())


def display_name(text: str) -> str:
    """A name for reading: one written in capitals gets capital initials, any other stays as it is.

    "H'HEN NIÊ" becomes "H'Hen Niê", "Y THÔNG" becomes "Y Thông".
    """
    name = clean(text)
    if name != name.upper():
        return name
    return " ".join(map(_with_initial, name.split()))


@lru_cache(maxsize=50_000)
def _with_initial(word: str) -> str:
    return re.sub(r"[^'’\-]+", lambda part: part[0][:1] + part[0][1:].lower(), word)


def masked(name: str) -> str:
    """A name for those who may not see it whole: "Nguyễn Văn An" as "N. V. An"."""
    *others, given = name.split() or [""]
    return " ".join([*(f"{word[0]}." for word in others), given])


_LETTERS = {letter: rank for rank, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền hỏi ngã sắc nặng
SortKey = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


def _word_key(word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    letters: list[int] = []
    tones: list[int] = []
    for character in unicodedata.normalize("NFC", word.lower()):
        marks = unicodedata.normalize("NFD", character)
        tone = next((mark for mark in marks if mark in _TONES), "")
        letter = unicodedata.normalize("NFC", marks.replace(tone, "")) if tone else character
        letters.append(_LETTERS.get(letter, len(_LETTERS) + ord(letter[0])))
        tones.append(_TONES.get(tone, 0))
    return tuple(letters), tuple(tones)


def by_given_name(name: str) -> SortKey:
    """Sorting key of Vietnamese lists: given name first, then family and middle names.

    Letters in the order a ă â b c d đ e ê …, then tones ngang huyền hỏi ngã sắc nặng.
    """
    *others, given = name.split() or [""]
    return tuple(_word_key(word) for word in (given, *others))
