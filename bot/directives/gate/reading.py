"""What one file has given so far: lines of text, what a person must look at, and what it has cost."""

import zipfile
import zlib

from bot.directives.gate.models import Kind, Limits, Line, Refused, Why

_CHUNK = 1 << 16
_PICTURES = 6
_PICTURE_BYTES = 20_000_000


class Reading:
    """Collects the text of a file and of everything inside it, within limits.

    Raises Refused with TOO_LARGE or TOO_COMPLEX when a limit is passed.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.lines: list[Line] = []
        self.declare: Why | None = None
        self.pages = 0
        self.pictures: list[bytes] = []
        """Pictures for OCR, the first few: they need a person's look in any case."""
        self._characters = 0
        self._unpacked = 0
        self._parts = 0

    def add(self, text: str, kind: Kind) -> None:
        """Takes text, a line at a time."""
        self._characters += len(text)
        if self._characters > self.limits.characters:
            raise Refused(Why.TOO_LARGE)
        for line in text.splitlines():
            if not line or line.isspace():
                continue
            self.lines.append(Line(line, kind))

    def must_look(self, why: Why) -> None:
        """A person has to look: the machine cannot read all of it. The first reason is kept."""
        if self.declare is None:
            self.declare = why

    def picture(self, data: bytes) -> None:
        """A picture: a person has to look."""
        self.must_look(Why.PICTURE)
        if len(self.pictures) < _PICTURES and len(data) <= _PICTURE_BYTES:
            self.pictures.append(data)

    def page(self) -> None:
        """Counts a page."""
        self.pages += 1
        if self.pages > self.limits.pages:
            raise Refused(Why.TOO_COMPLEX)

    def unpack(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
        """One part of an archive, read as a stream: what the directory says about sizes is not believed."""
        self._parts += 1
        if self._parts > self.limits.parts:
            raise Refused(Why.TOO_COMPLEX)
        if part.flag_bits & 0x41:
            raise Refused(Why.ENCRYPTED)
        pieces: list[bytes] = []
        size = 0
        try:
            with archive.open(part) as stream:
                while piece := stream.read(_CHUNK):
                    size += len(piece)
                    self._unpacked += len(piece)
                    bomb = size > 1_000_000 and size > self.limits.ratio * max(part.compress_size, 1)
                    if bomb or self._unpacked > self.limits.unpacked_bytes:
                        raise Refused(Why.TOO_LARGE)
                    pieces.append(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise Refused(Why.DAMAGED) from error
        except (NotImplementedError, RuntimeError) as error:
            raise Refused(Why.UNKNOWN_TYPE) from error
        return b"".join(pieces)
