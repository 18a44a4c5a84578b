"""Words in Vietnamese (first) and English (second), dates and numbers through Babel.

The msgid of every sentence is the Vietnamese sentence itself, so the code shows what a member reads;
`locales/en` translates it. Catalogues are read from their .po files at start: there is no build step.
"""

import gettext as _gettext
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from bot.clock import VIETNAM

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCALES = Path(__file__).resolve().parent.parent / "locales"
LANGUAGES = ("vi", "en")
_language: ContextVar[str] = ContextVar("language", default="vi")


@cache
def catalogue(language: str) -> _gettext.NullTranslations:
    """The translations of one language. Raises FileNotFoundError when its catalogue is missing."""
    path = LOCALES / language / "LC_MESSAGES" / "bot.po"
    with path.open("rb") as file:
        catalog = read_po(file, locale=language, domain="bot")
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)


def language() -> str:
    """The language in which the person being spoken to reads: "vi" or "en"."""
    return _language.get()


@contextmanager
def speaking(code: str) -> "Iterator[None]":
    """Within the block, words come out in this language; one we do not have counts as Vietnamese."""
    token = _language.set(code if code in LANGUAGES else "vi")
    try:
        yield
    finally:
        _language.reset(token)


def _(message: str, /, **values: object) -> str:
    """The sentence in the reader's language, with {placeholders} filled in.

    Values are put in after translation and never read as templates themselves.
    """
    text = catalogue(_language.get()).gettext(message)
    return text.format_map(values) if values else text


def N_(message: str) -> str:
    """Marks a sentence for the catalogues without translating it yet."""
    return message


def plural(one: str, many: str, n: int, /, **values: object) -> str:
    """The sentence for n things; `{n}` stands for the formatted number."""
    text = catalogue(_language.get()).ngettext(one, many, n)
    return text.format_map({"n": number(n), **values})


def number(value: int) -> str:
    """1234 as "1.234" (vi) or "1,234" (en)."""
    return str(format_decimal(value, locale=_language.get()))


def percent(numerator: int, denominator: int) -> str:
    """A share with one decimal ("66,7%"); "–" when there is nobody to count."""
    if denominator == 0:
        return "–"
    return str(format_percent(numerator / denominator, format="#,##0.#%", locale=_language.get()))


def day(value: date) -> str:
    """Monday 24 November 2026 as "Thứ Hai 24/11" (vi) or "Mon 24 Nov" (en)."""
    return _date(value, "EEEE dd/MM" if _language.get() == "vi" else "EEE d MMM", _language.get())


def full_date(value: date) -> str:
    """A date with its year: 24/11/2026 (vi) or 24 Nov 2026 (en)."""
    return _date(value, "dd/MM/yyyy" if _language.get() == "vi" else "d MMM yyyy", _language.get())


@lru_cache(maxsize=1000)  # the same few days are said all day long
def _date(value: date, pattern: str, locale: str) -> str:
    return str(format_date(value, pattern, locale=locale))


def moment(value: datetime) -> str:
    """A moment in Vietnam's time: "Thứ Hai 24/11, 19:30"."""
    local = value.astimezone(VIETNAM)
    return f"{day(local.date())}, {local:%H:%M}"
