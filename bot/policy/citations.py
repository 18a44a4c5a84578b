"""Rules and articles that a question names: "quy định 294", "qd 294", "52-kh/du", "điều 5"."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.chat.text import fold

_TYPES = {
    "qd": "quyet dinh|quy dinh|qd|qyd",
    "qyd": "quy dinh|qyd|qd",
    "nq": "nghi quyet|nq",
    "ct": "chi thi|ct",
    "kl": "ket luan|kl",
    "qc": "quy che|qc",
    "hd": "huong dan|hd",
    "kh": "ke hoach|kh",
    "tb": "thong bao|tb",
    "bc": "bao cao|bc",
    "cv": "cong van|cv",
    "ctr": "chuong trinh|ctr",
    "nd-cp": "nghi dinh|nd",
    "qh": "luat|bo luat",
}
_ARTICLE = re.compile(r"(?<!\S)dieu (?:so )?(\d+[a-z]?)(?!\S)")
_NUMBER = re.compile(r"(\d+)(?:/\d+)?[-/](?:qh\d*|([a-z]+(?:-cp)?))(?:[/.-]([a-z.]+))?")


@dataclass(frozen=True, slots=True)
class Citation:
    """What a question names. `rest` is its folded words without that."""

    numbers: tuple[str, ...]
    """Known document numbers, as registered."""
    article: str
    rest: str


class Register:
    """Recognises the numbers of known documents in folded questions."""

    def __init__(self, numbers: Iterable[str]) -> None:
        self._patterns = [(number, pattern) for number in numbers if (pattern := _pattern(number))]

    def find(self, question: str) -> Citation:
        """What the question names; of several documents that fit the same words, those that fit most of them."""
        text = fold(question)
        found: list[tuple[int, int, str]] = []
        rest = text
        if any(char.isdigit() for char in text):
            for number, pattern in self._patterns:
                if match := pattern.search(text):
                    found.append((match.start(), match.end(), number))
                    rest = pattern.sub(" ", rest)
        article = _ARTICLE.search(text)
        if article:
            rest = _ARTICLE.sub(" ", rest)
        numbers = tuple(
            number
            for start, end, number in found
            if not any(a < end and start < b and b - a > end - start for a, b, _number in found)
        )
        return Citation(numbers, article[1] if article else "", " ".join(rest.split()))


def _pattern(number: str) -> re.Pattern[str] | None:
    parts = _NUMBER.fullmatch(fold(number))
    if parts is None:
        return None
    figure = parts[1].lstrip("0") or "0"
    kind = parts[2] or "qh"
    words = _TYPES.get(kind, re.escape(kind))
    issuer = re.escape((parts[3] or "").replace("/", ""))
    tail = rf"(?:[ /.-]*(?:{words})?[ /.-]*{issuer})?" if issuer else ""
    year = r"(?:/\d{4})?"
    return re.compile(
        rf"(?<![a-z0-9/])(?:(?:{words})[ .]*(?:so )?0*{figure}{year}(?![0-9]){tail}(?![a-z0-9])"
        rf"|0*{figure}{year}[ /-]*(?:{words}\d*)(?:[ /.-]*{issuer})?(?![a-z0-9]))"
    )
