"""What people read about a verdict: the kind of what was found and what to do next, never the content."""

from bot.directives.gate.models import Verdict, Why
from bot.i18n import N_, _

_SENTENCES: dict[str, str] = {
    Why.CLEAR: N_("Không thấy dấu hiệu mật; tệp đọc được hết."),
    Why.SECRET_MARK: N_(
        "Có dấu độ mật nên không nhận, không giữ lại gì. Văn bản mật phải đi đường văn thư, cơ yếu, không gửi qua "
        "tin nhắn. Nếu đây là nhầm lẫn, xin đồng chí báo cấp ủy."
    ),
    Why.SECRET_NAME: N_(
        "Tên tệp có ghi độ mật nên không nhận, không giữ lại gì. Văn bản mật phải đi đường văn thư, cơ yếu, không "
        "gửi qua tin nhắn. Nếu văn bản không mật, mời đồng chí đổi tên tệp rồi gửi lại."
    ),
    Why.INTERNAL: N_(
        "Có ghi “lưu hành nội bộ” nên không gửi qua mạng công cộng được. Mời đồng chí chuyển qua văn thư."
    ),
    Why.DRAFT: N_(
        "Có ghi “dự thảo” nên chưa gửi được. Mời đồng chí gửi bản đã ban hành, hoặc chuyển qua văn thư."
    ),
    Why.NOT_FOR_CIRCULATION: N_(
        "Có ghi “không phổ biến” nên không gửi qua mạng công cộng được. Mời đồng chí chuyển qua văn thư."
    ),
    Why.RETURNED_AFTER_MEETING: N_(
        "Đây là tài liệu thu hồi sau cuộc họp nên không gửi qua mạng công cộng được. Mời đồng chí phát bản giấy "
        "tại cuộc họp."
    ),
    Why.PERSONNEL_LIST: N_(
        "Có danh sách nhân sự nên không gửi qua mạng công cộng được. Mời đồng chí chuyển qua văn thư."
    ),
    Why.DISCIPLINE_LIST: N_(
        "Có danh sách người bị kỷ luật nên không gửi qua mạng công cộng được. Mời đồng chí chuyển qua văn thư."
    ),
    Why.EMPTY: N_("Tệp trống. Mời đồng chí kiểm tra rồi gửi lại."),
    Why.UNKNOWN_TYPE: N_(
        "Loại tệp này không kiểm tra được. Mời đồng chí lưu thành PDF, DOCX hoặc XLSX rồi gửi lại."
    ),
    Why.WRONG_TYPE: N_(
        "Đuôi tệp không đúng với nội dung bên trong. Mời đồng chí lưu lại thành PDF, DOCX hoặc XLSX rồi gửi lại."
    ),
    Why.OLD_OFFICE: N_(
        "Tệp Office kiểu cũ không kiểm tra được. Mời đồng chí lưu thành DOCX, XLSX hoặc PDF rồi gửi lại."
    ),
    Why.MACROS: N_(
        "Tệp có chứa lệnh tự chạy (macro) nên không nhận. Mời đồng chí lưu thành PDF, hoặc DOCX, XLSX không có macro."
    ),
    Why.EMBEDDED: N_("Tệp có đối tượng nhúng không đọc được. Mời đồng chí lưu thành PDF rồi gửi lại."),
    Why.ENCRYPTED: N_("Tệp có mật khẩu nên không kiểm tra được. Mời đồng chí bỏ mật khẩu rồi gửi lại."),
    Why.DAMAGED: N_("Tệp bị hỏng, không mở được. Mời đồng chí xuất lại từ máy soạn thảo rồi gửi lại."),
    Why.UNSAFE: N_(
        "Tệp có cấu trúc không an toàn nên không nhận. Mời đồng chí lưu lại thành PDF rồi gửi lại."
    ),
    Why.TOO_LARGE: N_(
        "Tệp quá lớn, hoặc bung ra quá lớn. Mời đồng chí chia nhỏ hoặc giảm dung lượng rồi gửi lại."
    ),
    Why.TOO_COMPLEX: N_(
        "Tệp quá phức tạp, không kiểm tra hết được. Mời đồng chí lưu thành PDF ngắn hơn rồi gửi lại."
    ),
    Why.UNREADABLE: N_("Không đọc được tệp. Mời đồng chí kiểm tra rồi gửi lại."),
    Why.PICTURE: N_(
        "Có ảnh hoặc bản quét, máy không đọc được. Cần người gửi cam đoan “không thuộc bí mật nhà nước” và một "
        "đồng chí thứ hai xem lại."
    ),
    Why.DRAWING: N_(
        "Có hình vẽ, máy không đọc được. Cần người gửi cam đoan “không thuộc bí mật nhà nước” và một đồng chí thứ "
        "hai xem lại."
    ),
    Why.NO_TEXT: N_(
        "Có trang không có chữ để máy đọc. Cần người gửi cam đoan “không thuộc bí mật nhà nước” và một đồng chí "
        "thứ hai xem lại."
    ),
    Why.UNREADABLE_FONT: N_(
        "Phông chữ trong tệp làm máy không đọc chắc được. Cần người gửi cam đoan “không thuộc bí mật nhà nước” và "
        "một đồng chí thứ hai xem lại, hoặc gửi lại bản PDF xuất từ máy soạn thảo."
    ),
}


KINDS: dict[str, str] = {
    Why.INTERNAL: N_("ghi “lưu hành nội bộ”"),
    Why.DRAFT: N_("ghi “dự thảo”"),
    Why.NOT_FOR_CIRCULATION: N_("ghi “không phổ biến”"),
    Why.RETURNED_AFTER_MEETING: N_("ghi “thu hồi sau cuộc họp”"),
    Why.PERSONNEL_LIST: N_("danh sách nhân sự"),
    Why.DISCIPLINE_LIST: N_("danh sách người bị kỷ luật"),
}
"""Kinds of marks in a few words, for who is asked to release one."""


def explain(why: str) -> str:
    """What a reason means and what to do next; a reason we do not know counts as "unreadable"."""
    return _(_SENTENCES.get(why, _SENTENCES[Why.UNREADABLE]))


def sentence(verdict: Verdict) -> str:
    """The verdict in words."""
    return explain(verdict.why)
