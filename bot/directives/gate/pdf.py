"""PDF through pypdf: the text of every page, form, note and field; pictures, drawings and unreadable fonts told.

pypdf's own limits bound each stream; what they miss is ended by the limits of the process around it (`worker`).
"""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any, cast

from pypdf import PdfReader, apply_configuration
from pypdf.errors import LimitReachedError
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
    TextStringObject,
)

from bot.directives.gate import ocr
from bot.directives.gate.marks import interesting
from bot.directives.gate.markup import Markup
from bot.directives.gate.models import Kind, Refused, Why
from bot.directives.gate.reading import Reading

Nested = Callable[[str, bytes], None]
_MAX_REVISIONS = 6
_MAX_OBJECTS = 200_000
_MAX_STRING = 20_000
_MAX_STREAM = 40_000_000
"""Bytes of one stream when unpacked."""
_MAX_TOKENS = 400_000
"""Operands and operators of one page; a page of dense text and tables has some twenty thousand."""
_STRINGS = re.compile(rb"\((?:\\.|[^()\\])*\)|<[0-9A-Fa-f\s]*>", re.DOTALL)
_INLINE_PICTURE = re.compile(rb"(?<![^\s])BI\s[^\x80-\xff]{0,2000}?\sID\s")
_NUMBER = rb"[-+]?(?:\d+\.?\d*|\.\d+)"
_POINT = re.compile(
    rb"(" + _NUMBER + rb")\s+(" + _NUMBER + rb")\s+([ml])(?=\s|$)|\s([cvy])(?=\s|$)|\s(?:n|re)(?=\s|$)"
)
_ENOUGH_CURVES = 4
_ENOUGH_SLANTS = 2
_ALIGNED = 0.5
"""Points within which a line counts as level or upright: rules and tables are ordinary, letters are not."""
_GLYPH_CODE = re.compile(r"^/(?:g|c|cid|glyph|a|x|f)?\d+$|^/[A-Z]\d\d?$", re.IGNORECASE)
_MIN_READABLE = 0.7


def read(data: bytes, into: Reading, nested: Nested) -> None:
    """Reads a PDF, its earlier saved states and its attachments. Raises Refused."""
    with apply_configuration(
        zlib_maximum_output_length=_MAX_STREAM,
        lzw_maximum_output_length=_MAX_STREAM,
        run_length_maximum_output_length=_MAX_STREAM,
        array_based_stream_maximum_output_length=_MAX_STREAM,
        stream_parsing_work_maximum_count=_MAX_TOKENS,
    ):
        try:
            _read(data, into, nested)
        except (Refused, MemoryError, RecursionError):
            raise
        except LimitReachedError as error:
            raise Refused(Why.TOO_COMPLEX) from error
        except Exception as error:  # pypdf raises whatever a broken file makes it meet
            raise Refused(Why.DAMAGED) from error


def _read(data: bytes, into: Reading, nested: Nested) -> None:
    if b"%%EOF" not in data[-2048:]:
        raise Refused(Why.DAMAGED)  # cut off: pypdf would piece together what is left
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        raise Refused(Why.ENCRYPTED)
    if len(reader.pages) == 0:
        raise Refused(Why.EMPTY)
    _Document(reader, into, nested).read()
    # What an editor took out is still there when the file was only appended to.
    ends = [found.end() for found in re.finditer(rb"%%EOF", data)][:-1]
    for end in ends[-_MAX_REVISIONS:]:
        try:
            earlier = PdfReader(io.BytesIO(data[:end]))
            if earlier.is_encrypted or len(earlier.pages) == 0:
                continue
        except Exception:  # noqa: S112  the first part of a linearised file is no document of its own
            continue
        _Document(earlier, into, nested).read()


class _Document:
    """One saved state of a PDF."""

    def __init__(self, reader: PdfReader, into: Reading, nested: Nested) -> None:
        self.reader = reader
        self.into = into
        self.nested = nested
        self._fonts: dict[int, bool] = {}

    def read(self) -> None:
        """Every page, then every object, so that nothing depends on being shown."""
        for page in self.reader.pages:
            self.into.page()
            self._page(page)
        self._information()
        for thing in self._objects():
            self._object(thing)

    def _page(self, page: Any) -> None:
        text = page.extract_text() or ""
        self.into.add(text, Kind.WRAPPED)
        if not any(c.isalnum() for c in text):
            self.into.must_look(Why.NO_TEXT)
        elif not _readable(text) or not self._fonts_readable(page.get("/Resources"), 0):
            self.into.must_look(Why.UNREADABLE_FONT)
        # Columns side by side come apart only in the laid-out view, which takes as long again.
        if interesting(text):
            laid_out = page.extract_text(extraction_mode="layout", layout_mode_strip_rotated=False)
            self.into.add(laid_out or "", Kind.WRAPPED)
        contents = page.get_contents()
        if contents is not None:
            self._drawn(contents.get_data())

    def _information(self) -> None:
        information = self.reader.metadata
        for key, value in (information or {}).items():
            text = str(value)[:_MAX_STRING]
            self.into.add(text, Kind.PROPERTY)
            self.into.add(f"{str(key).strip('/')}: {text}", Kind.PARAGRAPH)

    def _objects(self) -> Iterator[Any]:
        numbers = {(number, generation) for generation, table in self.reader.xref.items() for number in table}
        numbers |= {(number, 0) for number in self.reader.xref_objStm}
        if len(numbers) > _MAX_OBJECTS:
            raise Refused(Why.TOO_COMPLEX)
        for number, generation in sorted(numbers):
            try:
                yield self.reader.get_object(IndirectObject(number, generation, self.reader))
            except (Refused, MemoryError, RecursionError):
                raise
            except Exception:  # what cannot be loaded may be a picture that a viewer shows
                self.into.must_look(Why.PICTURE)

    def _object(self, thing: Any) -> None:
        if isinstance(thing, StreamObject):
            self._stream(thing)
        self._strings(thing, 0)

    def _stream(self, stream: StreamObject) -> None:
        subtype = stream.get("/Subtype")
        if subtype == "/Image":
            self._picture(stream)
        elif subtype == "/Form" or "/PatternType" in stream:
            self._form(stream)
        elif subtype == "/XML" or stream.get("/Type") == "/Metadata":
            self._metadata(stream.get_data())
        elif subtype in ("/3D", "/U3D", "/PRC"):
            self.into.must_look(Why.PICTURE)

    def _picture(self, stream: StreamObject) -> None:
        self.into.must_look(Why.PICTURE)
        if not ocr.available():
            return
        page = io.BytesIO()
        try:
            stream.decode_as_image().convert("L").save(page, "BMP")
        except Exception:  # kinds of pictures that only a viewer shows: a person looks
            return
        self.into.picture(page.getvalue())

    def _metadata(self, data: bytes) -> None:
        try:
            Markup(self.into).read(data.strip(b"\x00 \r\n\t"))
        except Refused as refusal:
            if refusal.why is not Why.DAMAGED:
                raise
            self.into.add(data.decode("utf-8", "replace"), Kind.PROPERTY)  # broken: as it stands

    def _form(self, form: StreamObject) -> None:
        content = form.get_data()
        self._drawn(content)
        if b"Tj" not in content and b"TJ" not in content and b"'" not in content and b'"' not in content:
            return
        if "/Resources" not in form:
            form[NameObject("/Resources")] = DictionaryObject()
        try:
            text = self.reader.pages[0].extract_xform_text(cast(Any, form))
        except (MemoryError, RecursionError, LimitReachedError):
            raise
        except Exception:  # a form that leans on what its page has and it has not
            self.into.must_look(Why.UNREADABLE_FONT)
            return
        self.into.add(text or "", Kind.WRAPPED)
        if text.strip() and (not _readable(text) or not self._fonts_readable(form.get("/Resources"), 0)):
            self.into.must_look(Why.UNREADABLE_FONT)

    def _strings(self, thing: Any, depth: int) -> None:
        """Every text in an object: notes, fields, bookmarks, layers, page labels; attachments; XFA."""
        if depth > 40:
            raise Refused(Why.TOO_COMPLEX)
        if isinstance(thing, TextStringObject | ByteStringObject):
            text = thing if isinstance(thing, str) else thing.decode("latin-1")
            if 2 <= len(text) <= _MAX_STRING:
                self.into.add(text, Kind.PARAGRAPH)
        elif isinstance(thing, DictionaryObject):
            if "/EF" in thing:
                self._attachment(thing)
            if "/XFA" in thing:
                self._xfa(thing["/XFA"])
            for value in thing.values():
                if not isinstance(value, IndirectObject):
                    self._strings(value, depth + 1)
        elif isinstance(thing, ArrayObject):
            for value in thing:
                if not isinstance(value, IndirectObject):
                    self._strings(value, depth + 1)

    def _attachment(self, specification: Any) -> None:
        files = specification["/EF"].get_object()
        name = str(specification.get("/UF") or specification.get("/F") or "")
        for key in ("/UF", "/F", "/DOS", "/Mac", "/Unix"):
            if key in files:
                self.nested(name, files[key].get_object().get_data())
                return

    def _xfa(self, parts: Any) -> None:
        parts = parts.get_object()
        streams = [parts] if isinstance(parts, StreamObject) else [part.get_object() for part in parts]
        whole = b"".join(part.get_data() for part in streams if isinstance(part, StreamObject))
        Markup(self.into).read(whole)

    def _drawn(self, content: bytes) -> None:
        """Lines that are neither level nor upright may be letters: a person must look, as at a picture."""
        bare = _STRINGS.sub(b"()", content)
        if _INLINE_PICTURE.search(bare):
            self.into.must_look(Why.PICTURE)
        curves = slants = 0
        x = y = 0.0
        for found in _POINT.finditer(bare):
            if found.group(4):
                curves += 1
            elif found.group(3):
                to_x, to_y = float(found.group(1)), float(found.group(2))
                slanted = min(abs(to_x - x), abs(to_y - y)) > _ALIGNED
                slants += found.group(3) == b"l" and slanted
                x, y = to_x, to_y
            if curves >= _ENOUGH_CURVES or slants >= _ENOUGH_SLANTS:
                self.into.must_look(Why.DRAWING)
                return

    def _fonts_readable(self, resources: Any, depth: int) -> bool:
        """Whether every font says which letters its codes stand for."""
        resources = resources.get_object() if resources is not None else None
        if not isinstance(resources, DictionaryObject) or depth > 5:
            return True
        fonts = resources.get("/Font")
        fonts = fonts.get_object() if fonts is not None else {}
        return all(self._font_readable(font.get_object()) for font in fonts.values())

    def _font_readable(self, font: DictionaryObject) -> bool:
        key = id(font)
        if key not in self._fonts:
            self._fonts[key] = _font_readable(font)
        return self._fonts[key]


def _font_readable(font: DictionaryObject) -> bool:
    if "/ToUnicode" in font:
        return True
    if font.get("/Subtype") == "/Type3":
        return False
    encoding = font.get("/Encoding")
    encoding = encoding.get_object() if encoding is not None else None
    if font.get("/Subtype") == "/Type0":
        return not str(encoding).startswith("/Identity")
    if isinstance(encoding, DictionaryObject):
        names = [str(name) for name in encoding.get("/Differences", ()) if not isinstance(name, int | float)]
        return not names or sum(1 for name in names if _GLYPH_CODE.match(name)) < len(names) / 2
    return True


def _readable(text: str) -> bool:
    """Whether the text layer is language and not the codes of a font that tells nothing."""
    shown = [c for c in text if not c.isspace()]
    strange = sum(1 for c in shown if c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or not c.isprintable())
    letters = sum(1 for c in shown if c.isalnum())
    return not shown or (strange / len(shown) < 1 - _MIN_READABLE and letters / len(shown) > 0.3)
