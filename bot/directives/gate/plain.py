"""Text files: which code page they may be in, and tables of comma-separated values."""

import csv
import io
import re

from bot.directives.gate.models import Kind, Refused, Why
from bot.directives.gate.reading import Reading

_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


def decode(data: bytes) -> list[str]:
    """The text in every code page it may be in: one for Unicode, several for a byte code.

    Raises Refused(UNKNOWN_TYPE) when it is no text.
    """
    for bom, codec in _BOMS:
        if data.startswith(bom):
            return [_sure(data[len(bom) :] if codec != "utf-8-sig" else data, codec)]
    odd, even = data[1:4000:2].count(0), data[0:4000:2].count(0)
    quarter = max(1, min(len(data), 4000) // 8)
    if odd > quarter or even > quarter:
        return [_sure(data, "utf-16-le" if odd > even else "utf-16-be")]
    try:
        return [_sure(data, "utf-8")]
    except UnicodeDecodeError:
        pass
    # cp1258 says marks apart; TCVN3 and VNI are read out of Latin-1 by the detector.
    return [_sure(data, "latin-1"), data.decode("cp1258", "replace"), _sure(data, "utf-8", "ignore")]


def _sure(data: bytes, codec: str, errors: str = "strict") -> str:
    try:
        text = data.decode(codec, errors)
    except UnicodeDecodeError:
        if codec == "utf-8":
            raise
        raise Refused(Why.DAMAGED) from None
    if len(_CONTROL.findall(text[:200_000])) > len(text[:200_000]) / 500:
        raise Refused(Why.UNKNOWN_TYPE)
    return text


def read(data: bytes, into: Reading, *, table: bool) -> None:
    """Reads a text, or a table. Raises Refused when it is neither."""
    if not data.strip():
        raise Refused(Why.EMPTY)
    for text in decode(data):
        into.add(text, Kind.WRAPPED)
        if table:
            _table(text, into)


def _table(text: str, into: Reading) -> None:
    sample = text[:4096]
    delimiter = max(",;\t|", key=sample.count)
    try:
        for row in csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter):
            cells = [" ".join(cell.split()) for cell in row if cell.strip()]
            if cells:
                into.add("\t".join(cells), Kind.CELLS)
    except csv.Error as error:
        raise Refused(Why.DAMAGED) from error
