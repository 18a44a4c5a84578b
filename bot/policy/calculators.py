"""Arithmetic by dated rules: đảng phí, tuổi đảng and Huy hiệu, the end of the probationary time.

Rates are data with days of validity (`Rate`); what has no rate is not calculated.
"""

import calendar
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from bot.chat.text import clean, flat
from bot.i18n import _, full_date, number
from bot.policy.models import Document, Kind, Piece, Rate
from bot.policy.reading import SAMPLE, Unreadable, day

NAMES = frozenset({"wage", "benefit", "pension", "badge", "probation"})
_MONEY = re.compile(
    r"(?<![\d/.])(\d{1,3}(?:[.,]\d{3})+|\d+(?:[.,]\d{1,2})?)\s*(trieu|tr|cu|nghin|ngan|k)?"
    r"(?:\s?(ruoi|\d{1,3})\b(?:\s*(nghin|ngan|k)\b)?)?(?![\d/])"
)
_UNITS = {"trieu": 1_000_000, "tr": 1_000_000, "cu": 1_000_000, "nghin": 1000, "ngan": 1000, "k": 1000}
_DATE = re.compile(r"(?<!\d)(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?!\d)")
_FEE = re.compile(r"\b(?:dang phi|dp|dong phi)\b")
_PENSION = re.compile(r"\b(?:luong huu|nghi huu|huu tri|ve huu|huu)\b")
_BENEFIT = re.compile(r"\b(?:tro cap|thai san|om dau|nghi om)\b")
_WAGE = re.compile(r"\b(?:luong|thu nhap|bhxh|bao hiem)\b")
_AGE = re.compile(r"\b(?:tuoi dang|huy hieu)\b")
_PROBATION = re.compile(
    r"\bdu bi\b|\b(?:ket nap|vao dang)\b.*\b(?:bao gio|khi nao|luc nao|may thang|bao lau|het han|chinh thuc)\b"
    r"|\b(?:bao gio|khi nao|luc nao|bao lau)\b.*\bchinh thuc\b"
)


@dataclass(frozen=True, slots=True)
class Calculated:
    """A result with the rule it rests on."""

    rule: str
    heading: str
    text: str


def read_rates(lines: Iterable[str]) -> list[Rate]:
    """Rates from tab-separated lines: name, value ("1%" or "12"), base, rule, from, until. Raises Unreadable."""
    found = []
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split("\t")]
        try:
            name, value, base, rule, since = parts[:5]
            until = parts[5] if len(parts) > 5 else ""
            amount = Decimal(value.rstrip("%")) / (100 if value.endswith("%") else 1)
            if name not in NAMES or amount <= 0:
                raise ValueError(name)  # told below, with the whole line
            found.append(Rate(name, str(amount), base, rule, day(since), day(until) if until else None))
        except (ValueError, ArithmeticError):
            raise Unreadable(_("Dòng này chưa đúng dạng: {line}", line=line[:60])) from None
    return found


def sample_rates() -> list[Rate]:
    """The rates of the sample corpus."""
    return read_rates((SAMPLE / "rates.tsv").read_text(encoding="utf-8").splitlines())


def calculate(
    question: str, rates: Sequence[Rate], today: date, document: Callable[[str], Document | None]
) -> Piece | None:
    """The answer to a question that names what it takes to calculate; None for any other."""
    text = flat(clean(question))
    for way in (_fee, _age, _probation):
        if (found := way(text, rates, today)) is not None:
            words = found.text + " " + _("Đồng chí kiểm tra lại với chi bộ.")
            return Piece(Kind.CALCULATION, found.heading, words, document(found.rule), reference="")
    return None


def _rate(rates: Sequence[Rate], name: str, on: date) -> Rate | None:
    return next((rate for rate in rates if rate.name == name and rate.holds(on)), None)


def _fee(text: str, rates: Sequence[Rate], today: date) -> Calculated | None:
    if not _FEE.search(text):
        return None
    amount = next((found for match in _MONEY.finditer(text) if (found := _amount(match)) >= 100_000), 0)
    if not amount:
        return None
    name = "pension" if _PENSION.search(text) else "benefit" if _BENEFIT.search(text) else "wage"
    if name == "wage" and not _WAGE.search(text):
        return None
    rate = _rate(rates, name, today)
    if rate is None:
        return None
    due = (Decimal(amount) * Decimal(rate.value)).quantize(Decimal(1), ROUND_HALF_UP)
    share = f"{(Decimal(rate.value) * 100).normalize():f}".replace(".", ",")
    return Calculated(
        rate.rule,
        _("Tính đảng phí"),
        _(
            "{share}% × {amount} đồng = {due} đồng một tháng. Tính trên: {base}.",
            share=share,
            amount=number(amount),
            due=number(int(due)),
            base=rate.base,
        ),
    )


def _amount(match: re.Match[str]) -> int:
    """The amount in đồng; "12 triệu 500 nghìn", "5 triệu rưỡi", "5tr2"."""
    digits, unit, tail, thousands = match[1], match[2], match[3], match[4]
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", digits):
        value = Decimal(re.sub("[.,]", "", digits))
    else:
        value = Decimal(digits.replace(",", "."))
    scale = _UNITS.get(unit or "", 1)
    more = Decimal(0)
    if unit and tail:
        if tail == "ruoi":
            more = Decimal(scale) / 2
        elif thousands or len(tail) == 3:
            more = Decimal(tail) * scale / 1000 if not thousands else Decimal(tail) * 1000
        else:  # "5tr2", "5tr25"
            more = Decimal(tail) * scale / 10 ** len(tail)
    return int(value * scale + more)


def _joined(text: str) -> date | None:
    """The day somebody was admitted; None when no day is named, or it is that of becoming a full member."""
    match = _DATE.search(text)
    if match and re.search(r"\bchinh thuc\b(?!.*\b(?:ket nap|vao dang)\b)", text[: match.start()]):
        return None
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else None
    except ValueError:
        return None


def _age(text: str, rates: Sequence[Rate], today: date) -> Calculated | None:
    joined = _joined(text) if _AGE.search(text) else None
    rate = _rate(rates, "badge", today)
    if joined is None or joined > today or rate is None:
        return None
    years = today.year - joined.year - ((today.month, today.day) < (joined.month, joined.day))
    at = months_after(joined, 12 * int(Decimal(rate.value)))
    words = _(
        "Kể từ ngày kết nạp {joined}: tròn {years} năm tuổi đảng, nếu không có thời gian gián đoạn. "
        "Đủ {badge} năm để xét Huy hiệu: {at}.",
        joined=full_date(joined),
        years=number(years),
        badge=rate.value,
        at=full_date(at),
    )
    return Calculated(rate.rule, _("Tính tuổi đảng"), words)


def _probation(text: str, rates: Sequence[Rate], today: date) -> Calculated | None:
    joined = _joined(text) if _PROBATION.search(text) else None
    rate = _rate(rates, "probation", today)
    if joined is None or rate is None:
        return None
    ends = months_after(joined, int(Decimal(rate.value)))
    words = _(
        "Kết nạp ngày {joined}, dự bị {months} tháng: hết thời gian dự bị ngày {ends}.",
        joined=full_date(joined),
        months=rate.value,
        ends=full_date(ends),
    )
    return Calculated(rate.rule, _("Tính thời gian dự bị"), words)


def months_after(start: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    month += 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
