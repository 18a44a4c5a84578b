"""Text out of files: what a file is by its first bytes, archives opened, every file inside read the same way."""

import io
import zipfile

from bot.directives.gate import office, plain
from bot.directives.gate.models import Kind, Refused, Why
from bot.directives.gate.reading import Reading

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEXTS = frozenset(("txt", "csv", "tsv", "md", "log", "ics", ""))
_TABLES = frozenset(("csv", "tsv"))
_IMAGES: dict[str, tuple[bytes, ...]] = {
    "jpg jpeg jpe jfif": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "gif": (b"GIF87a", b"GIF89a"),
    "bmp": (b"BM",),
    "tif tiff": (b"II*\x00", b"MM\x00*"),
    "webp": (b"RIFF",),
}
_JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
"""What systems put into archives by themselves; skipped when small."""
_JUNK_BYTES = 100_000


def extension(name: str) -> str:
    """The extension in small letters without its dot; "" when there is none."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].strip().rstrip(". ")
    return last.rsplit(".", 1)[-1].lower() if "." in last.strip(".") else ""


def read(name: str, data: bytes, into: Reading, depth: int = 0) -> None:
    """Reads one file into the collector. Raises Refused for what cannot be passed."""
    if len(data) > into.limits.file_bytes:
        raise Refused(Why.TOO_LARGE)
    if depth > into.limits.depth:
        raise Refused(Why.TOO_COMPLEX)
    if name:
        into.add(name.replace("\n", " ").replace("\r", " "), Kind.NAME)
    if not data:
        raise Refused(Why.EMPTY)
    ending = extension(name)

    def nested(inner: str, content: bytes) -> None:
        read(inner, content, into, depth + 1)

    if data.startswith(b"PK\x03\x04"):
        _package(ending, data, into, nested)
    elif b"%PDF-" in data[:1024]:
        from bot.directives.gate import pdf  # pypdf takes most of a second to import: only where it is needed

        _expect(ending, "pdf", "")
        pdf.read(data, into, nested)
    elif data.startswith(_OLE):
        encrypted = (
            "EncryptedPackage".encode("utf-16-le") in data or "EncryptionInfo".encode("utf-16-le") in data
        )
        raise Refused(Why.ENCRYPTED if encrypted else Why.OLD_OFFICE)
    elif (image := _image(data)) is not None:
        _expect(ending, *image.split(), "")
        into.picture(data)
    elif ending in _TEXTS:
        if data.startswith((b"PK", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf")):
            raise Refused(Why.WRONG_TYPE)
        plain.read(data, into, table=ending in _TABLES)
    elif ending in ("pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp", "zip"):
        # Something else, or the first bytes are lost.
        raise Refused(Why.DAMAGED if data.startswith(b"PK") else Why.WRONG_TYPE)
    else:
        raise Refused(Why.UNKNOWN_TYPE)


def _expect(ending: str, *allowed: str) -> None:
    if ending not in allowed:
        raise Refused(Why.WRONG_TYPE)


def _image(data: bytes) -> str | None:
    for endings, starts in _IMAGES.items():
        if data.startswith(starts) and (endings != "webp" or data[8:12] == b"WEBP"):
            # A text may begin with "BM": only the header's own length makes it a picture.
            if endings == "bmp" and int.from_bytes(data[2:6], "little") != len(data):
                continue
            return endings
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        return "heic heif avif"
    return None


def _package(ending: str, data: bytes, into: Reading, nested: office.Nested) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise Refused(Why.DAMAGED) from error
    with archive:
        parts = archive.infolist()
        if len(parts) > into.limits.parts:
            raise Refused(Why.TOO_COMPLEX)
        if any(part.flag_bits & 0x41 for part in parts):
            raise Refused(Why.ENCRYPTED)
        if sum(part.file_size for part in parts) > into.limits.unpacked_bytes:
            raise Refused(Why.TOO_LARGE)
        _comments(archive, parts, into)
        kind = office.family(archive, into)
        if kind is not None:
            _expect(ending, kind, "")
            office.read(archive, kind, into, nested)
            return
        if ending in ("docx", "xlsx", "pptx", "odt", "ods", "odp"):
            raise Refused(Why.DAMAGED)
        _expect(ending, "zip", "")
        _archive(archive, parts, into, nested)


def _comments(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], into: Reading) -> None:
    for comment in (archive.comment, *(part.comment for part in parts)):
        if comment.strip():
            into.add(comment.decode("utf-8", "replace"), Kind.PARAGRAPH)
            into.add(comment.decode("latin-1"), Kind.PARAGRAPH)


def _archive(
    archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], into: Reading, nested: office.Nested
) -> None:
    files = 0
    for part in parts:
        name = _name(part, into)
        for folder in name.split("/")[:-1]:
            into.add(folder, Kind.NAME)
        if part.is_dir() or (any(junk in name for junk in _JUNK) and part.file_size < _JUNK_BYTES):
            continue
        files += 1
        nested(name, into.unpack(archive, part))
    if files == 0:
        raise Refused(Why.EMPTY)


def _name(part: zipfile.ZipInfo, into: Reading) -> str:
    """A file's name; one without the UTF-8 flag may be in any code page, so all are looked at."""
    if part.flag_bits & 0x800:
        return part.filename
    try:
        raw = part.filename.encode("cp437")
    except UnicodeEncodeError:
        return part.filename
    for codec in ("cp1258", "latin-1"):
        into.add(raw.decode(codec, "replace"), Kind.NAME)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1258", "replace")
