"""Text out of the XML inside office files: no DTD, no entities, every paragraph, hidden or deleted ones too."""

import re
from collections.abc import Sequence
from typing import Any
from xml.parsers import expat

from bot.directives.gate.models import Kind, Refused, Why
from bot.directives.gate.reading import Reading

_BLOCKS = frozenset("p h si is comment text".split())
_RUNS = frozenset("t delText instrText delInstrText".split())
_ROWS = frozenset(("tr", "table-row"))
_BREAKS = {
    "br": "\n",
    "cr": "\n",
    "tab": "\t",
    "ptab": "\t",
    "line-break": "\n",
    "s": " ",
    "noBreakHyphen": "-",
}
_DELETED = frozenset(("del", "moveFrom", "deletion"))
_DRAWN = frozenset(("custGeom", "contentPart", "polygon", "polyline", "freeform"))
_PAGE_CODES = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d{1,3}|[A-Za-z&])')
_ASCII_MARK = re.compile(r"(?<![A-Za-z])m\W?a\W?t(?![A-Za-z])|du\W?thao|noi\W?bo", re.IGNORECASE)
_MAX_ATTRIBUTE = 500


class Markup:
    """One XML part. `odf`: OpenDocument, where text lies in the paragraph itself and not in runs.

    Raises Refused: UNSAFE for a DTD, DAMAGED for what is no XML.
    """

    def __init__(self, into: Reading, *, odf: bool = False) -> None:
        self.into = into
        self.odf = odf
        self.names: list[str] = []
        self._paragraphs: list[list[tuple[str, bool]]] = []
        self._deleted = 0
        self._rows: list[list[str]] = []
        self._property = ""

    def read(self, data: bytes) -> None:
        """Reads the whole part into the collector."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _no_dtd
        parser.EntityDeclHandler = _no_dtd
        parser.ExternalEntityRefHandler = _no_dtd
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            raise Refused(Why.DAMAGED) from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rsplit(":", 1)[-1]
        self.names.append(tag)
        if len(self.names) > 5_000:
            raise Refused(Why.TOO_COMPLEX)
        if tag in _BLOCKS:
            self._paragraphs.append([])
        elif tag in _ROWS:
            self._rows.append([])
        elif tag in _BREAKS and self._paragraphs:
            self._paragraphs[-1].append((_BREAKS[tag], False))
        elif tag in _DELETED:
            self._deleted += 1
        elif tag == "encryption-data":
            raise Refused(Why.ENCRYPTED)
        elif tag == "sym" and self._paragraphs:
            self._symbol(attributes)
        elif tag in _DRAWN or (tag == "path" and self.odf) or (tag == "shape" and "path" in attributes):
            self.into.must_look(Why.DRAWING)
        elif tag == "property":
            self._property = attributes.get("name", "")
        elif tag == "user-defined":
            self._property = next((v for k, v in attributes.items() if k.endswith(":name")), "")
        self._attributes(attributes)

    def _attributes(self, attributes: dict[str, str]) -> None:
        for value in attributes.values():
            if 2 <= len(value) <= _MAX_ATTRIBUTE and (not value.isascii() or _ASCII_MARK.search(value)):
                self.into.add(value, Kind.PROPERTY)

    def _symbol(self, attributes: dict[str, str]) -> None:
        code = next((v for k, v in attributes.items() if k.rsplit(":", 1)[-1] == "char"), "")
        if re.fullmatch("[0-9A-Fa-f]{4}", code):
            point = int(code, 16)
            char = chr(point - 0xF000) if 0xF020 <= point <= 0xF0FF else chr(point)
            self._paragraphs[-1].append((char, self._deleted > 0))

    def _end(self, name: str) -> None:
        tag = self.names.pop()
        if tag in _BLOCKS and self._paragraphs:
            self._flush(self._paragraphs.pop())
        elif tag in _ROWS and self._rows:
            cells = self._rows.pop()
            if len(cells) > 1:
                self.into.add("\t".join(cells), Kind.CELLS)
        elif tag in _DELETED:
            self._deleted -= 1
        elif tag in ("property", "user-defined"):
            self._property = ""

    def _flush(self, pieces: Sequence[tuple[str, bool]]) -> None:
        whole = "".join(text for text, _gone in pieces)
        if not whole.strip():
            return
        self.into.add(whole, Kind.PARAGRAPH)
        if any(gone for _text, gone in pieces):
            # A tracked deletion is still in the file: read with it, without it, and alone.
            self.into.add("".join(text for text, gone in pieces if not gone), Kind.PARAGRAPH)
            self.into.add("".join(text if gone else "\n" for text, gone in pieces), Kind.PARAGRAPH)
        for row in self._rows[-1:]:
            row.append(" ".join(whole.split()))

    def _text(self, data: str) -> None:
        if not self.names:
            return
        tag = self.names[-1]
        joined = tag not in ("creator", "date", "creator-initials") if self.odf else tag in _RUNS
        if self._paragraphs and joined:
            gone = self._deleted > 0 or tag in ("delText", "delInstrText")
            self._paragraphs[-1].append((data, gone))
        elif data.strip():
            if "eader" in tag or "ooter" in tag:  # a sheet's page header: &C&"Arial,Bold"&14MẬT
                data = _PAGE_CODES.sub("\n", data)
            self.into.add(data, Kind.PROPERTY)
            if self._property:
                self.into.add(f"{self._property}: {data}", Kind.PARAGRAPH)


def _no_dtd(*_args: object) -> Any:
    raise Refused(Why.UNSAFE)


class Sheet(Markup):
    """A worksheet: rows of cells, shared strings put in their places."""

    def __init__(self, into: Reading, shared: Sequence[str]) -> None:
        super().__init__(into)
        self._shared = shared
        self._cells: list[str] = []
        self._value: list[str] = []
        self._type = ""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rsplit(":", 1)[-1]
        if tag == "c":
            self._type = attributes.get("t", "")
            self._value = []
        elif tag == "row":
            self._cells = []
        super()._start(name, attributes)

    def _end(self, name: str) -> None:
        tag = name.rsplit(":", 1)[-1]
        super()._end(name)
        if tag == "c":
            value = "".join(self._value)
            if self._type == "s":
                value = self._shared[int(value)] if value.isdigit() and int(value) < len(self._shared) else ""
            if value.strip():
                self._cells.append(" ".join(value.split()))
        elif tag == "row" and self._cells:
            self.into.add("\t".join(self._cells), Kind.CELLS)

    def _text(self, data: str) -> None:
        tag = self.names[-1] if self.names else ""
        if tag == "v" or (tag == "t" and "is" in self.names):
            self._value.append(data)
        elif tag == "f":
            if '"' in data:
                self.into.add(data, Kind.PROPERTY)
        else:
            super()._text(data)


def shared_strings(data: bytes, into: Reading) -> list[str]:
    """The texts of a workbook's cells, in order."""
    found: list[str] = []

    class Strings(Markup):
        """Takes each string instead of adding it: a sheet shows where it stands."""

        def _flush(self, pieces: Sequence[tuple[str, bool]]) -> None:
            found.append("".join(text for text, _gone in pieces))

    Strings(into).read(data)
    return found
