"""DOCX, XLSX, PPTX and OpenDocument: packages of XML parts, pictures and embedded files. Every part is read."""

import hashlib
import re
import struct
import zipfile
from collections.abc import Callable

from bot.directives.gate.markup import Markup, Sheet, shared_strings
from bot.directives.gate.models import Kind, Refused, Why
from bot.directives.gate.reading import Reading

Nested = Callable[[str, bytes], None]
"""Reads a file found inside another one."""

_FAMILIES = {"wordprocessingml": "docx", "spreadsheetml": "xlsx", "presentationml": "pptx"}
_MAIN = re.compile(rb"(wordprocessingml|spreadsheetml|presentationml)\.[a-z]+\.main\+xml")
_ODF = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}
_PICTURES = frozenset(
    "png jpg jpeg jpe jfif gif bmp tif tiff emf wmf emz wmz svg svm wdp webp pict pct ink ico".split()
)
_MEDIA = frozenset("mp3 mp4 m4a m4v wav avi mov wmv wma ogg".split())
_IGNORED = frozenset("odttf ttf otf fntdata css".split())
_THUMBNAIL = re.compile(r"(?:docProps/)?thumbnails?(?:/thumbnail)?\.(?:jpe?g|png|[ew]mf)", re.IGNORECASE)
_THUMBNAIL_PIXELS = 300
"""A preview this narrow shows that there is a page, not what it says; the page itself is read."""
_BLANK_PREVIEW = "96367138dc44ce09bf2c8f0f8e49348a1478d2c5c0af69bbc2bbc38b63cdcead"
"""The preview of an empty page that python-docx's template puts into every file made from it."""
_XML = frozenset("xml rels vml xsd rdf".split())
_PICTURE_LINK = re.compile(
    rb'relationships/(?:image|video|audio|media)"[^>]*TargetMode="External"|'
    rb'TargetMode="External"[^>]*relationships/(?:image|video|audio|media)"'
)


def family(archive: zipfile.ZipFile, into: Reading) -> str | None:
    """Which office file an archive is, by what it says inside: docx, xlsx, pptx, odt, ods, odp; None for none."""
    for part in archive.infolist():
        if part.filename == "[Content_Types].xml":
            types = into.unpack(archive, part)
            if types[:2] in (b"\xff\xfe", b"\xfe\xff"):
                types = types.decode("utf-16", "replace").encode()
            if b"macroEnabled" in types or b"vbaProject" in types:
                raise Refused(Why.MACROS)
            found = _MAIN.search(types)
            if found is None:
                raise Refused(Why.UNKNOWN_TYPE)
            return _FAMILIES[found.group(1).decode()]
        if part.filename == "mimetype":
            said = into.unpack(archive, part)[:200].decode("ascii", "replace")
            kind = said.strip().removeprefix("application/vnd.oasis.opendocument.")
            if said.startswith("application/vnd.oasis"):
                if kind not in _ODF:
                    raise Refused(Why.UNKNOWN_TYPE)
                return _ODF[kind]
    return None


def read(archive: zipfile.ZipFile, kind: str, into: Reading, nested: Nested) -> None:
    """Reads every part of an office file. Raises Refused for macros, embedded programs, damage, limits."""
    parts = [part for part in archive.infolist() if not part.is_dir()]
    shared: list[str] = []
    for part in parts:
        if kind == "xlsx" and part.filename.lower().endswith("sharedstrings.xml"):
            shared += shared_strings(into.unpack(archive, part), into)
    used = len(into.lines)
    for part in parts:
        _part(archive, part, kind, into, nested, shared)
    if kind == "xlsx":
        for text in shared:  # also strings that no cell shows
            into.add(text, Kind.PARAGRAPH)
    if not any(line.kind in (Kind.PARAGRAPH, Kind.CELLS) for line in into.lines[used:]):
        into.must_look(Why.NO_TEXT)


def _part(
    archive: zipfile.ZipFile,
    part: zipfile.ZipInfo,
    kind: str,
    into: Reading,
    nested: Nested,
    shared: list[str],
) -> None:
    path = part.filename
    low = path.lower()
    extension = low.rsplit(".", 1)[-1] if "." in low.rsplit("/", 1)[-1] else ""
    odf = kind.startswith("od")
    if low.endswith(("vbaproject.bin", "vbadata.xml")) or (odf and low.startswith(("basic/", "scripts/"))):
        raise Refused(Why.MACROS)
    if low.endswith("sharedstrings.xml") or path == "mimetype" or extension in _IGNORED:
        return
    data = into.unpack(archive, part)
    if extension in _XML:
        if extension == "rels" and _PICTURE_LINK.search(data):
            into.must_look(Why.PICTURE)
        if "/ink/" in low or "/ink" in low.rsplit(".", 1)[0]:
            into.must_look(Why.PICTURE)
        if kind == "xlsx" and "sheet" in low and extension == "xml":
            Sheet(into, shared).read(data)
        else:
            Markup(into, odf=odf).read(data)
    elif extension in _PICTURES | _MEDIA or low.startswith("objectreplacements/"):
        if not _THUMBNAIL.fullmatch(path) or not _small(data):
            into.picture(data)
    elif re.search(r"printersettings\d*\.bin$", low) or (
        odf and low.startswith(("layout-cache", "configurations2/"))
    ):
        return
    elif extension == "bin":
        raise Refused(Why.EMBEDDED)
    elif odf and extension == "" and data[:5] == b"<?xml":
        Markup(into, odf=True).read(data)
    else:
        nested(path, data)


def _small(data: bytes) -> bool:
    """Whether a preview picture is too small to be read, or known to be blank."""
    if hashlib.sha256(data).hexdigest() == _BLANK_PREVIEW:
        return True
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) > 24:
        width, height = struct.unpack(">II", data[16:24])
        return bool(max(width, height) <= _THUMBNAIL_PIXELS)
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 < len(data) and data[at] == 0xFF:
        if 0xC0 <= data[at + 1] <= 0xCF and data[at + 1] not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return bool(max(width, height) <= _THUMBNAIL_PIXELS)
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return False
