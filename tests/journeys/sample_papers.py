"""Small PDFs by hand: one with text, one that is stamped secret, one that is only a picture. All samples."""

import zlib

SECRET_SENTENCE = "Cau mau chi co trong tep mat de do tim"


def _pdf(objects: list[bytes]) -> bytes:
    body = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    table += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    tail = f"trailer <</Size {len(objects) + 1} /Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n".encode()
    return body + table + tail


def _stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n" % (len(content), extra) + content + b"\nendstream"


def _text(*lines: str) -> bytes:
    shown = b"BT /F1 12 Tf 72 760 Td 16 TL "
    shown += b" ".join(b"(" + line.encode("ascii") + b") Tj T*" for line in lines) + b" ET"
    return _pdf(
        [
            b"<</Type /Catalog /Pages 2 0 R>>",
            b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
            b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources <</Font <</F1 5 0 R>>>>>>",
            _stream(shown),
            b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
        ]
    )


TEXT_PDF = _text("KE HOACH", "Hoc tap chuyen de mau, moi chi bo hoc mot buoi trong quy.")
SECRET_PDF = _text("TUYET MAT", "KE HOACH", SECRET_SENTENCE)
SCAN_PDF = _pdf(
    [
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</XObject <</I 5 0 R>>>>>>",
        _stream(b"q 595 0 0 842 0 0 cm /I Do Q"),
        _stream(
            zlib.compress(bytes(range(64))),
            b" /Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8"
            b" /Filter /FlateDecode",
        ),
    ]
)
DRAFT_PDF = _text("DU THAO", "KE HOACH", "Hoc tap chuyen de mau, moi chi bo hoc mot buoi trong quy.")
SECRET_DRAFT_PDF = _text("DU THAO", "TUYET MAT", "KE HOACH", SECRET_SENTENCE)
