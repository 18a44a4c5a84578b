"""Pure rules: addresses, titles, odd times, the same story told twice, topics, the order of a digest."""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, time, timedelta, timezone
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from rapidfuzz import fuzz

from bot.chat.text import fold
from bot.clock import VIETNAM
from bot.news.models import Story, Topic, Wish

LINES = 5
"""Stories in one digest."""
MAX_PARTY = 3
"""Of these, at most so many of Party building while there is something else."""
MAX_TITLE, MAX_SUMMARY, MAX_URL = 200, 220, 500
FIRST, LAST, EVERY = 6 * 60, 9 * 60, 30
"""A digest may be wished from 06:00 to 09:00, each half hour (minutes of the day, Vietnam's time)."""
TOO_LATE = 11 * 60
"""What has not left by 11:00 does not leave."""
FRESH = timedelta(hours=36)
"""How old a story may be that a digest tells."""
KEEP = timedelta(days=90)
SEARCHED = timedelta(days=30)
SAME_WITHIN = timedelta(days=3)
"""Two papers tell the same story within so long."""
MINUTES = tuple(range(FIRST, LAST + 1, EVERY))


def show_minute(minute: int) -> str:
    """390 as "06:30"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def read_minute(text: str) -> int:
    """ "06:30" as 390. Raises ValueError."""
    at = time.fromisoformat(text)
    return at.hour * 60 + at.minute


# --- addresses

_TRACKERS = re.compile(r"utm_\w+|fbclid|gclid|zarsrc|ref|source|_?ga|mc_[ce]id|igshid")
_TWINS = ("www.", "m.", "amp.")


def allowed_host(host: str, domains: Collection[str]) -> bool:
    """Whether a host is one of these domains or below one."""
    host = host.lower().rstrip(".")
    return any(host == each or host.endswith(f".{each}") for each in domains)


def link(url: str, base: str, domains: Collection[str], trusted: str = "") -> str | None:
    """An entry's address as shown: absolute, http(s), on an allowed domain, without trackers; else None.

    `trusted` is an origin ("http://127.0.0.1:8090") allowed besides: the sandbox.
    """
    try:
        parts = urlsplit(urljoin(base, url.strip()))
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        return None
    here = bool(trusted) and f"{parts.scheme}://{parts.netloc}" == trusted.rstrip("/")
    plain = parts.scheme in ("http", "https") and port in (None, 80, 443) and "@" not in parts.netloc
    if not (here or (plain and allowed_host(host, domains))):
        return None
    query = urlencode(
        [(name, value) for name, value in parse_qsl(parts.query) if not _TRACKERS.fullmatch(name)]
    )
    made = urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", query, ""))
    return made if len(made) <= MAX_URL and not re.search(r"[\s<>\"\\^`{}|]", made) else None


def key_of(url: str) -> str:
    """What is equal for the same page: no scheme, no www./m./amp., no slash at the end, query in order."""
    parts = urlsplit(url)
    host = parts.netloc
    for twin in _TWINS:
        host = host.removeprefix(twin)
    path = re.sub(r"/(?:amp|index\.html?)?$", "", parts.path)
    query = urlencode(sorted(parse_qsl(parts.query)))
    return f"{host}{path}" + (f"?{query}" if query else "")


# --- words


class _Words(HTMLParser):
    """Text of markup, without what scripts and styles hold."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._hidden = tag
        self.found.append(" " if tag in ("br", "p", "div", "li") else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = ""

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)


def plain(text: str) -> str:
    """Words of a feed's text: no markup, entities read (twice where a feed wrote them twice), NFC, one line."""
    for _round in range(2):
        reader = _Words()
        reader.feed(html.unescape(text))
        reader.close()
        text = "".join(reader.found)
    text = unicodedata.normalize("NFC", text)
    kept = "".join(" " if unicodedata.category(c) in ("Zs", "Cc", "Zl", "Zp") else c for c in text)
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in ("Cf", "Co", "Cs")).split())


_SENTENCE = re.compile(
    r"(?<![A-ZĐ])(?<!\bTP)(?<!\bTS)(?<!\bGS)(?<!\bThS)[.!?…][\"”’»)]*(?=\s+[\"“«A-ZÀ-ỸĐ0-9]|$)"
)


def first_sentence(text: str, limit: int = MAX_SUMMARY) -> str:
    """The first sentence; one that is too long is cut after a word, with "…"."""
    end = _SENTENCE.search(text)
    said = text[: end.end()] if end else text
    return cut(said, limit)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, cut after a word."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head else head).rstrip(" ,.;:-–") + "…"


# --- odd times

_ZONE = re.compile(r"(?:GMT|UTC|ICT)\s*([+-])\s*(\d{1,2})(?::?(\d\d))?|\bICT\b", re.IGNORECASE)
_DAY_FIRST = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[\sT,]+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([AP]M)?)?", re.IGNORECASE
)
_AHEAD = timedelta(minutes=15)
_SHIFT = timedelta(hours=7)


def repair_time(text: str, fetched: datetime) -> datetime:
    """The moment (UTC) a feed means; what cannot be read, or lies ahead whatever the zone, is `fetched`.

    Read are RFC 822 and ISO 8601 in their zones, "GMT+7", "ICT", day/month/year; without a zone it is
    Vietnam's time. A moment ahead of the fetch is Vietnam's time written as if it were GMT.
    """
    moment = _read_time(text.strip()[:80])
    if moment is None:
        return fetched
    if moment > fetched + _AHEAD:
        moment -= _SHIFT
    if moment > fetched + _AHEAD or moment.year < 2000:
        return fetched
    return min(moment, fetched)


def _read_time(text: str) -> datetime | None:
    def zone(match: re.Match[str]) -> str:
        if not match[1]:
            return "+0700"
        return f"{match[1]}{int(match[2]):02d}{match[3] or '00'}"

    said = _ZONE.sub(zone, text)
    found: datetime | None = None
    try:
        found = datetime.fromisoformat(said.replace(" +", "+"))
    except ValueError:
        try:
            found = parsedate_to_datetime(said)
            if said.endswith("-0000"):
                found = found.replace(tzinfo=UTC)
        except (ValueError, TypeError, IndexError):
            found = _day_first(said)
    if found is None:
        return None
    try:
        return found.replace(tzinfo=found.tzinfo or VIETNAM).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _day_first(text: str) -> datetime | None:
    match = _DAY_FIRST.search(text)
    if match is None:
        return None
    day, month, year = int(match[1]), int(match[2]), int(match[3])
    hour, minute = int(match[4] or 0), int(match[5] or 0)
    if match[7]:
        day, month = month, day  # with AM and PM comes the American order
        hour = hour % 12 + (12 if match[7].upper() == "PM" else 0)
    offset = re.search(r"([+-])(\d\d)(\d\d)\s*$", text)
    zone = None
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3])
        zone = timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    try:
        return datetime(year, month, day, hour, minute, tzinfo=zone)
    except ValueError:
        return None


# --- the same story

_EMPTY = frozenset(
    "và của là cho tại trong về với đến được đã sẽ sắp đang này đó những các ngày hôm nay từ vào ở để theo sáng chiều "
    "tối nhân dịp mới tân lần vừa bị bởi thêm nữa".split()
)
_EMPTY_FLAT = frozenset(map(fold, _EMPTY))
"""Words that papers leave out or add; without their marks only where a title has none ("đá" is not "đã")."""
_OPPOSITES = tuple(
    tuple(frozenset(side.split()) for side in pair)
    for pair in (
        ("tang", "giam"),
        ("khai", "be"),
        ("khoi", "khanh"),
        ("mo", "dong"),
        ("thang", "thua"),
        ("dau", "cuoi"),
        ("truoc", "sau"),
        ("bo", "mien"),
        ("so", "tong"),
        ("truong", "pho"),
    )
)
_MANNERS = re.compile(r"\b(?:đồng chí|ông|chính thức)\b", re.IGNORECASE)
_CELEBRATED = re.compile(r"\bchào mừng\b", re.IGNORECASE)
_NEAR = 70.0
"""Least likeness of the same story."""
_LONG = 10
"""So many words in common bear one word said otherwise on each side."""


def _tokens(title: str) -> list[tuple[str, bool]]:
    """Folded words with whether they were written as a name, inside the sentence."""
    named, bare = not title.isupper(), title.isascii()
    spoken = _CELEBRATED.sub("kỷ niệm", _MANNERS.sub(" ", title))
    words = re.findall(r"[\w%]+(?:[.,/-]\w+)*", spoken)
    found = []
    for place, word in enumerate(words):
        folded = re.sub(r"^([bcdghklmnpqrstvx]+)y$", r"\1i", fold(word).strip("./-"))  # liệt sĩ, liệt sỹ
        empty = folded in _EMPTY_FLAT if bare else word.lower() in _EMPTY
        if folded and not empty:
            found.append((folded, named and place > 0 and word[:1].isupper()))
    return found


def likeness(one: str, other: str) -> float:
    """How near two titles are, 0 to 100; 0 when what one says otherwise makes it another story.

    Papers leave words out, add some and turn them round; where both sides have words of their own, one thing was put
    in the place of another ("xuất khẩu gạo", "xuất khẩu cà phê"), and it is another story, except for one
    word in a long title.
    """
    a, b = _tokens(one), _tokens(other)
    left = Counter(word for word, _name in a) - Counter(word for word, _name in b)
    right = Counter(word for word, _name in b) - Counter(word for word, _name in a)
    common = len(a) - left.total()
    swapped = min(left.total(), right.total())
    if swapped > 1 or (swapped == 1 and common < _LONG) or 2 * common < max(len(a), len(b)) or common < 3:
        return 0.0
    if _contradict(left, right, {word for word, name in (*a, *b) if name}):
        return 0.0
    return (
        fuzz.token_set_ratio(_joined(a), _joined(b)) * 0.5
        + fuzz.token_sort_ratio(_joined(a), _joined(b)) * 0.5
    )


def _joined(tokens: Iterable[tuple[str, bool]]) -> str:
    return " ".join(word for word, _name in tokens)


def _contradict(left: Collection[str], right: Collection[str], names: Collection[str]) -> bool:
    """Whether names, figures or senses on the two sides exclude each other."""
    for told in (lambda word: any(c.isdigit() for c in word), lambda word: word in names):
        if any(map(told, left)) and any(map(told, right)):
            return True
    ours, theirs = set(left), set(right)
    return any((one <= ours and two <= theirs) or (two <= ours and one <= theirs) for one, two in _OPPOSITES)


def same_story(one: str, other: str) -> bool:
    """Whether two titles tell the same story."""
    return likeness(one, other) >= _NEAR


# --- topics

_PARTY = re.compile(
    r"\b(?:xay dung dang|dang vien|dang bo|dang uy|chi bo|chi uy|cap uy|bi thu|thanh uy|tinh uy|trung uong dang|"
    r"bo chinh tri|ban bi thu|tong bi thu|ban chap hanh trung uong|uy ban kiem tra|ban to chuc|ban tuyen giao|"
    r"dieu le dang|ket nap dang|huy hieu dang|dai hoi dang|dai hoi dai bieu|nghi quyet dai hoi|ky luat dang|"
    r"tu dien bien|hoc tap va lam theo|sinh hoat chi bo|ket luan \d+ ?-?kl/tw|chi thi \d+ ?-?ct/tw|"
    r"quy dinh \d+ ?-?qd/tw|nghi quyet \d+ ?-?nq/tw)\b"
)
_EDUCATION = re.compile(
    r"\b(?:dai hoc|sinh vien|giao vien|giang vien|hoc sinh|tuyen sinh|nghien cuu|khoa hoc|giao duc|truong hoc)\b"
)


def topic_of(title: str, feed: Topic) -> Topic:
    """A story's topic: its feed's, unless the title is plainly of Party building, or of schools in a general feed."""
    if feed in (Topic.NOTICE, Topic.PARTY, Topic.SCHOOL):
        return feed
    folded = fold(title)
    if _PARTY.search(folded):
        return Topic.PARTY
    return Topic.EDUCATION if feed == Topic.SOCIETY and _EDUCATION.search(folded) else feed


# --- a digest

_RANK = {topic: place for place, topic in enumerate(Topic)}


def ranked(stories: Iterable[Story], pins: Sequence[int]) -> list[Story]:
    """Pinned stories in their order, then notices, Party building, the rest: told by many first, then the newest."""
    place = {story: index for index, story in enumerate(pins)}
    return sorted(
        stories,
        key=lambda story: (
            place.get(story.id, len(place)),
            _RANK[story.topic],
            -len(story.sources),
            -story.published.timestamp(),
            story.id,
        ),
    )


def choose(
    stories: Sequence[Story], pinned: Collection[int], wish: Wish, units: Collection[int]
) -> list[Story]:
    """The stories of one member's digest, of those ranked: for the member's units and topics, LINES of them.

    What an editor pinned and a unit's notices come whatever the topics. The topics other than Party building
    take turns, so that no paper fills the digest.
    """
    mine = [
        story
        for story in stories
        if (story.unit_id is None or story.unit_id in units)
        and (story.topic not in wish.without or story.id in pinned or story.topic == Topic.NOTICE)
    ]
    first = [story for story in mine if story.id in pinned or story.topic == Topic.NOTICE][:LINES]
    party = [story for story in mine if story.topic == Topic.PARTY and story not in first]
    chosen = [*first, *party[:MAX_PARTY]]
    lanes: dict[Topic, list[Story]] = {}
    for story in mine:
        if story.topic not in (Topic.NOTICE, Topic.PARTY) and story not in first:
            lanes.setdefault(story.topic, []).append(story)
    for turn in range(LINES):
        chosen += [lanes[topic][turn] for topic in Topic if turn < len(lanes.get(topic, ()))]
    chosen += party[MAX_PARTY:]
    return chosen[:LINES]
