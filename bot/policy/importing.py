"""From a file to its tree: Markdown with front matter, TXT, HTML, DOCX, PDF with text."""

import codecs
import io
import re
import unicodedata
from collections import Counter
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import PurePath
from typing import Any

from bot.chat.text import flat
from bot.i18n import _
from bot.policy.models import Source
from bot.policy.reading import Unreadable, document, front_matter, markdown_lines
from bot.policy.tree import Line, split

MAX_BYTES = 20_000_000
_MAX_PAGES = 2_000
_NUMBER = re.compile(r"số\s*:?\s*(\d+\s*[-/]\s*[A-ZĐa-zđ][\w.]*(?:\s*[-/]\s*[A-ZĐ][\w.-]*)?)", re.IGNORECASE)
_DATED = re.compile(r"ngày\s+(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})", re.IGNORECASE)
_KINDS = "quy định|quyết định|quy chế|hướng dẫn|chỉ thị|nghị quyết|kế hoạch|kết luận|thông báo|luật|nghị định|điều lệ"
_ARTICLE_LIKE = re.compile(r"(?:điều|chương|phần) ", re.IGNORECASE)
_BLOCKS = frozenset("p div li tr h1 h2 h3 h4 h5 h6 br table section article blockquote".split())
_HIDDEN = frozenset("script style head title noscript".split())


def read_file(name: str, data: bytes, given: dict[str, str] | None = None) -> Source:
    """A document with its articles. `given` fields win over what the file says of itself.

    Raises Unreadable: no text (a scan), a kind of file not taken, fields that neither gives.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(_("Tệp lớn hơn 20 MB. Hãy giảm dung lượng."))
    kind = PurePath(name).suffix.lower()
    fields: dict[str, str] = {}
    if kind in (".md", ".markdown", ".txt"):
        fields, body = front_matter(_decoded(data))
        lines = markdown_lines(body) if kind != ".txt" else [Line(line) for line in body.splitlines()]
    elif kind in (".html", ".htm"):
        lines = _html(_decoded(data))
    elif kind == ".docx":
        lines = _docx(data)
    elif kind == ".pdf":
        lines = _pdf(data)
    else:
        raise Unreadable(_("Chỉ nhận PDF có chữ, DOCX, HTML, TXT hoặc Markdown."))
    lines = [Line(unicodedata.normalize("NFC", line.text), line.page) for line in lines]
    articles = tuple(split(lines))
    if not articles:
        raise Unreadable(_("Tệp không có chữ nào."))
    return Source(document({**_of_letterhead(lines), **fields, **(given or {})}), articles)


def _decoded(data: bytes) -> str:
    with_mark = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    with suppress(UnicodeError):  # without its mark, anything of even length would be UTF-16
        return data.decode("utf-16" if with_mark else "utf-8-sig")
    raise Unreadable(_("Tệp không phải UTF-8. Hãy lưu lại ở dạng UTF-8."))


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines = [""]
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _HIDDEN:
            self.hidden += 1
        elif tag in _BLOCKS:
            self.lines.append("")
        elif tag in ("td", "th") and self.lines[-1]:
            self.lines[-1] += " | "

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in _BLOCKS:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.lines[-1] += re.sub(r"\s+", " ", data)


def _html(text: str) -> list[Line]:
    parser = _Text()
    parser.feed(text)
    return [Line(line.strip(" |")) for line in parser.lines if line.strip(" |")]


def _docx(data: bytes) -> list[Line]:
    import docx
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    try:
        opened = docx.Document(io.BytesIO(data))
    except Exception as error:  # whatever zip and XML parsers raise on a broken file
        raise Unreadable(_("Tệp bị hỏng. Hãy mở, lưu lại rồi nhập.")) from error
    lines: list[Line] = []
    for block in opened.iter_inner_content():
        if isinstance(block, Paragraph):
            lines += [Line(part) for part in block.text.split("\n")]
        elif isinstance(block, Table):
            lines += _cells(block, letterhead=not any(_ARTICLE_LIKE.match(line.text) for line in lines))
    return lines


def _cells(table: Any, letterhead: bool) -> list[Line]:
    """A table (python-docx): a letterhead's cells one after another; else a row a line, merged cells once."""
    rows: list[Line] = []
    for row in table.rows:
        seen: list[str] = []
        for cell in row.cells:
            text = cell.text.strip() if letterhead else " ".join(cell.text.split())
            if text and (not seen or seen[-1] != text):
                seen.append(text)
        rows += (
            [Line(part) for text in seen for part in text.split("\n")]
            if letterhead
            else [Line(" | ".join(seen))]
        )
    return rows


def _pdf(data: bytes) -> list[Line]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise Unreadable(_("PDF có mật khẩu. Hãy bỏ mật khẩu rồi nhập."))
        pages = [page.extract_text() or "" for page in reader.pages[:_MAX_PAGES]]
    except PyPdfError as error:
        raise Unreadable(_("Tệp bị hỏng. Hãy mở, lưu lại rồi nhập.")) from error
    if sum(len(page.strip()) for page in pages) < 20 * len(pages):
        raise Unreadable(_("Bản quét (ảnh), không có chữ. Hãy dùng bản có chữ."))
    split_pages = [[line.strip() for line in page.splitlines() if line.strip()] for page in pages]
    running = _running(split_pages)
    return [
        Line(line, number)
        for number, page in enumerate(split_pages, 1)
        for at, line in enumerate(page)
        if not (flat(line) in running and (at < 2 or at >= len(page) - 2))
    ]


def _running(pages: list[list[str]]) -> set[str]:
    """Headers and footers: the same line at the edge of most pages."""
    if len(pages) < 3:
        return set()
    edges = Counter(flat(line) for page in pages for line in {*page[:2], *page[-2:]})
    return {line for line, count in edges.items() if count > len(pages) / 2}


def _of_letterhead(lines: list[Line]) -> dict[str, str]:
    """Number, date, issuer and title as the first lines give them."""
    found: dict[str, str] = {}
    top = [line.text.strip() for line in lines[:40] if line.text.strip()]
    for at, line in enumerate(top):
        parts = [part.strip() for part in line.split("|")]
        for part in parts:
            if "number" not in found and (number := _NUMBER.search(part)):
                found["number"] = re.sub(r"\s+", "", number[1])
            if "issued" not in found and (dated := _DATED.search(part)):
                found["issued"] = f"{dated[3]}-{int(dated[2]):02}-{int(dated[1]):02}"
        if "title" not in found and re.fullmatch(_KINDS, line, re.IGNORECASE) and at + 1 < len(top):
            rest = []
            for after in top[at + 1 : at + 4]:
                if re.match(r"(điều|chương|phần|mục|căn cứ|-)\b", after, re.IGNORECASE) or set(after) <= set(
                    "-_*. "
                ):
                    break
                rest.append(after)
            if rest:
                found["title"] = " ".join([line.capitalize(), *rest])
    names = [part.strip() for line in top[:6] for part in line.split("|")]
    issuers = [
        name
        for name in names
        if re.match(
            r"(đảng ủy|ban|bộ chính trị|huyện ủy|tỉnh ủy|thành ủy|chi bộ|quốc hội|chính phủ|ủy ban)\b",
            name,
            re.I,
        )
    ]
    if issuers:
        name = issuers[0]
        found["issuer"] = name.capitalize() if name.isupper() else name
    return found
