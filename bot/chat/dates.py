"""Dates and deadlines as people type them. Day before month, always; Vietnam's time."""

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta

from bot import clock
from bot.chat.text import clean, figures, flat

END_OF_DAY = time(17, 0)
"""What a deadline means that names a day but no hour: the end of office hours."""
_NUMBERS = {
    **{w: n for n, w in enumerate("mot hai ba tu nam sau bay tam chin muoi".split(), start=1)},
    **{"gieng": 1, "bon": 4, "muoi mot": 11, "muoi hai": 12, "chap": 12, "mot chap": 12},
}
_NUMBER_WORDS = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_YOUNGEST, _OLDEST = 18, 110  # a member is at least 18 (Party Statutes, Article 1)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word]


_BIRTH_FILLER = re.compile(
    r"\b(?:toi|em|minh|chau|sinh|ngay sinh|sinh ngay|ngay|la|da|thua|dong chi|a|nhe|vang|cua|mung|mong)\b|[:,;()]"
)
_BIRTH_WORDS = re.compile(rf"(\d{{1,2}}) thang (\d{{1,2}}|{_NUMBER_WORDS})(?: nam)? (\d{{4}}|\d{{2}})")
_BIRTH_FIGURES = re.compile(r"(\d{1,2})(?: ?[/.-] ?| )(\d{1,2})(?: ?[/.-] ?| )(\d{4}|\d{2})")
_BIRTH_ISO = re.compile(r"(\d{4}) ?[/.-] ?(\d{1,2}) ?[/.-] ?(\d{1,2})")


def parse_birth_date(text: str, today: date | None = None) -> date | None:
    """A birth date as typed ("12/3/1961", "12.3.61", "12031961", "ngày 12 tháng 3 năm 1961"), or None.

    Day first, except in year-first writing. A two-digit year is the one that makes the person 18 to 110
    years old. None for anything else, for days that do not exist, and for a date after `today`.
    """
    today = today or clock.now().astimezone(clock.VIETNAM).date()
    if len(text) > 200:
        return None
    said = " ".join(_BIRTH_FILLER.sub(" ", flat(clean(text))).split()).strip(" .!")
    if match := _BIRTH_ISO.fullmatch(said):
        found = _date(int(match[1]), int(match[2]), int(match[3]))
    elif match := re.fullmatch(r"(\d\d)(\d\d)(\d{4}|\d\d)", said):
        found = _birth(match[1], match[2], match[3], today)
        if found is None and len(said) == 8:  # 19610312
            found = _date(int(said[:4]), int(said[4:6]), int(said[6:])) if said >= "1900" else None
    elif match := _BIRTH_WORDS.fullmatch(said) or _BIRTH_FIGURES.fullmatch(said):
        found = _birth(match[1], match[2], match[3], today)
    else:
        return None
    return found if found and found <= today and found.year >= today.year - _OLDEST else None


def _birth(day: str, month: str, year: str, today: date) -> date | None:
    if len(year) == 4:
        return _date(int(year), _number(month), int(day))
    for century in (1900, 2000):
        found = _date(century + int(year), _number(month), int(day))
        if found is not None:
            birthday_due = (found.month, found.day) > (today.month, today.day)
            if _YOUNGEST <= today.year - found.year - birthday_due <= _OLDEST:
                return found
    return None


# --- deadlines ----------------------------------------------------------------------------------------------
_HOUR = re.compile(
    r"(?<![\d/.-])(\d{1,2}) ?(?:h|g|gio|:)(?: ?(ruoi|kem \d{1,2}|\d{1,2})(?!\d|/| (?:ngay|tuan|gio)))?"
    r"(?: ?(?:phut|p))?(?![a-z\d])(?: (sang|trua|chieu|toi|dem))?"
)
_PART = re.compile(
    r"\b(sang|trua|chieu|toi|dem)(?= (?:nay|mai|mot|ngay|thu|t[2-7]|cn|chu nhat|hom|\d{1,2}[/-]))"
)
_PART_ENDS = {"sang": time(12), "trua": time(12), "chieu": END_OF_DAY, "toi": time(21), "dem": time(23, 59)}
_WEEKDAY = re.compile(r"\b(?:thu ?([2-7]|hai|ba|tu|nam|sau|bay)|t([2-7])|(cn|chu nhat))\b")
_IN = re.compile(
    rf"(?<!thu )\b(?:(?:trong vong|trong|sau) )?(\d{{1,3}}|{_NUMBER_WORDS}) (ngay|tuan|tieng|gio|phut)( nua| toi)?\b"
)
_FULL_DATE = re.compile(r"(?<![\d/.-])(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?(?![\d/-])")
_SPOKEN_DATE = re.compile(rf"\b(\d{{1,2}}) thang (\d{{1,2}}|{_NUMBER_WORDS})(?: nam (\d{{4}}))?\b")
_QUARTERS = ("1", "2", "3", "4", "i", "ii", "iii", "iv")
_SOON = timedelta(days=183)  # a date without a year lies in the coming half year, else it is past


def _said(text: str) -> str:
    """Folded, single-spaced; "17h30 ngày 30/11" is half past five, not 17 o'clock in thirty days."""
    folded = " ".join(flat(clean(text)).split())[:400]
    folded = re.sub(r"\b12 ?(?:h|g|gio)(?= (?:dem|toi (?:nay|mai|mot|ngay|thu|chu nhat))\b)", "24h", folded)
    return re.sub(r"((?:h|g|gio|:)\d\d)(?= (?:ngay|tuan))", r"\1,", folded)


def parse_deadline(text: str, now: datetime) -> datetime | None:
    """When a deadline as typed ends, in Vietnam's time; None when it is past, impossible or not named.

    "thứ 6 tuần này", "30/11", "trước 17h mai", "hết ngày 30/11", "cuối tháng", "3 ngày nữa". A week runs
    Monday to Sunday. Without an hour it is 17:00 of the day ("hết ngày": 23:59). Hours 7 to 11 without
    a part of the day are morning, 1 to 6 afternoon.
    """
    now = now.astimezone(clock.VIETNAM)
    said = _said(text)
    if moment := _in_a_while(said, now):
        return moment
    hour_said = _HOUR.search(said)
    at = _hour(hour_said) if hour_said else None
    if hour_said and at is None:
        return None
    rest = said[: hour_said.start()] + " " + said[hour_said.end() :] if hour_said else said
    named, day = _day(" ".join(rest.split()), now)
    if named and day is None:
        return None
    if day is None:
        if at is None:
            return None
        day = now.date()
    if at is None:
        part = _PART.search(said)
        at = _PART_ENDS[part[1]] if part else END_OF_DAY
        if re.search(r"\b(?:het|nua dem|24 ?h) ?(?:hom |ngay|thu|thang|tuan)", said):
            at = time(23, 59)
    moment = datetime.combine(day, at, clock.VIETNAM)
    return moment if moment > now else None


def read_moment(text: str, now: datetime) -> tuple[datetime | None, bool]:
    """The moment a phrase names, as `parse_deadline`, and whether the bot should ask before it relies on it.

    Ambiguous: an hour from 1 to 6 or 12 without a part of the day, or a bare weekday that is today's.
    """
    moment = parse_deadline(text, now)
    if moment is None:
        return None, False
    said = _said(text)
    hour = _HOUR.search(said)
    unsure = bool(
        hour and not hour[3] and not _PART.search(said) and (1 <= int(hour[1]) <= 6 or int(hour[1]) == 12)
    )
    weekday = _WEEKDAY.search(said)
    if weekday and not re.search(r"tuan|nay", said[weekday.end() :]):
        unsure = unsure or (moment - now.astimezone(clock.VIETNAM)) >= timedelta(days=6, hours=12)
    return moment, unsure


def _in_a_while(said: str, now: datetime) -> datetime | None:
    if hours := re.search(r"\btrong (?:vong )?(\d{1,3}) ?h\b", said):
        return now + timedelta(hours=int(hours[1]))
    match = _IN.search(said)
    if match is None or not (match[3] or match[0].startswith(("trong", "sau"))):
        return None
    count, unit = _number(match[1]), match[2]
    if unit in ("tieng", "gio", "phut"):
        if match[3] != " nua" and not match[0].startswith("trong"):
            return None  # "sau 17 giờ" and "8 giờ tối" are hours of the day
        return now + (timedelta(minutes=count) if unit == "phut" else timedelta(hours=count))
    day = now.date() + timedelta(days=count * (7 if unit == "tuan" else 1))
    return datetime.combine(day, END_OF_DAY, clock.VIETNAM)


def _hour(match: re.Match[str]) -> time | None:
    hour, more, part = int(match[1]), match[2] or "0", match[3]
    minute = 30 if more == "ruoi" else int(more.removeprefix("kem "))
    if minute > 59 or hour > 24 or (part and hour > 12 and part == "sang"):
        return None
    if hour == 24:
        return time(23, 59) if minute == 0 else None
    if part in ("chieu", "toi", "dem") and 1 <= hour < 12:
        hour += 12 if (part != "dem" or hour >= 7) else 0
    elif (part == "trua" and hour <= 2) or (part is None and 1 <= hour <= 6):
        hour += 12
    if more.startswith("kem "):
        earlier = datetime(2000, 1, 2, hour, 0) - timedelta(minutes=minute)
        return earlier.time()
    return time(hour, minute)


def _day(said: str, now: datetime) -> tuple[bool, date | None]:
    """Whether a day is named, and which (None when it does not exist or lies behind)."""
    today = now.date()
    monday = today - timedelta(days=today.weekday())
    if match := _FULL_DATE.search(said) or _SPOKEN_DATE.search(said):
        return True, _calendar_day(int(match[1]), _number(match[2]), match[3], today)
    week = 7 if re.search(r"\btuan (?:sau|toi|ke|tiep)\b", said) else 0
    if match := _WEEKDAY.search(said):
        index = 6 if match[3] else _number(match[1] or match[2]) - 2
        day = monday + timedelta(days=index + week)
        if not week and "tuan nay" not in said and day < today:
            day += timedelta(days=7)
        return True, day if day >= today else None
    if re.search(r"\b(?:cuoi|het) (?:tuan|thang|quy|nam)\b", said):
        return True, _period_end(said, today, monday + timedelta(days=week))
    if re.search(
        r"\b(?:hom nay|(?:sang|trua|chieu|toi|dem|ngay|trong) nay|cuoi (?:ngay|gio|buoi)|het ngay$)\b", said
    ):
        return True, today
    if re.search(r"\b(?:ngay kia|ngay mot|mot$|hom kia|(?:sang|chieu|toi) mot)\b", said):
        return True, today + timedelta(days=2)
    if re.search(r"\bmai\b", said):
        return True, today + timedelta(days=1)
    if match := re.search(r"\b(?:ngay|mung|mong|hom) (\d{1,2})\b", said):
        for ahead in (0, 1):
            year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
            day_found = _date(year, month + 1, int(match[1]))
            if day_found and day_found >= today:
                return True, day_found
        return True, None
    return False, None


def _calendar_day(day: int, month: int, year: str | None, today: date) -> date | None:
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    for candidate in (_date(today.year, month, day), _date(today.year + 1, month, day)):
        if candidate and today <= candidate <= today + _SOON:
            return candidate
    return None


def _period_end(said: str, today: date, monday: date) -> date | None:
    if "tuan" in said:
        return monday + timedelta(days=6)
    year_said = re.search(r"(?:\bnam |/ ?)(\d{4})\b", said)
    if re.search(r"\b(?:cuoi|het) nam\b", said):
        ahead = re.search(r"\bnam (?:sau|toi|ke|tiep)\b", said) is not None
        return _date(int(year_said[1]) if year_said else today.year + ahead, 12, 31)
    if re.search(r"\b(?:cuoi|het) quy\b", said):
        month = (today.month - 1) // 3 * 3 + 3
        if which := re.search(r"\bquy (iv|i{1,3}|[1-4])\b", said):
            month = 3 * (_QUARTERS.index(which[1]) % 4 + 1)
            if year_said:
                return _month_end(int(year_said[1]), month)
            month += 12 if month < today.month else 0
        elif re.search(r"\bquy (?:sau|toi|ke|tiep)\b", said):
            month += 3
    elif re.search(r"\bthang (?:toi|sau)\b", said):
        month = today.month + 1
    elif match := re.search(rf"\bthang (\d{{1,2}}|{_NUMBER_WORDS})\b", said):
        if year_said:
            return _month_end(int(year_said[1]), _number(match[1]))
        month = _number(match[1]) + (12 if _number(match[1]) < today.month else 0)
    else:
        month = today.month
    if month > 24:
        return None
    return _month_end(today.year + (month - 1) // 12, (month - 1) % 12 + 1)


def _month_end(year: int, month: int) -> date | None:
    first = _date(year, month, 1)
    return first and first + timedelta(days=monthrange(year, month)[1] - 1)


def parse_past_day(text: str, today: date) -> date | None:
    """The day a paper was issued, as typed: "17/11", "17/11/2026", "hôm qua", "ngày 3 tháng 9"; never after today.

    A day without a year is its latest one. None for anything else, and for days over ten years ago.
    """
    said = " ".join(flat(clean(text)).split())[:100].strip(" .!")
    said = re.sub(r"^(?:ngay|hom|vao|ky|ban hanh)\s+", "", said)
    if said in ("nay", "hom nay", "ngay nay"):
        return today
    if said in ("qua", "hom qua"):
        return today - timedelta(days=1)
    if match := _BIRTH_ISO.fullmatch(said):
        found = _date(int(match[1]), int(match[2]), int(match[3]))
    elif match := _FULL_DATE.fullmatch(said) or _SPOKEN_DATE.fullmatch(said):
        day, month = int(match[1]), _number(match[2])
        if match[3]:
            year = int(match[3])
            found = _date(2000 + year if year < 100 else year, month, day)
        else:
            found = _date(today.year, month, day)
            if found is not None and found > today:
                found = _date(today.year - 1, month, day)
    else:
        return None
    return found if found and found <= today and found.year >= today.year - 10 else None


# --- the time of a meeting ------------------------------------------------------------------------------------
_HOUR_WORDS = {
    name: n for n, name in enumerate("mot hai ba bon nam sau bay tam chin muoi".split(), start=1)
} | {"muoi mot": 11, "muoi hai": 12}
_SPOKEN_HOUR = re.compile(
    rf"\b({'|'.join(sorted(_HOUR_WORDS, key=len, reverse=True))}) (?=(?:gio|h|ruoi)(?!\w))"
)
_CLOCK = r"\d{1,2} ?(?:h|g|gio|:)(?: ?(?:ruoi|\d{1,2}))?(?: ?(?:phut|p))?(?: (?:sang|trua|chieu|toi|dem))?"
_TIME_RANGE = re.compile(rf"({_CLOCK}|(?<!thu )\b\d{{1,2}}) ?(?:-|~|->|=>|den|toi) ?({_CLOCK})(?![\d/])")
_DAY_RANGE = re.compile(r"(?<![\d/.-])(\d{1,2}) ?(?:-|~|den|toi) ?(?:ngay )?\d{1,2}([/.]\d{1,2})")
_ANY_PART = re.compile(
    r"\b(sang|trua|chieu|toi|dem)\b(?= (?:nay|mai|mot|ngay|thu|t[2-7]|cn|chu nhat|hom|luc|mung|mong|\d))|"
    r"\b(sang|trua|chieu|toi|dem)$"
)
_QUARTER = re.compile(r"\b(\d{1,2}) ?(?:h|g|gio) ?kem (\d{1,2})(?: phut)?")
_PART_OF_DATE = re.compile(r"\b(sang|trua|chieu|toi|dem) (\d{1,2})(?=$|,| thang\b| nay$)")
"""“tối 28”: a day, where no hour follows."""
_MONTH_NAMED = rf"thang (nay|sau|toi|\d{{1,2}}|{_NUMBER_WORDS})\b"
_VAGUE_MONTH = re.compile(rf"\b(?:(dau|giua) )?{_MONTH_NAMED}")
_NTH = re.compile(rf"\b(dau tien|dau|cuoi cung|cuoi)(?: cua| trong)? {_MONTH_NAMED}")
_EITHER = re.compile(r"\bhoac\b|\bhay\b|\bthang (?:chap|gieng)\b")
"""Two moments, or a month that is also the moon's."""
_PART_BEGINS = {"sang": time(8), "trua": time(12), "chieu": time(14), "toi": time(19), "dem": time(21)}


def read_meeting_time(text: str, now: datetime) -> tuple[datetime | None, bool]:
    """When a meeting as typed begins, in Vietnam's time, and whether the bot must ask before it relies on it.

    "19h30 thứ 5", "mùng 3 lúc 7 rưỡi tối", "T5 tuần sau", "14h-16h ngày 28/11" (a range gives its start).
    Hours 7 to 11 without a part of the day are morning. Asked about: no hour, no day, an hour from 1 to 6 or
    12 without a part of the day, a weekday that is today's or does not fit the date. None when it is past,
    impossible or not named.
    """
    now = now.astimezone(clock.VIETNAM)
    marked = clean(text).lower()
    said = " ".join(flat(figures(re.sub(r"\b[Tt]ôi\b", " ", clean(text)))).split())[:400]
    if re.search(r"\bthu (?:[0189]|1\d)\b|\bhom qua\b|\b(?:tuan|thang) (?:truoc|qua|roi)\b", said):
        return None, False
    if re.search(r"\bngay mot\b(?! thang)", said) and "ngày một" not in marked:
        said = said.replace("ngay mot", "ngay kia")  # "ngày mốt"; in marks that were left out both are one
    said = re.sub(r"\b(tuan|thang) toi\b(?! nay| mai)", r"\1 sau", said)
    if re.search(r"\btới\b", marked):
        said = re.sub(rf"({_WEEKDAY.pattern}) toi\b", r"\1", said)  # the coming one, and no evening
    said = re.sub(r"\b12 ?(?:h|g|gio)(?= dem)", "24h", said)
    if (soon := _IN.search(said)) and soon[3] == " nua":
        whole = _in_a_while(said, now)
        if soon[2] not in ("ngay", "tuan") or whole is None:
            return whole, False
        said = f"{said[: soon.start()]} {whole:%d/%m/%Y} {said[soon.end() :]}"
    said = re.sub(r"\b(\d{4})-(\d\d)-(\d\d)\b", r"\3/\2/\1", said)
    said = re.sub(r"\b(\d{1,2})\.(1[3-9]|[2-5]\d|00)(?![\d.])", r"\1h\2", said)
    said = _QUARTER.sub(_before_the_hour, said)
    said = _SPOKEN_HOUR.sub(lambda match: f"{_HOUR_WORDS[match[1]]} ", said)
    said = re.sub(r"\b(\d{1,2}) ruoi\b", r"\1h30", said)
    said = re.sub(r"\b(\d{1,2}) ?(h|g|gio)(?: ?dung)\b", r"\1 \2", said)
    said = _DAY_RANGE.sub(r"\1\2", said)
    if in_range := _TIME_RANGE.search(said):
        first = in_range[1] if re.search(r"\D", in_range[1].strip()) else f"{in_range[1].strip()}h"
        part = re.search(r"(?: (?:sang|trua|chieu|toi|dem))$", in_range[2])
        own = re.search(r"(?: (?:sang|trua|chieu|toi|dem))$", first)
        shared = part[0] if part and not own else ""
        said = f"{said[: in_range.start()]} {first}{shared} {said[in_range.end() :]}"
    said = " ".join(re.sub(r"(?<!thu )\b(?:tu|luc|vao|hop|bat dau)\b", " ", said).split())
    said = re.sub(r"((?:h|g|gio|:) ?\d\d)(?= (?:ngay|tuan))", r"\1,", said)
    said = _PART_OF_DATE.sub(r"\1 ngay \2", said)
    hour_said = _HOUR.search(said)
    rest = said
    if hour_said:  # the part of the day stays: it may belong to the day as well ("8h tối nay")
        rest = f"{said[: hour_said.start()]} {hour_said[3] or ''} {said[hour_said.end() :]}"
    rest = " ".join(rest.split())
    part_said = _ANY_PART.search(rest)
    part_word = (part_said[1] or part_said[2]) if part_said else None
    at: time | None = None
    unsure = False
    if hour_said:
        hour, own_part = int(hour_said[1]), hour_said[3]
        if hour < 13 and own_part is None and part_word:
            said_with = f"{hour_said[0].strip()} {part_word}"
            again = _HOUR.fullmatch(said_with)
            at = _hour(again) if again else None
        else:
            at = _hour(hour_said)
            unsure = own_part is None and (1 <= hour <= 6 or hour in (0, 12, 24))
        if at is None or (own_part == "sang" and int(hour_said[1]) > 12):
            return None, False
        unsure = unsure or ((own_part or part_word) in ("toi", "dem") and 12 <= hour < 17)
        # Without its mark the word after a weekday is "tới" (the coming one) or "tối" (the evening).
        unmarked = re.search(rf"{_WEEKDAY.pattern} toi\b", said) and "tối" not in marked
        unsure = unsure or bool(unmarked and hour < 12)
    vague = _vague_day(rest, now.date())
    named, day = (True, vague) if vague else _meeting_day(rest, now)
    if named and day is None:
        return None, False
    unsure = unsure or vague is not None or _EITHER.search(rest) is not None
    if not named and at is None and part_word is None:
        return None, False
    if at is None:
        unsure = True
        at = _PART_BEGINS[part_word] if part_word else time(0)
    unsure = unsure or re.search(r"\b(?:cuoi|het) (?:tuan|thang|quy|nam)\b", rest) is not None
    if day is None:
        unsure = True
        day = now.date()
        if datetime.combine(day, at, clock.VIETNAM) <= now:
            day += timedelta(days=1)
    moment = datetime.combine(day, at, clock.VIETNAM)
    if hour_said and moment <= now and _WEEKDAY.search(rest) and not re.search(r"tuan|nay|\d/\d", rest):
        moment += timedelta(days=7)  # "8h thứ ba", said on a Tuesday afternoon
    if day < now.date() or (hour_said and moment <= now):
        return None, False
    if weekday := _WEEKDAY.search(rest):
        index = 6 if weekday[3] else _number(weekday[1] or weekday[2]) - 2
        nearby = "tuan" in rest or re.search(r"nay", rest[weekday.end() :])
        unsure = unsure or moment.weekday() != index or _two_weekdays(rest)
        unsure = unsure or (
            index == now.weekday() and not nearby and not re.search(r"\d ?[/.-] ?\d|ngay \d", rest)
        )
    return moment, unsure


def _two_weekdays(said: str) -> bool:
    return len({match[0].removeprefix("thu ").removeprefix("t") for match in _WEEKDAY.finditer(said)}) > 1


def _before_the_hour(match: re.Match[str]) -> str:
    hour, minutes = int(match[1]), int(match[2])
    return f"{hour - 1}h{60 - minutes:02d}" if 1 <= hour <= 24 and 0 < minutes < 60 else match[0]


def _vague_day(said: str, today: date) -> date | None:
    """The first day of a time that is longer than a day: "đầu tháng sau", "tuần sau", "giữa tháng 12"."""
    if _WEEKDAY.search(said) or re.search(r"\d ?[/.-] ?\d|\b(?:ngay|mung|mong) \S", said):
        return None
    if match := re.search(r"\b(?:(dau|giua) )?tuan (nay|sau|toi|ke|tiep)\b|\b(dau|giua) tuan\b", said):
        if "cuoi tuan" in said:
            return None
        ahead = 0 if match[2] == "nay" else 7
        day = today + timedelta(days=ahead - today.weekday() + (2 if "giua" in match[0] else 0))
        return day if day >= today else None
    if match := _VAGUE_MONTH.search(said):
        if re.search(r"\b(?:cuoi|het) thang\b", said):
            return None
        months = today.year * 12 + today.month - 1
        if match[2] in ("sau", "toi"):
            months += 1
        elif match[2] != "nay":
            months += (_number(match[2]) - today.month) % 12
        year, month = divmod(months, 12)
        found = _date(year, month + 1, 15 if match[1] == "giua" else 1)
        return found if found and found >= today else None
    return None


def _weekday_of_month(said: str, today: date) -> date | None:
    """ "thứ hai đầu tiên của tháng 12", "chủ nhật cuối cùng tháng này"."""
    match = _NTH.search(said)
    weekday = _WEEKDAY.search(said)
    if match is None or weekday is None:
        return None
    months = today.year * 12 + today.month - 1
    if match[2] in ("sau", "toi"):
        months += 1
    elif match[2] != "nay":
        months += (_number(match[2]) - today.month) % 12
    index = 6 if weekday[3] else _number(weekday[1] or weekday[2]) - 2
    last = match[1].startswith("cuoi")
    year, month = divmod(months + last, 12)
    first = date(year, month + 1, 1)
    if last:
        return first - timedelta(days=1 + (first.weekday() - 1 - index) % 7)
    return first + timedelta(days=(index - first.weekday()) % 7)


def _meeting_day(said: str, now: datetime) -> tuple[bool, date | None]:
    """As `_day`, and "mùng 3 tháng sau", "ngày 5 tháng này"."""
    words = re.sub(
        rf"\b(mung|mong|ngay) ({'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\b",
        lambda match: f"{match[1]} {_NUMBERS[match[2]]}",
        said,
    )
    if (nth := _weekday_of_month(words, now.date())) is not None:
        return True, nth if nth >= now.date() else None
    match = re.search(r"\b(?:ngay|mung|mong|hom) (\d{1,2}) thang (nay|sau|toi|truoc)\b", words)
    if match is None:
        return _day(words, now)
    ahead = {"nay": 0, "sau": 1, "toi": 1, "truoc": -1}[match[2]]
    year, month = divmod(now.year * 12 + now.month - 1 + ahead, 12)
    found = _date(year, month + 1, int(match[1]))
    return True, found if found and found >= now.date() else None
