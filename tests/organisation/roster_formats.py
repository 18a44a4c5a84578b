"""Writes a table in every format and encoding a roster may come in. The old ones are made by hand."""

import csv
import io
import struct
import unicodedata
from datetime import date
from xml.sax.saxutils import escape

from organisation_doubles import xlsx

from bot.chat.old_codes import TCVN3

Rows = list[list[object]]
_TO_TCVN3 = {chr(after) if isinstance(after, int) else after: chr(before) for before, after in TCVN3.items()}
_VNI_TONES = {"\u0301": "ù", "\u0300": "ø", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
_VNI_BREVE = {"": "ê", "\u0301": "é", "\u0300": "è", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë"}
_VNI_HAT = {"": "â", "\u0301": "á", "\u0300": "à", "\u0309": "å", "\u0303": "ã", "\u0323": "ä"}
_VNI_WHOLE = dict(zip("đĐơƠưƯỉỈĩĨịỊỵỴ", "ñÑôÔöÖæÆóÓòÒîÎ", strict=True))


def tcvn3(text: str) -> str:
    """As a .Vn font shows it. Capitals with tones do not exist there."""
    return "".join(_TO_TCVN3.get(letter, letter) for letter in text)


def vni(text: str) -> str:
    """As a VNI font shows it."""
    out = ""
    for letter in text:
        if letter in _VNI_WHOLE:
            out += _VNI_WHOLE[letter]
            continue
        base, *marks = unicodedata.normalize("NFD", letter)
        tone = next((mark for mark in marks if mark in _VNI_TONES), "")
        if "\u031b" in marks:  # ơ, ư with a tone
            out += _VNI_WHOLE[unicodedata.normalize("NFC", base + "\u031b")] + _VNI_TONES[tone]
        elif "\u0306" in marks or "\u0302" in marks:
            mark = (_VNI_BREVE if "\u0306" in marks else _VNI_HAT)[tone]
            out += base + (mark.upper() if base.isupper() else mark)
        elif tone and base in "iI" and tone in "\u0301\u0300":
            out += letter
        elif tone:
            out += base + (_VNI_TONES[tone].upper() if base.isupper() else _VNI_TONES[tone])
        else:
            out += letter
    return out


def cp1258(text: str) -> bytes:
    """Windows' Vietnamese: the tone is a character behind its letter."""
    out = b""
    for letter in unicodedata.normalize("NFC", text):
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", letter)
            tone = next(part for part in parts if part in _VNI_TONES)
            base = unicodedata.normalize("NFC", parts.replace(tone, ""))
            out += base.encode("cp1258") + tone.encode("cp1258")
    return out


def plain(cell: object) -> str:
    return cell.strftime("%d/%m/%Y") if isinstance(cell, date) else "" if cell is None else str(cell)


def text_file(rows: Rows, encoding: str, delimiter: str) -> bytes:
    """A .csv: encoding is a codec, "cp1258", "tcvn3" or "vni"."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows([[plain(cell) for cell in row] for row in rows])
    text = buffer.getvalue()
    if encoding == "cp1258":
        return cp1258(text)
    if encoding in ("tcvn3", "vni"):
        return {"tcvn3": tcvn3, "vni": vni}[encoding](text).encode("latin-1")
    return text.encode(encoding)


def workbook(rows: Rows, code: str = "") -> bytes:
    """An .xlsx, its texts perhaps in an old code."""
    old = {"tcvn3": tcvn3, "vni": vni}.get(code, lambda text: text)
    return xlsx(("DS", [[old(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]))


def dxl(rows: Rows) -> bytes:
    """A Domino export: one document a person."""
    header, *people = rows
    names = {"Họ và tên": "HoVaTen", "Số thẻ": "SoThe", "Ngày sinh": "NgaySinh", "Chi bộ": "ChiBo"}
    documents = ""
    for person in people:
        items = "<item name='$UpdatedBy'><text>CN=Mau</text></item>"
        for title, cell in zip(header, person, strict=True):
            value = (
                f"<datetime>{cell:%Y%m%d}</datetime>"
                if isinstance(cell, date)
                else f"<text>{escape(plain(cell))}</text>"
            )
            items += f"<item name='{names[str(title)]}'>{value}</item>"
        documents += f"<document form='DangVien'><noteinfo/>{items}</document>"
    return (
        "<?xml version='1.0' encoding='utf-8'?><!DOCTYPE database SYSTEM 'xmlschemas/domino.dtd'>"
        f"<database xmlns='http://www.lotus.com/dxl'>{documents}</database>"
    ).encode()


def xls(rows: Rows, merged: tuple[tuple[int, int, int, int], ...] = (), *, locked: bool = False) -> bytes:
    """An Excel 97 workbook with one sheet: text, numbers and date cells."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    if locked:
        start += record(0x002F, b"\x01\x00\x01\x00\x01\x00" + bytes(48))  # RC4
    formats = b"".join(
        record(0x00E0, struct.pack("<HHHHIIIH", 0, ifmt, 0, 0, 0, 0, 0, 0)[:20]) for ifmt in (0, 14)
    )
    name = "DS".encode("utf-16-le")
    after = record(0x000A, b"")
    at = len(start + formats + after) + 4 + 8 + len(name)
    sheet_record = record(0x0085, struct.pack("<IBBBB", at, 0, 0, 2, 1) + name)
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    width = max(map(len, rows))
    sheet += record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if isinstance(cell, date):
                serial = float((cell - date(1899, 12, 30)).days)
                sheet += record(0x0203, struct.pack("<HHHd", r, c, 1, serial))
            elif isinstance(cell, int | float):
                sheet += record(0x0203, struct.pack("<HHHd", r, c, 0, float(cell)))
            elif cell:
                letters = str(cell).encode("utf-16-le")
                sheet += record(0x0204, struct.pack("<HHHHB", r, c, 0, len(letters) // 2, 1) + letters)
    if merged:
        body = struct.pack("<H", len(merged)) + b"".join(struct.pack("<HHHH", *each) for each in merged)
        sheet += record(0x00E5, body)
    sheet += record(0x000A, b"")
    return _ole("Workbook", start + formats + sheet_record + after + sheet)


def _ole(name: str, stream: bytes) -> bytes:
    """A compound file with one stream."""
    size = max(len(stream), 4096)
    stream = stream.ljust((size + 511) // 512 * 512, b"\0")
    sectors = len(stream) // 512
    fats = 1
    while fats * 128 < fats + 1 + sectors:
        fats += 1
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    table = [0xFFFFFFFD] * fats + [end]
    first = fats + 1
    table += [*range(first + 1, first + sectors), end]
    table += [free] * (fats * 128 - len(table))

    def entry(title: str, kind: int, child: int, begin: int, length: int) -> bytes:
        raw = title.encode("utf-16-le")
        return (
            raw.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(raw) + 2 if raw else 0, kind, 1, free, free, child)
            + bytes(36)
            + struct.pack("<IQ", begin, length)
        )

    directory = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, free, first, len(stream))
    directory += entry("", 0, free, 0, 0) * 2
    header = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, fats, fats, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", *[*range(fats), *[free] * (109 - fats)])
    return header + struct.pack(f"<{len(table)}I", *table) + directory + stream
