"""A roster file as tables, whatever it is: workbook, text with separators, or Domino XML. No meaning yet."""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from bot.chat.old_codes import READ, syllables
from bot.i18n import _
from bot.organisation.models import RosterError
from bot.organisation.rules import fold

MAX_BYTES = 50_000_000
MAX_UNPACKED = 1_000_000_000
MAX_CELLS = 20_000_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_PIECE = 1 << 20


@dataclass(slots=True)
class Table:
    """One sheet, or the whole of a file without sheets."""

    name: str
    rows: list[list[Any]]
    numbers: list[int] | None = None
    """The rows' numbers as their program shows them; None: 1, 2, 3 …"""
    hidden: frozenset[int] = frozenset()
    """Numbers of rows that the spreadsheet does not show."""
    unfinished: frozenset[int] = frozenset()
    """Numbers of rows with a formula whose value was never worked out."""
    merged: bool = False
    """Whether merged cells are known, and filled with their value."""

    def number(self, index: int) -> int:
        """The number of a row, by its place in `rows`."""
        return index + 1 if self.numbers is None else self.numbers[index]


@dataclass(slots=True)
class Tables:
    """A file's tables and what must be said of the file as a whole."""

    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_tables(content: bytes, name: str, columns_found: Callable[[list[list[Any]]], int]) -> Tables:
    """Reads the bytes of a file; what it is, is seen from them, not from its name.

    `columns_found` says how many columns of a roster these rows have (it decides between separators).
    Raises RosterError with a sentence for the person who sent it.
    """
    if len(content) > MAX_BYTES:
        raise RosterError(_("Tệp {name} quá lớn (trên 50 MB). Mời đồng chí tách theo đảng bộ.", name=name))
    if content[:4] in (_ZIP, _OLE):
        return _workbook(content, name)
    text = _decoded(content, name)
    start = text[:2000].lstrip("\ufeff \r\n\t")
    if start.startswith(("<?xml", "<database", "<document", "<!DOCTYPE database")) and "<document" in text:
        return Tables(_documents(text, name))
    return Tables([_separated(text, name, columns_found)])


# --- workbooks


def _workbook(content: bytes, name: str) -> Tables:
    locked = RosterError(
        _("Tệp {name} có mật khẩu. Mời đồng chí bỏ mật khẩu (Lưu thành tệp mới) rồi gửi lại.", name=name)
    )
    broken = RosterError(
        _("Tệp {name} bị hỏng hoặc không phải bảng tính. Mời đồng chí mở, lưu lại rồi gửi lại.", name=name)
    )
    if content[:4] == _OLE and ("EncryptedPackage".encode("utf-16-le") in content or _has_filepass(content)):
        raise locked
    archive = None
    if content[:4] == _ZIP:
        try:
            archive = zipfile.ZipFile(io.BytesIO(content))
        except zipfile.BadZipFile:
            raise broken from None
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            raise broken
        if any(entry.flag_bits & 1 for entry in archive.infolist()):
            raise locked
    found = Tables()
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        parts = _sheet_parts(archive) if archive else {}
        for about in workbook.sheets_metadata:
            if about.visible is not SheetVisibleEnum.Visible:
                found.notes.append(_("Trang “{sheet}” đang ẩn nên không đọc.", sheet=about.name))
                continue
            sheet = workbook.get_sheet_by_name(about.name)
            if sheet.total_height * sheet.total_width > MAX_CELLS:
                raise broken
            table = Table(about.name, sheet.to_python(skip_empty_area=False))
            if archive and about.name in parts:
                table.hidden, table.unfinished = _look_into(archive, parts[about.name])
            ranges = sheet.merged_cell_ranges
            if ranges is not None:
                table.merged = True
                _fill(table.rows, ranges)
            found.tables.append(table)
    except PasswordError:
        raise locked from None
    except (CalamineError, ValueError, OSError, zipfile.BadZipFile, ElementTree.ParseError):
        raise broken from None
    return found


def _has_filepass(content: bytes) -> bool:
    """Whether an Excel 97 workbook begins with the record that says it is encrypted (FILEPASS, 0x2F)."""
    at = content.find(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    for _record in range(8):
        if at < 0 or at + 4 > len(content):
            return False
        kind, length = (
            int.from_bytes(content[at : at + 2], "little"),
            int.from_bytes(content[at + 2 : at + 4], "little"),
        )
        if kind == 0x2F:
            return True
        at += 4 + length
    return False


def _fill(rows: list[list[Any]], ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Gives every cell of a merged range the range's value."""
    for (top, left), (bottom, right) in ranges:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = value


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of an .xlsx in which each sheet lives; empty for other workbooks."""
    if "xl/workbook.xml" not in archive.namelist():
        return {}
    place = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    parts = {
        each.get("Id"): (each.get("Target") or "").removeprefix("/xl/").removeprefix("xl/")
        for each in _parsed(archive.read("xl/_rels/workbook.xml.rels")).iter()
        if each.get("Id")
    }
    return {
        each.get("name") or "": f"xl/{parts[each.get(place)]}"
        for each in _parsed(archive.read("xl/workbook.xml")).iter()
        if each.tag.endswith("}sheet") and parts.get(each.get(place))
    }


def _parsed(xml: bytes | str) -> ElementTree.Element:
    start = xml[:4096].lower()
    if (b"<!entity" if isinstance(start, bytes) else "<!entity") in start:  # type: ignore[operator] # same kinds
        raise ValueError("entities")
    return ElementTree.fromstring(xml)  # noqa: S314 - entities are refused, and nothing outside is fetched


_HIDDEN = re.compile(
    rb'<row\b[^>]*?\br="(\d+)"[^>]*?\bhidden="(?:1|true)"|<row\b[^>]*?\bhidden="(?:1|true)"[^>]*?\br="(\d+)"'
)
_UNFINISHED = re.compile(rb'<c r="[A-Z]+(\d+)"[^>]*><f\b[^>]*(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>')


def _look_into(archive: zipfile.ZipFile, part: str) -> tuple[frozenset[int], frozenset[int]]:
    """Hidden rows, and rows with a formula without a value: what the reader of cells does not tell."""
    hidden: set[int] = set()
    unfinished: set[int] = set()
    try:
        file = archive.open(part)
    except KeyError:
        return frozenset(), frozenset()
    with file:
        rest = b""
        while piece := file.read(_PIECE):
            piece = rest + piece
            cut = piece.rfind(b"<row")
            cut = len(piece) if cut < 1 else cut
            whole, rest = piece[:cut], piece[cut:]
            if b'hidden="' in whole:
                hidden.update(int(a or b) for a, b in _HIDDEN.findall(whole))
            if b"<f" in whole:
                unfinished.update(map(int, _UNFINISHED.findall(whole)))
        if b'hidden="' in rest:
            hidden.update(int(a or b) for a, b in _HIDDEN.findall(rest))
        if b"<f" in rest:
            unfinished.update(map(int, _UNFINISHED.findall(rest)))
    return frozenset(hidden), frozenset(unfinished)


# --- text


def _decoded(content: bytes, name: str) -> str:
    """The text of a file without sheets: UTF-8, UTF-16, Windows-1258, or left as old codes look."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    head = content[:4000]
    if b"\0" in head:
        little = head[1::2].count(0) > head[0::2].count(0)
        return content.decode("utf-16-le" if little else "utf-16-be", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if head.startswith(b"%PDF") or sum(byte < 9 for byte in head):
        raise RosterError(
            _("Tệp {name} không phải bảng tính hay CSV. Mời đồng chí lưu lại dạng .xlsx.", name=name)
        )
    western = content.decode("latin-1")
    vietnamese = unicodedata.normalize("NFC", content.decode("cp1258", "replace"))
    good, words = syllables(vietnamese[:200_000])
    best = good / max(words, 1)
    for read in READ.values():
        good, words = syllables(read(western[:200_000]))
        if words and good / words > best:
            return western
    return vietnamese


def _separated(text: str, name: str, columns_found: Callable[[list[list[Any]]], int]) -> Table:
    lines = text.splitlines(keepends=True)
    head = "".join(lines[:60])
    first = lines[0].strip().lower() if lines else ""
    if first.startswith("sep=") and len(first) == len("sep=,"):
        delimiter = first[-1]
    else:
        delimiter = max(
            ",;\t|",
            key=lambda each: (columns_found([row for _at, row in _rows(head, each)]), head.count(each)),
        )
    numbers: list[int] = []
    rows: list[list[Any]] = []
    try:
        for at, row in _rows(text, delimiter, strict=True):
            numbers.append(at)
            rows.append(row)
    except csv.Error:
        raise RosterError(
            _(
                "Tệp {name} không đọc được từ dòng {row}. Mời đồng chí lưu lại dạng .xlsx.",
                name=name,
                row=(numbers[-1] if numbers else 0) + 1,
            )
        ) from None
    return Table(name, rows, numbers)


def _rows(text: str, delimiter: str, *, strict: bool = False) -> Iterator[tuple[int, list[Any]]]:
    """Rows with the number of the line on which each begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    try:
        for row in reader:
            yield start, list(row)
            start = reader.line_num + 1
    except csv.Error:
        if strict:
            raise


# --- Domino XML (DXL): a document a person, an item a field


def _documents(text: str, name: str) -> list[Table]:
    broken = RosterError(
        _("Tệp DXL {name} bị hỏng. Mời đồng chí xuất lại từ Notes hoặc xuất dạng CSV.", name=name)
    )
    if "<!ENTITY" in text:
        raise broken
    forms: dict[str, list[dict[str, str]]] = {}
    places: dict[str, list[int]] = {}
    try:
        # As text: the file says in its first line what it was encoded in, and that was taken care of.
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff")))  # noqa: S314 - see above
    except ElementTree.ParseError:
        raise broken from None
    documents = (each for each in root.iter() if _tag(each) == "document")
    for place, document in enumerate(documents, start=1):
        form = document.get("form") or name
        items = {item.get("name") or "": _value(item) for item in document if _tag(item) == "item"}
        items = {key: value for key, value in items.items() if key and not key.startswith("$")}
        forms.setdefault(form, []).append(items)
        places.setdefault(form, []).append(place)
    tables: list[Table] = []
    for form, found in forms.items():
        names = list(dict.fromkeys(key for items in found for key in items))
        rows: list[list[Any]] = [list(names), *([items.get(key, "") for key in names] for items in found)]
        tables.append(Table(form, rows, [0, *places[form]]))
    return tables


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _value(item: ElementTree.Element) -> str:
    """An item's text; several values joined; rich text, pictures and files are left out."""
    parts: list[str] = []
    for each in item.iter():
        if _tag(each) in ("text", "number"):
            parts.append("".join(each.itertext()))
        elif _tag(each) == "datetime":
            day = re.match(r"\s*(\d{4})(\d\d)(\d\d)", each.text or "")
            parts.append("-".join(day.groups()) if day else (each.text or ""))
    return "; ".join(part.strip() for part in parts if part.strip())


def is_generic(title: str) -> bool:
    """Whether a sheet's or file's name says nothing about what is on it ("Sheet1", "Danh sách")."""
    words = re.sub(r"\d+", " ", re.sub(r"\.(xlsx?|csv|txt|xlsm|ods|xml|dxl)$", "", title.lower()))
    return not fold(words) or fold(words) in _GENERIC


_GENERIC = frozenset(
    """sheet|trang tinh|trang|bang|bang tinh|ds|danh sach|dsdv|ds dang vien|data|du lieu|ds dangvien|
    danh sach dang vien|dang vien|mau|export|table|page|worksheet|tong hop|roster""".replace(
        "\n    ", ""
    ).split("|")
)
