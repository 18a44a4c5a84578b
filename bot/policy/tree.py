"""Splits the lines of a document into phần / chương / mục / điều; khoản and điểm are the lines of an article."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.policy.models import Article


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document: its words, its page (from 1, 0 unknown)."""

    text: str
    page: int = 0


_LEVELS = ("phần", "chương", "mục")
_ROMAN = r"[IVXLC]+|\d+|[A-Z]|thứ \w+"
_PART = re.compile(rf"(phần|chương|mục)\s+({_ROMAN})\s*[.:]?\s*(.*)", re.IGNORECASE)
_ARTICLE = re.compile(r"điều\s+(\d+[a-zđ]?)\s*(?:[.:]\s*(.*)|$)", re.IGNORECASE)
_ITEM = re.compile(r"(\d+[a-zđ]?[.)]|\d+\.\d+\.|[a-zđ]{1,2}\)|[-–+•])\s+\S", re.IGNORECASE)
_HEADED_ITEM = re.compile(r"(?:[IVXLC]+|\d+)\.\s+(.*\S)")
_PAGE_NUMBER = re.compile(r"(?:trang\s+)?[-–]?\s*\d{1,3}\s*[-–]?(?:\s*/\s*\d{1,3})?", re.IGNORECASE)
_END = re.compile(r"(?:nơi nhận\s*:?|(?:t/m|tm\.?|k/t|kt\.?|t\.m)\s+[A-ZĐÀ-Ỹ ,]{4,})", re.IGNORECASE)
_APPENDIX = re.compile(r"(phụ lục)\s*(\d+|[IVXLC]+)?\s*[.:]?\s*(.*)", re.IGNORECASE)
_SENTENCE_END = (".", ";", ":", "!", "?", "”", '"')
MAX_HEADING = 200
SHORT_HEADING = 8
"""Words: a longer first line that ends with a full stop is the article's text."""


def split(lines: Iterable[Line]) -> list[Article]:
    """The articles of a document, in order.

    A document without "Điều" is cut at its headings of capitals ("I. …", "1. …"), else it is one piece.
    """
    clean = [Line(" ".join(line.text.split()), line.page) for line in lines]
    clean = [line for line in clean if line.text and not _PAGE_NUMBER.fullmatch(line.text)]
    splitter = _Splitter(any(_ARTICLE.match(line.text) for line in clean))
    for line in clean:
        splitter.take(line)
    return splitter.done()


class _Splitter:
    def __init__(self, has_articles: bool) -> None:
        self.has_articles = has_articles
        self.found: list[Article] = []
        self.path: dict[str, str] = {}
        self.lines: list[str] = []
        self.head: tuple[str, str, int, int] | None = None  # number, heading, page, offset
        self.part = ""  # the level whose name goes on in this line
        self.naming = False  # the article's heading goes on
        self.offset = 0
        self.ended = False

    def take(self, line: Line) -> None:
        """Reads one line."""
        text, at = line.text, self.offset
        self.offset += len(text) + 1
        if appendix := _APPENDIX.fullmatch(text):
            self._close()
            self.path = {"phần": f"Phụ lục {appendix[2] or ''}".strip()}
            self.head = ("", appendix[3], line.page, at)
            self.ended, self.naming = False, not appendix[3]
            return
        if self.ended:
            return
        if _END.fullmatch(text) or (_END.match(text) and text.lower().startswith("nơi nhận")):
            self.ended = True
            return
        if (part := _PART.fullmatch(text)) and self._is_heading(part):
            self._enter(part)
            return
        if self.part and not (_ARTICLE.match(text) or _ITEM.match(text)):
            self.path[self.part] += f" {text}" if ". " in self.path[self.part] else f". {text}"
            self.part = "" if len(self.path[self.part]) > 60 or not text.isupper() else self.part
            return
        self.part = ""
        if article := _ARTICLE.match(text):
            self._close()
            self.head = (article[1], (article[2] or "").strip(), line.page, at)
            self.naming = not (article[2] or "").strip()
            self._split_heading()
            return
        if not self.has_articles and (headed := _HEADED_ITEM.fullmatch(text)) and text.isupper():
            self._close()
            self.head = ("", headed[1].strip(), line.page, at)
            return
        if self.head is None:
            if self.has_articles:
                return  # the letterhead and what comes before the first article
            self.head = ("", "", line.page, at)
        self._add(text)

    def _is_heading(self, part: re.Match[str]) -> bool:
        # "Mục 3 Điều này …" inside a sentence is no heading: a heading starts large or stands alone.
        return not part[3] or part[3][:1].isupper()

    def _enter(self, part: re.Match[str]) -> None:
        self._close()
        level = part[1].lower()
        for below in _LEVELS[_LEVELS.index(level) :]:
            self.path.pop(below, None)
        self.path[level] = f"{part[1].capitalize()} {part[2]}" + (f". {part[3]}" if part[3] else "")
        self.part = "" if part[3] else level

    def _split_heading(self) -> None:
        """ "Điều 5. Thời hạn. Thời hạn là …": what is too long for a heading is text."""
        assert self.head is not None
        number, heading, page, at = self.head
        if len(heading) > MAX_HEADING or heading.endswith((".", ";", ":")):
            name, stop, rest = heading.partition(". ")
            if not stop and len(heading.split()) <= SHORT_HEADING and heading.endswith("."):
                name = heading.rstrip(".")
            elif not (stop and len(name) <= MAX_HEADING):
                name, rest = "", heading
            self.head = (number, name, page, at)
            if rest:
                self.lines.append(rest)

    def _add(self, text: str) -> None:
        assert self.head is not None
        number, heading, page, at = self.head
        goes_on = number and heading and text[:1].islower() and len(heading) + len(text) < MAX_HEADING
        if not self.lines and not _ITEM.match(text) and (self.naming or goes_on):
            self.head, self.naming = (number, f"{heading} {text}".strip(), page, at), False
            return
        self.naming = False
        starts = _ITEM.match(text) is not None
        if self.lines and not starts and (text[:1].islower() or not self.lines[-1].endswith(_SENTENCE_END)):
            self.lines[-1] += f" {text}"
        else:
            self.lines.append(text)

    def _close(self) -> None:
        if self.head is not None:
            number, heading, page, at = self.head
            path = " › ".join(self.path[level] for level in _LEVELS if level in self.path)
            if self.lines or heading:
                self.found.append(Article(number, heading or path, "\n".join(self.lines), path, page, at))
        self.head, self.lines, self.naming = None, [], False

    def done(self) -> list[Article]:
        """All articles."""
        self._close()
        return self.found
