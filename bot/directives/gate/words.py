"""Words around "mật" that make it an ordinary word."""

import re

from bot.directives.gate.spelling import fold

COMPOUND_BEFORE = frozenset(
    "bảo bí cơ cẩn thân nghiêm trù chu trăng ngọt rót túi sỏi ống đường nước mía sữa giải điệp lấy quay vắt ong "
    "hũ lọ chai dịch kín nuôi hút gom chế "
    "bao bi co can than nghiem giai lay vang tien gap ra khai be khuon duong".split()
)
COMPOUND_AFTER = frozenset(
    "độ khẩu ong mã thiết ngọt vụ thám báo thư danh lệnh tông gấu mía hoa ước nghị hiệu đàm kế tin "
    "do khau ma thiet ngot vu tham bao thu danh lenh tong gau mia hoa uoc nghi tran bang troi tich tien".split()
)
TALKED_ABOUT = frozenset(
    "và hoặc độ dấu chữ mức loại là cấp hay gồm các từ ba va hoac do dau chu muc loai la cap thuộc thuoc".split()
)
"""Before or after a level these words speak about marks."""
OPEN_ENDS = frozenset(
    "vệ lý giữ gìn về của và các những với lộ lọt luật lệnh tác mục vi trữ dụng nhận gửi hủy huỷ thảo in chuyển "
    "định nộp cho vào trong ngoài liệu thác phá mất theo phát hành có chứa quản sử soạn một nhiều mọi".split()
)
"""A line that ends with one of these is not finished."""
_WORD = re.compile(r"\w+")


def last_word(text: str) -> str:
    """The last word in small letters; "" when there is none."""
    words = _WORD.findall(text[-60:].lower())
    return words[-1] if words else ""


def first_word(text: str) -> str:
    """The first word in small letters; "" when there is none."""
    found = _WORD.search(text.lower())
    return found.group() if found else ""


def folded(text: str) -> list[str]:
    """The words without marks."""
    return _WORD.findall(fold(text))
